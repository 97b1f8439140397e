"""个人信息请求: the list, a new one, and one request with opinion, decision, notice, and what is restricted.

Who asks is shown to those who have to act on the request, and the look is noted. Once a person's data was erased, or is
restricted, no page shows it; the few who may still see what is restricted say why, and that is noted too.
"""

from typing import ClassVar

import msgspec
from litestar import Response

from appliance.clock import to_the_minute
from appliance.domain.decide.personal_data import DECIDERS, READERS, REGISTRARS
from appliance.domain.events import PiiErased, PiiLifted, PiiRefused, PiiRequested, PiiRestricted
from appliance.domain.personal_data import (
    CHANNELS,
    ERASE,
    GROUNDS,
    LIFT,
    OUTCOMES,
    REFUSE,
    RESTRICT,
    RIGHTS,
    Assessment,
    assess,
)
from appliance.errors import N_, Forbidden, Invalid, NotFound, Refusal
from appliance.papers.client import RenderClient
from appliance.projections import personal_data, staff
from appliance.projections.personal_data import DECIDED, PROPOSED, Request
from appliance.services.desk import Desk
from appliance.services.paper_builders.personal_data import notice_paper
from appliance.services.personal_data import (
    ConfirmPersonalData,
    ProposePersonalData,
    RequestPersonalData,
    matter_of,
    matters_of,
)
from appliance.store.event_store import logs
from web.pages.stale import NOTHING, Refused, refused
from web.printing import send_pdf
from web.visit import Visit

LABELS = {
    "name": N_("本人姓名或名称"),
    "id_number": N_("证件号码"),
    "right": N_("请求内容"),
    "ground": N_("法律依据"),
    "channel": N_("提出方式"),
    "contact": N_("本人的联系方式"),
    "wish": N_("本人的要求"),
    "matters": N_("所涉办件"),
    "outcome": N_("每件的处理"),
    "reason": N_("理由"),
    "purpose": N_("查看用途"),
}
STANDINGS = {
    "requested": (N_("待提意见"), "warn"),
    "proposed": (N_("待复核"), "warn"),
    "decided": (N_("已决定"), "ok"),
}
ACTS = {
    PiiErased.TYPE: N_("已删除"),
    PiiRestricted.TYPE: N_("已限制处理"),
    PiiLifted.TYPE: N_("已解除限制"),
    PiiRefused.TYPE: N_("不予支持"),
}
ENTRIES_PER_SECOND = 9000
PURPOSE_MIN = 4
Option = tuple[str, str]


class Row(msgspec.Struct, frozen=True):
    """One line of the list."""

    subject: str
    at: str
    right: str
    matters: int
    standing: str
    tone: str
    mine: bool


class ListPage(msgspec.Struct, frozen=True):
    """The requests, the newest first."""

    TEMPLATE: ClassVar[str] = "personal_data/list.html"
    rows: tuple[Row, ...]
    registers: bool


class Person(msgspec.Struct, frozen=True):
    """Whose matters are looked for, and what is asked."""

    name: str = ""
    id_number: str = ""
    right: str = ERASE
    ground: str = ""
    channel: str = ""
    contact: str = ""
    wish: str = ""
    matters: tuple[str, ...] = ()


class MatterRow(msgspec.Struct, frozen=True):
    """A matter: what it is, what may become of it and why, and what was done."""

    no: str
    title: str
    reason: str
    outcomes: tuple[Option, ...]
    chosen: str
    done: str
    city_at: str


class NewPage(msgspec.Struct, frozen=True):
    """A new request: first whose, then what."""

    TEMPLATE: ClassVar[str] = "personal_data/new.html"
    form: Person
    asked: bool
    rows: tuple[MatterRow, ...]
    rights: tuple[Option, ...]
    grounds: tuple[Option, ...]
    channels: tuple[Option, ...]
    labels: dict[str, str]
    problems: dict[str, str]


class OnePage(msgspec.Struct, frozen=True):
    """One request and what is this person's to do."""

    TEMPLATE: ClassVar[str] = "personal_data/one.html"
    row: Row
    facts: tuple[tuple[str, str], ...]
    rows: tuple[MatterRow, ...]
    opinion: int
    opinion_reason: str
    proposes: bool
    again: bool
    confirms: bool
    waits_for_other: bool
    notice: bool
    may_see: bool
    shown: tuple[tuple[str, str], ...]
    seconds: int
    labels: dict[str, str]
    problems: dict[str, str]
    reason: str


class OpinionForm(msgspec.Struct, frozen=True):
    """Why; what becomes of each matter stands in a field named by its number."""

    reason: str = ""


class ConfirmForm(msgspec.Struct, frozen=True):
    """Index of the opinion that was looked at."""

    opinion: str = ""


class SeeForm(msgspec.Struct, frozen=True):
    """Why somebody looks at what is restricted."""

    purpose: str = ""


def _labels(visit: Visit) -> dict[str, str]:
    return {name: visit.text(label) for name, label in LABELS.items()}


def _options(visit: Visit, names: dict[str, str]) -> tuple[Option, ...]:
    return tuple((code, visit.text(name)) for code, name in names.items())


