"""印章: asked for, approved by two, made, kept, authorised, used, blocked, destroyed (4.4.3; §1.7.13)."""

import base64
from datetime import date

import msgspec

from appliance.domain.actor import Actor
from appliance.domain.decide import seals as rules
from appliance.domain.events.seals import SealUsed
from appliance.domain.identifiers import seal_no
from appliance.domain.seals import KEEPERS, SEAL_NAMES, Seal, SealKind, use_text
from appliance.errors import N_, Forbidden, HallmarkError, NotFound
from appliance.papers.imprint import Imprint, draw
from appliance.papers.kinds import KINDS, Kind
from appliance.projections import cases, joints, numbers, seals, staff
from appliance.services.facts import Facts, department_of, today
from appliance.store.change import Decision, NewEntry, WriteContext
from appliance.store.connection import Connection


class RequestSeal(msgspec.Struct, frozen=True, kw_only=True, tag="seal.request"):
    """申请印章: a code of `SealKind`, the name around the imprint, digest of the letter's scan (hex), what for."""

    kind: str
    name: str
    letter: str
    reason: str


class ApproveSeal(msgspec.Struct, frozen=True, kw_only=True, tag="seal.approve"):
    """批准."""

    no: str


class RejectSeal(msgspec.Struct, frozen=True, kw_only=True, tag="seal.reject"):
    """不批准."""

    no: str
    reason: str


class MakeSeal(msgspec.Struct, frozen=True, kw_only=True, tag="seal.make"):
    """制作: the image that was drawn and stored; the key is made with it."""

    no: str
    image: str
    size: int


class IssueSeal(msgspec.Struct, frozen=True, kw_only=True, tag="seal.issue"):
    """发放 to a keeper."""

    no: str
    keeper: str


class AuthoriseSeal(msgspec.Struct, frozen=True, kw_only=True, tag="seal.authorise"):
    """授权用印: staff numbers, catalogue codes (none for every item), kinds of paper, days (ISO), how many uses."""

    no: str
    persons: tuple[str, ...]
    items: tuple[str, ...]
    papers: tuple[str, ...]
    starts: str
    until: str
    most: int


class EndSealGrant(msgspec.Struct, frozen=True, kw_only=True, tag="seal.end_grant"):
    """收回授权."""

    no: str
    grant: str
    reason: str


class LoseSeal(msgspec.Struct, frozen=True, kw_only=True, tag="seal.lose"):
    """挂失."""

    no: str
    reason: str


class CondemnSeal(msgspec.Struct, frozen=True, kw_only=True, tag="seal.condemn"):
    """提请销毁."""

    no: str
    reason: str


class DestroySeal(msgspec.Struct, frozen=True, kw_only=True, tag="seal.destroy"):
    """确认销毁."""

    no: str


class SpareSeal(msgspec.Struct, frozen=True, kw_only=True, tag="seal.spare"):
    """不予销毁."""

    no: str
    reason: str


class SealOn(msgspec.Struct, frozen=True, kw_only=True):
    """Which seal stands on a sheet that is about to be printed: its number and version."""

    no: str
    version: int


def papers_of(kind: SealKind) -> tuple[Kind, ...]:
    """Give the kinds of paper with a place for a seal."""
    return tuple(one for one in KINDS if one.seal == SEAL_NAMES[kind])


def _held(connection: Connection, no: str) -> Seal:
    found = seals.find(connection, no)
    if found is None:
        raise NotFound(N_("没有编号为 %(no)s 的印章"), code="seal_unknown", params={"no": no})
    return found


def _written(entry: NewEntry, no: str) -> Decision:
    return Decision((entry,), {"seal": no})


