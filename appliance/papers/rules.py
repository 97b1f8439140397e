"""What the fields of one paper owe each other: rules that no single field's limits can say."""

from decimal import Decimal

from appliance.domain import amount
from appliance.errors import Invalid
from appliance.papers.data import (
    ExtensionNotice,
    FeeNotice,
    HearingNotice,
    HearingRecord,
    PaperCorrectionNotice,
    PaperData,
    ResumptionNotice,
    ServiceCertificate,
    SiteCheckRecord,
    SpecialProcedureNotice,
)

OFFICERS_MIN = 2
"""Two officers or more verify the substance of an application (行政许可法 art. 34(3))."""


def contradictions(paper: PaperData) -> list[str]:
    """Name the fields that contradict another field of the same paper; empty when the paper holds together.

    The rules: who reviews does not preside (行政许可法 art. 48); two different officers check (art. 34(3)); a refused
    service needs a witness, and every other one a signer or a trace; digits and capitals of a fee are one amount and
    its lines add up to it; later dates are not before earlier ones; a correction changes something.
    """
    return [name for name, broken in _rules(paper) if broken]


def _rules(paper: PaperData) -> tuple[tuple[str, bool], ...]:
    rules: tuple[tuple[str, bool], ...]
    match paper:
        case HearingNotice():
            rules = (("presider", paper.presider.staff_no == paper.reviewer.staff_no),)
        case HearingRecord():
            rules = (
                ("presider", paper.presider.staff_no == paper.reviewer.staff_no),
                ("ended_at", paper.ended_at < paper.held_at),
            )
        case SiteCheckRecord():
            rules = (
                ("officers", len({officer.staff_no for officer in paper.officers}) < OFFICERS_MIN),
                ("ended_at", paper.ended_at < paper.started_at),
                ("witness", bool(paper.refusal) and not paper.witness),
            )
        case ExtensionNotice():
            rules = (("new_due", paper.new_due <= paper.original_due),)
        case ResumptionNotice():
            rules = (("resumed_on", paper.resumed_on < paper.suspended_on),)
        case SpecialProcedureNotice():
            rules = (("planned_until", paper.planned_until < paper.started_on),)
        case PaperCorrectionNotice():
            rules = tuple((f"lines[{n}]", line.written == line.correct) for n, line in enumerate(paper.lines))
        case ServiceCertificate():
            rules = _service_rules(paper)
        case FeeNotice():
            rules = _fee_rules(paper)
        case _:
            rules = ()
    return rules


def _service_rules(paper: ServiceCertificate) -> tuple[tuple[str, bool], ...]:
    if paper.refusal:
        return (("witnesses", not paper.witnesses),)
    return (("signer", not paper.signer and not paper.trace), ("relation", bool(paper.signer) and not paper.relation))


def _fee_rules(paper: FeeNotice) -> tuple[tuple[str, bool], ...]:
    try:
        lines = sum((amount.parse(line.amount) for line in paper.lines), Decimal(0))
        return (
            ("total_capitals", amount.capitals(paper.total) != paper.total_capitals),
            ("total", amount.parse(paper.total) != lines),
        )
    except Invalid:
        return (("amount", True),)
