"""The hall's pages as they are, with one address more: /bench/empty parses the form, takes the session, does nothing.

The guard of all pages reads form and session, so the address measures what every post costs before its page begins.
With BENCH_PROFILE=FILE the pages' event loop is profiled. Without a port this is the owner, whose writer is profiled
with BENCH_PROFILE_WRITER=FILE.
"""

import cProfile
import os
import signal
import sys
from pathlib import Path

from litestar import Request, Response, post

from appliance.store.writer import Writer
from sync.owning import serve_owner
from web import guards, serving
from web.guards import OPT

EMPTY = "/bench/empty"


@post(EMPTY, opt={OPT: guards.CLERKS}, status_code=200)
async def empty(request: Request) -> Response[str]:
    """Answer at once."""
    return Response("", status_code=303, headers={"Location": "/"})


def _profiled_writer(target: str) -> None:
    run = Writer._run

    def profiled(writer: Writer) -> None:
        profile = cProfile.Profile()
        try:
            profile.runcall(run, writer)
        finally:
            profile.dump_stats(target)

    Writer._run = profiled


def main(directory: Path, port: int) -> None:
    """Serve until told to end."""
    # uvicorn sends itself the signal again when it has ended in order; the profiles are written after that.
    signal.signal(signal.SIGTERM, lambda _number, _frame: None)
    made = serving.hall_app

    def with_empty(*args, **kwargs):
        app = made(*args, **kwargs)
        app.register(empty)
        return app

    serving.hall_app = with_empty
    if target := os.environ.get("BENCH_PROFILE"):
        profile = cProfile.Profile()
        try:
            profile.runcall(serving.serve_pages, directory, port)
        finally:
            profile.dump_stats(target)
    else:
        serving.serve_pages(directory, port)


def own(directory: Path) -> None:
    """Own the hall until told to end."""
    if target := os.environ.get("BENCH_PROFILE_WRITER"):
        _profiled_writer(target)
    serve_owner(directory)


if __name__ == "__main__":
    if len(sys.argv) > 2:
        main(Path(sys.argv[1]), int(sys.argv[2]))
    else:
        own(Path(sys.argv[1]))
