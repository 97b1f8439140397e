"""One seal 印章: how it stands, its image, its life, its grants and uses, and the acts that are this person's now."""

import asyncio
from typing import ClassVar

import msgspec
from litestar import Response
from litestar.response import File

from appliance.clock import to_the_minute
from appliance.domain.actor import Role
from appliance.domain.decide import seals as rules
from appliance.domain.events import EVENTS
from appliance.domain.seals import KEEPERS, Grant, Seal, Standing
from appliance.errors import N_, Forbidden, NotFound, Refusal
from appliance.papers.kinds import kind_named
from appliance.projections import departments, seals, staff
from appliance.services.commands import Command
from appliance.services.desk import Desk
from appliance.services.facts import department_of
from appliance.services.seals import (
    ApproveSeal,
    AuthoriseSeal,
    CondemnSeal,
    DestroySeal,
    EndSealGrant,
    IssueSeal,
    LoseSeal,
    MakeSeal,
    RejectSeal,
    SpareSeal,
    face,
    papers_of,
)
from appliance.services.uploads import media_type
from web.pages import scans
from web.pages.seals import SealRow, row_of
from web.pages.stale import NOTHING, Refused, refused
from web.printing import picture
from web.visit import Visit

USES = 50
REASON = "reason"
LABELS = {
    "keeper": N_("保管人"),
    "persons": N_("授权给"),
    "items": N_("事项（不选就是全部）"),
    "papers": N_("文书种类"),
    "starts": N_("从"),
    "until": N_("到"),
    "most": N_("最多用几次"),
    "reason": N_("原因"),
}
Option = tuple[str, str]


class GrantRow(msgspec.Struct, frozen=True):
    """One authorisation."""

    number: str
    persons: tuple[str, ...]
    items: tuple[str, ...]
    papers: tuple[str, ...]
    starts: str
    until: str
    used: int
    most: int
    state: str
    tone: str
    ends: bool


class UseRow(msgspec.Struct, frozen=True):
    """One use of the seal."""

    index: int
    at: str
    by: str
    paper: str
    case: str
    copy: str
    digest: str
    grant: str


class ImageRow(msgspec.Struct, frozen=True):
    """One version of the image."""

    version: int
    picture: str
    at: str
    by: str
    key: str


class ActForm(msgspec.Struct, frozen=True):
    """What was typed on the seal's page."""

    keeper: str = ""
    starts: str = ""
    until: str = ""
    most: str = ""
    reason: str = ""
    grant: str = ""


class Chosen(msgspec.Struct, frozen=True):
    """What was ticked for an authorisation."""

    persons: tuple[str, ...] = ()
    items: tuple[str, ...] = ()
    papers: tuple[str, ...] = ()


class SealPage(msgspec.Struct, frozen=True):
    """One seal; each act that is this person's now has its form."""

    TEMPLATE: ClassVar[str] = "seals/one.html"
    row: SealRow
    facts: tuple[tuple[str, str], ...]
    images: tuple[ImageRow, ...]
    steps: tuple[tuple[str, str, str, str], ...]
    grants: tuple[GrantRow, ...]
    uses: tuple[UseRow, ...]
    older: int
    acts: frozenset[str]
    keepers: tuple[Option, ...]
    people: tuple[Option, ...]
    offered: tuple[Option, ...]
    papers: tuple[Option, ...]
    form: ActForm
    acted: str
    chosen: Chosen
    labels: dict[str, str]
    problems: dict[str, str]


class Wish(msgspec.Struct, frozen=True):
    """Uses before this entry."""

    before: int = 0


def _found(visit: Visit, desk: Desk, no: str) -> Seal:
    seal = seals.find(desk.reader(), no)
    if seal is None:
        raise NotFound(N_("没有编号为 %(no)s 的印章"), params={"no": no[:40]}, next_step=N_("请从印章清单进入"))
    if not rules.may_read(seal, actor=visit.actor, department=department_of(desk.reader(), visit.actor)):
        raise Forbidden(N_("这枚印章是别的部门的"), next_step=N_("请从印章清单进入"))
    return seal


def _acts(visit: Visit, seal: Seal, department: str) -> frozenset[str]:
    """Name the acts that are this person's now; the rules decide again when one is sent."""
    role, me = visit.actor.role, visit.actor.id
    head = role is Role.DEPT_HEAD and department == seal.department and bool(seal.department)
    head = head or (role is Role.HALL_MANAGER and not seal.department)
    master, standing = head or me == seal.keeper, seal.standing
    quiet, there = not seal.condemned_by, standing in (Standing.MADE, Standing.IN_USE)
    approved = any(role == by or me == person for by, person in seal.approvals) or me == seal.requested_by
    alive = standing not in (Standing.REQUESTED, Standing.REJECTED, Standing.DESTROYED)
    possible = {
        "approve": standing is Standing.REQUESTED and (head or role is Role.SECADMIN) and not approved,
        "make": role is Role.SYSADMIN and quiet and (there or standing is Standing.APPROVED),
        "issue": role is Role.SECADMIN and quiet and there,
        "authorise": master and quiet and standing is Standing.IN_USE,
        "lose": (master or role is Role.SECADMIN) and there,
        "condemn": master and quiet and alive,
        "destroy": role is Role.SECADMIN and bool(seal.condemned_by) and alive and me != seal.condemned_by,
    }
    return frozenset(name for name, may in possible.items() if may)


