"""The kinds of papers: one table that templates, checks, screens and tests walk."""

from enum import StrEnum

import msgspec

from appliance.errors import N_
from appliance.papers import data


class Copy(StrEnum):
    """Copy kind 联: which copy of a paper a sheet is."""

    APPLICANT = "applicant"
    FILE = "file"
    INTERNAL = "internal"
    PARTY = "party"
    GIVER = "giver"
    RECEIVER = "receiver"
    NONE = "none"


COPY_TITLES = {
    Copy.APPLICANT: N_("申请人联"),
    Copy.FILE: N_("存档联"),
    Copy.INTERNAL: N_("内部存档联"),
    Copy.PARTY: N_("当事人联"),
    Copy.GIVER: N_("移交方联"),
    Copy.RECEIVER: N_("接收方联"),
    Copy.NONE: "",
}
"""What each copy is called on the sheet; a licence says 正本 or 副本 instead, a guide nothing."""


class Numbers(StrEnum):
    """Which numbers and people a paper's header must carry."""

    NONE = "none"
    """A paper about an item, not about a case."""
    INTAKE = "intake"
    """Applicant, operator, intake number 收件编号."""
    ACCEPTANCE = "acceptance"
    """The same and the acceptance number 受理编号."""
    OFFICIAL = "official"
    """Intake number and official document number 文号."""
    DECISION = "decision"
    """All of them."""


class Kind(msgspec.Struct, frozen=True, kw_only=True):
    """One kind of paper.

    Attributes:
        name: its name in code and in paper requests; also the template's file name.
        code: two digits inside paper ids; never reused.
        title: the printed title, a Chinese message id.
        struct: the data it is made from.
        copies: the copies it is made in, the default one first.
        numbers: what its header must carry.
        seal: the seal whose place is printed 印章位置, or "".
        seal_required: the paper has no effect without the seal (domain §2.8).
        narrow: it may also be printed on 80 mm paper.
        promised: its QR is a signed code that names its entry in the log: the hall's promise to whoever holds it.
        source: clause of DB4201/T 571-2018 or article of law.
    """

    name: str
    code: str
    title: str
    struct: type[msgspec.Struct]
    copies: tuple[Copy, ...]
    numbers: Numbers
    source: str
    seal: str = ""
    seal_required: bool = False
    narrow: bool = False
    promised: bool = False

    @property
    def template(self) -> str:
        """The template's file name."""
        return f"{self.name}.typ"


_BOTH = (Copy.APPLICANT, Copy.FILE)
# A hearing has parties, of whom the applicant is one.
_PARTIES = (Copy.PARTY, Copy.FILE)
_LICENSING_SEAL = N_("行政许可专用章")
_AUTHORITY_SEAL = N_("机关印章")

