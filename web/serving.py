"""Composition of the servers: a hall's pages, with the writer or beside it, and the city's pages with the protocol.

Here and nowhere else concrete parts are chosen; everything below is handed its parts.
"""

import asyncio
import os
import secrets
import signal
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from types import FrameType
from typing import Protocol

import uvicorn
import uvloop
from litestar import Litestar
from litestar.types import ASGIApp

from appliance.clock import Clock, SystemClock
from appliance.config import CITY_FILE, CityConfig, HallConfig, load
from appliance.errors import N_
from appliance.papers.client import RenderClient, spawner
from appliance.services.desk import Desk
from appliance.services.owner import SOCKET_NAME, OwnerServer
from appliance.services.passwords import HashLimits, make_verifier
from appliance.services.proofs import ProofKeys
from appliance.store.access import ACCESS_NAME
from appliance.store.access_book import AccessBook
from appliance.store.guard import install_guard
from appliance.store.store import StoreView
from sync import hall_metrics
from sync.enrolment import DOCUMENT_SEED
from sync.hub import (
    carried_commands,
    conflict_commands,
    errands,
    metrics,
    number_commands,
    request_commands,
    salvage_commands,
)
from sync.hub.endpoints import http_app
from sync.hub.following import following
from sync.hub.hub import Hub, make_hub
from sync.opening import beside_owner, log_verifiers, open_enrolled
from sync.owning import owner_server, settle_heap
from sync.trust import Trust
from web.accounts import LocalStore, StoredAccessLog, StoredCredentials, StoredSessions
from web.app import Ports, create_app
from web.bundling import FOLDER, city_errands, hall_errands, port_of, watching
from web.city import CityCounts, CityRoster, NoLink, NoWindows
from web.city_feed import BoardFeed
from web.city_link import listen_for_halls
from web.city_protocol import by_address
from web.city_watch import halls_watched
from web.local import CityLink, HallCounts, HallWindows, LocalTables, OwnTables, Roster
from web.metrics import metrics_handler
from web.navigation import CITY_MENU, HALL_MENU
from web.ports import LinkStatus, MenuCounts, StaffDirectory, Windows
from web.queue_feed import QueueFeed
from web.routes import CITY, HALL
from web.visit import Site

HOST = "127.0.0.1"
RENDER_SOCKET = "render.sock"
HASHING_THREADS = 2
END_LOOK_SECONDS = 0.2
CITY_ERRANDS = {
    "bundle": carried_commands.ERRANDS,
    "command": request_commands.ERRANDS,
    "conflict": conflict_commands.ERRANDS,
    "numbers": number_commands.ERRANDS,
    "salvage": salvage_commands.ERRANDS,
}
"""What the city's command line asks of the server that runs, by the first word of the verb."""


@dataclass(frozen=True, slots=True)
class _Base:
    """The ports that differ between a hall and the city."""

    staff: StaffDirectory
    link: LinkStatus
    windows: Windows
    counts: MenuCounts


class ServedHall(Protocol):
    """A hall whose pages are shown: owned by this process (`OpenHall`) or by another one (`BesideOwner`)."""

    @property
    def directory(self) -> Path:
        """Its data directory."""
        ...

    @property
    def desk(self) -> Desk:
        """Where changes go in."""
        ...

    @property
    def store(self) -> StoreView:
        """What of the store can be looked at."""
        ...

    @property
    def trust(self) -> Trust:
        """The hall's verified ticket."""
        ...


def _ports(tables: LocalStore, clock: Clock, base: _Base, limits: HashLimits, book: AccessBook) -> Ports:
    threads = ThreadPoolExecutor(HASHING_THREADS, thread_name_prefix="hash")
    nobody = make_verifier(secrets.token_hex(16), limits)
    return Ports(
        sessions=StoredSessions(tables),
        credentials=StoredCredentials(tables, clock, threads, limits, nobody),
        staff=base.staff,
        access_log=StoredAccessLog(tables),
        views=book,
        link=base.link,
        windows=base.windows,
        counts=base.counts,
        clock=clock,
        random=os.urandom,
        secret=os.urandom(32),
    )


