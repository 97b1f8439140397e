"""Sign in, sign in again over an open page, choose language and role, sign out."""

from dataclasses import replace

import msgspec
from litestar import Response

from appliance.domain.actor import Role
from appliance.errors import N_, Forbidden
from web import csrf
from web.security import CLEAR_SITE_DATA
from web.session import Standing
from web.signin import (
    WINDOW_COOKIE,
    LoginPage,
    Problem,
    RenewDialog,
    attempt,
    language_cookie,
    login_page,
    onward,
    record,
    renewed_header,
    session_cookie,
    start,
    with_nonce,
)
from web.templating import LANGUAGES
from web.visit import Visit


class LoginForm(msgspec.Struct, frozen=True):
    """What the sign-in page posts."""

    login: str = ""
    password: str = ""
    window: str = ""
    next: str = "/"
    carry: str = ""
    expected: str = ""


class Wish(msgspec.Struct, frozen=True):
    """Where a person wanted to go before they were asked to sign in."""

    next: str = "/"


def _stranger(visit: Visit) -> Visit:
    return replace(visit, found=None, staff=None)


def show(visit: Visit) -> Response[str]:
    """Show the sign-in page; whoever is signed in already goes home."""
    wish = visit.query(Wish)
    if visit.found is not None and visit.found.standing is Standing.OPEN:
        return visit.go(csrf.local_path(wish.next, "/"))
    visit, cookies = with_nonce(_stranger(visit))
    return visit.show(login_page(visit, next=csrf.local_path(wish.next, "/")), cookies=cookies)


async def submit(visit: Visit) -> Response[str]:
    """Sign in. A page that is too old is shown again with a fresh token, never answered with a dead end."""
    form = visit.form(LoginForm)
    visit, cookies = with_nonce(_stranger(visit))
    given = visit.fields.get(csrf.FIELD, "")
    if cookies or not isinstance(given, str) or not csrf.matches(visit.csrf, given):
        problem = Problem(visit.text(N_("登录页打开得太久了，请再输入一次密码")), "password")
    elif not form.login or not form.password:
        missing = "password" if form.login else "login"
        problem = Problem(visit.text(N_("请输入工号和密码")), missing)
    else:
        outcome = await attempt(visit, form.login, _password(visit), form.window)
        if not isinstance(outcome, Problem):
            return onward(outcome, form.next, form.carry)
        problem = outcome
    page = _again(visit, form, problem)
    return visit.show(page, status=422, cookies=cookies)


def _password(visit: Visit) -> str:
    """Give the password exactly as typed: blanks at its ends belong to it."""
    value = visit.fields.get("password", "")
    return value if isinstance(value, str) else ""


def _again(visit: Visit, form: LoginForm, problem: Problem) -> LoginPage:
    carried = csrf.unpack(visit.front.secret, form.carry) if form.carry else None
    return login_page(
        visit,
        login=form.login,
        window=form.window,
        next=csrf.local_path(form.next, "/"),
        carry=form.carry if carried else "",
        lost_files=carried is not None and carried.lost_files,
        problem=problem.text,
        problem_field=problem.field,
    )


async def renew(visit: Visit) -> Response[str]:
    """Sign in again in the dialog over an open page; the page keeps its form and gets the new token."""
    form = visit.form(LoginForm)
    front = visit.front
    expired = front.sessions.find(visit.request.cookies.get(front.site.cookie))
    visit, cookies = with_nonce(_stranger(visit))
    given = visit.fields.get(csrf.FIELD, "")
    login = form.login or (expired.row.login if expired else "")
    if cookies or not isinstance(given, str) or not csrf.matches(visit.csrf, given):
        problem = visit.text(N_("登录页打开得太久了，请再输入一次密码"))
        return visit.show(RenewDialog(login, locked=False, problem=problem), status=422, cookies=cookies)
    usual = visit.request.cookies.get(WINDOW_COOKIE, "")  # a lost session cannot tell the window; this PC can
    window = expired.row.window if expired and expired.row.login == login else usual
    role = expired.row.role if expired and expired.row.login == login else ""
    outcome = await attempt(visit, login, _password(visit), window or form.window, role=role)
    if isinstance(outcome, Problem):
        return visit.show(RenewDialog(login, locked=False, problem=outcome.text), status=422)
    row = outcome.visit.session
    if not visit.htmx or row.must_change or form.expected not in {"", row.login}:
        return replace(outcome.visit, fields=visit.fields).go("/", cookies=outcome.cookies)
    headers = {"HX-Trigger": renewed_header(row)}
    return Response("", headers=headers, cookies=list(outcome.cookies), media_type="text/html; charset=utf-8")


class LanguageForm(msgspec.Struct, frozen=True):
    """The language asked for, and the page to come back to."""

    language: str = "zh"
    next: str = "/"


def language(visit: Visit) -> Response[str]:
    """Change the language of this browser."""
    form = visit.form(LanguageForm)
    chosen = form.language if form.language in LANGUAGES else "zh"
    cookie = language_cookie(visit.front.site, chosen)
    return visit.go(csrf.local_path(form.next, "/"), cookies=(cookie,))


class RoleForm(msgspec.Struct, frozen=True):
    """The role to act in from now on."""

    role: str = ""


async def role(visit: Visit) -> Response[str]:
    """Act in another of one's roles: a new session id, since what it may do changes."""
    wanted = visit.form(RoleForm).role
    row = visit.session
    if visit.staff is None or wanted not in visit.staff.roles:
        raise Forbidden(N_("您没有这个角色"))
    signed = await start(visit, row.login, Role(wanted), row.window, must_change=row.must_change)
    await record(visit, row.login, "role", wanted, row.window)
    return signed.visit.go("/", cookies=signed.cookies)


async def leave(visit: Visit) -> Response[str]:
    """Sign out: end the session and have the browser forget what it holds of this site."""
    row = visit.session
    await visit.front.sessions.close(visit.request.cookies.get(visit.front.site.cookie))
    await record(visit, row.login, "sign-out", "ok", row.window)
    response = visit.go("/login", cookies=(session_cookie(visit.front.site, ""),))
    response.headers["Clear-Site-Data"] = CLEAR_SITE_DATA
    return response
