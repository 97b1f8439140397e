"""现场核查, 听证 and 收费 as forms for the page of acts (T14c, T16h–T16d, T23f, T23g)."""

from appliance.domain.transitions import TRANSITIONS
from appliance.errors import N_
from appliance.services.inquiry import (
    CallHearing,
    CheckSite,
    HoldHearing,
    NoticeFee,
    OfferHearing,
    PayFee,
    RequestHearing,
)
from web.pages.act_form import ActFields, ActForm


def _check(no: str, typed: ActFields) -> CheckSite:
    return CheckSite(
        case=no,
        version=typed.version,
        started_at=typed.held_at,
        ended_at=typed.ended_at,
        second=typed.second,
        certificate=typed.certificate,
        certificate2=typed.certificate2,
        result=typed.result,
        words={name: getattr(typed, name) for name in ("place", "present", "findings", "conclusion", "statement")},
    )


SITE_CHECK = (
    "held_at",
    "ended_at",
    "place",
    "certificate",
    "second",
    "certificate2",
    "present",
    "findings",
    "result",
    "conclusion",
    "statement?",
)
INQUIRY: tuple[ActForm, ...] = (
    ActForm(
        "site-check",
        "T14c",
        N_("登记现场核查"),
        N_("由两名以上工作人员进行，出具现场核查记录；核查的时间计入办理时限。"),
        N_("登记核查"),
        (
            "held_at",
            "ended_at",
            "place",
            "certificate",
            "second",
            "certificate2",
            "present",
            "findings",
            "result",
            "conclusion",
            "statement?",
        ),
        _check,
        TRANSITIONS["T14c"].roles,
        labels=(("held_at", N_("开始")), ("result", N_("核查的结论")), ("findings", N_("查明的情况"))),
        kinds=(("result", "choice"),),
    ),
    ActForm(
        "hearing-offer",
        "T16h",
        N_("告知听证权利"),
        N_("直接涉及重大利益关系的，作出决定之前告知申请人、利害关系人。出具听证告知书，五个工作日内可以申请。"),
        N_("出具听证告知书"),
        ("party", "addressee", "interest", "intended"),
        lambda no, typed: OfferHearing(
            case=no,
            version=typed.version,
            party=typed.party,
            addressee=typed.addressee,
            interest=typed.interest,
            intended=typed.intended,
        ),
        TRANSITIONS["T16h"].roles,
    ),
    ActForm(
        "hearing-request",
        "T16r",
        N_("登记听证申请"),
        N_("在申请期内提出的，二十个工作日内组织听证；听证举行之前不能作出决定。"),
        N_("登记申请"),
        ("party", "addressee"),
        lambda no, typed: RequestHearing(case=no, version=typed.version, party=typed.party, addressee=typed.addressee),
        TRANSITIONS["T16r"].roles,
        labels=(("party", N_("谁申请")), ("addressee", N_("申请人姓名或者名称"))),
    ),
    ActForm(
        "hearing-call",
        "T16n",
        N_("通知听证"),
        N_("提前七个工作日以上通知；审查这件申请的人员不能主持。出具听证通知书。"),
        N_("出具听证通知书"),
        ("held_at", "place", "presider", "recorder", "closed?"),
        lambda no, typed: CallHearing(
            case=no,
            version=typed.version,
            held_at=typed.held_at,
            place=typed.place,
            presider=typed.presider,
            recorder=typed.recorder,
            closed=typed.closed,
        ),
        TRANSITIONS["T16n"].roles,
        labels=(("held_at", N_("听证时间")), ("place", N_("听证地点"))),
    ),
    ActForm(
        "hearing-record",
        "T16d",
        N_("登记听证笔录"),
        N_("由主持人或者记录人登记。笔录经参加人确认并签名；决定依听证笔录作出。出具听证笔录。"),
        N_("登记笔录"),
        ("ended_at", "attendants", "record", "evidence?"),
        lambda no, typed: HoldHearing(
            case=no,
            version=typed.version,
            ended_at=typed.ended_at,
            attendants=typed.attendants,
            record=typed.record,
            evidence=typed.evidence,
        ),
        TRANSITIONS["T16d"].roles,
    ),
    ActForm(
        "fee-notice",
        "T23f",
        N_("通知缴费"),
        N_("只收法律、行政法规规定的费用。出具缴费通知书；缴清之前不能发件。"),
        N_("出具缴费通知书"),
        ("fee", "quantity", "amount"),
        lambda no, typed: NoticeFee(
            case=no, version=typed.version, fee=typed.fee, quantity=typed.quantity, amount=typed.amount
        ),
        TRANSITIONS["T23f"].roles,
    ),
    ActForm(
        "fee-paid",
        "T23g",
        N_("登记缴费"),
        N_("凭财政票据登记；金额与缴费通知书不一致的不能登记。"),
        N_("登记缴费"),
        ("receipt_no", "amount"),
        lambda no, typed: PayFee(case=no, version=typed.version, receipt_no=typed.receipt_no, amount=typed.amount),
        TRANSITIONS["T23g"].roles,
        labels=(("amount", N_("缴了多少（元）")),),
    ),
)
