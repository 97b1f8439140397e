"""What becomes of a seal 电子印章 (4.4.3; domain §1.7.13). Each entry names it by its number; none changes a case."""

from typing import ClassVar

import msgspec

from appliance.errors import N_


class SealRequested(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """印章申请. `kind` is a code of `appliance.domain.seals`; `department` is empty for the hall's own.

    `letter` is the hex SHA-256 of the scan of the authority letter 授权文书.
    """

    TYPE: ClassVar = "seal.requested"
    VERSION: ClassVar = 1
    DISPLAY: ClassVar = N_("申请印章")
    PERSONAL: ClassVar = frozenset({"name", "reason"})

    no: str
    kind: str
    department: str = ""
    name: str
    letter: str
    reason: str


class SealApproved(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """印章审批: one of the two who must agree."""

    TYPE: ClassVar = "seal.approved"
    VERSION: ClassVar = 1
    DISPLAY: ClassVar = N_("批准印章")
    PERSONAL: ClassVar = frozenset[str]()

    no: str


class SealRejected(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """印章不予批准."""

    TYPE: ClassVar = "seal.rejected"
    VERSION: ClassVar = 1
    DISPLAY: ClassVar = N_("不批准印章")
    PERSONAL: ClassVar = frozenset({"reason"})

    no: str
    reason: str


class SealMade(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """印章制作: hex SHA-256 and size in bytes of the image; hex of the public key (Ed25519); counts up."""

    TYPE: ClassVar = "seal.made"
    VERSION: ClassVar = 1
    DISPLAY: ClassVar = N_("制作印章")
    PERSONAL: ClassVar = frozenset[str]()

    no: str
    version: int
    image: str
    size: int
    key: str


class SealIssued(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """印章发放: who keeps it from here on."""

    TYPE: ClassVar = "seal.issued"
    VERSION: ClassVar = 1
    DISPLAY: ClassVar = N_("发放印章")
    PERSONAL: ClassVar = frozenset[str]()

    no: str
    keeper: str


class SealAuthorised(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """用印授权: persons, items (none for every item), kinds of paper, first and last day, how many uses at most."""

    TYPE: ClassVar = "seal.authorised"
    VERSION: ClassVar = 1
    DISPLAY: ClassVar = N_("授权用印")
    PERSONAL: ClassVar = frozenset[str]()

    no: str
    grant: str
    persons: tuple[str, ...]
    items: tuple[str, ...] = ()
    papers: tuple[str, ...]
    starts: str
    until: str
    most: int


class SealAuthorisationEnded(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """收回用印授权; what was sealed under it stands."""

    TYPE: ClassVar = "seal.authorisation_ended"
    VERSION: ClassVar = 1
    DISPLAY: ClassVar = N_("收回用印授权")
    PERSONAL: ClassVar = frozenset({"reason"})

    no: str
    grant: str
    reason: str


class SealUsed(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """用印: paper and copy, salted digest of what it says, the seal's signature over them (base64)."""

    TYPE: ClassVar = "seal.used"
    VERSION: ClassVar = 1
    DISPLAY: ClassVar = N_("用印")
    PERSONAL: ClassVar = frozenset[str]()

    no: str
    version: int
    grant: str
    paper: str
    copy: str
    digest: str
    signature: str


class SealLost(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """印章挂失: no use from here on."""

    TYPE: ClassVar = "seal.lost"
    VERSION: ClassVar = 1
    DISPLAY: ClassVar = N_("挂失印章")
    PERSONAL: ClassVar = frozenset({"reason"})

    no: str
    reason: str


class SealCondemned(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """提请销毁印章: the first of two; no use from here on."""

    TYPE: ClassVar = "seal.condemned"
    VERSION: ClassVar = 1
    DISPLAY: ClassVar = N_("提请销毁印章")
    PERSONAL: ClassVar = frozenset({"reason"})

    no: str
    reason: str


class SealSpared(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """不予销毁印章: the second did not agree; the seal is what it was."""

    TYPE: ClassVar = "seal.spared"
    VERSION: ClassVar = 1
    DISPLAY: ClassVar = N_("不予销毁印章")
    PERSONAL: ClassVar = frozenset({"reason"})

    no: str
    reason: str


class SealDestroyed(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """印章销毁: the second of two agreed; its key is wiped."""

    TYPE: ClassVar = "seal.destroyed"
    VERSION: ClassVar = 1
    DISPLAY: ClassVar = N_("销毁印章")
    PERSONAL: ClassVar = frozenset[str]()

    no: str


SealEvent = (
    SealRequested
    | SealApproved
    | SealRejected
    | SealMade
    | SealIssued
    | SealAuthorised
    | SealAuthorisationEnded
    | SealUsed
    | SealLost
    | SealCondemned
    | SealSpared
    | SealDestroyed
)
