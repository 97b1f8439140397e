"""证照 and 领证回执单 (行政许可法 art. 39; clause 5.2.2.5)."""

from datetime import date

from appliance.domain import events as ev
from appliance.domain.case import Case
from appliance.papers import data
from appliance.services.paper_builders.moment import ID_LABELS, Moment, masked_id

RELATION_WORDS = {
    "applicant": "申请人本人",
    "representative": "法定代表人（负责人、经营者）",
    "agent": "委托代理人",
}
LETTERS = {"granted": "准予行政许可决定书", "refused": "不予行政许可决定书"}
# The template prints these in places of their own.
_PRINTED_APART = frozenset(
    {"licence.number", "licence.valid_from", "licence.valid_until", "licence.issued_on", "licence.issuer"}
)


def licence(moment: Moment, event: ev.LicenceIssued) -> data.Licence:
    """Make the licence's original 正本; whether it says 未签章 is decided when it is rendered."""
    known = moment.item.licence
    apart = {field.label for field in known.fields if field.source in _PRINTED_APART} if known else set[str]()
    # Entries keep their keys sorted; the sheet follows the licence type.
    order = [field.label for field in known.fields] if known else []
    labels = sorted(event.fields, key=lambda label: order.index(label) if label in order else len(order))
    fields = tuple(data.Field(label=label, value=event.fields[label] or "—") for label in labels if label not in apart)
    return data.Licence(
        head=moment.head(),
        title=event.type_name,
        number=event.number,
        identifier=event.identifier,
        holder=event.holder_name,
        holder_code=masked_id(event.holder_code_type, event.holder_code),
        fields=fields or (data.Field(label="持证主体", value=event.holder_name),),
        valid_from=date.fromisoformat(event.valid_from),
        valid_to=date.fromisoformat(event.valid_to) if event.valid_to else None,
        issued_on=date.fromisoformat(event.issued_on),
    )


def handed_items(case: Case) -> tuple[data.HandedItem, ...]:
    """Name what leaves the hall: the licence, if there is one, and the decision's letter."""
    items = []
    if case.licence is not None:
        issued = case.licence.issued
        items.append(data.HandedItem(name=issued.type_name, number=issued.number, copies=issued.copies))
    if case.decision is not None:
        letter = LETTERS[case.decision.kind]
        items.append(data.HandedItem(name=letter, number=case.decision.document_no, copies=1))
    return tuple(items)


def collection_receipt(moment: Moment, event: ev.CaseHandedOver) -> data.CollectionReceipt:
    """Make the receipt of what was handed over, to whom, in what relation."""
    return data.CollectionReceipt(
        head=moment.head(),
        items=handed_items(moment.case),
        collector=data.Collector(
            name=event.collector_name,
            id_label=ID_LABELS["citizen_id"],
            id_masked=masked_id("citizen_id", event.collector_id),
            relation=RELATION_WORDS.get(event.relation, event.relation),
        ),
        collected_at=moment.at,
        way="窗口当面领取（已核验身份证件）",
    )
