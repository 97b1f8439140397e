"""All read models of a hall, in the order in which an entry is applied to them.

To add a read model: its module with schema, `apply` and queries, and one line here.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Protocol

from appliance.domain.events import PackPublished
from appliance.projections import (
    absences,
    access_digests,
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
    handovers,
    hearings,
    items,
    joint_sets,
    joints,
    licence_status,
    licences,
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
)
from appliance.projections.read_model import ReadModel
from appliance.store.change import AppliedEntry
from appliance.store.connection import Connection

Apply = Callable[[Connection, AppliedEntry], None]


class Blobs(Protocol):
    """What the read models need of the blob store: where a blob's file is."""

    def path(self, sha256: str) -> Path:
        """Give the path of a blob's file, whether it exists or not."""
        ...


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
            fallback.MODEL,
            city_commands.MODEL,
            conflicts.MODEL,
            personal_data.MODEL,
            packs.model(blobs.path),
        )
        self._appliers: dict[type[Any], tuple[Apply, ...]] = {}

    def schemas(self) -> Sequence[tuple[str, str]]:
        """Give name and DDL of every read model."""
        return tuple((model.name, model.schema) for model in self._models)

    def ready(self, applied: AppliedEntry) -> bool:
        """Tell whether the entry's pack, if it names one, has arrived."""
        event = applied.event
        return not isinstance(event, PackPublished) or self._blobs.path(event.sha256).exists()

    def apply(self, connection: Connection, applied: AppliedEntry) -> None:
        """Write what the entry means into every read model."""
        for apply in self._appliers_of(type(applied.event)):
            apply(connection, applied)

    def forget(self, connection: Connection, places: Sequence[tuple[str, int]]) -> bool:  # noqa: ARG002 - the port
        """Nothing is taken out entry by entry: cases, wholes, search and the rest follow from one another."""
        return not places

    def _appliers_of(self, kind: type[Any]) -> tuple[Apply, ...]:
        found = self._appliers.get(kind)
        if found is None:
            asked = (model for model in self._models if model.events is None or kind in model.events)
            found = self._appliers[kind] = tuple(model.apply for model in asked if model.apply is not None)
        return found
