"""Papers 文书 of a case: which of its entries produce one, and what each says.

A paper is made from the log, by folding the case up to the entry that produced it, so a reprint years later says what
the first print said; the file of its first print is kept beside (`appliance.services.prints`). Names of staff and
telephone numbers come from the roster and the catalogue in force, since entries carry staff numbers only.

Nothing is listed or made before the entry is durable in database and journal (protocol §3): paper cannot be recalled.
"""

import functools
from collections.abc import Callable
from datetime import datetime
from typing import assert_never

from appliance.clock import format_time
from appliance.domain import events as ev
from appliance.domain.case import Case, evolve
from appliance.domain.entry import SALT_BYTES, read_event
from appliance.domain.events.transfer import FoldedTransfer
from appliance.errors import N_
from appliance.ledger.merkle import leaf_hash
from appliance.papers.data import PaperData, ServiceGuide
from appliance.papers.document import REPRINT_MARK, Presentation, Reprint, Signing
from appliance.papers.kinds import Copy, Kind, kind_named
from appliance.projections import certificates, departments, joints, staff
from appliance.services import joint_papers
from appliance.services.facts import Facts
from appliance.services.paper_builders import conditions, decision, desk, inquiry, intake, issuance, outside, procedures
from appliance.services.paper_builders.guide import guide_paper
from appliance.services.paper_builders.moment import Moment, Step
from appliance.services.paper_refs import PaperRef, no_paper, paper_id_of, parse_id
from appliance.services.paper_sources import produced
from appliance.signing.values import LogPlace
from appliance.store.case_entries import entries_of
from appliance.store.connection import Connection
from appliance.store.event_store import read_entry

Durable = Callable[[str], int]
"""Gives how many entries of a log are durable: `Store.durable_size`."""

AMENDED_MARK = "更正"
CORRECTED_MARK = "本件已更正，以更正通知书为准"
BACK_ENTRY_MARK = "补录"
HANDOVER_TITLE = N_("材料交接单")
FIXED_ON_SITE = "申请人当场更正并签名"


Paperless = (
    ev.CaseProposed
    | ev.CaseGrantedAbove
    | ev.CaseRefusedAbove
    | ev.CaseToleranceSupplied
    | ev.CasePromiseWithdrawn
    | ev.CasePromiseVerified
    | ev.CaseProposalDropped
    | ev.CaseReceiptVoided
    | ev.CaseMaterialReceived
    | ev.CaseSpecialEnded
    | ev.CaseDueRecomputed
    | ev.CaseAssigned
    | ev.CaseReassigned
    | ev.CaseNoticeWidened
    | ev.CaseDefectsReported
    | ev.CaseAgentAuthorised
    | ev.CaseAgentDismissed
    | ev.CaseMaterialsTaken
    | ev.CaseResultShelved
    | ev.CaseBackEntryConfirmed
    | ev.CaseBackEntryReturned
    | ev.CaseHearingRequested
    | ev.CaseFeePaid
    | ev.CasePreReviewed
    | ev.CaseStepStarted
    | ev.CaseStepReturned
    | ev.CaseResultProduced
    | ev.PaperReprinted
    | FoldedTransfer
)
"""What is written down without a paper of its own."""


def steps_of(connection: Connection, no: str, durable: Durable) -> tuple[Step, ...]:
    """Read the durable entries of a case, up to the first one that this release does not know.

    Args:
        connection: a reader.
        no: 收件编号.
        durable: durable size of a log.

    Raises:
        IntegrityFailure: an entry cannot be read.
    """
    steps = []
    for entry in entries_of(connection, no):
        meta, event = read_event(entry.record.entry, entry.record.private)
        origin, index = entry.stands
        if index >= durable(origin) or not isinstance(event, ev.CASE_EVENTS):
            break
        salt = (entry.record.private or b"")[:SALT_BYTES]
        steps.append(Step(entry.origin, entry.index, meta, event, salt, here=not entry.came_along))
    return tuple(steps)


def _reprints(steps: tuple[Step, ...], paper_id: str) -> list[Step]:
    return [step for step in steps if isinstance(step.event, ev.PaperReprinted) and step.event.paper == paper_id]


def _corrected(steps: tuple[Step, ...], paper_id: str) -> int | None:
    found = (one.index for one in steps if isinstance(one.event, ev.CasePaperCorrected) and one.event.paper == paper_id)
    return max(found, default=None)


