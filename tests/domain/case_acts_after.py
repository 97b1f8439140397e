"""The acts on a case beside and after the decision, twice, as in `case_acts`: limits, hearings, fees, the result."""

from datetime import timedelta

import jurist_review as book
from case_acts import BASIS, OPEN, REASON, act, handed_in, some

from appliance.domain.decide import conditions, inquiry, issuance, outside, timing

LATER = "in_review decided_granted result_ready mailed closed"


# ---- limits


@act("T17", "special_procedure", "case_handler", "no document", "no result", weight=12)
def end_special(m, who, flaw, rnd):
    words = {
        "document": "" if flaw == "no document" else "专家评审意见",
        "result": "" if flaw == "no result" else "可行",
    }
    return m.unless(flaw, book.end_special(m.law, who)), lambda: timing.end_special(
        m.case, **words, files=(), **m.on(who)
    )


@act("T18", "in_review", "dept_head", "short reason", weight=5)
def extend(m, who, flaw, rnd):
    days = rnd.choice([1, 5, 10, 10, 0, 11])
    return m.unless(flaw, book.extend(m.law, who, days)), lambda: timing.extend(
        m.case, m.item, days=days, reason="" if flaw else REASON, **m.on(who)
    )


@act("T19", "in_review", "dept_head", "short reason", "no basis", "no kind", weight=4)
def suspend(m, who, flaw, rnd):
    statute = rnd.random() < 0.7
    words = {"reason": "" if flaw == "short reason" else REASON, "basis": "" if flaw == "no basis" else BASIS}
    words["basis_kind"] = "" if flaw == "no kind" else "statute" if statute else "other"
    return m.unless(flaw, book.suspend(m.law, who, statute=statute)), lambda: timing.suspend(
        m.case, **words, actor=m.actor(who), today=m.today
    )


@act("T20", "suspended", "case_handler", "no reason", weight=12)
def resume(m, who, flaw, rnd):
    return m.unless(flaw, book.resume(m.law, who)), lambda: timing.resume(
        m.case, reason="" if flaw else "判决已经生效", **m.on(who)
    )


@act("R9", OPEN + " decided_granted decided_refused result_ready mailed", "system", weight=6)
def new_calendar(m, who, flaw, rnd):
    return book.new_calendar(m.law, who), lambda: timing.recompute(m.case, actor=m.actor(who), calendar=m.calendar)


# ---- hearings and fees


@act("T16h", "in_review", "case_handler", "no interest", "nobody")
def offer(m, who, flaw, rnd):
    party = rnd.choice(["applicant", "third_party"])
    words = {
        "party": "the neighbours" if flaw == "nobody" else party,
        "addressee": "阿依·示例",
        "intended": "拟不予许可",
    }
    return m.unless(flaw, book.offer(m.law, who, party)), lambda: inquiry.offer_hearing(
        m.case, **words, interest="" if flaw == "no interest" else "相邻通行权", **m.on(who)
    )


@act("T16r", "in_review special_procedure", "window_clerk case_handler", "nobody")
def ask(m, who, flaw, rnd):
    party = rnd.choice(["applicant", "third_party"])
    return m.unless(flaw, book.ask(m.law, who, party)), lambda: inquiry.request_hearing(
        m.case, party=party, by="" if flaw else "阿依·示例", **m.on(who)
    )


@act("T16n", "in_review special_procedure", "case_handler", "no place", "stranger", "alone", weight=6)
def call(m, who, flaw, rnd):
    held = m.now + timedelta(days=rnd.choice([8, 10, 12, 14, 21, 35]))
    two = [rnd.choice(["J1", "J1", "J1", "C1", "R1"]), "J2"]
    named = {"stranger": ["nobody", "J2"], "alone": ["J1", "J1"]}.get(flaw, two)
    return m.unless(flaw, book.call(m.law, who, held.date(), two)), lambda: inquiry.call_hearing(
        m.case, m.item, held_at=m.typed(held), place="" if flaw == "no place" else "听证室", presider=named[0],
        recorder=named[1], closed="", colleagues=m.colleagues, **m.on(who),
    )  # fmt: skip


@act(
    "T16d",
    "in_review special_procedure",
    "case_handler reviewer approver dept_head",
    "no record",
    "nobody there",
    weight=16,
)
def hold(m, who, flaw, rnd):
    begins = m.case.hearing.held_at if m.case.hearing is not None else ""
    ended = m.now - timedelta(minutes=rnd.choice([1, 1, -5]))
    words = {"record": "无" if flaw == "no record" else "申请人陈述经营场所已经整改完毕，并当场出示照片"}
    words["attendants"] = "" if flaw == "nobody there" else "申请人及代理人"
    over = begins < m.typed(ended) <= m.typed(m.now)
    return m.unless(flaw, book.hold(m.law, who, over=over)), lambda: inquiry.hold_hearing(
        m.case, ended_at=m.typed(ended), **words, evidence="", actor=m.actor(who), now=m.now
    )


@act(
    "T23f", "in_review decided_granted result_ready", "window_clerk case_handler", "no quantity", "no amount", weight=2
)
def charge(m, who, flaw, rnd):
    fee = rnd.choice([*m.law.item.fees, "卫生费"])
    return m.unless(flaw, book.charge(m.law, who, fee)), lambda: inquiry.notice_fee(
        m.case, m.item, fee=fee, quantity="" if flaw == "no quantity" else "20 平方米",
        amount="0" if flaw == "no amount" else "120", actor=m.actor(who), today=m.today,
    )  # fmt: skip


