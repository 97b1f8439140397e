"""The hands that bring a joint whole 并联件 to where a test of its pages needs it."""

import uuid

import msgspec

from appliance.catalogue.joint_sets import load_sets
from appliance.domain.actor import Actor, Role
from appliance.domain.service_item import materials_for
from appliance.domain.subject import Applicant, MaterialIn
from appliance.projections import joint_sets, staff
from appliance.services import issuance, joint_facts, joint_intake, prereview, review
from web.app import create_app
from web.navigation import HALL_MENU
from web.routes import ACCOUNT, CASEWORK, HALL, INTAKE, PUBLIC
from web.visit import Site

MARKET, HEALTH = "11420199MBDEM004XU", "11420199MBDEM0058U"
FOOD_ITEM, HEALTH_ITEM = "420100001000", "420100003000"
MORE = (
    ("R2003", "尤核", Role.REVIEWER, HEALTH),
    ("A3003", "何批", Role.APPROVER, HEALTH),
    ("D6003", "何首", Role.DEPT_HEAD, HEALTH),
    ("C1007", "卢办", Role.CASE_HANDLER, "11420199MBDEM0082C"),
)
APPLICANT = Applicant(
    kind="legal_entity",
    name="示范宾馆有限公司（示例）",
    id_type="uscc",
    id_number="92420199MADEM002XC",
    phone="13800000000",
    representative="示例·经营者",
    representative_id="420102190001010013",
)
FORM = {
    "premises": "示范区示范路1号",
    "floor_area": "800",
    "employees": "15",
    "principal_name": "示例·经营者",
    "principal_id": "420102190001010013",
    "contact_name": "张三丰",
    "contact_phone": "13800000000",
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


class Joint:
    """A hall that offers joint sets, and the hands that bring a whole to where a test needs it."""

    def __init__(self, hall):
        self.hall = hall
        sets = load_sets({item.catalog_code: item for item in hall.catalogue})
        rows = [joint_sets.SetRow(one.code, one.version, one.name, msgspec.json.encode(one).decode()) for one in sets]
        people = [staff.StaffRow(i, name, (role,), (), where, "", disabled=False) for i, name, role, where in MORE]

        def fill(connection):
            joint_sets.put(connection, rows)
            staff.put(connection, [*staff.everyone(connection), *people])

        hall.store.writer.local(fill).result()
        papers = tuple(route for route in HALL if route.path.startswith("/papers/"))
        routes = (*ACCOUNT, *PUBLIC, *CASEWORK, *INTAKE, *papers)
        hall.app = create_app(Site("厅印", "示范区", "hall", HALL_MENU), hall._ports(), routes, hall.services)

    def do(self, command, login, role, window=None):
        actor = Actor(login, role, window)
        return self.hall.desk.submit_now(command, actor=actor, key=str(uuid.uuid4())).result

    def receive(self, *, without=()):
        form = self.hall.desk.facts.offered(self.hall.desk.reader(), "BL0002")
        command = joint_intake.ReceiveJoint(
            set_code="BL0002",
            form_version=form.task_version,
            applicant=APPLICANT,
            form=FORM,
            materials=tuple(
                MaterialIn(code=one.code, name=one.name) for one in materials_for(form, FORM) if one.code not in without
            ),
            ticket="B012",
        )
        return self.do(command, "W0312", Role.WINDOW_CLERK, "03")["joint"]

    def whole(self, no):
        return joint_facts.find_whole(self.hall.desk.reader(), self.hall.desk.facts.items, no)

    def case(self, no, position):
        return self.whole(no).members[position].case

    def examine(self, no, position, login, problem=""):
        case = self.case(no, position)
        if not case.handler:
            self.do(prereview.TakeCase(case=case.no, version=case.version), login, Role.CASE_HANDLER)
            case = self.case(no, position)
        lines = (prereview.CorrectionWords(problem, "没有加盖公章", "请加盖公章后重新提交"),) if problem else ()
        command = prereview.PreReviewCase(
            case=case.no,
            version=case.version,
            verdicts={one.code: "problem" if one.code == problem else "pass" for one in case.materials},
            reasons={problem: "没有加盖公章"} if problem else {},
            then="correct" if problem else "accept",
            corrections=lines,
        )
        self.do(command, login, Role.CASE_HANDLER)

    def decide(self, no, position, handler, reviewer, approver):
        for login, role in ((handler, Role.CASE_HANDLER), (reviewer, Role.REVIEWER)):
            case = self.case(no, position)
            command = review.GiveOpinion(case=case.no, version=case.version, result="agree", opinion="符合规定，同意")
            self.do(command, login, role)
        case = self.case(no, position)
        grant = review.GrantCase(case=case.no, version=case.version, opinion="同意", content="准予")
        self.do(grant, approver, Role.APPROVER)

    def produce(self, no, position):
        case = self.case(no, position)
        command = issuance.ProduceResult(case=case.no, version=case.version)
        self.do(command, "W0312", Role.WINDOW_CLERK, "03")

    def examined(self):
        no = self.receive()
        self.examine(no, 0, "C1003")
        self.examine(no, 1, "C1001")
        return no
