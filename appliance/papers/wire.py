"""What a client and the renderer process say to each other: length-prefixed msgpack over a Unix socket.

One request and one answer a connection. A message is a big-endian uint32 length and that many bytes of msgpack.
A side that sends more than the limit, or nothing in time, is cut off.
"""

import socket
import struct
from collections.abc import Mapping
from typing import Any

import msgspec

from appliance.errors import N_, HallmarkError, Invalid, Refusal
from appliance.papers.data import PaperData
from appliance.papers.document import Form, Presentation, RenderFailure
from appliance.papers.kinds import kind_named, kind_of

REQUEST_BYTES_MAX = 1024 * 1024
"""Largest request: a paper's data is far smaller."""

ANSWER_BYTES_MAX = 64 * 1024 * 1024
"""Largest answer: PNG pictures of a long guide."""

_LENGTH = struct.Struct(">I")


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """One paper to render: its kind's name, its data in msgpack, the form, the sheet's marks."""

    kind: str
    paper: msgspec.Raw
    form: Form
    presentation: Presentation


class Fault(msgspec.Struct, frozen=True, kw_only=True):
    """An error of the renderer, made of plain text so that it can be raised again at the client."""

    refusal: bool
    code: str
    message: str
    subject: str
    next_step: str
    params: dict[str, str]


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """The pages rendered, or the fault."""

    pages: tuple[bytes, ...] = ()
    fault: Fault | None = None


class MessageTooLargeError(ValueError):
    """The other side announced a message over the limit."""


def encode_request(paper: PaperData, form: Form, presentation: Presentation) -> bytes:
    """Write a request.

    Raises:
        Invalid: the paper is over the size limit.
    """
    raw = msgspec.Raw(msgspec.msgpack.encode(paper))
    request = Request(kind=kind_of(paper).name, paper=raw, form=form, presentation=presentation)
    body = msgspec.msgpack.encode(request)
    if len(body) > REQUEST_BYTES_MAX:
        raise Invalid(N_("文书内容过长"), code="paper_too_long", subject=request.kind)
    return body


def decode_request(body: bytes) -> tuple[PaperData, Form, Presentation]:
    """Read a request.

    Raises:
        Invalid: it is malformed, of an unknown kind, or a mandatory field is missing.
    """
    try:
        request = msgspec.msgpack.decode(body, type=Request)
        paper: Any = msgspec.msgpack.decode(request.paper, type=kind_named(request.kind).struct)
    except (msgspec.DecodeError, KeyError) as error:
        raise Invalid(
            N_("文书内容不符合要求：%(detail)s"),
            code="paper_incomplete",
            params={"detail": str(error)},
            next_step=N_("请补全办件信息后重新出具"),
        ) from error
    return paper, request.form, request.presentation


def encode_pages(pages: tuple[bytes, ...]) -> bytes:
    """Write the answer of a paper that was rendered."""
    return msgspec.msgpack.encode(Answer(pages=pages))


def encode_fault(error: HallmarkError) -> bytes:
    """Write the answer of a paper that was not rendered."""
    fault = Fault(
        refusal=isinstance(error, Refusal),
        code=error.code,
        message=error.message,
        subject=error.subject,
        next_step=error.next_step,
        params=_as_text(error.params),
    )
    return msgspec.msgpack.encode(Answer(fault=fault))


def decode_answer(body: bytes) -> tuple[bytes, ...]:
    """Read an answer: the pages.

    Raises:
        Invalid: the renderer refused the paper.
        RenderFailure: the renderer is broken, or what came back is no answer.
    """
    try:
        answer = msgspec.msgpack.decode(body, type=Answer)
    except msgspec.DecodeError as error:
        raise RenderFailure(N_("文书渲染进程的应答无法识别"), params={"detail": str(error)}) from error
    if answer.fault is None:
        return answer.pages
    fault = answer.fault
    family = Invalid if fault.refusal else RenderFailure
    raise family(fault.message, code=fault.code, subject=fault.subject, next_step=fault.next_step, params=fault.params)


def send(connection: socket.socket, body: bytes) -> None:
    """Send one message whole; raises OSError."""
    connection.sendall(_LENGTH.pack(len(body)) + body)


def receive(connection: socket.socket, limit: int) -> bytes:
    """Receive one message.

    Raises:
        EOFError: the other side closed before the message was whole.
        MessageTooLargeError: it is over `limit` bytes.
        OSError: the connection broke or timed out.
    """
    (length,) = _LENGTH.unpack(_exactly(connection, _LENGTH.size))
    if length > limit:
        message = f"message of {length} bytes is over {limit}"
        raise MessageTooLargeError(message)
    return _exactly(connection, length)


def _exactly(connection: socket.socket, count: int) -> bytes:
    parts = bytearray()
    while len(parts) < count:
        part = connection.recv(min(count - len(parts), 1 << 20))
        if not part:
            message = f"closed after {len(parts)} of {count} bytes"
            raise EOFError(message)
        parts += part
    return bytes(parts)


def _as_text(params: Mapping[str, Any]) -> dict[str, str]:
    return {name: str(value) for name, value in params.items()}
