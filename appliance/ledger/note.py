"""Signed notes (C2SP signed-note v1.0.0): a text, a blank line, and lines of signatures.

What we settle beyond the specification (protocol §2): base64 must be canonical, at most 64 signature lines and 64 KiB,
a second line of a key that has signed already is checked like any other and then dropped.
"""

import re
from base64 import b64decode, b64encode
from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum
from hashlib import sha256
from typing import Final, Protocol

from nacl.exceptions import CryptoError
from nacl.signing import VerifyKey

from appliance.errors import N_
from appliance.ledger.failure import Malformed, SignatureError

NOTE_BYTES_MAX: Final = 64 * 1024
SIGNATURE_LINES_MAX: Final = 64
KEY_ID_BYTES: Final = 4
PUBLIC_KEY_BYTES: Final = 32
SIGNATURE_BYTES: Final = 64
TIME_BYTES: Final = 8
TIME_SECONDS_MAX: Final = 2**63 - 1
"""Largest time in a cosignature that is read, seconds since 1970."""
SIGNATURE_LINE_START: Final = "— "
VKEY_PARTS: Final = 3
CONTROL_CHARACTER: Final = re.compile(r"[\x00-\x09\x0b-\x1f\x7f]")


class KeyType(IntEnum):
    """Signature types of C2SP signed-note that we verify; ff (private use) stays reserved for "sm2-sm3"."""

    ED25519 = 1
    COSIGNATURE = 4


def decode_base64(text: str) -> bytes:
    """Decode padded standard base64 in its one canonical form.

    Raises:
        Malformed: other characters, wrong padding, or bits set that encode nothing.
    """
    try:
        raw = b64decode(text, validate=True)
    except ValueError as error:
        raise Malformed(N_("base64 编码有误")) from error
    if b64encode(raw).decode() != text:
        raise Malformed(N_("base64 编码有误"))
    return raw


def require_text(text: str) -> None:
    """Refuse control characters other than the line feed."""
    if CONTROL_CHARACTER.search(text):
        raise Malformed(N_("签名文本含有控制字符"))


def require_name(name: str) -> None:
    """Refuse a key name that is empty or holds a Unicode space or "+"."""
    if not name or "+" in name or any(char.isspace() for char in name):
        raise Malformed(N_("密钥名称有误"), subject=name)
    require_text(name)


