"""Two persons confirm the date after the clock was found in doubt (protocol §5, SUSPECT).

One is signed in; the other stands beside and gives staff number and password on the same page.
"""

from typing import ClassVar

import msgspec
from litestar import Response

from appliance.domain.gate import GateState
from appliance.errors import N_, Refusal
from appliance.services.clockwatch import ConfirmClock
from appliance.services.desk import Desk
from web.ports import Answer
from web.signin import record, verdict_text
from web.visit import Visit


class ClockPage(msgspec.Struct, frozen=True):
    """The clock as it stands, and the form while it is in doubt; `problems` maps fields to translated messages."""

    TEMPLATE: ClassVar[str] = "account/clock.html"
    suspect: bool
    now: str
    day: str = ""
    first: str = ""
    notice: str = ""
    problems: dict[str, str] = {}


class Confirmation(msgspec.Struct, frozen=True):
    """What the form sends: the day that both read, and the other person."""

    day: str = ""
    first: str = ""
    password: str = ""


def _page(visit: Visit, desk: Desk, sent: Confirmation, problems: dict[str, str], notice: str = "") -> ClockPage:
    return ClockPage(
        suspect=desk.store.gate is GateState.SUSPECT,
        now=visit.front.clock.now().strftime("%Y-%m-%d %H:%M"),
        day=sent.day,
        first=sent.first,
        notice=notice,
        problems=problems,
    )


def show(visit: Visit, desk: Desk) -> Response[str]:
    """Show the clock and, while it is in doubt, the form."""
    return visit.show(_page(visit, desk, Confirmation(), {}))


async def submit(visit: Visit, desk: Desk) -> Response[str]:
    """Confirm the date: the other person's password first, then the signed entry."""
    sent = visit.form(Confirmation)
    verdict = await visit.front.credentials.verify(sent.first, sent.password)
    if verdict.answer is not Answer.OK:
        await record(visit, sent.first, "clock.confirm", verdict.answer.value, visit.session.window)
        problems = {"password": verdict_text(visit, verdict)}
        return visit.show(_page(visit, desk, sent, problems), status=422)
    command = ConfirmClock(first=sent.first, day=sent.day)
    try:
        await desk.submit(command, actor=visit.actor, key=visit.key)
    except Refusal as refusal:
        problems = visit.messages(refusal) or {"first": visit.text(refusal.message, **refusal.params)}
        return visit.show(_page(visit, desk, sent, problems), status=refusal.status)
    return visit.show(_page(visit, desk, Confirmation(), {}, visit.text(N_("日期已由两人确认，业务恢复正常"))))
