"""现场核查 (art. 34(3)), 听证 (art. 46–48), 收费 (art. 58–59): one function a transition, and what bars a decision."""

import re
from datetime import date, datetime

from appliance.domain import amount as money
from appliance.domain.actor import Actor, Role
from appliance.domain.calendar import Calendar
from appliance.domain.case import Case
from appliance.domain.decide.application import Faults
from appliance.domain.decide.limits import deadline
from appliance.domain.decide.prereview import only_handler
from appliance.domain.decide.proposals import text_of
from appliance.domain.events import (
    CaseFeeNoticed,
    CaseFeePaid,
    CaseHearingCalled,
    CaseHearingHeld,
    CaseHearingOffered,
    CaseHearingRequested,
    CaseSiteChecked,
)
from appliance.domain.item_terms import LimitUnit, SpecialKind
from appliance.domain.service_item import ServiceItem
from appliance.domain.transitions import require
from appliance.errors import N_, Forbidden, Invalid, Message, Refusal, WrongState

OFFICERS_MIN = 2
REQUEST_DAYS, ORGANISE_DAYS, NOTICE_DAYS = 5, 20, 7
PARTIES = ("applicant", "third_party")
WORDS_MIN, RECORD_LENGTH_MIN = 2, 20
CERTIFICATE = re.compile(r"[0-9A-Za-z-]{4,30}")
RECEIPT = re.compile(r"[0-9A-Za-z-]{4,40}")


def _moment(name: str, text: str, faults: Faults) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        faults.add(name, N_("请填写日期和时间，如 2026-11-23 09:30"))
        return None


def check_site(
    case: Case,
    *,
    started_at: str,
    ended_at: str,
    officers: tuple[str, ...],
    certificates: tuple[str, ...],
    colleagues: frozenset[str],
    conforms: bool | None,
    words: dict[str, str],
    actor: Actor,
    now: datetime,
) -> CaseSiteChecked:
    """T14c: what two officers or more found (art. 34(3)); the time counts, no clock stops (domain §0.4 rule 4).

    Guard: the handler, who was there; another officer of the department; each with the number of his enforcement
    certificate; times in order and past; place, who was present, findings and conclusion.
    """
    require("T14c", case, actor)
    if case.handler:
        only_handler(case, actor)
    faults = Faults({})
    if len(set(officers)) < OFFICERS_MIN or actor.id not in officers:
        faults.add("second", N_("现场核查须有两名以上工作人员，请选另一位"))
    elif not set(officers) <= colleagues:
        faults.add("second", N_("请选本部门的工作人员"))
    for name, number in zip(("certificate", "certificate2"), (*certificates, "", "")[:2], strict=True):
        if not CERTIFICATE.fullmatch(number.strip()):
            faults.add(name, N_("请填写执法证号，只有字母、数字和短横线"))
    started, ended = _moment("held_at", started_at, faults), _moment("ended_at", ended_at, faults)
    if started and ended and not started < ended <= now.replace(tzinfo=None):
        faults.add("ended_at", N_("结束应在开始之后、现在之前"))
    if conforms is None:
        faults.add("result", N_("请选核查的结论"))
    kept = {name: text_of(name, words.get(name, ""), WORDS_MIN, faults) for name in ("place", "present", "findings")}
    conclusion = text_of("conclusion", words.get("conclusion", ""), WORDS_MIN, faults)
    faults.raise_if_any()
    return CaseSiteChecked(
        started_at=started_at,
        ended_at=ended_at,
        officers=officers,
        certificates=tuple(one.strip() for one in certificates),
        conforms=bool(conforms),
        conclusion=conclusion,
        statement=words.get("statement", "").strip(),
        **kept,
    )