def _grant(visit: Visit, desk: Desk, one: Grant, names: dict[str, str], *, master: bool) -> GrantRow:
    today = visit.front.clock.now().date().isoformat()
    state, tone = N_("有效"), "ok"
    if one.ended:
        state, tone = N_("已收回"), ""
    elif one.used >= one.most:
        state, tone = N_("已用完"), ""
    elif one.until < today:
        state, tone = N_("已到期"), ""
    items = {item.catalog_code: item.task_name for item in desk.facts.items.all_current(desk.reader())}
    return GrantRow(
        number=one.number,
        persons=tuple(f"{names.get(person, '')} {person}".strip() for person in one.persons),
        items=tuple(items.get(code, code) for code in one.items),
        papers=tuple(visit.text(kind_named(name).title) for name in one.papers),
        starts=one.starts,
        until=one.until,
        used=one.used,
        most=one.most,
        state=visit.text(state),
        tone=tone,
        ends=master and tone == "ok",
    )


def _facts(visit: Visit, desk: Desk, seal: Seal, names: dict[str, str]) -> tuple[tuple[str, str], ...]:
    def who(number: str) -> str:
        return f"{names.get(number, '')} {number}".strip()

    rows = (
        (N_("单位"), departments.name_of(desk.reader(), seal.department, desk.facts.hall.name)),
        (N_("印面上的单位名称"), seal.name),
        (N_("申请人"), who(seal.requested_by)),
        (N_("审批人"), "、".join(who(person) for _, person in seal.approvals)),
        (N_("保管人"), who(seal.keeper)),
        (N_("提请销毁的人"), who(seal.condemned_by)),
        (N_("公钥"), seal.key),
    )
    return tuple((visit.text(label), text) for label, text in rows if text)


def _uses(desk: Desk, seal: Seal, names: dict[str, str], before: int) -> tuple[tuple[UseRow, ...], int]:
    found = seals.uses(desk.reader(), seal.no, before=before or None, limit=USES + 1)
    rows = tuple(
        UseRow(
            index=one.index,
            at=to_the_minute(one.at),
            by=f"{names.get(one.by, '')} {one.by}".strip(),
            paper=one.paper,
            case=one.paper.partition("-")[0],
            copy=one.copy,
            digest=one.digest,
            grant=one.grant,
        )
        for one in found[:USES]
    )
    return rows, rows[-1].index if len(found) > USES else 0


def _people(desk: Desk, seal: Seal, *, users: bool) -> tuple[Option, ...]:
    """Give who may keep a seal: people of its department; `users`, who may use it: those of the hall too."""
    theirs, anybody = {seal.department, ""} if users else {seal.department}, users and not seal.department
    return tuple(
        (one.id, f"{one.name} {one.id}")
        for one in staff.everyone(desk.reader())
        if KEEPERS & set(one.roles) and not one.disabled and (anybody or one.department in theirs)
    )


def _page(
    visit: Visit,
    desk: Desk,
    no: str,
    form: ActForm,
    why: Refused = NOTHING,
    *,
    acted: str = "",
    chosen: Chosen | None = None,
) -> Response[str]:
    seal, reader = _found(visit, desk, no), desk.reader()
    names, department = staff.names(reader), department_of(reader, visit.actor)
    acts = _acts(visit, seal, department)
    uses, older = _uses(desk, seal, names, visit.query(Wish).before)
    master = "authorise" in acts
    page = SealPage(
        row=row_of(visit, desk, seal, names),
        facts=_facts(visit, desk, seal, names),
        images=tuple(
            ImageRow(
                one.version,
                picture(desk.store.blobs.read(one.image)) if desk.store.blobs.has(one.image) else "",
                to_the_minute(one.at),
                names.get(one.by, one.by),
                one.key,
            )
            for one in seals.images(reader, no)
        ),
        steps=tuple(
            (
                to_the_minute(one.at),
                visit.text(EVENTS[one.type].DISPLAY),
                f"{names.get(one.by, '')} {one.by}".strip(),
                one.reason,
            )
            for one in seals.steps(reader, no)
        ),
        grants=tuple(_grant(visit, desk, one, names, master=master) for one in seal.grants),
        uses=uses,
        older=older,
        acts=acts,
        keepers=_people(desk, seal, users=False) if "issue" in acts else (),
        people=_people(desk, seal, users=True) if master else (),
        offered=tuple(
            (item.catalog_code, item.task_name)
            for item in desk.facts.items.all_current(reader)
            if seal.department in (item.dept_code, "")
        )
        if master
        else (),
        papers=tuple((kind.name, visit.text(kind.title)) for kind in papers_of(seal.kind)) if master else (),
        form=form,
        acted=acted,
        chosen=chosen or Chosen(),
        labels={name: visit.text(label) for name, label in LABELS.items()}
        | {f"{REASON}-{acted}": visit.text(LABELS[REASON])},
        # Each act has a reason of its own on this page.
        problems={f"{REASON}-{acted}" if name == REASON else name: text for name, text in why.problems.items()},
    )
    return visit.show(page, status=why.status)


