"""收件回执单, 存档回执单, 补正回执单, 补正材料收件回执, 受理回执单 (clauses 5.2.2.1.2, 5.2.2.2.2, 5.2.2.3)."""

from datetime import date, datetime

from appliance.catalogue.guide import fee_lines, limit_text
from appliance.catalogue.labels import term
from appliance.domain import events as ev
from appliance.domain.case import Case, CaseMaterial
from appliance.domain.item_terms import LimitUnit, Necessity
from appliance.domain.service_item import ServiceItem
from appliance.papers import data
from appliance.services.paper_builders.moment import FORM_WORDS, Moment, material, original

TICKETLESS = "窗口申请（未取号）"
SELF_SERVICE = {"kiosk": "本厅自助终端", "online": "网上申请"}
FORM_TARGET = "form:"


def _missing(moment: Moment, codes: tuple[str, ...]) -> tuple[data.MissingMaterial, ...]:
    found = []
    for code in codes:
        listed = moment.item.material(code)
        later = listed is not None and listed.necessity is Necessity.TOLERABLE
        found.append(
            data.MissingMaterial(
                name=listed.name if listed is not None else code,
                note="可以容缺，作出决定前补齐" if later else "收件时未见；是否需要补正另行告知",
            )
        )
    return tuple(found)


def _channel(case: Case) -> str:
    if case.back_entry is not None:
        again = f"（此前录为 {case.back_entry.instead_of}，已作废）" if case.back_entry.instead_of else ""
        return f"窗口纸质应急收件（补录），应急收件单 {case.back_entry.paper_no}{again}"
    told = f"窗口申请（排队票 {case.ticket}）" if case.ticket else TICKETLESS
    if not case.submitted_at:
        return told
    return f"{told}，{datetime.fromisoformat(case.submitted_at):%Y年%m月%d日}自助提交"


def _receipt(moment: Moment) -> data.Receipt:
    case = moment.case
    due, provisional = moment.due("C1")
    return data.Receipt(
        received_at=datetime.fromisoformat(case.received_at),
        channel=_channel(case),
        materials=tuple(material(one, "补正后收到" if one.corrected else "") for one in case.materials),
        missing=_missing(moment, case.missing),
        correction_due=due,
        correction_due_provisional=provisional,
        query_code=case.query_code,
        query_way=moment.query_way(),
        phones=moment.phones(),
    )


def submission_slip(moment: Moment, event: ev.CaseSubmitted) -> data.SubmissionSlip:
    """Make what an applicant takes from the terminal: what was written, what to bring, and that it is no acceptance."""
    case = moment.case
    due, provisional = moment.due("C1") if event.deadlines else (None, False)
    return data.SubmissionSlip(
        head=moment.head(),
        submitted_at=datetime.fromisoformat(case.submitted_at),
        channel=SELF_SERVICE[event.channel],
        materials=tuple(material(one, "" if one.files else "请带到窗口核对") for one in case.materials),
        missing=_missing(moment, case.missing),
        query_code=case.query_code,
        query_way=moment.query_way(),
        phones=moment.phones(),
        correction_due=due,
        correction_due_provisional=provisional,
    )


def intake_receipt(moment: Moment) -> data.IntakeReceipt:
    """Make the applicant's receipt; it also goes on 80 mm paper. After an amendment (T36) it says what is so now."""
    return data.IntakeReceipt(head=moment.head(), receipt=_receipt(moment))


def shelf_code(item_mark: str, no: str) -> str:
    """Give where the file copy is shelved: the item's local code, then day and sequence of the case number.

    Nobody has to assign it, and two cases of one hall never share it.
    """
    day, sequence = no[9:17], no[17:22]
    return f"{item_mark}/{day}-{sequence}"


def archive_receipt(moment: Moment) -> data.ArchiveReceipt:
    """Make the file copy: the same content, shelf code, and the digest of every scan."""
    return data.ArchiveReceipt(
        head=moment.head(),
        receipt=_receipt(moment),
        shelf_code=shelf_code(moment.item.local_catalog_code or moment.item.mnemonic.upper(), moment.case.no),
        scans=tuple(scan for one in moment.case.materials for scan in _scans(one)),
    )


def _scans(received: CaseMaterial) -> tuple[data.Scan, ...]:
    several = len(received.files) > 1
    return tuple(
        data.Scan(
            name=f"{received.name}（{number}）" if several else received.name,
            sha256=file.sha256,
            pages=None if several else received.pages or None,
        )
        for number, file in enumerate(received.files, 1)
    )


