"""来自市平台的请求: what the city asks of this hall, until when, and its answer; at the city, what was asked."""

import asyncio
from typing import ClassVar, Final

import msgspec
from litestar import Response
from litestar.response import File

from appliance.clock import to_the_minute
from appliance.domain import masking
from appliance.domain.actor import ROLE_NAMES, Actor
from appliance.domain.city_commands import STANDING_NAMES, Kind, Standing, rule_of
from appliance.domain.decide.city_commands import AT_THE_WINDOW
from appliance.domain.events import CommandSent
from appliance.domain.events.licence_status import STATUSES
from appliance.domain.masking import Audience
from appliance.domain.service_item import ServiceItem
from appliance.domain.subject import Applicant
from appliance.errors import N_, Forbidden, NotFound, Refusal
from appliance.projections import cases, city_commands
from appliance.projections.city_commands import Asked
from appliance.services.city_commands import CarryOut, RefuseCommand, may_answer
from appliance.services.commands import Command
from appliance.services.desk import Desk
from appliance.store.connection import Connection
from sync.hub.hub import Hub
from sync.hub.requests import Request, send
from web.pages import scans
from web.pages.case_page import form_answers
from web.pages.scans import FileLine, file_lines
from web.pages.stale import NOTHING, Refused, refused
from web.visit import Visit

Fact = tuple[str, str]
ROWS_MAX: Final = 200
# Asked on the city's page; what comes with files comes from the city's platform (``city command``).
ASKED_HERE: Final = (Kind.WITHDRAW, Kind.SUPERVISE, Kind.REVOKE, Kind.WITHDRAW_ITEM, Kind.DISABLE_STAFF)
LABELS: Final = {
    "words": N_("办理情况或者理由"),
    "ground": N_("不予办理的依据"),
}
ASK_LABELS: Final = {
    "kind": N_("请求"),
    "hall": N_("大厅"),
    "subject": N_("办件编号、证照标识、事项编码或者工号"),
    "words": N_("原因或者要求"),
    "status": N_("证照的新状态（只用于证照）"),
}


class RequestRow(msgspec.Struct, frozen=True):
    """One request."""

    command: str
    name: str
    hall: str
    subject: str
    sent: str
    due: str
    late: bool
    open: bool
    standing: str
    mine: bool


class RequestsPage(msgspec.Struct, frozen=True):
    """The requests to this hall, those that wait first."""

    TEMPLATE: ClassVar[str] = "conflicts/requests.html"
    rows: tuple[RequestRow, ...]


class RequestForm(msgspec.Struct, frozen=True):
    """What was typed."""

    words: str = ""
    ground: str = ""


class RequestPage(msgspec.Struct, frozen=True):
    """One request, with the two answers where they are this person's.

    `applicant`, `answers` and `materials` are empty for whom it does not concern (`withheld`).
    """

    TEMPLATE: ClassVar[str] = "conflicts/request.html"
    row: RequestRow
    case: str
    withheld: bool
    facts: tuple[tuple[str, str], ...]
    applicant: tuple[tuple[str, str], ...]
    answers: tuple[tuple[str, str], ...]
    materials: tuple[tuple[str, tuple[FileLine, ...]], ...]
    grounds: tuple[tuple[str, str], ...]
    needs_words: bool
    labels: dict[str, str]
    problems: dict[str, str]
    problem: str
    form: RequestForm


class AskForm(msgspec.Struct, frozen=True):
    """A request as the city's page has it."""

    kind: str = ""
    hall: str = ""
    subject: str = ""
    words: str = ""
    status: str = "withdrawn"


class AskedPage(msgspec.Struct, frozen=True):
    """What the city asked, and the form of a new request."""

    TEMPLATE: ClassVar[str] = "conflicts/asked.html"
    rows: tuple[RequestRow, ...]
    kinds: tuple[tuple[str, str], ...]
    halls: tuple[tuple[str, str], ...]
    statuses: tuple[tuple[str, str], ...]
    labels: dict[str, str]
    problems: dict[str, str]
    problem: str
    form: AskForm


def _row(visit: Visit, asked: Asked, today: str, *, mine: bool) -> RequestRow:
    rule = rule_of(asked.kind)
    waits = asked.standing is Standing.OPEN
    return RequestRow(
        command=asked.command,
        name=visit.text(rule.name) if rule else asked.kind,
        hall=asked.hall,
        subject=asked.subject,
        sent=to_the_minute(asked.sent),
        due=asked.due,
        late=waits and asked.due < today,
        open=waits,
        standing=visit.text(STANDING_NAMES[asked.standing]),
        mine=mine and waits,
    )


