"""What may happen to a demo case beside the main road: the commands of each act, in order, made one after the other."""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from msgspec import structs

from appliance.domain.actor import Actor, Role
from appliance.domain.case import Case
from appliance.domain.events import SampleLine
from appliance.services.agents import AuthoriseAgent, ReturnOriginals
from appliance.services.commands import Command
from appliance.services.conditions import MakePromise, SupplyTolerated, VerifyPromise
from appliance.services.handovers import SendMaterials, TakeMaterials
from appliance.services.inquiry import CheckSite, NoticeFee, PayFee
from appliance.services.mending import AmendRegistration, FixOnSite, ReceiveRequested
from appliance.services.outside import ConfirmDelivery, ForwardUp, ImportResult, ShipResult
from appliance.services.prereview import CorrectionWords
from appliance.services.procedure import ConfirmProposal, FindNotRequired, Propose
from appliance.services.review import RequestMaterial
from appliance.services.timing import EndSpecial, ExtendCase, ResumeCase, SuspendCase
from provisioning.applications import MadeApplication, make_agent, mobile

Sent = Iterator[tuple[Command, Actor]]

# The scan of a higher authority's paper: a valid PDF of one empty page. `make_demo` lays it into the blob store.
PAPER_ABOVE = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj "
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
)


@dataclass(frozen=True, slots=True)
class Acts:
    """The acts of one case.

    Attributes:
        random: seeded source.
        made: the application.
        person: finds the department's person of a role.
        clerk: the clerk at the window.
        find: gives the case as it stands.
    """

    random: Random
    made: MadeApplication
    person: Callable[[Role], Actor]
    clerk: Actor
    find: Callable[[str], Case]

    def _at(self, no: str) -> int:
        return self.find(no).version

    def _confirm(self, no: str, *, slip_returned: bool = False) -> ConfirmProposal:
        case = self.find(no)
        return ConfirmProposal(case=no, version=case.version, proposal=case.proposals, slip_returned=slip_returned)

    def not_required(self, no: str, _second: Actor) -> Sent:
        """T06."""
        reason = "所申请的事项依法不需要取得许可（示例）"
        yield FindNotRequired(case=no, version=self._at(no), reason=reason), self.person(Role.CASE_HANDLER)

    def not_accepted(self, no: str, _second: Actor) -> Sent:
        """T07."""
        proposed = Propose(
            case=no,
            version=self._at(no),
            act="not_accepted",
            reason="申请事项依法不属于本机关的职权范围（示例）",
            basis="《中华人民共和国行政许可法》第三十二条第一款第二项",
            authority="相邻区的主管机关（示例）",
        )
        yield proposed, self.person(Role.CASE_HANDLER)
        yield self._confirm(no), self.person(Role.REVIEWER)

    def terminate(self, no: str, _second: Actor) -> Sent:
        """T32."""
        proposed = Propose(
            case=no,
            version=self._at(no),
            act="terminate",
            ground=self.random.choice(("dissolution", "object_vanished")),
            reason="审查期间申请的对象不复存在（示例）",
        )
        yield proposed, self.person(Role.CASE_HANDLER)
        yield self._confirm(no), self.person(Role.REVIEWER)

    def void(self, no: str, second: Actor) -> Sent:
        """T37."""
        reason = "误选了事项，申请人同意重新取号（示例）"
        yield Propose(case=no, version=self._at(no), act="void_receipt", reason=reason), self.clerk
        yield self._confirm(no, slip_returned=True), second

    def fix(self, no: str) -> Sent:
        """T05: one material is handed in anew."""
        material = self.made.handed_in[0]
        fixed = structs.replace(material, pages=material.pages + 1)
        yield FixOnSite(case=no, version=self._at(no), materials=(fixed,), signed=True), self.clerk

    def amend(self, no: str) -> Sent:
        """T36: the telephone number was typed wrongly."""
        case = self.find(no)
        fresh = next(number for number in iter(lambda: mobile(self.random), "") if number != case.applicant.phone)
        right = structs.replace(case.applicant, phone=fresh)
        yield AmendRegistration(case=no, version=case.version, applicant=right, reason="联系电话录入错误"), self.clerk

    def request(self, no: str) -> Sent:
        """T35 and its answer."""
        material = next((one for one in self.made.handed_in if one.form != "licence"), None)
        if material is None:
            return
        words = (CorrectionWords(material.code, "与审查中查明的情况不一致（示例）", "请补充说明并重新提交（示例）"),)
        yield (
            RequestMaterial(
                case=no,
                version=self._at(no),
                cause="found_in_review",
                reason="审查中发现情况不一致（示例）",
                lines=words,
            ),
            self.person(Role.CASE_HANDLER),
        )
        yield ReceiveRequested(case=no, version=self._at(no), lines=(1,), materials=(material,)), self.clerk

    def special(self, no: str, *, stays: bool) -> Sent:
        """T16, and T17 unless the case stays there."""
        special = self.made.item.special_procedure[0]
        handler = self.person(Role.CASE_HANDLER)
        proposed = Propose(
            case=no,
            version=self._at(no),
            act="start_special",
            ground=special.kind,
            days=special.planned_days,
            reason="依法需要进行特别程序（示例）",
        )
        yield proposed, handler
        yield self._confirm(no), self.person(Role.REVIEWER)
        if not stays:
            ended = EndSpecial(
                case=no, version=self._at(no), document="特别程序结果记录（示例）", result="符合要求（示例）"
            )
            yield ended, handler

    def suspend(self, no: str, *, stays: bool) -> Sent:
        """T19, and T20 unless the case stays there."""
        suspended = SuspendCase(
            case=no,
            version=self._at(no),
            basis_kind=self.random.choice(("statute", "other")),
            reason="与第三人的权属争议正在诉讼中（示例）",
            basis="《示例条例》第十条",
        )
        yield suspended, self.person(Role.DEPT_HEAD)
        if not stays:
            yield ResumeCase(case=no, version=self._at(no), reason="争议已经解决"), self.person(Role.CASE_HANDLER)

    def check(self, no: str) -> Sent:
        """T14c: the handler and a colleague look at the place."""
        ended = datetime.fromisoformat(self.find(no).steps[-1].started)
        words = {
            "place": "申请的经营场所（示例）",
            "present": "现场负责人（示例）",
            "conclusion": "现场与申请材料一致（示例）",
        }
        words["findings"] = "设施、布局和面积与申请材料一致（示例）"
        checked = CheckSite(
            case=no,
            version=self._at(no),
            started_at=f"{ended - timedelta(minutes=40):%Y-%m-%dT%H:%M}",
            ended_at=f"{ended:%Y-%m-%dT%H:%M}",
            second=self.person(Role.REVIEWER).id,
            certificate=f"SF{self.random.randrange(10_000, 99_999)}",
            certificate2=f"SF{self.random.randrange(10_000, 99_999)}",
            result="pass",
            words=words,
        )
        yield checked, self.person(Role.CASE_HANDLER)

    def charge(self, no: str) -> Sent:
        """T23f and T23g."""
        fee, amount = self.made.item.fees[0], f"{self.random.randrange(2, 40) * 50}.00"
        yield NoticeFee(case=no, version=self._at(no), fee=fee.name, quantity="1 项", amount=amount), self.clerk
        receipt = f"CZ{self.random.randrange(10_000_000, 99_999_999)}"
        yield PayFee(case=no, version=self._at(no), receipt_no=receipt, amount=amount), self.clerk

    def extend(self, no: str) -> Sent:
        """T18."""
        days = self.random.randint(1, self.made.item.extension_max_days)
        reason = "情况复杂，需要进一步核实（示例）"
        yield ExtendCase(case=no, version=self._at(no), days=days, reason=reason), self.person(Role.DEPT_HEAD)

    def supply(self, no: str) -> Sent:
        """Hand in what was missing at a tolerant acceptance."""
        case = self.find(no)
        given = tuple(one for one in self.made.materials if one.code in case.open_tolerance)
        yield SupplyTolerated(case=no, version=case.version, materials=given), self.clerk

    def promise(self, no: str) -> Sent:
        """告知承诺: signed by who stands at the window."""
        applicant, agent = self.made.applicant, self.made.agent
        signer = agent.name if agent is not None else applicant.representative or applicant.name
        yield MakePromise(case=no, version=self._at(no), signer=signer, told=True, signed=True), self.clerk

    def verify(self, no: str) -> Sent:
        """Verify the promise after the decision; one in ten is not true."""
        broken = self.random.random() < 0.1  # noqa: PLR2004 - one in ten
        findings = "现场情况与承诺不一致（示例）" if broken else "现场情况与承诺一致（示例）"
        verified = VerifyPromise(
            case=no, version=self._at(no), result="broken" if broken else "kept", findings=findings
        )
        yield verified, self.person(Role.CASE_HANDLER)

    def forward(self, no: str, approver: Actor) -> Sent:
        """T21."""
        authority = "市级主管机关（示例）"
        opinion = "初审意见：材料齐全，报请审定（示例）"
        yield ForwardUp(case=no, version=self._at(no), opinion=opinion, authority=authority), approver

    def import_result(self, no: str, *, refused: bool) -> Sent:
        """T22."""
        case = self.find(no)
        imported = ImportResult(
            case=no,
            version=case.version,
            result="refused" if refused else "granted",
            document_no=f"示市〔{case.forwarded_on[:4]}〕{self.random.randrange(1, 900)}号",
            decided_on=case.forwarded_on,
            content="经审定不符合规定的条件（示例）" if refused else "经审定准予（示例）",
            files=(hashlib.sha256(PAPER_ABOVE).hexdigest(),),
        )
        yield imported, self.clerk

    def hand_on(self, no: str, *, back: bool) -> Sent:
        """T03m, T03n: what is on paper goes to the department, and comes back when it was looked at."""
        case, handler = self.find(no), self.person(Role.CASE_HANDLER)
        codes = tuple(one.code for one in case.materials if one.on_paper)[:3]
        samples = () if codes else (SampleLine(name="样品（示例）", quantity="1 件"),)
        there = SendMaterials(
            case=no,
            version=case.version,
            receiver=case.department,
            materials=codes,
            samples=samples,
            purpose="送部门审查（示例）",
        )
        yield there, self.clerk
        if not back:
            return
        number = len(self.find(no).movements)
        refused = {codes[0]: "页数与清单不符（示例）"} if len(codes) > 1 else {}
        yield TakeMaterials(case=no, version=self._at(no), handover=number, counted=True, refused=refused), handler
        taken = tuple(code for code in codes if code not in refused)
        if not taken:
            return
        home = SendMaterials(
            case=no, version=self._at(no), receiver="", materials=taken, purpose="审查完毕退回（示例）"
        )
        yield home, handler
        yield TakeMaterials(case=no, version=self._at(no), handover=number + 1, counted=True), self.clerk

    def authorise(self, no: str) -> Sent:
        """T03a: somebody else comes for the result, with a letter."""
        agent = structs.replace(make_agent(self.random), scopes=("notice", "collect"))
        yield AuthoriseAgent(case=no, version=self._at(no), agent=agent, letter_seen=True), self.clerk

    def return_originals(self, no: str) -> Sent:
        """T03o: what was kept goes back with the result."""
        case, took = self.find(no), self.find(no).handover
        kept = tuple(one.code for one in case.materials if one.holds_original and not one.place)
        if took is None or not kept:
            return
        back = ReturnOriginals(
            case=no,
            version=case.version,
            materials=kept,
            relation=took.relation,
            receiver_name=took.collector_name,
            receiver_id=took.collector_id,
            identity_checked=True,
        )
        yield back, self.clerk

    def mail(self, no: str, *, arrives: bool) -> Sent:
        """T28, and T29 when it arrives."""
        case = self.find(no)
        applicant = case.applicant
        name = applicant.representative or applicant.name
        shipped = ShipResult(
            case=no,
            version=case.version,
            recipient=name,
            phone=applicant.phone,
            address=applicant.address or "示范区示范大道1号（示例）",
            carrier="邮政速递（示例）",
            waybill=f"EMS{self.random.randrange(10**9, 10**10)}CN",
        )
        yield shipped, self.clerk
        if arrives:
            after = self.find(no)
            day = after.shipment.at[:10] if after.shipment is not None else ""
            delivered = ConfirmDelivery(
                case=no, version=after.version, delivered_on=day, proof="signed_slip", recipient=name
            )
            yield delivered, self.clerk
