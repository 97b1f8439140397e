"""A joint whole told with the real deciders and folds, without store or clock: an hotel with a kitchen (BL0002)."""

from dataclasses import dataclass, field
from datetime import date, timedelta

from appliance.catalogue.calendar import load_calendar
from appliance.catalogue.joint_sets import load_sets
from appliance.catalogue.loader import load_items
from appliance.domain import case as cases
from appliance.domain import joint as joints
from appliance.domain.actor import SYSTEM, Actor, Role
from appliance.domain.decide import intake, issuance, joint_intake, joint_results, prereview, review
from appliance.domain.decide import joint as rules
from appliance.domain.decide.joint import Member
from appliance.domain.entry import EntryMeta
from appliance.domain.joint_set import combined
from appliance.domain.service_item import materials_for
from appliance.domain.subject import Applicant, MaterialIn, SubjectKind

MONDAY = date(2026, 3, 2)
WHOLE, HEALTH, FOOD = "S420199012026030210001X", "S420199012026030210002X", "S420199012026030210003X"
HEALTH_ITEM, FOOD_ITEM = "420100003000", "420100001000"
PEOPLE = {
    "clerk": Actor("W0312", Role.WINDOW_CLERK, "03"),
    "lead": Actor("C1001", Role.CASE_HANDLER),  # 卫健局, which leads
    "food": Actor("C1002", Role.CASE_HANDLER),
    "stranger": Actor("C1099", Role.CASE_HANDLER),
    "reviewer": Actor("R2001", Role.REVIEWER),
    "approver": Actor("A3001", Role.APPROVER),
    "head": Actor("D6001", Role.DEPT_HEAD),
    "system": SYSTEM,
}
APPLICANT = Applicant(
    kind=SubjectKind.LEGAL_ENTITY,
    name="示范宾馆有限公司（示例）",
    id_type="uscc",
    id_number="92420199MADEM002XC",
    phone="13800005678",
    representative="阿依·示例",
    representative_id="420102190001010013",
)
FORM = {
    "premises": "示范区示范路1号",
    "floor_area": "800",
    "employees": "15",
    "principal_name": "阿依·示例",
    "principal_id": "420102190001010013",
    "contact_name": "张三",
    "contact_phone": "13800005678",
    "by_agent": "no",
    f"{HEALTH_ITEM}-place_type": "住宿场所",
    f"{HEALTH_ITEM}-central_air": "no",
    f"{HEALTH_ITEM}-by_promise": "no",
    f"{FOOD_ITEM}-main_business": "餐饮服务经营者",
    f"{FOOD_ITEM}-business_items": ["热食类食品制售"],
    f"{FOOD_ITEM}-domicile": "示范区示范路1号",
    f"{FOOD_ITEM}-safety_manager": "李安全",
    f"{FOOD_ITEM}-online_trade": "no",
}
REMEDIES = {"review_body": "示范区人民政府", "court": "示范铁路运输法院"}


