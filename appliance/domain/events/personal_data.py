"""Requests about personal data and what became of them (个人信息保护法 art.45–47, 50): erase, restrict, lift, refuse.

A request has a number of its own (`subject`); the person's name stands in its private part only, and goes with it.
`places` name entries of both logs of the hall as ``h2c/e1:5-9,12`` (`appliance.domain.withheld`): whoever holds a copy
of them does the same to it without having to know whom it is about.
"""

from typing import ClassVar

import msgspec

from appliance.errors import N_


class PiiRequested(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """登记个人信息请求: who asks for what, on which ground, about which matters (个人信息保护法 art.47, 50).

    `right` is ``erase`` or ``restrict``; `channel` how it came; `matters` are 收件编号, of cases and of wholes.
    """

    TYPE: ClassVar = "pii.requested"
    VERSION: ClassVar = 1
    DISPLAY: ClassVar = N_("登记个人信息请求")
    PERSONAL: ClassVar = frozenset({"name", "id_type", "id_number", "contact", "wish"})

    subject: str
    right: str
    ground: str
    channel: str
    matters: tuple[str, ...]
    name: str
    id_type: str
    id_number: str
    contact: str = ""
    wish: str = ""


class PiiProposed(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """提出个人信息处理意见: the first of two persons says what becomes of each matter; a later one replaces it."""

    TYPE: ClassVar = "pii.proposed"
    VERSION: ClassVar = 1
    DISPLAY: ClassVar = N_("提出个人信息处理意见")
    PERSONAL: ClassVar = frozenset({"reason"})

    subject: str
    erase: tuple[str, ...] = ()
    restrict: tuple[str, ...] = ()
    lift: tuple[str, ...] = ()
    refuse: tuple[str, ...] = ()
    reason: str


class PiiErased(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """删除个人信息: the private parts at `places` are gone, and `blobs` with them; leaves and numbers stay (art.47)."""

    TYPE: ClassVar = "pii.erased"
    VERSION: ClassVar = 1
    DISPLAY: ClassVar = N_("删除个人信息")
    PERSONAL: ClassVar = frozenset[str]()

    subject: str
    basis: str
    matter: str
    proposed_by: str
    places: tuple[str, ...]
    blobs: tuple[str, ...] = ()


class PiiRestricted(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """限制处理: kept for a statutory duty and used for nothing but being kept safe (art.47 second paragraph)."""

    TYPE: ClassVar = "pii.restricted"
    VERSION: ClassVar = 1
    DISPLAY: ClassVar = N_("限制处理个人信息")
    PERSONAL: ClassVar = frozenset[str]()

    subject: str
    basis: str
    matter: str
    proposed_by: str
    places: tuple[str, ...]


class PiiLifted(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """解除限制处理: what was held back may be used again for what it was given for."""

    TYPE: ClassVar = "pii.lifted"
    VERSION: ClassVar = 1
    DISPLAY: ClassVar = N_("解除限制处理")
    PERSONAL: ClassVar = frozenset[str]()

    subject: str
    basis: str
    matter: str
    proposed_by: str
    places: tuple[str, ...]


class PiiRefused(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """不予支持个人信息请求: with the reason, which the person is told (art.50); the way to the court stays open."""

    TYPE: ClassVar = "pii.refused"
    VERSION: ClassVar = 1
    DISPLAY: ClassVar = N_("不予支持个人信息请求")
    PERSONAL: ClassVar = frozenset({"reason"})

    subject: str
    matters: tuple[str, ...]
    proposed_by: str
    reason: str


class PiiForgotten(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """市级已照办: the city did to its copy what a hall's entry says, bytes included, and answers in its own log.

    `place` is that entry, ``h2c/e1:57``; `act` its wire name; `parts` and `blobs` what the city had of it.
    """

    TYPE: ClassVar = "pii.forgotten"
    VERSION: ClassVar = 1
    DISPLAY: ClassVar = N_("市级已照办个人信息处理")
    PERSONAL: ClassVar = frozenset[str]()

    subject: str
    matter: str
    act: str
    place: str
    parts: int
    blobs: int = 0


PiiEvent = PiiRequested | PiiProposed | PiiErased | PiiRestricted | PiiLifted | PiiRefused | PiiForgotten