def request(context: WriteContext, _facts: Facts, actor: Actor, command: RequestSeal) -> Decision:
    """Ask for a seal under the next number of the year."""
    connection, year = context.connection, today(context).year
    department = department_of(connection, actor)
    kind = command.kind
    taken = kind in set(SealKind) and seals.current(connection, SealKind(kind), department) is not None
    event = rules.request(
        no=seal_no.build(year, context.epoch, numbers.next_in(connection, numbers.seal_scope(year, context.epoch))),
        kind=kind,
        department=department,
        name=command.name,
        letter=command.letter,
        reason=command.reason,
        actor=actor,
        taken=taken,
    )
    return _written(NewEntry(event, blobs=(event.letter,)), event.no)


def approve(context: WriteContext, _facts: Facts, actor: Actor, command: ApproveSeal) -> Decision:
    """Approve it, as one of two."""
    seal = _held(context.connection, command.no)
    event = rules.approve(seal, actor=actor, department=department_of(context.connection, actor))
    return _written(NewEntry(event), seal.no)


def reject(context: WriteContext, _facts: Facts, actor: Actor, command: RejectSeal) -> Decision:
    """Refuse it."""
    seal = _held(context.connection, command.no)
    department = department_of(context.connection, actor)
    return _written(NewEntry(rules.reject(seal, reason=command.reason, actor=actor, department=department)), seal.no)


def face(seal: Seal) -> bytes:
    """Draw the image of a seal."""
    return draw(name=seal.name, title=SEAL_NAMES[seal.kind], no=seal.no).encode()


def make(context: WriteContext, facts: Facts, actor: Actor, command: MakeSeal) -> Decision:
    """Make its key and take its image. The key's file is there before the entry; one without an entry does no harm."""
    seal = _held(context.connection, command.no)
    rules.make(seal, image=command.image, size=command.size, key="", actor=actor)
    key = facts.seal_keys.make(seal.no, seal.version + 1, context.random)
    event = rules.make(seal, image=command.image, size=command.size, key=key, actor=actor)
    return _written(NewEntry(event, blobs=(event.image,)), seal.no)


def issue(context: WriteContext, _facts: Facts, actor: Actor, command: IssueSeal) -> Decision:
    """Give it to a keeper."""
    seal, person = _held(context.connection, command.no), staff.find(context.connection, command.keeper)
    known = person is not None and not person.disabled
    event = rules.issue(
        seal,
        keeper=command.keeper,
        roles=person.roles if person is not None and known else (),
        department=person.department if person is not None else "",
        actor=actor,
    )
    return _written(NewEntry(event), seal.no)


def _department(connection: Connection, number: str) -> str | None:
    person = staff.find(connection, number)
    may = person is not None and not person.disabled and bool(KEEPERS & set(person.roles))
    return person.department if person is not None and may else None


def authorise(context: WriteContext, _facts: Facts, actor: Actor, command: AuthoriseSeal) -> Decision:
    """Let people use it."""
    connection, seal = context.connection, _held(context.connection, command.no)
    event = rules.authorise(
        seal,
        persons={number: _department(connection, number) for number in command.persons},
        items=command.items,
        papers=command.papers,
        possible=frozenset(kind.name for kind in papers_of(seal.kind)),
        starts=command.starts,
        until=command.until,
        most=command.most,
        actor=actor,
        department=department_of(connection, actor),
        today=today(context),
    )
    return _written(NewEntry(event), seal.no)


def end_grant(context: WriteContext, _facts: Facts, actor: Actor, command: EndSealGrant) -> Decision:
    """Take a grant back."""
    seal, department = _held(context.connection, command.no), department_of(context.connection, actor)
    event = rules.end_grant(seal, grant=command.grant, reason=command.reason, actor=actor, department=department)
    return _written(NewEntry(event), seal.no)


def lose(context: WriteContext, _facts: Facts, actor: Actor, command: LoseSeal) -> Decision:
    """Report it lost; it is blocked from this entry on, with or without a link."""
    seal, department = _held(context.connection, command.no), department_of(context.connection, actor)
    return _written(NewEntry(rules.lose(seal, reason=command.reason, actor=actor, department=department)), seal.no)


