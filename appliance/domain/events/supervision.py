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


class SupervisionUrged(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """督办: a supervisor orders that something be done about a case by a day, and the answer told (domain §6.2).

    It is no event of the case. `staff` is who is responsible, empty when nobody has taken the case.
    """

    TYPE: ClassVar = "supervision.urged"
    VERSION: ClassVar = 1
    DISPLAY: ClassVar = N_("督办单下达")
    PERSONAL: ClassVar = frozenset({"cause", "demand"})

    subject: str
    department: str
    staff: str = ""
    due: str
    cause: str
    demand: str


class SupervisionReceived(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """签收: the responsible person or a head of the department has taken note of a card or order."""

    TYPE: ClassVar = "supervision.received"
    VERSION: ClassVar = 1
    DISPLAY: ClassVar = N_("监察签收")
    PERSONAL: ClassVar = frozenset[str]()

    card: int


class SupervisionReplied(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """回复: explanation of a yellow card, rectification after a red one, answer to an order."""

    TYPE: ClassVar = "supervision.replied"
    VERSION: ClassVar = 1
    DISPLAY: ClassVar = N_("监察回复")
    PERSONAL: ClassVar = frozenset({"reply"})

    card: int
    reply: str


class SupervisionSettled(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """认定: a supervisor upholds or revokes a card, accepts the answer to an order, or sends it back."""

    TYPE: ClassVar = "supervision.settled"
    VERSION: ClassVar = 1
    DISPLAY: ClassVar = N_("监察认定")
    PERSONAL: ClassVar = frozenset({"reason"})

    card: int
    outcome: str
    reason: str
