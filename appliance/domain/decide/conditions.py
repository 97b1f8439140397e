"""容缺 supplied later, 告知承诺 made, withdrawn and verified (domain §2.4)."""

from datetime import date

from appliance.domain.actor import Actor
from appliance.domain.case import Case
from appliance.domain.decide.agency import check_presenter
from appliance.domain.decide.application import Faults, applying_materials, check_materials
from appliance.domain.decide.prereview import only_handler
from appliance.domain.decide.proposals import BASIS_LENGTH_MIN, text_of
from appliance.domain.events import (
    CasePromiseMade,
    CasePromiseVerified,
    CasePromiseWithdrawn,
    CaseToleranceSupplied,
)
from appliance.domain.identifiers import names
from appliance.domain.service_item import ServiceItem
from appliance.domain.subject import MaterialIn
from appliance.domain.transitions import require
from appliance.errors import N_, Invalid, Refusal, WrongState

RESULTS = ("kept", "broken")
FINDINGS_LENGTH_MIN = 4


def supply(
    case: Case,
    item: ServiceItem,
    *,
    materials: tuple[MaterialIn, ...],
    note: str,
    actor: Actor,
    today: date,
    presenter: str = "applicant",
) -> CaseToleranceSupplied:
    """Take in what was missing at a tolerant acceptance.

    Guard: open lines only, at least one; an agent has authority to correct.
    """
    require("T11s", case, actor)
    check_presenter(case, presenter, "correct", today)
    faults = Faults({})
    open_codes = set(case.open_tolerance)
    checked = check_materials(applying_materials(item, case.form, case.variants), materials, faults)
    for material in checked:
        if material.code not in open_codes:
            faults.add(f"material.{material.code}", N_("这份材料没有容缺，请核对后再收"))
    if not checked:
        faults.add("materials", N_("请收下至少一份容缺的材料"))
    faults.raise_if_any()
    return CaseToleranceSupplied(materials=checked, presenter=presenter, note=note.strip())


def make_promise(
    case: Case, item: ServiceItem, *, signer: str, told: bool, signed: bool, actor: Actor, today: date
) -> CasePromiseMade:
    """The applicant promises instead of proving (国办发〔2020〕42号).

    Guard: the item allows it; the applicant was told in writing and signed of his own will; there is a proof that the
    promise stands for; no promise was made before in this case.
    """
    require("T03p", case, actor)
    if not item.promise_based_allowed:
        raise Invalid(N_("这个事项不适用告知承诺"), code="promise_not_allowed", subject=item.catalog_code)
    if case.promise is not None:
        raise WrongState(N_("这件已经签过告知承诺书"), code="promise_made", subject=case.no)
    faults = Faults({})
    if not told:
        faults.add("told", N_("请先把告知书交给申请人，申请人自愿选择后勾选"))
    if not signed:
        faults.add("signed", N_("请申请人在承诺书上签名后勾选"))
    try:
        signer = names.check(signer).value
    except Refusal as refusal:
        faults.take("signer", refusal)
    listed = applying_materials(item, case.form, case.variants)
    codes = tuple(one.code for one in listed if one.promise_allowed and case.material(one.code) is None)
    if not codes:
        faults.add("materials", N_("没有可以用承诺代替的材料，或者都已提交"))
    faults.raise_if_any()
    return CasePromiseMade(signed_on=today.isoformat(), materials=codes, signer=signer)


def withdraw_promise(case: Case, *, reason: str, actor: Actor) -> CasePromiseWithdrawn:
    """The applicant takes the promise back before the decision; the ordinary way begins again."""
    require("T03w", case, actor)
    if not case.promise_based:
        raise WrongState(N_("这件没有有效的告知承诺"), code="no_promise", subject=case.no)
    faults = Faults({})
    words = text_of("reason", reason, BASIS_LENGTH_MIN, faults)
    faults.raise_if_any()
    return CasePromiseWithdrawn(reason=words)


def verify_promise(case: Case, *, result: str, findings: str, actor: Actor, today: date) -> CasePromiseVerified:
    """After the decision the authority looks whether the promise was true. Guard: the case's handler; once."""
    require("T23v", case, actor)
    if case.handler:
        only_handler(case, actor)
    promise = case.promise
    if promise is None or promise.withdrawn or promise.result:
        raise WrongState(N_("这件没有待核查的承诺"), code="no_promise", subject=case.no)
    faults = Faults({})
    if result not in RESULTS:
        faults.add("result", N_("请选核查的结果"))
    words = text_of("findings", findings, FINDINGS_LENGTH_MIN, faults)
    faults.raise_if_any()
    return CasePromiseVerified(verified_on=today.isoformat(), result=result, findings=words)
