"""自助待收: applications handed in at a terminal wait for their applicants at a window (T03 after T02)."""

from typing import ClassVar

import msgspec
from litestar import Response

from appliance.clock import parse_time
from appliance.domain.actor import Role
from appliance.domain.case import Case
from appliance.domain.masking import Audience
from appliance.domain.states import State
from appliance.errors import N_, Conflict, Forbidden, Invalid, NotFound
from appliance.projections import case_lists, cases
from appliance.projections.case_brief import CaseBrief, briefs
from appliance.projections.case_lists import Wanted
from appliance.projections.cases import CaseRow
from appliance.services.desk import Desk
from appliance.services.facts import department_of
from web.pages import intake_draft as drafted
from web.pages.casework import audience_of, shown_name
from web.pages.intake import open_to
from web.pages.intake_draft import Content, Scan
from web.visit import FORBIDDEN_TEXT, Visit, uuid_of

SHOWN_MAX = 200


class Waiting(msgspec.Struct, frozen=True):
    """One application: number, item, applicant, when it was handed in, last day of C1 where it runs."""

    no: str
    item: str
    applicant: str
    submitted: str
    due: str


class WaitingPage(msgspec.Struct, frozen=True):
    """All that wait, the most pressing first."""

    TEMPLATE: ClassVar[str] = "submissions/list.html"
    lines: tuple[Waiting, ...]
    ticket: str
    problems: dict[str, str]


class TakeForm(msgspec.Struct, frozen=True):
    """The ticket of the applicant who came, or that none was taken."""

    ticket: str = ""
    walk_in: bool = False


def waiting_for(visit: Visit, desk: Desk) -> list[CaseRow]:
    """Give the applications that this person may take in: a handler those that he decides on the spot."""
    open_here = {item.task_name for item in desk.facts.items.all_current(desk.reader()) if open_to(visit, desk, item)}
    rows = case_lists.listing(desk.reader(), Wanted(states=(State.SUBMITTED,)), limit=SHOWN_MAX)
    return [row for row in rows if visit.actor.role is Role.WINDOW_CLERK or row.item_name in open_here]


def _page(visit: Visit, desk: Desk, ticket: str, problems: dict[str, str]) -> WaitingPage:
    rows = waiting_for(visit, desk)
    department = department_of(desk.reader(), visit.actor)
    known = briefs(desk.reader(), [row.no for row in rows])
    return WaitingPage(tuple(_line(visit, row, known.get(row.no), department) for row in rows), ticket, problems)


def _line(visit: Visit, row: CaseRow, case: CaseBrief | None, department: str) -> Waiting:
    """Show one application; its name in full only to whose task it is, which goes into the access log."""
    audience = audience_of(visit.actor, department, case) if case is not None else Audience.LIST
    if audience is Audience.TASK:
        visit.saw("list", row.no, "name")
    name = shown_name(case, audience) if case is not None else ""
    return Waiting(row.no, row.item_name, name, f"{parse_time(row.received_at):%m-%d %H:%M}", row.due or "")


def waiting(visit: Visit, desk: Desk) -> Response[str]:
    """List the applications that were handed in at a terminal."""
    return visit.show(_page(visit, desk, "", {}))


def _content(case: Case, version: int, form: TakeForm) -> Content:
    """Make the draft that a clerk would have typed, from what the applicant typed."""
    who, found = case.applicant, dict[str, list[str]]()
    for name in ("name", "id_type", "id_number", "phone", "address", "representative", "representative_id"):
        found[f"applicant.{name}"] = [getattr(who, name)]
    found["applicant.kind"] = [who.kind.value]
    if case.agent is not None:
        for name in ("name", "id_number", "phone"):
            found[f"agent.{name}"] = [getattr(case.agent, name)]
    for name, answer in case.form.items():
        found[f"form.{name}"] = list(answer) if isinstance(answer, list) else [answer]
    for material in case.materials:
        found[f"material.{material.code}"] = [f"licence:{material.licence}" if material.licence else material.form]
        found[f"copies.{material.code}"] = [str(material.copies)]
        found[f"pages.{material.code}"] = [str(material.pages)]
    found |= {"ticket": [form.ticket.upper()], "channel": [drafted.WALK_IN if form.walk_in else "window"]}
    scans = {
        material.code: tuple(Scan(file.sha256, file.media_type, file.size) for file in material.files)
        for material in case.materials
        if material.files
    }
    return Content(
        subject=case.item_code, version=version, fields=found, scans=scans, submission=case.no, seen=case.version
    )


async def take(visit: Visit, desk: Desk, no: str) -> Response[str]:
    """Begin to receive one: its form as it was typed, to be held against the papers and the person."""
    form = visit.form(TakeForm)
    case = cases.find(desk.reader(), no)
    if case is None:
        raise NotFound(N_("没有编号为 %(no)s 的办件"), params={"no": no[:40]}, next_step=N_("请核对编号，或用姓名查找"))
    if case.state is not State.SUBMITTED:
        raise Conflict(N_("这件已经不在待收里，可能由另一个窗口收了"), next_step=N_("请在“查询”里按编号查看"))
    if not form.ticket and not form.walk_in:
        problems = {"ticket": visit.text(N_("请填写排队票号；没有取票的勾选“未取号”"))}
        return visit.show(_page(visit, desk, form.ticket, problems), status=Invalid.status)
    item = desk.facts.items.current(desk.reader(), case.item_code)
    if not open_to(visit, desk, item):
        raise Forbidden(FORBIDDEN_TEXT, next_step=N_("承办人只收本部门的即办件，其他事项请到综合窗口"))
    draft_id = uuid_of(visit.front.random(16))
    await drafted.create(visit, desk, draft_id, drafted.FORM, _content(case, item.task_version, form))
    return visit.go(f"/intake/{draft_id}")
