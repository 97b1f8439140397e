"""Signed PDFs: poppler accepts them and names tampering, fonts are embedded, and our own check lets no byte differ."""

import shutil
import subprocess
from datetime import date, timedelta
from random import Random

import msgspec
import pytest

from appliance.clock import SHANGHAI
from appliance.errors import HallmarkError, Invalid
from appliance.ledger.failure import Malformed, SignatureError
from appliance.papers.data import Field, Head, Licence, Operator, Party
from appliance.papers.document import Form, Presentation, RenderFailure, Signing
from appliance.papers.render import Renderer
from appliance.signing.pdf import _gap, check_pdf, sign_pdf

PDFSIG, PDFFONTS, PDFTOTEXT = shutil.which("pdfsig"), shutil.which("pdffonts"), shutil.which("pdftotext")
poppler = pytest.mark.skipif(not (PDFSIG and PDFFONTS), reason="needs poppler-utils")


@pytest.fixture(scope="session")
def paper(licence_claims):
    said = licence_claims()
    return Licence(
        head=Head(
            paper_id="S42019901202611231-LIC-9",
            hall="示范区政务服务大厅",
            authority=said.issuer,
            item_name="食品经营许可证核发",
            item_code="1142019900000000012000000000000",
            issued_at=said.issued_at.astimezone(SHANGHAI),
            intake_no="S42019901202611231",
            acceptance_no="A42019901202611231",
            applicant=Party(name=said.holder, id_label="统一社会信用代码", id_masked=said.holder_code),
            operator=Operator(name="王敏", staff_no="W0312", window="03号窗口"),
        ),
        title=said.type_name,
        number=said.number,
        identifier=said.identifier,
        holder=said.holder,
        holder_code=said.holder_code,
        fields=(Field(label="经营者名称", value=said.holder),),
        valid_from=said.valid_from,
        valid_to=said.valid_to,
        issued_on=date(2026, 11, 23),
    )


@pytest.fixture(scope="session")
def made(signers, paper):
    """The licence as rendered, signed by the hall, by a stranger, and not at all."""

    def render(who):
        signing = Signing(credential=who.credential, at=paper.head.issued_at) if who else None
        return Renderer(key=(lambda: who.key) if who else None).render(paper, Form.PDF, Presentation(signing=signing))

    return render


@pytest.fixture(scope="session")
def signed(made, signers):
    return made(signers)


@poppler
def test_pdfsig_accepts_it_and_refuses_each_altered_one(signed, tmp_path):
    def ask(body):
        path = tmp_path / "licence.pdf"
        path.write_bytes(body)
        told = subprocess.run([PDFSIG, "-nocert", str(path)], capture_output=True, text=True, check=False)
        return told.stdout

    told = ask(signed)
    assert "Signature is Valid" in told
    assert "Total document signed" in told
    assert "ETSI.CAdES.detached" in told
    assert "示范区政务服务大厅" in told
    random = Random("pdfsig")
    start, end = _gap(signed)
    for _ in range(12):
        place = random.choice([random.randrange(20, start - 400), random.randrange(20, len(signed) // 3)])
        altered = bytearray(signed)
        altered[place] ^= 1 << random.randrange(8)
        assert "Signature is Valid" not in ask(bytes(altered)), place
    assert "Signature is Valid" not in ask(signed[:end] + signed[end:] + b"\n") or "Not total document" in ask(
        signed + b"\n"
    )


@poppler
def test_every_font_is_embedded_and_the_mark_for_unsigned_ones_is_gone(signed, made, tmp_path):
    path = tmp_path / "licence.pdf"
    path.write_bytes(signed)
    lines = subprocess.run([PDFFONTS, str(path)], capture_output=True, text=True, check=True).stdout.splitlines()[2:]
    assert lines
    assert {line.split()[-5] for line in lines} == {"yes"}
    text = subprocess.run([PDFTOTEXT, str(path), "-"], capture_output=True, text=True, check=True).stdout
    assert "未签章" not in text
    path.write_bytes(made(None))
    text = subprocess.run([PDFTOTEXT, str(path), "-"], capture_output=True, text=True, check=True).stdout
    assert "未签章" in text


def test_the_signed_file_is_still_the_pdf_a_that_was_rendered(signed, made, signers, paper):
    assert b"pdfaid:part>2<" in signed
    assert b"/Version /2" not in signed
    assert signed == made(signers)  # equal papers, equal files
    found = check_pdf(signed, [signers.authority])
    assert (found.hall, found.name) == ("42019901", "示范区政务服务大厅")
    assert found.signed_at == paper.head.issued_at.replace(microsecond=0)


def test_the_file_carries_its_code_which_says_the_same(signed, signers, paper):
    code = check_pdf(signed, [signers.authority]).code
    said = signers.reader().read(code).claims
    assert (said.identifier, said.number, said.holder) == (paper.identifier, paper.number, paper.holder)


def test_a_stranger_a_late_signature_and_an_unsigned_file_are_refused(signers, strangers, made, paper):
    for body, family in (
        (made(strangers), SignatureError),
        (made(None), Invalid),
        (b"%PDF-1.7 nothing", Invalid),
        (b"hello", Invalid),
    ):
        with pytest.raises(family):
            check_pdf(body, [signers.authority])
    late = sign_pdf(made(None), signers.key, signers.credential, paper.head.issued_at + timedelta(days=2000))
    with pytest.raises(SignatureError) as refused:
        check_pdf(late, [signers.authority])
    assert refused.value.code == "certificate_dates"
    assert check_pdf(made(strangers), [strangers.authority])  # control: its own authority accepts it


def test_a_certificate_of_the_city_under_a_strangers_signature_is_refused(signers, strangers, made, paper):
    mixed = msgspec.structs.replace(signers.credential, certificate=signers.credential.certificate)
    forged = sign_pdf(made(None), strangers.key, mixed, paper.head.issued_at)
    with pytest.raises(SignatureError):
        check_pdf(forged, [signers.authority])


def test_no_bit_of_the_signature_itself_can_differ(signed, signers):
    start, end = _gap(signed)
    random = Random("gap")
    places = [start, start + 1, end - 1, end - 2, *(random.randrange(start, end) for _ in range(300))]
    for place in places:
        altered = bytearray(signed)
        altered[place] ^= 1 << random.randrange(8)
        with pytest.raises((SignatureError, Malformed, Invalid)):
            check_pdf(bytes(altered), [signers.authority])
    check_pdf(signed, [signers.authority])


def test_a_renderer_without_the_key_refuses_instead_of_printing_an_unsigned_licence(signers, paper):
    signing = Signing(credential=signers.credential, at=paper.head.issued_at)
    with pytest.raises(RenderFailure):
        Renderer().render(paper, Form.PDF, Presentation(signing=signing))


def test_a_renderer_with_another_key_refuses(signers, strangers, paper):
    signing = Signing(credential=signers.credential, at=paper.head.issued_at)
    with pytest.raises(HallmarkError):
        Renderer(key=lambda: strangers.key).render(paper, Form.PDF, Presentation(signing=signing))
