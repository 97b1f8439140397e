"""What may be stored as a scan: five types by their bytes, no larger than the limit, and not under a false name."""

import io
import zipfile

import pytest

from appliance.domain.subject import FileRef
from appliance.errors import Invalid, TooLarge
from appliance.services import uploads
from appliance.store.blobs import BlobStore

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + bytes(60) + b"\xff\xd9"
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(60) + b"\x00\x00\x00\x00IEND\xaeB`\x82"
TIFF = b"II*\x00\x08\x00\x00\x00" + bytes(60)


def archive(*names):
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as packed:
        for name in names:
            packed.writestr(name, "<x/>")
    return held.getvalue()


OFD = archive("OFD.xml", "Doc_0/Document.xml")


@pytest.fixture
def blobs(tmp_path):
    return BlobStore(tmp_path / "blobs")


def store(blobs, data, name, claimed="", limit=1_000_000):
    return uploads.store(blobs, io.BytesIO(data), name=name, limit_bytes=limit, claimed=claimed)


@pytest.mark.parametrize(
    ("data", "name", "claimed", "found"),
    [
        (PDF, "申请书.pdf", "application/pdf", uploads.PDF),
        (JPEG, "a.JPG", "image/pjpeg", uploads.JPEG),
        (PNG, "a.png", "application/octet-stream", uploads.PNG),
        (TIFF, "a.tif", "", uploads.TIFF),
        (OFD, "证照.ofd", "application/zip", uploads.OFD),
        (PDF, "没有扩展名", "", uploads.PDF),
    ],
)
def test_stores_the_five_types(blobs, data, name, claimed, found):
    kept = store(blobs, data, name, claimed)
    assert (kept.media_type, kept.size) == (found, len(data))
    assert blobs.read(kept.sha256) == data


@pytest.mark.parametrize(
    ("data", "name", "claimed", "code"),
    [
        (PNG, "a.pdf", "", "upload_type_differs"),
        (PNG, "a.png", "application/pdf", "upload_type_differs"),
        (PDF, "a.exe", "", "upload_type_differs"),
        (b"MZ" + bytes(99), "a.pdf", "application/pdf", "upload_type"),
        (b"<html><script>", "a.jpg", "image/jpeg", "upload_type"),
        (archive("word/document.xml"), "a.ofd", "", "upload_type"),
        (b"PK\x03\x04" + bytes(99), "a.ofd", "", "upload_type"),
        (b"", "a.pdf", "", "upload_empty"),
    ],
)
def test_refuses_what_lies_and_what_is_something_else(blobs, tmp_path, data, name, claimed, code):
    with pytest.raises(Invalid) as caught:
        store(blobs, data, name, claimed)
    assert caught.value.code == code
    assert caught.value.next_step
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_too_large_is_refused_before_a_byte_is_stored(blobs, tmp_path):
    with pytest.raises(TooLarge, match="超过 1 MB"):
        store(blobs, PDF + bytes(1_100_000), "a.pdf", limit=1024 * 1024)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("data", [PDF, JPEG, PNG, OFD])
def test_half_a_file_is_not_complete(data):
    whole, half = io.BytesIO(data), io.BytesIO(data[: len(data) // 2])
    assert uploads.complete(whole, uploads.media_type(whole))
    found = uploads.media_type(half)
    assert found is None or not uploads.complete(half, found)


def test_references_must_be_to_stored_files_as_they_are(blobs):
    kept = store(blobs, PDF, "a.pdf")
    uploads.check_stored(blobs, [kept])
    for forged in (
        FileRef("0" * 64, uploads.PDF, 1),
        FileRef(kept.sha256, uploads.PNG, kept.size),
        FileRef(kept.sha256, kept.media_type, kept.size + 1),
    ):
        with pytest.raises(Invalid, match="扫描件不在本机或与登记的不符"):
            uploads.check_stored(blobs, [forged])
