"""Every event of the signed log: wire name, version, display text and which of its fields are personal.

The vocabulary is closed (protocol §2). A change of meaning is a new version with an upcaster in
`appliance.domain.entry`, never an edit; retired names stay in `RESERVED`. Free text and everything that names a person
stand in `PERSONAL` fields: they travel in the entry's private part and the leaf carries only a salted digest of them.

To add an event: write its class, name it in `Event`, give it a branch in the fold (`appliance.domain.case.evolve`
refuses to type-check without it) and store one golden entry in ``tests/domain/golden_entries.json``.
"""

from appliance.domain.events.city import (
    CityEvent,
    CommandAnswered,
    CommandSent,
    ConflictFound,
    ConflictResolved,
    Evidence,
    EvidenceSettled,
    SilenceAcknowledged,
)
from appliance.domain.events.complaints import (
    ComplaintAdmitted,
    ComplaintAnswered,
    ComplaintClosed,
    ComplaintEvent,
    ComplaintExtended,
    ComplaintReassigned,
    ComplaintRegistered,
    ComplaintRejected,
)
from appliance.domain.events.conditions import (
    CasePromiseMade,
    CasePromiseVerified,
    CasePromiseWithdrawn,
    CaseToleranceSupplied,
)
from appliance.domain.events.desk import (
    CaseAgentAuthorised,
    CaseAgentDismissed,
    CaseBackEntryConfirmed,
    CaseBackEntryReturned,
    CaseMaterialsSent,
    CaseMaterialsTaken,
    CaseOriginalReturned,
    CaseResultShelved,
    FallbackBegun,
    FallbackEnded,
    FallbackPadPrinted,
)
from appliance.domain.events.inquiry import (
    CaseFeeNoticed,
    CaseFeePaid,
    CaseHearingCalled,
    CaseHearingHeld,
    CaseHearingOffered,
    CaseHearingRequested,
    CaseSiteChecked,
)
from appliance.domain.events.intake import (
    CaseAccepted,
    CaseAssigned,
    CaseCorrectionRequired,
    CaseDeemedAccepted,
    CaseDefectsReported,
    CaseNoticeWidened,
    CasePreReviewed,
    CaseReassigned,
    CaseReceived,
    CaseSubmitted,
    CaseSupplemented,
)
from appliance.domain.events.issuance import (
    CaseHandedOver,
    CaseResultProduced,
    CaseWithdrawn,
    LicenceIssued,
    PaperReprinted,
)
from appliance.domain.events.joint import (
    JointAccepted,
    JointConcluded,
    JointCorrectionRequired,
    JointDueRecomputed,
    JointExtended,
    JointHandedOver,
    JointLine,
    JointMaterial,
    JointMember,
    JointOutcome,
    JointPaperReprinted,
    JointReceived,
    JointSupplemented,
    JointSupply,
    JointWithdrawn,
)
from appliance.domain.events.licence_status import LicenceStatus, LicenceStatusPublished
from appliance.domain.events.numbers import NumberEvent
from appliance.domain.events.outside import (
    CaseDelivered,
    CaseForwarded,
    CaseGrantedAbove,
    CasePaperCorrected,
    CaseRefusedAbove,
    CaseShipped,
)
from appliance.domain.events.personal_data import (
    PiiErased,
    PiiEvent,
    PiiForgotten,
    PiiLifted,
    PiiProposed,
    PiiRefused,
    PiiRequested,
    PiiRestricted,
)
from appliance.domain.events.procedure import (
    CaseMaterialReceived,
    CaseMaterialRequested,
    CaseNotAccepted,
    CaseNotRequired,
    CaseOnsiteFixed,
    CaseProposalDropped,
    CaseProposed,
    CaseReceiptVoided,
    CaseRegistrationAmended,
    CaseTerminated,
)
from appliance.domain.events.review import (
    CaseGranted,
    CaseOpinionGiven,
    CaseRefused,
    CaseStepReturned,
    CaseStepStarted,
)
from appliance.domain.events.seals import SealEvent
from appliance.domain.events.staffing import (
    StaffAbsent,
    StaffChanged,
    StaffChangeDropped,
    StaffChangeProposed,
    StaffReturned,
)
from appliance.domain.events.supervision import (
    SupervisionRaised,
    SupervisionReceived,
    SupervisionReplied,
    SupervisionSettled,
    SupervisionUrged,
)
from appliance.domain.events.system import (
    AccessDigested,
    ApplicantNotified,
    CertificateIssued,
    ClockConfirmed,
    ClockSuspected,
    DelegationGiven,
    DelegationRevoked,
    EpochOpened,
    JournalMoved,
    LeaseGranted,
    PackPublished,
    PaperRendered,
    UnknownEvent,
)
from appliance.domain.events.timing import (
    CaseDueRecomputed,
    CaseExtended,
    CaseResumed,
    CaseSpecialEnded,
    CaseSpecialStarted,
    CaseSuspended,
)
from appliance.domain.events.transfer import CarriedTransfer, FoldedTransfer
from appliance.domain.events.values import (
    CorrectionLine,
    CorrectionText,
    Deadline,
    Fallback,
    MovedLine,
    PauseSpan,
    SampleLine,
)

