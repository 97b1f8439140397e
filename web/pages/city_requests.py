"""来自市平台的请求: what the city asks of this hall, until when, and its answer; at the city, what was asked."""

from datetime import datetime
from typing import ClassVar, Final

import msgspec
from litestar import Response

from appliance.domain.actor import ROLE_NAMES, Actor
from appliance.domain.city_commands import STANDING_NAMES, Kind, Standing, rule_of
from appliance.domain.events.licence_status import STATUSES
from appliance.errors import N_, NotFound, Refusal
from appliance.projections import cases, city_commands
from appliance.projections.city_commands import Asked
from appliance.services.city_commands import CarryOut, RefuseCommand, may_answer
from appliance.services.commands import Command
from appliance.services.desk import Desk
from appliance.store.connection import Connection
from sync.hub.hub import Hub
from sync.hub.requests import Request, send
from web.pages.stale import NOTHING, Refused, refused
from web.visit import Visit

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
    """One request, with the two answers where they are this person's."""

    TEMPLATE: ClassVar[str] = "conflicts/request.html"
    row: RequestRow
    case: str
    facts: tuple[tuple[str, str], ...]
    files: tuple[tuple[str, str], ...]
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


def _moment(at: str) -> str:
    return f"{datetime.fromisoformat(at):%Y-%m-%d %H:%M}" if at else ""


def _row(visit: Visit, asked: Asked, today: str, *, mine: bool) -> RequestRow:
    rule = rule_of(asked.kind)
    waits = asked.standing is Standing.OPEN
    return RequestRow(
        command=asked.command,
        name=visit.text(rule.name) if rule else asked.kind,
        hall=asked.hall,
        subject=asked.subject,
        sent=_moment(asked.sent),
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


def _one(visit: Visit, desk: Desk, command: str, why: Refused = NOTHING, problem: str = "") -> Response[str]:
    reader = desk.reader()
    asked = city_commands.find(reader, command)
    if asked is None:
        raise NotFound(N_("没有这项市平台请求"), subject=command, next_step=N_("请从市平台请求清单进入"))
    sent, answer, rule = (
        city_commands.words_of(reader, asked),
        city_commands.answer_of(reader, asked),
        rule_of(asked.kind),
    )
    case = asked.made or asked.subject
    ground = rule.grounds.get(asked.ground, asked.ground) if rule else asked.ground
    roles = sorted(rule.roles) if rule else []
    facts = (
        (N_("请求号"), asked.command),
        (N_("原因或者要求"), sent.words),
        (N_("发出时间"), _moment(asked.sent)),
        (N_("答复期限"), asked.due),
        (N_("责任岗位"), "、".join(visit.text(ROLE_NAMES[role]) for role in roles)),
        (N_("形成的办件"), asked.made),
        (N_("不予办理的依据"), visit.text(ground) if ground else ""),
        (N_("答复"), answer.words if answer is not None else ""),
        (N_("答复人"), f"{asked.answered_by} · {_moment(asked.answered_at)}" if asked.answered_by else ""),
    )
    page = RequestPage(
        row=_row(visit, asked, _today(visit), mine=_mine(reader, visit.actor, asked)),
        case=case if cases.find(reader, case) is not None else "",
        facts=tuple((visit.text(label), text) for label, text in facts if text),
        files=tuple((one.code, f"{one.name} · {len(one.files)}") for one in sent.materials),
        grounds=tuple((code, visit.text(name)) for code, name in rule.grounds.items()) if rule else (),
        needs_words=asked.kind not in (Kind.WITHDRAW, Kind.SUPPLEMENT, Kind.APPLY),
        labels={name: visit.text(label) for name, label in LABELS.items()},
        problems=why.problems,
        problem=problem,
        form=visit.form(RequestForm),
    )
    return visit.show(page, status=why.status)


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


def ask(visit: Visit, hub: Hub) -> Response[str]:
    """Ask a hall; the form's own key is the request's id, so that a repeated post asks once."""
    form = visit.form(AskForm)
    if form.kind not in {kind.value for kind in ASKED_HERE}:
        return _asked(visit, hub, Refused(422, {"kind": visit.text(N_("请选一项"))}))
    if form.hall not in {trust.ticket.hall for trust in hub.halls}:
        return _asked(visit, hub, Refused(422, {"hall": visit.text(N_("请选一个大厅"))}))
    request = Request(visit.key, Kind(form.kind), form.subject.strip(), form.words, status=form.status)
    try:
        send(hub, form.hall, request, actor=visit.actor)
    except Refusal as refusal:
        return _asked(visit, hub, refused(visit, refusal), visit.text(refusal.message, **refusal.params))
    return visit.go("/requests")
