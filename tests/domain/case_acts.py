"""The acts on a case up to the decision, twice: what the jurist's book says, and how the product is asked to do it.

An act is a function of the machine, the person, a flaw and a source of choices. It gives the book's answer (None when
the law forbids it) and a call of the product. A flaw is a fault in what was typed; with one, the answer is always no.
"""

from dataclasses import dataclass
from datetime import timedelta

import jurist_review as book
from jurist import HANDLER

from appliance.domain.decide import (
    absences,
    conditions,
    inquiry,
    intake,
    mending,
    prereview,
    proposals,
    requests,
    review,
    timing,
)
from appliance.domain.events import DelegationGiven
from appliance.domain.subject import MaterialIn
from appliance.domain.transitions import ACTS as PRODUCT_ACTS

REASON, BASIS = "申请人情况属实，理由充分完整", "《行政许可法》第三十二条"
REMEDIES = {"review_body": "示范区人民政府", "court": "示范铁路运输法院"}
NOBODY = {"review_body": "", "court": ""}


@dataclass(frozen=True)
class Act:
    """One act: the rows it is, where and by whom it is usually tried, what may be wrong with it, how often."""

    name: str
    rows: str
    states: str
    roles: str
    flaws: tuple
    weight: int
    attempt: object


ACTS = {}


def act(rows, states, roles, *flaws, weight=4):
    """Register an act of the rows of domain §2.3 that it makes."""

    def register(function):
        ACTS[function.__name__] = Act(function.__name__, rows, states, roles, flaws, weight, function)
        return function

    return register


def handed_in(codes):
    return tuple(MaterialIn(code=code, name="", form="original", pages=2) for code in codes)


def some(rnd, values, least=0):
    values = list(values)
    return rnd.sample(values, rnd.randint(min(least, len(values)), len(values)))


OPEN = "received pre_review correction_pending in_review special_procedure suspended forwarded"


# ---- before acceptance


@act("T04", "received pre_review", "case_handler", weight=20)
def take(m, who, flaw, rnd):
    return m.law.take(who), lambda: prereview.assign(m.case, actor=m.actor(who))


@act(
    "T04r", "pre_review correction_pending in_review special_procedure suspended", "reviewer hall_manager case_handler",
    "short reason", "other department", "nobody", weight=1,
)  # fmt: skip
def hand_on(m, who, flaw, rnd):
    to, pool = rnd.choice(m.handlers), rnd.random() < 0.3
    verdict = m.law.hand_on(who, to, pool=pool)
    away = flaw == "other department" and who.role == "reviewer"
    if flaw and not away and (flaw == "other department" or (flaw == "nobody" and pool)):
        flaw = ""
    member = absences.Member(to.id, to.department, (m.role(HANDLER),), disabled=flaw == "nobody")
    return m.unless(flaw, verdict), lambda: absences.reassign(
        m.case, to=member, pool=pool, reason="调" if flaw == "short reason" else "原承办人调离", actor=m.actor(who),
        actor_department="elsewhere" if away else who.department,
    )  # fmt: skip


@act("T05", "received pre_review", "window_clerk", "no signature", "nothing", "stranger")
def fix(m, who, flaw, rnd):
    codes = some(rnd, m.law.item.listed, 1)
    given = {"nothing": (), "stranger": ("poem",)}.get(flaw, codes)
    return m.unless(flaw, m.law.fix(who, codes)), lambda: mending.onsite_fix(
        m.case, m.item, materials=handed_in(given), form={}, signed=flaw != "no signature", note="",
        actor=m.actor(who), today=m.today,
    )  # fmt: skip


@act("T05p", "pre_review", "case_handler", "silent", "no reason", weight=14)
def look_through(m, who, flaw, rnd):
    good = rnd.random() < 0.8
    verdicts = {code: "pass" if good or rnd.random() < 0.7 else "problem" for code in m.law.verdicts}
    first = next(iter(verdicts), None)
    if flaw and first is None:
        flaw = ""
    verdict = m.law.look_through(who, dict(verdicts))
    if flaw:
        verdicts[first] = "" if flaw == "silent" else "problem"
    reasons = {
        code: "" if flaw and code == first else "材料不清楚" for code, one in verdicts.items() if one == "problem"
    }
    return m.unless(flaw, verdict), lambda: prereview.pre_review(
        m.case, verdicts=verdicts, reasons=reasons, actor=m.actor(who)
    )


