"""Conservation: nothing is lost and nothing doubled between halls and city, by count and by root (protocol §6, 13).

Three sources that do not know of one another are held together: what a hall says under its signature that it has
issued, what rows the city really holds, and the root over them as the hall signed it.
"""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from appliance.ledger.note import VerifierKey
from appliance.store.connection import Connection
from appliance.store.contacts import read_contact
from appliance.store.event_store import find_log, latest_checkpoint
from appliance.store.verify import verify_stored
from sync.hub.flags import OF_LOG_SQL
from sync.hub.hub import View
from sync.trust import Trust

OWNER: Final = "city_operator"
"""Who answers for a flagged entry: it stands on the operator's board until it is settled."""

_HELD: Final = "SELECT count(*) FROM entry e JOIN log l ON l.id = e.log WHERE l.origin = ? AND e.idx < ?"
_FLAGGED: Final = f"SELECT count(DISTINCT idx) FROM ({OF_LOG_SQL}) WHERE idx < ?2"  # noqa: S608 - our own constant


@dataclass(frozen=True, slots=True)
class Balance:
    """One log.

    Attributes:
        hall: the hall.
        epoch: its epoch.
        direction: ``h2c``, issued by the hall, or ``c2h``, issued by the city.
        issued: entries that the issuer says it has signed.
        accepted: of these, entries that the receiver holds and has taken into its registers.
        flagged: entries that the receiver holds and a person has to look at.
        owner: who that is; empty when nothing is flagged.
        in_flight: entries issued and not yet at the receiver.
        root: root over what both have, hex.
        root_holds: it was recomputed from the rows and is the one that was signed.
    """

    hall: str
    epoch: int
    direction: str
    issued: int
    accepted: int
    flagged: int
    owner: str
    in_flight: int
    root: str
    root_holds: bool

    @property
    def holds(self) -> bool:
        """Issued is accepted, flagged and in flight together, and the root holds."""
        return self.root_holds and self.issued == self.accepted + self.flagged + self.in_flight

    def as_json(self) -> dict[str, Any]:
        """Give it as plain values (``city conservation --json``)."""
        return {name: getattr(self, name) for name in self.__slots__} | {"holds": self.holds}


def balances(view: View, epochs: Sequence[Trust]) -> list[Balance]:
    """Balance every log of every hall; recomputes each root from the stored entries.

    Args:
        view: the city.
        epochs: the tickets of all halls and epochs.
    """
    reader = view.reader()
    current = {trust.ticket.hall: trust.ticket.epoch for trust in view.halls}
    found = []
    for trust in epochs:
        live = current.get(trust.ticket.hall) == trust.ticket.epoch
        found.append(_upwards(view, reader, trust, live=live))
        if live:
            found.append(_downwards(view, reader, trust))
    return found


def summary(found: Sequence[Balance]) -> dict[str, Any]:
    """Give the sums over all logs, and whether every one of them holds."""
    names = ("issued", "accepted", "flagged", "in_flight")
    sums = {name: sum(getattr(balance, name) for balance in found) for name in names}
    return {"holds": all(balance.holds for balance in found), **sums, "logs": [one.as_json() for one in found]}


def _upwards(view: View, reader: Connection, trust: Trust, *, live: bool) -> Balance:
    origin = trust.h2c.name
    signed = _signed_size(reader, origin)
    contact = read_contact(reader, trust.ticket.hall)
    status: dict[str, Any] = contact.detail.get("status", {}) if contact and live else {}
    issued = max(signed, int(status.get("own_size", 0)))
    held = reader.execute(_HELD, (origin, signed)).get
    flagged = reader.execute(_FLAGGED, (origin, signed)).get
    root, holds = _root(reader, trust.h2c, signed)
    return Balance(
        hall=trust.ticket.hall,
        epoch=trust.ticket.epoch,
        direction="h2c",
        issued=issued,
        accepted=held - flagged,
        flagged=flagged,
        owner=OWNER if flagged else "",
        in_flight=issued - signed,
        root=root,
        root_holds=holds and view.stored(trust.h2c).size == signed,
    )


def _downwards(view: View, reader: Connection, trust: Trust) -> Balance:
    """What the city issued: accepted is what the hall has cosigned and applied, as its last ack says."""
    origin = trust.c2h.name
    signed = _signed_size(reader, origin)
    contact = read_contact(reader, trust.ticket.hall)
    detail = contact.detail if contact else {}
    applied = min(int(detail.get("status", {}).get("applied", 0)), int(detail.get("acknowledged", 0)), signed)
    held = reader.execute(_HELD, (origin, signed)).get
    root, holds = _root(reader, trust.c2h, signed)
    return Balance(
        hall=trust.ticket.hall,
        epoch=trust.ticket.epoch,
        direction="c2h",
        issued=held,
        accepted=applied,
        flagged=0,
        owner="",
        in_flight=signed - applied,
        root=root,
        root_holds=holds and view.stored(trust.c2h).size == signed,
    )


def _signed_size(reader: Connection, origin: str) -> int:
    head = latest_checkpoint(reader, origin)
    return head[0] if head is not None else 0


def _root(reader: Connection, log: VerifierKey, size: int) -> tuple[str, bool]:
    if find_log(reader, log.name) is None or not size:
        return "", True
    verdict = verify_stored(reader, log.name, log, every_checkpoint=False)
    return base64.b64decode(verdict.root).hex(), verdict.ok and verdict.size == size
