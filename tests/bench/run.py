"""``make bench``: every figure of the house, each beside its baseline from the same run, as JSON on stdout.

The large sets are made at a tenth of their size unless --full or --share says otherwise; progress goes to stderr.
"""

import argparse
import importlib
import json
import os
import platform
import shutil
import sys
import tempfile
import time
from dataclasses import asdict
from pathlib import Path

from figure import Bench, say

REPOSITORY = Path(__file__).resolve().parent.parent.parent
SHARE = 0.1
FIGURES = (
    "intake",
    "verify",
    "rebuild",
    "append",
    "search",
    "desk",
    "sweep",
    "papers",
    "licence",
    "memory",
    "start",
    "sync",
    "halls",
    "backlog",
    "month",
)


def _machine() -> dict[str, object]:
    return {
        "python": platform.python_version(),
        "processors": os.cpu_count(),
        "load_average": [round(number, 2) for number in os.getloadavg()],
    }


def _share(text: str) -> float:
    share = float(text)
    if not 0 < share <= 1:
        raise argparse.ArgumentTypeError("a share lies between 0 and 1")
    return share


def main() -> int:
    """Measure what was asked for; a missed target is a figure, and an exit status only when asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    size = parser.add_mutually_exclusive_group()
    size.add_argument("--full", action="store_const", dest="share", const=1.0, help="the large sets at their full size")
    size.add_argument(
        "--share", type=_share, help="the large sets at this share of it, such as 0.01 to see that all run"
    )
    parser.add_argument("--strict", action="store_true", help="exit 1 when a target was missed")
    parser.add_argument("--only", choices=FIGURES, nargs="+", default=FIGURES, help="only these figures")
    parser.add_argument("--dir", type=Path, default=REPOSITORY / "var", help="a directory on the disk to measure")
    parser.set_defaults(share=SHARE)
    asked = parser.parse_args()
    asked.dir.mkdir(parents=True, exist_ok=True)
    figures = []
    for name in asked.only:
        say(f"— {name}")
        directory = Path(tempfile.mkdtemp(prefix=f"bench-{name}-", dir=asked.dir))
        began = time.monotonic()
        try:
            figure = importlib.import_module(f"measure_{name}").measure(Bench(directory, asked.share))
        finally:
            shutil.rmtree(directory, ignore_errors=True)
        figures.append(asdict(figure) | {"seconds": round(time.monotonic() - began, 1)})
        say(f"{figure.value} {figure.unit}; {figure.ratio}; {figure.target}: {'met' if figure.met else 'MISSED'}")
    sys.stdout.write(
        json.dumps({"share": asked.share, "machine": _machine(), "figures": figures}, ensure_ascii=False, indent=2)
        + "\n"
    )
    return int(asked.strict and not all(figure["met"] for figure in figures))


if __name__ == "__main__":
    sys.exit(main())