def _row(visit: Visit, found: Request) -> Row:
    standing, tone = STANDINGS[found.standing]
    decides = visit.actor.role in DECIDERS
    return Row(
        subject=found.subject,
        at=to_the_minute(found.at),
        right=visit.text(RIGHTS[found.right]),
        matters=len(found.matters),
        standing=visit.text(standing),
        tone=tone,
        mine=decides
        and (found.standing == "requested" or (found.standing == PROPOSED and found.proposed_by != visit.actor.id)),
    )


def show(visit: Visit, desk: Desk) -> Response[str]:
    """List the requests; nobody's name stands here."""
    rows = tuple(_row(visit, found) for found in personal_data.newest(desk.reader()))
    return visit.show(ListPage(rows, visit.actor.role in REGISTRARS))


def _matter_row(visit: Visit, no: str, title: str, found: Assessment, chosen: str = "") -> MatterRow:
    return MatterRow(
        no=no,
        title=title,
        reason=visit.text(found.reason.msgid, **found.reason.params),
        outcomes=tuple((code, visit.text(OUTCOMES[code])) for code in found.outcomes),
        chosen=chosen or found.fitting,
        done="",
        city_at="",
    )


def _new(visit: Visit, desk: Desk, form: Person, why: Refused = NOTHING) -> Response[str]:
    today = visit.front.clock.now().date()
    found = matters_of(desk.reader(), desk.facts, form.id_number, form.name)
    for no in found:
        visit.saw("personal_data", no, "name", "id_number")
    page = NewPage(
        form=form,
        asked=bool(form.name.strip() and form.id_number.strip()),
        rows=tuple(_matter_row(visit, no, one.title, assess(one, today)) for no, one in found.items()),
        rights=_options(visit, RIGHTS),
        grounds=tuple(one for right in RIGHTS for one in _options(visit, GROUNDS[right])),
        channels=_options(visit, CHANNELS),
        labels=_labels(visit),
        problems=why.problems,
    )
    return visit.show(page, status=why.status)


def show_new(visit: Visit, desk: Desk) -> Response[str]:
    """Ask whose data it is about."""
    return _new(visit, desk, Person())


async def register(visit: Visit, desk: Desk) -> Response[str]:
    """Find the person's matters first; with them, write the request down."""
    form = visit.form(Person)
    if not form.channel and not form.matters:
        return _new(visit, desk, form)
    command = RequestPersonalData(
        right=form.right,
        ground=form.ground,
        channel=form.channel,
        matters=form.matters,
        name=form.name,
        id_number=form.id_number,
        contact=form.contact,
        wish=form.wish,
    )
    try:
        outcome = await desk.submit(command, actor=visit.actor, key=visit.key)
    except Refusal as refusal:
        return _new(visit, desk, form, refused(visit, refusal))
    return visit.go(f"/personal-data/{outcome.result['subject']}")


def _found(desk: Desk, subject: str) -> Request:
    found = personal_data.find(desk.reader(), subject)
    if found is None:
        raise NotFound(
            N_("没有编号为 %(no)s 的个人信息请求"), params={"no": subject[:40]}, next_step=N_("请核对请求编号")
        )
    return found


def _who(visit: Visit, person: PiiRequested | None, found: Request) -> tuple[tuple[str, str], ...]:
    if person is None:
        words = N_("（请求人的信息已依法删除或限制处理）")
        return ((N_("请求人"), visit.text(words)),)
    if visit.actor.role not in DECIDERS | {*REGISTRARS}:
        return ()
    visit.saw("personal_data", found.matters[0], "name", "id_number", "phone")
    return (
        (N_("请求人"), person.name),
        (N_("证件号码"), person.id_number),
        (N_("本人的联系方式"), person.contact),
        (N_("本人的要求"), person.wish),
    )


def _rows(visit: Visit, desk: Desk, found: Request) -> tuple[MatterRow, ...]:
    reader, today = desk.reader(), visit.front.clock.now().date()
    opinion = personal_data.opinion(reader, found)
    chosen = {
        no: outcome
        for outcome in (ERASE, RESTRICT, LIFT, REFUSE)
        for no in (getattr(opinion, outcome) if opinion is not None else ())
    }
    newest = {act.matter: act for act in personal_data.acts(reader, found.subject)}
    rows = []
    for no in found.matters:
        matter = matter_of(reader, desk.facts, no)
        act = newest.get(no)
        row = _matter_row(visit, no, matter.title, assess(matter, today))
        waits = found.standing == PROPOSED
        rows.append(
            msgspec.structs.replace(
                row,
                chosen=chosen.get(no, row.chosen) if waits else row.chosen,
                done=visit.text(ACTS[act.act]) if act is not None else "",
                city_at=to_the_minute(act.city_at) if act is not None and act.city_at else "",
            )
        )
    return tuple(rows)


