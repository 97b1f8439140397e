"""Frames of the owner's socket: calls, answers, and errors that keep what they were (design §3)."""

import struct
from typing import Any, Final, NoReturn, TypeVar

import msgspec

from appliance import errors
from appliance.errors import HallmarkError, Refusal

FRAME_BYTES_MAX = 64 * 1024 * 1024
LENGTH: Final = struct.Struct(">I")

Body = TypeVar("Body")


class Call(msgspec.Struct, frozen=True, array_like=True):
    """A call: its number on this connection, the verb, the verb's bytes."""

    number: int
    verb: str
    payload: bytes


class Failure(msgspec.Struct, frozen=True, kw_only=True):
    """An error on its way: the family that it is raised as again, and all that it says."""

    kind: str
    message: str
    code: str
    status: int
    subject: str
    next_step: str
    params: dict[str, Any]
    fields: dict[str, tuple[str, dict[str, Any]]] = {}
    current: dict[str, Any] = {}


class Reply(msgspec.Struct, frozen=True, array_like=True):
    """The answer to the call of a number: bytes, or a failure."""

    number: int
    payload: bytes = b""
    failure: Failure | None = None


_encode: Final = msgspec.msgpack.Encoder(enc_hook=str).encode
decode_reply: Final = msgspec.msgpack.Decoder(Reply).decode
_decode_call: Final = msgspec.msgpack.Decoder(Call).decode


def frame(body: Call | Reply) -> bytes:
    """Write a call or an answer with its length in front."""
    encoded = _encode(body)
    return LENGTH.pack(len(encoded)) + encoded


class Frames:
    """What came over a connection so far, cut into frames."""

    def __init__(self) -> None:
        self._rest = bytearray()

    def calls(self, data: bytes) -> list[Call]:
        """Take more bytes in and give the calls that are whole.

        Raises:
            ValueError: a frame is longer than any call.
            msgspec.MsgspecError: a frame is no call.
        """
        return [_decode_call(one) for one in self._cut(data)]

    def replies(self, data: bytes) -> list[Reply]:
        """Take more bytes in and give the answers that are whole; raises like `calls`."""
        return [decode_reply(one) for one in self._cut(data)]

    def _cut(self, data: bytes) -> list[bytes]:
        self._rest += data
        found, at, held = [], 0, len(self._rest)
        while held - at >= LENGTH.size:
            (length,) = LENGTH.unpack_from(self._rest, at)
            if length > FRAME_BYTES_MAX:
                raise ValueError(length)
            end = at + LENGTH.size + length
            if held < end:
                break
            found.append(bytes(self._rest[at + LENGTH.size : end]))
            at = end
        del self._rest[:at]
        return found


def _kind(error: HallmarkError) -> str:
    """Name the nearest class of `appliance.errors`; rooms have subclasses that the far end may not know."""
    return next(base.__name__ for base in type(error).__mro__ if hasattr(errors, base.__name__))


def failure_of(error: HallmarkError) -> Failure:
    """Write an error down."""
    failure = Failure(
        kind=_kind(error),
        message=error.message,
        code=error.code,
        status=error.status,
        subject=error.subject,
        next_step=error.next_step,
        params=error.params,
    )
    if not isinstance(error, Refusal):
        return failure
    fields = {name: (text.msgid, text.params) for name, text in error.fields.items()}
    return msgspec.structs.replace(failure, fields=fields, current=error.current)


def error_of(failure: Failure) -> HallmarkError:
    """Make the error again: of its family, with its own code, status, fields and words."""
    kind: type[HallmarkError] = getattr(errors, failure.kind)
    common: dict[str, Any] = {
        "code": failure.code,
        "subject": failure.subject,
        "next_step": failure.next_step,
        "params": failure.params,
    }
    if issubclass(kind, Refusal):
        fields = {name: errors.Message(msgid, **params) for name, (msgid, params) in failure.fields.items()}
        error: HallmarkError = kind(failure.message, fields=fields, current=failure.current, **common)
    else:
        error = kind(failure.message, **common)
    error.status = failure.status
    return error


def raise_failure(failure: Failure) -> NoReturn:
    """Raise the error again."""
    raise error_of(failure)
