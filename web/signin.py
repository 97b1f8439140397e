"""Signing in, again and at first: cookies, the attempt itself, and the answers to requests without a session."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar
from urllib.parse import quote

import msgspec
from litestar import Request, Response
from litestar.datastructures import Cookie

from appliance.domain.actor import Role
from appliance.errors import N_
from appliance.store.sessions import AccessRow, SessionRow
from web import csrf
from web.csrf import Carried
from web.errors import OutdatedForm, PasswordChangeNeeded, SignInNeeded, carried, tell
from web.ports import Answer, Verdict, WindowChoice
from web.session import Found, Standing
from web.visit import Site, Visit

LANGUAGE_COOKIE = "hall_lang"
NONCE_COOKIE = "hall_login"
WINDOW_COOKIE = "hall_window"
YEAR_SECONDS = 365 * 86400
AT_A_WINDOW = frozenset({Role.WINDOW_CLERK, Role.CASHIER, Role.GUIDE})


class LoginPage(msgspec.Struct, frozen=True):
    """Sign in: name, password, window.

    Attributes:
        windows: numbers and labels to choose from.
        carry: a form that arrived without a session, packed; empty for none.
        problem: what was wrong with the last attempt, already translated.
        problem_field: the field it belongs to.
    """

    TEMPLATE: ClassVar[str] = "account/login.html"
    login: str
    window: str
    windows: tuple[tuple[str, str], ...]
    next: str
    carry: str = ""
    lost_files: bool = False
    problem: str = ""
    problem_field: str = ""


class LockPage(msgspec.Struct, frozen=True):
    """The locked screen as a page of its own, when a plain request meets it."""

    TEMPLATE: ClassVar[str] = "account/lock.html"
    next: str
    carry: str = ""
    lost_files: bool = False
    problem: str = ""


class RenewDialog(msgspec.Struct, frozen=True):
    """Sign in again, or unlock, over the page that is open; the page's form stays as it is."""

    TEMPLATE: ClassVar[str] = "account/_renew.html"
    login: str
    locked: bool
    problem: str = ""


class ResumePage(msgspec.Struct, frozen=True):
    """What was typed before the session ended, offered again: sent only when the person says so."""

    TEMPLATE: ClassVar[str] = "account/resume.html"
    again: Carried


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A new session: the visit with it, and the cookies to set."""

    visit: Visit
    cookies: tuple[Cookie, ...]


@dataclass(frozen=True, slots=True)
class Problem:
    """Why an attempt failed, translated, and at which field."""

    text: str
    field: str = ""


def nonce_cookie(request: Request[Any, Any, Any]) -> str | None:
    """Give the sign-in page's nonce, if the browser has one that we could have made."""
    nonce = request.cookies.get(NONCE_COOKIE)
    return nonce if csrf.is_nonce(nonce) else None


def with_nonce(visit: Visit) -> tuple[Visit, tuple[Cookie, ...]]:
    """Make sure that the browser has a nonce; a stale or missing one is replaced, never held against anyone.

    Its cookie goes to every path: where a session ended, any page may answer with a sign-in form, and several answers
    on the way at the same time must carry the same token.
    """
    if nonce_cookie(visit.request) is not None:
        return visit, ()
    nonce = csrf.new_nonce(visit.front.random(16))
    cookie = _cookie(visit.front.site, NONCE_COOKIE, nonce)
    return replace(visit, csrf=csrf.anonymous_token(visit.front.secret, nonce)), (cookie,)


def _cookie(site: Site, key: str, value: str, *, max_age: int | None = None) -> Cookie:
    return Cookie(key=key, value=value, path="/", max_age=max_age, httponly=True, secure=site.secure, samesite="lax")


def session_cookie(site: Site, token: str) -> Cookie:
    """Make the session's cookie; an empty token takes it away. It ends with the browser."""
    return _cookie(site, site.cookie, token, max_age=None if token else 0)


def language_cookie(site: Site, language: str) -> Cookie:
    """Remember the language of this browser for a year."""
    return _cookie(site, LANGUAGE_COOKIE, language, max_age=YEAR_SECONDS)


def window_cookie(site: Site, window: str) -> Cookie:
    """Remember the window of this PC for a year, so that the next sign-in proposes it."""
    return _cookie(site, WINDOW_COOKIE, window, max_age=YEAR_SECONDS)


def verdict_text(visit: Visit, verdict: Verdict) -> str:
    """Say in words why a name and password were not accepted."""
    if verdict.answer is Answer.LOCKED and verdict.locked_until is not None:
        until = verdict.locked_until.strftime("%H:%M")
        return visit.text(N_("连续 5 次不对，已暂停登录，%(until)s 以后再试；急用请找安全管理员"), until=until)
    return visit.text(N_("工号或密码不对，还可以试 %(left)s 次"), left=verdict.attempts_left)


async def record(visit: Visit, login: str, act: str, result: str, window: str | None = None) -> None:
    """Write a line of the access log about an attempt or an act on a session."""
    client = visit.request.client
    address = client.host if client else ""
    row = AccessRow(visit.front.clock.now(), login[:64], act, result, window=window, address=address)
    await visit.front.access_log.record(row)


