"""领办, 预审, 补正告知, 受理 (T04, T08, T10, T11) and what the passing of C1 does (T12)."""

from datetime import date

import msgspec

from appliance.domain.actor import Actor
from appliance.domain.case import Case
from appliance.domain.decide import prereview as rules
from appliance.domain.decide.joint import Member
from appliance.domain.events import CasePreReviewed
from appliance.domain.identifiers.case_numbers import NumberKind
from appliance.domain.service_item import ServiceItem
from appliance.domain.states import State
from appliance.errors import N_, Invalid
from appliance.services.facts import Facts, check_department, free_numbers, load_case, today
from appliance.services.joints import accepted_by_law
from appliance.services.supervision import warning
from appliance.store.change import Decision, NewEntry, WriteContext


class TakeCase(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True, tag="prereview.take"):
    """A handler takes a case from the department's list."""

    case: str
    version: int | None


class CorrectionWords(msgspec.Struct, frozen=True):
    """What is wrong with one material or field, and what is required."""

    target: str
    problem: str
    requirement: str


class PreReviewCase(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True, tag="prereview.conclude"):
    """Give the verdict on every material and, in the same change, accept or tell what must be corrected.

    Attributes:
        case: case number.
        version: version seen.
        verdicts: ``pass`` or ``problem`` by material code.
        reasons: reason by material code, for problems.
        then: ``accept``, ``accept_later`` to accept while the review begins with a command of its own (`StartReview`),
            ``correct``, or ``""`` to keep the verdicts only.
        corrections: lines of the one-time notice, for ``correct``.
        tolerate: codes of materials that may follow later 容缺, for ``accept``.
        commitment: the applicant signed the commitment to supply them.
    """

    case: str
    version: int | None
    verdicts: dict[str, str]
    reasons: dict[str, str] = {}
    then: str = ""
    corrections: tuple[CorrectionWords, ...] = ()
    tolerate: tuple[str, ...] = ()
    commitment: bool = False


class StartReview(msgspec.Struct, frozen=True, kw_only=True, tag="prereview.start_review"):
    """T13 for a case that was accepted earlier: its first step begins."""

    case: str
    version: int | None


class WidenNotice(msgspec.Struct, frozen=True, kw_only=True, tag="prereview.widen"):
    """The reviewer lets a second notice ask for these materials and fields too (`targets`), and says why."""

    case: str
    version: int | None
    targets: tuple[str, ...]
    reason: str


class DeemAccepted(msgspec.Struct, frozen=True, kw_only=True, tag="prereview.deem_accepted"):
    """The sweep found C1 lapsed on this case."""

    case: str


def take(context: WriteContext, _facts: Facts, actor: Actor, command: TakeCase) -> Decision:
    """T04."""
    case = load_case(context, command.case, command.version)
    check_department(context.connection, actor, case)
    event = rules.assign(case, actor=actor)
    return Decision((NewEntry(event, case=case.no),), {"case": case.no, "version": case.version + 1})


def acceptance_number(context: WriteContext, facts: Facts) -> str:
    """Give the next 受理编号 of the day; it is taken with the entry that carries it."""
    return free_numbers(context, facts, NumberKind.ACCEPTANCE, 1)[0]


def _with_verdicts(case: Case, verdicts: dict[str, str], reasons: dict[str, str]) -> Case:
    """Give the case as it stands after this verdict, for what is decided in the same change."""
    return msgspec.structs.replace(
        case,
        materials=tuple(
            msgspec.structs.replace(material, verdict=verdicts[material.code], reason=reasons.get(material.code, ""))
            for material in case.materials
        ),
    )


