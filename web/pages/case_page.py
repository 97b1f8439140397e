"""The page of a case: summary, clocks, materials with their scans, papers, and the signed timeline."""

from collections.abc import Iterable, Mapping
from typing import ClassVar

import msgspec
from litestar import Response
from litestar.response import File

from appliance.domain import masking
from appliance.domain.actor import CASE_WORKERS, Role
from appliance.domain.case import Case
from appliance.domain.item_terms import FieldKind
from appliance.domain.masking import Audience
from appliance.domain.service_item import FormField, ServiceItem, materials_for
from appliance.domain.subject import FileRef
from appliance.domain.withheld import is_withheld
from appliance.errors import N_, Forbidden, NotFound
from appliance.projections import joints, licences
from appliance.services import papers
from appliance.services.desk import Desk
from appliance.services.paper_refs import PaperRef
from appliance.services.uploads import media_type
from web.pages import case_marks, scans, sites
from web.pages.case_acts import Act, acts
from web.pages.casework import Head, Sight, TimelineRow, head, sight, timeline_rows, weakest
from web.pages.hand_notice import HandNotice, notice
from web.pages.scans import FileLine
from web.visit import Visit

FORM_NAMES = {
    "original": N_("原件"),
    "copy": N_("复印件"),
    "electronic": N_("电子"),
    "licence": N_("免提交（电子证照）"),
}
VERDICT_NAMES = {"pass": N_("符合"), "problem": N_("有问题")}
PURPOSE_LENGTH_MIN = 2
# Who may read opinions inside the authority: the approval form is an internal paper (domain §2.8).
INTERNAL = frozenset({Role.CASE_HANDLER, Role.REVIEWER, Role.APPROVER, Role.DEPT_HEAD, Role.SUPERVISOR, Role.ARCHIVIST})


class MaterialLine(msgspec.Struct, frozen=True):
    """One material of the case as the page shows it."""

    code: str
    name: str
    form: str
    copies: int
    pages: int
    files: tuple[FileLine, ...]
    licence: str
    licence_says: str
    verdict: str
    verdict_name: str
    reason: str
    corrected: bool
    missing: bool
    original: str = ""
    place: str = ""


class PaperLine(msgspec.Struct, frozen=True):
    """One paper of the case; `corrected` leads to the notice that puts it right."""

    title: str
    href: str
    at: str
    reprints: int
    corrected: str = ""


class CasePage(msgspec.Struct, frozen=True):
    """Everything about one case."""

    TEMPLATE: ClassVar[str] = "cases/case.html"
    head: Head
    safe: str
    acts: tuple[Act, ...]
    materials: tuple[MaterialLine, ...]
    answers: tuple[tuple[str, str], ...]
    papers: tuple[PaperLine, ...]
    rows: tuple[TimelineRow, ...]
    full: bool
    may_reveal: bool
    masked: bool
    above: tuple[FileLine, ...] = ()
    letters: tuple[FileLine, ...] = ()
    problems: dict[str, str] = {}
    purpose: str = ""
    hand: HandNotice | None = None
    site: sites.SiteView | None = None


class RevealForm(msgspec.Struct, frozen=True):
    """Why the numbers are looked at in full."""

    purpose: str = ""


def _files(visit: Visit, case: Case, files: Iterable[FileRef]) -> tuple[FileLine, ...]:
    if is_withheld(case.applicant.name):
        return ()  # erased scans are gone, and restricted ones are kept for nobody's eyes
    return scans.file_lines(visit, f"/cases/{case.no}/files", files)


def licence_says(visit: Visit, desk: Desk, identifier: str) -> str:
    """Say what this hall knows about a licence that stands in for a material: holder, issuer, validity, as of when.

    An identifier alone tells a handler nothing, and the law has them compare the holder with the applicant.
    """
    held = licences.find(desk.reader(), identifier)
    if held is None:
        return visit.text(N_("本机查不到这份证照，请通知提交原件"))
    today = visit.front.clock.now().date().isoformat()
    over = held.valid_to is not None and held.valid_to < today
    standing = N_("有效") if held.status == licences.VALID and not over else N_("已过期或已失效")
    return visit.text(
        N_("%(type)s · 持有人 %(holder)s · %(issuer)s %(day)s 颁发 · %(until)s · %(standing)s（%(as_of)s 的记录）"),
        type=held.type_name,
        holder=held.holder_name,
        issuer=held.issuer_name,
        day=held.issued_on,
        until=visit.text(N_("至 %(day)s"), day=held.valid_to) if held.valid_to else visit.text(N_("长期")),
        standing=visit.text(standing),
        as_of=held.as_of[:10],
    )


