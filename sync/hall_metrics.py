"""``/metrics`` of a hall: what this machine knows of itself; a name that the city has too means the same there.

A metric is a line of `HALL`: add one there and it is told, with its help. Names end in their unit.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from appliance.domain.entry import read_meta
from appliance.domain.gate import GateState
from appliance.projections import cases, city_commands, conflicts, personal_data
from appliance.store.acknowledgements import read_blob_progress
from appliance.store.appending import get_setting
from appliance.store.connection import Connection
from appliance.store.contacts import Contact, latest_cosignature, read_contact
from appliance.store.event_store import find_log, read_entry
from appliance.store.gatekeeping import LEASE_UNTIL
from appliance.store.scrubbing import is_due
from appliance.store.store import StoreView
from sync.exposition import Metric, instant, told
from sync.hall import CITY_PEER
from sync.trust import Trust


@dataclass(frozen=True, slots=True)
class Figures:
    """What is read once for all metrics."""

    store: StoreView
    trust: Trust
    reader: Connection
    contact: Contact | None
    size: int
    cosigned: int

    @property
    def stored(self) -> int:
        """Entries of the own log that the city last said it has."""
        detail = self.contact.detail if self.contact is not None else {}
        return min(self.size, int(detail.get("city_size") or 0))


def _behind_down(figures: Figures) -> float:
    log = find_log(figures.reader, figures.trust.ticket.c2h_origin)
    return float(log.size - log.applied) if log is not None else 0.0


def _oldest(figures: Figures) -> float | None:
    if figures.cosigned >= figures.size:
        return None
    return instant(read_meta(read_entry(figures.reader, figures.trust.ticket.h2c_origin, figures.cosigned).entry).t)


HALL: Final[tuple[tuple[Metric, Callable[[Figures], float | None]], ...]] = (
    (
        Metric("hall_entries_reported", "Entries that the hall has, durable in database and journal."),
        lambda one: one.size,
    ),
    (
        Metric("hall_entries_stored", "Entries of the hall's log that the city last said it stored and verified."),
        lambda one: one.stored,
    ),
    (Metric("hall_entries_cosigned", "Entries under a cosignature of the city."), lambda one: one.cosigned),
    (
        Metric("hall_behind_up_entries", "Entries that the hall has and the city not."),
        lambda one: one.size - one.stored,
    ),
    (Metric("hall_behind_down_entries", "Entries of the city that the hall has not applied."), _behind_down),
    (
        Metric("hall_last_contact_timestamp_seconds", "When the city last answered."),
        lambda one: instant(one.contact.at) if one.contact is not None else None,
    ),
    (
        Metric("hall_last_equal_timestamp_seconds", "When both logs were last equal on both sides."),
        lambda one: instant(one.contact.success) if one.contact is not None else None,
    ),
    (
        Metric("hall_lease_end_timestamp_seconds", "When the hall's lease ends."),
        lambda one: instant(get_setting(one.reader, LEASE_UNTIL)),
    ),
    (
        Metric(
            "hall_oldest_unacknowledged_timestamp_seconds", "Time of the hall's oldest entry without a cosignature."
        ),
        _oldest,
    ),
    (
        Metric("hall_blobs_pending", "Scans that the city lacks and this machine cannot send."),
        lambda one: len(read_blob_progress(one.reader).missing),
    ),
    (
        Metric("hall_cases_open", "Cases of the hall that are not at an end."),
        lambda one: sum(cases.counts(one.reader).values()),
    ),
    (
        Metric("hall_conflicts_open", "Open conflicts that the hall was told of."),
        lambda one: conflicts.waiting(one.reader),
    ),
    (
        Metric("hall_requests_waiting", "Requests of the city that the hall has not answered."),
        lambda one: city_commands.waiting(one.reader),
    ),
    (
        Metric("hall_personal_data_waiting", "Requests about personal data that are not decided."),
        lambda one: len(personal_data.waiting(one.reader)),
    ),
    (
        Metric("hall_scrub_due", "1 while bytes of something erased may still stand on the disk."),
        lambda one: float(is_due(one.reader)),
    ),
    (
        Metric("hall_writing_fault", "1 while nothing can be written: own bytes do not verify, or no owner answers."),
        lambda one: float(one.store.fault is not None),
    ),
)
GATE: Final = Metric("hall_gate", "1 for the state of the hall's gate (protocol 5); 0 for the others.")


def expose(store: StoreView, trust: Trust) -> str:
    """Give all metrics as text.

    Args:
        store: the hall's, in the owner's process or beside it.
        trust: its verified ticket.
    """
    reader, origin = store.reader(), trust.ticket.h2c_origin
    cosigned = latest_cosignature(reader, origin)
    figures = Figures(
        store,
        trust,
        reader,
        read_contact(reader, CITY_PEER),
        store.durable_size(origin),
        cosigned[0] if cosigned is not None else 0,
    )
    hall = {"hall": trust.ticket.hall}
    lines: list[str] = []
    for metric, read in HALL:
        value = read(figures)
        lines += told(metric, [(hall, value)] if value is not None else [])
    gate = store.gate
    lines += told(GATE, [({**hall, "state": state.value.lower()}, float(state is gate)) for state in GateState])
    return "".join(f"{line}\n" for line in lines)
