"""Canonical JSON (RFC 8785) for everything that is signed, narrowed by protocol §2: no floats, text in NFC.

msgspec with sorted keys writes the same bytes as RFC 8785 when keys are ASCII and there are no floats, about thirty
times faster than the `rfc8785` package; a test holds the two equal. Keys beyond ASCII take the slow way, because
RFC 8785 §3.2.3 orders them by UTF-16 code units.
"""

from typing import Any, Final
from unicodedata import is_normalized, normalize

import msgspec
import rfc8785

from appliance.errors import N_, Invalid, TooLarge
from appliance.ledger.records import ENTRY_BYTES_MAX

INTEGER_MAX: Final = 2**53 - 1
"""Largest magnitude of an integer (RFC 8785 §3.2.2.3, RFC 7493 §2.2); longer numbers are written as strings."""
DEPTH_MAX: Final = 32
"""Deepest nesting that is accepted, so that no reader has to recurse without bound."""

_ENCODER: Final = msgspec.json.Encoder(order="sorted")


def normalised(value: Any) -> Any:
    """Give a copy of a JSON value in which all text, keys included, is in Unicode form NFC."""
    match value:
        case str():
            return normalize("NFC", value)
        case dict():
            return {normalize("NFC", key): normalised(item) for key, item in value.items()}
        case list() | tuple():
            return [normalised(item) for item in value]
        case _:
            return value


def _require_text(text: str) -> None:
    if text.isascii():
        return
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise Invalid(N_("文本含有无法编码的字符")) from error
    if not is_normalized("NFC", text):
        raise Invalid(N_("文本不是规范的 Unicode 形式（NFC）"))


def _check(value: Any, depth: int) -> bool:
    """Refuse what may not be signed; tell whether all keys are ASCII."""
    kind = type(value)
    if kind is str:
        _require_text(value)
    elif kind is int:
        if not -INTEGER_MAX <= value <= INTEGER_MAX:
            raise Invalid(N_("整数超出可签名的范围"))
    elif kind is dict:
        return _check_object(value, depth)
    elif kind is list or kind is tuple:
        _require_depth(depth)
        ascii_keys = True
        for item in value:
            ascii_keys &= _check(item, depth + 1)
        return ascii_keys
    elif value is not None and kind is not bool:
        # Floats above all: two machines may write the same one differently, and money is never a float.
        raise Invalid(N_("此类内容不可签名"), subject=kind.__name__)
    return True


def _check_object(value: dict[Any, Any], depth: int) -> bool:
    _require_depth(depth)
    ascii_keys = True
    for key, item in value.items():
        if type(key) is not str:
            raise Invalid(N_("此类内容不可签名"), subject=type(key).__name__)
        _require_text(key)
        ascii_keys &= key.isascii()
        ascii_keys &= _check(item, depth + 1)
    return ascii_keys


def _require_depth(depth: int) -> None:
    if depth >= DEPTH_MAX:
        raise Invalid(N_("内容嵌套过深"))


def canonical_bytes(value: Any) -> bytes:
    """Write a JSON value (dict, list, tuple, str, int, bool, None) canonically.

    Raises:
        Invalid: a float or other type, an integer beyond ±(2^53-1), text that is not NFC, or nesting too deep.
    """
    if _check(value, 0):
        return _ENCODER.encode(value)
    return rfc8785.dumps(value)


def canonical_entry(value: dict[str, Any]) -> bytes:
    """Write an entry: canonical, at most 32 KiB.

    Raises:
        TooLarge: it is longer.
        Invalid: as `canonical_bytes`.
    """
    data = canonical_bytes(value)
    if len(data) > ENTRY_BYTES_MAX:
        raise TooLarge(
            N_("条目过大：%(size)s 字节，上限 %(limit)s 字节"), params={"size": len(data), "limit": ENTRY_BYTES_MAX}
        )
    return data


def require_canonical(data: bytes) -> Any:
    """Read bytes that claim to be canonical, and check it by writing them again; the bytes themselves are kept.

    Returns:
        The JSON value.

    Raises:
        Invalid: they are no JSON, or not in the canonical form.
    """
    try:
        value = msgspec.json.decode(data)
    except (msgspec.DecodeError, RecursionError) as error:
        raise Invalid(N_("内容不是 JSON")) from error
    if canonical_bytes(value) != data:
        raise Invalid(N_("内容不是规范 JSON"))
    return value
