"""Graphs of a hall as SVG made on the server: points and words only; each graph has its table beside it."""

from collections.abc import Sequence
from typing import Final

import msgspec

WIDTH: Final = 600
HEIGHT: Final = 150
LEFT: Final = 58
RIGHT: Final = 12
TOP: Final = 12
BOTTOM: Final = 26
LABELS: Final = 6
STEPS: Final = (1, 2, 5)


class Line(msgspec.Struct, frozen=True):
    """One line of a graph.

    Attributes:
        name: message id.
        style: class of the line; lines differ in their dashes too, never in colour alone.
        points: the SVG's list of points; a gap in time begins another list.
    """

    name: str
    style: str
    points: tuple[str, ...]


class Mark(msgspec.Struct, frozen=True):
    """A label at an axis, where it stands; or a span in which something held, `width` wide."""

    at: float
    text: str
    width: float = 0


class Graph(msgspec.Struct, frozen=True):
    """A graph as the template draws it.

    Attributes:
        name: id of its title in the page.
        title: message id.
        text: what it says in a sentence, for those who hear it.
        lines: the lines.
        across: labels of the time axis.
        up: labels of the value axis.
        spans: shaded spans.
    """

    name: str
    title: str
    text: str
    lines: tuple[Line, ...]
    across: tuple[Mark, ...]
    up: tuple[Mark, ...]
    spans: tuple[Mark, ...]
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - RIGHT
    top: int = TOP
    bottom: int = HEIGHT - BOTTOM


def round_top(most: int) -> int:
    """Give a round number not below the largest value, for the top of the axis."""
    power = 1
    while True:
        for step in STEPS:
            if step * power >= most:
                return step * power
        power *= 10


def place_x(index: int, count: int) -> float:
    """Give where the middle of slot `index` of `count` stands."""
    return round(LEFT + (WIDTH - LEFT - RIGHT) * (index + 0.5) / max(1, count), 1)


def place_y(value: int, low: int, high: int) -> float:
    """Give where a value stands between the axis's ends."""
    share = (value - low) / max(1, high - low)
    return round(HEIGHT - BOTTOM - (HEIGHT - BOTTOM - TOP) * share, 1)


def line(name: str, style: str, values: Sequence[int | None], low: int, high: int) -> Line:
    """Draw values over equal slots of time.

    Args:
        name: message id.
        style: class of the line.
        values: one a slot; None where nothing was seen, which is left open and not bridged.
        low: value at the foot of the axis.
        high: value at its top.
    """
    runs: list[list[str]] = [[]]
    for index, value in enumerate(values):
        if value is None:
            runs.append([])
            continue
        runs[-1].append(f"{place_x(index, len(values))},{place_y(value, low, high)}")
    # A value alone is a point: drawn as a line of no length with round ends.
    return Line(name, style, tuple(" ".join(run if len(run) > 1 else run * 2) for run in runs if run))


def spans(holds: Sequence[bool], text: str) -> tuple[Mark, ...]:
    """Shade the slots in which something held, neighbours together."""
    slot = (WIDTH - LEFT - RIGHT) / max(1, len(holds))
    found: list[Mark] = []
    start = None
    for index, held in enumerate((*holds, False)):
        if held and start is None:
            start = index
        elif not held and start is not None:
            found.append(Mark(round(LEFT + slot * start, 1), text, round(slot * (index - start), 1)))
            start = None
    return tuple(found)


def labels(slots: Sequence[str]) -> tuple[Mark, ...]:
    """Label about six of the slots of the time axis."""
    every = max(1, -(-len(slots) // LABELS))
    return tuple(Mark(place_x(index, len(slots)), text) for index, text in enumerate(slots) if index % every == 0)


def scale(low: int, high: int) -> tuple[Mark, ...]:
    """Label foot, middle and top of the value axis."""
    values = sorted({low, (low + high) // 2, high})
    return tuple(Mark(place_y(value, low, high), f"{value:,}") for value in values)
