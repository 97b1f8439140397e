"""容缺受理承诺书, 告知承诺书, 备案回执: what acceptance or decision rests on beside the proofs (domain §2.4)."""

from datetime import date

from appliance.domain import events as ev
from appliance.domain.service_item import Material
from appliance.papers import data
from appliance.services.paper_builders.moment import Moment, citations, material

BLOCKED = {
    "before_decision": "补齐之前不作出准予的决定",
    "before_issue": "补齐之前不发放结果",
    "fixed_days": "逾期未补齐的，终止办理或者不予许可",
}
TOLERANCE_BASIS = "本事项公布的容缺受理清单"
SUPPLY_WAY = "到任一综合窗口补交，带上本承诺书或者收件回执单"
TOLERANCE_CONSEQUENCE = "逾期没有补齐的，本机关依法不予许可或者终止办理；终止之后可以重新申请。"
PROMISE_EFFECT = "申请人书面承诺已经符合告知的条件的，本机关不再要求提交有关证明，依据书面承诺办理。"
PROMISE_VOLUNTARY = (
    "是否承诺由申请人自愿选择，不愿承诺或者无法承诺的，按普通程序提交证明。"
    "申请人有较严重的不良信用记录或者曾经作出虚假承诺的，在信用修复之前不适用告知承诺。"
)
PROMISE_LIABILITY = (
    "承诺不实的，依法终止办理、责令限期整改、撤销行政决定或者予以行政处罚，并纳入信用记录；"
    "涉嫌犯罪的，依法移送司法机关。"
)
PROMISE_VERIFICATION = "本机关在作出决定之后对承诺的内容进行核查，申请人应当配合。"
PROMISE_STATEMENTS = (
    "已经知晓本机关告知的全部内容；",
    "已经符合告知的条件、标准和要求；",
    "填写的信息真实、准确；",
    "愿意承担不实承诺的法律责任；",
    "以上承诺是申请人真实的意思表示。",
)
RECORD_DUTY = "备案的内容发生变化的，应当及时办理变更。"


def tolerant_commitment(moment: Moment, event: ev.CaseAccepted) -> data.TolerantCommitment:
    """Make the commitment that goes with a tolerant acceptance: each line with its day and what waits for it."""
    clock = moment.case.clock("C6")
    day = date.fromisoformat(clock.deadline.due) if clock is not None else None
    known = {one.code: one for one in moment.item.materials}
    policy = moment.item.tolerance_policy
    return data.TolerantCommitment(
        head=moment.head(),
        lines=tuple(
            data.TolerantLine(
                name=known[code].name,
                requirement=_content(known[code]),
                supply_by=day,
                blocks=BLOCKED.get(event.tolerance, BLOCKED["fixed_days"]),
            )
            for code in event.tolerated
        ),
        basis=policy.explain if policy is not None and policy.explain else TOLERANCE_BASIS,
        supply_way=SUPPLY_WAY,
        consequence=TOLERANCE_CONSEQUENCE,
        phones=moment.phones(),
        supply_by_provisional=clock is not None and clock.deadline.provisional,
    )


def promise_document(moment: Moment, event: ev.CasePromiseMade) -> data.PromiseDocument:
    """Make both parts of the promise: the authority tells, the applicant promises (国办发〔2020〕42号)."""
    known = {one.code: one for one in moment.item.materials}
    own = (moment.item.promise_template,) if moment.item.promise_template else ()
    return data.PromiseDocument(
        head=moment.head(),
        basis=tuple(citations((law,)) for law in moment.item.by_law),
        conditions=tuple(
            data.PromiseCondition(name=known[code].name, content=_content(known[code])) for code in event.materials
        ),
        effect=PROMISE_EFFECT,
        voluntary=PROMISE_VOLUNTARY,
        liability=PROMISE_LIABILITY,
        verification=PROMISE_VERIFICATION,
        statements=(*own, *PROMISE_STATEMENTS),
        phones=moment.phones(),
    )


def record_receipt(moment: Moment, event: ev.CaseGranted) -> data.RecordReceipt:
    """Make the receipt of a filing 备案: what was put on record, without a licence and without a decision letter."""
    words = {"yes": "是", "no": "否"}
    fields = []
    for field in moment.item.form:
        answer = moment.case.form.get(field.name)
        if answer and not field.personal:
            text = "、".join(answer) if isinstance(answer, list) else words.get(answer, answer)
            fields.append(data.Field(label=field.label, value=f"{text}{field.unit}"))
    return data.RecordReceipt(
        head=moment.head(document_no=event.document_no),
        record_no=event.document_no,
        recorded_on=date.fromisoformat(event.decided_on),
        basis=citations(moment.item.by_law),
        fields=tuple(fields),
        duties=(RECORD_DUTY,),
        materials=tuple(material(one) for one in moment.case.materials),
        validity=moment.item.result_validity,
    )


def _content(listed: Material) -> str:
    return "；".join(listed.review_points) or listed.name
