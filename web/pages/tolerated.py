"""收容缺材料: what was missing at a tolerant acceptance comes in at the window before C6 is over (domain §2.4)."""

from litestar import Response

from appliance.domain.states import STATE_NAMES
from appliance.errors import N_, Refusal
from appliance.services.conditions import SupplyTolerated
from appliance.services.desk import Desk
from web.pages import presenters
from web.pages.case_acts import acts
from web.pages.case_page import not_now
from web.pages.casework import Sight, head, sight
from web.pages.given_materials import FORMS, GivenRow, handed, posted
from web.pages.requests import TakeForm, TakePage
from web.pages.stale import NOTHING, Refused, both_sides, is_stale, refused
from web.visit import Visit


def _rows(seen: Sight) -> tuple[GivenRow, ...]:
    still = set(seen.case.open_tolerance)
    return tuple(GivenRow(one.code, one.name) for one in seen.item.materials if one.code in still)


def _page(
    visit: Visit, desk: Desk, seen: Sight, form: TakeForm, rows: tuple[GivenRow, ...], why: Refused = NOTHING
) -> Response[str]:
    case, clock = seen.case, seen.case.clock("C6")
    action = f"/cases/{case.no}/tolerated"
    tells = N_("受理时容缺的材料；没有补齐的留着，下次再收。")
    if clock is not None and clock.stopped is None:
        tells = N_("受理时容缺的材料，申请人承诺在 %(due)s 前补齐；没有补齐的留着，下次再收。")
    labels = {f"material.{row.code}": row.name for row in rows}
    labels |= {"lines": visit.text(N_("收到的材料")), "note": visit.text(N_("备注"))}
    labels["presenter"] = visit.text(presenters.LABEL)
    still = set(case.open_tolerance)
    page = TakePage(
        head=head(visit, desk, seen),
        title=visit.text(N_("收容缺材料")),
        tells=visit.text(tells, due=clock.deadline.due if clock is not None else ""),
        action=action,
        rows=tuple(row for row in rows if row.code in still),
        forms=tuple((code, visit.text(text)) for code, text in FORMS),
        form=form,
        problems={"lines" if name == "materials" else name: text for name, text in why.problems.items()},
        labels=labels,
        stale=why.stale,
        open=any(act.href == action for act in acts(seen, visit.actor)),
        presenters=presenters.options(visit, case),
    )
    return visit.show(page, status=why.status)


def show(visit: Visit, desk: Desk, no: str) -> Response[str]:
    """Show what is still to come in."""
    seen = sight(visit, desk, no)
    if not seen.case.open_tolerance:
        return not_now(visit, desk, seen, visit.text(N_("这件没有容缺的材料要补")))
    return _page(visit, desk, seen, TakeForm(version=seen.case.version), _rows(seen))


async def take(visit: Visit, desk: Desk, no: str) -> Response[str]:
    """Take in the ticked materials; with the last of them C6 stops."""
    seen, form = sight(visit, desk, no), visit.form(TakeForm)
    rows, problems = await posted(visit, desk, _rows(seen))
    if problems:
        return _page(visit, desk, seen, form, rows, Refused(422, problems))
    try:
        command = SupplyTolerated(
            case=no,
            version=form.version,
            materials=handed(desk, rows),
            presenter=presenters.came(seen.case, form.presenter),
            note=form.note,
        )
        await desk.submit(command, actor=visit.actor, key=visit.key)
    except Refusal as refusal:
        seen = sight(visit, desk, no)
        if not is_stale(refusal):
            return _page(visit, desk, seen, form, rows, refused(visit, refusal))
        came, still = visit.text(N_("收到")), set(seen.case.open_tolerance)
        sides = {visit.text(N_("状态")): ("", visit.text(STATE_NAMES[seen.case.state]))}
        sides |= {row.name: (came if row.ticked else "", "" if row.code in still else came) for row in rows}
        why = both_sides(visit, desk, seen, refusal, form.version, sides)
        return _page(visit, desk, seen, form, rows, why)
    return visit.go(f"/cases/{no}")
