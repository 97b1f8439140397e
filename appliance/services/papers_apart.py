"""Papers of no case: of supervision's cards and orders, and of complaints; made anew from what is registered now."""

from collections.abc import Callable

from appliance.papers.data import PaperData
from appliance.papers.kinds import Kind
from appliance.projections import complaints, personal_data, supervision
from appliance.projections.complaints import Complaint
from appliance.services.facts import Facts
from appliance.services.paper_builders.complaints import receipt_paper, reply_paper
from appliance.services.paper_builders.personal_data import notice_paper
from appliance.services.paper_builders.supervision import order_paper
from appliance.services.paper_refs import no_paper, parse_id
from appliance.store.connection import Connection

OF_CARDS = frozenset({"urge_order", "warning_notice"})
OF_COMPLAINTS: dict[str, Callable[[Connection, Facts, Complaint], PaperData]] = {
    "complaint_receipt": receipt_paper,
    "complaint_reply": reply_paper,
}
OF_REQUESTS = frozenset({"personal_data_notice"})
UNSIGNED = frozenset({"service_guide", "fallback_form"})
"""Made from the catalogue or from a pad: no entry of the log says what such a sheet holds."""


def is_apart(kind: Kind) -> bool:
    """Tell whether a kind of paper is a card's, a complaint's or a request's about personal data."""
    return kind.name in OF_CARDS or kind.name in OF_COMPLAINTS or kind.name in OF_REQUESTS


def build_apart(connection: Connection, facts: Facts, paper_id: str) -> tuple[PaperData, bytes]:
    """Make such a paper as it would be now, with the salt of its digest.

    Args:
        connection: a reader.
        facts: the hall's settings.
        paper_id: what its QR names.

    Raises:
        NotFound: there is no such paper here.
    """
    no, kind, sequence = parse_id(paper_id)
    if kind.name in OF_CARDS:
        card = supervision.find(connection, sequence - 1)
        paper = order_paper(connection, facts, card) if card is not None and card.case == no else None
        if paper is None or paper.head.paper_id != paper_id:
            raise no_paper(paper_id)
        return paper, b""
    if kind.name in OF_REQUESTS:
        found = personal_data.find(connection, no)
        if found is None or sequence != 1:
            raise no_paper(paper_id)
        return notice_paper(connection, facts, found), b""  # it names nobody
    complaint = complaints.find(connection, no)
    if complaint is None or sequence != 1:
        raise no_paper(paper_id)
    return OF_COMPLAINTS[kind.name](connection, facts, complaint), complaints.salt(connection, complaint)
