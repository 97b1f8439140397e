"""The city's answer to what a hall decided about personal data: an entry of its own log, once the bytes are gone."""

from typing import Any, Final
from uuid import NAMESPACE_URL, uuid5

import msgspec

from appliance.domain.actor import SYSTEM
from appliance.domain.events import PiiForgotten
from appliance.domain.withheld import place_text
from appliance.store.change import Change, Decision, NewEntry
from sync.hub.hub import Hub
from sync.trust import Trust

_WAITING: Final = (
    "SELECT origin, idx, subject, matter, act, parts, blobs FROM hub_pii"
    " WHERE answered = '' AND instr(origin, ?) = 1 ORDER BY origin, idx"
)


def answer(hub: Hub, trust: Trust) -> int:
    """Answer what a hall decided, once no byte of it is left here; gives how many entries were written.

    Raises:
        Refusal: the city's log for this hall cannot be written to now; the next contact tries again.
    """
    reader = hub.store.reader()
    side = trust.h2c.name.rpartition("/e")[0] + "/e"
    waiting: list[tuple[Any, ...]] = reader.execute(_WAITING, (side,)).fetchall()
    if not waiting:
        return 0
    hub.require_writable(trust)
    if hub.store.scrub_due and not hub.store.writer.scrub().result():
        return 0
    for origin, index, subject, matter, act, parts, blobs in waiting:
        place = place_text(origin, (index,))
        event = PiiForgotten(subject=subject, matter=matter, act=act, place=place, parts=parts, blobs=blobs)
        _write(hub, event, trust.ticket.c2h_origin, f"hallmark:pii:{origin}:{index}")
    return len(waiting)


def _write(hub: Hub, event: PiiForgotten, log: str, name: str) -> None:
    decision = Decision((NewEntry(event, log=log),), {})
    change = Change(str(uuid5(NAMESPACE_URL, name)), SYSTEM, msgspec.json.encode(event), lambda _: decision)
    hub.store.writer.submit(change).result()
