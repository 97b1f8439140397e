"""The renderer process: ``python -m appliance.papers --socket PATH --idle-seconds 60``."""

import argparse
import functools
import os
import signal
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

from appliance.papers.data import PaperData
from appliance.papers.document import Form, Presentation
from appliance.papers.server import inherited_listener, own_listener, serve

if TYPE_CHECKING:
    from appliance.papers.render import Renderer
    from appliance.signing.keys import DocumentKey

NICE = 10
"""How much a warm renderer gives way to whoever commits (`setpriority(2)`); the unit says the same."""


def main(arguments: Sequence[str]) -> int:
    """Run until idle; 0 also when another renderer already listens on the socket."""
    parser = argparse.ArgumentParser(prog="appliance.papers", description="render papers for one hall")
    parser.add_argument("--socket", type=Path, required=True, help="Unix socket to listen on")
    parser.add_argument("--idle-seconds", type=float, default=60.0, help="end after this long without a request")
    parser.add_argument("--fonts", type=Path, action="append", default=[], help="font directory, may be repeated")
    parser.add_argument("--key", type=Path, help="file of the hall's document key; without it nothing is signed")
    options = parser.parse_args(arguments)

    signal.signal(signal.SIGTERM, _leave)
    signal.signal(signal.SIGINT, _leave)
    # A stuck compiler cannot run a Python handler: the signal's default action ends the process.
    signal.signal(signal.SIGALRM, signal.SIG_DFL)

    listener = inherited_listener(dict(os.environ), os.getpid()) or own_listener(options.socket)
    if listener is None:
        return 0

    @functools.cache
    def renderer() -> "Renderer":
        # Loads typst and the fonts while the first client already waits in the queue. A failure (fonts not installed)
        # is answered and not remembered: the next request tries again.
        from appliance.papers.render import FONT_DIRECTORIES, Renderer  # noqa: PLC0415 - see above

        return Renderer(tuple(options.fonts) or FONT_DIRECTORIES, key=functools.partial(_document_key, options.key))

    def render(paper: PaperData, form: Form, presentation: Presentation) -> tuple[bytes, ...]:
        pages = renderer().pages(paper, form, presentation)
        # Somebody waits for the first paper and for the start-up before it. From then on a paper takes a fraction of a
        # second, and whoever writes goes first.
        _give_way()
        return pages

    def watchdog(seconds: float) -> None:
        signal.setitimer(signal.ITIMER_REAL, seconds)

    serve(listener, render, options.idle_seconds, watchdog)
    return 0


def _give_way() -> None:
    """Lower this process's priority, unless its unit has done so (and lets it do no more)."""
    with suppress(PermissionError):
        if os.getpriority(os.PRIO_PROCESS, 0) < NICE:
            for thread in Path("/proc/self/task").iterdir():  # the compiler has threads of its own, each with its own
                os.setpriority(os.PRIO_PROCESS, int(thread.name), NICE)


def _document_key(path: Path | None) -> "DocumentKey | None":
    from appliance.papers.document_key import read_document_key  # noqa: PLC0415 - loads the cryptography

    return read_document_key(path)


def _leave(_signal: int, _frame: FrameType | None) -> None:
    sys.exit(0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