@dataclass
class JointWhole:
    """One whole; each step decides as its person on `day` and folds what was decided."""

    day: date = MONDAY
    joint: joints.Joint | None = None
    cases: dict = field(default_factory=dict)
    entries: list = field(default_factory=list)

    def __post_init__(self):
        self.items = {item.catalog_code: item for item in load_items()}
        self.jset = next(one for one in load_sets(self.items) if one.code == "BL0002")
        self.members_items = tuple(self.items[code] for code in self.jset.items)
        self.form = combined(self.jset, self.members_items)
        self.calendar = load_calendar()
        self.item_by_case = {HEALTH: self.items[HEALTH_ITEM], FOOD: self.items[FOOD_ITEM]}

    def later(self, days):
        self.day += timedelta(days=days)
        return self

    @property
    def members(self):
        return tuple(Member(self.cases[no], self.item_by_case[no]) for no in (HEALTH, FOOD))

    @property
    def state(self):
        return rules.joint_state(self.members)

    def fold(self, no, event, who):
        index = len(self.entries)
        meta = EntryMeta(
            v=1, type=event.TYPE, tv=1, cmd="told", n=0, t=f"{self.day}T10:00:00.000+08:00", clk="ok", seen=0,
            actor=PEOPLE[who], case=no,
        )  # fmt: skip
        self.entries.append((meta, event))
        if no == WHOLE:
            self.joint = joints.evolve(self.joint, meta, index, event)
        else:
            self.cases[no] = cases.evolve(self.cases.get(no), meta, index, event)

    def take(self, answer, who):
        whole, members = answer if isinstance(answer, tuple) else (answer, ())
        self.fold(WHOLE, whole, who)
        for no, event in members:
            self.fold(no, event, who)
        return self

    def application(self, without=()):
        listed = materials_for(self.form, FORM)
        return intake.Application(
            applicant=APPLICANT, agent=None, form=dict(FORM), variants=(), channel="window", ticket="B012",
            materials=tuple(
                MaterialIn(code=one.code, name=one.name, copies=1) for one in listed if one.code not in without
            ),
        )  # fmt: skip

    def receive(self, application=None, who="clerk"):
        whole, receipts = joint_intake.receive(
            self.jset, self.members_items, application or self.application(),
            joint_intake.Numbers(WHOLE, (HEALTH, FOOD), "493027"),
            actor=PEOPLE[who], today=self.day, calendar=self.calendar,
        )  # fmt: skip
        self.fold(WHOLE, whole, who)
        for no, receipt in zip((HEALTH, FOOD), receipts, strict=True):
            self.fold(no, receipt, who)
        return self

    def take_up(self):
        for no, who in ((HEALTH, "lead"), (FOOD, "food")):
            if self.cases[no].state == "received":
                self.fold(no, prereview.assign(self.cases[no], actor=PEOPLE[who]), who)
        return self

    def examine(self, no, who, problems=()):
        case = self.cases[no]
        verdicts = {one.code: "problem" if one.code in problems else "pass" for one in case.materials}
        reasons = dict.fromkeys(problems, "没有加盖公章")
        self.fold(no, prereview.pre_review(case, verdicts=verdicts, reasons=reasons, actor=PEOPLE[who]), who)
        if problems:
            self.report(no, who, problems)
        return self

    def report(self, no, who, targets):
        texts = dict.fromkeys(targets, ("没有加盖公章", "请加盖公章后重新提交"))
        event = prereview.report_defects(
            self.cases[no], self.item_by_case[no], texts=texts, actor=PEOPLE[who], today=self.day
        )
        self.fold(no, event, who)
        return self

    def examined(self):
        return self.receive().take_up().examine(HEALTH, "lead").examine(FOOD, "food")

    def correct(self, who="lead", **rest):
        return self.take(
            rules.require_correction(
                self.joint, self.members, numbers=("A1", "A2"), tolerate={}, commitment=False, actor=PEOPLE[who],
                today=self.day, calendar=self.calendar, **rest,
            ),
            who,
        )  # fmt: skip

    def accept(self, who="lead", tolerate=None, *, commitment=False):
        return self.take(
            rules.accept(
                self.joint, self.members, joint_number="A0", numbers=("A1", "A2"), tolerate=tolerate or {},
                commitment=commitment, actor=PEOPLE[who], today=self.day, calendar=self.calendar,
            ),
            who,
        )  # fmt: skip

    def supplement(self, no, targets):
        case = self.cases[no]
        lines = tuple(line.line.no for line in case.notice_lines if line.line.target in targets)
        event = intake.supplement(
            case, self.item_by_case[no], lines=lines, note="", actor=PEOPLE["clerk"], today=self.day,
            materials=tuple(MaterialIn(code=code, name=code) for code in targets), calendar=self.calendar,
        )  # fmt: skip
        self.fold(no, event, "clerk")
        return self

    def extend(self, days=15, who="head", letter="示政函〔2026〕31号", reason="消防验收整改尚未完成，不能按期决定"):
        return self.take(
            rules.extend(
                self.joint, self.members, days=days, letter=letter, approver="王副区长", reason=reason,
                actor=PEOPLE[who], today=self.day, calendar=self.calendar,
            ),
            who,
        )  # fmt: skip

    def decide(self, no, who, *, refused=False):
        item = self.item_by_case[no]
        rest = {"today": self.day, "calendar": self.calendar}
        for signer in (who, "reviewer"):
            for event in review.opinion(
                self.cases[no], item, result="agree", text="符合规定的条件，同意", actor=PEOPLE[signer], **rest
            ):
                self.fold(no, event, signer)
        if refused:
            decided = review.refuse(
                self.cases[no], item, document_no="示〔2026〕12号", text="不符合条件，不同意",
                facts="现场加工区与就餐区没有分隔",
                reasons="不符合规定的条件，没有分隔",
                basis="食品安全法第三十三条", actor=PEOPLE["approver"],
                **REMEDIES, **rest,
            )  # fmt: skip
        else:
            decided = review.grant(
                self.cases[no], item, document_no="示〔2026〕11号", text="同意批准", content="准予从事有关活动",
                actor=PEOPLE["approver"], **rest,
            )  # fmt: skip
        for event in decided:
            self.fold(no, event, "approver")
        return self

    def produce(self, no):
        self.fold(no, issuance.produce_result(self.cases[no], shelf="A-1", actor=PEOPLE["clerk"]), "clerk")
        return self

    def conclude(self, who="lead"):
        event = joint_results.conclude(self.joint, self.members, actor=PEOPLE[who], today=self.day)
        return self.take(event, who)

    def hand_over(self, who="clerk", name="阿依·示例"):
        return self.take(
            joint_results.hand_over(
                self.joint, self.members, relation="representative", collector_name=name,
                collector_id="420102190001010013", identity_checked=True, actor=PEOPLE[who], today=self.day,
            ),
            who,
        )  # fmt: skip

    def withdraw(self, who="clerk"):
        answer = joint_results.withdraw(
            self.members, reason="不再开办", letter_files=(), actor=PEOPLE[who], today=self.day
        )
        return self.take(answer, who)

    def retold(self):
        """Fold the same entries again."""
        joint, again = None, {}
        for index, (meta, event) in enumerate(self.entries):
            if meta.case == WHOLE:
                joint = joints.evolve(joint, meta, index, event)
            else:
                again[meta.case] = cases.evolve(again.get(meta.case), meta, index, event)
        return joint, again
