"""The owner as a process: it alone writes `hall.db`, and serves the others over its socket (design §3)."""

import asyncio
import gc
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import structlog
import uvloop

from appliance.clock import Clock, SystemClock
from appliance.domain.actor import SYSTEM
from appliance.domain.gate import GateState
from appliance.errors import Refusal
from appliance.services import tray
from appliance.services.access_days import settle
from appliance.services.opening import DeskHandler
from appliance.services.owner import SOCKET_NAME, OwnerServer
from appliance.services.sweep import sweep
from appliance.store.access import ACCESS_NAME
from appliance.store.access_book import AccessBook
from appliance.store.guard import install_guard
from appliance.store.sessions import forget_old
from sync.opening import OpenHall, open_enrolled

COLLECT_AFTER_OBJECTS = 20_000
SWITCH_SECONDS = 0.0003
"""How long a thread may keep the interpreter from the writer's, whose device has answered; by default it is 5 ms."""


def owner_server(hall: OpenHall, clock: Clock) -> OwnerServer:
    """Make the owner's socket with all its verbs.

    Args:
        hall: the hall that this process owns.
        clock: wall clock and boot time.
    """
    book = AccessBook(hall.directory / ACCESS_NAME)
    return OwnerServer(
        hall.directory / SOCKET_NAME,
        {
            "sync": hall.sync_handler,
            "sweep": _sweeper(hall, clock, book),
            "tray": tray.handler(hall.store, hall.desk.facts.hall, clock),
        },
        {"desk": DeskHandler(hall.desk)},
    )


def settle_heap() -> None:
    """Take what a program has loaded out of the collector's sight, and let it look less often at what requests leave.

    Nearly all that a request makes is gone when its last name is; the catalogue and the code never go.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(COLLECT_AFTER_OBJECTS)


def _sweeper(hall: OpenHall, clock: Clock, book: AccessBook) -> Callable[[str, bytes], bytes]:
    """Make the owner's verb ``sweep.run``, in this process as it writes.

    Due time limits, the access log's days, and what is kept no longer; a clock in doubt closes no day and throws
    nothing away.
    """

    def run(_verb: str, _payload: bytes) -> bytes:
        today = clock.now().date().isoformat()
        done = sweep(hall.desk, actor=SYSTEM, today=today, make_key=lambda no, day: f"sweep:{no}:{day}")
        if hall.store.gate in (GateState.OPEN, GateState.STALE):
            try:
                settle(hall.desk, book, today=today, make_key=lambda one: f"access:{one.day}:{one.head[:16]}")
            except Refusal as refusal:  # said at every sweep; the days wait, and no personal data is shown meanwhile
                structlog.get_logger("owner").error("access_log_failed", code=refusal.code, subject=refusal.subject)
        if hall.store.gate is GateState.OPEN:  # a clock in doubt throws nothing away
            hall.store.writer.local(lambda connection: forget_old(connection, clock.now())).result()
        return str(len(done)).encode()

    return run


def serve_owner(directory: Path) -> None:
    """Own a hall until told to end; what was taken in by then is finished first.

    Args:
        directory: the hall's data directory.

    Raises:
        Conflict: another process owns it.
    """
    clock = SystemClock()
    install_guard(directory)
    # The owner asks pypinyin for single characters only, which its 44 MB of phrases say nothing about.
    os.environ["PYPINYIN_NO_PHRASES"] = "true"
    hall = open_enrolled(directory, clock)
    settle_heap()
    sys.setswitchinterval(SWITCH_SECONDS)

    async def main() -> None:
        ending, loop = asyncio.Event(), asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, ending.set)
        server = owner_server(hall, clock)
        await server.start()
        try:
            await ending.wait()
        finally:
            await server.close()

    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(main())
    finally:
        hall.store.close()
