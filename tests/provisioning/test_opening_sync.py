"""Who owns a hall: the first that opens it; everybody else reads beside it and writes through its socket."""

import asyncio
import shutil
import threading
from contextlib import closing
from datetime import datetime
from random import Random

import pytest

from appliance.clock import SHANGHAI, FixedClock
from appliance.errors import Conflict, Invalid, NotFound, TransportFailure
from appliance.projections import cases
from appliance.projections.commands import open_reader
from appliance.services.desk import OwnDesk
from appliance.services.issuance import WithdrawCase
from appliance.services.opening import DeskHandler, WaitingDesk, desk_for_commands
from appliance.services.owner import SOCKET_NAME, OwnerServer
from appliance.services.passwords import HashLimits
from provisioning.demo import make_demo
from provisioning.walk import STORIES, Cast, Walker
from sync.opening import keys_of, open_enrolled, require_trust
from sync.running import hall_port

CLOCK = FixedClock(datetime(2026, 11, 23, 9, 30, tzinfo=SHANGHAI))
CHEAP = HashLimits(passes=1, memory_bytes=8192)
RECEIVED = next(story for story in STORIES if story.name == "received")


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("demo")
    make_demo(folder / "hall", folder / "city", hall_port=1, city_port=2, clock=CLOCK, limits=CHEAP)
    return folder / "hall"


@pytest.fixture
def directory(made, tmp_path):
    shutil.copytree(made, tmp_path / "h", ignore=shutil.ignore_patterns("owner.*"))
    return tmp_path / "h"


def commands(directory):
    trust = require_trust(directory)
    keys = keys_of(directory, trust, CLOCK)
    return desk_for_commands(directory, clock=CLOCK, signer=keys.h2c, mirror=trust.c2h)


@pytest.fixture
def owned(directory):
    """The hall with an owner that serves its socket, on a thread of its own."""
    hall = open_enrolled(directory, CLOCK)
    server = OwnerServer(directory / SOCKET_NAME, {"sync": hall.sync_handler}, {"desk": DeskHandler(hall.desk)})
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    asyncio.run_coroutine_threadsafe(server.start(), loop).result(10)
    yield hall
    asyncio.run_coroutine_threadsafe(server.close(), loop).result(10)
    loop.call_soon_threadsafe(loop.stop)
    thread.join(10)
    loop.close()
    hall.store.close()


def receive(desk, name):
    return list(Walker(desk, Random(name), CLOCK, name=name).walk_one(RECEIVED))[-1]


def test_without_an_owner_the_command_becomes_it(directory):
    with commands(directory) as desk:
        assert isinstance(desk, OwnDesk)
        no = receive(desk, "a").case
        with pytest.raises(Conflict) as refused:
            open_enrolled(directory, CLOCK)
        assert refused.value.code == "owner_busy"
    with closing(open_reader(directory)) as reader:
        assert cases.find(reader, no).no == no
    open_enrolled(directory, CLOCK).store.close()  # and lets go of it at the end


def test_beside_an_owner_it_sends_its_changes_to_it(owned, directory):
    with commands(directory) as desk:
        assert isinstance(desk, WaitingDesk)
        done = receive(desk, "b")
        assert cases.find(desk.reader(), done.case).no == done.case
    assert cases.find(owned.desk.reader(), done.case).no == done.case
    assert done.outcome.size == owned.store.log(done.outcome.log).size


def test_the_same_key_gives_the_first_answer_over_the_socket_too(owned, directory):
    with commands(directory) as desk:
        first = receive(desk, "c")
        clerk = first.actor
        again = desk.submit_now(first.command, actor=clerk, key=_key(owned, first))
    assert again.replayed
    assert (again.first, again.result) == (first.outcome.first, first.outcome.result)


def _key(hall, done):
    query = "SELECT cmd FROM entry JOIN log ON log.id = log WHERE origin = ? AND idx = ?"
    return hall.store.reader().execute(query, (done.outcome.log, done.outcome.first)).get


def test_a_refusal_comes_over_the_socket_as_what_it_was(owned, directory):
    with commands(directory) as desk:
        clerk = Cast().clerk(Random(1))
        with pytest.raises(NotFound):
            desk.submit_now(WithdrawCase(case="42019901202611239999", version=1, reason="x"), actor=clerk, key="k" * 36)
        no = receive(desk, "d").case
        with pytest.raises((Conflict, Invalid)) as refused:
            desk.submit_now(WithdrawCase(case=no, version=99, reason="改变计划"), actor=clerk, key="m" * 36)
    assert refused.value.text()


def test_an_owner_that_holds_the_lock_and_does_not_answer_is_a_transport_failure(directory):
    hall = open_enrolled(directory, CLOCK)
    try:
        with commands(directory) as desk, pytest.raises(TransportFailure) as silent:
            receive(desk, "e")
        assert silent.value.code == "owner_silent"
    finally:
        hall.store.close()


def test_the_sync_agents_port_opens_either_way(owned, directory):
    with hall_port(directory, CLOCK) as port:
        assert port.own().size == owned.store.log(owned.trust.ticket.h2c_origin).size


def test_the_sync_agents_port_opens_without_an_owner(directory):
    with hall_port(directory, CLOCK) as port:
        assert port.own().size >= 1
    open_enrolled(directory, CLOCK).store.close()
