"""A printer that never stops: asks one renderer for one paper after the other until it is told to end.

Arguments: the renderer's socket. Starts the renderer when none listens, prints ``ready`` when every kind was rendered
once, and how many papers it got when it ends.
"""

import signal
import sys
from itertools import cycle
from pathlib import Path

from paper_samples import every_sample

from appliance.papers.client import RenderClient, spawner


def main(socket: Path) -> None:
    """Render until SIGTERM."""
    client, papers, count, going = RenderClient(socket, spawner(socket)), every_sample(), 0, True

    def end(_number, _frame) -> None:
        nonlocal going
        going = False

    signal.signal(signal.SIGTERM, end)
    try:
        for paper in papers.values():
            client.render(paper)
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        for paper in cycle(papers.values()):
            if not going:
                break
            client.render(paper)
            count += 1
    finally:
        client.close()
    sys.stdout.write(f"{count}\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
