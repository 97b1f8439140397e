"""Hall and city as real processes over TLS through a link that is slow, dies after so many bytes, or loses answers."""

import contextlib
import json
import re
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

BIN = Path(sys.executable).parent
CASES = 5
SYNCS_MAX = 80
LIFE_BYTES = 9_000
ANSWER_BYTES = tuple(range(1_200, 3_600, 300))
RATE_BYTES_A_SECOND = 60_000
DELAY_SECONDS = 0.03
CHUNK_BYTES = 4096


class BadLink:
    """Forwards a port of its own to another one, badly.

    Args:
        port: where the city listens.
        life: bytes that a connection carries in both directions before it is reset; None: it lives on.
        answers: bytes of answers after which the first, the second … connection is reset, so that what was asked was
            done and is not heard; later ones live.
        rate: bytes a second in each direction; None: as fast as it goes.
        delay: seconds before each piece.
    """

    def __init__(self, port, *, life=None, answers=(), rate=None, delay=0.0):
        self.target, self.life, self.answers, self.rate, self.delay = port, life, answers, rate, delay
        self.connections = self.cuts = 0
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.ends, self.threads = [], []
        self.begin(self.accept)

    def begin(self, target, *words):
        self.threads.append(threading.Thread(target=target, args=words, daemon=True))
        self.threads[-1].start()

    def accept(self):
        with contextlib.suppress(OSError):
            while True:
                here, _ = self.listener.accept()
                self.connections += 1
                there = socket.create_connection(("127.0.0.1", self.target))
                self.ends += [here, there]
                answers = self.answers[self.connections - 1] if self.connections <= len(self.answers) else None
                left = {"life": self.life, "answers": answers, "open": True}
                for words in ((here, there, False), (there, here, True)):
                    self.begin(self.carry, *words, (here, there), left)

    def carry(self, source, sink, is_answer, ends, left):
        with contextlib.suppress(OSError):
            while piece := source.recv(CHUNK_BYTES):
                time.sleep(self.delay + (len(piece) / self.rate if self.rate else 0))
                allowed = len(piece)
                for name in ("life", "answers") if is_answer else ("life",):
                    if left[name] is not None:
                        allowed = min(allowed, left[name])
                        left[name] -= allowed
                sink.sendall(piece[:allowed])
                if allowed < len(piece):
                    self.cuts += left["open"]
                    left["open"] = False
                    break
        for end in ends:
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def close(self):
        for end in (self.listener, *self.ends):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
        for thread in self.threads:
            thread.join(10)
        for end in (self.listener, *self.ends):
            end.close()


def run(program, data, *words):
    done = subprocess.run(
        [BIN / program, "--data", data, *words], capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode in {0, 1}, done.stderr
    return json.loads(done.stdout) if "--json" in words else done.stdout


@pytest.fixture
def city(var, program, tmp_path):
    """A running city with a TLS listener; gives its port."""
    link, pages = program.free_port(), program.free_port()
    settings = var / "city" / "city.toml"
    text = re.sub(r"link_port = \d+", f"link_port = {link}", settings.read_text())
    text = re.sub(r'link_address = "[^"]*"', 'link_address = "127.0.0.1"', text)
    settings.write_text(re.sub(r"link_hosts = \[[^]]*\]", 'link_hosts = ["localhost"]', text))
    command = (BIN / "city", "--data", var / "city", "serve", "--port", str(pages))
    with program.server(command, pages, tmp_path / "city.log"):
        yield link


def sync_through(var, link):
    settings = var / "hall" / "hall.toml"
    url = f"https://localhost:{link.port}"
    settings.write_text(re.sub(r'city_url = "[^"]*"', f'city_url = "{url}"', settings.read_text()))
    return run("hall", var / "hall", "sync", "once", "--json")


def until_equal(var, link):
    states = []
    for _ in range(SYNCS_MAX):
        states.append(sync_through(var, link)["state"])
        if states[-1] == "equal":
            return states
    return states


def assert_both_say_the_same(var):
    told, log = (
        run("hall", var / "hall", "sync", "status", "--json"),
        run("hall", var / "hall", "log", "verify", "--json"),
    )
    (hall,) = run("city", var / "city", "halls", "--json")["halls"]
    assert (told["state"], told["behind"]) == ("equal", 0)
    assert hall["size"] == told["own_size"] == log["size"] > CASES
    assert run("city", var / "city", "conservation", "--json")["holds"]


@pytest.mark.parametrize(
    "ills",
    [
        {"life": LIFE_BYTES},
        {"answers": ANSWER_BYTES},
        {"rate": RATE_BYTES_A_SECOND, "delay": DELAY_SECONDS},
    ],
    ids=["dies", "loses answers", "slow"],
)
def test_both_sides_are_equal_in_the_end_and_say_the_same(var, city, ills):
    run("hall", var / "hall", "demo", "load", "--cases", str(CASES), "--json")
    link = BadLink(city, **ills)
    try:
        states = until_equal(var, link)
    finally:
        link.close()
    assert states[-1] == "equal", states
    if "rate" not in ills:
        assert link.cuts, "the link was never cut: this shows nothing"
    assert_both_say_the_same(var)


def test_the_control_a_link_that_carries_less_than_a_handshake_never_gets_there(var, city):
    link = BadLink(city, life=500)
    try:
        states = [sync_through(var, link)["state"] for _ in range(3)]
    finally:
        link.close()
    assert states == ["offline"] * 3
    assert link.cuts >= 3