def list_papers(connection: Connection, no: str, durable: Durable) -> tuple[PaperRef, ...]:
    """List the papers that a case has produced, oldest first.

    Args:
        connection: a reader.
        no: 收件编号.
        durable: durable size of a log; a paper leaves only when its entry lies below it.
    """
    if joints.known(connection, no):
        whole = joint_papers.steps_of(connection, no, durable)
        return joint_papers.refs_of(no, whole)
    steps = steps_of(connection, no, durable)
    refs = []
    for step in steps:
        for name in produced(step.event):
            kind, identifier = kind_named(name), paper_id_of(no, name, step.index)
            refs.append(
                PaperRef(
                    id=identifier,
                    kind=name,
                    title=_title(step.event, kind),
                    origin=step.origin,
                    index=step.index,
                    at=datetime.fromisoformat(step.meta.t),
                    copies=kind.copies,
                    reprints=len(_reprints(steps, identifier)),
                    narrow=kind.narrow,
                    corrected=_corrected(steps, identifier),
                )
            )
    return tuple(refs)


def _title(event: ev.CaseEvent, kind: Kind) -> str:
    match event:
        case ev.LicenceIssued():
            return event.type_name
        case ev.CaseMaterialsSent():
            return HANDOVER_TITLE
        case _:
            return kind.title


def latest(connection: Connection, no: str, kind_name: str, durable: Durable, index: int | None = None) -> PaperRef:
    """Give the newest paper of a kind, or the one that the entry at `index` produced.

    Raises:
        NotFound: the case has produced none of this kind, or not yet durably.
    """
    for ref in reversed(list_papers(connection, no, durable)):
        if ref.kind == kind_name and index in (None, ref.index):
            return ref
    raise no_paper(f"{no} {kind_name}")


def build(
    connection: Connection,
    facts: Facts,
    paper_id: str,
    durable: Durable,
    *,
    copy: Copy | None = None,
    watermark: str = "",
    at: datetime | None = None,
) -> tuple[Kind, PaperData, Presentation]:
    """Make what a paper says and how its sheet is marked.

    Args:
        connection: a reader.
        facts: the hall's settings and the item versions.
        paper_id: which paper, as `list_papers` names it.
        durable: durable size of a log.
        copy: which copy; None for the kind's first.
        watermark: text across each page, for copies that stay inside the house (domain §7.3).
        at: now, when a licence or a slip's code is to be signed under the hall's certificate; without it, or without
            a certificate that is valid then, the licence says 未签章 and the slip's code is a plain one.

    Returns:
        The kind, the data, and the presentation with the reprint mark of the last reprint, if there was one; across a
        paper that was put right since (T34) it says so.

    Raises:
        NotFound: there is no such paper, or its entry is not durable yet.
    """
    no, kind, index = parse_id(paper_id)
    if joints.known(connection, no):
        whole = joint_papers.steps_of(connection, no, durable)
        position = joint_papers.position_of(whole, paper_id)
        kind, paper, salt = joint_papers.make(connection, facts, whole, position, paper_id)
        return (
            kind,
            paper,
            Presentation(
                copy=copy,
                reprint=joint_papers.mark(connection, whole, paper_id),
                watermark=watermark,
                salt=salt,
                signing=_signing(connection, kind, at),
                place=_place(connection, kind, whole[position][0], index),
            ),
        )
    steps = steps_of(connection, no, durable)
    found = next(
        (n for n, step in enumerate(steps) if step.index == index and kind.name in produced(step.event)),
        None,
    )
    if found is None:
        raise no_paper(paper_id)
    moment = _moment(connection, facts, steps, found, kind)
    if not watermark and _corrected(steps, paper_id) is not None:
        watermark = CORRECTED_MARK
    presentation = Presentation(
        copy=copy,
        reprint=_mark(moment, steps, paper_id),
        watermark=watermark,
        salt=steps[0].salt,
        # What another hall's entry says is printed here as a copy: this hall does not sign for it.
        signing=_signing(connection, kind, at) if steps[found].here else None,
        place=_place(connection, kind, steps[found].origin, index) if steps[found].here else None,
    )
    return kind, _data(moment), presentation


def _signing(connection: Connection, kind: Kind, at: datetime | None) -> Signing | None:
    """Give what a licence or the code of a slip is signed under at a time; None for every other paper."""
    if at is None or not (kind.promised or kind.name == "licence"):
        return None
    credential = certificates.in_force(connection, format_time(at))
    return Signing(credential=credential, at=at.replace(microsecond=0)) if credential else None


def _place(connection: Connection, kind: Kind, origin: str, index: int) -> LogPlace | None:
    """Give the entry that a slip promises; None for every other paper."""
    if not kind.promised:
        return None
    return LogPlace(origin=origin, index=index, leaf=leaf_hash(read_entry(connection, origin, index).entry))


def _moment(connection: Connection, facts: Facts, steps: tuple[Step, ...], position: int, kind: Kind) -> Moment:
    upto = steps[: position + 1]
    case: Case | None = None
    for step in upto:
        case = evolve(case, step.meta, step.index, step.event)
    if case is None:
        raise LookupError(kind.name)
    return Moment(
        case=case,
        steps=upto,
        change=tuple(step for step in steps if step.meta.cmd == upto[-1].meta.cmd),
        item=facts.item_of(connection, case),
        hall=facts.hall,
        department=departments.get(connection, case.department),
        person=functools.partial(staff.find, connection),
        department_name=lambda code: departments.get(connection, code).name,
        paper_id=functools.partial(paper_id_of, case.no),
        kind=kind,
    )