@act("T23g", "in_review decided_granted result_ready", "window_clerk", "no receipt", "too little", weight=6)
def pay(m, who, flaw, rnd):
    return m.unless(flaw, book.pay(m.law, who)), lambda: inquiry.pay_fee(
        m.case, receipt_no="" if flaw == "no receipt" else "4201-2026-0001",
        amount="119.99" if flaw == "too little" else "120.00", actor=m.actor(who), today=m.today,
    )  # fmt: skip


# ---- what was conditional


@act("T11s", OPEN + " decided_granted decided_refused result_ready", "window_clerk", "stranger")
def supply(m, who, flaw, rnd):
    pool = m.law.open_tolerance() if rnd.random() < 0.9 else m.law.item.listed
    codes = some(rnd, pool, 1)
    return m.unless(flaw, book.supply(m.law, who, codes)), lambda: conditions.supply(
        m.case,
        m.item,
        materials=handed_in([*codes, "poem"] if flaw else codes),
        note="",
        actor=m.actor(who),
        today=m.today,
    )


@act("T23v", LATER, "case_handler", "no findings", "no result", weight=14)
def verify_promise(m, who, flaw, rnd):
    result = rnd.choice(["kept", "broken"])
    words = {
        "findings": "" if flaw == "no findings" else "现场与承诺一致",
        "result": "" if flaw == "no result" else result,
    }
    return m.unless(flaw, book.verify_promise(m.law, who, result)), lambda: conditions.verify_promise(
        m.case, **words, actor=m.actor(who), today=m.today
    )


# ---- above


@act("T21", "in_review", "approver", "no words", "no authority", weight=14)
def forward(m, who, flaw, rnd):
    words = {
        "text": "" if flaw == "no words" else "初审同意",
        "authority": "" if flaw == "no authority" else "市住房保障局",
    }
    return m.unless(flaw, book.forward(m.law, who)), lambda: outside.forward(
        m.case, m.item, **words, actor=m.actor(who), today=m.today
    )


@act("T22 T22r", "forwarded", "window_clerk", "no number", "no paper", "no words", "no result", weight=14)
def from_above(m, who, flaw, rnd):
    result, day = rnd.choice(["granted", "refused"]), m.today - timedelta(days=rnd.choice([0, 0, 0, 1, 30, -1]))
    words = {"document_no": "" if flaw == "no number" else "示市房保〔2026〕88号", "decided_on": str(day)}
    words |= {"words": "" if flaw == "no words" else REASON, "result": "" if flaw == "no result" else result}
    m.from_above = result
    return m.unless(flaw, book.from_above(m.law, who, result, day)), lambda: outside.import_result(
        m.case, m.item, **words, files=() if flaw == "no paper" else ("ab" * 32,), **m.on(who)
    )


# ---- the result


@act("T25 T26", "decided_granted decided_refused", "window_clerk case_handler", "long shelf", weight=14)
def produce(m, who, flaw, rnd):
    shelf = "架" * 21 if flaw else "A1"
    licensed = m.law.item.licensed and m.law.state != "decided_refused"

    def ask():
        if not licensed:
            return issuance.produce_result(m.case, shelf=shelf, actor=m.actor(who))
        return issuance.produce_licence(m.case, m.item, identifier="1.2", number="JY1", shelf=shelf, actor=m.actor(who))

    return m.unless(flaw, book.produce(m.law, who)), ask


@act("T27", "result_ready", "window_clerk case_handler", "not looked at", "another", "no relation", weight=8)
def hand_over(m, who, flaw, rnd):
    relation, name, number = m.collector
    name = "张三" if flaw == "another" else name
    return m.unless(flaw, book.hand_over(m.law, who)), lambda: issuance.hand_over(
        m.case, relation="" if flaw == "no relation" else relation, collector_name=name, collector_id=number,
        identity_checked=flaw != "not looked at", actor=m.actor(who), today=m.today,
    )  # fmt: skip


@act("T28", "result_ready", "window_clerk", "no waybill", "no address", "no phone", weight=8)
def ship(m, who, flaw, rnd):
    words = {
        "address": "" if flaw == "no address" else "示范区示范路1号",
        "recipient": "阿依·示例",
        "carrier": "邮政速递",
    }
    words |= {
        "telephone": "" if flaw == "no phone" else "13800005678",
        "waybill": "" if flaw == "no waybill" else "EMS123456",
    }
    return m.unless(flaw, book.ship(m.law, who)), lambda: outside.ship(m.case, **words, actor=m.actor(who))


@act("T29", "mailed", "window_clerk", "no proof", "no name", weight=14)
def deliver(m, who, flaw, rnd):
    day = m.today - timedelta(days=rnd.choice([0, 0, 1, 30, -1]))
    words = {"proof": "" if flaw == "no proof" else "tracking", "recipient": "" if flaw == "no name" else "阿依·示例"}
    return m.unless(flaw, book.deliver(m.law, who, day)), lambda: outside.deliver(
        m.case, delivered_on=str(day), **words, actor=m.actor(who), today=m.today
    )


@act("T30", OPEN, "window_clerk", "no reason", weight=1)
def withdraw(m, who, flaw, rnd):
    return m.unless(flaw, book.withdraw(m.law, who)), lambda: issuance.withdraw(
        m.case, reason="" if flaw else "歇业", letter_files=(), actor=m.actor(who), today=m.today
    )


@act("T34", "closed", "approver", "no reason", "no difference")
def correct_paper(m, who, flaw, rnd):
    words = {"old": "示范路1号", "new": "示范路1号" if flaw == "no difference" else "示范路10号"}
    return m.unless(flaw, book.correct_paper(m.law, who)), lambda: outside.correct_paper(
        m.case, paper="p-09-17", **words, reason="" if flaw == "no reason" else "门牌号打印错误", actor=m.actor(who)
    )
