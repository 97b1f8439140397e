"""Entry 0 of every log: the epoch is opened by a change whose key follows from the origin; a repeat writes nothing."""

from uuid import NAMESPACE_URL, uuid5

from appliance.domain.actor import SYSTEM
from appliance.domain.events import EpochOpened
from appliance.store.change import Change, Decision, NewEntry


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