def _mark(moment: Moment, steps: tuple[Step, ...], paper_id: str) -> Reprint | None:
    """Mark the last reprint 补打: which, when, by whom, why; a slip made anew after an amendment says 更正."""
    again = _reprints(steps, paper_id)
    if not again or not isinstance(again[-1].event, ev.PaperReprinted):
        return _amended(moment)
    last, event = again[-1], again[-1].event
    actor = last.meta.actor.id
    return Reprint(
        kind=REPRINT_MARK,
        number=event.copy,
        at=datetime.fromisoformat(last.meta.t),
        operator=f"{moment.name_of(actor)}（工号{actor}）",
        reason=event.reason,
    )


def _amended(moment: Moment) -> Reprint | None:
    """Mark a slip that says what T05 or T36 changed, with the slip in whose place it comes; or one entered later."""
    event, kind = moment.step.event, moment.kind.name
    if isinstance(event, ev.CaseReceived) and event.fallback is not None:
        return _back_entered(moment, event.fallback)
    if not isinstance(event, ev.CaseOnsiteFixed | ev.CaseRegistrationAmended):
        return None
    made = [step.index for step in moment.steps if kind in produced(step.event)]
    actor = moment.step.meta.actor.id
    return Reprint(
        kind=AMENDED_MARK,
        number=len(made) - 1,
        at=moment.at,
        operator=f"{moment.name_of(actor)}（工号{actor}）",
        reason=event.reason if isinstance(event, ev.CaseRegistrationAmended) else event.note or FIXED_ON_SITE,
        replaces=moment.paper_id(kind, made[-2]),
    )


def _back_entered(moment: Moment, written: ev.Fallback) -> Reprint:
    """Mark the slip of a receipt that was written on paper first 补录: entered when and by whom, off which form."""
    actor = moment.step.meta.actor.id
    when = written.written_at[:16].replace("T", " ")
    return Reprint(
        kind=BACK_ENTRY_MARK,
        number=0,
        at=moment.at,
        operator=f"{moment.name_of(actor)}（工号{actor}）",
        reason=f"应急收件单 {written.paper_no}，{when} 由工号{written.taken_by}书写，时限自书写之日起算",
    )


def _data(moment: Moment) -> PaperData:  # noqa: C901, PLR0911, PLR0912 - exhaustive
    event = moment.step.event
    if isinstance(event, procedures.ProcedureEvent):
        return procedures.paper(moment, event)
    if isinstance(event, inquiry.InquiryEvent):
        return inquiry.paper(moment, event)
    if isinstance(event, Paperless):
        raise no_paper(moment.case.no)
    match event:
        case ev.CaseSubmitted():
            return intake.submission_slip(moment, event)
        case ev.CaseReceived() | ev.CaseOnsiteFixed() | ev.CaseRegistrationAmended():
            if moment.kind.name == "archive_receipt":
                return intake.archive_receipt(moment)
            return intake.intake_receipt(moment)
        case ev.CaseCorrectionRequired():
            return intake.correction_notice(moment, event)
        case ev.CaseSupplemented():
            return intake.supplement_receipt(moment, event)
        case ev.CaseAccepted() if moment.kind.name == "tolerant_commitment":
            return conditions.tolerant_commitment(moment, event)
        case ev.CaseAccepted() | ev.CaseDeemedAccepted():
            return intake.acceptance_receipt(moment, event)
        case ev.CaseOpinionGiven():
            return decision.approval_form(moment, event)
        case ev.CaseGranted() if event.recorded:
            return conditions.record_receipt(moment, event)
        case ev.CaseGranted():
            return decision.decision_granted(moment, event)
        case ev.CaseRefused():
            return decision.decision_refused(moment, event)
        case ev.LicenceIssued():
            return issuance.licence(moment, event)
        case ev.CaseHandedOver():
            return issuance.collection_receipt(moment, event)
        case ev.CaseWithdrawn():
            return decision.termination_notice(moment, event)
        case ev.CaseForwarded() | ev.CaseShipped() | ev.CaseDelivered() | ev.CasePaperCorrected():
            return outside.paper(moment, event)
        case ev.CasePromiseMade():
            return conditions.promise_document(moment, event)
        case ev.CaseMaterialsSent() | ev.CaseOriginalReturned():
            return desk.paper(moment, event)
        case _:
            assert_never(event)


def build_guide(connection: Connection, facts: Facts, code: str, at: datetime) -> ServiceGuide:
    """Make the service guide of the current version of an item, printed at `at`; raises NotFound."""
    return guide_paper(facts.items.current(connection, code), facts.hall, at)
