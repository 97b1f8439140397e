"""Personal data that was taken away or held back: where it stood, and what is read in its place.

The leaf of such an entry still verifies and still says what was done and when; only the private part is missing. Read
models are made from the entry with a stand-in for each personal field, so that a case keeps its number, its state and
its clocks and nobody's name.
"""

import types
from collections.abc import Iterable, Iterator
from enum import Enum
from functools import cache
from typing import Any, Final, Literal, Union, get_args, get_origin

import msgspec

from appliance.errors import N_, Invalid

ERASED_WORD: Final = "〔已依法删除〕"
RESTRICTED_WORD: Final = "〔限制处理〕"
WORDS: Final = frozenset({ERASED_WORD, RESTRICTED_WORD})
INDEX_MAX: Final = 2**53 - 1
# Texts that something is found or compared by: a stand-in there would be found, or typed as a password.
_KEYS: Final = ("_code", "_id", "id_number", "id_type", "phone", "contact", "_no")


def is_withheld(name: str) -> bool:
    """Tell whether a name is the stand-in of one that was erased or is restricted."""
    return name in WORDS


def _text(name: str, word: str, *, inner: bool) -> str:
    return "" if name.endswith(_KEYS) or (inner and name != "name") else word


def _value(name: str, kind: Any, word: str, *, inner: bool) -> Any:
    """Give the least value of a type."""
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        return _fields(kind, word, frozenset(kind.__struct_fields__), inner=True)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return next(iter(kind)).value
    origin = get_origin(kind)
    if origin in (Union, types.UnionType):
        parts = get_args(kind)
        return None if type(None) in parts else _value(name, parts[0], word, inner=inner)
    if origin is Literal:
        return get_args(kind)[0]
    base = origin or kind
    least: dict[Any, Any] = {str: _text(name, word, inner=inner), dict: {}, bool: False, int: 0}
    return least.get(base, [])


def _fields(kind: type[msgspec.Struct], word: str, names: frozenset[str], *, inner: bool) -> dict[str, Any]:
    return {
        field.encode_name: _value(field.name, field.type, word, inner=inner)
        for field in msgspec.structs.fields(kind)
        if field.required and field.name in names
    }


@cache
def stand_in(kind: type[Any], word: str) -> bytes:
    """Give the JSON object that stands for the personal fields of an event; optional ones are left out.

    Args:
        kind: the event's class.
        word: `ERASED_WORD` or `RESTRICTED_WORD`.
    """
    return msgspec.json.encode(_fields(kind, word, kind.PERSONAL, inner=False))


def place_text(origin: str, indexes: Iterable[int]) -> str:
    """Write entries of one log as ``h2c/e1:5-9,12``, without what stands before the direction."""
    runs: list[list[int]] = []
    for index in sorted(set(indexes)):
        if runs and index == runs[-1][1] + 1:
            runs[-1][1] = index
        else:
            runs.append([index, index])
    direction, epoch = origin.rsplit("/", 2)[1:]
    return f"{direction}/{epoch}:" + ",".join(f"{a}-{b}" if a != b else str(a) for a, b in runs)


def places_of(places: Iterable[str], beside: str) -> Iterator[tuple[str, list[range]]]:
    """Read places back as full origins with ranges of indexes.

    Args:
        places: what an entry names.
        beside: origin of the log that the entry stands in; places are of the same hall.

    Raises:
        Invalid: a place is not of this form. A signed entry that says such a thing is flagged, and does nothing.
    """
    base = beside.rsplit("/", 2)[0]
    for place in places:
        log, mark, text = place.partition(":")
        direction, _, epoch = log.partition("/")
        if not mark or direction not in ("h2c", "c2h") or not (epoch[:1] == "e" and epoch[1:].isdecimal()):
            raise _bad(place)
        runs = []
        for part in text.split(","):
            first, _, last = part.partition("-")
            last = last or first
            if not (first.isdecimal() and last.isdecimal() and int(first) <= int(last) <= INDEX_MAX):
                raise _bad(place)
            runs.append(range(int(first), int(last) + 1))
        yield f"{base}/{log}", runs


def _bad(place: str) -> Invalid:
    return Invalid(N_("个人信息处理条目所指的位置有误"), code="bad_place", subject=place[:80])
