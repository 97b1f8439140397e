"""Composition of the two servers: a hall's pages with the owner's socket, and the city's pages with the protocol.

Here and nowhere else concrete parts are chosen; everything below is handed its parts.
"""

import asyncio
import os
import secrets
import signal
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from types import FrameType

import uvicorn
import uvloop
from litestar import Litestar
from litestar.types import ASGIApp

from appliance.clock import Clock, SystemClock
from appliance.config import CITY_FILE, CityConfig, load
from appliance.domain.actor import SYSTEM
from appliance.domain.gate import GateState
from appliance.papers.client import RenderClient, spawner
from appliance.services import tray
from appliance.services.opening import DeskHandler
from appliance.services.owner import SOCKET_NAME, OwnerServer
from appliance.services.passwords import HashLimits, make_verifier
from appliance.services.proofs import ProofKeys
from appliance.services.sweep import sweep
from appliance.store.guard import install_guard
from appliance.store.sessions import forget_old
from appliance.store.store import Store
from sync.hub.carried_commands import errand_handler
from sync.hub.endpoints import http_app
from sync.hub.hub import Hub, make_hub
from sync.opening import OpenHall, open_enrolled
from web.accounts import StoredAccessLog, StoredCredentials, StoredSessions
from web.app import Ports, create_app
from web.city import CityRoster, NoCounts, NoLink, NoWindows
from web.city_feed import BoardFeed
from web.city_protocol import by_address
from web.local import CityLink, HallCounts, HallWindows, LocalTables, Roster
from web.navigation import CITY_MENU, HALL_MENU
from web.ports import LinkStatus, MenuCounts, StaffDirectory, Windows
from web.routes import CITY, HALL
from web.visit import Site

HOST = "127.0.0.1"
RENDER_SOCKET = "render.sock"
HASHING_THREADS = 2
END_LOOK_SECONDS = 0.2


@dataclass(frozen=True, slots=True)
class _Base:
    """The ports that differ between a hall and the city."""

    staff: StaffDirectory
    link: LinkStatus
    windows: Windows
    counts: MenuCounts


def _ports(store: Store, clock: Clock, base: _Base, limits: HashLimits) -> Ports:
    tables = LocalTables(store)
    threads = ThreadPoolExecutor(HASHING_THREADS, thread_name_prefix="hash")
    nobody = make_verifier(secrets.token_hex(16), limits)
    return Ports(
        sessions=StoredSessions(tables),
        credentials=StoredCredentials(tables, clock, threads, limits, nobody),
        staff=base.staff,
        access_log=StoredAccessLog(tables),
        link=base.link,
        windows=base.windows,
        counts=base.counts,
        clock=clock,
        random=os.urandom,
        secret=os.urandom(32),
    )


def hall_app(hall: OpenHall, *, clock: Clock, renderer: RenderClient, limits: HashLimits | None = None) -> Litestar:
    """Make a hall's application over its open store.

    Args:
        hall: the opened hall.
        clock: wall clock and boot time.
        renderer: the way to the paper renderer.
        limits: cost of password hashes; the default is libsodium's interactive one.
    """
    config = hall.desk.facts.hall
    base = _Base(
        Roster(hall.store, clock),
        CityLink(hall.store, hall.trust.ticket.h2c_origin, clock),
        HallWindows(config),
        HallCounts(hall.store, clock),
    )
    site = Site(name="厅印", place=config.short_name, cookie=f"hall_{config.code}", navigation=HALL_MENU)
    log_keys = ProofKeys({hall.trust.ticket.h2c_origin: hall.trust.h2c}, hall.trust.city_cosigner)
    services: dict[str, object] = {"log_keys": log_keys, "desk": hall.desk, "render": renderer, "hall": hall}
    return create_app(site, _ports(hall.store, clock, base, limits or HashLimits()), HALL, services)


