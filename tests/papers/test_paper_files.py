"""The files themselves: PDF/A-2b, embedded fonts, equal bytes for equal data, QR, page sizes."""

import datetime as dt
import io
import re
import subprocess

import msgspec
import pypdf
import pytest
import rfc8785
import segno

from appliance.errors import Invalid
from appliance.papers.document import Form, canonical_bytes, digest, parse_qr, qr_text
from appliance.papers.kinds import KINDS, kind_named, kind_of, paper_id
from appliance.papers.render import Renderer

NAMES = [kind.name for kind in KINDS]
MM = 72 / 25.4


def fonts_of(pdf):
    for page in pypdf.PdfReader(io.BytesIO(pdf)).pages:
        for font in page["/Resources"]["/Font"].values():
            yield font.get_object()["/DescendantFonts"][0].get_object()["/FontDescriptor"].get_object()


@pytest.mark.parametrize("name", NAMES)
def test_every_paper_is_pdf_a_2b_with_embedded_fonts_on_a4(printed, samples, name):
    pdf = printed.pdf(name)
    reader = pypdf.PdfReader(io.BytesIO(pdf))
    xmp = reader.trailer["/Root"]["/Metadata"].get_object().get_data().decode()
    assert re.search(r"pdfaid:part(>|=\")2", xmp)
    assert re.search(r"pdfaid:conformance(>|=\")B", xmp)
    descriptors = list(fonts_of(pdf))
    assert descriptors
    assert all("/FontFile3" in one or "/FontFile2" in one for one in descriptors)
    box = reader.pages[0].mediabox
    assert (round(box.width / MM), round(box.height / MM)) == (210, 297)
    assert reader.metadata.title.endswith(samples.every_sample()[name].head.paper_id)


def test_the_receipt_roll_is_80_mm_wide(renderer, samples):
    pages = pypdf.PdfReader(io.BytesIO(renderer.render(samples.intake_receipt(), Form.PDF_80MM))).pages
    assert len(pages) == 1
    assert round(pages[0].mediabox.width / MM) == 80


@pytest.fixture(scope="module")
def second_renderer():
    return Renderer()


@pytest.mark.parametrize("name", NAMES)
def test_equal_data_gives_equal_bytes(printed, second_renderer, samples, name):
    assert second_renderer.render(samples.every_sample()[name]) == printed.pdf(name)


def test_the_moment_is_the_same_in_every_zone_and_every_second_counts(printed, renderer, samples):
    paper = samples.intake_receipt()
    elsewhere = msgspec.structs.replace(paper.head, issued_at=paper.head.issued_at.astimezone(dt.UTC))
    assert renderer.render(msgspec.structs.replace(paper, head=elsewhere)) == printed.pdf("intake_receipt")
    later = msgspec.structs.replace(paper.head, issued_at=paper.head.issued_at + dt.timedelta(seconds=1))
    assert renderer.render(msgspec.structs.replace(paper, head=later)) != printed.pdf("intake_receipt")


@pytest.mark.parametrize("name", NAMES)
def test_canonical_bytes_are_rfc_8785_and_survive_the_wire(samples, name):
    paper = samples.every_sample()[name]
    assert rfc8785.dumps(msgspec.json.decode(canonical_bytes(paper))) == canonical_bytes(paper)
    back = msgspec.msgpack.decode(msgspec.msgpack.encode(paper), type=type(paper))
    assert digest(back) == digest(paper)


def test_every_field_changes_the_digest(samples):
    paper = samples.not_required_notice()
    assert digest(msgspec.structs.replace(paper, reason=paper.reason + "。")) != digest(paper)
    head = msgspec.structs.replace(paper.head, paper_id=paper.head.paper_id + "1")
    assert digest(msgspec.structs.replace(paper, head=head)) != digest(paper)


def test_the_qr_carries_paper_id_and_digest(samples):
    paper = samples.licence()
    assert parse_qr(qr_text(paper)) == (paper.head.paper_id, digest(paper)[:32])
    for text in ("", "HM1:X", "https://example.com", qr_text(paper) + "0", qr_text(paper).lower()):
        with pytest.raises(Invalid):
            parse_qr(text)


@pytest.mark.parametrize(("name", "size_mm"), [("acceptance_receipt", 19), ("licence", 27)])
def test_the_qr_on_the_sheet_is_the_one_that_belongs_to_it(renderer, samples, tmp_path, name, size_mm):
    paper = samples.every_sample()[name]
    (tmp_path / "paper.pdf").write_bytes(renderer.render(paper))
    dots = 300
    subprocess.run(
        ["pdftoppm", "-r", str(dots), "-gray", "-singlefile", "paper.pdf", "page"],
        cwd=tmp_path, check=True, capture_output=True,
    )  # fmt: skip
    _, size, _, pixels = (tmp_path / "page.pgm").read_bytes().split(b"\n", 3)
    width = int(size.split()[0])
    matrix = [list(row) for row in segno.make(qr_text(paper), error="m", micro=False).matrix]
    step = size_mm / 25.4 * dots / len(matrix)
    left, top = find_finder(pixels, width, step)
    seen = [
        [
            int(pixels[int(top + (y + 0.5) * step) * width + int(left + (x + 0.5) * step)] < 128)
            for x in range(len(matrix))
        ]
        for y in range(len(matrix))
    ]
    assert seen == matrix


def find_finder(pixels, width, step):
    """Top left corner of the first finder pattern: the first row that has a black run of seven modules."""
    run = round(7 * step)
    for y in range(len(pixels) // width):
        row = pixels[y * width : (y + 1) * width]
        start = 0
        while (start := next((x for x in range(start, width) if row[x] < 128), -1)) >= 0:
            end = next((x for x in range(start, width) if row[x] >= 128), width)
            down = [pixels[int(y + (n + 0.5) * step) * width + int(start + 3.5 * step)] < 128 for n in range(8)]
            if abs(end - start - run) <= 3 and down == [True, False, True, True, True, False, True, False]:
                return start, y
            start = end
    raise AssertionError("no QR on the page")


def test_previews_are_one_picture_a_page_with_the_same_words(renderer, samples):
    guide = renderer.pages(samples.service_guide())
    assert len(guide) == 2
    assert all(page.startswith(b"<svg") for page in guide)
    assert b"<script" not in guide[0]
    assert renderer.pages(samples.licence(), Form.PNG)[0].startswith(b"\x89PNG")
    with pytest.raises(Invalid):
        renderer.render(samples.service_guide(), Form.SVG)


def test_paper_ids_are_derived_and_kinds_are_found_both_ways(samples):
    kind = kind_named("correction_notice")
    assert paper_id("S1", kind, 2) == "S1-03-2"
    with pytest.raises(ValueError, match="starts at 1"):
        paper_id("S1", kind, 0)
    for name, paper in samples.every_sample().items():
        assert kind_of(paper).name == name
    with pytest.raises(KeyError):
        kind_named("no_such_paper")
    with pytest.raises(KeyError):
        kind_of(samples.PHONES)
