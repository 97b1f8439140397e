"""What supervision 监察 is told: that a rule was broken, by which case, and on whose watch."""

from typing import ClassVar

import msgspec

from appliance.errors import N_


class SupervisionRaised(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """监察预警: a rule of domain §6.2 found something; it is no event of the case and changes nothing of it.

    `clock` and `due` name the limit that was missed; `staff` is who was responsible, empty when nobody had taken it.
    """

    TYPE: ClassVar = "supervision.raised"
    VERSION: ClassVar = 1
    DISPLAY: ClassVar = N_("监察预警")
    PERSONAL: ClassVar = frozenset({"reason"})

    rule: str
    subject: str
    department: str
    staff: str = ""
    clock: str = ""
    due: str = ""
    reason: str = ""