def city_app(
    hub: Hub, config: CityConfig, *, clock: Clock, limits: HashLimits | None = None, board: BoardFeed | None = None
) -> ASGIApp:
    """Make the city's application over its open hub: pages and the protocol's addresses.

    Args:
        hub: the open hub.
        config: names and people.
        clock: wall clock and boot time.
        limits: cost of password hashes; the default is libsodium's interactive one.
        board: what the operator's board listens to; handed in by whoever will close it.
    """
    base = _Base(CityRoster(config), NoLink(), NoWindows(), NoCounts())
    site = Site(name="厅印 · 市级", place=config.name, cookie=f"city_{config.city}", navigation=CITY_MENU)
    ports = _ports(hub.store, clock, base, limits or HashLimits())
    pages = create_app(site, ports, CITY, {"hub": hub, "board": board or BoardFeed(hub, clock)})
    return by_address(http_app(hub), pages)


def _sweeper(hall: OpenHall, clock: Clock) -> Callable[[str, bytes], bytes]:
    """Make the owner's verb ``sweep.run``: due time limits and what is kept no longer, in this process as it writes."""

    def run(_verb: str, _payload: bytes) -> bytes:
        today = clock.now().date().isoformat()
        done = sweep(hall.desk, actor=SYSTEM, today=today, make_key=lambda no, day: f"sweep:{no}:{day}")
        if hall.store.gate is GateState.OPEN:  # a clock in doubt throws nothing away
            hall.store.writer.local(lambda connection: forget_old(connection, clock.now())).result()
        return str(len(done)).encode()

    return run


async def _serve(
    app: ASGIApp,
    port: int,
    *,
    before: Callable[[], Awaitable[None]] | None = None,
    leaving: Callable[[], None] | None = None,
) -> None:
    config = uvicorn.Config(
        app,
        host=HOST,
        port=port,
        http="httptools",
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=5,
    )
    # uvicorn raises the signal that ended it once more when it has ended; without a handler the process would die of it
    # before the store is closed.
    signal.signal(signal.SIGTERM, _noted)
    if before is not None:
        await before()
    server = uvicorn.Server(config)
    ending = asyncio.create_task(_tell_of_end(server, leaving)) if leaving is not None else None
    await server.serve()
    if ending is not None:
        await ending


def _noted(_number: int, _frame: FrameType | None) -> None:
    """Take a signal that was acted upon already."""


async def _tell_of_end(server: uvicorn.Server, leaving: Callable[[], None]) -> None:
    """Say that the server was told to end, which uvicorn tells no application that is still answering."""
    while not server.should_exit:  # noqa: ASYNC110 - set by a signal handler, outside any loop
        await asyncio.sleep(END_LOOK_SECONDS)
    leaving()


def serve_hall(directory: Path, port: int | None) -> None:
    """Run a hall's web process until it is told to end; it owns the writer.

    Args:
        directory: the hall's data directory.
        port: port on the loopback address; None takes the one of the settings.
    """
    clock = SystemClock()
    install_guard(directory)
    hall = open_enrolled(directory, clock)
    idle_seconds = hall.desk.facts.hall.render_idle_seconds
    render_socket = directory / RENDER_SOCKET
    renderer = RenderClient(render_socket, spawner(render_socket, idle_seconds=idle_seconds))
    owner = OwnerServer(
        directory / SOCKET_NAME,
        {
            "desk": DeskHandler(hall.desk),
            "sync": hall.sync_handler,
            "sweep": _sweeper(hall, clock),
            "tray": tray.handler(hall.store, hall.desk.facts.hall, clock),
        },
    )
    app = hall_app(hall, clock=clock, renderer=renderer)

    async def main() -> None:
        try:
            await _serve(app, port or hall.desk.facts.hall.port, before=owner.start)
        finally:
            await owner.close()

    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(main())
    finally:
        renderer.close()
        hall.store.close()


def serve_city(directory: Path, port: int | None) -> None:
    """Run the city's server until it is told to end."""
    clock = SystemClock()
    install_guard(directory)
    config = load(directory / CITY_FILE, CityConfig)
    hub = make_hub(
        directory,
        clock,
        lease=timedelta(days=config.lease_days),
        silent_after=timedelta(seconds=config.silence_seconds),
    )
    board = BoardFeed(hub, clock)
    app = city_app(hub, config, clock=clock, board=board)
    owner = OwnerServer(directory / SOCKET_NAME, {"bundle": errand_handler(hub)})

    async def main() -> None:
        try:
            await _serve(app, port or config.port, before=owner.start, leaving=board.close)
        finally:
            await owner.close()

    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(main())
    finally:
        hub.close()