def hall_app(
    hall: ServedHall,
    *,
    clock: Clock,
    renderer: RenderClient,
    book: AccessBook,
    limits: HashLimits | None = None,
    calls: QueueFeed | None = None,
) -> Litestar:
    """Make a hall's application.

    Args:
        hall: the hall.
        clock: wall clock and boot time.
        renderer: the way to the paper renderer.
        book: the access log; nothing is shown that it did not take.
        limits: cost of password hashes; the default is libsodium's interactive one.
        calls: what the calling screens listen to; handed in by whoever will close it.
    """
    config = hall.desk.facts.hall
    base = _Base(
        Roster(hall.store, clock),
        CityLink(hall.store, hall.trust.ticket.h2c_origin, clock),
        HallWindows(config),
        HallCounts(hall.store, clock),
    )
    site = Site(
        name=N_("厅印"),
        place=config.short_name,
        cookie=f"hall_{config.code}",
        navigation=HALL_MENU,
        terminals=config.kiosks,
    )
    log_keys = ProofKeys(log_verifiers(hall.directory), hall.trust.city_cosigner)
    services: dict[str, object] = {"log_keys": log_keys, "desk": hall.desk, "render": renderer, "access": book}
    services["calls"] = calls or QueueFeed(hall.desk, clock)
    services["errands"] = hall_errands(partial(port_of, hall, clock), hall.directory / FOLDER, clock)
    figures = metrics_handler(partial(hall_metrics.expose, hall.store, hall.trust))
    ports = _ports(LocalTables(hall.desk), clock, base, limits or HashLimits(), book)
    return create_app(site, ports, HALL, services, extra=(figures,))


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
    board = board or BoardFeed(hub, clock)
    base = _Base(CityRoster(config), NoLink(), NoWindows(), CityCounts(board))
    site = Site(name=N_("厅印 · 市级"), place=config.name, cookie=f"city_{config.city}", navigation=CITY_MENU)
    book = AccessBook(hub.store.directory / ACCESS_NAME)  # no page of the city shows personal data: it stays unopened
    ports = _ports(OwnTables(hub.store), clock, base, limits or HashLimits(), book)
    services = {"hub": hub, "board": board, "errands": city_errands(hub, clock)}
    pages = create_app(site, ports, CITY, services, extra=(metrics_handler(partial(metrics.expose, hub)),))
    # With a TLS listener halls call there alone: a forwarder on this machine makes every caller look like it.
    return pages if config.link_port else by_address(http_app(hub), pages)


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


def _renderer(directory: Path, config: HallConfig) -> RenderClient:
    socket = directory / RENDER_SOCKET
    key = directory / "keys" / DOCUMENT_SEED
    return RenderClient(socket, spawner(socket, idle_seconds=config.render_idle_seconds, key=key))


def serve_hall(directory: Path, port: int | None) -> None:
    """Run a hall's pages in one process with the writer, until it is told to end.

    Args:
        directory: the hall's data directory.
        port: port on the loopback address; None takes the one of the settings.

    Raises:
        Conflict: another process owns it.
    """
    clock = SystemClock()
    install_guard(directory)
    hall = open_enrolled(directory, clock)
    config = hall.desk.facts.hall
    renderer, book = _renderer(directory, config), AccessBook(directory / ACCESS_NAME)
    owner = owner_server(hall, clock)
    calls = QueueFeed(hall.desk, clock)
    app = hall_app(hall, clock=clock, renderer=renderer, book=book, calls=calls)
    settle_heap()

    async def main() -> None:
        try:
            await _serve(app, port or config.port, before=owner.start, leaving=calls.close)
        finally:
            await owner.close()

    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(main())
    finally:
        renderer.close()
        book.close()
        hall.store.close()


def serve_pages(directory: Path, port: int | None) -> None:
    """Run a hall's pages beside its owner (``hall owner run``), until told to end.

    It waits for the owner at the start, and goes on showing pages while the owner is being started again.

    Args:
        directory: the hall's data directory.
        port: port on the loopback address; None takes the one of the settings.
    """
    clock = SystemClock()
    install_guard(directory)
    hall = beside_owner(directory)
    config = hall.desk.facts.hall
    renderer, book = _renderer(directory, config), AccessBook(directory / ACCESS_NAME)
    calls = QueueFeed(hall.desk, clock)
    app = hall_app(hall, clock=clock, renderer=renderer, book=book, calls=calls)
    settle_heap()

    async def main() -> None:
        await hall.store.wait_for_owner()
        watching = asyncio.create_task(hall.store.watch())
        try:
            await _serve(app, port or config.port, leaving=calls.close)
        finally:
            watching.cancel()

    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(main())
    finally:
        renderer.close()
        book.close()
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
    calls = listen_for_halls(hub, config) if config.link_port else None
    owner = OwnerServer(
        directory / SOCKET_NAME, {room: errands.handler(hub, table) for room, table in CITY_ERRANDS.items()}
    )

    async def main() -> None:
        async with halls_watched(hub, board), calls() if calls is not None else nullcontext():
            try:
                await _serve(app, port or config.port, before=owner.start, leaving=board.close)
            finally:
                await owner.close()

    try:
        with (
            following(hub),
            watching(hub, config.bundle_folders, clock),
            asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner,
        ):
            runner.run(main())
    finally:
        hub.close()
