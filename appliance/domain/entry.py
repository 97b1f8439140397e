"""Entries: how an event becomes a leaf and its private part, and how it is read back (protocol §2).

The entry is RFC 8785 JSON, hashed verbatim. Personal fields stand in the private part, ``salt(16) || canonical
JSON``, and the leaf carries ``pii``, the base64 SHA-256 of it. Bytes are never serialised again.
"""

import base64
import hashlib
import re
import unicodedata
from collections.abc import Callable
from functools import cache
from typing import Any, Literal

import msgspec

from appliance.domain.actor import Actor
from appliance.domain.events import EVENTS, CaseEvent, Event, JointEvent, SystemEvent, UnknownEvent
from appliance.domain.withheld import stand_in
from appliance.errors import N_, IntegrityFailure, Invalid

ENTRY_BYTES_MAX = 32 * 1024
PRIVATE_BYTES_MAX = 256 * 1024
SALT_BYTES = 16
FORMAT_VERSION = 1
_SUSPECT_NUMBER = re.compile(rb"[0-9](?:[.eE]|[0-9]{15})")
INTEGER_MAX = 2**53 - 1
"""Largest magnitude of an integer (RFC 8785 §3.2.2.3, RFC 7493 §2.2); longer numbers are written as strings."""

_encode = msgspec.json.Encoder(order="sorted").encode


