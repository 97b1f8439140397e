"""Transfer of a case between halls 移交大厅: what the halls write, and what the city writes to them (protocol §5)."""

from typing import ClassVar

import msgspec

from appliance.errors import N_


class CaseTransferred(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """T38 移交: the hall gives the case up to another one; from here on it writes nothing more to it.

    `leg` counts the case's transfers from 1. `to` is the other hall's code, `to_name` its name then. `purpose` is a
    `Purpose` of `appliance.domain.transfer`.
    """

    TYPE: ClassVar = "case.transferred"
    VERSION: ClassVar = 1
    DISPLAY: ClassVar = N_("移交其他大厅")
    PERSONAL: ClassVar = frozenset({"reason"})

    leg: int
    to: str
    to_name: str
    purpose: str
    reason: str


class CaseTakenOver(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """T39 签收移交: somebody at the other hall holds the case and its paper."""

    TYPE: ClassVar = "case.taken_over"
    VERSION: ClassVar = 1
    DISPLAY: ClassVar = N_("签收移交的件")
    PERSONAL: ClassVar = frozenset[str]()

    leg: int


class CaseHistory(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """City to a hall: one entry of a case, as the log that holds it has it, or a part of one.

    `leg` is the transfer that it comes with. `origin` and `index` say where the entry stands. `entry` is its text,
    `state` that of its private part (protocol §2, RECORD) and `private` the base64 of it; of long ones part `part`
    (from 0) of `parts`.
    """

    TYPE: ClassVar = "case.history"
    VERSION: ClassVar = 1
    DISPLAY: ClassVar = N_("随件转来的记录")
    PERSONAL: ClassVar = frozenset({"private"})

    leg: int
    origin: str
    index: int
    part: int = 0
    parts: int = 1
    entry: str
    state: int = 0
    private: str


class CaseEntrusted(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """City to a hall: the case is this hall's from here. `entries` of its history came before, in this log.

    `source` is the hall that gave it up at `given_at` (instant), by the entry at `index` of `origin`. `scans` counts
    the files that its entries name; they follow. `state` is the state that the case came in.
    """

    TYPE: ClassVar = "case.entrusted"
    VERSION: ClassVar = 1
    DISPLAY: ClassVar = N_("市级转交")
    PERSONAL: ClassVar = frozenset[str]()

    leg: int
    source: str
    source_name: str
    purpose: str
    state: str
    given_at: str
    origin: str
    index: int
    entries: int
    scans: int = 0


class CaseReported(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """City to a hall that had the case before: which hall has it in which state, since when (instant).

    `leg` is the transfer by which that hall has it; `taken` says that somebody there has signed for it.
    """

    TYPE: ClassVar = "case.reported"
    VERSION: ClassVar = 1
    DISPLAY: ClassVar = N_("移交后的进展")
    PERSONAL: ClassVar = frozenset[str]()

    leg: int
    hall: str
    hall_name: str
    state: str
    at: str
    taken: bool = False


class CaseScansFollowed(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """City to a hall: scans of a case that it was entrusted with, named in the envelope, can be had now."""

    TYPE: ClassVar = "case.scans_followed"
    VERSION: ClassVar = 1
    DISPLAY: ClassVar = N_("扫描件随后转来")
    PERSONAL: ClassVar = frozenset[str]()

    leg: int
    count: int


FoldedTransfer = CaseTransferred | CaseTakenOver | CaseEntrusted | CaseReported
"""What changes the case itself."""
CarriedTransfer = CaseHistory | CaseScansFollowed
"""What carries a case without saying anything of it."""
