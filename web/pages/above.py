"""录入上级决定 (T22): what the higher authority decided on a forwarded case, with its paper."""

from typing import ClassVar

import msgspec
from litestar import Response

from appliance.domain.states import STATE_NAMES
from appliance.errors import N_, Refusal
from appliance.services.desk import Desk
from appliance.services.outside import ImportResult
from web.pages.case_acts import acts
from web.pages.case_page import not_now
from web.pages.casework import Head, Sight, head, sight
from web.pages.given_materials import GivenRow, stored
from web.pages.stale import NOTHING, Refused, Stale, both_sides, is_stale, refused
from web.visit import Visit

SCAN = "above"
SCAN_FIELD = f"scan.{SCAN}"
RESULTS = (("granted", N_("准予")), ("refused", N_("不予")))
LABELS = {
    "result": N_("上级机关的决定"),
    "document_no": N_("决定文书的文号"),
    "decided_on": N_("决定日期"),
    "content": N_("准予的内容，或者不予的理由"),
    SCAN_FIELD: N_("决定文书扫描件"),
}


class AboveForm(msgspec.Struct, frozen=True):
    """What stands on the higher authority's paper."""

    version: int = 0
    result: str = ""
    document_no: str = ""
    decided_on: str = ""
    content: str = ""


class AbovePage(msgspec.Struct, frozen=True):
    """The form; `kept` are scans that are stored already and come back with it."""

    TEMPLATE: ClassVar[str] = "procedures/above.html"
    head: Head
    authority: str
    forwarded_on: str
    results: tuple[tuple[str, str], ...]
    form: AboveForm
    kept: tuple[str, ...]
    problems: dict[str, str]
    labels: dict[str, str]
    stale: Stale | None
    open: bool


def _is_open(visit: Visit, seen: Sight) -> bool:
    return any(act.href == f"/cases/{seen.case.no}/above" for act in acts(seen, visit.actor))


def _page(
    visit: Visit, desk: Desk, seen: Sight, form: AboveForm, kept: tuple[str, ...] = (), why: Refused = NOTHING
) -> Response[str]:
    page = AbovePage(
        head=head(visit, desk, seen),
        authority=seen.case.forwarded_to,
        forwarded_on=seen.case.forwarded_on,
        results=tuple((code, visit.text(text)) for code, text in RESULTS),
        form=form,
        kept=kept,
        problems={SCAN_FIELD if name == "files" else name: text for name, text in why.problems.items()},
        labels={name: visit.text(text) for name, text in LABELS.items()},
        stale=why.stale,
        open=_is_open(visit, seen),
    )
    return visit.show(page, status=why.status)


def show(visit: Visit, desk: Desk, no: str) -> Response[str]:
    """Show the form for a case that waits above."""
    seen = sight(visit, desk, no)
    if not _is_open(visit, seen):
        return not_now(visit, desk, seen, visit.text(N_("只有已上报、等上级决定的件才能录入上级决定")))
    return _page(visit, desk, seen, AboveForm(version=seen.case.version))


async def submit(visit: Visit, desk: Desk, no: str) -> Response[str]:
    """T22: the case goes on to its result, and the delivery limit C4 starts."""
    seen, form = sight(visit, desk, no), visit.form(AboveForm)
    try:
        kept = await stored(visit, desk, SCAN)
    except Refusal as refusal:
        problem = {"files": visit.text(refusal.message, **refusal.params)}
        return _page(visit, desk, seen, form, (), Refused(422, problem))
    try:
        command = ImportResult(
            case=no,
            version=form.version,
            result=form.result,
            document_no=form.document_no,
            decided_on=form.decided_on,
            content=form.content,
            files=_digests(desk, kept),
        )
        await desk.submit(command, actor=visit.actor, key=visit.key)
    except Refusal as refusal:
        seen = sight(visit, desk, no)
        if is_stale(refusal):
            why = both_sides(visit, desk, seen, refusal, form.version, _sides(visit, seen, form))
        else:
            why = refused(visit, refusal)
        return _page(visit, desk, seen, form, kept, why)
    return visit.go(f"/cases/{no}")


def _digests(desk: Desk, kept: tuple[str, ...]) -> tuple[str, ...]:
    """Give the digests of the scans that really are here: the form carries them, and a form can be edited."""
    files = GivenRow(SCAN, "", kept=kept).files()
    return tuple(file.sha256 for file in files if desk.store.blobs.has(file.sha256))


def _sides(visit: Visit, seen: Sight, form: AboveForm) -> dict[str, tuple[str, str]]:
    decision, names = seen.case.decision, dict(RESULTS)
    held = ("", "", "", "")
    if decision is not None:
        held = (decision.kind, decision.document_no, decision.decided_on, decision.content or decision.reasons)
    mine = (form.result, form.document_no, form.decided_on, form.content)
    sides = {visit.text(N_("状态")): ("", visit.text(STATE_NAMES[seen.case.state]))}
    for label, typed, now in zip(tuple(LABELS.values())[:4], mine, held, strict=True):
        sides[visit.text(label)] = (visit.text(names.get(typed, typed)), visit.text(names.get(now, now)))
    return sides
