"""Entry 0 of every log: the epoch is opened by a change whose key follows from the origin; a repeat writes nothing."""

from uuid import NAMESPACE_URL, uuid5

from appliance.domain.actor import SYSTEM
from appliance.domain.events import EpochOpened
from appliance.store.change import Change, Decision, NewEntry
from appliance.store.store import Store
from sync.logs import root_at
from sync.trust import Trust, origin_of


def opening_change(origin: str, event: EpochOpened | None = None) -> Change:
    """Make the change that opens a log (protocol §1).

    Args:
        origin: the log.
        event: where the log before it ended; nothing for a first epoch.
    """
    entry = NewEntry(event=event or EpochOpened(), log=origin)
    label = f"epoch:{origin}"
    return Change(
        key=str(uuid5(NAMESPACE_URL, label)),
        actor=SYSTEM,
        content=label.encode(),
        decide=lambda _context: Decision(entries=(entry,), result={}),
    )


def after(store: Store, trust: Trust, direction: str) -> EpochOpened:
    """Say where the log before this epoch ended, as it is stored here.

    Args:
        store: the hall's or the city's store.
        trust: the ticket of the epoch to open.
        direction: ``h2c`` or ``c2h``.
    """
    ticket = trust.ticket
    previous = origin_of(ticket.city, ticket.hall, direction, ticket.epoch - 1)
    held = {row.origin: row.size for row in store.logs()}
    if not held.get(previous):
        return EpochOpened()
    size = held[previous]
    return EpochOpened(
        previous_origin=previous, previous_size=size, previous_root=root_at(store.reader(), previous, size).hex()
    )


def close_older(store: Store, trust: Trust) -> None:
    """Close both logs of the epochs before a ticket's: nothing is appended to them any more (LOCAL)."""
    ticket = trust.ticket
    mine = {
        origin_of(ticket.city, ticket.hall, direction, epoch)
        for direction in ("h2c", "c2h")
        for epoch in range(1, ticket.epoch)
    }
    for row in store.logs():
        if row.origin in mine and not row.closed:
            store.close_log(row.origin)


def open_next(store: Store, trust: Trust) -> None:
    """Open a hall's own log of a ticket's epoch, behind the one before it, which is closed."""
    store.writer.submit(opening_change(trust.ticket.h2c_origin, after(store, trust, "h2c"))).result()
    close_older(store, trust)