def conclude(context: WriteContext, facts: Facts, actor: Actor, command: PreReviewCase) -> Decision:
    """预审 with T08/T10 or T11 and T13, in one change of several entries."""
    case = load_case(context, command.case, command.version)
    item = facts.item_of(context.connection, case)
    calendar = facts.calendar(context.connection)
    day: date = today(context)
    reviewed = rules.pre_review(case, verdicts=command.verdicts, reasons=command.reasons, actor=actor)
    entries = [NewEntry(reviewed, case=case.no)]
    result: dict[str, object] = {"case": case.no}
    after = _with_verdicts(case, dict(reviewed.verdicts), dict(reviewed.reasons))
    if case.joint and command.then:
        entries += _tell_lead(after, item, command, reviewed, actor, day)
    elif command.then == "correct":
        notice = rules.require_correction(
            after,
            item,
            texts={words.target: (words.problem, words.requirement) for words in command.corrections},
            actor=actor,
            today=day,
            calendar=calendar,
        )
        entries.append(NewEntry(notice, case=case.no))
    elif command.then in ("accept", "accept_later"):
        number = acceptance_number(context, facts)
        events = rules.accept(
            after,
            item,
            acceptance_no=number,
            actor=actor,
            today=day,
            calendar=calendar,
            tolerate=command.tolerate,
            commitment=command.commitment,
        )
        kept = events if command.then == "accept" else events[:1]
        entries += [NewEntry(event, case=case.no) for event in kept]
        result["acceptance_no"] = number
    elif command.then:
        raise Invalid(N_("请选受理或补正告知"), fields={"then": N_("请选受理或补正告知")})
    result["version"] = case.version + len(entries)
    return Decision(tuple(entries), result)


def _tell_lead(
    case: Case, item: ServiceItem, command: PreReviewCase, reviewed: CasePreReviewed, actor: Actor, day: date
) -> tuple[NewEntry, ...]:
    """Conclude the pre-review of a member of a joint whole: it is in order, or these are its defects (T08j).

    The lead department accepts and notices for all; the verdicts alone say that a member is in order.
    """
    if command.then == "correct":
        texts = {words.target: (words.problem, words.requirement) for words in command.corrections}
        report = rules.report_defects(case, item, texts=texts, actor=actor, today=day)
        return (NewEntry(report, case=case.no),)
    after = Member(_with_verdicts(case, dict(reviewed.verdicts), dict(reviewed.reasons)), item)
    faults = rules.unready_materials(after.case, item, after.tolerable)
    if faults:
        raise Invalid(
            N_("材料还不齐全或没有全部通过预审，不能受理"),
            code="materials_incomplete",
            fields=faults,
            next_step=N_("请先完成预审，或向牵头部门报送要补正的内容"),
        )
    return ()


def deem_accepted(context: WriteContext, facts: Facts, actor: Actor, command: DeemAccepted) -> Decision:
    """T12, by the sweep; a case that has moved on meanwhile is refused and simply skipped by the caller."""
    case = load_case(context, command.case, None, unconfirmed=True)  # the law waits for no second person
    number = acceptance_number(context, facts)
    events = rules.deem_accepted(
        case,
        facts.item_of(context.connection, case),
        acceptance_no=number,
        actor=actor,
        today=today(context),
        calendar=facts.calendar(context.connection),
    )
    clock = case.clock("C1")
    told = warning(case, "R01", clock="C1", due=clock.deadline.due if clock is not None else "")
    whole: tuple[NewEntry, ...] = ()
    if case.joint:
        _, next_number = free_numbers(context, facts, NumberKind.ACCEPTANCE, 2)
        after = msgspec.structs.replace(case, state=State.ACCEPTED, accepted_on=events[0].accepted_on)
        whole = accepted_by_law(context, facts, after, next_number)
    return Decision(
        (*(NewEntry(event, case=case.no) for event in events), *whole, told),
        {"case": case.no, "acceptance_no": number},
    )


def widen(context: WriteContext, facts: Facts, actor: Actor, command: WidenNotice) -> Decision:
    """T10o: a second notice may ask for more; supervision is told in the same change (R02)."""
    case = load_case(context, command.case, command.version)
    check_department(context.connection, actor, case)
    item = facts.item_of(context.connection, case)
    event = rules.widen_notice(case, item, targets=command.targets, reason=command.reason, actor=actor)
    return Decision(
        (NewEntry(event, case=case.no), warning(case, "R02", reason=event.reason)),
        {"case": case.no, "version": case.version + 1},
    )


def start_review(context: WriteContext, facts: Facts, actor: Actor, command: StartReview) -> Decision:
    """T13 of the first step, by the department's handler."""
    case = load_case(context, command.case, command.version)
    check_department(context.connection, actor, case)
    event = rules.start_review(
        case,
        facts.item_of(context.connection, case),
        actor=actor,
        today=today(context),
        calendar=facts.calendar(context.connection),
    )
    return Decision((NewEntry(event, case=case.no),), {"case": case.no, "version": case.version + 1})