async def attempt(visit: Visit, login: str, password: str, window: str, *, role: str = "") -> SignedIn | Problem:
    """Sign a person in: check the password, then the account, then the window; make a new session.

    Args:
        visit: the request; its old session, if any, ends.
        login: staff number 工号.
        password: as typed.
        window: window number, or empty.
        role: the role to act in if the person holds it, else their first.
    """
    front = visit.front
    verdict = await front.credentials.verify(login, password)
    await record(visit, login, "sign-in", verdict.answer.value, window or None)
    if verdict.answer is not Answer.OK:
        return Problem(verdict_text(visit, verdict), "password")
    staff = front.staff.find(login)
    if staff is None or staff.disabled or not staff.roles:
        return Problem(visit.text(N_("这个账号已停用，请找安全管理员")), "login")
    acting = Role(role if role in staff.roles else staff.roles[0])
    choices: Sequence[WindowChoice] = front.windows.choices()
    if window and window not in {choice.id for choice in choices}:
        return Problem(visit.text(N_("没有这个窗口，请重新选择")), "window")
    if window and staff.windows and window not in staff.windows:
        allowed = "、".join(staff.windows)
        return Problem(visit.text(N_("您的排班不在这个窗口；可以选：%(windows)s"), windows=allowed), "window")
    if choices and not window and acting is Role.WINDOW_CLERK:
        return Problem(visit.text(N_("窗口工作人员请选择所在窗口")), "window")
    return await start(visit, login, acting, window or None, must_change=verdict.must_change)


async def start(visit: Visit, login: str, role: Role, window: str | None, *, must_change: bool) -> SignedIn:
    """Open a session under a fresh id, end the old one, and give the visit as the new person's."""
    front = visit.front
    old = visit.request.cookies.get(front.site.cookie)
    token, row = await front.sessions.open(login, role, window, must_change=must_change, replacing=old)
    cookies = (session_cookie(front.site, token), *((window_cookie(front.site, window),) if window else ()))
    signed = replace(visit, found=Found(row, Standing.OPEN), staff=front.staff.find(login), csrf=row.csrf)
    return SignedIn(signed, cookies)


def renewed_header(row: SessionRow) -> str:
    """Write the event that tells hall.js the new token and whose session it is."""
    return msgspec.json.encode({"hall:renewed": {"csrf": row.csrf, "login": row.login}}).decode()


def onward(signed: SignedIn, next_path: str, carry: str) -> Response[str]:
    """Go on after signing in or unlocking: to the form that was carried, or to where the person wanted to go.

    A form that belonged to somebody else is dropped, not shown.
    """
    visit = signed.visit
    again = csrf.unpack(visit.front.secret, carry) if carry else None
    if again is not None and again.login in {"", visit.session.login}:
        return visit.show(ResumePage(again), cookies=signed.cookies)
    return visit.go(csrf.local_path(next_path, "/"), cookies=signed.cookies)


def login_page(visit: Visit, **fields: Any) -> LoginPage:
    """Fill the sign-in page; the window last used on this PC is proposed."""
    usual = visit.request.cookies.get(WINDOW_COOKIE, "")
    values: dict[str, Any] = {"login": "", "window": usual, "next": "/", **fields}
    windows = tuple((choice.id, choice.label) for choice in visit.front.windows.choices())
    return LoginPage(windows=windows, **values)


def _come_back_to(visit: Visit) -> str:
    """Give the address to return to: of the page itself, or of the page that an htmx request came from."""
    url = visit.request.url
    if visit.request.method != "GET" or visit.htmx:
        return "/"
    return f"{url.path}?{url.query}" if url.query else url.path


def sign_in_answer(visit: Visit, error: Exception) -> Response[str] | None:
    """Answer a request that met no session, a locked screen, an outdated form or a password to be changed.

    Returns:
        None for every other error.
    """
    if isinstance(error, PasswordChangeNeeded):
        return visit.go("/account/password")
    if isinstance(error, OutdatedForm):
        return _outdated(visit)
    if isinstance(error, SignInNeeded):
        return _locked(visit) if error.standing is Standing.LOCKED else _not_signed_in(visit)
    return None


def _outdated(visit: Visit) -> Response[str]:
    message = visit.text(N_("这一页是在上一次登录时打开的，还没有提交"))
    if visit.htmx:
        response = tell(visit, 403, message, visit.text(N_("内容都在，请再按一次提交")))
        if csrf.same_origin(visit.request):
            response.headers["HX-Trigger"] = renewed_header(visit.session)
        return response
    again = carried(visit, visit.session.login)
    if again is not None:
        return visit.show(ResumePage(again), status=403)
    return tell(visit, 403, message, visit.text(N_("请从本系统的页面上操作")))


def _locked(visit: Visit) -> Response[str]:
    login = visit.session.login
    if visit.htmx:
        headers = {"HX-Retarget": "#dialogs", "HX-Reswap": "innerHTML"}
        return visit.show(RenewDialog(login, locked=True), status=423, headers=headers)
    again = carried(visit, login)
    packed = csrf.pack(visit.front.secret, again) if again else ""
    page = LockPage(_come_back_to(visit), packed, lost_files=again is not None and again.lost_files)
    return visit.show(page, status=423)


def _not_signed_in(visit: Visit) -> Response[str]:
    expired = visit.front.sessions.find(visit.request.cookies.get(visit.front.site.cookie))
    login = expired.row.login if expired else ""
    visit, cookies = with_nonce(visit)
    if visit.htmx:
        headers = {"HX-Retarget": "#dialogs", "HX-Reswap": "innerHTML"}
        return visit.show(RenewDialog(login, locked=False), status=401, headers=headers, cookies=cookies)
    if visit.request.method == "GET":
        back = _come_back_to(visit)
        return visit.go("/login" if back == "/" else f"/login?next={quote(back, safe='/')}")
    again = carried(visit, login)
    packed = csrf.pack(visit.front.secret, again) if again else ""
    page = login_page(
        visit, login=login, carry=packed, lost_files=again is not None and again.lost_files,
        problem=visit.text(N_("登录已过期，内容还没有提交")),
    )  # fmt: skip
    return visit.show(page, status=401, cookies=cookies)
