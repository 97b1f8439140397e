"""Events of the result on its way out of the hall, of withdrawal and of papers (T25–T27, T30)."""

from typing import ClassVar

import msgspec

from appliance.errors import N_


class LicenceIssued(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """证照签发: the licence record in its final form (GB/T 36903, 36904); signed files come with their own event."""

    TYPE: ClassVar = "licence.issued"
    VERSION: ClassVar = 1
    DISPLAY: ClassVar = N_("签发证照")
    PERSONAL: ClassVar = frozenset({"holder_name", "holder_code", "fields"})

    identifier: str
    type_code: str
    type_name: str
    number: str
    issuer_code: str
    issuer_name: str
    issued_on: str
    valid_from: str
    valid_to: str | None
    holder_code_type: str
    copies: int = 1
    supersedes: str | None = None
    holder_name: str
    holder_code: str
    fields: dict[str, str] = {}


class CaseResultProduced(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """T25/T26 制证完成: the licence or the refusal letter lies ready for collection (clause 5.2.2.5)."""

    TYPE: ClassVar = "case.result_produced"
    VERSION: ClassVar = 1
    DISPLAY: ClassVar = N_("结果就绪，待领取")
    PERSONAL: ClassVar = frozenset({"shelf"})

    licence: str | None = None
    shelf: str = ""


class CaseHandedOver(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """T27 发件: the result was handed to the applicant or an agent with authority to collect."""

    TYPE: ClassVar = "case.handed_over"
    VERSION: ClassVar = 1
    DISPLAY: ClassVar = N_("发件，办结")
    PERSONAL: ClassVar = frozenset({"collector_name", "collector_id"})

    relation: str
    collector_name: str
    collector_id: str


class CaseWithdrawn(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """T30 撤回: the applicant withdrew in writing before the decision; all clocks stop. `presenter` is who came."""

    TYPE: ClassVar = "case.withdrawn"
    VERSION: ClassVar = 1
    DISPLAY: ClassVar = N_("申请人撤回")
    PERSONAL: ClassVar = frozenset({"reason"})

    letter_files: tuple[str, ...] = ()
    presenter: str = "applicant"
    reason: str


class PaperReprinted(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """补打: another copy of a paper left the printer, with its reason; the copy carries the reprint mark."""

    TYPE: ClassVar = "paper.reprinted"
    VERSION: ClassVar = 1
    DISPLAY: ClassVar = N_("补打文书")
    PERSONAL: ClassVar = frozenset({"reason"})

    paper: str
    copy: int
    reason: str
