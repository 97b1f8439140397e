"""What the tests of 现场核查, 听证 and 收费 do to a told case."""

from datetime import datetime, timedelta

from appliance.clock import SHANGHAI
from appliance.domain.decide import inquiry
from appliance.domain.item_terms import LawRank
from appliance.domain.service_item import Fee, LegalBasis

DEPARTMENT = frozenset({"C1001", "C1099", "R2001", "A3001", "D6001", "C1050", "C1051"})
CHARGE = Fee(name="占道费", standard="每平方米每日 1 元", basis=(LegalBasis(law="示例条例", rank=LawRank.LAW),))


class Inquiry:
    """What the tests do to a told case: look on the spot, hear, charge. It is ten o'clock on the case's day."""

    def __init__(self, told):
        self.told = told

    @property
    def case(self):
        return self.told.case

    def by(self, who, *names):
        whole = self.told.on(who) | {"now": datetime.fromisoformat(f"{self.told.day}T10:00").replace(tzinfo=SHANGHAI)}
        return {name: whole[name] for name in ("actor", *names)}

    def at(self, clock, days=0):
        return f"{self.told.day + timedelta(days=days)} {clock}"

    def check(self, who="handler", *, words=None, **changes):
        said = {"place": "示范路1号", "present": "店长", "findings": "与图纸一致", "conclusion": "符合"} | (words or {})
        given = {"started_at": self.at("08:30"), "ended_at": self.at("09:30"), "officers": ("C1001", "C1099")}
        given |= {"certificates": ("EA-0001", "EB-0002"), "colleagues": DEPARTMENT, "conforms": True}
        event = inquiry.check_site(self.case, words=said, **(given | changes), **self.by(who, "now"))
        return self.told.fold(event, who)

    def offer(self, who="handler", **changes):
        words = {"party": "applicant", "addressee": "阿依·示例", "interest": "相邻通行权", "intended": "拟不予许可"}
        event = inquiry.offer_hearing(self.case, **(words | changes), **self.by(who, "today", "calendar"))
        return self.told.fold(event, who)

    def ask(self, who="clerk", **changes):
        words = {"party": "applicant", "by": "阿依·示例"} | changes
        return self.told.fold(inquiry.request_hearing(self.case, **words, **self.by(who, "today", "calendar")), who)

    def call(self, who="handler", days=9, **changes):
        words = {"held_at": self.at("09:00", days), "place": "听证室", "presider": "C1050", "recorder": "C1051"}
        words |= {"closed": "", "colleagues": DEPARTMENT} | changes
        event = inquiry.call_hearing(self.case, self.told.item, **words, **self.by(who, "today", "calendar"))
        return self.told.fold(event, who)

    def hold(self, who="presider", **changes):
        words = {"ended_at": self.at("09:50"), "attendants": "申请人及代理人", "evidence": ""}
        words |= {"record": "申请人陈述经营场所已经整改完毕，并当场出示照片"} | changes
        return self.told.fold(inquiry.hold_hearing(self.case, **words, **self.by(who, "now")), who)

    def charge(self, who="clerk", **changes):
        words = {"fee": CHARGE.name, "quantity": "20 平方米", "amount": "120"} | changes
        event = inquiry.notice_fee(self.case, self.told.item, **words, **self.by(who, "today"))
        return self.told.fold(event, who)

    def pay(self, who="clerk", **changes):
        words = {"receipt_no": "4201-2026-0001", "amount": "120.00"} | changes
        return self.told.fold(inquiry.pay_fee(self.case, **words, **self.by(who, "today")), who)
