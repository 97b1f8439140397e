"""A case told step by step with the real deciders and the real fold, without store, clock or randomness."""

import importlib.util
import sys
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

import msgspec
import pytest

from appliance.catalogue.calendar import load_calendar
from appliance.catalogue.loader import load_items
from appliance.domain.actor import SYSTEM, Actor, Role
from appliance.domain.case import Case, evolve
from appliance.domain.decide import intake, issuance, mending, prereview, proposals, requests, review, timing
from appliance.domain.entry import EntryMeta
from appliance.domain.identifiers import case_numbers
from appliance.domain.service_item import materials_for
from appliance.domain.subject import Agent, Applicant, MaterialIn, SubjectKind
from appliance.domain.transitions import ACTS


def beside(name):
    """Load a module of this folder that is no test, so that tests can import it by its name."""
    spec = importlib.util.spec_from_file_location(name, Path(__file__).with_name(f"{name}.py"))
    module = sys.modules.setdefault(name, importlib.util.module_from_spec(spec))
    spec.loader.exec_module(module)
    return module


JOINT, _ = beside("joint_whole"), beside("told_inquiry")
FOOD = "420100001000"
MONDAY = date(2026, 11, 23)
PEOPLE = {
    "clerk": Actor("W0312", Role.WINDOW_CLERK, "03"),
    "handler": Actor("C1001", Role.CASE_HANDLER),
    "other_handler": Actor("C1099", Role.CASE_HANDLER),
    "other_clerk": Actor("W0313", Role.WINDOW_CLERK, "04"),
    "manager": Actor("M4001", Role.HALL_MANAGER),
    "reviewer": Actor("R2001", Role.REVIEWER),
    "presider": Actor("C1050", Role.DEPT_HEAD),
    "recorder": Actor("C1051", Role.CASE_HANDLER),
    "head": Actor("D6001", Role.DEPT_HEAD),
    "approver": Actor("A3001", Role.APPROVER),
    "system": SYSTEM,
}
APPLICANT = Applicant(
    kind=SubjectKind.SELF_EMPLOYED,
    name="示范小吃店（示例）",
    id_type="uscc",
    id_number="92420199MADEM002XC",
    phone="13800005678",
    representative="阿依·示例",
    representative_id="420102190001010013",
)
AGENT = Agent(name="𠮷永·示例", id_number="420102190001010021", phone="13900001234")
FORM = {
    "main_business": "餐饮服务经营者",
    "business_items": ["热食类食品制售"],
    "premises": "示范区示范路1号",
    "domicile": "示范区示范路1号",
    "floor_area": "80",
    "employees": "5",
    "principal_name": "阿依·示例",
    "principal_id": "420102190001010013",
    "safety_manager": "李安全",
    "online_trade": "no",
    "contact_name": "张三",
    "contact_phone": "13800005678",
    "by_agent": "yes",
}
REMEDIES = {"review_body": "示范区人民政府", "court": "示范铁路运输法院"}
ROAD = ("receive", "take", "accept", "handle", "review", "grant", "produce", "hand_over")


