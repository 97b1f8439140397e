"""What the operator's board shows at a moment, computed once for all who look at it."""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta

from appliance.clock import Clock, format_time
from sync.hub.board import HallRow, board
from sync.hub.hall_states import HallState
from sync.hub.hub import SILENT_AFTER, Hub

REFRESH_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The board's rows, worst first, the instant that they hold for (ISO 8601), and from when silence is shown."""

    rows: tuple[HallRow, ...]
    time: str
    silent_after: timedelta = SILENT_AFTER


@dataclass(frozen=True, slots=True)
class Drawn:
    """A snapshot as HTML in one language, and the id that names exactly this content."""

    snapshot: Snapshot
    text: str
    id: str


@dataclass(slots=True)
class BoardFeed:
    """Reads the board in a worker thread, at most once in two seconds however many pages are open.

    Args:
        hub: the city.
        clock: wall clock for what is shown, boot clock for how old it is.
        pause: waits for so many seconds (``asyncio.sleep``).

    Attributes:
        closed: the server is about to end, so streams end too instead of holding it up.
    """

    hub: Hub
    clock: Clock
    pause: Callable[[float], Awaitable[None]] = asyncio.sleep
    closed: bool = field(default=False, init=False)
    _held: tuple[float, Snapshot] | None = field(default=None, init=False)
    _lock: asyncio.Lock = field(default_factory=asyncio.Lock, init=False)
    _drawn: dict[str, "Drawn"] = field(default_factory=dict, init=False)
    _drawing: asyncio.Lock = field(default_factory=asyncio.Lock, init=False)

    def close(self) -> None:
        """Let all streams end at their next look."""
        self.closed = True

    def silent(self) -> int:
        """Count the halls that are silent and nobody knows why, as last seen; for the menu, which asks often."""
        return sum(HallState.SILENT in row.found for row in self._held[1].rows) if self._held else 0

    async def current(self) -> Snapshot:
        """Give the board as it is, at most two seconds old."""
        async with self._lock:
            moment = self.clock.boottime()
            if self._held is None or moment - self._held[0] >= REFRESH_SECONDS:
                rows = await asyncio.to_thread(board, self.hub)
                time = format_time(self.clock.now())
                self._held = (moment, Snapshot(tuple(rows), time, self.hub.view.silent_after))
            return self._held[1]

    async def drawn(self, language: str, draw: Callable[[Snapshot], str]) -> Drawn:
        """Give the board as HTML, drawn once a snapshot and language however many listen, and beside the event loop.

        The rows of 500 halls take 0.1 s to draw, and nobody's page shall wait for that.

        Args:
            language: code of the language.
            draw: makes the HTML; the same for all who read this language.
        """
        snapshot = await self.current()
        async with self._drawing:
            held = self._drawn.get(language)
            if held is None or held.snapshot is not snapshot:
                text = await asyncio.to_thread(draw, snapshot)
                held = Drawn(snapshot, text, hashlib.sha256(text.encode()).hexdigest()[:16])
                self._drawn[language] = held
            return held