def key_id(name: str, key_type: int, public: bytes) -> bytes:
    """Give the four bytes that a signature line carries to name its key."""
    return sha256(name.encode() + b"\n" + bytes([key_type]) + public).digest()[:KEY_ID_BYTES]


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A public key with its name and type; the key id follows from them."""

    name: str
    key_id: bytes
    type: KeyType
    public: bytes

    @classmethod
    def of(cls, name: str, key_type: KeyType, public: bytes) -> "VerifierKey":
        """Name a public key of 32 bytes.

        Raises:
            Malformed: the name or the length is not acceptable.
        """
        require_name(name)
        if len(public) != PUBLIC_KEY_BYTES:
            raise Malformed(N_("公钥长度有误"), subject=name)
        return cls(name, key_id(name, key_type, public), key_type, public)

    @classmethod
    def parse(cls, vkey: str) -> "VerifierKey":
        """Read ``name+hex key id+base64(type, public key)``; the base64 may itself contain "+".

        Raises:
            Malformed: the form, the type, or the key id is wrong.
        """
        parts = vkey.split("+", VKEY_PARTS - 1)
        if len(parts) != VKEY_PARTS:
            raise Malformed(N_("公钥文本有误"), subject=vkey)
        name, hex_id, encoded = parts
        raw = decode_base64(encoded)
        if not raw or raw[0] not in set(KeyType):
            raise Malformed(N_("不支持的密钥类型"), subject=name)
        key = cls.of(name, KeyType(raw[0]), raw[1:])
        if key.key_id.hex() != hex_id:
            raise Malformed(N_("公钥与其编号不符"), subject=name)
        return key

    def format(self) -> str:
        """Write the vkey."""
        return f"{self.name}+{self.key_id.hex()}+{b64encode(bytes([self.type]) + self.public).decode()}"

    def verify(self, text: str, payload: bytes) -> None:
        """Check what a signature line carries after the key id against the note's text.

        Raises:
            SignatureError: it does not hold.
        """
        message = text.encode()
        signature = payload
        if self.type is KeyType.COSIGNATURE:
            message = cosigned_bytes(text, cosignature_time(payload))
            signature = payload[TIME_BYTES:]
        verify_ed25519(self.public, message, signature, self.name)


def verify_ed25519(public: bytes, message: bytes, signature: bytes, subject: str = "") -> None:
    """Check one Ed25519 signature (RFC 8032) by libsodium's rules, which refuse keys of low order.

    Raises:
        SignatureError: it does not hold.
    """
    if len(signature) != SIGNATURE_BYTES:
        raise SignatureError(N_("签名长度有误"), subject=subject)
    try:
        VerifyKey(public).verify(message, signature)
    except CryptoError as error:
        raise SignatureError(N_("签名不成立"), subject=subject) from error


def cosignature_time(payload: bytes) -> int:
    """Read the time (seconds since 1970) of a cosignature/v1 payload.

    Raises:
        SignatureError: the payload is not a time and a signature.
    """
    if len(payload) != TIME_BYTES + SIGNATURE_BYTES:
        raise SignatureError(N_("签名长度有误"))
    time = int.from_bytes(payload[:TIME_BYTES], "big")
    if time > TIME_SECONDS_MAX:
        raise SignatureError(N_("联署时间有误"))
    return time


def cosigned_bytes(text: str, time: int) -> bytes:
    """Give the bytes that a cosignature/v1 over this checkpoint body signs."""
    return f"cosignature/v1\ntime {time}\n{text}".encode()


class NoteSigner(Protocol):
    """Signs the text of a note; `appliance.ledger.signer` has the two kinds."""

    @property
    def verifier(self) -> VerifierKey:
        """The public half."""
        ...

    def sign_text(self, text: str) -> bytes:
        """Give what the signature line carries after the key id."""
        ...


@dataclass(frozen=True, slots=True)
class SignatureLine:
    """One line under a note, not yet verified."""

    name: str
    key_id: bytes
    payload: bytes

    @classmethod
    def parse(cls, line: str) -> "SignatureLine":
        """Read a line without its line feed.

        Raises:
            Malformed: it is no signature line.
        """
        name, space, encoded = line.removeprefix(SIGNATURE_LINE_START).partition(" ")
        if not line.startswith(SIGNATURE_LINE_START) or not space:
            raise Malformed(N_("签名行格式有误"))
        require_name(name)
        raw = decode_base64(encoded)
        if len(raw) <= KEY_ID_BYTES:
            raise Malformed(N_("签名行格式有误"))
        return cls(name, raw[:KEY_ID_BYTES], raw[KEY_ID_BYTES:])

    def format(self) -> str:
        """Write the line with its line feed."""
        return f"{SIGNATURE_LINE_START}{self.name} {b64encode(self.key_id + self.payload).decode()}\n"


@dataclass(frozen=True, slots=True)
class Note:
    """A text and its signature lines, form checked, signatures not."""

    text: str
    signatures: tuple[SignatureLine, ...]

    @classmethod
    def parse(cls, data: bytes) -> "Note":
        """Read a note, split at the last blank line.

        Raises:
            Malformed: too large, not UTF-8, control characters, no signature line, or one that is malformed.
        """
        if len(data) > NOTE_BYTES_MAX:
            raise Malformed(N_("签名文本过大"))
        try:
            whole = data.decode()
        except UnicodeDecodeError as error:
            raise Malformed(N_("签名文本不是 UTF-8")) from error
        require_text(whole)
        split = whole.rfind("\n\n")
        if split < 0 or not whole.endswith("\n"):
            raise Malformed(N_("签名文本缺少签名"))
        lines = whole[split + 2 : -1].split("\n")
        if len(lines) > SIGNATURE_LINES_MAX:
            raise Malformed(N_("签名行过多"))
        return cls(whole[: split + 1], tuple(SignatureLine.parse(line) for line in lines))

    def format(self) -> bytes:
        """Write the note."""
        return (self.text + "\n" + "".join(line.format() for line in self.signatures)).encode()


@dataclass(frozen=True, slots=True)
class VerifiedSignature:
    """A signature that holds: by which key, and what its line carries after the key id."""

    key: VerifierKey
    payload: bytes


@dataclass(frozen=True, slots=True)
class OpenedNote:
    """A note of which at least one signature by a known key holds, and none by a known key fails."""

    text: str
    signatures: tuple[VerifiedSignature, ...]

    def signed_by(self, key: VerifierKey) -> bytes | None:
        """Give this key's signature payload, or None when it has not signed."""
        return next((signature.payload for signature in self.signatures if signature.key == key), None)


def open_note(data: bytes, verifiers: Iterable[VerifierKey]) -> OpenedNote:
    """Read a note and verify it.

    Args:
        data: the note.
        verifiers: the known keys. Lines of other keys are ignored.

    Raises:
        Malformed: the bytes are no note, or two different known keys share name and key id.
        SignatureError: a known key's signature does not hold, or no known key has signed.
    """
    known: dict[tuple[str, bytes], VerifierKey] = {}
    for verifier in verifiers:
        if known.setdefault((verifier.name, verifier.key_id), verifier) != verifier:
            raise Malformed(N_("两个密钥的名称与编号相同"), subject=verifier.name)
    note = Note.parse(data)
    verified: dict[VerifierKey, VerifiedSignature] = {}
    for line in note.signatures:
        key = known.get((line.name, line.key_id))
        if key is not None:
            key.verify(note.text, line.payload)
            verified.setdefault(key, VerifiedSignature(key, line.payload))
    if not verified:
        raise SignatureError(N_("没有已知密钥的签名"))
    return OpenedNote(note.text, tuple(verified.values()))


def sign_note(text: str, *signers: NoteSigner) -> bytes:
    """Sign a text with one or more keys.

    Raises:
        Malformed: the text cannot be the text of a note, or the note is beyond its limits.
    """
    if not text.endswith("\n") or not signers:
        raise Malformed(N_("签名文本格式有误"))
    lines = tuple(
        SignatureLine(signer.verifier.name, signer.verifier.key_id, signer.sign_text(text)) for signer in signers
    )
    data = Note(text, lines).format()
    Note.parse(data)  # what we write, we can read
    return data
