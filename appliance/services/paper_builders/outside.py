"""初审意见, 材料移交清单, 寄件单, 送达回证, 更正通知书: papers that leave the hall (许可法 art. 35, 43)."""

from datetime import date, datetime
from typing import assert_never

from appliance.domain import events as ev
from appliance.domain.case import Case
from appliance.papers import data
from appliance.papers.kinds import KINDS
from appliance.services.paper_builders.decision import approval_steps
from appliance.services.paper_builders.issuance import handed_items
from appliance.services.paper_builders.moment import Moment, citations, material

OutsideEvent = ev.CaseForwarded | ev.CaseShipped | ev.CaseDelivered | ev.CasePaperCorrected

FORWARD_PURPOSE = "初审意见和全部申请材料直接报送上级行政机关（《中华人民共和国行政许可法》第三十五条）"
FORWARD_WAY = "由承办部门派人送交，双方在本单签名"
FORWARD_FACTS = "申请材料齐全，符合法定形式，已经受理并完成初审，各环节意见如下"
POSTAGE = "以大厅公布的寄送办法为准"
SHIP_QUERY = "凭运单号向承运单位查询，也可以凭收件编号和查询码查询"
SERVED_BY_POST = "邮寄送达"
PROOF_WORDS = {"signed_slip": "收件人签收的回单", "tracking": "承运单位的签收记录"}


def paper(moment: Moment, event: OutsideEvent) -> data.PaperData:
    """Make the paper of the moment's kind that such an event produces."""
    match event:
        case ev.CaseForwarded():
            return transfer_list(moment, event) if moment.kind.name == "transfer_list" else opinion(moment, event)
        case ev.CaseShipped():
            return shipping_slip(moment, event)
        case ev.CaseDelivered():
            return service_certificate(moment, event)
        case ev.CasePaperCorrected():
            return paper_correction(moment, event)
        case _:
            assert_never(event)


def opinion(moment: Moment, event: ev.CaseForwarded) -> data.OpinionForward:
    """Make the initial opinion for the higher authority: every signed row, and the last one as the conclusion."""
    case, steps = moment.case, approval_steps(moment)
    due, provisional = moment.due("C2")
    return data.OpinionForward(
        head=moment.head(),
        addressee=event.authority,
        accepted_on=date.fromisoformat(case.accepted_on),
        due=due,
        due_provisional=provisional,
        facts=FORWARD_FACTS,
        opinion=steps[-1].opinion,
        basis=citations(moment.item.by_law),
        steps=steps,
        materials=tuple(material(one) for one in case.materials),
        contact=f"{case.department_name}，电话{moment.department.phone}",
    )


def transfer_list(moment: Moment, event: ev.CaseForwarded) -> data.TransferList:
    """List the materials that go up with the opinion."""
    case = moment.case
    return data.TransferList(
        head=moment.head(),
        giver=case.department_name,
        receiver=event.authority,
        purpose=FORWARD_PURPOSE,
        moved_at=moment.at,
        lines=tuple(material(one) for one in case.materials if one.code in event.materials),
        way=FORWARD_WAY,
    )


def shipping_slip(moment: Moment, event: ev.CaseShipped) -> data.ShippingSlip:
    """Make the slip of the parcel; both addresses are written out, for the carrier."""
    hall = moment.hall
    return data.ShippingSlip(
        head=moment.head(),
        carrier=event.carrier,
        waybill_no=event.waybill,
        sender=data.PostalAddress(name=hall.name, phone=hall.consult_phone, address=hall.address),
        recipient=data.PostalAddress(name=event.recipient, phone=event.phone, address=event.address),
        items=handed_items(moment.case),
        shipped_at=moment.at,
        postage=POSTAGE,
        query_way=SHIP_QUERY,
    )


def _shipped(case: Case) -> ev.CaseShipped:
    if case.shipment is None:
        raise LookupError(case.no)
    return case.shipment.shipped


def service_certificate(moment: Moment, event: ev.CaseDelivered) -> data.ServiceCertificate:
    """Make the certificate that the result was served by post."""
    shipped, at = _shipped(moment.case), moment.at
    signed = event.proof == "signed_slip"
    server = moment.step.meta.actor.id
    return data.ServiceCertificate(
        head=moment.head(),
        papers=tuple(
            data.ServedPaper(name=one.name, number=one.number, copies=one.copies) for one in handed_items(moment.case)
        ),
        addressee=moment.case.applicant.name,
        place=shipped.address,
        way=SERVED_BY_POST,
        served_at=datetime.combine(date.fromisoformat(event.delivered_on), at.timetz()),
        servers=(f"{moment.name_of(server)}（工号{server}）", shipped.carrier),
        signer=event.recipient if signed else "",
        relation="运单载明的收件人" if signed else "",
        trace=f"{PROOF_WORDS.get(event.proof, event.proof)}，运单号{shipped.waybill}",
        note="" if signed else f"签收人：{event.recipient}",
    )


def paper_correction(moment: Moment, event: ev.CasePaperCorrected) -> data.PaperCorrectionNotice:
    """Make the notice of a slip of the pen; the old paper stays in the log."""
    code, index = event.paper.split("-")[-2:]
    kind = next(one for one in KINDS if one.code == code)
    issued = next(step for step in moment.steps if step.index == int(index))
    actor = moment.step.meta.actor.id
    return data.PaperCorrectionNotice(
        head=moment.head(),
        paper_title=kind.title,
        paper_no=getattr(issued.event, "document_no", "") or event.paper,
        paper_date=date.fromisoformat(issued.meta.t[:10]),
        lines=(data.CorrectedText(place=f"《{kind.title}》", written=event.old, correct=event.new),),
        reason=event.reason,
        approver=f"{moment.name_of(actor)}（工号{actor}）",
        corrected_on=moment.at.date(),
        phones=moment.phones(),
    )
