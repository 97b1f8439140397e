"""The city's read models follow the halls' logs: at once behind a few entries, on their own behind a backlog.

What a cosignature promises is that bytes and private parts are verified and durable (protocol §4), and that they are
before anything here begins. Read models are derived: a power cut in the middle of them loses nothing, and the next
start goes on where the applied size stands. So a hall that sends a month waits for its proof and not for the board,
and between the steps of one hall the writer serves the others.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Final

import structlog

from appliance.errors import Refusal
from appliance.store.connection import Connection
from sync.hub import conflicts, numbers, pii_answers, transfers
from sync.hub.hub import Hub
from sync.trust import Trust

AT_ONCE_MAX: Final = 256
"""Entries that are applied in the transaction that stores them, which is the usual exchange."""
STEP_ENTRIES: Final = 512
"""Entries that are applied in one transaction behind a backlog; everybody else's appends come in between."""
PAUSE_SECONDS: Final = 0.1
"""Silence after an append, of whichever hall, before a backlog is applied: until then proofs come first."""
PAUSE_SECONDS_MAX: Final = 2.0
"""However much comes in, a backlog is applied after this long."""
RETRY_SECONDS: Final = 5.0
WAITING_SQL: Final = "SELECT coalesce(sum(size - applied), 0) FROM log WHERE NOT own"


def lag(hub: Hub, trust: Trust) -> int:
    """Give how many durable entries of a hall's log the read models have not seen yet."""
    row = hub.store.log(trust.ticket.h2c_origin)
    return row.size - row.applied


def waiting(connection: Connection) -> int:
    """Give how many stored entries of all halls the read models have not seen yet."""
    return int(connection.execute(WAITING_SQL).get)


def lagging(hub: Hub) -> Iterator[Trust]:
    """Give the epochs of halls whose entries the read models have not all seen."""
    for one in hub.halls:
        yield from (trust for trust in hub.epochs(one.ticket.hall) if lag(hub, trust))


def at_once(hub: Hub, trust: Trust, count: int) -> bool:
    """Say whether so many new entries of a hall are applied in the transaction that stores them.

    Not while an older epoch of the hall lags: what it says of a case goes on in the next one.
    """
    return not list(_older_lagging(hub, trust)) and count + lag(hub, trust) <= AT_ONCE_MAX


def _older_lagging(hub: Hub, trust: Trust) -> Iterator[Trust]:
    for one in hub.epochs(trust.ticket.hall):
        if one.ticket.epoch < trust.ticket.epoch and lag(hub, one):
            yield one


def look(hub: Hub, trust: Trust) -> None:
    """Find what disagrees in what is new, answer what was done to personal data, pass on what is under way.

    Raises:
        Refusal: a log cannot be written to now; the next exchange looks again.
    """
    conflicts.look(hub, trust)
    pii_answers.answer(hub, trust)
    transfers.look(hub)
    numbers.refill(hub, trust.ticket.hall)


def catch_up(hub: Hub, trust: Trust, *, ended: Callable[[], bool] = lambda: False) -> None:
    """Bring the read models up to a hall's log and look for conflicts in what is new.

    Args:
        hub: the city.
        trust: the hall's ticket.
        ended: asked between the steps whether to leave the rest.

    Raises:
        HallmarkError: the store takes nothing now; what is left is found by the next call.
    """
    for one in (*_older_lagging(hub, trust), trust):
        _apply_all(hub, one.ticket.h2c_origin, ended)
    with suppress(Refusal):
        # A c2h that cannot be written now: the next exchange looks again.
        look(hub, trust)


def _apply_all(hub: Hub, origin: str, ended: Callable[[], bool]) -> None:
    applied = -1
    while not ended():
        done = hub.store.writer.apply_ready(origin, STEP_ENTRIES).result()
        if done.applied in {done.size, applied}:
            return
        applied = done.applied


def settle(hub: Hub, trust: Trust) -> None:
    """Catch up now where something is left: an answer that will be carried away has to hold what was found."""
    if lag(hub, trust):
        catch_up(hub, trust)


def follow(hub: Hub, trust: Trust) -> None:
    """Let the read models follow after an append: by the thread where there is one, else now."""
    if lag(hub, trust) and hub.follower is not None:
        hub.follower(trust)
        return
    with suppress(Refusal):
        if lag(hub, trust):
            catch_up(hub, trust)
        else:
            look(hub, trust)


class Follower:
    """A thread that lets the read models follow; made by `following`."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._waiting: dict[str, Trust] = {}
        self._changed = threading.Condition()
        self._ended = False
        self._thread = threading.Thread(target=self._run, name="hub-follower", daemon=True)

    def __call__(self, trust: Trust) -> None:
        """Take note that a hall's log has grown."""
        with self._changed:
            self._waiting.setdefault(trust.ticket.h2c_origin, trust)
            self._changed.notify()

    def start(self) -> None:
        """Begin, with what was left by the last run."""
        for trust in lagging(self._hub):
            self(trust)
        self._thread.start()

    def end(self) -> None:
        """End after the step at hand; what is left is found at the next start."""
        with self._changed:
            self._ended = True
            self._changed.notify()
        self._thread.join()

    def _run(self) -> None:
        while (trust := self._next()) is not None:
            try:
                catch_up(self._hub, trust, ended=lambda: self._ended)
            except Exception as error:  # noqa: BLE001 - the board must not stand still for ever for one mistake
                structlog.get_logger("city").warning("follow_failed", hall=trust.ticket.hall, reason=str(error))
                self._later(trust)

    def _next(self) -> Trust | None:
        with self._changed:
            self._changed.wait_for(lambda: self._ended or self._waiting)
            last = time.monotonic() + PAUSE_SECONDS_MAX
            while not self._ended and (left := last - time.monotonic()) > 0:
                if not self._changed.wait(min(PAUSE_SECONDS, left)):
                    break
            return None if self._ended else self._waiting.pop(next(iter(self._waiting)))

    def _later(self, trust: Trust) -> None:
        """Try a hall again: a full disk, or a writer that is busy or finding out where it stands."""
        with self._changed:
            self._changed.wait_for(lambda: self._ended, RETRY_SECONDS)
            self._waiting.setdefault(trust.ticket.h2c_origin, trust)


@contextmanager
def following(hub: Hub) -> Iterator[Follower]:
    """Let the read models follow backlogs in a thread of their own for as long as the block lasts."""
    follower = Follower(hub)
    hub.follower = follower
    follower.start()
    try:
        yield follower
    finally:
        hub.follower = None
        follower.end()
