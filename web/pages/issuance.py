"""制证 and 发件: the shelf of results, making the licence or letter, checking the collector, handing over."""

from typing import ClassVar

import msgspec
from litestar import Response

from appliance.domain.actor import Role
from appliance.domain.case import Case
from appliance.domain.decide.joint_results import may_leave_alone
from appliance.domain.item_terms import HandlingType
from appliance.domain.states import STATE_NAMES, State
from appliance.domain.subject import Agent, Applicant, SubjectKind
from appliance.errors import N_, Refusal, WrongState
from appliance.projections import case_lists, cases, joints, staff
from appliance.projections.case_lists import Wanted
from appliance.services.desk import Desk
from appliance.services.issuance import HandOver, ProduceResult
from appliance.services.timeline import RELATION_NAMES
from web.pages.case_page import PaperLine, not_now, paper_lines
from web.pages.case_rows import ListRow, list_rows
from web.pages.casework import Head, Sight, head, sight
from web.pages.review_words import words_of
from web.pages.stale import NOTHING, Refused, Stale, both_sides, is_stale, refused
from web.visit import Visit

PAGE_ROWS = 20
READY = (State.RESULT_READY,)
DECIDED = (State.DECIDED_GRANTED, State.DECIDED_REFUSED)
OPEN = frozenset({*READY, *DECIDED})


class ShelfPage(msgspec.Struct, frozen=True):
    """The shelf: what can be collected, and what has still to be made."""

    TEMPLATE: ClassVar[str] = "issuance/shelf.html"
    tab: str
    rows: tuple[ListRow, ...]
    ready: int
    decided: int
    page: int
    more: bool


class ShelfQuery(msgspec.Struct, frozen=True):
    """Which list and which page; without a word of the list, the one that has work."""

    tab: str = ""
    page: int = 1


class Collector(msgspec.Struct, frozen=True):
    """A person who may collect: relation, its name, who that is."""

    relation: str
    label: str
    name: str


class HandOverForm(msgspec.Struct, frozen=True):
    """What the clerk reads off the collector's identity document, or where the result is laid."""

    version: int = 0
    shelf: str = ""
    relation: str = ""
    collector_name: str = ""
    collector_id: str = ""
    identity_checked: bool = False


class IssuePage(msgspec.Struct, frozen=True):
    """One result: to be made, to be handed over, or handed over."""

    TEMPLATE: ClassVar[str] = "issuance/issue.html"
    head: Head
    stage: str
    granted: bool
    result: tuple[tuple[str, str], ...]
    papers: tuple[PaperLine, ...]
    collectors: tuple[Collector, ...]
    form: HandOverForm
    handed: tuple[tuple[str, str], ...]
    may_hand_over: bool
    alone: bool
    problems: dict[str, str]
    labels: dict[str, str]
    stale: Stale | None


LABELS = {
    "shelf": N_("架位"),
    "relation": N_("领取人是"),
    "collector_name": N_("领取人姓名"),
    "collector_id": N_("领取人公民身份号码"),
    "identity_checked": N_("核对证件"),
}


def shelf(visit: Visit, desk: Desk) -> Response[str]:
    """Show the shelf."""
    query = visit.query(ShelfQuery)
    page = max(1, query.page)
    connection = desk.reader()
    ready, decided = cases.count_in(connection, *READY), cases.count_in(connection, *DECIDED)
    making = query.tab == "produce" or (query.tab != "ready" and not ready and decided > 0)
    states = DECIDED if making else READY
    wanted = Wanted(states=states)
    found = case_lists.listing(connection, wanted, limit=PAGE_ROWS + 1, offset=(page - 1) * PAGE_ROWS)
    return visit.show(
        ShelfPage(
            tab="produce" if making else "ready",
            rows=list_rows(visit, desk, found[:PAGE_ROWS], lambda row: f"/issuance/{row.no}"),
            ready=ready,
            decided=decided,
            page=page,
            more=len(found) > PAGE_ROWS,
        )
    )


def collectors(visit: Visit, applicant: Applicant, agent: Agent | None) -> tuple[Collector, ...]:
    """Name who may collect a result, as it was registered."""
    found = []
    if applicant.kind is SubjectKind.PERSON:
        found.append(("applicant", applicant.name))
    if applicant.representative:
        found.append(("representative", applicant.representative))
    if agent is not None and "collect" in agent.scopes:
        found.append(("agent", agent.name))
    return tuple(Collector(relation, visit.text(RELATION_NAMES[relation]), name) for relation, name in found)


def _result(visit: Visit, case: Case) -> tuple[tuple[str, str], ...]:
    decision, licence = case.decision, case.licence
    rows: list[tuple[str, str]] = []
    if decision is not None:
        words = words_of(case.handling)
        rows += [(N_("决定"), visit.text(words.grant if decision.kind == "granted" else words.refuse))]
        if decision.above:
            rows.append((N_("决定机关"), decision.above))
        rows += [(N_("文号"), decision.document_no), (N_("决定日"), decision.decided_on)]
        rows += [(N_("内容"), decision.content or decision.reasons)]
    if licence is not None:
        issued = licence.issued
        until = issued.valid_to or visit.text(N_("长期"))
        rows += [(N_("证照"), f"{issued.type_name} {issued.number}"), (N_("证照标识"), issued.identifier)]
        rows += [(N_("有效期"), visit.text(N_("%(start)s 至 %(end)s"), start=issued.valid_from, end=until))]
    if case.shelf:
        rows.append((N_("架位"), case.shelf))
    return tuple((visit.text(label), value) for label, value in rows)