KINDS: tuple[Kind, ...] = (
    Kind(name="intake_receipt", code="01", title=N_("收件回执单"), struct=data.IntakeReceipt, copies=(Copy.APPLICANT,),
         numbers=Numbers.INTAKE, seal=N_("收件专用章"), narrow=True, promised=True, source="5.2.2.1.2"),
    Kind(name="archive_receipt", code="02", title=N_("存档回执单"), struct=data.ArchiveReceipt, copies=(Copy.FILE,),
         numbers=Numbers.INTAKE, source="5.2.2.1.2"),
    Kind(name="correction_notice", code="03", title=N_("补正回执单"), struct=data.CorrectionNotice, copies=_BOTH,
         numbers=Numbers.INTAKE, seal=_LICENSING_SEAL, seal_required=True, source="5.2.2.2.2; 行政许可法 art.32(4)"),
    Kind(name="supplement_receipt", code="04", title=N_("补正材料收件回执"), struct=data.SupplementReceipt,
         copies=_BOTH, numbers=Numbers.INTAKE, seal=N_("收件专用章"), source="5.2.2.2.2"),
    Kind(name="acceptance_receipt", code="05", title=N_("受理回执单"), struct=data.AcceptanceReceipt, copies=_BOTH,
         numbers=Numbers.ACCEPTANCE, seal=_LICENSING_SEAL, seal_required=True, narrow=True,
         promised=True, source="5.2.2.3; 行政许可法 art.32"),
    Kind(name="not_required_notice", code="06", title=N_("不受理告知书"), struct=data.NotRequiredNotice,
         copies=(Copy.APPLICANT,), numbers=Numbers.INTAKE, seal=_LICENSING_SEAL, seal_required=True,
         source="行政许可法 art.32(1)"),
    Kind(name="not_accepted_notice", code="07", title=N_("不予受理通知书"), struct=data.NotAcceptedNotice, copies=_BOTH,
         numbers=Numbers.OFFICIAL, seal=_LICENSING_SEAL, seal_required=True, source="行政许可法 art.32(2)"),
    Kind(name="approval_form", code="08", title=N_("签批表"), struct=data.ApprovalForm, copies=(Copy.INTERNAL,),
         numbers=Numbers.ACCEPTANCE, source="5.2.2.4"),
    Kind(name="decision_granted", code="09", title=N_("准予行政许可决定书"), struct=data.DecisionGranted, copies=_BOTH,
         numbers=Numbers.DECISION, seal=_AUTHORITY_SEAL, seal_required=True, source="行政许可法 art.38, 40"),
    Kind(name="decision_refused", code="10", title=N_("不予行政许可决定书"), struct=data.DecisionRefused, copies=_BOTH,
         numbers=Numbers.DECISION, seal=_AUTHORITY_SEAL, seal_required=True, source="行政许可法 art.38, 55"),
    Kind(name="licence", code="11", title=N_("证照"), struct=data.Licence, copies=(Copy.NONE,),
         numbers=Numbers.INTAKE, seal=_AUTHORITY_SEAL, seal_required=True, source="行政许可法 art.39"),
    Kind(name="collection_receipt", code="12", title=N_("领证回执单"), struct=data.CollectionReceipt, copies=_BOTH,
         numbers=Numbers.INTAKE, narrow=True, promised=True, source="5.2.2.5"),
    Kind(name="termination_notice", code="13", title=N_("终止办理通知书"), struct=data.TerminationNotice, copies=_BOTH,
         numbers=Numbers.INTAKE, seal=_LICENSING_SEAL, seal_required=True, source="domain §2.8"),
    Kind(name="service_guide", code="14", title=N_("服务指南"), struct=data.ServiceGuide, copies=(Copy.NONE,),
         numbers=Numbers.NONE, source="5.1.1.2; DB42/T 1282"),
    Kind(name="tolerant_commitment", code="15", title=N_("容缺受理承诺书"), struct=data.TolerantCommitment,
         copies=_BOTH, numbers=Numbers.INTAKE, source="domain §2.4, 国发〔2022〕5号"),
    Kind(name="promise_document", code="16", title=N_("告知承诺书"), struct=data.PromiseDocument, copies=_BOTH,
         numbers=Numbers.INTAKE, seal=_LICENSING_SEAL, seal_required=True, source="国办发〔2020〕42号"),
    Kind(name="material_request_notice", code="17", title=N_("补充材料通知"), struct=data.MaterialRequestNotice,
         copies=_BOTH, numbers=Numbers.ACCEPTANCE, seal=_LICENSING_SEAL, seal_required=True, source="domain §2.3 T35"),
    Kind(name="special_procedure_notice", code="18", title=N_("特别程序告知书"), struct=data.SpecialProcedureNotice,
         copies=_BOTH, numbers=Numbers.ACCEPTANCE, seal=_LICENSING_SEAL, seal_required=True,
         source="行政许可法 art.45"),
    Kind(name="extension_notice", code="19", title=N_("延期告知书"), struct=data.ExtensionNotice, copies=_BOTH,
         numbers=Numbers.ACCEPTANCE, seal=_LICENSING_SEAL, seal_required=True, source="行政许可法 art.42"),
    Kind(name="suspension_notice", code="20", title=N_("中止通知书"), struct=data.SuspensionNotice, copies=_BOTH,
         numbers=Numbers.ACCEPTANCE, seal=_LICENSING_SEAL, seal_required=True, source="domain §2.8"),
    Kind(name="resumption_notice", code="21", title=N_("恢复办理通知书"), struct=data.ResumptionNotice, copies=_BOTH,
         numbers=Numbers.ACCEPTANCE, seal=_LICENSING_SEAL, seal_required=True, source="domain §2.8"),
    Kind(name="hearing_rights_notice", code="22", title=N_("听证告知书"), struct=data.HearingRightsNotice,
         copies=_PARTIES, numbers=Numbers.ACCEPTANCE, seal=_LICENSING_SEAL, seal_required=True,
         source="行政许可法 art.47"),
    Kind(name="hearing_notice", code="23", title=N_("听证通知书"), struct=data.HearingNotice, copies=_PARTIES,
         numbers=Numbers.ACCEPTANCE, seal=_LICENSING_SEAL, seal_required=True, source="行政许可法 art.48"),
    Kind(name="hearing_record", code="24", title=N_("听证笔录"), struct=data.HearingRecord, copies=_PARTIES,
         numbers=Numbers.ACCEPTANCE, seal=_LICENSING_SEAL, source="行政许可法 art.48"),
    Kind(name="site_check_record", code="25", title=N_("现场核查记录"), struct=data.SiteCheckRecord,
         copies=(Copy.FILE,), numbers=Numbers.ACCEPTANCE, source="行政许可法 art.34(3)"),
    Kind(name="opinion_forward", code="26", title=N_("初审意见"), struct=data.OpinionForward,
         copies=(Copy.RECEIVER, Copy.FILE), numbers=Numbers.ACCEPTANCE, seal=_AUTHORITY_SEAL, seal_required=True,
         source="行政许可法 art.35, 43"),
    Kind(name="transfer_list", code="27", title=N_("材料移交清单"), struct=data.TransferList,
         copies=(Copy.RECEIVER, Copy.GIVER), numbers=Numbers.INTAKE, source="domain §2.3 T21"),
    Kind(name="fee_notice", code="28", title=N_("缴费通知书"), struct=data.FeeNotice, copies=(Copy.APPLICANT,),
         numbers=Numbers.INTAKE, seal=_LICENSING_SEAL, seal_required=True, source="行政许可法 art.58, 59"),
    Kind(name="record_receipt", code="29", title=N_("备案回执"), struct=data.RecordReceipt, copies=_BOTH,
         numbers=Numbers.ACCEPTANCE, seal=_AUTHORITY_SEAL, seal_required=True, source="domain §2.4"),
    Kind(name="shipping_slip", code="30", title=N_("寄件单"), struct=data.ShippingSlip, copies=_BOTH,
         numbers=Numbers.INTAKE, source="domain §2.3 T28"),
    Kind(name="service_certificate", code="31", title=N_("送达回证"), struct=data.ServiceCertificate,
         copies=(Copy.FILE,), numbers=Numbers.INTAKE, source="domain §2.8"),
    Kind(name="withdrawal_letter", code="32", title=N_("撤回申请书"), struct=data.WithdrawalLetter,
         copies=(Copy.FILE,), numbers=Numbers.INTAKE, source="domain §2.3 T30"),
    Kind(name="paper_correction_notice", code="33", title=N_("更正通知书"), struct=data.PaperCorrectionNotice,
         copies=_BOTH, numbers=Numbers.INTAKE, seal=_AUTHORITY_SEAL, seal_required=True, source="domain §2.3 T34"),
    Kind(name="urge_order", code="34", title=N_("督办单"), struct=data.UrgeOrder, copies=(Copy.RECEIVER, Copy.FILE),
         numbers=Numbers.NONE, source="5.3.2; domain §2.8"),
    Kind(name="warning_notice", code="35", title=N_("预警通知"), struct=data.WarningNotice,
         copies=(Copy.RECEIVER, Copy.FILE), numbers=Numbers.NONE, source="5.3.2(d); domain §2.8"),
    Kind(name="complaint_receipt", code="36", title=N_("投诉受理单"), struct=data.ComplaintReceipt, copies=_PARTIES,
         numbers=Numbers.NONE, source="5.1.2.3; 5.3.2(f); domain §2.8"),
    Kind(name="complaint_reply", code="37", title=N_("投诉答复单"), struct=data.ComplaintReply, copies=_PARTIES,
         numbers=Numbers.NONE, source="5.1.2.3; 5.3.2(f); domain §2.8"),
    Kind(name="personal_data_notice", code="38", title=N_("个人信息处理告知书"), struct=data.PersonalDataNotice,
         copies=_BOTH, numbers=Numbers.NONE, source="个人信息保护法 art.47, 50; domain §7.1"),
    Kind(name="joint_receipt", code="40", title=N_("并联收件回执单"), struct=data.JointReceipt, copies=_BOTH,
         numbers=Numbers.INTAKE, seal=N_("收件专用章"), promised=True, source="4.2.5.2; 5.2.2.1.2"),
    Kind(name="joint_correction_notice", code="41", title=N_("并联补正告知书"), struct=data.JointCorrectionNotice,
         copies=_BOTH, numbers=Numbers.INTAKE, seal=_LICENSING_SEAL, seal_required=True,
         source="行政许可法 art.26, art.32(4)"),
    Kind(name="joint_acceptance", code="42", title=N_("并联受理通知书"), struct=data.JointAcceptance, copies=_BOTH,
         numbers=Numbers.ACCEPTANCE, seal=_LICENSING_SEAL, seal_required=True,
         promised=True, source="4.2.5.2; 行政许可法 art.26, art.32, art.42(2)"),
    Kind(name="joint_result", code="43", title=N_("并联办理结果告知书"), struct=data.JointResult, copies=_BOTH,
         numbers=Numbers.INTAKE, seal=_LICENSING_SEAL, seal_required=True, promised=True,
         source="domain §2.4; 行政许可法 art.26"),
    Kind(name="submission_slip", code="50", title=N_("自助受理凭条"), struct=data.SubmissionSlip,
         copies=(Copy.APPLICANT,), numbers=Numbers.INTAKE, narrow=True, source="4.3.3.1"),
    Kind(name="queue_ticket", code="51", title=N_("排队票"), struct=data.QueueTicket, copies=(Copy.NONE,),
         numbers=Numbers.NONE, narrow=True, source="5.2.2.1.1; 4.3.2; domain §6.6"),
    Kind(name="original_return", code="54", title=N_("原件退还单"), struct=data.OriginalReturn,
         copies=(Copy.FILE, Copy.APPLICANT), numbers=Numbers.INTAKE, source="5.2.2.1.2"),
    Kind(name="fallback_form", code="55", title=N_("应急收件单"), struct=data.FallbackForm, copies=(Copy.NONE,),
         numbers=Numbers.NONE, source="clause 6.1; domain §3.5"),
)  # fmt: skip
"""Every kind of paper, by code."""


def kind_named(name: str) -> Kind:
    """Find a kind by name; raises KeyError for an unknown one."""
    for kind in KINDS:
        if kind.name == name:
            return kind
    raise KeyError(name)


def kind_of(paper: msgspec.Struct) -> Kind:
    """Find the kind that a struct is the data of; raises KeyError when it is no paper."""
    for kind in KINDS:
        if kind.struct is type(paper):
            return kind
    raise KeyError(type(paper).__name__)


def paper_id(number: str, kind: Kind, sequence: int) -> str:
    """Name a paper: the case's intake number (or a guide's item code), the kind's code, the sequence in that case.

    It is derived, never random, so that the same paper made again from the log has the same id.

    Args:
        number: 收件编号; for a guide the item code.
        kind: the kind of paper.
        sequence: 1 for the first paper of this kind for this number.
    """
    if sequence < 1:
        message = f"paper sequence starts at 1, not {sequence}"
        raise ValueError(message)
    return f"{number}-{kind.code}-{sequence}"
