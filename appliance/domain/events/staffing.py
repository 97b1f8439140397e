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
