"""From an error to a page: in plain Chinese, with what to do next, and never at the price of what was typed.

Three ways out for a request that cannot be served now:

* htmx: a dialog or a notice goes over or above the untouched form (``HX-Retarget``).
* a plain post: the page that answers carries the posted fields and offers to send them again.
* a plain get: the sign-in page, which leads back, or an error page.
"""

from collections.abc import Mapping
from typing import Any, ClassVar

import msgspec
import structlog
from litestar import Response
from litestar.exceptions import HTTPException

from appliance.errors import N_, HallmarkError, IntegrityFailure, Refusal, TransportFailure
from web.csrf import CARRIED_BYTES_MAX, FIELD, Carried, same_origin, says_where_from
from web.session import Standing
from web.visit import Visit

HTTP_TEXTS: Mapping[int, tuple[str, str]] = {
    400: (N_("请求的格式不对"), N_("请返回上一页再试一次")),
    404: (N_("没有这个页面"), N_("请检查地址，或从左侧菜单进入")),
    405: (N_("这个地址不能这样使用"), N_("请从页面上的按钮进入")),
    413: (N_("发送的内容太大"), N_("请分开上传，或降低扫描分辨率")),
}


class SignInNeeded(Exception):
    """No session, an expired one, or a locked screen stands before this request."""

    def __init__(self, standing: Standing | None) -> None:
        super().__init__(standing)
        self.standing = standing


class OutdatedForm(Exception):
    """The form was made for another session: signing in again in another tab changes the token."""


class PasswordChangeNeeded(Exception):
    """The password was set by someone else and has to be changed first."""


class RefusalPage(msgspec.Struct, frozen=True):
    """A whole page that says what could not be done, why, and what to do now."""

    TEMPLATE: ClassVar[str] = "errors/refusal.html"
    status: int
    message: str
    next_step: str
    reference: str = ""
    again: Carried | None = None
    theirs: tuple[tuple[str, str, str], ...] = ()


class Notice(msgspec.Struct, frozen=True):
    """The same as a banner above an untouched form."""

    TEMPLATE: ClassVar[str] = "errors/_notice.html"
    message: str
    next_step: str
    reference: str = ""
    theirs: tuple[tuple[str, str, str], ...] = ()


def carried(visit: Visit, login: str) -> Carried | None:
    """Take the posted fields along; None when nothing was posted, it is too much, or it may come from elsewhere.

    Args:
        visit: the request.
        login: whose form it was, empty when unknown.
    """
    if visit.request.method != "POST" or not says_where_from(visit.request) or not same_origin(visit.request):
        return None
    fields = tuple(
        (name, value) for name, value in visit.fields.multi_items() if name != FIELD and isinstance(value, str)
    )
    if sum(len(name) + len(value) for name, value in fields) > CARRIED_BYTES_MAX:
        return None
    multipart = visit.request.headers.get("content-type", "").startswith("multipart/")
    return Carried(visit.request.url.path, login, fields, lost_files=multipart)


def _sides(visit: Visit, current: Mapping[str, Any]) -> tuple[tuple[str, str, str], ...]:
    """Pair each value that stands now with the one that was posted: field, mine, theirs."""
    rows = []
    for name, value in current.items():
        posted = visit.fields.get(name, "")
        rows.append((name, posted if isinstance(posted, str) else "", str(value)))
    return tuple(rows)


def answer(visit: Visit, error: Exception) -> Response[str]:
    """Answer any error that a route, a guard or the router raised (sign-in questions apart)."""
    if isinstance(error, HallmarkError):
        status = error.status
        if isinstance(error, IntegrityFailure):
            status = 503
            structlog.get_logger("web").error("integrity", code=error.code, path=visit.request.url.path, exc_info=error)
        elif isinstance(error, TransportFailure):
            status = 502
        message = visit.text(error.message, **error.params)
        next_step = visit.text(error.next_step, **error.params)
        theirs = _sides(visit, error.current) if isinstance(error, Refusal) else ()
        if isinstance(error, Refusal) and error.fields:
            details = "；".join(visit.messages(error).values())
            message = f"{message}：{details}"
        return tell(visit, status, message, next_step, theirs=theirs)
    if isinstance(error, HTTPException):
        known = HTTP_TEXTS.get(error.status_code, HTTP_TEXTS[400] if error.status_code < 500 else None)  # noqa: PLR2004
        if known is not None:
            return tell(visit, error.status_code, visit.text(known[0]), visit.text(known[1]))
    reference = visit.front.random(4).hex()
    structlog.get_logger("web").error("unhandled", reference=reference, path=visit.request.url.path, exc_info=error)
    return tell(
        visit,
        500,
        visit.text(N_("程序出错，这一步没有完成")),
        visit.text(N_("已存的内容没有受影响。请再试一次；仍不行时把编号告诉运维")),
        reference=reference,
    )


def tell(
    visit: Visit,
    status: int,
    message: str,
    next_step: str,
    *,
    reference: str = "",
    theirs: tuple[tuple[str, str, str], ...] = (),
) -> Response[str]:
    """Show an error as a notice above the form (htmx) or as a page that keeps the posted fields."""
    if visit.htmx:
        headers = {"HX-Retarget": "#notices", "HX-Reswap": "innerHTML show:window:top"}
        return visit.show(Notice(message, next_step, reference, theirs), status=status, headers=headers)
    open_session = visit.found is not None and visit.found.standing is Standing.OPEN
    again = carried(visit, visit.session.login) if open_session else None
    return visit.show(RefusalPage(status, message, next_step, reference, again, theirs), status=status)