def offer_hearing(
    case: Case,
    *,
    party: str,
    addressee: str,
    interest: str,
    intended: str,
    actor: Actor,
    today: date,
    calendar: Calendar,
) -> CaseHearingOffered:
    """T16h: tell whoever has a major interest at stake (art. 47). Guard: the handler; once to each; in words."""
    require("T16h", case, actor)
    if case.handler:
        only_handler(case, actor)
    faults = Faults({})
    if party not in PARTIES:
        faults.add("party", N_("请选告知谁"))
    elif case.hearing is not None and party in case.hearing.offered:
        faults.add("party", N_("已经告知过听证权利"))
    name = text_of("addressee", addressee, WORDS_MIN, faults)
    at_stake = text_of("interest", interest, WORDS_MIN * 2, faults)
    plan = text_of("intended", intended, WORDS_MIN * 2, faults)
    faults.raise_if_any()
    return CaseHearingOffered(
        offered_on=today.isoformat(),
        party=party,
        deadlines=(deadline("C7a", today, REQUEST_DAYS, LimitUnit.WORKING_DAY, calendar),),
        addressee=name,
        interest=at_stake,
        intended=plan,
    )


def request_hearing(
    case: Case, *, party: str, by: str, actor: Actor, today: date, calendar: Calendar
) -> CaseHearingRequested:
    """T16r: a party asks within C7a; C7b starts. Guard: told before, in time, not asked for yet."""
    require("T16r", case, actor)
    clock = case.hearing_right(party)
    faults = Faults({})
    if case.hearing is None or party not in case.hearing.offered:
        faults.add("party", N_("只有被告知听证权利的人可以申请"))
    name = text_of("addressee", by, WORDS_MIN, faults)
    faults.raise_if_any()
    if case.hearing is not None and case.hearing.requested:
        raise WrongState(N_("已经申请听证"), code="hearing_requested", subject=case.no)
    if clock is None or clock.stopped is not None or today.isoformat() > clock.deadline.due:
        raise WrongState(N_("听证申请期已过"), code="request_late", subject=case.no)
    return CaseHearingRequested(
        requested_on=today.isoformat(),
        party=party,
        deadlines=(deadline("C7b", today, ORGANISE_DAYS, LimitUnit.WORKING_DAY, calendar),),
        by=name,
    )


def _hearing_is_due(case: Case, item: ServiceItem) -> bool:
    """Tell whether a hearing must take place: asked for, or ordered by the item's statute."""
    ordered = any(one.mandatory and one.kind == SpecialKind.HEARING for one in item.special_procedure)
    return ordered or (case.hearing is not None and bool(case.hearing.requested))


def _check_date(case: Case, held_at: str, today: date, calendar: Calendar, faults: Faults) -> None:
    moment, clock = _moment("held_at", held_at, faults), case.clock("C7b")
    if moment is None:
        return
    if not calendar.covers(moment.date()) or calendar.working_days(today, moment.date()) < NOTICE_DAYS:
        faults.add("held_at", Message(N_("听证应在通知之后至少 %(days)s 个工作日"), days=NOTICE_DAYS))
    elif clock is not None and clock.stopped is None and moment.date().isoformat() > clock.deadline.due:
        faults.add("held_at", Message(N_("听证应在 %(due)s 之前举行"), due=clock.deadline.due))


def _check_officials(case: Case, presider: str, recorder: str, colleagues: frozenset[str], faults: Faults) -> None:
    involved = {case.handler, *case.handlers, *(step.by for step in case.steps if step.ended)}
    for name, who in (("presider", presider), ("recorder", recorder)):
        if who not in colleagues:
            faults.add(name, N_("请选本部门的工作人员"))
        elif who in involved:
            faults.add(name, N_("审查这件申请的人员不能主持或者记录听证"))
    if presider == recorder:
        faults.add("recorder", N_("主持人和记录人须是两个人"))


