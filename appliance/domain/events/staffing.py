"""Changes of the roster made at the hall by two persons; they hold until the city's roster says otherwise."""

from typing import ClassVar

import msgspec

from appliance.errors import N_


class StaffChangeProposed(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """提请人员变动: the first of two administrators asks for an account to be changed."""

    TYPE: ClassVar = "staff.proposed"
    VERSION: ClassVar = 1
    DISPLAY: ClassVar = N_("提请人员变动")
    PERSONAL: ClassVar = frozenset({"name", "phone", "reason"})

    change: str
    act: str
    staff: str
    roles: tuple[str, ...] = ()
    windows: tuple[str, ...] = ()
    department: str = ""
    name: str = ""
    phone: str = ""
    reason: str


class StaffChanged(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """人员变动: the second administrator confirmed it. Passwords never stand here: they are local to the hall."""

    TYPE: ClassVar = "staff.changed"
    VERSION: ClassVar = 1
    DISPLAY: ClassVar = N_("人员变动")
    PERSONAL: ClassVar = frozenset({"name", "phone", "reason"})

    change: str
    act: str
    staff: str
    proposed_by: str
    roles: tuple[str, ...] = ()
    windows: tuple[str, ...] = ()
    department: str = ""
    name: str = ""
    phone: str = ""
    reason: str


class StaffChangeDropped(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """人员变动未确认: the second administrator did not confirm it, or the first took it back."""

    TYPE: ClassVar = "staff.dropped"
    VERSION: ClassVar = 1
    DISPLAY: ClassVar = N_("人员变动未确认")
    PERSONAL: ClassVar = frozenset({"reason"})

    change: str
    reason: str


class StaffAbsent(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """登记离岗: a handler is away for some days, and a colleague of his department acts in his cases meanwhile."""

    TYPE: ClassVar = "staff.absent"
    VERSION: ClassVar = 1
    DISPLAY: ClassVar = N_("登记离岗和代办人")
    PERSONAL: ClassVar = frozenset({"reason"})

    absence: str
    staff: str
    substitute: str
    department: str
    starts: str
    until: str
    reason: str


class StaffReturned(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """销假: an absence ended before its last day, or never began; what the substitute did stands."""

    TYPE: ClassVar = "staff.returned"
    VERSION: ClassVar = 1
    DISPLAY: ClassVar = N_("销假")
    PERSONAL: ClassVar = frozenset[str]()

    absence: str
