"""The operator says that he knows why a hall is silent, and until when: an entry of the city's log for it."""

from datetime import datetime, timedelta
from typing import Final

import msgspec

from appliance.clock import format_time, parse_time
from appliance.domain.actor import Actor
from appliance.domain.events import SilenceAcknowledged
from appliance.errors import N_, Conflict, Invalid
from appliance.store.change import Change, Decision, NewEntry
from appliance.store.contacts import read_contact
from sync.hub.hub import Hub

REST_MAX: Final = timedelta(days=14)
WORDS_MIN: Final = 4


def acknowledge(hub: Hub, hall: str, *, since: str, until: datetime, reason: str, actor: Actor, key: str) -> None:
    """Let the alert of a silent hall rest; the same key again writes nothing.

    Args:
        hub: the city.
        hall: the hall.
        since: the last contact that the operator saw, ISO 8601.
        until: from when the alert comes back; at most 14 days from now.
        reason: what was found out, and by whom.
        actor: the operator.
        key: of the form, so that a repeated post acknowledges once.

    Raises:
        NotFound: no such hall.
        Conflict: it was heard in the meantime, or is not silent.
        Invalid: no reason, or a time that is over or too far ahead.
        Refusal: the city was restored and this hall's log waits for it.
    """
    trust = hub.hall(hall)
    event = SilenceAcknowledged(hall=hall, since=since, until=format_time(until), reason=reason.strip())
    now = hub.clock.now()
    problems = {}
    if len(event.reason) < WORDS_MIN:
        problems["reason"] = N_("请写明查到的原因和向谁核实的，至少 4 个字")
    if not now < until <= now + REST_MAX:
        problems["until"] = N_("请写一个晚于现在、不超过 14 天的时间")
    if problems:
        raise Invalid(N_("请改正标出的地方"), fields=problems)
    contact = read_contact(hub.store.reader(), hall)
    if contact is None or contact.at != since or parse_time(since) >= now - hub.view.silent_after:
        raise Conflict(
            N_("这个厅已经又有联系，不用登记了"),
            code="taken",
            subject=hall,
            next_step=N_("请刷新告警清单；再次失联会再次告警"),
        )
    hub.require_writable(trust)
    decision = Decision(entries=(NewEntry(event=event, log=trust.ticket.c2h_origin),), result={})
    hub.store.writer.submit(
        Change(key=key, actor=actor, content=msgspec.json.encode(event), decide=lambda _context: decision)
    ).result()
