"""Number blocks 号段: what the city leases of a city-wide sequence, and what becomes of each number (protocol §5)."""

from typing import ClassVar

import msgspec

from appliance.errors import N_


class NumberLeased(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """City to a hall: numbers `first` to `last` of a sequence are this hall's to give, in order.

    `block` names it for ever; `scope` is a sequence of `appliance.domain.number_blocks`.
    """

    TYPE: ClassVar = "number.leased"
    VERSION: ClassVar = 1
    DISPLAY: ClassVar = N_("下发号段")
    PERSONAL: ClassVar = frozenset[str]()

    block: str
    scope: str
    first: int
    last: int


class NumberTaken(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """Hall: the next number of a block, given to a case in the same change."""

    TYPE: ClassVar = "number.taken"
    VERSION: ClassVar = 1
    DISPLAY: ClassVar = N_("用号")
    PERSONAL: ClassVar = frozenset[str]()

    block: str
    number: int
    subject: str


class NumberVoided(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """Hall: the next `count` numbers of a block from `number` on are given to nothing: a gap with its reason."""

    TYPE: ClassVar = "number.voided"
    VERSION: ClassVar = 1
    DISPLAY: ClassVar = N_("作废号码")
    PERSONAL: ClassVar = frozenset({"reason"})

    block: str
    number: int
    count: int
    reason: str


class NumberReturned(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """Hall: what is left of a block, from `number` on, goes back; nobody gives these numbers any more."""

    TYPE: ClassVar = "number.returned"
    VERSION: ClassVar = 1
    DISPLAY: ClassVar = N_("交回号段")
    PERSONAL: ClassVar = frozenset({"reason"})

    block: str
    number: int
    reason: str


NumberEvent = NumberLeased | NumberTaken | NumberVoided | NumberReturned
