"""What the city says of licences after they were issued: the compact set that makes a revoked one stop being usable."""

from typing import ClassVar

import msgspec

from appliance.errors import N_


class LicenceStatus(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One licence's new state; `status` is one of `STATUSES`, `on` the day from which it counts (ISO date)."""

    identifier: str
    status: str
    on: str


class LicenceStatusPublished(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """City to every hall: licences that were suspended, revoked, cancelled or restored, wherever they were issued."""

    TYPE: ClassVar = "licence.status_published"
    VERSION: ClassVar = 1
    DISPLAY: ClassVar = N_("市级下发证照状态")
    PERSONAL: ClassVar = frozenset[str]()

    changes: tuple[LicenceStatus, ...]


STATUSES: dict[str, str] = {
    "valid": N_("有效"),
    "suspended": N_("已暂扣"),
    "revoked": N_("已撤销"),
    "withdrawn": N_("已吊销"),
    "cancelled": N_("已注销"),
    "superseded": N_("已被新证取代"),
}
"""Wire name to what a person reads (行政许可法 art. 69, 70; domain §3.6)."""
