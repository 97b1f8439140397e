"""Storing a scan: from a window's upload or a scan folder into the blob store, its type found from its bytes.

What a file is called and what the sender says it is are hints. Only five types come in (PDF, JPEG, PNG, TIFF, OFD),
each told by its first bytes, and a name or a claim that says otherwise is refused, so that nobody who opens the file
later is surprised.
"""

import zipfile
from collections.abc import Iterable
from pathlib import PurePath
from typing import BinaryIO

import filetype

from appliance.domain.subject import FileRef
from appliance.errors import N_, Invalid, TooLarge
from appliance.store.blobs import BlobStore

HEAD_BYTES = 8192
PDF, JPEG, PNG, TIFF, OFD = "application/pdf", "image/jpeg", "image/png", "image/tiff", "application/ofd"
EXTENSIONS: dict[str, tuple[str, ...]] = {
    PDF: ("pdf",),
    JPEG: ("jpg", "jpeg", "jpe", "jfif"),
    PNG: ("png",),
    TIFF: ("tif", "tiff"),
    OFD: ("ofd",),
}
TYPE_NAMES: dict[str, str] = {PDF: "PDF", JPEG: "JPEG", PNG: "PNG", TIFF: "TIFF", OFD: "OFD"}
_CLAIMS: dict[str, tuple[str, ...]] = {
    PDF: (PDF, "application/x-pdf"),
    JPEG: (JPEG, "image/jpg", "image/pjpeg"),
    PNG: (PNG, "image/x-png"),
    TIFF: (TIFF, "image/tif", "image/x-tiff"),
    OFD: (OFD, "application/zip", "application/x-zip-compressed", "application/x-ofd"),
}
# What browsers and scanners say when they do not know.
_NO_CLAIM = ("", "application/octet-stream", "application/binary")
_OFD_ENTRY = "OFD.xml"
_MEGABYTE = 1024 * 1024


def media_type(source: BinaryIO) -> str | None:
    """Find the type of an open file from its bytes; None for everything that is not accepted.

    Args:
        source: readable and seekable; its position is at the start afterwards.
    """
    source.seek(0)
    head = source.read(HEAD_BYTES)
    source.seek(0)
    kind = filetype.guess(head)
    found = kind.mime if kind is not None else ""
    if found in EXTENSIONS:
        return found
    if head.startswith(b"PK\x03\x04"):
        try:
            names = zipfile.ZipFile(source).namelist()
        except zipfile.BadZipFile:
            names = []
        source.seek(0)
        if _OFD_ENTRY in names:
            return OFD
    return None


def complete(source: BinaryIO, found: str) -> bool:
    """Tell whether a file has its end, so that one that a scanner is still writing is left alone.

    PDF: ``%%EOF`` near the end; JPEG: the end-of-image marker; PNG: the IEND chunk; OFD: a whole zip directory. TIFF
    has no end of its own: its first directory must lie inside the file.
    """
    size = source.seek(0, 2)
    source.seek(max(0, size - 2048))
    tail = source.read()
    source.seek(0)
    if found == PDF:
        return b"%%EOF" in tail
    if found == JPEG:
        return b"\xff\xd9" in tail
    if found == PNG:
        return b"IEND\xaeB`\x82" in tail
    if found == TIFF:
        head = source.read(8)
        source.seek(0)
        return int.from_bytes(head[4:8], "little" if head[:2] == b"II" else "big") < size
    return True


def check_size(size: int, limit_bytes: int) -> None:
    """Refuse a size that is said beforehand, before a byte is stored.

    Raises:
        TooLarge: with the limit in MB.
    """
    if size > limit_bytes:
        raise TooLarge(
            N_("文件超过 %(limit)s MB 的上限，没有上传"),
            code="upload_too_large",
            params={"limit": limit_bytes // _MEGABYTE or 1},
            next_step=N_("请降低扫描分辨率（彩色 200 dpi 足够），或分成几个文件"),
        )


def _check_claims(found: str, name: str, claimed: str) -> None:
    extension = PurePath(name).suffix.lower().removeprefix(".")
    claim = claimed.partition(";")[0].strip().lower()
    known = {one for names in EXTENSIONS.values() for one in names}
    lies = (extension in known and extension not in EXTENSIONS[found]) or (
        claim not in _NO_CLAIM and claim not in _CLAIMS[found]
    )
    if lies or (extension and extension not in known):
        raise Invalid(
            N_("“%(name)s”的内容是 %(found)s，与文件名或声明的类型不符，没有收下"),
            code="upload_type_differs",
            params={"name": name[:80], "found": TYPE_NAMES[found]},
            next_step=N_("请确认文件来源，重新扫描或用正确的扩展名保存"),
        )


def store(
    blobs: BlobStore, source: BinaryIO, *, name: str, limit_bytes: int, claimed: str = "", size: int | None = None
) -> FileRef:
    """Store one file; when this returns, it is durable.

    Args:
        blobs: the blob store.
        source: the file, readable and seekable; it is read in pieces.
        name: what the sender calls it.
        limit_bytes: largest size that is accepted.
        claimed: media type that the sender states, empty for none.
        size: size in bytes if known beforehand.

    Returns:
        Its digest, the type found and its size.

    Raises:
        TooLarge: larger than the limit; nothing stays on the disk.
        Invalid: empty, not one of the five types, or not what name or claim say.
    """
    if size is None:
        size = source.seek(0, 2)
    check_size(size, limit_bytes)
    if size == 0:
        raise Invalid(
            N_("“%(name)s”是空文件，没有收下"),
            code="upload_empty",
            params={"name": name[:80]},
            next_step=N_("请重新扫描"),
        )
    found = media_type(source)
    if found is None:
        raise Invalid(
            N_("“%(name)s”不是 PDF、JPEG、PNG、TIFF 或 OFD 文件，没有收下"),
            code="upload_type",
            params={"name": name[:80]},
            next_step=N_("请扫描成 PDF 或图片后再上传"),
        )
    _check_claims(found, name, claimed)
    source.seek(0)
    digest = blobs.put(source, limit_bytes=limit_bytes)
    return FileRef(sha256=digest, media_type=found, size=size)


def check_stored(blobs: BlobStore, files: Iterable[FileRef]) -> None:
    """Refuse references that do not describe files stored here: a form carries them, and a form can be edited.

    Raises:
        Invalid: a file is not here, or has another size or type than stated.
    """
    for file in files:
        if not blobs.has(file.sha256) or blobs.size(file.sha256) != file.size or not _is_of_type(blobs, file):
            raise Invalid(
                N_("有一份扫描件不在本机或与登记的不符，请重新放入"),
                code="upload_unknown",
                subject=file.sha256[:16],
                next_step=N_("请返回材料清单，删除这份扫描件后重新放入"),
            )


def _is_of_type(blobs: BlobStore, file: FileRef) -> bool:
    with blobs.open(file.sha256) as handle:
        return media_type(handle) == file.media_type
