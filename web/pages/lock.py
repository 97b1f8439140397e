"""Lock the screen (F12) and open it again with the password, over the page as it was."""

import msgspec
from litestar import Response

from appliance.errors import N_
from web import csrf
from web.ports import Answer
from web.signin import LockPage, RenewDialog, SignedIn, onward, record, renewed_header, verdict_text
from web.visit import HTML, Visit


class LockForm(msgspec.Struct, frozen=True):
    """What the lock button and the unlock form post."""

    next: str = "/"
    carry: str = ""


async def lock(visit: Visit) -> Response[str]:
    """Lock this session's screen; every page of it asks for the password from now on."""
    row = visit.session
    await visit.front.sessions.lock(row.id)
    await record(visit, row.login, "lock", "ok", row.window)
    if visit.htmx:
        return visit.show(RenewDialog(row.login, locked=True))
    return visit.go(csrf.local_path(visit.form(LockForm).next, "/"))


async def unlock(visit: Visit) -> Response[str]:
    """Open the screen again; wrong passwords count towards the lock of the account."""
    form, row = visit.form(LockForm), visit.session
    password = visit.fields.get("password", "")
    verdict = await visit.front.credentials.verify(row.login, password if isinstance(password, str) else "")
    await record(visit, row.login, "unlock", verdict.answer.value, row.window)
    if verdict.answer is Answer.OK:
        await visit.front.sessions.unlock(row.id)
        if visit.htmx:
            return Response("", headers={"HX-Trigger": renewed_header(row)}, media_type=HTML)
        return onward(SignedIn(visit, ()), form.next, form.carry)
    problem = verdict_text(visit, verdict) if password else visit.text(N_("请输入密码"))
    if visit.htmx:
        return visit.show(RenewDialog(row.login, locked=True, problem=problem), status=422)
    carried = csrf.unpack(visit.front.secret, form.carry) if form.carry else None
    page = LockPage(
        csrf.local_path(form.next, "/"),
        form.carry if carried else "",
        lost_files=carried is not None and carried.lost_files,
        problem=problem,
    )
    return visit.show(page, status=422)