def correction_notice(moment: Moment, event: ev.CaseCorrectionRequired) -> data.CorrectionNotice:
    """Make the one-time notice: all lines with problem, requirement and basis (许可法 art. 32(4))."""
    words = {text.no: text for text in event.texts}
    held = {line.line.no: line for line in moment.case.notice_lines}
    lines = []
    for line in event.lines:
        text = words.get(line.no)
        lines.append(
            data.CorrectionLine(
                subject=line.name,
                problem=text.problem if text else held[line.no].problem,
                requirement=text.requirement if text else held[line.no].requirement,
                basis=line.basis,
            )
        )
    due = next((date.fromisoformat(limit.due) for limit in event.deadlines if limit.clock == "C5"), None)
    return data.CorrectionNotice(
        head=moment.head(),
        lines=tuple(lines),
        resubmit=f"持收件编号到{moment.hall.name}综合窗口一次交齐；补齐后窗口出具补正材料收件回执",
        phones=moment.phones(),
        due=due,
        repeats=event.notice > 1,
    )


def supplement_receipt(moment: Moment, event: ev.CaseSupplemented) -> data.SupplementReceipt:
    """Make the receipt of what answers the notice, and name what is still outstanding."""
    answered = {line.line.target: line.line for line in moment.case.notice_lines if line.line.no in event.lines}
    given = {one.code for one in event.materials}
    lines = [
        data.Supplement(
            name=one.name,
            form="、".join(part for part in (FORM_WORDS.get(one.form, one.form), original(one)) if part),
            copies=one.copies,
            pages=one.pages or None,
            answers=f"第{answered[one.code].no}项" if one.code in answered else "",
        )
        for one in event.materials
    ]
    lines += [
        data.Supplement(name=line.name, form="更正填写内容", copies=0, answers=f"第{line.no}项")
        for target, line in answered.items()
        if target.startswith(FORM_TARGET) and target not in given
    ]
    return data.SupplementReceipt(
        head=moment.head(),
        notice=moment.paper_id("correction_notice", _last_notice(moment)),
        received_at=moment.at,
        lines=tuple(lines),
        query_code=moment.case.query_code,
        query_way=moment.query_way(),
        phones=moment.phones(),
        outstanding=tuple(
            data.MissingMaterial(name=line.line.name, note=f"第{line.line.no}项")
            for line in moment.case.notice_lines
            if not line.met
        ),
    )


def _last_notice(moment: Moment) -> int:
    return next(step.index for step in reversed(moment.steps) if isinstance(step.event, ev.CaseCorrectionRequired))


def _limit(item: ServiceItem, count: int, unit: LimitUnit) -> str:
    """Write a limit with the event that starts it; the explanations stand in the guide."""
    start = "" if unit is LimitUnit.ON_THE_SPOT else term(item.clock_start_event)
    return f"{start}{limit_text(count, unit)}"


def acceptance_receipt(moment: Moment, event: ev.CaseAccepted | ev.CaseDeemedAccepted) -> data.AcceptanceReceipt:
    """Make the acceptance receipt: number, day, both limits, the promised day, fee, delivery, handler."""
    case, item = moment.case, moment.item
    finish, provisional = moment.due("C3")
    handler = moment.person(case.handler) if case.handler else None
    department_phone = moment.department.phone
    return data.AcceptanceReceipt(
        head=moment.head(),
        accepted_on=date.fromisoformat(event.accepted_on),
        legal_limit=_limit(item, item.anticipate_day, item.anticipate_type),
        promised_limit=_limit(item, item.promise_day, item.promise_type),
        promised_finish=finish,
        promised_finish_provisional=provisional,
        fee="；".join(fee_lines(item)),
        delivery=item.guide.result_delivery,
        query_way=moment.query_way(),
        handler_name=f"{handler.name}（工号{handler.id}）" if handler else case.department_name,
        handler_phone=(handler.phone if handler else "") or department_phone,
        phones=moment.phones(),
        materials=tuple(material(one, "补正后收到" if one.corrected else "") for one in case.materials),
        special_procedures=tuple(
            data.SpecialProcedure(
                name=term(one.kind),
                needed=f"{limit_text(one.planned_days, one.planned_type)}，{one.explain}",
            )
            for one in item.special_procedure
        ),
        deemed=isinstance(event, ev.CaseDeemedAccepted),
    )
