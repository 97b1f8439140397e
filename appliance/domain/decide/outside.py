"""T21 上报, T22 录入上级决定, T28 寄件, T29 签收, T34 更正文书."""

import re
from datetime import date

from appliance.domain.actor import Actor
from appliance.domain.calendar import Calendar
from appliance.domain.case import Case
from appliance.domain.decide.application import Faults
from appliance.domain.decide.inquiry import before_issue
from appliance.domain.decide.issuance import nothing_tolerated_open
from appliance.domain.decide.limits import deadline
from appliance.domain.decide.proposals import BASIS_LENGTH_MIN, REASON_LENGTH_MIN, text_of
from appliance.domain.decide.review import OPINION_LENGTH_MIN, last_step
from appliance.domain.events import (
    CaseDelivered,
    CaseForwarded,
    CaseGrantedAbove,
    CaseOpinionGiven,
    CasePaperCorrected,
    CaseRefusedAbove,
    CaseShipped,
)
from appliance.domain.identifiers import names, phone
from appliance.domain.item_terms import HandlingType, LimitUnit
from appliance.domain.service_item import ServiceItem
from appliance.domain.transitions import require
from appliance.errors import N_, Invalid, Refusal

PROOFS = ("signed_slip", "tracking")
WAYBILL = re.compile(r"[0-9A-Z-]{6,30}")
RESULTS = ("granted", "refused")


def forward(
    case: Case, item: ServiceItem, *, text: str, authority: str, actor: Actor, today: date
) -> tuple[CaseOpinionGiven, CaseForwarded]:
    """T21: opinion and all materials go to the higher authority (许可法 arts.35, 43).

    Guard: an item of that kind 上报件; the approval form is signed up to the approver's own row, which is the initial
    opinion; the authority is named.
    """
    require("T21", case, actor)
    if item.project_type is not HandlingType.FORWARD:
        raise Invalid(N_("这个事项由本机关决定，不上报"), code="not_forwarded", subject=item.catalog_code)
    step = last_step(case, item, actor)
    faults = Faults({})
    words = text_of("opinion", text, OPINION_LENGTH_MIN, faults)
    higher = text_of("authority", authority, BASIS_LENGTH_MIN, faults)
    faults.raise_if_any()
    return (
        CaseOpinionGiven(step=step.step, step_name=step.name, result="agree", opinion=words),
        CaseForwarded(
            forwarded_on=today.isoformat(),
            materials=tuple(material.code for material in case.materials),
            authority=higher,
        ),
    )


def import_result(
    case: Case,
    item: ServiceItem,
    *,
    result: str,
    document_no: str,
    decided_on: str,
    words: str,
    files: tuple[str, ...],
    actor: Actor,
    today: date,
    calendar: Calendar,
) -> CaseGrantedAbove | CaseRefusedAbove:
    """T22: what the higher authority decided, from its paper.

    Guard: its number, its day (between the forwarding and today), what it grants or why it refuses, the paper.
    """
    require("T22", case, actor)
    faults = Faults({})
    if result not in RESULTS:
        faults.add("result", N_("请选“准予”或“不予”"))
    number = text_of("document_no", document_no, BASIS_LENGTH_MIN, faults)
    text = text_of("content", words, OPINION_LENGTH_MIN if result == "granted" else REASON_LENGTH_MIN, faults)
    if not _between(case.forwarded_on, decided_on, today):
        faults.add("decided_on", N_("上级决定的日期应在上报之后、今天之前"))
    if not files:
        faults.add("files", N_("请放入上级机关决定文书的扫描件"))
    faults.raise_if_any()
    limits = (deadline("C4", today, item.delivery_day, LimitUnit.WORKING_DAY, calendar),)
    if result == "granted":
        return CaseGrantedAbove(
            decided_on=decided_on,
            files=files,
            deadlines=limits,
            authority=case.forwarded_to,
            document_no=number,
            content=text,
        )
    return CaseRefusedAbove(
        decided_on=decided_on,
        files=files,
        deadlines=limits,
        authority=case.forwarded_to,
        document_no=number,
        reasons=text,
    )


def _between(first: str, day: str, today: date) -> bool:
    try:
        return date.fromisoformat(first) <= date.fromisoformat(day) <= today
    except ValueError:
        return False


def ship(
    case: Case,
    *,
    recipient: str,
    telephone: str,
    address: str,
    carrier: str,
    waybill: str,
    actor: Actor,
) -> CaseShipped:
    """T28: send the result by post. Guard: to whom, where, with which number; nothing tolerated is open."""
    require("T28", case, actor)
    nothing_tolerated_open(case)
    before_issue(case)
    faults = Faults({})
    number = waybill.strip().upper()
    if not WAYBILL.fullmatch(number):
        faults.add("waybill", N_("运单号是 6 到 30 位字母、数字和短横线"))
    where = text_of("address", address, BASIS_LENGTH_MIN, faults)
    by = text_of("carrier", carrier, OPINION_LENGTH_MIN, faults)
    who = text_of("recipient", recipient, OPINION_LENGTH_MIN, faults)
    try:
        telephone = phone.check(telephone).value
    except Refusal as refusal:
        faults.take("phone", refusal)
    faults.raise_if_any()
    return CaseShipped(recipient=who, phone=telephone, address=where, carrier=by, waybill=number)


def deliver(case: Case, *, delivered_on: str, proof: str, recipient: str, actor: Actor, today: date) -> CaseDelivered:
    """T29: the slip or the tracking shows the delivery. Guard: its day, from the posting to today, and its proof."""
    require("T29", case, actor)
    faults = Faults({})
    if proof not in PROOFS:
        faults.add("proof", N_("请选签收的凭据"))
    posted = case.shipment.at[:10] if case.shipment is not None else ""
    if not _between(posted, delivered_on, today):
        faults.add("delivered_on", N_("签收日期应在寄出之后、今天之前"))
    try:
        recipient = names.check(recipient).value
    except Refusal as refusal:
        faults.take("recipient", refusal)
    faults.raise_if_any()
    return CaseDelivered(delivered_on=delivered_on, proof=proof, recipient=recipient)


def correct_paper(case: Case, *, paper: str, old: str, new: str, reason: str, actor: Actor) -> CasePaperCorrected:
    """T34: put a slip of the pen right. Guard: closed; what stood there, what shall stand there, and why."""
    require("T34", case, actor)
    faults = Faults({})
    before, after = text_of("old", old, 1, faults), text_of("new", new, 1, faults)
    if before == after:
        faults.add("new", N_("更正前后没有不同"))
    why = text_of("reason", reason, BASIS_LENGTH_MIN, faults)
    faults.raise_if_any()
    return CasePaperCorrected(paper=paper, number=len(case.paper_corrections) + 1, old=before, new=after, reason=why)
