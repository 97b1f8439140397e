"""What becomes of a complaint 投诉 (5.3.2(f); domain §6.5). Each entry names it by its number; none changes a case."""

from typing import ClassVar

import msgspec

from appliance.errors import N_


class ComplaintRegistered(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """投诉登记. Codes are those of `appliance.domain.complaints`; `due` is the last day to admit or refuse it.

    `subject` is what it is about: a case number, staff number, window or item code. The complainant may stay anonymous.
    `department` is the department whose case or person it is, empty for the hall's own.
    """

    TYPE: ClassVar = "complaint.registered"
    VERSION: ClassVar = 1
    DISPLAY: ClassVar = N_("登记投诉")
    PERSONAL: ClassVar = frozenset({"complainant", "contact", "content"})

    no: str
    channel: str
    about: str
    subject: str = ""
    category: str
    department: str = ""
    due: str
    complainant: str = ""
    contact: str = ""
    content: str


class ComplaintAdmitted(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """投诉受理: who inquires, and the last day for the answer; `complex` ones have longer."""

    TYPE: ClassVar = "complaint.admitted"
    VERSION: ClassVar = 1
    DISPLAY: ClassVar = N_("受理投诉")
    PERSONAL: ClassVar = frozenset[str]()

    no: str
    investigator: str
    complex: bool = False
    due: str


class ComplaintReassigned(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """改派调查人: somebody else inquires from here on; the last day for the answer stays."""

    TYPE: ClassVar = "complaint.reassigned"
    VERSION: ClassVar = 1
    DISPLAY: ClassVar = N_("改派投诉调查人")
    PERSONAL: ClassVar = frozenset[str]()

    no: str
    investigator: str


class ComplaintRejected(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """投诉不予受理: on which ground, and where to turn to."""

    TYPE: ClassVar = "complaint.rejected"
    VERSION: ClassVar = 1
    DISPLAY: ClassVar = N_("投诉不予受理")
    PERSONAL: ClassVar = frozenset({"reply"})

    no: str
    ground: str
    reply: str


class ComplaintExtended(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """投诉延期: once, before the day is over, with the reason."""

    TYPE: ClassVar = "complaint.extended"
    VERSION: ClassVar = 1
    DISPLAY: ClassVar = N_("延长投诉答复期限")
    PERSONAL: ClassVar = frozenset({"reason"})

    no: str
    due: str
    reason: str


class ComplaintAnswered(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """投诉答复: what was found, what was done, what the complainant is told; `due` is the last day to call back."""

    TYPE: ClassVar = "complaint.answered"
    VERSION: ClassVar = 1
    DISPLAY: ClassVar = N_("答复投诉")
    PERSONAL: ClassVar = frozenset({"findings", "measures", "reply"})

    no: str
    result: str
    due: str
    findings: str
    measures: str = ""
    reply: str


class ComplaintClosed(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """投诉回访归档: what the complainant said of the answer, and where the file lies."""

    TYPE: ClassVar = "complaint.closed"
    VERSION: ClassVar = 1
    DISPLAY: ClassVar = N_("投诉回访归档")
    PERSONAL: ClassVar = frozenset({"archive_no", "note"})

    no: str
    satisfaction: str
    archive_no: str
    note: str = ""


ComplaintEvent = (
    ComplaintAdmitted
    | ComplaintAnswered
    | ComplaintClosed
    | ComplaintExtended
    | ComplaintReassigned
    | ComplaintRegistered
    | ComplaintRejected
)