@act("T06", "pre_review", "case_handler", "short reason", weight=1)
def not_required(m, who, flaw, rnd):
    return m.unless(flaw, m.law.not_required(who)), lambda: proposals.not_required(
        m.case, m.item, reason="无" if flaw else REASON, actor=m.actor(who), today=m.today
    )


@act("T08 T10", "pre_review", "case_handler", "no problem", "no requirement", weight=8)
def notify(m, who, flaw, rnd):
    again = [*m.law.lines, *m.law.wider]
    pool = again if again and rnd.random() < 0.8 else [*m.law.item.listed, m.answer, "poem"]
    targets = some(rnd, dict.fromkeys(pool))[:3]
    if flaw and not targets:
        flaw = ""
    problem, requirement = (
        "" if flaw == "no problem" else "没有提交",
        "无" if flaw == "no requirement" else "请补交一份",
    )
    verdict = m.law.notify(who, targets, m.known)
    return m.unless(flaw, verdict), lambda: prereview.require_correction(
        m.case, m.item, texts=dict.fromkeys(targets, (problem, requirement)), **m.on(who)
    )


@act("T09", "correction_pending", "window_clerk", "material missing", "material too many", "same answer", weight=10)
def bring(m, who, flaw, rnd):
    unmet = [target for target, met in m.law.lines.items() if not met]
    pool = unmet if rnd.random() < 0.9 else [*m.law.lines]
    targets = some(rnd, pool, 1)
    codes = [target for target in targets if not target.startswith("form:")]
    form = {m.answer.removeprefix("form:"): m.other_answer()} if m.answer in targets else {}
    verdict = m.law.bring(who, targets)
    if flaw == "material missing" and codes:
        codes = codes[1:]
    elif flaw == "material too many" and set(m.law.item.listed) - set(codes):
        codes.append(next(code for code in m.law.item.listed if code not in codes))
    elif flaw == "same answer" and form:
        form = {name: m.case.form[name] for name in form}
    else:
        flaw = ""
    numbers = tuple([*m.law.lines].index(target) + 1 for target in targets)
    return m.unless(flaw, verdict), lambda: intake.supplement(
        m.case, m.item, lines=numbers, materials=handed_in(codes), note="", form=form, **m.on(who)
    )


@act("T10o", "pre_review", "reviewer", "short reason", "nothing")
def widen(m, who, flaw, rnd):
    targets = () if flaw == "nothing" else tuple(some(rnd, [*m.law.item.listed, m.answer], 1)[:2])
    return m.unless(flaw, m.law.widen(who, targets, m.known)), lambda: prereview.widen_notice(
        m.case, m.item, targets=targets, reason="漏看" if flaw == "short reason" else REASON, actor=m.actor(who)
    )


@act("T11 T13", "pre_review", "case_handler", weight=20)
def accept(m, who, flaw, rnd):
    signed = rnd.random() < 0.9
    may_follow = [code for code, one in m.law.item.listed.items() if one[1] and code not in m.law.verdicts]
    tolerate = tuple(may_follow) if rnd.random() < 0.9 else tuple(some(rnd, m.law.item.listed)[:2])
    return m.law.accept(who, tolerate, signed=signed), lambda: prereview.accept(
        m.case, m.item, acceptance_no="S-1", tolerate=tolerate, commitment=signed, **m.on(who)
    )


@act("T12 T13", "received pre_review", "system", weight=8)
def deem(m, who, flaw, rnd):
    return m.law.deem(who), lambda: prereview.deem_accepted(m.case, m.item, acceptance_no="S-1", **m.on(who))


@act("T03p", "received pre_review", "window_clerk", "not told", "not signed", "no name", weight=12)
def make_promise(m, who, flaw, rnd):
    words = {
        "signer": "" if flaw == "no name" else "阿依·示例",
        "told": flaw != "not told",
        "signed": flaw != "not signed",
    }
    return m.unless(flaw, book.make_promise(m.law, who)), lambda: conditions.make_promise(
        m.case, m.item, **words, actor=m.actor(who), today=m.today
    )


@act("T03w", OPEN, "window_clerk", "short reason", weight=1)
def withdraw_promise(m, who, flaw, rnd):
    return m.unless(flaw, book.withdraw_promise(m.law, who)), lambda: conditions.withdraw_promise(
        m.case, reason="" if flaw else "改为提交证明", actor=m.actor(who)
    )


# ---- two persons


