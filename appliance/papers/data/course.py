"""What changes the course of a case: pauses, extension, further materials, its end (行政许可法 art. 42, 45)."""

import datetime as dt
from typing import Annotated

import msgspec

from appliance.papers.data.parts import CorrectionLine, Head, Line, Material, Phones, Remedies, Text


class SpecialProcedureNotice(msgspec.Struct, frozen=True, kw_only=True):
    """Notice of a special procedure 特别程序告知书 (行政许可法 art. 45): its time must be told in writing.

    Attributes:
        procedure: 听证, 招标, 拍卖, 检验, 检测, 检疫, 鉴定, 专家评审, or what another statute names.
        needed: the time it takes, as a sentence with its unit.
        planned_until: the last planned day (C9); `planned_until_provisional` when it reaches past the known calendar.
        not_counted: true for the list of art. 45 and what a statute puts beside it; false when the limits run on.
        organiser: who carries it out, if it is not the authority.
        resume: how the limits go on after it.
    """

    head: Head
    accepted_on: dt.date
    procedure: Text
    reason: Text
    basis: Text
    started_on: dt.date
    needed: Text
    planned_until: dt.date
    resume: Text
    phones: Phones
    organiser: Line = ""
    not_counted: bool = True
    planned_until_provisional: bool = False


class ExtensionNotice(msgspec.Struct, frozen=True, kw_only=True):
    """Notice of an extension 延期告知书 (行政许可法 art. 42): once, with the approval of the head, reasons told.

    Attributes:
        extended_by: number of days and their unit.
        original_due: the legal due date before it; `new_due` the one after it.
        approver: the head of the authority, for joint handling the head of the people's government, or the letter
            that records the approval.
        promise_effect: what happens to the promised date.
    """

    head: Head
    accepted_on: dt.date
    original_due: dt.date
    new_due: dt.date
    extended_by: Text
    reason: Text
    basis: Text
    approver: Text
    approved_on: dt.date
    promise_effect: Text
    phones: Phones
    new_due_provisional: bool = False


class SuspensionNotice(msgspec.Struct, frozen=True, kw_only=True):
    """Notice of suspension 中止通知书: `effect` says whether the limits stand still, `resume` when the case goes on."""

    head: Head
    suspended_on: dt.date
    reason: Text
    basis: Text
    effect: Text
    resume: Text
    phones: Phones


class ResumptionNotice(msgspec.Struct, frozen=True, kw_only=True):
    """Notice of resumption 恢复办理通知书, with the due dates as they are from now on."""

    head: Head
    suspended_on: dt.date
    resumed_on: dt.date
    reason: Text
    basis: Text
    effect: Text
    legal_due: dt.date
    promised_due: dt.date
    phones: Phones
    due_provisional: bool = False


class MaterialRequestNotice(msgspec.Struct, frozen=True, kw_only=True):
    """Request for further materials 补充材料通知 (T35): in review, no correction notice, and it stops no clock.

    `reason` says why they are asked for only now; `wanted_by` is a request, never a limit with a sanction.
    """

    head: Head
    accepted_on: dt.date
    reason: Text
    lines: Annotated[tuple[CorrectionLine, ...], msgspec.Meta(min_length=1)]
    resubmit: Text
    phones: Phones
    wanted_by: dt.date | None = None


class WithdrawalLetter(msgspec.Struct, frozen=True, kw_only=True):
    """Letter of withdrawal 撤回申请书: the applicant's own words, made ready to be signed (T30).

    `returned` is what the applicant wants back; `effect` tells what the withdrawal brings about.
    """

    head: Head
    reason: Text
    effect: Text
    requested_on: dt.date
    returned: tuple[Material, ...] = ()


class TerminationNotice(msgspec.Struct, frozen=True, kw_only=True):
    """Termination notice 终止办理通知书, for a withdrawal or another end without decision (T30–T32).

    `ground` names the kind of end (withdrawn, correction not supplied, applicant died or dissolved, item abolished,
    object gone, false promise); `reason` tells what happened in this case.
    """

    head: Head
    reason: Text
    basis: Text
    effect: Text
    terminated_on: dt.date
    remedies: Remedies
    phones: Phones
    ground: Line = ""
    returned: tuple[Material, ...] = ()


class CorrectedText(msgspec.Struct, frozen=True, kw_only=True):
    """One clerical error: where it stands, what is written there, what it should be."""

    place: Text
    written: Text
    correct: Text


class PaperCorrectionNotice(msgspec.Struct, frozen=True, kw_only=True):
    """Notice that corrects an issued paper 更正通知书 (T34); the old paper stays in the log.

    Attributes:
        paper_title: the paper with the error, `paper_no` its official number or paper id, `paper_date` its date.
        replacement: id of the paper printed in its place, if there is one.
    """

    head: Head
    paper_title: Text
    paper_no: Text
    paper_date: dt.date
    lines: Annotated[tuple[CorrectedText, ...], msgspec.Meta(min_length=1)]
    reason: Text
    approver: Text
    corrected_on: dt.date
    phones: Phones
    replacement: Line = ""
