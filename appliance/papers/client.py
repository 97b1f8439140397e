"""The caller's side of the renderer process: starts it when needed, asks, and asks once more when it died."""

import asyncio
import socket
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from appliance.errors import N_, Invalid, TransportFailure
from appliance.papers import wire
from appliance.papers.data import PaperData
from appliance.papers.document import Form, Presentation

_CREDENTIALS = struct.Struct("3i")
_PAUSES_SECONDS = (0.0, 0.01, 0.02, 0.05, 0.1, 0.2)

Spawn = Callable[[], "subprocess.Popen[bytes] | None"]
"""What starts the renderer: a child process, or None when something else does (systemd's socket activation)."""


def spawner(
    socket_path: Path, *, idle_seconds: float = 60.0, font_directories: Sequence[Path] = (), key: Path | None = None
) -> Spawn:
    """Make the function that starts ``python -m appliance.papers`` as a child process.

    Args:
        socket_path: where it listens.
        idle_seconds: silence after which it ends by itself.
        font_directories: where its fonts are; empty for the renderer's own default.
        key: file of the hall's document key; without it licences cannot be signed.
    """
    command = [sys.executable, "-m", "appliance.papers", "--socket", str(socket_path)]
    command += ["--idle-seconds", str(idle_seconds)]
    for directory in font_directories:
        command += ["--fonts", str(directory)]
    if key is not None:
        command += ["--key", str(key)]

    def start() -> subprocess.Popen[bytes]:
        return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)  # noqa: S603 - our own program

    return start


class RenderClient:
    """Asks the renderer process for papers; safe for several threads.

    The asynchronous methods wait in a few threads of their own, so the event loop is never held up.

    Args:
        socket_path: where the renderer listens.
        spawn: starts it; see `spawner`.
        start_seconds_max: how long it may take until it listens.
        answer_seconds_max: how long one paper may take, waiting behind others included.
    """

    __slots__ = ("_answer_seconds", "_child", "_path", "_spawn", "_start_seconds", "_starting", "_threads")

    def __init__(
        self,
        socket_path: Path,
        spawn: Spawn,
        *,
        start_seconds_max: float = 10.0,
        answer_seconds_max: float = 20.0,
    ) -> None:
        self._path = socket_path
        self._spawn = spawn
        self._start_seconds = start_seconds_max
        self._answer_seconds = answer_seconds_max
        self._starting = threading.Lock()
        self._child: subprocess.Popen[bytes] | None = None
        self._threads = ThreadPoolExecutor(max_workers=4, thread_name_prefix="render-client")

    def render(self, paper: PaperData, form: Form = Form.PDF, presentation: Presentation | None = None) -> bytes:
        """Render a paper to one file; see `appliance.papers.render.Renderer.render`.

        Raises:
            Invalid: a mandatory field is missing, or a character is in none of the fonts; nothing was made.
            RenderFailure: the renderer is broken (fonts, templates).
            TransportFailure: it did not start, or died twice, or did not answer in time.
        """
        pages = self.pages(paper, form, presentation)
        if len(pages) != 1:
            raise Invalid(N_("文书有多页，不能作为单张图片"), code="paper_pages", subject=paper.head.paper_id)
        return pages[0]

    def pages(
        self, paper: PaperData, form: Form = Form.SVG, presentation: Presentation | None = None
    ) -> tuple[bytes, ...]:
        """Render a paper to pictures, one a page; see `appliance.papers.render.Renderer.pages`."""
        request = wire.encode_request(paper, form, presentation or Presentation())
        return wire.decode_answer(self._ask_until_answered(request))

    async def render_async(
        self, paper: PaperData, form: Form = Form.PDF, presentation: Presentation | None = None
    ) -> bytes:
        """Do what `render` does without holding up the event loop."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, self.render, paper, form, presentation)

    async def pages_async(
        self, paper: PaperData, form: Form = Form.SVG, presentation: Presentation | None = None
    ) -> tuple[bytes, ...]:
        """Do what `pages` does without holding up the event loop."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, self.pages, paper, form, presentation)

    def close(self) -> None:
        """End the renderer that this client started, if it still runs, and the waiting threads."""
        self._threads.shutdown(wait=True, cancel_futures=True)
        with self._starting:
            if self._child is not None:
                self._child.terminate()
                self._child.wait()
                self._child = None

    def _ask_until_answered(self, request: bytes) -> bytes:
        # It was killed, or ended for idleness just as it was asked. Rendering changes nothing, so it is asked again;
        # a paper that ends a second process is given up. A dying process may take connections for a moment longer,
        # and counts once.
        dead: set[int] = set()
        for pause in _PAUSES_SECONDS:
            time.sleep(pause)
            connection = self._connection()
            process = _process_of(connection)
            try:
                with connection:
                    return self._ask(connection, request)
            except (EOFError, ConnectionError):
                dead.add(process)
                if len(dead) > 1:
                    break
        raise _unreachable(N_("文书渲染进程中断"), str(self._path))

    def _ask(self, connection: socket.socket, request: bytes) -> bytes:
        connection.settimeout(self._answer_seconds)
        try:
            wire.send(connection, request)
            return wire.receive(connection, wire.ANSWER_BYTES_MAX)
        except TimeoutError as error:
            raise _unreachable(N_("文书渲染超时"), str(error)) from error
        except wire.MessageTooLargeError as error:
            raise _unreachable(N_("文书渲染结果过大"), str(error)) from error

    def _connection(self) -> socket.socket:
        connection = self._connect()
        if connection is not None:
            return connection
        with self._starting:
            # Another thread may have started it while this one waited.
            connection = self._connect()
            if connection is not None:
                return connection
            self._child = self._spawn()
            if self._child is not None:
                # Waits in its place, so that a renderer that ended leaves no zombie until the next paper is asked for.
                threading.Thread(target=self._child.wait, name="render-reaper", daemon=True).start()
            return self._await_start()

    def _await_start(self) -> socket.socket:
        deadline = time.monotonic() + self._start_seconds
        while time.monotonic() < deadline:
            connection = self._connect()
            if connection is not None:
                return connection
            # 0 means that another renderer listens already, so connecting will succeed.
            if self._child is not None and self._child.poll() not in {None, 0}:
                break
            time.sleep(0.005)
        raise _unreachable(N_("文书渲染进程不能启动"), str(self._path))

    def _connect(self) -> socket.socket | None:
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        # Without a timeout: with one, a full queue would be an error instead of a short wait.
        try:
            connection.connect(str(self._path))
        except (FileNotFoundError, ConnectionError):
            connection.close()
            return None
        except OSError:
            connection.close()
            raise
        return connection


def _process_of(connection: socket.socket) -> int:
    """Give the process that listens at the other end (SO_PEERCRED)."""
    credentials = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size)
    process: int = _CREDENTIALS.unpack(credentials)[0]
    return process


def _unreachable(message: str, subject: str) -> TransportFailure:
    return TransportFailure(
        message, code="renderer", subject=subject, next_step=N_("办件已保存；请稍后在办件页重新打印")
    )