@dataclass
class Told:
    """One case. Every step decides as its person on `day` and folds what was decided; `to` walks the main road."""

    item: object
    calendar: object
    day: date = MONDAY
    case: Case | None = None
    events: list = field(default_factory=list)
    no: str = ""

    def __post_init__(self):
        self.no = case_numbers.intake_no(area="420199", hall="01", day=MONDAY, epoch=1, sequence=1)

    def fold(self, events, who):
        for event in events if isinstance(events, tuple) else (events,):
            meta = EntryMeta(
                v=1,
                type=event.TYPE,
                tv=1,
                cmd="told",
                n=0,
                t=f"{self.day}T10:00:00.000+08:00",
                clk="ok",
                seen=0,
                actor=PEOPLE[who],
                case=self.no,
            )
            self.events.append((meta, event))
            self.case = evolve(self.case, meta, len(self.events), event)
        return self.case

    def wait(self, days):
        self.day += timedelta(days=days)

    def on(self, who, **more):
        return {"actor": PEOPLE[who], "today": self.day, "calendar": self.calendar, **more}

    def materials(self, *left_out):
        return tuple(
            MaterialIn(code=one.code, name=one.name, form="original", pages=2)
            for one in materials_for(self.item, FORM)
            if one.code not in left_out
        )

    def application(self, *, left_out=(), **changes):
        whole = {
            "applicant": APPLICANT,
            "agent": AGENT,
            "form": FORM,
            "variants": (),
            "materials": self.materials(*left_out),
            "channel": "window",
            "ticket": "A047",
        }
        return intake.Application(**(whole | changes))

    def receive(self, who="clerk", *, left_out=(), query_code="482913", **changes):
        application = self.application(left_out=left_out, **changes)
        return self.fold(intake.receive(self.item, application, **self.on(who, query_code=query_code)), who)

    def take(self, who="handler"):
        return self.fold(prereview.assign(self.case, actor=PEOPLE[who]), who)

    def verdicts(self, **problems):
        """Pass everything but the named problems."""
        return {
            "verdicts": {one.code: "problem" if one.code in problems else "pass" for one in self.case.materials},
            "reasons": problems,
        }

    def pre_review(self, who="handler", **problems):
        return self.fold(prereview.pre_review(self.case, **self.verdicts(**problems), actor=PEOPLE[who]), who)

    def notice(self, *targets, who="handler"):
        texts = dict.fromkeys(targets, ("没有提交这份材料", "请补交一份"))
        return self.fold(prereview.require_correction(self.case, self.item, texts=texts, **self.on(who)), who)

    def supplement(self, *lines, who="clerk", materials=None, form=None):
        asked = {line.line.target for line in self.case.notice_lines if line.line.no in lines}
        given = tuple(one for one in self.materials() if one.code in asked) if materials is None else materials
        words = {"lines": lines, "materials": given, "note": "", "form": form}
        event = intake.supplement(self.case, self.item, **words, **self.on(who))
        return self.fold(event, who)

    def accept(self, who="handler"):
        self.pre_review(who)
        return self.fold(prereview.accept(self.case, self.item, acceptance_no="S-1", **self.on(who)), who)

    def deem(self, who="system"):
        return self.fold(prereview.deem_accepted(self.case, self.item, acceptance_no="S-1", **self.on(who)), who)

    def sign(self, who, result="agree", text="材料齐全，同意"):
        return self.fold(review.opinion(self.case, self.item, result=result, text=text, **self.on(who)), who)

    def handle(self, who="handler"):
        return self.sign(who)

    def review(self, who="reviewer"):
        return self.sign(who)

    def send_back(self, who, reason="请说明现场情况"):
        return self.fold(review.return_step(self.case, self.item, reason=reason, **self.on(who)), who)

    def grant(self, who="approver", **changes):
        words = {"text": "同意", "content": "准予食品经营许可", "document_no": "示市监许准〔2026〕1号"} | changes
        return self.fold(review.grant(self.case, self.item, **words, **self.on(who)), who)

    def refuse(self, who="approver", **changes):
        words = {
            "text": "不同意",
            "facts": "经现场核查，食品处理区与卫生间相通",
            "reasons": "布局不符合食品安全要求，未整改到位",
            "basis": "《中华人民共和国食品安全法》第三十三条",
            "review_body": "示范区人民政府",
            "court": "示范铁路运输法院",
            "document_no": "示市监许不〔2026〕2号",
        } | changes
        return self.fold(review.refuse(self.case, self.item, **words, **self.on(who)), who)

    def produce(self, who="clerk", shelf="A1"):
        if self.case.decision is not None and self.case.decision.kind == "refused":
            return self.fold(issuance.produce_result(self.case, shelf=shelf, actor=PEOPLE[who]), who)
        numbers = {"identifier": "1.2.156.3005.2.X", "number": "JY24201990000016"}
        return self.fold(issuance.produce_licence(self.case, self.item, **numbers, shelf=shelf, actor=PEOPLE[who]), who)

    def hand_over(self, who="clerk", **changes):
        collector = {
            "relation": "representative",
            "collector_name": APPLICANT.representative,
            "collector_id": APPLICANT.representative_id,
            "identity_checked": True,
        } | changes
        event = issuance.hand_over(self.case, **collector, actor=PEOPLE[who], today=self.day)
        return self.fold(event, who)

    def withdraw(self, who="clerk", reason="歇业，不再经营"):
        event = issuance.withdraw(self.case, reason=reason, letter_files=(), actor=PEOPLE[who], today=self.day)
        return self.fold(event, who)

    def fix(self, who="clerk", *, materials=(), form=None, signed=True):
        event = mending.onsite_fix(
            self.case, self.item, materials=materials, form=form or {}, signed=signed, note="",
            actor=PEOPLE[who], today=self.day,
        )  # fmt: skip
        return self.fold(event, who)

    def amend(self, who="clerk", *, applicant=None, agent=None, form=None, reason="登记时录入错误"):
        event = mending.amend_registration(
            self.case, self.item, applicant=applicant, agent=agent, form=form or {}, reason=reason,
            actor=PEOPLE[who], today=self.day,
        )  # fmt: skip
        return self.fold(event, who)

    def propose(self, act, who="handler", **changes):
        words = {
            "ground": "",
            "reason": "申请人在规定的情形之内，理由充分",
            "basis": "《行政许可法》第三十二条",
            "authority": "",
        }
        event = proposals.propose(self.case, act=ACTS[act], **(words | changes), actor=PEOPLE[who])
        proposals.check_proposable(self.case, self.item, ACTS[act], self.day)
        return self.fold(event, who)

    def drop(self, who="reviewer", reason="情况已经变化"):
        return self.fold(proposals.drop(self.case, self.case.proposals, reason=reason, actor=PEOPLE[who]), who)

    def not_required(self, who="handler", reason="仅销售预包装食品，依法无需取得许可"):
        event = proposals.not_required(self.case, self.item, reason=reason, actor=PEOPLE[who], today=self.day)
        return self.fold(event, who)

    def not_accepted(self, who="reviewer", **changes):
        words = {"document_no": "示市监许不受〔2026〕3号"} | REMEDIES | changes
        event = proposals.not_accepted(
            self.case, self.item, self.case.proposals, **words, actor=PEOPLE[who], today=self.day
        )
        return self.fold(event, who)

    def terminate(self, who="reviewer", **changes):
        words = REMEDIES | changes
        event = proposals.terminate(self.case, self.case.proposals, **words, actor=PEOPLE[who], today=self.day)
        return self.fold(event, who)

    def propose_lapse(self, who="system"):
        event = proposals.propose_lapse(self.case, self.item, actor=PEOPLE[who], today=self.day)
        return self.fold(event, who)

    def propose_special(self, kind="expert_review", days=15, who="handler"):
        unit = timing.check_special(self.item, kind, days).planned_type.value
        return self.propose("start_special", who, ground=kind, days=days, unit=unit)

    def start_special(self, who="reviewer"):
        number = self.case.proposals
        return self.fold(timing.start_special(self.case, self.item, number, **self.on(who)), who)

    def end_special(self, who="handler", document="专家评审意见", result="方案可行"):
        event = timing.end_special(self.case, document=document, result=result, files=(), **self.on(who))
        return self.fold(event, who)

    def suspend(self, who="head", basis_kind="statute", **changes):
        words = {"reason": "申请人与第三人的权属争议正在诉讼中", "basis": "《示例条例》第十条"} | changes
        event = timing.suspend(self.case, basis_kind=basis_kind, **words, actor=PEOPLE[who], today=self.day)
        return self.fold(event, who)

    def resume(self, who="handler", reason="判决已经生效"):
        return self.fold(timing.resume(self.case, reason=reason, **self.on(who)), who)

    def extend(self, days=5, who="head", reason="案情复杂，需要进一步核实经营场所"):
        return self.fold(timing.extend(self.case, self.item, days=days, reason=reason, **self.on(who)), who)

    def recompute(self, calendar, who="system"):
        return self.fold(timing.recompute(self.case, actor=PEOPLE[who], calendar=calendar), who)

    def void(self, who="other_clerk", *, slip_returned=True):
        event = proposals.void_receipt(
            self.case, self.case.proposals, slip_returned=slip_returned, actor=PEOPLE[who], today=self.day
        )
        return self.fold(event, who)

    def request(
        self, *targets, who="handler", cause="found_in_review", reason="审查中发现需要核实人员情况", texts=None
    ):
        words = dict.fromkeys(targets, ("没有提交这份材料", "请补充一份")) if texts is None else texts
        event = requests.request_material(
            self.case, self.item, cause=cause, reason=reason, texts=words, actor=PEOPLE[who]
        )
        return self.fold(event, who)

    def requested(self, *lines, who="clerk", materials=None):
        asked = {line.line.target for line in self.case.requests if line.line.no in lines}
        given = tuple(one for one in self.materials() if one.code in asked) if materials is None else materials
        event = requests.receive_requested(
            self.case, self.item, lines=lines, materials=given, note="", actor=PEOPLE[who], today=self.day
        )
        return self.fold(event, who)

    def to(self, last):
        """Walk the main road up to and with a step."""
        for step in ROAD[: ROAD.index(last) + 1]:
            getattr(self, step)()
        return self


@pytest.fixture(scope="session")
def catalogue():
    return {item.catalog_code: item for item in load_items()}


@pytest.fixture(scope="session")
def working_days():
    return load_calendar()


@pytest.fixture
def told(catalogue, working_days):
    """An untold case of 食品经营许可证核发."""
    return Told(catalogue[FOOD], working_days)


@pytest.fixture
def whole():
    """An untold joint whole: an hotel with a kitchen."""
    return JOINT.JointWhole()


@pytest.fixture
def told_of(catalogue, working_days):
    """Make untold cases of the food item with changed fields."""

    def make(**changes):
        return Told(msgspec.structs.replace(catalogue[FOOD], **changes), working_days)

    return make