def material_lines(visit: Visit, desk: Desk, item: ServiceItem, seen: Sight) -> tuple[MaterialLine, ...]:
    """Give the materials in the order of the item's list: those handed in, and the required ones that are missing."""
    case, task = seen.case, seen.audience is Audience.TASK
    lines = []
    listed = materials_for(item, case.form, case.variants)
    known = {material.code for material in listed}
    for code, name in [
        *((material.code, material.name) for material in listed),
        *((material.code, material.name) for material in case.materials if material.code not in known),
    ]:
        held = case.material(code)
        if held is None:
            if code in case.missing:
                lines.append(MaterialLine(code, name, "", 0, 0, (), "", "", "", "", "", corrected=False, missing=True))
            continue
        lines.append(
            MaterialLine(
                code=code,
                name=name,
                form=visit.text(FORM_NAMES.get(held.form, held.form)),
                copies=held.copies,
                pages=held.pages,
                files=_files(visit, case, held.files) if task else (),
                licence=held.licence or "",
                licence_says=licence_says(visit, desk, held.licence) if held.licence and task else "",
                verdict=held.verdict,
                verdict_name=visit.text(VERDICT_NAMES.get(held.verdict, "")),
                reason=held.reason if task else "",
                corrected=held.corrected,
                missing=False,
                original=visit.text(case_marks.original_words(held)),
                place=case_marks.place_of(visit, desk.reader(), case, held)
                if held.place or held.code in case.moving
                else "",
            )
        )
    return tuple(lines)


def _answer(visit: Visit, field: FormField, value: str | list[str], audience: Audience, *, full: bool) -> str:
    if isinstance(value, list):
        return "、".join(value)
    match field.kind:
        case FieldKind.YES_NO:
            return visit.text(N_("是")) if value == "yes" else visit.text(N_("否"))
        case FieldKind.CITIZEN_ID:
            return masking.id_number(value, audience if full else Audience.LIST)
        case FieldKind.PHONE:
            return masking.phone(value, audience if full else Audience.LIST)
        case _ if field.personal and audience is not Audience.TASK:
            return visit.text(N_("（承办人员可见）"))
        case _:
            plain = sites.in_words(visit, value) if field.kind is FieldKind.BOUNDARY else value
            return f"{plain} {field.unit}".strip()


def form_answers(
    visit: Visit, item: ServiceItem, form: Mapping[str, str | list[str]], audience: Audience, *, full: bool = False
) -> tuple[tuple[str, str], ...]:
    """Give labels and answers of a filled application form as an audience reads them."""
    return tuple(
        (field.label, _answer(visit, field, form[field.name], audience, full=full))
        for field in item.form
        if field.name in form
    )


def answers(visit: Visit, item: ServiceItem, seen: Sight, *, full: bool = False) -> tuple[tuple[str, str], ...]:
    """Give what the application form of a case says, as this person may read it."""
    if seen.audience is Audience.TASK and seen.case.form:
        visit.saw("case", seen.case.no, "form")
    return form_answers(visit, item, seen.case.form, seen.audience, full=full)


def correction_notice(no: str, ref: PaperRef) -> str:
    """Give the address of the newest notice that corrects a paper (T34); empty for one that stands as it is."""
    return "" if ref.corrected is None else f"/papers/{no}/paper_correction_notice?index={ref.corrected}"


def paper_lines(visit: Visit, desk: Desk, no: str) -> tuple[PaperLine, ...]:
    """Give the papers that the case has produced; of the approval form the newest, and only inside the authority."""
    found = papers.list_papers(desk.reader(), no, desk.store.durable_size)
    newest = {ref.kind: ref.index for ref in found}
    return tuple(
        PaperLine(
            visit.text(ref.title),
            f"/papers/{no}/{ref.kind}?index={ref.index}",
            f"{ref.at:%m-%d %H:%M}",
            ref.reprints,
            correction_notice(no, ref),
        )
        for ref in found
        if ref.kind != "approval_form" or (visit.actor.role in INTERNAL and newest[ref.kind] == ref.index)
    )


def _scans_of(visit: Visit, desk: Desk, case: Case, digests: tuple[str, ...]) -> tuple[FileLine, ...]:
    """Give the scans of papers whose entries hold their digests alone: the higher authority's (T22), letters."""
    return _files(visit, case, [file for file in (_file_of(desk, one) for one in digests) if file is not None])