def call_hearing(
    case: Case,
    item: ServiceItem,
    *,
    held_at: str,
    place: str,
    presider: str,
    recorder: str,
    closed: str,
    colleagues: frozenset[str],
    actor: Actor,
    today: date,
    calendar: Calendar,
) -> CaseHearingCalled:
    """T16n: time and place, seven days ahead or more, within C7b; who reviewed does not preside (art. 48).

    Guard: a hearing is due; presider and recorder are two people of the department, neither the handler nor anyone who
    signed a step.
    """
    require("T16n", case, actor)
    if case.handler:
        only_handler(case, actor)
    if not _hearing_is_due(case, item):
        raise WrongState(N_("没有人申请听证，法律也没有规定必须听证"), code="no_hearing", subject=case.no)
    if case.hearing is not None and case.hearing.held:
        raise WrongState(N_("听证已经举行"), code="hearing_held", subject=case.no)
    faults = Faults({})
    _check_date(case, held_at, today, calendar, faults)
    _check_officials(case, presider, recorder, colleagues, faults)
    where = text_of("place", place, WORDS_MIN, faults)
    faults.raise_if_any()
    return CaseHearingCalled(
        held_at=held_at, presider=presider, recorder=recorder, reviewer=case.handler or actor.id, place=where,
        closed=closed.strip(),
    )  # fmt: skip


def hold_hearing(
    case: Case, *, ended_at: str, attendants: str, record: str, evidence: str, actor: Actor, now: datetime
) -> CaseHearingHeld:
    """T16d: the signed record (art. 48: the official who presides is none who reviews; there is a record).

    Guard: whoever was named in the notice to preside or to record; it was called, its time has come; who was there, and
    what was said.
    """
    require("T16d", case, actor)
    hearing = case.hearing
    if hearing is None or not hearing.held_at or hearing.held:
        raise WrongState(N_("没有已通知、还没有举行的听证"), code="not_called", subject=case.no)
    if actor.id not in (hearing.presider, hearing.recorder):
        raise Forbidden(
            N_("这次听证由 %(presider)s 主持、%(recorder)s 记录"),
            code="not_presiding",
            params={"presider": hearing.presider, "recorder": hearing.recorder},
            next_step=N_("听证笔录由听证通知书上的主持人或者记录人登记"),
        )
    faults = Faults({})
    ended = _moment("ended_at", ended_at, faults)
    if ended is not None and not datetime.fromisoformat(hearing.held_at) < ended <= now.replace(tzinfo=None):
        faults.add("ended_at", N_("结束应在通知的听证时间之后、现在之前"))
    present = text_of("attendants", attendants, WORDS_MIN, faults)
    said = text_of("record", record, RECORD_LENGTH_MIN, faults)
    faults.raise_if_any()
    return CaseHearingHeld(ended_at=ended_at, attendants=present, record=said, evidence=evidence.strip())


def notice_fee(
    case: Case, item: ServiceItem, *, fee: str, quantity: str, amount: str, actor: Actor, today: date
) -> CaseFeeNoticed:
    """T23f: ask for a fee. Guard: it stands on the item's list with its statute (art. 58: no other may be charged).

    Nothing was licensed where the decision is a refusal, so nothing is charged for it any more.
    """
    require("T23f", case, actor)
    if case.refused:
        raise WrongState(
            N_("已经作出不予许可的决定，不能再通知缴费"),
            code="fee_after_refusal",
            subject=case.no,
            next_step=N_("请直接送达决定书"),
        )
    if actor.role is Role.CASE_HANDLER and case.handler:
        only_handler(case, actor)
    faults = Faults({})
    if not any(one.name == fee for one in item.fees):
        faults.add("fee", N_("只能收清单上有法律、行政法规依据的费用；这个事项没有这一项"))
    elif any(one.fee == fee and not one.receipt_no for one in case.fees):
        faults.add("fee", N_("这项费用已经通知，还没有缴"))
    much = text_of("quantity", quantity, 1, faults)
    text = ""
    try:
        value = money.parse(amount)
        text = f"{value:.2f}"
        if not value:
            faults.add("amount", N_("金额不能是零"))
    except Refusal as refusal:
        faults.take("amount", refusal)
    faults.raise_if_any()
    return CaseFeeNoticed(fee=fee, amount=text, noticed_on=today.isoformat(), quantity=much)