@act("", "correction_pending", "system", weight=30)
def propose_lapse(m, who, flaw, rnd):
    return m.law.propose(who, "lapse_correction", "correction_lapsed"), lambda: proposals.propose_lapse(
        m.case, m.item, actor=m.actor(who), today=m.today
    )


@act("", OPEN, "case_handler window_clerk system", "short reason", "no basis", "no ground", weight=6)
def propose(m, who, flaw, rnd):
    names = [one for one in PRODUCT_ACTS if one != "lapse_correction"]  # that is the system's, computed
    here = [one for one in names if m.law.state in m.proposable[one]]
    name = rnd.choice(here if here and rnd.random() < 0.9 else names)
    ground, days, unit = "", 0, ""
    if name == "terminate":
        ground = rnd.choice(["death", "dissolution", "other", "bad mood", "correction_lapsed"])
    elif name == "start_special":
        ground = rnd.choice([*m.law.item.special, *m.law.item.special, "expert_review", "site_check"])
        days = rnd.choice([1, 5, 15, 0, 99])
        unit = m.law.item.special.get(ground, (0, "working_day"))[1]
    needs_basis = name == "not_accepted" or ground == "other"
    impossible = (flaw == "no basis" and not needs_basis) or (flaw == "no ground" and not ground)
    flaw = "" if impossible else flaw
    verdict = m.law.propose(who, name, ground, days, unit)
    words = {"reason": "无" if flaw == "short reason" else REASON, "basis": "" if flaw == "no basis" else BASIS}
    words |= {"ground": "" if flaw == "no ground" else ground, "authority": ""}

    def ask():
        named = proposals.act_named(name)
        if name == "start_special":
            timing.check_special(m.item, ground, days)
        proposals.check_proposable(m.case, m.item, named, m.today)
        return proposals.propose(m.case, act=named, **words, days=days, unit=unit, actor=m.actor(who))

    return m.unless(flaw, verdict), ask


@act("T07 T16 T31 T32 T37", OPEN, "reviewer case_handler hall_manager window_clerk", "wrong number", "words", weight=14)
def confirm(m, who, flaw, rnd):
    waits = m.law.proposal[0] if m.law.proposal else ""
    name = waits if waits and rnd.random() < 0.95 else rnd.choice(list(PRODUCT_ACTS))
    number = m.law.proposals + (flaw == "wrong number")
    words = NOBODY if flaw == "words" else REMEDIES
    flaw = "" if flaw == "words" and name == "start_special" else flaw
    if {name, waits} == {"terminate", "lapse_correction"}:
        name = waits  # one door for both: the proposal says which it is
    by = {"actor": m.actor(who), "today": m.today}

    def ask():
        if name == "not_accepted":
            return proposals.not_accepted(m.case, m.item, number, document_no="x", **words, **by)
        if name == "start_special":
            return timing.start_special(m.case, m.item, number, **m.on(who))
        if name == "void_receipt":
            return proposals.void_receipt(m.case, number, slip_returned=words is REMEDIES, **by)
        return proposals.terminate(m.case, number, **words, **by)

    m.confirms = name
    return m.unless(flaw, m.law.confirm(who, name)), ask


@act("", OPEN, "reviewer case_handler window_clerk", "short reason", "wrong number", weight=1)
def drop(m, who, flaw, rnd):
    number = m.law.proposals + (flaw == "wrong number")
    return m.unless(flaw, m.law.drop(who)), lambda: proposals.drop(
        m.case, number, reason="" if flaw == "short reason" else "情况已经变化", actor=m.actor(who)
    )


# ---- review


@act("T14 T13", "in_review", "case_handler reviewer approver", "no words", "no result", weight=14)
def sign(m, who, flaw, rnd):
    result = rnd.choice(["agree", "agree", "disagree"])
    return m.unless(flaw, book.sign(m.law, who, result)), lambda: review.opinion(
        m.case, m.item, result="perhaps" if flaw == "no result" else result,
        text="" if flaw == "no words" else "同意", **m.on(who),
    )  # fmt: skip


@act("T15 T13", "in_review", "reviewer approver", "no reason", weight=3)
def send_back(m, who, flaw, rnd):
    return m.unless(flaw, book.send_back(m.law, who)), lambda: review.return_step(
        m.case, m.item, reason="" if flaw else "请说明现场情况", **m.on(who)
    )


@act("T23", "in_review", "approver", "no words", "no content", weight=14)
def grant(m, who, flaw, rnd):
    words = {"text": "" if flaw == "no words" else "同意", "content": "" if flaw == "no content" else "准予"}
    return m.unless(flaw, book.grant(m.law, who)), lambda: review.grant(
        m.case, m.item, **words, document_no="示〔2026〕1号", **m.on(who)
    )