def _today(visit: Visit) -> str:
    return visit.front.clock.now().date().isoformat()


def _mine(reader: Connection, actor: Actor, asked: Asked) -> bool:
    return asked.standing is Standing.OPEN and may_answer(reader, actor, asked)


def show(visit: Visit, desk: Desk) -> Response[str]:
    """Show what the city asks."""
    reader, today = desk.reader(), _today(visit)
    found = city_commands.listing(reader, limit=ROWS_MAX)
    rows = [_row(visit, one, today, mine=_mine(reader, visit.actor, one)) for one in found]
    return visit.show(RequestsPage(tuple(sorted(rows, key=lambda row: not row.mine))))


def _item(desk: Desk, sent: CommandSent) -> ServiceItem | None:
    """Give the item of an online application as the hall has it now; the window's answer says that there is none."""
    if sent.kind != Kind.APPLY:
        return None
    try:
        return desk.facts.items.current(desk.reader(), sent.subject)
    except NotFound:
        return None


def _applicant(visit: Visit, who: Applicant) -> tuple[tuple[str, str], ...]:
    """Give who applies online; numbers are masked until the case shows them with a purpose (domain §7.3)."""
    rows = (
        (N_("申请人"), who.name),
        (N_("证件号码"), masking.document_number(who.id_type, who.id_number, Audience.LIST)),
        (N_("手机"), masking.phone(who.phone, Audience.LIST)),
        (N_("地址"), who.address),
        (N_("负责人"), who.representative),
    )
    return tuple((visit.text(label), text) for label, text in rows if text)


def _facts(visit: Visit, reader: Connection, asked: Asked, sent: CommandSent, *, theirs: bool) -> tuple[Fact, ...]:
    answer, rule = city_commands.answer_of(reader, asked), rule_of(asked.kind)
    ground = rule.grounds.get(asked.ground, asked.ground) if rule else asked.ground
    roles = sorted(rule.roles) if rule else []
    rows = (
        (N_("请求号"), asked.command),
        (N_("原因或者要求"), sent.words if theirs else ""),
        (N_("发出时间"), to_the_minute(asked.sent)),
        (N_("答复期限"), asked.due),
        (N_("责任岗位"), "、".join(visit.text(ROLE_NAMES[role]) for role in roles)),
        (N_("形成的办件"), asked.made),
        (N_("不予办理的依据"), visit.text(ground) if ground else ""),
        (N_("答复"), answer.words if answer is not None and theirs else ""),
        (N_("答复人"), f"{asked.answered_by} · {to_the_minute(asked.answered_at)}" if asked.answered_by else ""),
    )
    return tuple((visit.text(label), text) for label, text in rows if text)


def _asked_here(reader: Connection, command: str) -> Asked:
    asked = city_commands.find(reader, command)
    if asked is None:
        raise NotFound(N_("没有这项市平台请求"), subject=command, next_step=N_("请从市平台请求清单进入"))
    return asked


def _case_of(reader: Connection, asked: Asked) -> str:
    case = asked.made or asked.subject
    return case if cases.find(reader, case) is not None else ""


def _one(visit: Visit, desk: Desk, command: str, why: Refused = NOTHING, problem: str = "") -> Response[str]:
    reader = desk.reader()
    asked = _asked_here(reader, command)
    sent, rule, case = city_commands.words_of(reader, asked), rule_of(asked.kind), _case_of(reader, asked)
    theirs = may_answer(reader, visit.actor, asked)
    if theirs:
        shown = (("name", "address") if sent.applicant else ()) + (("form",) if sent.form else ())
        visit.saw("request", case, *shown)
    item = _item(desk, sent)
    files = sent.materials if theirs else ()
    page = RequestPage(
        row=_row(visit, asked, _today(visit), mine=_mine(reader, visit.actor, asked)),
        case=case,
        withheld=not theirs,
        facts=_facts(visit, reader, asked, sent, theirs=theirs),
        applicant=_applicant(visit, sent.applicant) if theirs and sent.applicant else (),
        answers=form_answers(visit, item, sent.form, Audience.TASK) if theirs and item else (),
        materials=tuple((one.name, file_lines(visit, f"/city-requests/{command}/files", one.files)) for one in files),
        grounds=tuple((code, visit.text(name)) for code, name in rule.grounds.items()) if rule else (),
        needs_words=asked.kind not in AT_THE_WINDOW,
        labels={name: visit.text(label) for name, label in LABELS.items()},
        problems=why.problems,
        problem=problem,
        form=visit.form(RequestForm),
    )
    return visit.show(page, status=why.status)


