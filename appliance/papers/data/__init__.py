"""What each paper says, as plain data: one frozen struct per kind of paper.

The caller has decided every word: identity numbers are already masked (domain §7.3), limits are already sentences,
names are the ones the case holds. A struct holds no presentation: which copy is printed, a reprint mark and a
watermark belong to `appliance.papers.document.Presentation`, so that all copies of a paper share one digest.

`Text` is a field that the paper must carry (domain §2.8): it may not be empty. `Line` may be. Limits are checked
by `appliance.papers.document.check` before anything is rendered, not by the constructors.
"""

from appliance.papers.data.complaints import ComplaintReceipt, ComplaintReply
from appliance.papers.data.course import (
    CorrectedText,
    ExtensionNotice,
    MaterialRequestNotice,
    PaperCorrectionNotice,
    ResumptionNotice,
    SpecialProcedureNotice,
    SuspensionNotice,
    TerminationNotice,
    WithdrawalLetter,
)
from appliance.papers.data.decision import (
    ApprovalForm,
    ApprovalStep,
    DecisionGranted,
    DecisionRefused,
    Licence,
    OpinionForward,
    RecordReceipt,
)
from appliance.papers.data.delivery import (
    CollectionReceipt,
    Collector,
    FallbackForm,
    FeeLine,
    FeeNotice,
    OriginalReturn,
    PostalAddress,
    ServedPaper,
    ServiceCertificate,
    ShippingSlip,
    TransferList,
)
from appliance.papers.data.guide import (
    GuideSection,
    ServiceGuide,
)
from appliance.papers.data.hearing import (
    Addressee,
    Attendant,
    Finding,
    HearingNotice,
    HearingRecord,
    HearingRightsNotice,
    Officer,
    Official,
    SiteCheckRecord,
    Speech,
)
from appliance.papers.data.intake import (
    AcceptanceReceipt,
    ArchiveReceipt,
    CorrectionNotice,
    IntakeReceipt,
    NotAcceptedNotice,
    NotRequiredNotice,
    QueueTicket,
    Receipt,
    SpecialProcedure,
    SubmissionSlip,
    Supplement,
    SupplementReceipt,
)
from appliance.papers.data.joint import (
    JointAcceptance,
    JointAcceptedItem,
    JointCorrection,
    JointCorrectionNotice,
    JointItem,
    JointOutcomeLine,
    JointReceipt,
    JointResult,
    SharedMaterial,
)
from appliance.papers.data.parts import (
    Agent,
    CorrectionLine,
    Count,
    Field,
    HandedItem,
    Head,
    Line,
    Material,
    MissingMaterial,
    Moment,
    Operator,
    Party,
    Phones,
    Remedies,
    Scan,
    Text,
)
from appliance.papers.data.personal_data import PersonalDataLine, PersonalDataNotice
from appliance.papers.data.promise import (
    PromiseCondition,
    PromiseDocument,
    TolerantCommitment,
    TolerantLine,
)
from appliance.papers.data.supervision import UrgeOrder, WarningNotice

PaperData = (
    IntakeReceipt
    | SubmissionSlip
    | QueueTicket
    | ArchiveReceipt
    | CorrectionNotice
    | SupplementReceipt
    | AcceptanceReceipt
    | NotRequiredNotice
    | NotAcceptedNotice
    | ApprovalForm
    | DecisionGranted
    | DecisionRefused
    | Licence
    | CollectionReceipt
    | TerminationNotice
    | ServiceGuide
    | TolerantCommitment
    | PromiseDocument
    | MaterialRequestNotice
    | SpecialProcedureNotice
    | ExtensionNotice
    | SuspensionNotice
    | ResumptionNotice
    | HearingRightsNotice
    | HearingNotice
    | HearingRecord
    | SiteCheckRecord
    | OpinionForward
    | TransferList
    | FeeNotice
    | RecordReceipt
    | ShippingSlip
    | ServiceCertificate
    | WithdrawalLetter
    | PaperCorrectionNotice
    | JointReceipt
    | JointCorrectionNotice
    | JointAcceptance
    | JointResult
    | UrgeOrder
    | WarningNotice
    | ComplaintReceipt
    | ComplaintReply
    | PersonalDataNotice
    | OriginalReturn
    | FallbackForm
)
"""Any paper's data."""

__all__ = [
    "AcceptanceReceipt",
    "Addressee",
    "Agent",
    "ApprovalForm",
    "ApprovalStep",
    "ArchiveReceipt",
    "Attendant",
    "CollectionReceipt",
    "Collector",
    "ComplaintReceipt",
    "ComplaintReply",
    "CorrectedText",
    "CorrectionLine",
    "CorrectionNotice",
    "Count",
    "DecisionGranted",
    "DecisionRefused",
    "ExtensionNotice",
    "FallbackForm",
    "FeeLine",
    "FeeNotice",
    "Field",
    "Finding",
    "GuideSection",
    "HandedItem",
    "Head",
    "HearingNotice",
    "HearingRecord",
    "HearingRightsNotice",
    "IntakeReceipt",
    "JointAcceptance",
    "JointAcceptedItem",
    "JointCorrection",
    "JointCorrectionNotice",
    "JointItem",
    "JointOutcomeLine",
    "JointReceipt",
    "JointResult",
    "Licence",
    "Line",
    "Material",
    "MaterialRequestNotice",
    "MissingMaterial",
    "Moment",
    "NotAcceptedNotice",
    "NotRequiredNotice",
    "Officer",
    "Official",
    "Operator",
    "OpinionForward",
    "OriginalReturn",
    "PaperCorrectionNotice",
    "PaperData",
    "Party",
    "PersonalDataLine",
    "PersonalDataNotice",
    "Phones",
    "PostalAddress",
    "PromiseCondition",
    "PromiseDocument",
    "QueueTicket",
    "Receipt",
    "RecordReceipt",
    "Remedies",
    "ResumptionNotice",
    "Scan",
    "ServedPaper",
    "ServiceCertificate",
    "ServiceGuide",
    "SharedMaterial",
    "ShippingSlip",
    "SiteCheckRecord",
    "SpecialProcedure",
    "SpecialProcedureNotice",
    "Speech",
    "SubmissionSlip",
    "Supplement",
    "SupplementReceipt",
    "SuspensionNotice",
    "TerminationNotice",
    "Text",
    "TolerantCommitment",
    "TolerantLine",
    "TransferList",
    "UrgeOrder",
    "WarningNotice",
    "WithdrawalLetter",
]
