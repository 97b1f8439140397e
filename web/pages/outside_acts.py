"""Acts that reach beyond the hall, and what a decision rests on beside the proofs: forms for the page of acts.

寄件 (T28), 签收 (T29), 更正文书 (T34); 告知承诺 made (T03p), withdrawn (T03w) and verified (T23v).
"""

from appliance.domain.transitions import TRANSITIONS
from appliance.errors import N_
from appliance.services.conditions import MakePromise, VerifyPromise, WithdrawPromise
from appliance.services.outside import ConfirmDelivery, CorrectPaper, ShipResult
from web.pages.act_form import ActForm

OUTSIDE: tuple[ActForm, ...] = (
    ActForm(
        "promise",
        "T03p",
        N_("告知承诺"),
        N_("申请人可以选：提交证明，或者书面承诺代替证明。选承诺的，出具告知承诺书，双方各执一份。"),
        N_("登记承诺"),
        ("told", "signer", "signed"),
        lambda no, typed: MakePromise(
            case=no, version=typed.version, signer=typed.signer, told=bool(typed.told), signed=bool(typed.signed)
        ),
        TRANSITIONS["T03p"].roles,
    ),
    ActForm(
        "withdraw-promise",
        "T03w",
        N_("撤回承诺"),
        N_("申请人在决定之前收回承诺，这件回到普通程序，承诺代替的证明要补交。"),
        N_("登记撤回承诺"),
        ("reason",),
        lambda no, typed: WithdrawPromise(case=no, version=typed.version, reason=typed.reason),
        TRANSITIONS["T03w"].roles,
        labels=(("reason", N_("申请人说的原因")),),
    ),
    ActForm(
        "verify-promise",
        "T23v",
        N_("核查承诺"),
        N_(
            "决定之后核查承诺是否属实。不实的，责令限期整改；拒不整改或者整改后仍不符合条件的，依法撤销决定，另立一件办理。"
        ),
        N_("登记核查结果"),
        ("result", "findings"),
        lambda no, typed: VerifyPromise(case=no, version=typed.version, result=typed.result, findings=typed.findings),
        TRANSITIONS["T23v"].roles,
        labels=(("result", N_("核查结果")),),
        kinds=(("result", "choice"),),
    ),
    ActForm(
        "ship",
        "T28",
        N_("寄件"),
        N_("结果交寄之后等签收；送达的时限照走，签收才停。出具寄件单。"),
        N_("登记交寄"),
        ("recipient", "phone", "address", "carrier", "waybill"),
        lambda no, typed: ShipResult(
            case=no,
            version=typed.version,
            recipient=typed.recipient,
            phone=typed.phone,
            address=typed.address,
            carrier=typed.carrier,
            waybill=typed.waybill,
        ),
        TRANSITIONS["T28"].roles,
    ),
    ActForm(
        "deliver",
        "T29",
        N_("确认签收"),
        N_("凭签收的回单或者承运单位的记录确认，这件办结，出具送达回证。"),
        N_("确认签收"),
        ("proof", "delivered_on", "recipient"),
        lambda no, typed: ConfirmDelivery(
            case=no,
            version=typed.version,
            delivered_on=typed.delivered_on,
            proof=typed.proof,
            recipient=typed.recipient,
        ),
        TRANSITIONS["T29"].roles,
        labels=(("recipient", N_("签收人")),),
    ),
    ActForm(
        "correct",
        "T34",
        N_("更正文书"),
        N_("更正已发文书里的笔误，出具更正通知书。原文书留在日志里，标明已更正；决定本身有错的，不能用更正来改。"),
        N_("更正并出具通知书"),
        ("paper", "old", "new", "reason"),
        lambda no, typed: CorrectPaper(
            case=no, version=typed.version, paper=typed.paper, old=typed.old, new=typed.new, reason=typed.reason
        ),
        TRANSITIONS["T34"].roles,
        labels=(("reason", N_("更正的原因")),),
    ),
)
