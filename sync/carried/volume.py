r"""One volume of a bundle: a signed manifest and framed messages inside an age file (protocol §4, "Bundle").

    "hallmark/bundle/v1\n" || uint32be length || manifest (signed note) || members
    member = uint16be length || head (canonical JSON: method, path, headers) || uint32be length || body

A member is a request as HTTP would carry it. Its path is looked up in the protocol's closed table and never in a file
system. Nothing of a volume is looked at before the whole of it was decrypted, counted, hashed and held against the
manifest, and the manifest's signature was verified.
"""

import hashlib
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Final

import msgspec

from appliance.errors import N_, HallmarkError, IntegrityFailure, NotFound, OutOfSpace, Refusal, TooLarge
from appliance.ledger.note import Note, VerifierKey, open_note
from sync.carried.sealing import Identity, seal, unseal
from sync.messages import BODY_BYTES_MAX, ENCODING, NOTE_BYTES_MAX, compress, decompress
from sync.trust import BundleManifest, read_statement

MAGIC: Final = b"hallmark/bundle/v1\n"
PAYLOAD_BYTES_MAX: Final = 4 * 1024 * 1024 * 1024
MEMBERS_MAX: Final = 200_000
# Room for the manifest, the last member's head and the cipher's own bytes: a full volume opens, and fits on FAT32.
VOLUME_BYTES_MAX: Final = PAYLOAD_BYTES_MAX - 16 * 1024 * 1024
COMPRESS_BYTES_MIN: Final = 512
_CHUNK: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Member:
    """One message, its body not compressed."""

    method: str
    path: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


class _Head(msgspec.Struct, frozen=True, kw_only=True):
    method: str
    path: str
    headers: dict[str, str] = {}


Judge = Callable[[BundleManifest], VerifierKey]
_encode = msgspec.json.Encoder(order="sorted").encode


class Payload:
    """The members of a volume that is being written, in an unlinked file: a power cut leaves nothing behind.

    Args:
        folder: where the unlinked file lies.
    """

    __slots__ = ("_digest", "_handle", "members", "size")

    def __init__(self, folder: Path) -> None:
        with _space():
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._handle: BinaryIO = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115
        self._digest = hashlib.sha256()
        self.members = 0
        self.size = 0

    def add(self, member: Member) -> None:
        """Append one member, compressed where that pays; raises OutOfSpace when the folder's disk is full."""
        headers, body = dict(member.headers), member.body
        if len(body) >= COMPRESS_BYTES_MIN:
            packed = compress(body)
            if len(packed) < len(body):
                headers, body = {**headers, "content-encoding": ENCODING}, packed
        head = _encode(_Head(method=member.method, path=member.path, headers=headers))
        for piece in (len(head).to_bytes(2, "big"), head, len(body).to_bytes(4, "big"), body):
            with _space():
                self._handle.write(piece)
            self._digest.update(piece)
            self.size += len(piece)
        self.members += 1

    @property
    def sha256(self) -> str:
        """Hex digest of what was added."""
        return self._digest.hexdigest()

    def write(self, manifest_note: bytes, target: Path, recipients: tuple[str, ...]) -> None:
        """Encrypt manifest and members into a file; see `seal`."""
        with _space():
            self._handle.seek(0)  # writes what is still buffered
        prefix = MAGIC + len(manifest_note).to_bytes(4, "big") + manifest_note
        seal(_After(prefix, self._handle), target, recipients)  # type: ignore[arg-type]  # only `read` is asked of it

    def close(self) -> None:
        """Give the space back."""
        # What is still buffered finds no room either on a full disk; nobody wants it any more, and it is closed.
        with suppress(OSError):
            self._handle.close()


@contextmanager
def _space() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise OutOfSpace(
            N_("本机磁盘已满或不可写，数据包没有写成"),
            code="spool_failed",
            next_step=N_("请在本机腾出空间后再导出，已写好的分卷会接着用"),
        ) from error


class _After:
    """A stream that begins with some bytes."""

    def __init__(self, prefix: bytes, rest: BinaryIO) -> None:
        self._prefix = prefix
        self._rest = rest

    def read(self, count: int = -1) -> bytes:
        if self._prefix:
            if count < 0:
                taken, self._prefix = self._prefix, b""
                return taken + self._rest.read()
            taken, self._prefix = self._prefix[:count], self._prefix[count:]
            return taken
        return self._rest.read(count)


class _Capped:
    """A file that refuses to grow beyond what a volume may hold."""

    def __init__(self, handle: BinaryIO, limit: int) -> None:
        self._handle = handle
        self._left = limit

    def write(self, content: bytes) -> int:
        self._left -= len(content)
        if self._left < 0:
            raise OSError(0, "volume_too_large")
        return self._handle.write(content)

    def flush(self) -> None:
        self._handle.flush()