def show(visit: Visit, desk: Desk, no: str) -> Response[str]:
    """Show a seal."""
    today = visit.front.clock.now().date()
    return _page(visit, desk, no, ActForm(starts=today.isoformat()))


def letter(visit: Visit, desk: Desk, no: str) -> File:
    """Show the authority letter."""
    _found(visit, desk, no)
    digest = seals.letter(desk.reader(), no)
    if not desk.store.blobs.has(digest):
        raise NotFound(N_("授权文书的扫描件还没有到这台机器"), code="letter_absent", subject=no)
    with desk.store.blobs.path(digest).open("rb") as source:
        kind = media_type(source) or "application/octet-stream"
    return scans.answer(desk, digest, kind, stem=no)


async def _act(
    visit: Visit, desk: Desk, no: str, command: Command, acted: str = "", chosen: Chosen | None = None
) -> Response[str]:
    _found(visit, desk, no)
    try:
        await desk.submit(command, actor=visit.actor, key=visit.key)
    except Refusal as refusal:
        return _page(visit, desk, no, visit.form(ActForm), refused(visit, refusal), acted=acted, chosen=chosen)
    return visit.go(f"/seals/{no}")


async def approve(visit: Visit, desk: Desk, no: str) -> Response[str]:
    """Approve it."""
    return await _act(visit, desk, no, ApproveSeal(no=no))


async def reject(visit: Visit, desk: Desk, no: str) -> Response[str]:
    """Refuse it."""
    return await _act(visit, desk, no, RejectSeal(no=no, reason=visit.form(ActForm).reason), "reject")


async def make(visit: Visit, desk: Desk, no: str) -> Response[str]:
    """Draw its image, store it, and make its key."""
    drawn = face(_found(visit, desk, no))
    image = await asyncio.to_thread(desk.store.blobs.put, drawn)
    return await _act(visit, desk, no, MakeSeal(no=no, image=image, size=len(drawn)))


async def issue(visit: Visit, desk: Desk, no: str) -> Response[str]:
    """Give it to a keeper."""
    return await _act(visit, desk, no, IssueSeal(no=no, keeper=visit.form(ActForm).keeper))


async def authorise(visit: Visit, desk: Desk, no: str) -> Response[str]:
    """Let people use it."""
    form = visit.form(ActForm)

    def ticked(name: str) -> tuple[str, ...]:
        return tuple(value for value in visit.fields.getall(name, []) if isinstance(value, str))

    chosen, most = Chosen(ticked("persons"), ticked("items"), ticked("papers")), form.most.strip()
    command = AuthoriseSeal(
        no=no,
        persons=chosen.persons,
        items=chosen.items,
        papers=chosen.papers,
        starts=form.starts,
        until=form.until,
        most=int(most) if most.isascii() and most.isdigit() and len(most) < len("1000000") else 0,
    )
    return await _act(visit, desk, no, command, chosen=chosen)


async def end_grant(visit: Visit, desk: Desk, no: str) -> Response[str]:
    """Take a grant back."""
    form = visit.form(ActForm)
    return await _act(visit, desk, no, EndSealGrant(no=no, grant=form.grant, reason=form.reason), f"end-{form.grant}")


async def lose(visit: Visit, desk: Desk, no: str) -> Response[str]:
    """Report it lost."""
    return await _act(visit, desk, no, LoseSeal(no=no, reason=visit.form(ActForm).reason), "lose")


async def condemn(visit: Visit, desk: Desk, no: str) -> Response[str]:
    """Propose its destruction."""
    return await _act(visit, desk, no, CondemnSeal(no=no, reason=visit.form(ActForm).reason), "condemn")


async def destroy(visit: Visit, desk: Desk, no: str) -> Response[str]:
    """Confirm its destruction."""
    return await _act(visit, desk, no, DestroySeal(no=no))


async def spare(visit: Visit, desk: Desk, no: str) -> Response[str]:
    """Do not destroy it."""
    return await _act(visit, desk, no, SpareSeal(no=no, reason=visit.form(ActForm).reason), "spare")
