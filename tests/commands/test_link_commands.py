"""``city ca server|revoke|list`` and ``hall link trust|show|renew`` through the console; the city over TLS for real."""

import asyncio
import contextlib
import socket
import threading

import msgspec
import pytest

from appliance.clock import SystemClock
from appliance.config import CITY_FILE, HALL_FILE, CityConfig, HallConfig, dump, load
from appliance.errors import Conflict
from provisioning.console import city
from sync.hub.hub import make_hub
from sync.link import LINK_SEED
from web.city_link import listen_for_halls


def change(path, kind, **settings):
    path.write_text(dump(msgspec.structs.replace(load(path, kind), **settings)))


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]


@contextlib.contextmanager
def calls_taken(place, port):
    """Let the city of a place listen as ``city serve`` does, beside no pages."""
    change(place.city / CITY_FILE, CityConfig, link_port=port, link_address="127.0.0.1", link_hosts=("localhost",))
    change(place.hall / HALL_FILE, HallConfig, city_url=f"https://localhost:{port}")
    hub, ready, loop = make_hub(place.city, SystemClock()), threading.Event(), asyncio.new_event_loop()
    listening, end = listen_for_halls(hub, load(place.city / CITY_FILE, CityConfig)), asyncio.Event()

    async def main():
        async with listening():
            ready.set()
            await end.wait()

    thread = threading.Thread(target=loop.run_until_complete, args=(main(),))
    thread.start()
    try:
        assert ready.wait(20)
        yield hub
    finally:
        loop.call_soon_threadsafe(end.set)
        thread.join(20)
        loop.close()
        hub.close()


def test_the_city_s_certificate_needs_names_and_is_kept_while_it_is_good(place):
    answer = place.run("ca", "server", program=city, code=2)
    assert "link_hosts" in answer.output
    change(place.city / CITY_FILE, CityConfig, link_hosts=("city.example", "10.1.2.3"))
    assert "已签发：city.example、10.1.2.3" in place.run("ca", "server", program=city).output
    assert "仍可用" in place.run("ca", "server", program=city).output
    assert "已签发" in place.run("ca", "server", "--again", program=city).output


def test_a_hall_on_this_machine_needs_no_certificate_and_says_so(place):
    told = place.told("link", "show")
    assert (told["authority"], told["hall"], told["ended"]) == (True, None, False)
    assert "第一次用 https 联系市级时自动申请" in place.run("link", "show").output
    answer = place.run("link", "renew", code=2)
    assert "不需要联网证书" in answer.output
    assert "city_url" in answer.output


def test_a_hall_without_the_city_s_authority_is_told_what_to_do_and_then_has_it(place, tmp_path):
    fresh = type(place)(tmp_path / "fresh", place.city)
    fresh.hall.mkdir()
    (fresh.hall / HALL_FILE).write_bytes((place.hall / HALL_FILE).read_bytes())
    change(fresh.hall / HALL_FILE, HallConfig, city_url="https://localhost:1")
    answer = fresh.run("link", "renew", code=2)
    assert "hall link trust" in answer.output
    words = ("link", "trust", "--root", place.city / "root.vkey", "--city-keys", place.city / "city-keys.note")
    assert "指纹" in fresh.run(*words, code=2).output  # nobody answered that the fingerprint is right
    assert not (fresh.hall / "root.vkey").exists()
    assert "已记下" in fresh.run(*words, "--yes").output
    assert fresh.told("link", "show")["authority"]


def test_a_sync_over_tls_a_revoked_key_and_a_new_one(place):
    with calls_taken(place, free_port()):
        assert place.told("sync", "once")["state"] == "equal"
        told = place.told("link", "show")
        assert told["hall"] == place.halls()["halls"][0]["hall"]
        (listed,) = place.told("ca", "list", program=city)["halls"]
        assert listed["link_ends"] == told["ends"]
        assert "已吊销" in place.run("ca", "revoke", told["hall"], program=city).output
        assert "link_revoked" in place.run("sync", "once", code=1).output
        assert "hall link renew --new-key" in place.run("link", "renew", code=2).output
        before = (place.hall / "keys" / LINK_SEED).read_bytes()
        assert "有效期至" in place.run("link", "renew", "--new-key").output
        assert (place.hall / "keys" / LINK_SEED).read_bytes() != before
        assert place.told("sync", "once")["state"] == "equal"
    assert "没有联网证书" in place.run("ca", "revoke", "42019977", program=city, code=2).output


def test_a_port_that_is_taken_is_named(place):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        change(place.city / CITY_FILE, CityConfig, link_port=port, link_address="127.0.0.1", link_hosts=("localhost",))
        hub = make_hub(place.city, SystemClock())
        listening = listen_for_halls(hub, load(place.city / CITY_FILE, CityConfig))
        with pytest.raises(Conflict) as caught:
            asyncio.run(_entered(listening))
        hub.close()
    assert (caught.value.code, caught.value.subject) == ("link_port_taken", "link_port")


async def _entered(listening):
    async with listening():
        pytest.fail("it listens on a port that another program has")