@dataclass(slots=True)
class Volume:
    """A verified volume, open for reading its members.

    Attributes:
        manifest: what its sender signed.
    """

    manifest: BundleManifest
    _handle: BinaryIO
    _start: int

    def members(self) -> Iterator[tuple[int, Member]]:
        """Give each member with its place, bodies expanded; one at a time in memory.

        Raises:
            IntegrityFailure: the sender framed them wrongly.
        """
        position = self._start
        for _ in range(self.manifest.members):
            member, following = self._read(position)
            yield position, member
            position = following

    def places(self) -> Iterator[tuple[int, str]]:
        """Give place and path of each member without reading its body; raises as `members`."""
        position = self._start
        for _ in range(self.manifest.members):
            self._handle.seek(position)
            try:
                head = msgspec.json.decode(self._exactly(int.from_bytes(self._exactly(2), "big")), type=_Head)
                length = int.from_bytes(self._exactly(4), "big")
            except (msgspec.MsgspecError, EOFError) as error:
                raise _misframed() from error
            yield position, head.path
            position = self._handle.tell() + length

    def member_at(self, place: int) -> Member:
        """Read one member again."""
        return self._read(place)[0]

    def _read(self, position: int) -> tuple[Member, int]:
        self._handle.seek(position)
        try:
            head = msgspec.json.decode(self._exactly(int.from_bytes(self._exactly(2), "big")), type=_Head)
            length = int.from_bytes(self._exactly(4), "big")
            if length > BODY_BYTES_MAX:
                raise _misframed()
            body = self._exactly(length)
            headers = {name.lower(): value for name, value in head.headers.items()}
            if headers.pop("content-encoding", "") == ENCODING:
                body = decompress(body, bytes_max=BODY_BYTES_MAX)
        except (msgspec.MsgspecError, EOFError, TooLarge) as error:
            raise _misframed() from error
        return Member(head.method, head.path, headers, body), self._handle.tell()

    def _exactly(self, count: int) -> bytes:
        taken = self._handle.read(count)
        if len(taken) != count:
            raise EOFError
        return taken


@contextmanager
def open_volume(path: Path, identity: Identity, judge: Judge, folder: Path) -> Iterator[Volume]:
    """Decrypt a volume into an unlinked file and verify all of it before anything is believed.

    Args:
        path: the age file.
        identity: the private key that opens it.
        judge: looks at the manifest's claims, refuses, or gives the key that must have signed it.
        folder: where the unlinked file lies.

    Raises:
        Refusal: it is no bundle, or not for this key, or signed by somebody else.
        IntegrityFailure: it was cut off or changed.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with tempfile.TemporaryFile(dir=folder) as handle:
        unseal(path, _Capped(handle, PAYLOAD_BYTES_MAX), identity)  # type: ignore[arg-type]  # only `write` is asked
        handle.seek(0)
        try:
            manifest, start = _manifest(handle, judge)
        except Refusal:
            raise
        except (HallmarkError, EOFError) as error:
            raise _unsigned(path) from error
        digest, size = hashlib.sha256(), 0
        while chunk := handle.read(_CHUNK):
            digest.update(chunk)
            size += len(chunk)
        if (size, digest.hexdigest()) != (manifest.payload_bytes, manifest.sha256) or manifest.members > MEMBERS_MAX:
            raise _misframed()
        yield Volume(manifest, handle, start)


def _manifest(handle: BinaryIO, judge: Judge) -> tuple[BundleManifest, int]:
    if handle.read(len(MAGIC)) != MAGIC:
        raise EOFError
    length = int.from_bytes(handle.read(4), "big")
    if length > NOTE_BYTES_MAX:
        raise EOFError
    note = handle.read(length)
    claimed = read_statement(BundleManifest, Note.parse(note).text)
    open_note(note, (judge(claimed),))
    return claimed, handle.tell()


def _unsigned(path: Path) -> IntegrityFailure:
    return IntegrityFailure(
        N_("数据包 %(name)s 里的清单无法核对，什么都没有装入"),
        code="bad_manifest",
        subject=path.name,
        params={"name": path.name},
        next_step=N_("请对方重新导出"),
    )


def _misframed() -> IntegrityFailure:
    return IntegrityFailure(
        N_("数据包的内容与签名的清单不符，什么都没有装入"), code="bundle_differs", next_step=N_("请对方重新导出")
    )


def volume_path(first: Path, number: int) -> Path:
    """Give the file of a volume: the first has the name that was asked for, the others ``.002`` and so on behind it."""
    return first if number == 1 else first.with_name(f"{first.name}.{number:03d}")


def volume_paths(first: Path) -> list[Path]:
    """Give the volumes of a bundle that lie beside its first one, in order; raises NotFound without the first."""
    if not first.is_file():
        raise NotFound(N_("找不到文件 %(name)s"), code="no_file", params={"name": first.name})
    found = [first]
    while (following := volume_path(first, len(found) + 1)).is_file():
        found.append(following)
    return found
