"""The link of the benchmark of a month is as slow as it says, and keeps every byte."""

import hashlib
import importlib.util
import socket
import threading
import time
from pathlib import Path
from random import Random

import pytest

SPEC = importlib.util.spec_from_file_location("shaped", Path(__file__).parent.parent / "bench/shaped.py")
shaped = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(shaped)
CONTENT = Random(3).randbytes(40_000)


def carried(link):
    """Send the content up and take its digest down; gives seconds."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def take():
            there, _ = listener.accept()
            with there:
                digest, left = hashlib.sha256(), len(CONTENT)
                while left and (piece := there.recv(65536)):
                    digest.update(piece)
                    left -= len(piece)
                there.sendall(digest.digest())

        threading.Thread(target=take, daemon=True).start()
        with (
            shaped.shaped(listener.getsockname()[1], link, seed=1) as port,
            socket.create_connection(("127.0.0.1", port)) as here,
        ):
            began = time.perf_counter()
            here.sendall(CONTENT)
            assert here.recv(32, socket.MSG_WAITALL) == hashlib.sha256(CONTENT).digest()
            return time.perf_counter() - began


@pytest.mark.parametrize(
    ("link", "least"),
    [
        (shaped.Link(400_000, 0.0001, 0.0), len(CONTENT) * 8 / 400_000),  # the rate alone
        (shaped.Link(1e9, 0.2, 0.0), 0.4),  # there and back, and a window of ten segments before the first is answered
        (shaped.Link(1e9, 0.05, 0.5), 0.2),  # windows of two segments
    ],
    ids=["rate", "delay", "loss"],
)
def test_it_is_as_slow_as_it_says(link, least):
    assert carried(link) >= least


def test_a_link_without_limits_is_fast():
    """The control: it is the link that takes the time, not the forwarder."""
    assert min(carried(shaped.Link(1e9, 0.0001, 0.0)) for _ in range(3)) < 0.2