def look(visit: Visit, desk: Desk, command: str, sha: str) -> File:
    """Show a file that came with a request to whom it is to answer; what the request does not name is not there."""
    reader = desk.reader()
    asked = _asked_here(reader, command)
    if not may_answer(reader, visit.actor, asked):
        raise Forbidden(N_("只有答复这项请求的人员可以查看材料"), next_step=N_("需要时请由责任岗位的人员查看"))
    sent = city_commands.words_of(reader, asked)
    file = next((file for one in sent.materials for file in one.files if file.sha256 == sha), None)
    if file is None or not desk.store.blobs.has(sha):
        raise NotFound(N_("这项请求没有这份文件，或者文件还没有传到本厅"), next_step=N_("请返回请求页查看材料"))
    visit.saw("request", _case_of(reader, asked), "scan")
    return scans.answer(desk, sha, file.media_type, stem=command)


def show_one(visit: Visit, desk: Desk, command: str) -> Response[str]:
    """Show one request."""
    return _one(visit, desk, command)


async def _act(visit: Visit, desk: Desk, command: str, wanted: Command) -> Response[str]:
    try:
        await desk.submit(wanted, actor=visit.actor, key=visit.key)
    except Refusal as refusal:
        return _one(visit, desk, command, refused(visit, refusal), visit.text(refusal.message, **refusal.params))
    return visit.go(f"/city-requests/{command}")


async def carry_out(visit: Visit, desk: Desk, command: str) -> Response[str]:
    """Do what was asked."""
    return await _act(visit, desk, command, CarryOut(command=command, words=visit.form(RequestForm).words))


async def refuse(visit: Visit, desk: Desk, command: str) -> Response[str]:
    """Refuse it on a lawful ground."""
    form = visit.form(RequestForm)
    return await _act(visit, desk, command, RefuseCommand(command=command, ground=form.ground, words=form.words))


# ---- city -----------------------------------------------------------------------------------------------------------


def _asked(visit: Visit, hub: Hub, why: Refused = NOTHING, problem: str = "") -> Response[str]:
    today = hub.clock.now().date().isoformat()
    found = city_commands.listing(hub.store.reader(), limit=ROWS_MAX)
    kinds = ((kind.value, rule_of(kind)) for kind in ASKED_HERE)
    page = AskedPage(
        rows=tuple(_row(visit, one, today, mine=False) for one in found),
        kinds=tuple((code, visit.text(rule.name)) for code, rule in kinds if rule is not None),
        halls=tuple((trust.ticket.hall, trust.ticket.hall_name) for trust in hub.halls),
        statuses=tuple((code, visit.text(name)) for code, name in STATUSES.items() if code != "valid"),
        labels={name: visit.text(label) for name, label in ASK_LABELS.items()},
        problems=why.problems,
        problem=problem,
        form=visit.form(AskForm),
    )
    return visit.show(page, status=why.status)


def show_city(visit: Visit, hub: Hub) -> Response[str]:
    """Show what was asked of halls, unanswered first."""
    return _asked(visit, hub)


async def ask(visit: Visit, hub: Hub) -> Response[str]:
    """Ask a hall; the form's own key is the request's id, so that a repeated post asks once."""
    form = visit.form(AskForm)
    if form.kind not in {kind.value for kind in ASKED_HERE}:
        return _asked(visit, hub, Refused(422, {"kind": visit.text(N_("请选一项"))}))
    if form.hall not in {trust.ticket.hall for trust in hub.halls}:
        return _asked(visit, hub, Refused(422, {"hall": visit.text(N_("请选一个大厅"))}))
    request = Request(visit.key, Kind(form.kind), form.subject.strip(), form.words, status=form.status)
    try:
        await asyncio.to_thread(send, hub, form.hall, request, actor=visit.actor)
    except Refusal as refusal:
        return _asked(visit, hub, refused(visit, refusal), visit.text(refusal.message, **refusal.params))
    return visit.go("/requests")