def condemn(context: WriteContext, _facts: Facts, actor: Actor, command: CondemnSeal) -> Decision:
    """Propose its destruction."""
    seal, department = _held(context.connection, command.no), department_of(context.connection, actor)
    return _written(NewEntry(rules.condemn(seal, reason=command.reason, actor=actor, department=department)), seal.no)


def destroy(context: WriteContext, facts: Facts, actor: Actor, command: DestroySeal) -> Decision:
    """Confirm its destruction; the keys are wiped with the change, and again by whoever destroys it once more."""
    seal = _held(context.connection, command.no)
    event = rules.destroy(seal, actor=actor)
    return Decision((NewEntry(event),), {"seal": seal.no}, local=(lambda _: facts.seal_keys.wipe(seal.no),))


def spare(context: WriteContext, _facts: Facts, actor: Actor, command: SpareSeal) -> Decision:
    """Do not destroy it."""
    seal = _held(context.connection, command.no)
    return _written(NewEntry(rules.spare(seal, reason=command.reason, actor=actor)), seal.no)


# ---- use ---------------------------------------------------------------------------------------------------------


def _item_and_departments(connection: Connection, no: str) -> tuple[str, tuple[str, ...]]:
    """Give the item of a case, or the set of a joint whole, and the departments whose seals may stand on its papers."""
    joint = joints.find(connection, no)
    if joint is not None:
        return joint.set_code, (joint.lead, "")
    case = cases.find(connection, no)
    return (case.item_code, (case.department, "")) if case is not None else ("", ())


def _place(connection: Connection, no: str, kind: Kind) -> tuple[str, Seal | None]:
    item, departments = _item_and_departments(connection, no)
    wanted = next((code for code, name in SEAL_NAMES.items() if name == kind.seal), None)
    if wanted is None:
        return item, None
    found = (seals.current(connection, wanted, department) for department in departments)
    return item, next((seal for seal in found if seal is not None), None)


def offered(connection: Connection, no: str, kind: Kind, actor: Actor, day: date) -> Seal | None:
    """Give the seal that a person may put on a paper of a case now, or None.

    Args:
        connection: a reader.
        no: 收件编号, of a case or a joint whole.
        kind: the paper's.
        actor: who prints.
        day: the day.
    """
    item, seal = _place(connection, no, kind)
    if seal is None:
        return None
    try:
        rules.usable(seal, person=actor.id, item=item, paper=kind.name, day=day.isoformat())
    except HallmarkError:
        return None
    return seal


def imprint_of(seal: Seal, image: bytes) -> Imprint:
    """Give a seal's imprint for a sheet; `image` is its stored picture."""
    return Imprint(svg=image.decode(), no=seal.no)


def use(
    context: WriteContext, facts: Facts, actor: Actor, on: SealOn, *, case: str, kind: Kind, paper: str, copy: str,
    digest: str,
) -> SealUsed:  # fmt: skip
    """用印: count and sign one use, in the change that notes the print.

    Args:
        context: the change.
        facts: the hall's, with its seal keys.
        actor: who prints.
        on: the seal that the sheet carries, as it was drawn.
        case: 收件编号.
        kind: the paper's.
        paper: paper id.
        copy: which copy.
        digest: salted digest of what it says.

    Raises:
        Forbidden: the sheet carries another seal, or another version of it, than may stand there.
        Conflict: it may not be used now, or not by this person.
        NotFound: its key is not on this box.
    """
    item, seal = _place(context.connection, case, kind)
    if seal is None or (seal.no, seal.version) != (on.no, on.version):
        raise Forbidden(N_("这份文书上不能用这枚印章"), code="seal_other", subject=on.no)
    grant = rules.usable(seal, person=actor.id, item=item, paper=kind.name, day=today(context).isoformat())
    text = use_text(no=seal.no, version=seal.version, paper=paper, copy=copy, digest=digest)
    signature = facts.seal_keys.sign(seal.no, seal.version, seal.key, text)
    return SealUsed(
        no=seal.no,
        version=seal.version,
        grant=grant.number,
        paper=paper,
        copy=copy,
        digest=digest,
        signature=base64.b64encode(signature).decode(),
    )
