"""What the board shows of all halls, read in a number of statements that does not grow with the halls."""

from dataclasses import dataclass
from typing import Final

from appliance.domain.transfer import is_late
from appliance.ledger.checkpoint import Checkpoint
from appliance.ledger.merkle import EMPTY_ROOT
from appliance.ledger.note import VerifierKey
from appliance.store.connection import Connection
from appliance.store.contacts import Contact, read_contacts
from sync.hub import cases, evidence, flags, silences
from sync.hub.due import shipped_calendar
from sync.hub.hub import WAITS, Stored, View
from sync.hub.silences import Acknowledged

# The newest checkpoint of a log stands at its size; its root was recomputed from the records before it was stored.
LOGS_SQL: Final = (
    "SELECT l.origin, l.size, l.closed, c.note FROM log l LEFT JOIN checkpoint c ON c.log = l.id AND c.size = l.size"
)
LEASES_SQL: Final = "SELECT origin, expires FROM hub_lease"
TALLY_SQL: Final = "SELECT hall, cases, open FROM hub_tally"
SALVAGED_SQL: Final = "SELECT DISTINCT hall, origin FROM hub_quarantine"
WAITS_SQL: Final = "SELECT name FROM setting WHERE name >= ?1 AND name < ?1 || x'ff'"


@dataclass(frozen=True, slots=True)
class Figures:
    """What is known of all halls at a moment.

    Attributes:
        logs: size, root and end of each log by its name.
        contacts: last contact by hall.
        cases: cases and those not at an end, by hall.
        flags: entries that wait for a person, by hall.
        evidence: refused heads by hall and log, then by kind.
        leases: end of the lease by the city's log for the hall.
        unchecked: the city's logs that wait for their hall after a restore.
        salvaged: logs of which officers have had entries brought into quarantine, with their halls.
        silences: the last silence that the operator acknowledged, by hall.
        late: halls at either end of a hand-over that nobody has signed for in time.
    """

    view: View
    logs: dict[str, Stored]
    contacts: dict[str, Contact]
    cases: dict[str, tuple[int, int]]
    flags: dict[str, int]
    evidence: dict[tuple[str, str], dict[str, int]]
    leases: dict[str, str]
    unchecked: frozenset[str]
    salvaged: frozenset[tuple[str, str]]
    silences: dict[str, Acknowledged]
    late: frozenset[str]

    def stored(self, log: VerifierKey) -> Stored:
        """Give a log up to its durable size; an unknown one is empty."""
        known = self.logs.get(log.name)
        if known is None:
            return Stored(0, EMPTY_ROOT, closed=False)
        # Between a COMMIT and its journal the durable size is behind for an instant: that one log is asked alone.
        return known if known.root and known.size <= self.view.durable(log.name) else self.view.stored(log)


def read_figures(view: View) -> Figures:
    """Read all figures of all halls.

    Args:
        view: the city.
    """
    reader = view.reader()
    return Figures(
        view=view,
        logs={
            origin: Stored(size, _root(note) if size else EMPTY_ROOT, closed=bool(closed))
            for origin, size, closed, note in reader.execute(LOGS_SQL)
        },
        contacts=read_contacts(reader),
        cases={hall: (total, still_open) for hall, total, still_open in reader.execute(TALLY_SQL)},
        flags=flags.counts(reader),
        evidence=evidence.counts(reader),
        leases=dict(reader.execute(LEASES_SQL)),
        unchecked=_unchecked(reader),
        salvaged=frozenset(reader.execute(SALVAGED_SQL)),
        silences=silences.latest(reader),
        late=_late(view, reader),
    )


def _late(view: View, reader: Connection) -> frozenset[str]:
    today, calendar = view.clock.now().date(), shipped_calendar()
    late = [one for one in cases.undelivered(reader) if is_late(one.given_at, today, calendar)]
    return frozenset(hall for one in late for hall in (one.from_hall, one.to_hall) if hall)


def _root(note: bytes | None) -> bytes:
    """Give the root in a stored checkpoint note; empty without one."""
    if note is None:
        return b""
    text, _, _ = note.partition(b"\n\n")
    return Checkpoint.parse(text.decode() + "\n").root


def _unchecked(reader: Connection) -> frozenset[str]:
    return frozenset(str(name).removeprefix(WAITS) for (name,) in reader.execute(WAITS_SQL, (WAITS,)))
