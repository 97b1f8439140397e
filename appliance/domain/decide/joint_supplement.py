"""J09 统一补交: what a collective notice asked for comes in once and reaches every member that asked for it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

import msgspec

from appliance.domain.actor import Actor
from appliance.domain.calendar import Calendar
from appliance.domain.case import Case, NoticeLine
from appliance.domain.decide import intake
from appliance.domain.decide.application import Faults
from appliance.domain.decide.joint import Member, Members, Written, joint_state
from appliance.domain.events import JointLine, JointSupplemented, JointSupply
from appliance.domain.joint import Joint, require
from appliance.domain.joint_set import JointSet, combined, spots_of_whole, whole_name
from appliance.domain.service_item import ServiceItem
from appliance.domain.states import State
from appliance.domain.subject import MaterialIn
from appliance.errors import N_, Invalid

FORM_TARGET = "form:"
LATE = "9999-12-31"


@dataclass(frozen=True, slots=True)
class OpenLine:
    """A line of the collective notice whose member still waits: as the notice, the member and the whole name it.

    `target` is the code of the material, or ``form:<field>``, in the form of the whole.
    """

    told: JointLine
    own: NoticeLine
    member: Member
    target: str


def open_lines(joint: Joint, members: Members, jset: JointSet) -> tuple[OpenLine, ...]:
    """Give the lines of the notice that are not met, in its order, of members in 待补正."""
    waiting = {one.case.no: one for one in members if one.case.state is State.CORRECTION_PENDING}
    found = []
    for told in joint.lines:
        member = waiting.get(told.case)
        lines = member.case.notice_lines if member is not None else ()
        own = next((line for line in lines if line.line.target == told.line.target), None)
        if member is not None and own is not None and not own.met:
            found.append(OpenLine(told, own, member, _target(jset, member.item, told.line.target)))
    return tuple(found)


def _target(jset: JointSet, item: ServiceItem, own: str) -> str:
    if own.startswith(FORM_TARGET):
        return FORM_TARGET + whole_name(jset.fields, item.catalog_code, own.removeprefix(FORM_TARGET))
    return whole_name(jset.materials, item.catalog_code, own)


def as_one(joint: Joint, members: Members, jset: JointSet) -> tuple[Case, ServiceItem]:
    """Read the whole as one case that waits for corrections, with the item that asks for everything once.

    The window's form shows a case of its own and a whole in the same way; neither of the two is ever stored.

    Args:
        joint: the whole.
        members: its members as they stand.
        jset: its set, with the items that its members are pinned to.

    Returns:
        The case, whose number, notice and answers are those of the whole and whose clocks are those of the member that
        has to be corrected first; and the item (`combined`).
    """
    item = combined(jset, tuple(one.item for one in members))
    asked: dict[str, list[OpenLine]] = {}
    for line in open_lines(joint, members, jset):
        asked.setdefault(line.target, []).append(line)
    lines = tuple(_merged(target, same) for target, same in asked.items())
    form: dict[str, str | list[str]] = {}
    for one in members:
        for name, answer in one.case.form.items():
            form.setdefault(whole_name(jset.fields, one.item.catalog_code, name), answer)
    case = msgspec.structs.replace(
        _first_due(members),
        no=joint.no,
        joint="",
        version=joint.version + sum(one.case.version for one in members),
        item_code=jset.code,
        item_name=joint.set_name,
        notice_lines=lines,
        form=form,
    )
    return case, item


def _merged(target: str, same: Sequence[OpenLine]) -> NoticeLine:
    """Give what several departments ask for about one thing as one line, with the words of each."""
    first = same[0]
    several = len(same) > 1
    words = [(f"{line.member.case.item_name}：" if several else "", line.own) for line in same]
    return NoticeLine(
        line=msgspec.structs.replace(
            first.told.line,
            no=first.told.no,
            target=target,
            name=f"{first.told.line.name}（{'、'.join(line.member.case.item_name for line in same)}）",
            basis="；".join(dict.fromkeys(line.told.line.basis for line in same)),
        ),
        problem="；".join(f"{who}{own.problem}" for who, own in words),
        requirement="；".join(f"{who}{own.requirement}" for who, own in words),
    )


def _first_due(members: Members) -> Case:
    """Give the member whose correction is due first; the first one when none waits."""

    def due(case: Case) -> tuple[bool, str]:
        clock = case.clock("C5")
        return case.state is not State.CORRECTION_PENDING, clock.deadline.due if clock is not None else LATE

    return min((one.case for one in members), key=due)


def supplement(
    joint: Joint,
    members: Members,
    jset: JointSet,
    *,
    materials: tuple[MaterialIn, ...],
    form: dict[str, str | list[str]],
    note: str,
    presenter: str,
    actor: Actor,
    today: date,
    calendar: Calendar,
) -> tuple[JointSupplemented, tuple[Written, ...]]:
    """J09 with a T09 for each member that something came in for.

    A material that several departments found wanting is taken in once and meets the line of each of them. Each member's
    five days for checking run from here (许可法 art.32; domain §2.5); a member whose lines stay open goes on waiting.

    Guard: the window clerk; something came in; all of it was asked for; what T09 asks holds for every member, and a
    fault is named as the form of the whole names it.

    Args:
        joint: the whole.
        members: its members as they stand.
        jset: its set, with the items that its members are pinned to.
        materials: what came in, by the codes of the whole.
        form: corrected answers, by the names of the whole.
        note: the window's note.
        presenter: who came.
        actor: the window clerk.
        today: day of receipt.
        calendar: working-day calendar.
    """
    require("J09", joint_state(members), actor)
    given = {material.code: material for material in materials}
    came = given.keys() | {FORM_TARGET + name for name in form}
    lines = open_lines(joint, members, jset)
    _asked_for(came, lines)
    met = [line for line in lines if line.target in came]
    written, faults = list[Written](), dict[str, str]()
    for member in members:
        mine = [line for line in met if line.member is member]
        if not mine:
            continue
        try:
            event = intake.supplement(
                member.case,
                member.item,
                lines=tuple(line.own.line.no for line in mine),
                materials=_handed(mine, given),
                form=_answers(mine, form),
                note=note,
                presenter=presenter,
                actor=actor,
                today=today,
                calendar=calendar,
            )
        except Invalid as refusal:
            if not refusal.fields:
                raise
            for spot, message in spots_of_whole(jset, member.item.catalog_code, refusal.fields).items():
                faults.setdefault(spot, message)
            continue
        written.append((member.case.no, msgspec.structs.replace(event, joint=joint.no)))
    if faults:
        raise Invalid(
            N_("有 %(count)d 处需要更正，填写的内容都还在"),
            fields=faults,
            params={"count": len(faults)},
            next_step=N_("请按提示逐处更正后再提交"),
        )
    whole = JointSupplemented(
        cases=tuple(no for no, _ in written), supplies=_supplies(jset, met, given), note=note.strip()
    )
    return whole, tuple(written)


def _asked_for(came: Iterable[str], lines: Sequence[OpenLine]) -> None:
    asked, faults = {line.target for line in lines}, Faults({})
    for target in sorted(came):
        if target in asked:
            continue
        if target.startswith(FORM_TARGET):
            faults.add(f"form.{target.removeprefix(FORM_TARGET)}", N_("这一项没有要求补正"))
        else:
            faults.add(f"material.{target}", N_("这份材料没有要求补正，请核对后再收"))
    if not came:
        faults.add("lines", N_("请至少勾选一条已补交的内容"))
    faults.raise_if_any()


def _handed(mine: Sequence[OpenLine], given: dict[str, MaterialIn]) -> tuple[MaterialIn, ...]:
    """Give a member its materials, under the code that each has there."""
    return tuple(
        msgspec.structs.replace(given[line.target], code=line.told.line.target, name=line.told.line.name)
        for line in mine
        if line.target in given
    )


def _answers(mine: Sequence[OpenLine], form: dict[str, str | list[str]]) -> dict[str, str | list[str]]:
    return {
        line.told.line.target.removeprefix(FORM_TARGET): form[line.target.removeprefix(FORM_TARGET)]
        for line in mine
        if line.target.startswith(FORM_TARGET)
    }


def _supplies(jset: JointSet, met: Sequence[OpenLine], given: dict[str, MaterialIn]) -> tuple[JointSupply, ...]:
    """List what came in, each thing once, with the lines of the notice that it answers."""
    labels = {one.name: one.label for one in jset.materials} | {
        FORM_TARGET + one.name: one.label for one in jset.fields
    }
    found = []
    for target in dict.fromkeys(line.target for line in met):
        answered = [line for line in met if line.target == target]
        material = given.get(target)
        found.append(
            JointSupply(
                name=labels.get(target, answered[0].told.line.name),
                form=material.form if material is not None else "",
                copies=material.copies if material is not None else 0,
                pages=material.pages if material is not None else 0,
                lines=tuple(line.told.no for line in answered),
            )
        )
    return tuple(found)
