"""The shape of a read model: a name, its tables, and what each entry means to it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from appliance.store.change import AppliedEntry
from appliance.store.connection import Connection


@dataclass(frozen=True, slots=True)
class ReadModel:
    """One read model.

    Attributes:
        name: its name; the registry has it once.
        schema: DDL of its tables; a changed text makes the writer drop and replay.
        apply: writes what an entry means; reads nothing but its own tables and the entry. None for tables that change
            only with a pack.
        events: the events that mean something to it; `apply` is not asked about others. None for all.
    """

    name: str
    schema: str
    apply: Callable[[Connection, AppliedEntry], None] | None = None
    events: frozenset[type[Any]] | None = None
