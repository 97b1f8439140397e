"""The closed vocabularies of a service item 政务服务事项: its code lists, as words rather than numbers.

Platforms number these lists differently (domain §2.4), so numbers live in mapping tables of the peers, not here.
"""

from enum import StrEnum
from typing import Literal


class TaskType(StrEnum):
    """Kind of power 事项类型, as in positions 3–4 of the basic code (domain §3.4)."""

    LICENCE = "01"
    PAYMENT = "05"
    CONFIRMATION = "07"
    REWARD = "08"
    ADJUDICATION = "09"
    OTHER_POWER = "10"
    PUBLIC_SERVICE = "20"


class TaskState(StrEnum):
    """Whether the item may be applied for 事项状态; running cases of a suspended item continue (4.2.6.1)."""

    ACTIVE = "active"
    SUSPENDED = "suspended"
    DELEGATED = "delegated"
    CANCELLED = "cancelled"


class HandlingType(StrEnum):
    """Kind of case 办件类型 (domain §2.4); peers number these differently, so the codes stay words."""

    INSTANT = "instant"
    PROMISE = "promise"
    FORWARD = "forward"
    JOINT = "joint"
    RECORD = "record"


class LimitUnit(StrEnum):
    """Unit of a time limit; the statute says which, it is never inferred (domain §2.5 rule 4)."""

    ON_THE_SPOT = "on_the_spot"
    HOUR = "hour"
    WORKING_DAY = "working_day"
    NATURAL_DAY = "natural_day"
    MONTH = "month"


class ClockStart(StrEnum):
    """The event at which the decision clocks C2 and C3 start (domain §0.4 rule 3)."""

    ACCEPTANCE = "acceptance"
    RECEIPT = "receipt"
    COMPLETE_MATERIALS = "complete_materials"


class ReceiptEvent(StrEnum):
    """Which submission counts as the receipt when there are two (domain §2.1, art. 29)."""

    EARLIEST = "earliest"
    WINDOW = "window"
    ONLINE = "online"


class LawRank(StrEnum):
    """Rank of a rule 效力级别; only the first two may establish a licence fee (行政许可法 art. 58)."""

    LAW = "law"
    ADMINISTRATIVE_REGULATION = "administrative_regulation"
    LOCAL_REGULATION = "local_regulation"
    DEPARTMENT_RULE = "department_rule"
    GOVERNMENT_RULE = "government_rule"
    NORMATIVE_DOCUMENT = "normative_document"
    TECHNICAL_STANDARD = "technical_standard"


class SpecialKind(StrEnum):
    """What 行政许可法 art. 45 leaves out of the limit. On-site inspection 现场核查 is not among them."""

    HEARING = "hearing"
    TENDER = "tender"
    AUCTION = "auction"
    INSPECTION = "inspection"
    TESTING = "testing"
    QUARANTINE = "quarantine"
    APPRAISAL = "appraisal"
    EXPERT_REVIEW = "expert_review"


class Necessity(StrEnum):
    """Whether a material must be there 材料必要性; `TOLERABLE` is 容缺后补."""

    REQUIRED = "required"
    OPTIONAL = "optional"
    TOLERABLE = "tolerable"


class MaterialType(StrEnum):
    """What is handed in 材料类型."""

    ORIGINAL = "original"
    COPY = "copy"
    ORIGINAL_AND_COPY = "original_and_copy"


class MaterialForm(StrEnum):
    """In which form it is handed in 材料形式."""

    PAPER = "paper"
    ELECTRONIC = "electronic"
    PAPER_AND_ELECTRONIC = "paper_and_electronic"


class MaterialSource(StrEnum):
    """Where the applicant gets it from 来源渠道."""

    APPLICANT = "applicant"
    GOVERNMENT = "government"
    OTHER = "other"


class ResultType(StrEnum):
    """What the decision produces 审批结果类型."""

    LICENCE = "licence"
    APPROVAL = "approval"
    OTHER = "other"


class FieldKind(StrEnum):
    """How a field of the application form is typed and checked."""

    TEXT = "text"
    LONG_TEXT = "long_text"
    NUMBER = "number"
    DATE = "date"
    PHONE = "phone"
    CITIZEN_ID = "citizen_id"
    USCC = "uscc"
    ADDRESS = "address"
    CHOICE = "choice"
    MULTI_CHOICE = "multi_choice"
    YES_NO = "yes_no"
    BOUNDARY = "boundary"


class ConditionOp(StrEnum):
    """How a condition compares an answer with its values; a multiple choice matches when any of its choices does."""

    IN = "in"
    NOT_IN = "not_in"


StepStage = Literal["pre_review", "acceptance", "review", "decision", "issuance"]
ServerType = Literal[
    "natural_person",
    "enterprise",
    "public_institution",
    "social_organisation",
    "unincorporated",
    "government_body",
    "other",
]
HandleType = Literal["window", "online", "courier"]
UseLevel = Literal["national", "province", "city", "county", "township", "village"]
PowerSource = Literal["statutory", "delegated_down", "granted_down", "granted_peer", "entrusted_down", "entrusted_peer"]
