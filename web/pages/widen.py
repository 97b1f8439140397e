"""准许新增补正内容 (T10o): the reviewer answers for a second notice that asks for more, and supervision is told."""

from typing import ClassVar

import msgspec
from litestar import Response

from appliance.domain.decide.application import applying_materials
from appliance.errors import N_, Refusal
from appliance.services.desk import Desk
from appliance.services.prereview import WidenNotice
from web.pages.case_acts import acts
from web.pages.case_page import not_now
from web.pages.casework import Head, Sight, head, sight
from web.pages.stale import NOTHING, Refused, Stale, both_sides, is_stale, refused
from web.visit import Visit

LABELS = {"targets": N_("新增的材料或填写项"), "reason": N_("为什么第一次没有告知")}


class WidenForm(msgspec.Struct, frozen=True):
    """What is typed; the targets come by name."""

    version: int = 0
    reason: str = ""


class WidenPage(msgspec.Struct, frozen=True):
    """What was told, what could be added, and why."""

    TEMPLATE: ClassVar[str] = "procedures/widen.html"
    head: Head
    told: tuple[str, ...]
    choices: tuple[tuple[str, str], ...]
    chosen: tuple[str, ...]
    form: WidenForm
    labels: dict[str, str]
    problems: dict[str, str]
    stale: Stale | None
    open: bool


def _choices(seen: Sight) -> tuple[tuple[str, str], ...]:
    case, item = seen.case, seen.item
    known = {line.line.target for line in case.notice_lines} | set(case.widened)
    listed = [(one.code, one.name) for one in applying_materials(item, case.form, case.variants)]
    listed += [(f"form:{field.name}", field.label) for field in item.form]
    return tuple(one for one in listed if one[0] not in known)


def _page(
    visit: Visit, desk: Desk, seen: Sight, form: WidenForm, chosen: tuple[str, ...], why: Refused = NOTHING
) -> Response[str]:
    page = WidenPage(
        head=head(visit, desk, seen),
        told=tuple(line.line.name for line in seen.case.notice_lines),
        choices=_choices(seen),
        chosen=chosen,
        form=form,
        labels={name: visit.text(label) for name, label in LABELS.items()},
        problems=why.problems,
        stale=why.stale,
        open=_is_open(visit, seen),
    )
    return visit.show(page, status=why.status)


def _is_open(visit: Visit, seen: Sight) -> bool:
    return any(act.href == f"/cases/{seen.case.no}/widen" for act in acts(seen, visit.actor))


def show(visit: Visit, desk: Desk, no: str) -> Response[str]:
    """Show the form, or why it is not open."""
    seen = sight(visit, desk, no)
    if not _is_open(visit, seen):
        text = visit.text(N_("只有发过一次性告知、回到预审的件，才能由本部门审核人准许新增"))
        return not_now(visit, desk, seen, text)
    return _page(visit, desk, seen, WidenForm(version=seen.case.version), ())


async def submit(visit: Visit, desk: Desk, no: str) -> Response[str]:
    """Let it in; the handler finds the lines prefilled in the next notice."""
    form = visit.form(WidenForm)
    chosen = tuple(one for one in visit.fields.getall("targets", []) if isinstance(one, str))
    command = WidenNotice(case=no, version=form.version, targets=chosen, reason=form.reason)
    try:
        await desk.submit(command, actor=visit.actor, key=visit.key)
    except Refusal as refusal:
        seen = sight(visit, desk, no)
        if not is_stale(refusal):
            return _page(visit, desk, seen, form, chosen, refused(visit, refusal))
        names = dict(_choices(seen)) | {line.line.target: line.line.name for line in seen.case.notice_lines}
        mine = "、".join(names.get(one, one) for one in chosen)
        theirs = "、".join(names.get(one, one) for one in seen.case.widened)
        why = both_sides(visit, desk, seen, refusal, form.version, {visit.text(LABELS["targets"]): (mine, theirs)})
        return _page(visit, desk, seen, form, chosen, why)
    return visit.go(f"/cases/{no}")
