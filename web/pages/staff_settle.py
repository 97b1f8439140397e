"""The second of two administrators confirms a change of an account or does not; a one-time password is shown once."""

from typing import ClassVar

import msgspec
from litestar import Response

from appliance.domain.decide.staffing import DISABLE, RESET, WITH_PASSWORD
from appliance.errors import Refusal
from appliance.projections import staff
from appliance.services.desk import Desk
from appliance.services.staffing import ConfirmStaffChange, DropStaffChange
from web.pages.staff import ACT_NAMES, list_page, said
from web.signin import record
from web.visit import Visit

# Signs that nobody mistakes for one another when they are read out; 32 of them, so that a byte divides evenly.
SIGNS = "abcdefghijkmnpqrstuvwxyz23456789"
GROUPS, GROUP_SIGNS = 4, 4


class StaffDone(msgspec.Struct, frozen=True):
    """What was done; `password` is shown here and never again, empty when there is none to show."""

    TEMPLATE: ClassVar[str] = "staff/done.html"
    title: str
    id: str
    name: str
    password: str
    expected: bool


class DropForm(msgspec.Struct, frozen=True):
    """Why a change is not confirmed."""

    reason: str = ""


def one_time_password(random: bytes) -> str:
    """Write random bytes as groups of signs that can be read out: 16 signs, 80 bits."""
    signs = [SIGNS[byte % len(SIGNS)] for byte in random[: GROUPS * GROUP_SIGNS]]
    return "-".join("".join(signs[at : at + GROUP_SIGNS]) for at in range(0, len(signs), GROUP_SIGNS))


def _refused(visit: Visit, desk: Desk, number: str, refusal: Refusal, reason: str = "") -> Response[str]:
    told = "；".join(said(visit, refusal, "").values())
    return visit.show(list_page(visit, desk, reason=reason, problems={number: told}), status=refusal.status)


async def confirm(visit: Visit, desk: Desk, number: str) -> Response[str]:
    """Second of two persons. Sent again, the same form tells what was done, but not the password."""
    password = one_time_password(visit.front.random(GROUPS * GROUP_SIGNS))
    verifier = await visit.front.credentials.verifier(password)
    command = ConfirmStaffChange(change=number)
    try:
        outcome = await desk.submit(command, actor=visit.actor, key=visit.key, verifier=verifier)
    except Refusal as refusal:
        return _refused(visit, desk, number, refusal)
    login, act = str(outcome.result["staff"]), str(outcome.result["act"])
    if act in {DISABLE, RESET}:
        # Their rows went with the entry; this ends what the server still holds of them in memory.
        await visit.front.sessions.close_all_of(login)
    await record(visit, login, f"staff.{act}", "ok")
    row = staff.find(desk.reader(), login)
    expected = act in WITH_PASSWORD
    page = StaffDone(
        title=visit.text(ACT_NAMES[act]),
        id=login,
        name=row.name if row else "",
        password=password if expected and not outcome.replayed else "",
        expected=expected,
    )
    return visit.show(page)


async def drop(visit: Visit, desk: Desk, number: str) -> Response[str]:
    """Leave a change unconfirmed, or take one's own back."""
    form = visit.form(DropForm)
    try:
        await desk.submit(DropStaffChange(change=number, reason=form.reason), actor=visit.actor, key=visit.key)
    except Refusal as refusal:
        return _refused(visit, desk, number, refusal, form.reason)
    return visit.go("/staff")
