"""One hall in a temporary directory and a case walked through it by the real services; loaded by path, no test itself.

Names hold what papers must not lose: 𠮷 (outside the basic plane) and the separator U+00B7.
"""

import uuid
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

import msgspec

from appliance.catalogue.calendar import load_calendar
from appliance.catalogue.departments import load_departments
from appliance.catalogue.loader import load_items
from appliance.clock import SHANGHAI, FixedClock
from appliance.config import HallConfig, Remedy
from appliance.domain.actor import Actor, Role
from appliance.domain.events import EpochOpened
from appliance.domain.service_item import materials_for
from appliance.domain.subject import Agent, Applicant, FileRef, MaterialIn
from appliance.ledger.signer import LogSigner
from appliance.projections import calendar_view, cases, departments, items, staff
from appliance.projections.registry import HallProjector
from appliance.services import intake, issuance, prereview, review
from appliance.services.desk import OwnDesk
from appliance.services.facts import Facts
from appliance.services.papers import latest, list_papers
from appliance.store.blobs import BlobStore
from appliance.store.change import Change, Decision, NewEntry
from appliance.store.store import open_store

ITEMS = Path(items.__file__).parents[1] / "catalogue" / "items"
DEPARTMENT = "11420199MBDEM004XU"
HALL = HallConfig(
    city="wuhan-demo",
    area="420199",
    hall="01",
    name="示范区政务服务大厅",
    short_name="示范区大厅",
    address="示范区政务大道1号（示例）",
    hours="工作日 9:00–12:00、13:30–17:00",
    consult_phone="027-00000101",
    supervision_phone="027-00000100",
    remedy=Remedy(review_body="示范区人民政府", court="示范铁路运输法院"),
)
CLERK = Actor("W0312", Role.WINDOW_CLERK, "03")
HANDLER = Actor("C1001", Role.CASE_HANDLER)
REVIEWER = Actor("R2001", Role.REVIEWER)
APPROVER = Actor("A3001", Role.APPROVER)
PEOPLE = (
    ("W0312", "王窗", Role.WINDOW_CLERK, ""),
    ("C1001", "陈𠮷办", Role.CASE_HANDLER, DEPARTMENT),
    ("R2001", "任核", Role.REVIEWER, DEPARTMENT),
    ("A3001", "安批", Role.APPROVER, DEPARTMENT),
    ("C9009", "外示例", Role.CASE_HANDLER, "11420199MBDEM0058U"),
)
APPLICANT = Applicant(
    kind="self_employed",
    name="𠮷野小吃店（示例）",
    id_type="uscc",
    id_number="92420199MADEM002XC",
    phone="13800005678",
    representative="阿依·示例",
    representative_id="420102190001010013",
)
AGENT = Agent(name="𠮷永·示例", id_number="420102190001010021", phone="13900001234")
FORM = {
    "main_business": "餐饮服务经营者",
    "business_items": ["热食类食品制售", "自制饮品制售"],
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
PROBLEM, REQUIREMENT = "没有提交这份材料", "请补交全部人员的健康证明复印件"
SCAN = b"%PDF-1.7 a scanned application form, as far as this test is concerned"


@dataclass
class Walk:
    """A hall and the one case in it; each step is a method, `to_end` takes them all."""

    directory: Path
    clock: FixedClock = field(default_factory=lambda: FixedClock(datetime(2026, 11, 23, 9, 41, 7, tzinfo=SHANGHAI)))
    no: str = ""

    def __post_init__(self):
        random = Random("walk").randbytes
        self.origin = HALL.origin("h2c", 1)
        signers = {self.origin: LogSigner(self.origin, b"1" * 32)}
        projector = HallProjector(BlobStore(self.directory / "blobs"))
        self.store = open_store(self.directory, clock=self.clock, projector=projector, signers=signers, random=random)
        catalogue = load_items(ITEMS)
        self.item = next(one for one in catalogue if one.catalog_code == "420100001000")

        def fill(connection):
            rows = [(one, msgspec.json.encode(one).decode()) for one in catalogue]
            items.put(
                connection,
                [items.ItemRow(one.catalog_code, one.task_version, one.task_name, "d", body) for one, body in rows],
            )
            departments.put(
                connection,
                [
                    departments.DepartmentRow(one.code, one.name, one.short_name, one.document_prefix, one.phone)
                    for one in load_departments().departments
                ],
            )
            tables = load_calendar().tables
            calendar_view.put(connection, [(one.year, msgspec.json.encode(one).decode()) for one in tables])
            staff.put(
                connection,
                [staff.StaffRow(no, name, (role,), (), dep, "", disabled=False) for no, name, role, dep in PEOPLE],
            )

        self.store.writer.local(fill).result()
        self.scan = self.store.blobs.put(SCAN)
        opened = Decision((NewEntry(EpochOpened()),), {})
        self.store.writer.submit(Change(str(uuid.uuid4()), CLERK, b"open", lambda _: opened)).result()
        self.desk = OwnDesk(self.store, Facts(HALL))

    def do(self, command, actor):
        self.clock.advance(timedelta(minutes=7))
        return self.desk.submit_now(command, actor=actor, key=str(uuid.uuid4())).result

    @property
    def case(self):
        return cases.find(self.desk.reader(), self.no)

    @property
    def seen(self):
        return {"case": self.no, "version": self.case.version}

    def materials(self):
        scan = FileRef(self.scan, "application/pdf", len(SCAN))
        return tuple(
            MaterialIn(
                code=one.code,
                name=one.name,
                form="copy" if one.originals == 0 else "original",
                pages=2,
                files=(scan,) if one.code == "application" else (),
            )
            for one in materials_for(self.item, FORM)
        )

    def receive(self, *, complete=False, applicant=APPLICANT):
        given = self.materials()
        held = given if complete else tuple(one for one in given if one.code != "health_certificates")
        command = intake.ReceiveCase(
            item_code=self.item.catalog_code,
            item_version=self.item.task_version,
            applicant=applicant,
            agent=AGENT,
            form=FORM,
            materials=held,
            ticket="A047",
        )
        self.no = self.do(command, CLERK)["case"]

    def take(self):
        self.do(prereview.TakeCase(**self.seen), HANDLER)

    def correct(self):
        words = (prereview.CorrectionWords("health_certificates", PROBLEM, REQUIREMENT),)
        self.do(
            prereview.PreReviewCase(**self.seen, verdicts=self.verdicts(), then="correct", corrections=words), HANDLER
        )

    def verdicts(self):
        return {one.code: "pass" for one in self.case.materials}

    def supplement(self):
        given = tuple(one for one in self.materials() if one.code == "health_certificates")
        self.do(intake.SupplementCase(**self.seen, lines=(1,), materials=given), CLERK)

    def accept(self):
        self.do(prereview.PreReviewCase(**self.seen, verdicts=self.verdicts(), then="accept"), HANDLER)

    def opinions(self):
        self.do(
            review.GiveOpinion(**self.seen, result="agree", opinion="材料齐全，现场布局符合要求，建议准予"), HANDLER
        )
        self.do(review.GiveOpinion(**self.seen, result="agree", opinion="同意承办意见"), REVIEWER)

    def grant(self):
        self.do(review.GrantCase(**self.seen, opinion="同意准予", content="准予从事热食类食品、自制饮品制售"), APPROVER)

    def refuse(self):
        self.do(
            review.RefuseCase(
                **self.seen,
                opinion="不符合条件，不予许可",
                facts="经现场核查，食品处理区与卫生间相通，布局不符合要求",
                reasons="操作流程不符合食品安全要求\n在规定时间内未整改到位",
                basis="《中华人民共和国食品安全法》第三十三条",
            ),
            APPROVER,
        )

    def produce(self):
        self.do(issuance.ProduceResult(**self.seen), CLERK)

    def hand_over(self):
        self.do(
            issuance.HandOver(
                **self.seen,
                relation="agent",
                collector_name=AGENT.name,
                collector_id=AGENT.id_number,
                identity_checked=True,
            ),
            CLERK,
        )

    def withdraw(self):
        self.do(issuance.WithdrawCase(**self.seen, reason="歇业，不再经营"), CLERK)

    def reprint(self, paper_id, reason="打印机缺墨"):
        self.do(issuance.ReprintPaper(case=self.no, paper=paper_id, reason=reason), CLERK)

    def to_end(self):
        for step in (self.receive, self.take, self.correct, self.supplement, self.accept, self.opinions):
            step()
        self.grant()
        self.produce()
        self.hand_over()

    def papers(self):
        return list_papers(self.desk.reader(), self.no, self.store.durable_size)

    def paper(self, kind):
        return latest(self.desk.reader(), self.no, kind, self.store.durable_size)

    def close(self):
        self.store.close()
