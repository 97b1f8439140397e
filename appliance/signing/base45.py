"""Base45 (RFC 9285): bytes in the alphabet that QR codes pack densely.

Written here because reading codes in bulk spends half its time in the library of that name, which works digit by digit;
a test holds the two equal.
"""

import struct
from typing import Final

ALPHABET: Final = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
_BASE: Final = 45
_SQUARE: Final = _BASE * _BASE
_NONE: Final = 0xFF
_WORD_MAX: Final = 0xFFFF
_BYTE_MAX: Final = 0xFF
_DIGITS: Final = bytes(ALPHABET.find(code) if code in ALPHABET else _NONE for code in range(256))


def encode(data: bytes) -> str:
    """Write bytes as base45: three characters for two bytes, two for a last single one."""
    text = bytearray()
    for first, second in zip(data[0::2], data[1::2], strict=False):
        rest, low = divmod(first * 256 + second, _BASE)
        high, middle = divmod(rest, _BASE)
        text += bytes((ALPHABET[low], ALPHABET[middle], ALPHABET[high]))
    if len(data) % 2:
        high, low = divmod(data[-1], _BASE)
        text += bytes((ALPHABET[low], ALPHABET[high]))
    return text.decode()


def decode(text: str) -> bytes:
    """Read base45; every sequence of bytes has exactly one text.

    Raises:
        ValueError: a character outside the alphabet, a wrong length, or a group that is too large.
    """
    digits = text.encode().translate(_DIGITS)
    if _NONE in digits or len(digits) % 3 == 1:
        raise ValueError(text[:20])
    whole = len(digits) // 3 * 3
    words = [
        low + _BASE * middle + _SQUARE * high
        for low, middle, high in zip(digits[0:whole:3], digits[1:whole:3], digits[2:whole:3], strict=True)
    ]
    if words and max(words) > _WORD_MAX:
        raise ValueError(text[:20])
    data = struct.pack(f">{len(words)}H", *words)
    if len(digits) % 3:
        last = digits[-2] + _BASE * digits[-1]
        if last > _BYTE_MAX:
            raise ValueError(text[:20])
        data += bytes((last,))
    return data