@act("T33", "in_review", "case_handler", "another's", "his own", "another item", "over", "not begun", weight=24)
def grant_delegated(m, who, flaw, rnd):
    leave = DelegationGiven(
        delegation="d-1", approver=who.id if flaw == "his own" else "A1",
        handler="C0" if flaw == "another's" else who.id, department=m.item.dept_code,
        items=("x",) if flaw == "another item" else ("x", m.item.catalog_code),
        starts=str(m.today + timedelta(days=flaw == "not begun")),
        until=str(m.today - timedelta(days=flaw == "over")),
    )  # fmt: skip
    return book.grant_delegated(m.law, who, leave=not flaw), lambda: review.grant_delegated(
        m.case, m.item, leave, text="同意", content="准予", document_no="示〔2026〕1号", **m.on(who)
    )


@act("T24", "in_review", "approver", "no facts", "no reasons", "no basis", "no remedies", weight=4)
def refuse(m, who, flaw, rnd):
    words = {"text": "不同意", "facts": "" if flaw == "no facts" else REASON, "document_no": "示〔2026〕2号"}
    words |= {"reasons": "不行" if flaw == "no reasons" else REASON, "basis": "" if flaw == "no basis" else BASIS}
    words |= NOBODY if flaw == "no remedies" else REMEDIES
    return m.unless(flaw, book.refuse(m.law, who)), lambda: review.refuse(m.case, m.item, **words, **m.on(who))


@act("T35", "in_review", "case_handler", "short reason", "no cause")
def request_material(m, who, flaw, rnd):
    deemed = rnd.random() < 0.4
    targets = some(rnd, [*m.law.item.listed] if rnd.random() < 0.9 else ["poem"])[:2]
    cause = "curiosity" if flaw == "no cause" else "deemed_acceptance" if deemed else "found_in_review"
    verdict = book.request_material(m.law, who, targets, because_deemed=deemed)
    return m.unless(flaw, verdict), lambda: requests.request_material(
        m.case, m.item, cause=cause, reason="" if flaw == "short reason" else REASON,
        texts=dict.fromkeys(targets, ("没有提交", "请补交一份")), actor=m.actor(who),
    )  # fmt: skip


@act("T35r", "in_review", "window_clerk", "material missing")
def bring_requested(m, who, flaw, rnd):
    numbers = tuple(some(rnd, range(1, len(m.law.requests) + 2 - (rnd.random() < 0.9)), 1))
    codes = {m.law.requests[number - 1][0] for number in numbers if number <= len(m.law.requests)}
    flaw = flaw if codes else ""
    return m.unless(flaw, book.bring_requested(m.law, who, numbers)), lambda: requests.receive_requested(
        m.case,
        m.item,
        lines=numbers,
        materials=() if flaw else handed_in(sorted(codes)),
        note="",
        actor=m.actor(who),
        today=m.today,
    )


@act("T36", OPEN, "window_clerk case_handler", "no reason", "nothing", "another person", weight=1)
def amend(m, who, flaw, rnd):
    form = {} if flaw == "nothing" else {m.answer.removeprefix("form:"): m.other_answer()}
    applicant = m.stranger if flaw == "another person" else None
    return m.unless(flaw, book.amend(m.law, who)), lambda: mending.amend_registration(
        m.case, m.item, applicant=applicant, agent=None, form=form, reason="" if flaw == "no reason" else REASON,
        actor=m.actor(who), today=m.today,
    )  # fmt: skip


@act("T14c", "in_review", "case_handler", "alone", "stranger", "not over", "no finding")
def look_on_the_spot(m, who, flaw, rnd):
    second = {"alone": who.id, "stranger": "C9"}.get(flaw, "D1")
    ended = m.now + timedelta(hours=1 if flaw == "not over" else -1)
    words = {"place": "示范路1号", "present": "店长", "findings": "与图纸一致", "conclusion": "符合"}
    return m.unless(flaw, book.look_on_the_spot(m.law, who)), lambda: inquiry.check_site(
        m.case, started_at=m.typed(m.now - timedelta(hours=2)), ended_at=m.typed(ended), officers=(who.id, second),
        certificates=("EA-0001", "EB-0002"), colleagues=m.colleagues, conforms=None if flaw == "no finding" else True,
        words=words, actor=m.actor(who), now=m.now,
    )  # fmt: skip
