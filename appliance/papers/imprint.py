"""The imprint 印面 of a local seal: a ring with the authority's name around it, drawn as SVG; no star, no emblem.

Those belong to the seals that the state makes (国发〔1999〕25号); this one says what it is in its middle.
"""

from math import cos, radians, sin
from typing import Final
from xml.sax.saxutils import escape

import msgspec

SIZE: Final = 400
"""Side of the picture, in its own units."""

RED: Final = "#c7000b"
LOCAL: Final = "内部电子印记"
_FONT: Final = "Noto Serif CJK SC"
_RING: Final = 190
_TEXT_RADIUS: Final = 150
_SWEEP_MAX: Final = 260.0
_STEP_MAX: Final = 26.0
_LETTER: Final = 38


class Imprint(msgspec.Struct, frozen=True, kw_only=True):
    """An imprint on a sheet: its picture (SVG) and 印章编号."""

    svg: str
    no: str


def draw(*, name: str, title: str, no: str) -> str:
    """Draw an imprint.

    Args:
        name: the authority's, around the ring; up to 32 characters.
        title: which seal, in the middle.
        no: 印章编号, at the bottom.

    Returns:
        SVG text; equal arguments give equal text.
    """
    step = min(_STEP_MAX, _SWEEP_MAX / max(1, len(name) - 1))
    letter = min(_LETTER, step * 1.5 + 8)
    first = -step * (len(name) - 1) / 2
    around = "".join(_letter(character, first + step * at, letter) for at, character in enumerate(name))
    lines = (
        _line(title, 205, min(40, 250 / max(6, len(title)))),
        _line(LOCAL, 262, 27),
        _line(no, 302, 20),
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {SIZE} {SIZE}" fill="{RED}" font-family="{_FONT}">'
        f'<circle cx="200" cy="200" r="{_RING}" fill="none" stroke="{RED}" stroke-width="9"/>'
        f"{around}{''.join(lines)}</svg>"
    )


def _letter(character: str, angle: float, size: float) -> str:
    x, y = 200 + _TEXT_RADIUS * sin(radians(angle)), 200 - _TEXT_RADIUS * cos(radians(angle))
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size:.1f}" text-anchor="middle"'
        f' transform="rotate({angle:.2f} {x:.1f} {y:.1f})">{escape(character)}</text>'
    )


def _line(text: str, y: float, size: float) -> str:
    return f'<text x="200" y="{y:.1f}" font-size="{size:.1f}" text-anchor="middle">{escape(text)}</text>'