__all__ = [
    "CASE_EVENTS",
    "EVENTS",
    "JOINT_EVENTS",
    "RESERVED",
    "AccessDigested",
    "ApplicantNotified",
    "CaseAccepted",
    "CaseAgentAuthorised",
    "CaseAgentDismissed",
    "CaseAssigned",
    "CaseBackEntryConfirmed",
    "CaseBackEntryReturned",
    "CaseCorrectionRequired",
    "CaseDeemedAccepted",
    "CaseDefectsReported",
    "CaseDelivered",
    "CaseDueRecomputed",
    "CaseEvent",
    "CaseExtended",
    "CaseFeeNoticed",
    "CaseFeePaid",
    "CaseForwarded",
    "CaseGranted",
    "CaseGrantedAbove",
    "CaseHandedOver",
    "CaseHearingCalled",
    "CaseHearingHeld",
    "CaseHearingOffered",
    "CaseHearingRequested",
    "CaseMaterialReceived",
    "CaseMaterialRequested",
    "CaseMaterialsSent",
    "CaseMaterialsTaken",
    "CaseNotAccepted",
    "CaseNotRequired",
    "CaseNoticeWidened",
    "CaseOnsiteFixed",
    "CaseOpinionGiven",
    "CaseOriginalReturned",
    "CasePaperCorrected",
    "CasePreReviewed",
    "CasePromiseMade",
    "CasePromiseVerified",
    "CasePromiseWithdrawn",
    "CaseProposalDropped",
    "CaseProposed",
    "CaseReassigned",
    "CaseReceiptVoided",
    "CaseReceived",
    "CaseRefused",
    "CaseRefusedAbove",
    "CaseRegistrationAmended",
    "CaseResultProduced",
    "CaseResultShelved",
    "CaseResumed",
    "CaseShipped",
    "CaseSiteChecked",
    "CaseSpecialEnded",
    "CaseSpecialStarted",
    "CaseStepReturned",
    "CaseStepStarted",
    "CaseSubmitted",
    "CaseSupplemented",
    "CaseSuspended",
    "CaseTerminated",
    "CaseToleranceSupplied",
    "CaseWithdrawn",
    "CertificateIssued",
    "ClockConfirmed",
    "ClockSuspected",
    "CommandAnswered",
    "CommandSent",
    "ComplaintAdmitted",
    "ComplaintAnswered",
    "ComplaintClosed",
    "ComplaintExtended",
    "ComplaintReassigned",
    "ComplaintRegistered",
    "ComplaintRejected",
    "ConflictFound",
    "ConflictResolved",
    "CorrectionLine",
    "CorrectionText",
    "Deadline",
    "DelegationGiven",
    "DelegationRevoked",
    "EpochOpened",
    "Event",
    "Evidence",
    "EvidenceSettled",
    "Fallback",
    "FallbackBegun",
    "FallbackEnded",
    "FallbackPadPrinted",
    "JointAccepted",
    "JointConcluded",
    "JointCorrectionRequired",
    "JointDueRecomputed",
    "JointEvent",
    "JointExtended",
    "JointHandedOver",
    "JointLine",
    "JointMaterial",
    "JointMember",
    "JointOutcome",
    "JointPaperReprinted",
    "JointReceived",
    "JointSupplemented",
    "JointSupply",
    "JointWithdrawn",
    "JournalMoved",
    "LeaseGranted",
    "LicenceIssued",
    "LicenceStatus",
    "LicenceStatusPublished",
    "MovedLine",
    "PackPublished",
    "PaperRendered",
    "PaperReprinted",
    "PauseSpan",
    "PiiErased",
    "PiiForgotten",
    "PiiLifted",
    "PiiProposed",
    "PiiRefused",
    "PiiRequested",
    "PiiRestricted",
    "SampleLine",
    "SealEvent",
    "SilenceAcknowledged",
    "StaffAbsent",
    "StaffChangeDropped",
    "StaffChangeProposed",
    "StaffChanged",
    "StaffReturned",
    "SupervisionRaised",
    "SupervisionReceived",
    "SupervisionReplied",
    "SupervisionSettled",
    "SupervisionUrged",
    "SystemEvent",
    "UnknownEvent",
]

