"""The marks that stand on every line of a list, made in Python once for each wording: a macro's call costs 5 µs a mark.

`_macros/view.html` and `_macros/casework.html` hand them on beside their macros.
"""

from functools import lru_cache
from typing import Protocol

from markupsafe import Markup

KEPT = 2048  # a hall's states, tones and working days left make some hundreds; `typed` keeps Markup and text apart
SIGNS = {"green": "●", "yellow": "▲", "red": "■"}
_TAG, _TINTED = Markup('<span class="tag">%s</span>'), Markup('<span class="tag %s">%s</span>')
_LAMP = Markup('<span class="lamp %s"><i aria-hidden="true">%s</i>%s</span>')
_NONE = Markup("–")


class ShownLight(Protocol):
    """A deadline light as the pages hold it."""

    @property
    def lamp(self) -> str:
        """Its colour; `none` where no clock runs, `done` where it stopped."""

    @property
    def text(self) -> str:
        """Its words, in the page's language."""


@lru_cache(maxsize=KEPT, typed=True)
def tag(text: str, tone: str = "") -> Markup:
    """Write a status as text in a tinted tag.

    Args:
        text: what it says, in the page's language.
        tone: ``ok``, ``warn``, ``bad``, ``b`` (in progress) or empty (nothing to say).
    """
    return _TINTED % (tone, text) if tone else _TAG % text


@lru_cache(maxsize=KEPT, typed=True)
def deadline(lamp: str, text: str) -> Markup:
    """Write a deadline light; the words say what the colour (green, yellow, red, notice or grey) and the sign say."""
    return _LAMP % (lamp, SIGNS.get(lamp, "○"), text)


def light(shown: ShownLight) -> Markup:
    """Write a light, or a dash for a case without a running clock."""
    if shown.lamp == "none":
        return _NONE
    return deadline("grey" if shown.lamp == "done" else shown.lamp, shown.text)
