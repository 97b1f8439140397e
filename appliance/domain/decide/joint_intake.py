"""J03 统一收件: one intake becomes the whole and a case for each member (许可法 art.26; clause 4.2.5.2)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

import msgspec

from appliance.domain.actor import Actor
from appliance.domain.calendar import Calendar
from appliance.domain.decide import intake
from appliance.domain.decide.intake import Application
from appliance.domain.events import CaseReceived, JointMaterial, JointMember, JointReceived
from appliance.domain.joint import require
from appliance.domain.joint_set import JointSet, Part, split, spots_of_whole, whole_name
from appliance.domain.service_item import ServiceItem
from appliance.domain.subject import MaterialIn
from appliance.errors import N_, Invalid


@dataclass(frozen=True, slots=True)
class Numbers:
    """What the store allots: the number of the whole, one for each member, and the applicant's query code."""

    whole: str
    members: tuple[str, ...]
    query_code: str


def receive(
    jset: JointSet,
    items: tuple[ServiceItem, ...],
    application: Application,
    numbers: Numbers,
    *,
    actor: Actor,
    today: date,
    calendar: Calendar,
) -> tuple[JointReceived, tuple[CaseReceived, ...]]:
    """J03 with a T03 for each member.

    Guard: the window clerk; the set is offered; what T03 asks holds for every member, and a fault is named as the form
    of the whole names it; each member got at least one material.

    Args:
        jset: the joint set in force.
        items: the current version of its items, in its order.
        application: what was handed in, by the names of the whole.
        numbers: numbers for the whole and its members, and the one query code for all.
        actor: the window clerk.
        today: day of receipt.
        calendar: working-day calendar.
    """
    require("J03", None, actor)
    if today < jset.valid_from:
        raise Invalid(N_("这个并联组合还没有开始使用"), code="set_not_open", subject=jset.code)
    parts = split(jset, items, application.form, application.variants, application.materials)
    receipts, faults = [], dict[str, str]()
    for part in parts:
        try:
            receipts.append(_receive_part(part, application, numbers, actor, today, calendar))
        except Invalid as refusal:
            if not refusal.fields:
                raise
            for spot, message in spots_of_whole(jset, part.item.catalog_code, refusal.fields).items():
                faults.setdefault(spot, message)
    if faults:
        raise Invalid(
            N_("有 %(count)d 处需要更正，填写的内容都还在"),
            fields=faults,
            params={"count": len(faults)},
            next_step=N_("请按提示逐处更正后再提交"),
        )
    whole = JointReceived(
        set_code=jset.code,
        set_version=jset.version,
        set_name=jset.name,
        lead=numbers.members[jset.items.index(jset.lead)],
        limit_days=jset.limit_days,
        members=tuple(
            JointMember(
                case=no,
                item_code=receipt.item_code,
                item_name=receipt.item_name,
                department=receipt.department,
                department_name=receipt.department_name,
            )
            for no, receipt in zip(numbers.members, receipts, strict=True)
        ),
        materials=_taken_once(jset, parts, application.materials, numbers.members),
        channel=receipts[0].channel,
        ticket=receipts[0].ticket,
        applicant=receipts[0].applicant,
        agent=receipts[0].agent,
        query_code=numbers.query_code,
        note=receipts[0].note,
    )
    return whole, tuple(receipts)


def _receive_part(
    part: Part, application: Application, numbers: Numbers, actor: Actor, today: date, calendar: Calendar
) -> CaseReceived:
    event = intake.receive(
        part.item,
        replace(application, form=part.form, variants=part.variants, materials=part.materials),
        actor=actor,
        today=today,
        calendar=calendar,
        query_code=numbers.query_code,
    )
    return msgspec.structs.replace(event, joint=numbers.whole)


def _taken_once(
    jset: JointSet, parts: tuple[Part, ...], given: Sequence[MaterialIn], cases: tuple[str, ...]
) -> tuple[JointMaterial, ...]:
    """List what was handed in, each material once, with the cases that it went to."""
    went: dict[str, list[str]] = {}
    names: dict[str, str] = {one.name: one.label for one in jset.materials}
    for part, case in zip(parts, cases, strict=True):
        for material in part.materials:
            whole = whole_name(jset.materials, part.item.catalog_code, material.code)
            went.setdefault(whole, []).append(case)
            names.setdefault(whole, material.name)
    return tuple(
        JointMaterial(
            name=names[material.code],
            form=material.form,
            copies=material.copies,
            pages=material.pages,
            cases=tuple(went[material.code]),
        )
        for material in given
        if material.code in went
    )
