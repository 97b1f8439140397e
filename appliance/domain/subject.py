"""Subjects 主体 and what they hand in: applicant, agent, materials, files. Values only."""

from enum import StrEnum

import msgspec

from appliance.errors import N_


class SubjectKind(StrEnum):
    """Kinds of applicant: 自然人, 个体工商户, 法人, 其他组织."""

    PERSON = "person"
    SELF_EMPLOYED = "self_employed"
    LEGAL_ENTITY = "legal_entity"
    OTHER_ORG = "other_org"


SUBJECT_NAMES: dict[SubjectKind, str] = {
    SubjectKind.PERSON: N_("自然人"),
    SubjectKind.SELF_EMPLOYED: N_("个体工商户"),
    SubjectKind.LEGAL_ENTITY: N_("企业或其他法人"),
    SubjectKind.OTHER_ORG: N_("非法人组织"),
}


class Applicant(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """The applicant 申请人. Everything but the kind is personal data.

    Attributes:
        kind: kind of subject.
        name: name of the person or the registered name of the organisation.
        id_type: ``citizen_id``, ``uscc``, ``passport`` or another document type code.
        id_number: the document's number, normalised.
        phone: phone number for notices.
        address: address as declared.
        representative: legal representative or operator 法定代表人/经营者, for organisations.
        representative_id: that person's citizen id number.
        assurance: ``L1`` declared, ``L2`` document seen at a window, ``L3`` chip read (domain §1.7.12).
    """

    kind: SubjectKind
    name: str
    id_type: str
    id_number: str
    phone: str = ""
    address: str = ""
    representative: str = ""
    representative_id: str = ""
    assurance: str = "L2"


class Agent(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """Who acts for the applicant 代理人/经办人 (domain §7.2).

    Attributes:
        name: the agent's name.
        id_number: citizen id number.
        phone: phone number, for agents who receive notices.
        scopes: what the letter of authority covers, of `AGENT_SCOPES`.
        until: last day of the authority (ISO date); empty while the case runs.
    """

    name: str
    id_number: str
    phone: str = ""
    scopes: tuple[str, ...] = ("submit", "correct", "collect")
    until: str = ""


AGENT_SCOPES: dict[str, str] = {
    "submit": N_("提出申请"),
    "correct": N_("补正和补充材料"),
    "notice": N_("代收通知和文书"),
    "withdraw": N_("撤回申请"),
    "collect": N_("领取结果和原件"),
}
"""What an agent may be authorised to do, in the order of a case (行政许可法 art.29; domain §7.2)."""

ORIGINALS: dict[str, str] = {"returned": N_("原件核验已退还"), "kept": N_("原件留存")}
"""What became of the original that was seen; none was seen where this is empty."""


class FileRef(msgspec.Struct, frozen=True, omit_defaults=True):
    """A stored file: digest (hex SHA-256), media type found from its bytes, size in bytes."""

    sha256: str
    media_type: str
    size: int


class MaterialIn(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One material 材料 as handed in.

    Attributes:
        code: the material's code in the item version.
        name: the material's name in that version.
        form: ``original`` 原件, ``copy`` 复印件, ``electronic`` 电子, ``licence`` satisfied by a stored licence 免提交.
        copies: number of copies handed in.
        pages: number of pages, 0 when not counted.
        files: scans, in order.
        licence: identifier of the licence that stands for it, for form ``licence``.
        original: ``returned`` when the original was seen and given back, ``kept`` when it stays beside the copy; an
            original that is handed in as such (form ``original``) stays anyway.
        reused: number of the earlier case of the same applicant whose scans these are 材料复用; else empty.
    """

    code: str
    name: str
    form: str = "original"
    copies: int = 1
    pages: int = 0
    files: tuple[FileRef, ...] = ()
    licence: str | None = None
    original: str = ""
    reused: str = ""