def pay_fee(case: Case, *, receipt_no: str, amount: str, actor: Actor, today: date) -> CaseFeePaid:
    """T23g: the fee is paid. Guard: one is open; the receipt's number; exactly what was asked for (R13)."""
    require("T23g", case, actor)
    open_fee = case.open_fee
    if open_fee is None:
        raise WrongState(N_("没有等着缴的费用"), code="no_fee", subject=case.no)
    faults = Faults({})
    number = receipt_no.strip()
    if not RECEIPT.fullmatch(number):
        faults.add("receipt_no", N_("请填写财政票据号，只有字母、数字和短横线"))
    try:
        if f"{money.parse(amount):.2f}" != open_fee.amount:
            faults.add("amount", Message(N_("应缴 %(due)s 元，与缴费通知书不一致"), due=open_fee.amount))
    except Refusal as refusal:
        faults.take("amount", refusal)
    faults.raise_if_any()
    return CaseFeePaid(receipt_no=number, amount=open_fee.amount, paid_on=today.isoformat())


def before_decision(case: Case, today: date) -> None:
    """Refuse a decision while a hearing may still be asked for, or was asked for and not held (art. 47, 48)."""
    hearing = case.hearing
    if hearing is None or hearing.held:
        return
    if hearing.requested or hearing.held_at:
        raise WrongState(
            N_("听证还没有举行，不能作出决定"),
            code="hearing_open",
            next_step=N_("请先通知并举行听证，决定依听证笔录作出"),
        )
    rights = [clock.deadline.due for clock in case.clocks if clock.deadline.clock == "C7a" and clock.stopped is None]
    last = max(rights, default="")
    if today.isoformat() <= last:
        raise WrongState(N_("听证申请期到 %(due)s，之前不能作出决定"), code="hearing_open", params={"due": last})


def before_grant(case: Case, item: ServiceItem) -> None:
    """Refuse a grant without the special procedure that the item's statute orders; a hearing that was held is one."""
    done = {pause.kind for pause in case.pauses if pause.end is not None}
    if case.hearing is not None and case.hearing.held:
        done.add(SpecialKind.HEARING.value)
    for special in item.special_procedure:
        if special.mandatory and special.kind not in done:
            raise WrongState(
                N_("依法必须先进行的程序还没有完成：%(what)s"),
                code="special_open",
                params={"what": special.explain},
                next_step=N_("请先提请特别程序并登记结果"),
            )


def before_issue(case: Case) -> None:
    """Refuse to hand a grant over while a fee that was asked for is open; raises Forbidden.

    A refusal waits for no fee: it is delivered within ten days, and its remedies run from then (art. 38, 44).
    """
    if not case.refused and case.open_fee is not None:
        raise Forbidden(N_("还有费用没有缴，不能发件"), code="fee_open", next_step=N_("请先登记缴费"))


def check_quota(item: ServiceItem, *, granted: int, earlier: str | None) -> None:
    """Art. 57: where the number is limited, the order of acceptance decides.

    Args:
        item: the item; its `quota` is 0 when there is no limit.
        granted: how many are granted already.
        earlier: number of a case accepted earlier and not decided yet, None when there is none.
    """
    if not item.quota:
        return
    if granted >= item.quota:
        raise Invalid(
            N_("这个事项的数量限额是 %(quota)s，已经用完"), code="quota_used", params={"quota": item.quota},
            next_step=N_("请依法作出不予许可的决定"),
        )  # fmt: skip
    if earlier is not None:
        raise WrongState(
            N_("有数量限制的，按受理的先后决定：%(no)s 受理在前"), code="quota_order", params={"no": earlier}
        )
