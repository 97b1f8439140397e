"""The renderer process: one listener, one paper at a time, gone when nobody asks.

It keeps nothing: killing it at any moment loses at most the answer under way, which the client asks for again.
"""

import fcntl
import os
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from appliance.errors import HallmarkError
from appliance.papers import wire
from appliance.papers.data import PaperData
from appliance.papers.document import Form, Presentation

REQUEST_SECONDS_MAX = 2.0
"""How long a client may take to send its request or to take its answer."""

RENDER_SECONDS_MAX = 15.0
"""How long one paper may take before the process gives itself up; the slowest known takes well under one second."""

_SYSTEMD_SOCKET = 3
_BACKLOG = 64

Render = Callable[[PaperData, Form, Presentation], tuple[bytes, ...]]
"""What turns a paper into pages."""


def inherited_listener(environment: dict[str, str], process: int) -> socket.socket | None:
    """Take the listening socket that systemd passed (sd_listen_fds), if it passed one to this process."""
    if environment.get("LISTEN_PID") != str(process) or environment.get("LISTEN_FDS") != "1":
        return None
    return socket.socket(fileno=_SYSTEMD_SOCKET)


def own_listener(path: Path, wait_seconds_max: float = 5.0) -> socket.socket | None:
    """Listen on `path`, or give None when another renderer already does.

    The lock file beside the socket says who owns it, so a stale socket of a killed process is simply replaced. When
    the owner is on its way out (lock held, nobody listening) it is waited for.
    """
    lock = os.open(f"{path}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    deadline = time.monotonic() + wait_seconds_max
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if _answers(path) or time.monotonic() > deadline:
                os.close(lock)
                return None
            time.sleep(0.005)
        else:
            break
    path.unlink(missing_ok=True)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    before = os.umask(0o177)
    try:
        listener.bind(str(path))
    finally:
        os.umask(before)
    listener.listen(_BACKLOG)
    # The lock's descriptor stays open on purpose: it is held until the process ends.
    return listener


def serve(
    listener: socket.socket,
    render: Render,
    idle_seconds: float,
    watchdog: Callable[[float], None],
) -> int:
    """Answer requests until none came for `idle_seconds`.

    Args:
        listener: a listening stream socket.
        render: what makes the pages.
        idle_seconds: silence after which this returns.
        watchdog: armed with the seconds that a paper may take, disarmed with 0.

    Returns:
        How many connections were answered.
    """
    answered = 0
    while True:
        listener.settimeout(idle_seconds)
        try:
            connection, _ = listener.accept()
        except TimeoutError:
            return answered
        with connection:
            connection.settimeout(REQUEST_SECONDS_MAX)
            # A client that went away, stalled or sent too much is dropped; the next one is served.
            with suppress(OSError, EOFError, wire.MessageTooLargeError):
                body = wire.receive(connection, wire.REQUEST_BYTES_MAX)
                watchdog(RENDER_SECONDS_MAX)
                reply = _answer(body, render)
                watchdog(0)
                wire.send(connection, reply)
                answered += 1


def _answer(body: bytes, render: Render) -> bytes:
    try:
        paper, form, presentation = wire.decode_request(body)
        return wire.encode_pages(render(paper, form, presentation))
    except HallmarkError as error:
        return wire.encode_fault(error)


def _answers(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        try:
            probe.connect(str(path))
        except OSError:
            return False
    return True
