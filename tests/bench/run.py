"""``make bench``: every figure of the house, each beside its baseline from the same run, as JSON on stdout.

The large sets are made at a tenth of their size unless --full is given; progress goes to stderr.
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
FIGURES = ("intake", "verify", "rebuild", "append", "search", "desk", "sweep", "papers", "licence", "memory", "start")


def _machine() -> dict[str, object]:
    return {
        "python": platform.python_version(),
        "processors": os.cpu_count(),
        "load_average": [round(number, 2) for number in os.getloadavg()],
    }


def main() -> int:
    """Measure what was asked for; a missed target is a figure, and an exit status only when asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--full", action="store_true", help="the large sets at their full size")
    parser.add_argument("--strict", action="store_true", help="exit 1 when a target was missed")
    parser.add_argument("--only", choices=FIGURES, nargs="+", default=FIGURES, help="only these figures")
    parser.add_argument("--dir", type=Path, default=REPOSITORY / "var", help="a directory on the disk to measure")
    asked = parser.parse_args()
    asked.dir.mkdir(parents=True, exist_ok=True)
    figures = []
    for name in asked.only:
        say(f"— {name}")
        directory = Path(tempfile.mkdtemp(prefix=f"bench-{name}-", dir=asked.dir))
        began = time.monotonic()
        try:
            figure = importlib.import_module(f"measure_{name}").measure(Bench(directory, 1.0 if asked.full else 0.1))
        finally:
            shutil.rmtree(directory, ignore_errors=True)
        figures.append(asdict(figure) | {"seconds": round(time.monotonic() - began, 1)})
        say(f"{figure.value} {figure.unit}; {figure.ratio}; {figure.target}: {'met' if figure.met else 'MISSED'}")
    sys.stdout.write(
        json.dumps({"full": asked.full, "machine": _machine(), "figures": figures}, ensure_ascii=False, indent=2) + "\n"
    )
    return int(asked.strict and not all(figure["met"] for figure in figures))


if __name__ == "__main__":
    sys.exit(main())
