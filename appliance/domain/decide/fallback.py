"""纸质应急 and 补录: the hall works on pre-printed paper while the appliance stands still, and enters it later.

The applicant loses nothing by it: every clock counts from the day on which the window wrote the receipt (许可法
art.32), also when that leaves the hall less time, or none.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime

import msgspec

from appliance.clock import format_time
from appliance.domain.actor import Actor, Role
from appliance.domain.calendar import Calendar
from appliance.domain.case import Case
from appliance.domain.decide.application import Faults
from appliance.domain.decide.proposals import text_of
from appliance.domain.events import (
    CaseBackEntryConfirmed,
    CaseBackEntryReturned,
    CaseReceived,
    Fallback,
    FallbackBegun,
    FallbackEnded,
)
from appliance.domain.identifiers import case_numbers
from appliance.domain.states import State
from appliance.domain.transitions import require
from appliance.errors import N_, Forbidden, Invalid, Message, Refusal, WrongState

FALLBACK_CAUSES: dict[str, str] = {
    "power": N_("停电"),
    "device": N_("一体机故障"),
    "network": N_("窗口网络中断"),
    "drill": N_("应急演练"),
    "other": N_("其他"),
}
DECLARERS = frozenset({Role.WINDOW_CLERK, Role.HALL_MANAGER})
ENTRY_WORKING_DAYS_MAX = 3
"""Paper should be entered within so many working days of its writing; later entry is told to supervision (R09)."""
PAD_MAX = 100
"""Forms of a pad at most."""
NOTE_LENGTH_MAX = 200
REASON_LENGTH_MIN = 4
STAFF_NO = re.compile(r"[A-Z][0-9]{1,8}")


@dataclass(frozen=True, slots=True)
class Period:
    """A fallback: its id, when it began and ended (as entries write times; empty while it lasts)."""

    fallback: str
    began_at: str
    ended_at: str = ""


def moment(text: str, name: str, faults: Faults, now: datetime) -> datetime | None:
    """Read a time that somebody typed, ``2026-11-26T09:40``, in the hall's zone; notes a fault for a bad or future one.

    Args:
        text: as typed.
        name: field that it stands in.
        faults: where faults go.
        now: the present, whose zone the typed time is in.
    """
    try:
        found = datetime.fromisoformat(text.strip())
    except ValueError:
        faults.add(name, N_("请填日期和时间"))
        return None
    found = found.replace(tzinfo=now.tzinfo) if found.tzinfo is None else found.astimezone(now.tzinfo)
    if found > now:
        faults.add(name, N_("时间不能晚于现在"))
        return None
    return found


def _declare(actor: Actor) -> None:
    if actor.role not in DECLARERS:
        raise Forbidden(N_("纸质应急由窗口人员或者大厅管理员登记"), code="role", next_step=N_("请交给窗口人员办理"))


def begin(
    *, fallback: str, began_at: str, cause: str, note: str, last: Period | None, actor: Actor, now: datetime
) -> FallbackBegun:
    """Declare a fallback, possibly after it began: who works on paper has no appliance to tell.

    Guard: clerk or hall manager; no other fallback is open; it began after the last one ended, and not in the future.
    """
    _declare(actor)
    if last is not None and not last.ended_at:
        raise WrongState(N_("已经在纸质应急中"), code="fallback_open", next_step=N_("恢复之后先结束这一次，再登记新的"))
    faults = Faults({})
    began = moment(began_at, "began_at", faults, now)
    if cause not in FALLBACK_CAUSES:
        faults.add("cause", N_("请选启用的原因"))
    if len(note) > NOTE_LENGTH_MAX:
        faults.add("note", N_("说明最多 200 个字"))
    if began is not None and last is not None and began < datetime.fromisoformat(last.ended_at):
        faults.add("began_at", N_("早于上一次纸质应急结束的时间"))
    faults.raise_if_any()
    if began is None:
        raise ValueError(began_at)
    return FallbackBegun(fallback=fallback, began_at=format_time(began), cause=cause, note=note.strip())


def end(period: Period | None, *, ended_at: str, actor: Actor, now: datetime) -> FallbackEnded:
    """End the fallback: the last paper was written before `ended_at`. Guard: it is open, began before, not later."""
    _declare(actor)
    if period is None or period.ended_at:
        raise WrongState(N_("现在没有启用纸质应急"), code="fallback_closed", next_step=N_("请刷新本页"))
    faults = Faults({})
    ended = moment(ended_at, "ended_at", faults, now)
    if ended is not None and ended < datetime.fromisoformat(period.began_at):
        faults.add("ended_at", N_("早于启用的时间"))
    faults.raise_if_any()
    if ended is None:
        raise ValueError(ended_at)
    return FallbackEnded(fallback=period.fallback, ended_at=format_time(ended))


def check_pad(count: int, *, actor: Actor) -> None:
    """Let a pad of `count` pre-printed forms be numbered. Guard: clerk or hall manager; not too many at once."""
    if actor.role not in DECLARERS:
        raise Forbidden(N_("应急收件单由窗口人员或者大厅管理员印制"), code="role", next_step=N_("请交给窗口人员办理"))
    if not 1 <= count <= PAD_MAX:
        told = Message(N_("一次印 1 到 %(max)d 张"), max=PAD_MAX)
        raise Invalid(told.msgid, params=told.params, fields={"count": told})


def check_paper_no(text: str, *, area: str, hall: str, printed: str, used_by: str, faults: Faults) -> str:
    """Check the number of a pre-printed form (domain §3.5): of this hall, off a printed pad, not entered yet.

    Args:
        text: as typed or scanned.
        area: the hall's area code.
        hall: the hall's number.
        printed: when the pad was printed; empty when no pad holds this number.
        used_by: case that was entered from it, or empty.
        faults: where faults go.
    """
    try:
        number = case_numbers.parse(text)
    except Refusal as refusal:
        faults.take("paper_no", refusal)
        return ""
    if number.kind is not case_numbers.NumberKind.PAPER:
        faults.add("paper_no", N_("应急收件单的编号以 P 开头，印在单子右上角"))
    elif (number.area, number.hall) != (area, hall) or not printed:
        faults.add("paper_no", N_("本厅没有印过这个编号的应急收件单，请核对"))
    elif used_by:
        faults.add("paper_no", Message(N_("这张单子已经补录为 %(no)s"), no=used_by))
    return str(number)


def check_written(
    text: str, *, periods: tuple[Period, ...], printed: str, now: datetime, faults: Faults
) -> datetime | None:
    """Check when the paper was written: in a fallback, after its pad was printed, not in the future.

    A person writes minutes, so a sheet may be written in the very minute in which its pad came out.

    Args:
        text: as typed.
        periods: every fallback that was declared.
        printed: when the pad was printed, empty when unknown (told elsewhere).
        now: the present.
        faults: where faults go.
    """
    written = moment(text, "written_at", faults, now)
    if written is None:
        return None
    if not any(
        datetime.fromisoformat(one.began_at) <= written
        and (not one.ended_at or written <= datetime.fromisoformat(one.ended_at))
        for one in periods
    ):
        faults.add("written_at", N_("这个时间不在任何一次纸质应急之内；先在“纸质应急”里登记启用的时间"))
    elif printed and written < datetime.fromisoformat(printed).replace(second=0, microsecond=0):
        faults.add("written_at", N_("早于这本单子印制的时间，请核对单子上写的收件时间"))
    return written


def back_entered(
    event: CaseReceived, *, paper_no: str, written: datetime, taken_by: str, actor: Actor, instead_of: str = ""
) -> CaseReceived:
    """Mark a receipt as entered later, with what the paper says of itself; it was decided for the written day.

    Args:
        event: the receipt as decided.
        paper_no: number of the form.
        written: when the window wrote it.
        taken_by: who wrote it, as typed; whoever enters it when empty.
        actor: who enters it.
        instead_of: the case entered from the same form before, whose entry was returned or whose receipt was voided.
    """
    who = taken_by.strip().upper() or actor.id
    if not STAFF_NO.fullmatch(who):
        raise Invalid(N_("请填写收件人的工号"), fields={"taken_by": N_("工号是一个字母加数字，写在单子上")})
    return msgspec.structs.replace(
        event,
        fallback=Fallback(paper_no=paper_no, written_at=format_time(written), taken_by=who, instead_of=instead_of),
    )


def is_late(written: date, today: date, calendar: Calendar) -> bool:
    """Tell whether paper is entered so late that supervision hears of it (R09)."""
    return today > calendar.working_day_after(written, ENTRY_WORKING_DAYS_MAX)


def require_confirmed(case: Case) -> None:
    """Refuse any act on a case that was entered later until a second person has compared it with its paper.

    Raises:
        WrongState: ``unconfirmed``.
    """
    if case.unconfirmed:
        raise WrongState(
            N_("这件是补录的，还没有第二人复核，暂不能办理"),
            code="unconfirmed",
            subject=case.no,
            next_step=N_("请另一位窗口人员或者大厅管理员对照应急收件单复核"),
        )


def _second(case: Case, actor: Actor) -> tuple[str, str]:
    entry = case.back_entry
    if entry is None or entry.settled:
        raise WrongState(N_("这件没有等着复核的补录"), code="nothing_to_confirm", subject=case.no)
    if actor.id == entry.entered_by:
        raise Forbidden(
            N_("录入和复核不能是同一个人"), code="same_person", next_step=N_("请另一位窗口人员或者大厅管理员复核")
        )
    return entry.paper_no, entry.entered_by


def confirm(case: Case, *, compared: bool, actor: Actor) -> CaseBackEntryConfirmed:
    """T03b: the second person compared entry and paper; also after the law accepted the case meanwhile (T12)."""
    require("T03b", case, actor)
    paper_no, entered_by = _second(case, actor)
    if not compared:
        raise Invalid(N_("请先对照"), fields={"compared": N_("请拿着应急收件单逐项对照之后勾选")})
    return CaseBackEntryConfirmed(paper_no=paper_no, entered_by=entered_by)


def give_back(case: Case, *, reason: str, actor: Actor, today: date) -> CaseBackEntryReturned:
    """T03v: the second person found a difference; the entry ends, and its paper number is free to be entered again.

    Guard: the law has not accepted the case meanwhile (许可法 art.32(4)); it would be taken from the applicant again.
    """
    if case.unconfirmed and case.state is not State.RECEIVED:
        raise WrongState(
            N_("补正告知期限已过，这件依法视为受理，不能退回重录"),
            code="deemed",
            subject=case.no,
            next_step=N_("请对照应急收件单复核，录错的内容复核之后用“更正登记”改正"),
        )
    require("T03v", case, actor)
    paper_no, entered_by = _second(case, actor)
    faults = Faults({})
    words = text_of("reason", reason, REASON_LENGTH_MIN, faults)
    faults.raise_if_any()
    return CaseBackEntryReturned(paper_no=paper_no, entered_by=entered_by, ended_on=today.isoformat(), reason=words)
