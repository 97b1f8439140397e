"""即办 on one screen (T33): the handler takes in, checks and decides; then the result, or the wait for the approver."""

from typing import ClassVar

import msgspec
from litestar import Response

from appliance.domain.item_terms import HandlingType
from appliance.domain.states import State
from appliance.errors import N_, Conflict, Refusal
from appliance.papers.client import RenderClient
from appliance.papers.document import Form
from appliance.services import papers, uploads
from appliance.services.desk import Desk
from appliance.services.facts import ITEM_CHANGED
from appliance.services.instant import ReceiveInstant
from web.pages import intake_draft as drafted
from web.pages import intake_fields as fields
from web.pages import intake_form, intake_submit, intake_view
from web.pages.case_page import PaperLine, not_now, paper_lines
from web.pages.casework import Head, head, sight
from web.pages.intake_draft import Content
from web.printing import picture
from web.visit import Visit

READY = "ready"
STAGES = {
    State.IN_REVIEW: "waiting",
    State.DECIDED_GRANTED: "decided",
    State.DECIDED_REFUSED: "refused",
    State.RESULT_READY: READY,
    State.CLOSED: "closed",
}
RESULT_PAPERS = ("licence", "decision_granted", "record_receipt", "decision_refused")
# Fields of the command and where they stand on the page.
PLACES = {"opinion": "spot.opinion", "text": "spot.opinion", "content": "spot.content"}


class SpotPage(msgspec.Struct, frozen=True):
    """What became of it: `waiting` for the approver, or `ready` with the result to print and hand over."""

    TEMPLATE: ClassVar[str] = "intake/spot.html"
    head: Head
    stage: str
    title: str
    pictures: tuple[str, ...]
    print_to: str
    papers: tuple[PaperLine, ...]


async def submit(visit: Visit, desk: Desk, draft: str) -> Response[str]:
    """Take in and handle in one change; whatever is wrong comes back at its field, and nothing is received."""
    kept, problems = await intake_form.save_post(visit, desk, draft)
    item = intake_form.item_of(desk, kept.content)
    if intake_form.newer_version(desk, kept.content):
        return visit.show(intake_submit.changed_page(visit, desk, draft, kept.content), status=Conflict.status)
    view = intake_view.materials_view(visit, desk, kept, item, {})
    kept = await drafted.change(visit, desk, draft, lambda content: intake_view.with_licences(content, view))
    problems = intake_form.problems_of(visit, desk, kept, item) | problems
    if not problems:
        command = _command(visit, desk, kept.content, draft)
        try:
            uploads.check_stored(desk.store.blobs, (file for one in command.receipt.materials for file in one.files))
            done = await desk.submit(command, actor=visit.actor, key=visit.key)
        except Conflict as conflict:
            if conflict.code != ITEM_CHANGED:
                raise
            return visit.show(intake_submit.changed_page(visit, desk, draft, kept.content), status=Conflict.status)
        except Refusal as refusal:
            found = intake_view.messages(visit, refusal, kept.content)
            problems = {PLACES.get(name, name): text for name, text in found.items()}
            problems = problems or {"": visit.text(refusal.message, **refusal.params)}
        else:
            return visit.go(f"/cases/{done.result['case']}/spot")
    return visit.show(intake_view.form_page(visit, desk, kept, item, problems), status=422)


def _command(visit: Visit, desk: Desk, content: Content, draft: str) -> ReceiveInstant:
    item = intake_form.item_of(desk, content)
    spot = intake_view.spot_of(visit, desk, content, item)
    return ReceiveInstant(
        receipt=drafted.command(content, item, fields.kinds_of(item), draft),
        checked=spot.checked,
        opinion=spot.opinion,
        content=spot.content,
    )


async def show(visit: Visit, desk: Desk, render: RenderClient, no: str) -> Response[str]:
    """Show the result, ready to print, or that it waits; the page asks again by itself while it waits."""
    seen = sight(visit, desk, no)
    stage = STAGES.get(seen.case.state)
    if stage is None or not seen.own or seen.case.handling != HandlingType.INSTANT:
        return not_now(visit, desk, seen, visit.text(N_("这件不是当场办理的件")))
    connection, durable = desk.reader(), desk.store.durable_size
    listed = {ref.kind: ref for ref in papers.list_papers(connection, no, durable)}
    result = next((listed[kind] for kind in RESULT_PAPERS if kind in listed), None)
    drawn: tuple[bytes, ...] = ()
    if result is not None and stage == READY:
        _, paper, presentation = papers.build(connection, desk.facts, result.id, durable, at=visit.front.clock.now())
        drawn = await render.pages_async(paper, Form.SVG, presentation)
    return visit.show(
        SpotPage(
            head=head(visit, desk, seen),
            stage=stage,
            title=visit.text(result.title) if result is not None else "",
            pictures=tuple(map(picture, drawn)),
            print_to=f"/papers/{no}/{result.kind}/print?index={result.index}" if result is not None else "",
            papers=paper_lines(visit, desk, no),
        )
    )
