"""Change one's own password; forced once after somebody else set it."""

from typing import ClassVar

import msgspec
from litestar import Response

from appliance.domain.actor import Role
from appliance.errors import N_
from web.errors import SignInNeeded
from web.ports import Answer
from web.session import Standing
from web.signin import record, start, verdict_text
from web.visit import Visit

LENGTH_MIN = 10
LENGTH_MAX = 128


class PasswordPage(msgspec.Struct, frozen=True):
    """The form; `problems` maps fields to translated messages."""

    TEMPLATE: ClassVar[str] = "account/password.html"
    forced: bool
    length_min: int = LENGTH_MIN
    problems: dict[str, str] = {}


def _check_open(visit: Visit) -> None:
    # The route is open to sessions whose password must change; a locked screen still needs the old one first.
    if visit.found is None or visit.found.standing is not Standing.OPEN:
        raise SignInNeeded(visit.found.standing if visit.found else None)


def show(visit: Visit) -> Response[str]:
    """Show the form."""
    _check_open(visit)
    return visit.show(PasswordPage(forced=visit.session.must_change))


def _text(visit: Visit, name: str) -> str:
    value = visit.fields.get(name, "")
    return value if isinstance(value, str) else ""


def weakness(visit: Visit, old: str, new: str, again: str) -> dict[str, str]:
    """Name what is wrong with a new password, by field (等保 身份鉴别: length, not the name, changed)."""
    if not LENGTH_MIN <= len(new) <= LENGTH_MAX:
        return {"new": visit.text(N_("新密码要 %(least)s 到 %(most)s 个字符"), least=LENGTH_MIN, most=LENGTH_MAX)}
    if visit.session.login.lower() in new.lower():
        return {"new": visit.text(N_("新密码里不要有工号"))}
    if len(set(new)) < LENGTH_MIN // 2:
        return {"new": visit.text(N_("新密码重复的字符太多"))}
    if new == old:
        return {"new": visit.text(N_("新密码不能和现在的一样"))}
    if new != again:
        return {"again": visit.text(N_("两次输入的新密码不一样"))}
    return {}


async def submit(visit: Visit) -> Response[str]:
    """Change the password; this session goes on under a new id."""
    _check_open(visit)
    row = visit.session
    old, new, again = _text(visit, "old"), _text(visit, "new"), _text(visit, "again")
    problems = weakness(visit, old, new, again)
    if not problems:
        verdict = await visit.front.credentials.verify(row.login, old)
        if verdict.answer is not Answer.OK:
            problems = {"old": verdict_text(visit, verdict)}
    if problems:
        return visit.show(PasswordPage(forced=row.must_change, problems=problems), status=422)
    await visit.front.credentials.change(row.login, new, must_change=False)
    await visit.front.sessions.close_all_of(row.login)
    await record(visit, row.login, "password", "ok", row.window)
    signed = await start(visit, row.login, Role(row.role), row.window, must_change=False)
    return signed.visit.go("/", cookies=signed.cookies)