def _handed(visit: Visit, desk: Desk, case: Case) -> tuple[tuple[str, str], ...]:
    done = case.handover
    if done is None:
        return ()
    name = staff.names(desk.reader()).get(done.by, "")
    return (
        (visit.text(N_("领取人")), f"{done.collector_name} · {visit.text(RELATION_NAMES[done.relation])}"),
        (visit.text(N_("时间")), done.at[:16].replace("T", " ")),
        (visit.text(N_("经办")), f"{name} {done.by}".strip()),
    )


def _may_hand_over(visit: Visit, case: Case) -> bool:
    """Tell who hands over: the window, and the handler what he handled on the spot (T33)."""
    if visit.actor.role is Role.WINDOW_CLERK:
        return True
    return case.handling == HandlingType.INSTANT and case.handler == visit.actor.id


def _may_leave_alone(visit: Visit, desk: Desk, case: Case) -> bool:
    """Tell whether this result need not wait for the others of its joint whole."""
    joint = joints.find(desk.reader(), case.joint) if case.joint else None
    if joint is None:
        return True
    try:
        may_leave_alone(joint, case, now=visit.front.clock.now(), calendar=desk.facts.calendar(desk.reader()))
    except WrongState:
        return False
    return True


def _page(visit: Visit, desk: Desk, seen: Sight, form: HandOverForm, why: Refused = NOTHING) -> IssuePage:
    case = seen.case
    stage = "produce" if case.state in DECIDED else "hand" if case.state in READY else "done"
    if stage == "hand" or case.handover is not None:
        visit.saw("case", case.no, "name")  # who may collect, or who did
    return IssuePage(
        head=head(visit, desk, seen),
        stage=stage,
        granted=case.decision is not None and case.decision.kind == "granted",
        result=_result(visit, case),
        papers=paper_lines(visit, desk, case.no),
        collectors=collectors(visit, case.applicant, case.agent),
        form=form,
        handed=_handed(visit, desk, case),
        may_hand_over=_may_hand_over(visit, case),
        alone=_may_leave_alone(visit, desk, case),
        problems=why.problems,
        labels={name: visit.text(label) for name, label in LABELS.items()},
        stale=why.stale,
    )


def show(visit: Visit, desk: Desk, no: str) -> Response[str]:
    """Show one result."""
    seen = sight(visit, desk, no)
    if seen.case.state not in OPEN and seen.case.handover is None:
        return not_now(visit, desk, seen, visit.text(N_("作出决定之后才能制证和发件")))
    if visit.actor.role is Role.CASE_HANDLER and not seen.own:
        text = visit.text(N_("这件由%(department)s办理"), department=seen.case.department_name)
        return not_now(visit, desk, seen, text)
    found = collectors(visit, seen.case.applicant, seen.case.agent)
    relation = found[0].relation if len(found) == 1 else ""
    return visit.show(_page(visit, desk, seen, HandOverForm(version=seen.case.version, relation=relation)))


async def produce(visit: Visit, desk: Desk, no: str) -> Response[str]:
    """T25, T26: make the licence, or lay the letter ready."""
    form = visit.form(HandOverForm)
    command = ProduceResult(case=no, version=form.version, shelf=form.shelf)
    try:
        await desk.submit(command, actor=visit.actor, key=visit.key)
    except Refusal as refusal:
        return _again(visit, desk, no, form, refusal)
    return visit.go(f"/issuance/{no}")


async def hand_over(visit: Visit, desk: Desk, no: str) -> Response[str]:
    """T27: hand the result to the collector whose document was checked."""
    form = visit.form(HandOverForm)
    command = HandOver(
        case=no,
        version=form.version,
        relation=form.relation,
        collector_name=form.collector_name,
        collector_id=form.collector_id.upper(),
        identity_checked=form.identity_checked,
    )
    try:
        await desk.submit(command, actor=visit.actor, key=visit.key)
    except Refusal as refusal:
        return _again(visit, desk, no, form, refusal)
    return visit.go(f"/issuance/{no}")


def _again(visit: Visit, desk: Desk, no: str, form: HandOverForm, refusal: Refusal) -> Response[str]:
    seen = sight(visit, desk, no)
    if is_stale(refusal):
        why = both_sides(visit, desk, seen, refusal, form.version, _sides(visit, seen.case, form))
    elif refusal.code == "collector":
        # Not the person who may collect: said at the field, since the clerk holds the document in his hand.
        why = Refused(refusal.status, {"collector_name": visit.text(refusal.message, **refusal.params)})
    else:
        why = refused(visit, refusal)
    return visit.show(_page(visit, desk, seen, form, why), status=why.status)


def _sides(visit: Visit, case: Case, form: HandOverForm) -> dict[str, tuple[str, str]]:
    done = case.handover
    before = State.RESULT_READY if form.relation or form.collector_name else None
    mine = visit.text(STATE_NAMES[before]) if before else visit.text(N_("已作出决定"))
    sides = {visit.text(N_("状态")): (mine, visit.text(STATE_NAMES[case.state]))}
    if form.shelf or case.shelf:
        sides[visit.text(N_("架位"))] = (form.shelf, case.shelf)
    if form.collector_name or done:
        sides[visit.text(N_("领取人"))] = (form.collector_name, done.collector_name if done else "")
    return sides
