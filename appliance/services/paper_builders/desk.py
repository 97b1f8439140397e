"""材料交接单, 原件退还单, 应急收件单: what changes hands at the desks, and forms for when nothing else works."""

from datetime import datetime
from typing import assert_never

from appliance.config import HallConfig
from appliance.domain import events as ev
from appliance.papers import data
from appliance.papers.kinds import kind_named
from appliance.services.paper_builders.issuance import RELATION_WORDS
from appliance.services.paper_builders.moment import FORM_WORDS, ID_LABELS, Moment, masked_id, material

DeskEvent = ev.CaseMaterialsSent | ev.CaseOriginalReturned

HANDOVER_WAY = "当面交接，双方在本单签名"
SAMPLE_FORM = "样品"
WINDOW_NAME = "综合窗口"
BLANK = "（收件时填写）"


def paper(moment: Moment, event: DeskEvent) -> data.PaperData:
    """Make the paper of the moment's kind that such an event produces."""
    match event:
        case ev.CaseMaterialsSent():
            return handover_list(moment, event)
        case ev.CaseOriginalReturned():
            return original_return(moment, event)
        case _:
            assert_never(event)


def handover_list(moment: Moment, event: ev.CaseMaterialsSent) -> data.TransferList:
    """List what goes to a department or comes back, in as many pieces as were counted; samples behind the materials."""
    held = {one.code: one for one in moment.case.materials}
    lines = []
    for line in event.lines:
        known = held.get(line.code)
        note = material(known).note if known is not None else ""
        form = FORM_WORDS.get(line.form, line.form)
        lines.append(data.Material(name=line.name, form=form, copies=line.copies, pages=line.pages or None, note=note))
    lines += [
        data.Material(name=one.name, form=SAMPLE_FORM, copies=1, note=f"数量：{one.quantity}") for one in event.samples
    ]
    return data.TransferList(
        head=moment.head(),
        giver=_place(moment, event.giver),
        receiver=_place(moment, event.receiver),
        purpose=event.purpose,
        moved_at=moment.at,
        lines=tuple(lines),
        way=HANDOVER_WAY,
        upward=False,
    )


def _place(moment: Moment, code: str) -> str:
    return moment.department_name(code) if code else f"{moment.hall.name}{WINDOW_NAME}"


def original_return(moment: Moment, event: ev.CaseOriginalReturned) -> data.OriginalReturn:
    """Make the slip on which the receiver signs for his originals."""
    held = {one.code: one for one in moment.case.materials}
    number = event.receiver_id
    own = event.relation == "applicant"
    id_type = moment.case.applicant.id_type if own else "citizen_id"
    return data.OriginalReturn(
        head=moment.head(),
        lines=tuple(
            data.Material(name=one.name, form=FORM_WORDS["original"], copies=one.copies, pages=one.pages or None)
            for code in event.materials
            if (one := held.get(code)) is not None
        ),
        receiver=data.Collector(
            name=event.receiver_name,
            id_label=ID_LABELS.get(id_type, ID_LABELS["citizen_id"]),
            id_masked=masked_id(id_type, number),
            relation=RELATION_WORDS.get(event.relation, event.relation),
        ),
        returned_at=moment.at,
    )


def fallback_form(numbers: tuple[str, ...], hall: HallConfig, at: datetime) -> data.FallbackForm:
    """Make a pad of blank forms, one number each; `at` is when the pad was printed."""
    kind = kind_named("fallback_form")
    return data.FallbackForm(
        head=data.Head(
            paper_id=f"{numbers[0]}-{kind.code}-{len(numbers)}",
            hall=hall.name,
            authority=hall.name,
            item_name=BLANK,
            item_code=BLANK,
            issued_at=at,
        ),
        numbers=numbers,
        phones=data.Phones(
            consult=hall.consult_phone,
            supervision=hall.supervision_phone,
            address=hall.address,
            hours=hall.hours,
        ),
    )
