"""The city looks at all halls once a minute, whether anybody calls or looks at the board (desk: alerts on silence)."""

from typing import Final

from sync.hub import history, numbers, transfers
from sync.hub.board import HallRow, board
from sync.hub.hub import Hub
from sync.hub.publish import publish_halls

LOOK_SECONDS: Final = 60.0


def look(hub: Hub) -> list[HallRow]:
    """Look at all halls and remember what was seen; gives the board's rows.

    Args:
        hub: the city.
    """
    rows = board(hub)
    now = hub.clock.now()
    seen = [_seen(row) for row in rows]
    hub.store.writer.local(lambda connection: history.record(connection, seen, now)).result()
    return rows


def keep_up(hub: Hub) -> None:
    """Do what waits for nobody: pass on cases and scans between halls, and name the halls to each other.

    Args:
        hub: the city.

    Raises:
        Refusal: a log cannot be written to now; the next minute tries again.
    """
    transfers.look(hub)
    publish_halls(hub)
    numbers.refill(hub)


def _seen(row: HallRow) -> history.Seen:
    return history.Seen(
        hall=row.hall,
        state=row.state.value,
        size=row.size,
        down_size=row.down_size,
        behind_up=row.behind_up,
        behind_down=row.behind_down,
        contact=row.last_contact or "",
        silent=row.silent,
    )