CaseEvent = (
    CaseSubmitted
    | CaseReceived
    | CaseAssigned
    | CasePreReviewed
    | CaseReassigned
    | CaseNoticeWidened
    | CaseDefectsReported
    | CaseFeeNoticed
    | CaseFeePaid
    | CaseHearingCalled
    | CaseHearingHeld
    | CaseHearingOffered
    | CaseHearingRequested
    | CaseSiteChecked
    | CaseCorrectionRequired
    | CaseSupplemented
    | CaseAccepted
    | CaseDeemedAccepted
    | CaseStepStarted
    | CaseOpinionGiven
    | CaseStepReturned
    | CaseGranted
    | CaseRefused
    | LicenceIssued
    | CaseResultProduced
    | CaseHandedOver
    | CaseWithdrawn
    | PaperReprinted
    | CaseOnsiteFixed
    | CaseProposed
    | CaseProposalDropped
    | CaseNotRequired
    | CaseNotAccepted
    | CaseTerminated
    | CaseReceiptVoided
    | CaseMaterialRequested
    | CaseMaterialReceived
    | CaseRegistrationAmended
    | CaseSpecialStarted
    | CaseSpecialEnded
    | CaseSuspended
    | CaseResumed
    | CaseExtended
    | CaseDueRecomputed
    | CaseForwarded
    | CaseGrantedAbove
    | CaseRefusedAbove
    | CaseShipped
    | CaseDelivered
    | CasePaperCorrected
    | CaseToleranceSupplied
    | CasePromiseMade
    | CasePromiseWithdrawn
    | CasePromiseVerified
    | CaseAgentAuthorised
    | CaseAgentDismissed
    | CaseBackEntryConfirmed
    | CaseBackEntryReturned
    | CaseMaterialsSent
    | CaseMaterialsTaken
    | CaseOriginalReturned
    | CaseResultShelved
    | FoldedTransfer
)
SystemEvent = (
    EpochOpened
    | CarriedTransfer
    | NumberEvent
    | ClockSuspected
    | ClockConfirmed
    | JournalMoved
    | PackPublished
    | LeaseGranted
    | CertificateIssued
    | LicenceStatusPublished
    | DelegationGiven
    | DelegationRevoked
    | StaffChangeProposed
    | StaffChanged
    | StaffChangeDropped
    | StaffAbsent
    | StaffReturned
    | PaperRendered
    | ApplicantNotified
    | AccessDigested
    | ComplaintEvent
    | SupervisionRaised
    | SupervisionReceived
    | SupervisionReplied
    | SupervisionSettled
    | SupervisionUrged
    | FallbackBegun
    | FallbackEnded
    | FallbackPadPrinted
    | CityEvent
    | PiiEvent
    | SealEvent
)
JointEvent = (
    JointReceived
    | JointCorrectionRequired
    | JointSupplemented
    | JointAccepted
    | JointExtended
    | JointDueRecomputed
    | JointConcluded
    | JointHandedOver
    | JointWithdrawn
    | JointPaperReprinted
)
Event = CaseEvent | JointEvent | SystemEvent | UnknownEvent

CASE_EVENTS: tuple[type[CaseEvent], ...] = CaseEvent.__args__
JOINT_EVENTS: tuple[type[JointEvent], ...] = JointEvent.__args__
EVENTS: dict[str, type[CaseEvent | JointEvent | SystemEvent]] = {
    event.TYPE: event for event in (*CaseEvent.__args__, *JointEvent.__args__, *SystemEvent.__args__)
}

# Names once used, or kept for an agreed purpose; they are never given another meaning.
RESERVED = frozenset({"epoch.closed", "case.instant", "gate.changed"})
