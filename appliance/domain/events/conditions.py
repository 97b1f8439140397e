"""Events of acceptance under a condition: 容缺 supplied later, 告知承诺 made, withdrawn and verified (domain §2.4)."""

from typing import ClassVar

import msgspec

from appliance.domain.subject import MaterialIn
from appliance.errors import N_


class CaseToleranceSupplied(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """容缺补齐: materials that were missing at a tolerant acceptance came in; C6 stops with the last."""

    TYPE: ClassVar = "case.tolerance_supplied"
    VERSION: ClassVar = 1
    DISPLAY: ClassVar = N_("容缺材料补齐")
    PERSONAL: ClassVar = frozenset({"note"})

    materials: tuple[MaterialIn, ...]
    presenter: str = "applicant"
    note: str = ""


class CasePromiseMade(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """告知承诺: told in writing, the applicant chose to promise in writing; these proofs are not asked for."""

    TYPE: ClassVar = "case.promise_made"
    VERSION: ClassVar = 1
    DISPLAY: ClassVar = N_("签署告知承诺书")
    PERSONAL: ClassVar = frozenset({"signer"})

    signed_on: str
    materials: tuple[str, ...]
    signer: str


class CasePromiseWithdrawn(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """撤回承诺: before the decision; the case goes on in the ordinary way, and the proofs are needed again."""

    TYPE: ClassVar = "case.promise_withdrawn"
    VERSION: ClassVar = 1
    DISPLAY: ClassVar = N_("撤回承诺")
    PERSONAL: ClassVar = frozenset({"reason"})

    reason: str


class CasePromiseVerified(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """承诺核查: after the decision; ``kept`` or ``broken``, with what was found."""

    TYPE: ClassVar = "case.promise_verified"
    VERSION: ClassVar = 1
    DISPLAY: ClassVar = N_("核查承诺")
    PERSONAL: ClassVar = frozenset({"findings"})

    verified_on: str
    result: str
    findings: str
