"""From paper data to what a template reads: checks, canonical bytes, digest, QR text, the job handed to typst."""

import datetime as dt
import hashlib
import json
import re
import unicodedata
from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Any, cast

import msgspec

from appliance.clock import format_time
from appliance.errors import N_, HallmarkError, Invalid
from appliance.papers.data import Head, Licence, PaperData, Text, TransferList
from appliance.papers.imprint import Imprint
from appliance.papers.kinds import COPY_TITLES, Copy, Kind, Numbers, kind_of
from appliance.papers.rules import contradictions
from appliance.signing.values import DIGEST_BYTES, Credential, LicenceClaims, LogPlace, PromiseClaims

QR_DIGEST_HEX = 32
"""Hex digits of the digest that the QR carries: 128 bits."""

BYTES_MAX = 512 * 1024
"""Largest paper accepted for rendering, in canonical bytes."""

_QR = re.compile(r"^HM1:(?P<paper>[^:]+):(?P<digest>[0-9A-F]{32})$")

# They reorder what is read, so the sheet would show something else than the data says.
_REORDERING = frozenset("\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


class Form(StrEnum):
    """What comes out: a PDF/A-2b file on A4 or on 80 mm paper, or pictures of either for the screen."""

    PDF = "pdf"
    PDF_80MM = "pdf_80mm"
    SVG = "svg"
    SVG_80MM = "svg_80mm"
    PNG = "png"
    PNG_80MM = "png_80mm"

    @property
    def narrow(self) -> bool:
        """Whether it is made for 80 mm paper."""
        return self in {Form.PDF_80MM, Form.SVG_80MM, Form.PNG_80MM}


class RenderFailure(HallmarkError):
    """The renderer itself is broken: a template does not compile, or a font is not installed."""

    code = "render"


REPRINT_MARK = "补打"


class Reprint(msgspec.Struct, frozen=True, kw_only=True):
    """Reprint mark 补打, correction mark 更正, or 补录 for what was entered later: which print, when, by whom, why.

    `kind` is one of these words; `number` counts from 1, 0 for the one that is not counted; `replaces` is the id of
    the paper that a corrected one replaces.
    """

    kind: Text
    number: int
    at: dt.datetime
    operator: Text
    reason: str = ""
    replaces: str = ""


class Signing(msgspec.Struct, frozen=True, kw_only=True):
    """What a licence or a slip is signed under, and when: the hall's certificates, and an aware time."""

    credential: Credential
    at: dt.datetime


class Presentation(msgspec.Struct, frozen=True, kw_only=True):
    """How one sheet is printed; it changes nothing of what the paper says, and is not in its digest.

    Attributes:
        copy: which copy; None for the kind's first.
        reprint: the mark for every print after the first.
        watermark: a pale text across each page, such as user and time of an export (domain §7.3) or the purpose of
            an annotated copy 加注件 (domain §3.6).
        salt: goes before the data into the digest that sheet and QR show, so that nobody can guess what a paper says
            by trying; it stands in the private part of the case's receipt and is erased with it.
        signing: signs a licence: its QR becomes the signed code and its file a signed one; without it the sheet says
            未签章. Signs the code of a slip.
        place: the entry that a slip promises, for kinds that are `promised`; None writes the plain code.
        imprint: the local seal's, printed in the seal's place; None leaves the place to the stamp.
    """

    copy: Copy | None = None
    reprint: Reprint | None = None
    watermark: str = ""
    salt: bytes = b""
    signing: Signing | None = None
    place: LogPlace | None = None
    imprint: Imprint | None = None


def canonical_bytes(paper: PaperData) -> bytes:
    """Write the paper's data as RFC 8785 JSON: what its digest covers.

    Keys are ASCII and there are no floats, so msgspec's sorted encoding is RFC 8785 (a test holds them equal). Times
    are written as entries write them (protocol §2).
    """
    return msgspec.json.encode({"kind": kind_of(paper).name, "data": _plain(paper)}, order="sorted")


def digest(paper: PaperData, salt: bytes = b"") -> str:
    """Give the SHA-256 of salt and canonical bytes as 64 hex digits."""
    return hashlib.sha256(salt + canonical_bytes(paper)).hexdigest()


def qr_text(paper: PaperData, salt: bytes = b"") -> str:
    """Give what the QR says: format, paper id, prefix of the salted digest.

    Upper-case ASCII only, which QR codes pack densely.
    """
    return f"HM1:{paper.head.paper_id}:{digest(paper, salt)[:QR_DIGEST_HEX].upper()}"


def is_qr(text: str) -> bool:
    """Tell whether a text is the plain QR of a paper."""
    return _QR.match(text.strip()) is not None


def parse_qr(text: str) -> tuple[str, str]:
    """Read a QR's text back: paper id and digest prefix in lower-case hex.

    Raises:
        Invalid: it is not the QR of a paper of ours.
    """
    found = _QR.match(text.strip())
    if found is None:
        raise Invalid(N_("不是本系统文书的二维码"), code="paper_qr", next_step=N_("请核对扫描的是文书右上角的二维码"))
    return found["paper"], found["digest"].lower()


def check(paper: PaperData) -> Kind:
    """Refuse a paper that lacks a mandatory field, contradicts itself or holds text that would not print as it is.

    Returns:
        The paper's kind.

    Raises:
        Invalid: a field is empty, too long, at odds with another (`appliance.papers.rules`), or holds control or
            reordering characters; `subject` names it.
    """
    kind = kind_of(paper)
    try:
        msgspec.convert(msgspec.to_builtins(paper), kind.struct)
    except msgspec.ValidationError as error:
        raise _incomplete(kind, str(error)) from error
    missing = _missing_in_head(paper.head, kind.numbers)
    missing += contradictions(paper)
    if missing:
        raise _incomplete(kind, ", ".join(missing))
    for path, text in _texts(_plain(paper)):
        _check_text(path, text)
    if len(canonical_bytes(paper)) > BYTES_MAX:
        raise Invalid(N_("文书内容过长"), code="paper_too_long", subject=kind.name)
    return kind


def check_presentation(presentation: Presentation, kind: Kind) -> Copy:
    """Refuse a copy that this kind is not made in and unprintable marks; gives the copy to print."""
    for path, text in _texts(_plain(presentation.reprint)):
        _check_text(path, text)
    _check_text("watermark", presentation.watermark)
    if presentation.copy is None:
        return kind.copies[0]
    if presentation.copy not in kind.copies:
        raise Invalid(N_("《%(title)s》没有这一联"), code="paper_copy", subject=kind.name, params={"title": kind.title})
    return presentation.copy


def licence_claims(paper: Licence, presentation: Presentation, at: dt.datetime) -> LicenceClaims:
    """Give what the signed code of a licence says."""
    return LicenceClaims(
        identifier=paper.identifier,
        number=paper.number,
        type_name=paper.title,
        issuer=paper.head.authority,
        holder=paper.holder,
        holder_code=paper.holder_code,
        valid_from=paper.valid_from,
        valid_to=paper.valid_to,
        issued_at=at.replace(microsecond=0),
        digest=bytes.fromhex(digest(paper, presentation.salt))[:DIGEST_BYTES],
    )


def promise_claims(paper: PaperData, presentation: Presentation, place: LogPlace) -> PromiseClaims:
    """Give what the signed code of a slip says."""
    return PromiseClaims(
        place=place,
        paper=paper.head.paper_id,
        issued_at=paper.head.issued_at.replace(microsecond=0),
        digest=bytes.fromhex(digest(paper, presentation.salt))[:DIGEST_BYTES],
    )


def template_job(paper: PaperData, presentation: Presentation, *, narrow: bool, qr_svg: str, code: str = "") -> str:
    """Write what the template reads, as JSON: the data, the sheet's marks, the QR.

    Text stays text: the template shows strings and never evaluates them. `code` is the signed code of a licence or a
    slip; the file carries it as its keyword, so that whoever holds the file needs no picture of it.
    """
    kind = kind_of(paper)
    copy = check_presentation(presentation, kind)
    job = {
        "data": _plain(paper),
        "digest": digest(paper, presentation.salt),
        "qr": qr_svg,
        "narrow": narrow,
        "title": _title(paper, kind),
        "seal": kind.seal,
        "imprint": _plain(presentation.imprint),
        "copy": COPY_TITLES[copy],
        "reprint": _plain(presentation.reprint),
        "watermark": presentation.watermark,
        "signed": bool(code),
        "code": code,
    }
    return json.dumps(job, ensure_ascii=False)


def _title(paper: PaperData, kind: Kind) -> str:
    match paper:
        case Licence():
            return paper.title
        case TransferList(upward=False):
            return N_("材料交接单")
        case _:
            return kind.title


def _missing_in_head(head: Head, numbers: Numbers) -> list[str]:
    if numbers is Numbers.NONE:
        return []
    needed: dict[str, object] = {
        "applicant": head.applicant,
        "operator": head.operator,
        "intake_no": head.intake_no,
    }
    if numbers in {Numbers.ACCEPTANCE, Numbers.DECISION}:
        needed["acceptance_no"] = head.acceptance_no
    if numbers in {Numbers.OFFICIAL, Numbers.DECISION}:
        needed["document_no"] = head.document_no
    return [name for name, value in needed.items() if not value]


def _incomplete(kind: Kind, detail: str) -> Invalid:
    return Invalid(
        N_("《%(title)s》缺少或不符合要求的内容：%(detail)s"),
        code="paper_incomplete",
        subject=kind.name,
        params={"title": kind.title, "detail": detail},
        next_step=N_("请补全办件信息后重新出具"),
    )


def _check_text(path: str, text: str) -> None:
    for character in text:
        if character == "\n":
            continue
        if character in _REORDERING or unicodedata.category(character) in {"Cc", "Cs", "Zl", "Zp"}:
            raise Invalid(
                N_("文书内容含有不能打印的字符 %(character)s"),
                code="paper_text",
                subject=path,
                params={"character": f"U+{ord(character):04X}"},
                next_step=N_("请删去该字符后重新出具"),
            )


def _plain(value: object) -> Any:
    """Turn structs into mappings and times into the text that entries use."""
    if isinstance(value, msgspec.Struct):
        return {name: _plain(getattr(value, name)) for name in value.__struct_fields__}
    if isinstance(value, dt.datetime):
        return format_time(value)
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, tuple | list):
        return [_plain(part) for part in value]
    return value


def _texts(value: object, path: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, Mapping):
        for name, part in cast("Mapping[str, object]", value).items():
            yield from _texts(part, f"{path}.{name}" if path else name)
    elif isinstance(value, list):
        for index, part in enumerate(cast("list[object]", value)):
            yield from _texts(part, f"{path}[{index}]")