class EntryMeta(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """The envelope of an entry, all but its data.

    Attributes:
        v: version of the envelope.
        type: the event's wire name.
        tv: the event's version.
        cmd: idempotency key of the change.
        n: position of the entry within its change.
        t: time of the change, ISO 8601 with milliseconds, +08:00.
        clk: ``ok``, or ``suspect`` while the clock is in doubt (protocol §5).
        seen: applied size of the other log.
        actor: who did it.
        case: case number, when it concerns one.
        pii: base64 SHA-256 of the private part, when there is one.
        blobs: hex SHA-256 of each file named.
        crit: an older release that does not know the type must close its gate.
    """

    v: int
    type: str
    tv: int
    cmd: str
    n: int
    t: str
    clk: Literal["ok", "suspect"]
    seen: int
    actor: Actor
    case: str | None = None
    pii: str | None = None
    blobs: tuple[str, ...] = ()
    crit: bool = False


class _Whole(EntryMeta, frozen=True, omit_defaults=True, kw_only=True):
    data: msgspec.Raw = msgspec.Raw(b"{}")


class EncodedEvent(msgspec.Struct, frozen=True):
    """An event in canonical form: what the leaf shows of it, and its personal fields, empty when it has none."""

    data: bytes
    personal: bytes


class BuiltEntry(msgspec.Struct, frozen=True):
    """An entry ready to be appended: the leaf's bytes, its private part or None, and its envelope."""

    entry: bytes
    private: bytes | None
    meta: EntryMeta


_decode_whole = msgspec.json.Decoder(_Whole).decode
_decode_meta = msgspec.json.Decoder(EntryMeta).decode


def _normal(value: Any) -> Any:
    """Bring every text in a value to NFC."""
    if isinstance(value, str):
        return unicodedata.normalize("NFC", value)
    if isinstance(value, dict):
        return {_normal(key): _normal(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_normal(item) for item in value]
    return value


def _require_signable(value: Any) -> None:
    """Refuse what two machines may write differently: floats, and integers beyond ±(2^53-1)."""
    kind = type(value)
    if kind is dict:
        for item in value.values():
            _require_signable(item)
    elif kind is list or kind is tuple:
        for item in value:
            _require_signable(item)
    elif kind is float or (kind is int and not -INTEGER_MAX <= value <= INTEGER_MAX):
        raise Invalid(N_("数值超出可签名的范围"), code="number_unsignable", subject=str(value))


def _canonical(value: Any) -> bytes:
    """Encode as RFC 8785 JSON in NFC.

    No key sorts otherwise in UTF-16 and no number is a float, so sorted compact JSON is the canonical form; tests hold
    both. Nearly all text is NFC already, which one look at the whole tells; the rest is normalised and encoded again.
    """
    encoded = _encode(value)
    # What stands outside the texts is short and has no number that is suspect. With an escaped quote in a text, the
    # quotes do not tell what is outside; only a look at the values does.
    if b"\\" in encoded or _SUSPECT_NUMBER.search(b" ".join(encoded.split(b'"')[::2])):
        _require_signable(value)
    if encoded.isascii() or unicodedata.is_normalized("NFC", encoded.decode()):
        return encoded
    return _encode(_normal(value))


# Bytes come from a network or a disk before their proof is checked: text that is no UTF-8 is one way to be no entry.
_UNREADABLE = (msgspec.MsgspecError, UnicodeDecodeError)


def encode_event(event: CaseEvent | JointEvent | SystemEvent | UnknownEvent) -> EncodedEvent:
    """Encode an event in its two parts; raises Invalid for a number that cannot be signed."""
    fields = msgspec.to_builtins(event)
    personal = {name: fields.pop(name) for name in event.PERSONAL if name in fields}
    return EncodedEvent(_canonical(fields), _canonical(personal) if personal else b"")


def _enveloped(meta: EntryMeta, data: bytes) -> bytes:
    """Encode an envelope around its data, which is canonical already."""
    head = _canonical(msgspec.to_builtins(meta))
    # The names sort ``cmd``, ``data``, ``n``. No text holds a bare quote, so this place is found nowhere else.
    before, mark, behind = head.partition(b',"n":')
    return b"".join((before, b',"data":', data, mark, behind))


def build_entry(
    event: Event,
    *,
    cmd: str,
    n: int,
    t: str,
    clk: Literal["ok", "suspect"],
    seen: int,
    case: str | None,
    actor: Actor,
    blobs: tuple[str, ...],
    salt: bytes,
    encoded: EncodedEvent | None = None,
) -> BuiltEntry:
    """Encode an event as an entry.

    Args:
        event: the event; its `PERSONAL` fields go into the private part.
        cmd: idempotency key of the change.
        n: position within the change, from 0.
        t: time as `appliance.clock.format_time` writes it.
        clk: whether the clock is trusted.
        seen: applied size of the other log.
        case: case number or None.
        actor: who did it.
        blobs: hex digests of the files named; sorted by the caller's order.
        salt: 16 random bytes for the private part's digest.
        encoded: what `encode_event` gave for this event, when it was asked before.

    Returns:
        The leaf's bytes, the private part and the envelope.

    Raises:
        Invalid: the entry is larger than 32 KiB, or its private part larger than 256 KiB; or a number in it is a
            float or beyond ±(2^53-1).
    """
    parts = encoded or encode_event(event)
    private = salt + parts.personal if parts.personal else None
    digest = base64.b64encode(hashlib.sha256(private).digest()).decode() if private is not None else None
    meta = EntryMeta(
        v=FORMAT_VERSION,
        type=event.TYPE,
        tv=event.VERSION,
        cmd=cmd,
        n=n,
        t=t,
        clk=clk,
        seen=seen,
        actor=actor,
        case=case,
        pii=digest,
        blobs=blobs,
    )
    entry = _enveloped(meta, parts.data)
    if len(entry) > ENTRY_BYTES_MAX or (private is not None and len(private) > PRIVATE_BYTES_MAX):
        raise Invalid(
            N_("这一步的内容太长，无法记入日志"),
            code="entry_too_large",
            subject=event.TYPE,
            next_step=N_("请缩短填写的文字后再提交"),
        )
    return BuiltEntry(entry=entry, private=private, meta=meta)


def read_meta(entry: bytes) -> EntryMeta:
    """Read the envelope of an entry; raises IntegrityFailure when the bytes are not one."""
    try:
        return _decode_meta(entry)
    except _UNREADABLE as error:
        raise IntegrityFailure(N_("日志记录无法读取"), code="entry_unreadable", subject=str(error)) from error


def check_private(meta: EntryMeta, private: bytes | None) -> None:
    """Compare a private part with the digest in its leaf; raises IntegrityFailure when they differ."""
    digest = base64.b64encode(hashlib.sha256(private).digest()).decode() if private is not None else None
    if digest != meta.pii:
        raise IntegrityFailure(N_("记录的保密部分与摘要不符"), code="private_mismatch", subject=meta.cmd)


@cache
def _decoder_of(name: str) -> Callable[[bytes], CaseEvent | JointEvent | SystemEvent]:
    return msgspec.json.Decoder(EVENTS[name]).decode


def _joined(data: bytes, private: bytes | None) -> bytes:
    """Join the leaf's fields and the private ones; both are canonical, so braces stand first and last."""
    if private is None or private[SALT_BYTES:] == b"{}":
        return data
    return private[SALT_BYTES:] if data == b"{}" else data[:-1] + b"," + private[SALT_BYTES + 1 :]


def read_event(entry: bytes, private: bytes | None) -> tuple[EntryMeta, Event]:
    """Read an entry back as envelope and event.

    An unknown type or a newer version gives `UnknownEvent`; unknown fields are carried in the bytes and ignored here.
    A private part that is absent (erased) leaves required personal fields out, which also gives `UnknownEvent`.

    Raises:
        IntegrityFailure: the bytes are no entry.
    """
    try:
        whole = _decode_whole(entry)
    except _UNREADABLE as error:
        raise IntegrityFailure(N_("日志记录无法读取"), code="entry_unreadable", subject=str(error)) from error
    kind = EVENTS.get(whole.type)
    if kind is None or whole.tv > kind.VERSION:
        return whole, UnknownEvent(type=whole.type, version=whole.tv)
    try:
        return whole, _decoder_of(whole.type)(_joined(bytes(whole.data), private))
    except _UNREADABLE:
        return whole, UnknownEvent(type=whole.type, version=whole.tv)


def read_withheld(entry: bytes, word: str) -> tuple[EntryMeta, Event]:
    """Read an entry whose private part was erased or is restricted, with stand-ins for its personal fields.

    Args:
        entry: the entry, verbatim.
        word: what stands for a text (`appliance.domain.withheld`).

    Raises:
        IntegrityFailure: the bytes are no entry.
    """
    meta = read_meta(entry)
    kind = EVENTS.get(meta.type)
    return read_event(entry, bytes(SALT_BYTES) + stand_in(kind, word) if kind is not None else None)