def _one(
    visit: Visit, desk: Desk, found: Request, why: Refused = NOTHING, *, reason: str = "", see: bool = False
) -> Response[str]:
    reader = desk.reader()
    names = staff.names(reader)

    def by(number: str, at: str) -> str:
        return f"{names.get(number, '')} {number} · {to_the_minute(at)}" if number else ""

    person = personal_data.person(reader, found)
    opinion, rows = personal_data.opinion(reader, found), _rows(visit, desk, found)
    decides, waits = visit.actor.role in DECIDERS, found.standing == PROPOSED
    facts = (
        *_who(visit, person, found),
        (N_("请求内容"), visit.text(RIGHTS[found.right])),
        (N_("法律依据"), visit.text(GROUNDS[found.right][found.ground])),
        (N_("提出方式"), visit.text(CHANNELS[found.channel])),
        (N_("登记"), by(found.by, found.at)),
        (N_("提出意见"), by(found.proposed_by, found.proposed_at)),
        (N_("复核决定"), by(found.decided_by, found.decided_at)),
    )
    restricted = any(one.done == visit.text(ACTS[PiiRestricted.TYPE]) for one in rows)
    entries = sum(log.size for log in logs(reader))
    page = OnePage(
        row=_row(visit, found),
        facts=tuple((visit.text(label), value) for label, value in facts if value),
        rows=rows,
        opinion=found.proposed or 0,
        opinion_reason=opinion.reason if opinion is not None else "",
        proposes=decides and found.standing != DECIDED,
        again=decides and found.standing == DECIDED and any(len(one.outcomes) > 1 for one in rows),
        confirms=decides and waits and found.proposed_by != visit.actor.id,
        waits_for_other=decides and waits and found.proposed_by == visit.actor.id,
        notice=found.standing == DECIDED,
        may_see=restricted and person is None and visit.actor.role in READERS,
        shown=_restricted(visit, desk, found) if see else (),
        seconds=1 + entries // ENTRIES_PER_SECOND,
        labels=_labels(visit),
        problems=why.problems,
        reason=reason,
    )
    return visit.show(page, status=why.status)


def show_one(visit: Visit, desk: Desk, no: str) -> Response[str]:
    """Show a request."""
    return _one(visit, desk, _found(desk, no))


async def propose(visit: Visit, desk: Desk, no: str) -> Response[str]:
    """Give the opinion: each matter has a field of its own, named by its number."""
    found = _found(desk, no)
    reason = visit.form(OpinionForm).reason
    chosen: dict[str, list[str]] = {outcome: [] for outcome in OUTCOMES}
    for matter in found.matters:
        outcome = str(visit.fields.get(f"outcome.{matter}", ""))
        if outcome in chosen:
            chosen[outcome].append(matter)
    command = ProposePersonalData(
        subject=found.subject, reason=reason, **{outcome: tuple(numbers) for outcome, numbers in chosen.items()}
    )
    try:
        await desk.submit(command, actor=visit.actor, key=visit.key)
    except Refusal as refusal:
        return _one(visit, desk, found, refused(visit, refusal), reason=reason)
    return visit.go(f"/personal-data/{found.subject}")


async def confirm(visit: Visit, desk: Desk, no: str) -> Response[str]:
    """Decide as the opinion says; it is done when the answer comes."""
    found = _found(desk, no)
    opinion = visit.form(ConfirmForm).opinion
    command = ConfirmPersonalData(subject=found.subject, opinion=int(opinion) if opinion.isdecimal() else -1)
    try:
        await desk.submit(command, actor=visit.actor, key=visit.key)
    except Refusal as refusal:
        return _one(visit, desk, found, refused(visit, refusal))
    return visit.go(f"/personal-data/{found.subject}")


async def notice(visit: Visit, desk: Desk, render: RenderClient, no: str) -> Response[bytes]:
    """Send 个人信息处理告知书 as a PDF; it names nobody."""
    body = await render.render_async(notice_paper(desk.reader(), desk.facts, _found(desk, no)))
    return send_pdf(body, f"{visit.text(N_('个人信息处理告知书'))}-{no}.pdf", attach=False)


def _restricted(visit: Visit, desk: Desk, found: Request) -> tuple[tuple[str, str], ...]:
    person = personal_data.person(desk.reader(), found, restricted=True)
    if person is None:
        return ()
    pairs = ((N_("请求人"), person.name), (N_("证件号码"), person.id_number), (N_("本人的联系方式"), person.contact))
    return tuple((visit.text(label), value) for label, value in pairs if value)


def see(visit: Visit, desk: Desk, no: str) -> Response[str]:
    """Show who is behind a restriction to the few who may know it, with a purpose that is noted."""
    found, purpose = _found(desk, no), visit.form(SeeForm).purpose.strip()
    if visit.actor.role not in READERS:
        raise Forbidden(N_("限制处理的个人信息只有档案员、机关负责人和监察员可以查看"), code="role")
    if len(purpose) < PURPOSE_MIN:
        problem = Invalid(N_("请写明查看用途"), fields={"purpose": N_("请写明用途，至少 4 个字，会记入查看记录")})
        return _one(visit, desk, found, refused(visit, problem))
    visit.saw("personal_data", found.matters[0], "name", "id_number", "phone", purpose=purpose)
    return _one(visit, desk, found, see=True)
