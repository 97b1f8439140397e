"""All read models of a hall, in the order in which an entry is applied to them.

To add a read model: its module with schema, `apply` and queries, and one line here.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final, Protocol

import msgspec

from appliance.domain.events import PackPublished
from appliance.domain.events.transfer import CaseEntrusted, CaseReported, FoldedTransfer
from appliance.projections import (
    absences,
    access_digests,
    boundaries,
    calendar_view,
    cases,
    certificates,
    city_commands,
    complaints,
    conflicts,
    contacts,
    delegations,
    departments,
    fallback,
    halls,
    handovers,
    hearings,
    items,
    joint_sets,
    joints,
    licence_status,
    licences,
    number_blocks,
    numbers,
    packs,
    personal_data,
    prints,
    seals,
    search,
    shelf,
    staff,
    staff_changes,
    supervision,
    transfers,
)
from appliance.projections.read_model import ReadModel
from appliance.store.change import AppliedEntry
from appliance.store.connection import Connection

CARRIED: Final = frozenset({cases.NAME, "search", "handovers", "shelf", "hearings", "licences"})
"""Read models that a case's history from another hall goes into; numbers, prints and supervision are each hall's."""
NOT_OURS: Final = -1
"""Index of what stands in the city's log, which lies below every cosigned size."""

Apply = Callable[[Connection, AppliedEntry], None]


class Blobs(Protocol):
    """What the read models need of the blob store: where a blob's file is."""

    def path(self, sha256: str) -> Path:
        """Give the path of a blob's file, whether it exists or not."""
        ...


class Models:
    """Read models that an entry is applied to one after the other; a hall's are all of `HallProjector`.

    Args:
        models: in the order in which an entry is applied to them.
    """

    def __init__(self, models: Sequence[ReadModel]) -> None:
        self._models = tuple(models)
        self._appliers: dict[type[Any], tuple[Apply, ...]] = {}
        self._carried = tuple(model for model in self._models if model.name in CARRIED)

    def schemas(self) -> Sequence[tuple[str, str]]:
        """Give name and DDL of every read model."""
        return tuple((model.name, model.schema) for model in self._models)

    def apply(self, connection: Connection, applied: AppliedEntry) -> None:
        """Write what the entry means into every read model.

        A case that is entrusted to this hall brings its history: its entries go into the models that tell what the case
        is, as if they had been written here; into those that count what this hall has done they do not.
        """
        event = applied.event
        if isinstance(event, CaseEntrusted) and not applied.own:
            self._bring(connection, applied, event)
        if isinstance(event, CaseEntrusted | CaseReported) and not applied.own:
            # The city's word about a case of this hall: no entry of this hall's, so it counts as confirmed.
            applied = msgspec.structs.replace(applied, own=True, index=NOT_OURS)
        for apply in self._appliers_of(type(event)):
            apply(connection, applied)

    def _bring(self, connection: Connection, applied: AppliedEntry, event: CaseEntrusted) -> None:
        for one in transfers.history(connection, applied.meta.case or "", event):
            for model in self._carried:
                if isinstance(one.event, FoldedTransfer) and model.name != cases.NAME:
                    continue  # who had the case before changes no list of this hall's
                if model.apply is not None and (model.events is None or type(one.event) in model.events):
                    model.apply(connection, one)

    def _appliers_of(self, kind: type[Any]) -> tuple[Apply, ...]:
        found = self._appliers.get(kind)
        if found is None:
            asked = (model for model in self._models if model.events is None or kind in model.events)
            found = self._appliers[kind] = tuple(model.apply for model in asked if model.apply is not None)
        return found


class HallProjector:
    """Applies entries to the hall's read models; implements `appliance.store.change.Projector`.

    Args:
        blobs: where packs lie.
        replaying: entries come one after the other into a transaction that is never rolled back.
    """

    def __init__(self, blobs: Blobs, *, replaying: bool = False) -> None:
        self._blobs = blobs
        self._models: tuple[ReadModel, ...] = (
            items.MODEL,
            joint_sets.MODEL,
            departments.MODEL,
            staff.MODEL,
            calendar_view.MODEL,
            halls.MODEL,
            cases.model(replaying=replaying),
            joints.model(replaying=replaying),  # after cases: the state of a whole follows its members'
            search.MODEL,  # after cases: it takes the case's row id
            numbers.MODEL,  # after cases: it reads the department
            licences.MODEL,
            delegations.MODEL,
            staff_changes.MODEL,
            absences.MODEL,
            prints.MODEL,
            supervision.MODEL,
            complaints.MODEL,
            seals.MODEL,
            contacts.MODEL,
            access_digests.MODEL,
            certificates.MODEL,
            licence_status.MODEL,  # after licences: it changes their state
            handovers.MODEL,
            hearings.MODEL,
            shelf.MODEL,
            boundaries.MODEL,
            fallback.MODEL,
            city_commands.MODEL,
            conflicts.MODEL,
            personal_data.MODEL,
            transfers.MODEL,
            number_blocks.MODEL,
            packs.model(blobs.path),
        )
        self._together = Models(self._models)

    def schemas(self) -> Sequence[tuple[str, str]]:
        """Give name and DDL of every read model."""
        return self._together.schemas()

    def ready(self, applied: AppliedEntry) -> bool:
        """Tell whether the entry's pack, if it names one, has arrived."""
        event = applied.event
        return not isinstance(event, PackPublished) or self._blobs.path(event.sha256).exists()

    def apply(self, connection: Connection, applied: AppliedEntry) -> None:
        """Write what the entry means into every read model."""
        self._together.apply(connection, applied)

    def forget(self, connection: Connection, places: Sequence[tuple[str, int]]) -> bool:  # noqa: ARG002 - the port
        """Nothing is taken out entry by entry: cases, wholes, search and the rest follow from one another."""
        return not places
