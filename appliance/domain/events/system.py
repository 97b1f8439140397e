"""Events of the log itself, of the clock, and of what the city sends."""

from typing import ClassVar

import msgspec

from appliance.errors import N_


class EpochOpened(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """Entry 0 of every log (protocol §1): where the log before it ended; size 0 and no origin for the first."""

    TYPE: ClassVar = "epoch.opened"
    VERSION: ClassVar = 1
    DISPLAY: ClassVar = N_("日志纪元开启")
    PERSONAL: ClassVar = frozenset[str]()

    previous_origin: str = ""
    previous_size: int = 0
    previous_root: str = ""


class ClockSuspected(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """The wall clock stands more than five minutes below the floor (protocol §5); the gate becomes SUSPECT."""

    TYPE: ClassVar = "clock.suspected"
    VERSION: ClassVar = 1
    DISPLAY: ClassVar = N_("时钟存疑")
    PERSONAL: ClassVar = frozenset[str]()

    wall: str
    floor: str


class ClockConfirmed(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """Two persons confirmed the date; the gate leaves SUSPECT."""

    TYPE: ClassVar = "clock.confirmed"
    VERSION: ClassVar = 1
    DISPLAY: ClassVar = N_("两人确认时钟")
    PERSONAL: ClassVar = frozenset[str]()

    first: str
    second: str


class JournalMoved(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """The journal went on at another place because its device failed (protocol §3)."""

    TYPE: ClassVar = "journal.moved"
    VERSION: ClassVar = 1
    DISPLAY: ClassVar = N_("日志副本换位")
    PERSONAL: ClassVar = frozenset[str]()

    reason: str


class PackPublished(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """City to hall: a pack (catalogue, calendar, staff, licences) at a version, by digest (protocol §2)."""

    TYPE: ClassVar = "pack.published"
    VERSION: ClassVar = 1
    DISPLAY: ClassVar = N_("市级下发数据包")
    PERSONAL: ClassVar = frozenset[str]()

    name: str
    version: int
    sha256: str
    base: int = 0


class LeaseGranted(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """City to hall: what needs the city's leave may be done until this instant (protocol §5)."""

    TYPE: ClassVar = "lease.granted"
    VERSION: ClassVar = 1
    DISPLAY: ClassVar = N_("租约续期")
    PERSONAL: ClassVar = frozenset[str]()

    until: str


class CertificateIssued(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """City to hall: the certificate of the hall's document key, with the authority's own (appliance.signing.authority).

    `public` is the key in hex, the rest base64: X.509 in DER, and the authority's word for the key that travels in
    codes. `starts` and `ends` are instants.
    """

    TYPE: ClassVar = "certificate.issued"
    VERSION: ClassVar = 1
    DISPLAY: ClassVar = N_("市级签发文书证书")
    PERSONAL: ClassVar = frozenset[str]()

    hall: str
    public: str
    certificate: str
    authority: str
    code: str
    starts: str
    ends: str


class DelegationGiven(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """即办件授权: an approver lets a handler decide instant items on the spot, for named items until a day (T33)."""

    TYPE: ClassVar = "delegation.given"
    VERSION: ClassVar = 1
    DISPLAY: ClassVar = N_("即办件授权")
    PERSONAL: ClassVar = frozenset[str]()

    delegation: str
    approver: str
    handler: str
    department: str
    items: tuple[str, ...]
    starts: str
    until: str


class DelegationRevoked(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """撤销授权: the approver takes a delegation back; what was decided under it stands."""

    TYPE: ClassVar = "delegation.revoked"
    VERSION: ClassVar = 1
    DISPLAY: ClassVar = N_("撤销即办件授权")
    PERSONAL: ClassVar = frozenset[str]()

    delegation: str


class ApplicantNotified(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """电话通知: somebody told the applicant, or tried to; it is no event of the case and makes no form of it stale.

    `about` is ``correction:<notice>`` or ``result``; `outcome` is ``reached`` or ``no_answer``;
    `told` is who was called, ``applicant`` or ``agent``.
    """

    TYPE: ClassVar = "applicant.notified"
    VERSION: ClassVar = 1
    DISPLAY: ClassVar = N_("电话通知申请人")
    PERSONAL: ClassVar = frozenset({"note"})

    subject: str
    about: str
    outcome: str
    told: str = "applicant"
    note: str = ""


class PaperRendered(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """文书出件: the first print of a paper; its file is kept by digest, and what it says by a salted one.

    It is no event of the case: printing changes nothing of it, and no form that is open for it becomes stale.
    """

    TYPE: ClassVar = "paper.rendered"
    VERSION: ClassVar = 1
    DISPLAY: ClassVar = N_("文书出件")
    PERSONAL: ClassVar = frozenset[str]()

    paper: str
    kind: str
    copy: str
    file: str
    size: int
    digest: str


class AccessDigested(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """查看记录日结: how many looks at personal data a day had, the Merkle root over them, the head of their chain.

    The looks stand in a file of their own (`appliance.store.access`); this entry holds them to what they were.
    """

    TYPE: ClassVar = "access.digested"
    VERSION: ClassVar = 1
    DISPLAY: ClassVar = N_("查看记录日结")
    PERSONAL: ClassVar = frozenset[str]()

    day: str
    count: int
    root: str
    head: str


class UnknownEvent(msgspec.Struct, frozen=True):
    """An entry of a type or version this release does not know: stored, carried, not projected."""

    TYPE: ClassVar = ""
    VERSION: ClassVar = 0
    DISPLAY: ClassVar = N_("本版本不认识的记录")
    PERSONAL: ClassVar = frozenset[str]()

    type: str
    version: int