def _file_of(desk: Desk, sha256: str) -> FileRef | None:
    if not desk.store.blobs.has(sha256):
        return None
    with desk.store.blobs.open(sha256) as handle:
        found = media_type(handle) or ""
    return FileRef(sha256, found, desk.store.blobs.size(sha256))


def _page(
    visit: Visit, desk: Desk, seen: Sight, *, full: bool = False, problem: str = "", purpose: str = ""
) -> CasePage:
    item = desk.facts.item_of(desk.reader(), seen.case)
    rows = timeline_rows(visit, desk, seen)
    task = seen.audience is Audience.TASK
    above = seen.case.decision.files if seen.case.decision is not None else ()
    return CasePage(
        head=head(visit, desk, seen, full=full),
        safe=weakest(rows),
        acts=acts(seen, visit.actor),
        materials=material_lines(visit, desk, item, seen),
        answers=answers(visit, item, seen, full=full),
        papers=paper_lines(visit, desk, seen.case.no) if task or visit.actor.role in INTERNAL else (),
        rows=tuple(reversed(rows)),
        full=full,
        may_reveal=task,
        masked=not task,
        above=_scans_of(visit, desk, seen.case, above) if task else (),
        letters=_scans_of(visit, desk, seen.case, seen.case.letters) if task else (),
        problems={"purpose": problem} if problem else {},
        purpose=purpose,
        hand=notice(visit, desk, seen),
        site=sites.of_case(desk, seen.case.no, seen.case.form),
    )


def show(visit: Visit, desk: Desk, no: str) -> Response[str]:
    """Show the case, numbers masked; the number of a joint whole leads to its own page."""
    whole = joints.find(desk.reader(), no)
    if whole is not None:
        return visit.go(f"/joints/{whole.no}")
    seen = sight(visit, desk, no)
    if seen.case.no != no:
        return visit.go(f"/cases/{seen.case.no}")
    return visit.show(_page(visit, desk, seen))


def reveal(visit: Visit, desk: Desk, no: str) -> Response[str]:
    """Show the numbers in full, once, with the purpose in the access log (domain §7.3)."""
    seen = sight(visit, desk, no)
    if seen.audience is not Audience.TASK:
        raise Forbidden(N_("只有正在办理这一件的人员可以查看完整号码"), next_step=N_("需要时请由承办人员查看"))
    purpose = visit.form(RevealForm).purpose
    if len(purpose) < PURPOSE_LENGTH_MIN:
        problem = visit.text(N_("请写明查看的用途"))
        return visit.show(_page(visit, desk, seen, problem=problem, purpose=purpose), status=422)
    visit.saw("numbers", seen.case.no, "id_number", "phone", purpose=purpose)
    return visit.show(_page(visit, desk, seen, full=True))


def scan(visit: Visit, desk: Desk, no: str, sha256: str) -> File:
    """Send one scan of the case to those who handle it; what the case does not name is not there."""
    seen = sight(visit, desk, no)
    if visit.actor.role not in CASE_WORKERS or seen.audience is not Audience.TASK:
        raise Forbidden(N_("只有正在办理这一件的人员可以查看材料"), next_step=N_("需要时请由承办人员查看"))
    if is_withheld(seen.case.applicant.name):
        raise NotFound(N_("这份材料已依法删除或限制处理"), code="withheld", subject=seen.case.no)
    file = next((file for material in seen.case.materials for file in material.files if file.sha256 == sha256), None)
    above = seen.case.decision.files if seen.case.decision is not None else ()
    if file is None and sha256 in (*above, *seen.case.letters):
        file = _file_of(desk, sha256)
    if file is None or not desk.store.blobs.has(sha256):
        raise NotFound(N_("这件没有这份文件"), next_step=N_("请返回办件页查看材料清单"))
    visit.saw("scan", seen.case.no, "scan")
    return scans.answer(desk, sha256, file.media_type, stem=seen.case.no)


class NotNowPage(msgspec.Struct, frozen=True):
    """There is nothing to fill in on this page for this person now: why, and where to go."""

    TEMPLATE: ClassVar[str] = "cases/not_now.html"
    head: Head
    title: str
    text: str
    acts: tuple[Act, ...]


def not_now(visit: Visit, desk: Desk, seen: Sight, text: str) -> Response[str]:
    """Say plainly why this page has nothing to fill in."""
    shown = head(visit, desk, seen)
    title = visit.text(N_("这件现在是“%(state)s”"), state=shown.state)
    return visit.show(NotNowPage(shown, title, text, acts(seen, visit.actor)))
