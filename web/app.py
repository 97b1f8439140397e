"""The application from its parts: a route table, a site, the ports, and the services that pages ask for by name."""

import asyncio
import importlib
import inspect
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from litestar import Litestar, Request, Response, get, post
from litestar.connection import ASGIConnection
from litestar.datastructures import FormMultiDict
from litestar.exceptions import MethodNotAllowedException
from litestar.handlers import BaseRouteHandler, HTTPRouteHandler

from appliance.clock import Clock
from appliance.errors import N_, Forbidden
from web import csrf, errors
from web.assets import load_assets
from web.guards import OPT, Access, access_of
from web.ports import (
    AccessLog,
    CredentialStore,
    LinkStatus,
    MenuCounts,
    SessionStore,
    StaffDirectory,
    ViewLog,
    Windows,
)
from web.routes import Route
from web.security import header_hook
from web.session import Sessions, Standing
from web.signin import LANGUAGE_COOKIE, nonce_cookie, sign_in_answer
from web.templating import LANGUAGES, make_renderer
from web.visit import FORBIDDEN_TEXT, HTML, Front, Site, Visit

ROOT = Path(__file__).parent
PageFunction = Callable[..., Any]
_STATE = "hall_visit"
_FIELDS = "hall_fields"
NO_CONTENT, SEE_OTHER = 204, 303


@dataclass(frozen=True, slots=True)
class Ports:
    """What the base needs from outside; see `web.ports`.

    Attributes:
        secret: 32 bytes that sign the sign-in page's token and carried forms; may change at each start.
        random: source of random bytes (``os.urandom``).
    """

    sessions: SessionStore
    credentials: CredentialStore
    staff: StaffDirectory
    access_log: AccessLog
    views: ViewLog
    link: LinkStatus
    windows: Windows
    counts: MenuCounts
    clock: Clock
    random: Callable[[int], bytes]
    secret: bytes


def make_front(site: Site, ports: Ports) -> Front:
    """Load templates, languages and files, and join them with the ports."""
    assets = load_assets(ROOT / "static")
    return Front(
        site=site,
        sessions=Sessions(ports.sessions, ports.clock, ports.random),
        credentials=ports.credentials,
        staff=ports.staff,
        access_log=ports.access_log,
        views=ports.views,
        link=ports.link,
        windows=ports.windows,
        counts=ports.counts,
        clock=ports.clock,
        random=ports.random,
        secret=ports.secret,
        renderer=make_renderer(ROOT, assets),
        assets=assets,
    )


def visit_of(front: Front, request: Request[Any, Any, Any]) -> Visit:
    """Make the visit of a request, once a request; error pages get the same one."""
    known = request.scope["state"].get(_STATE)
    if known is not None:
        return cast("Visit", known)
    found = front.sessions.find(request.cookies.get(front.site.cookie))
    language = request.cookies.get(LANGUAGE_COOKIE, "zh")
    visit = Visit(
        front=front,
        request=request,
        found=found if found and found.standing is not Standing.EXPIRED else None,
        staff=front.staff.find(found.row.login) if found else None,
        fields=request.scope["state"].get(_FIELDS, FormMultiDict(())),
        language=language if language in LANGUAGES else "zh",
        csrf=csrf.anonymous_token(front.secret, nonce_cookie(request) or ""),
    )
    request.scope["state"][_STATE] = visit
    return visit


async def _read_fields(request: Request[Any, Any, Any]) -> None:
    request.scope["state"][_FIELDS] = await request.form()
    request.scope["state"].pop(_STATE, None)


Guard = Callable[[ASGIConnection[Any, Any, Any, Any], BaseRouteHandler], Awaitable[None]]


def make_guard(front: Front) -> Guard:
    """Make the one guard of all routes; the order of its questions matters.

    1. a method that no page uses, or a handler without a rule: refused;
    2. a post that another site's page sent: refused, and nothing of it is shown again;
    3. a terminal's route asked for from elsewhere: refused before anything of the body is read;
    4. no session, an expired or a locked one: sign in, keeping the form;
    5. the account closed, the role not allowed: refused;
    6. a token of another session: shown again for confirmation;
    7. a password that must be changed first.
    """

    async def guard(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
        request = cast("Request[Any, Any, Any]", connection)
        access = access_of(handler.opt)
        if request.method not in {"GET", "POST"}:
            raise MethodNotAllowedException
        if access is None:
            raise Forbidden(FORBIDDEN_TEXT)
        posted = request.method == "POST"
        if posted and not csrf.same_origin(request):
            raise Forbidden(N_("这个请求来自别的网站，没有执行"), next_step=N_("请从本系统的页面上操作"))
        if access.terminal and (request.client is None or request.client.host not in front.site.terminals):
            raise Forbidden(FORBIDDEN_TEXT, next_step=N_("自助申报只在本厅的自助终端上办理"))
        if not access.public:
            await _let_in(front, request, access, posted=posted)
        elif posted:
            await _read_fields(request)

    return guard


async def _let_in(front: Front, request: Request[Any, Any, Any], access: Access, *, posted: bool) -> None:
    """Ask questions 4 to 7 of `make_guard`."""
    found = front.sessions.find(request.cookies.get(front.site.cookie))
    standing = found.standing if found else None
    usable = standing is Standing.OPEN or (access.while_locked and standing is Standing.LOCKED)
    multipart = request.headers.get("content-type", "").startswith("multipart/")
    if posted and (usable or not multipart):
        # A stranger's upload is not even read; a stranger's small form is, to be offered again.
        await _read_fields(request)
    visit = visit_of(front, request)
    if found is None or not usable:
        raise errors.SignInNeeded(standing)
    row = found.row
    await _check_person(visit, access)
    if posted and not _has_token(visit):
        raise errors.OutdatedForm
    if row.must_change and not access.while_locked:
        raise errors.PasswordChangeNeeded
    if not access.quiet and standing is Standing.OPEN:
        await front.sessions.seen(row.id)


async def _check_person(visit: Visit, access: Access) -> None:
    row = visit.session
    if visit.staff is None or visit.staff.disabled or row.role not in visit.staff.roles:
        await visit.front.sessions.close(visit.request.cookies.get(visit.front.site.cookie))
        raise Forbidden(N_("这个账号已停用或角色已变更"), next_step=N_("请重新登录，或联系安全管理员"))
    if row.role not in access.roles:
        raise Forbidden(FORBIDDEN_TEXT, next_step=N_("需要时请由有相应角色的同事办理"))


def _has_token(visit: Visit) -> bool:
    given = visit.request.headers.get(csrf.HEADER) or visit.fields.get(csrf.FIELD, "")
    return isinstance(given, str) and csrf.matches(visit.session.csrf, given)


def load_function(handler: str) -> PageFunction:
    """Import the page function that a route line names as ``module:function``."""
    module, _, name = handler.partition(":")
    return cast("PageFunction", getattr(importlib.import_module(module), name))


def _shows(response: Response[Any]) -> bool:
    """Tell whether an answer carries a page, a part of one or a file, and does not only send the browser on."""
    return response.status_code not in (NO_CONTENT, SEE_OTHER) and "HX-Redirect" not in response.headers


def make_handler(route: Route, front: Front, services: Mapping[str, object]) -> HTTPRouteHandler:
    """Turn a line of the table into a Litestar handler.

    A page function takes the visit first; its other parameters are path parameters and services, by name.

    Raises:
        TypeError: the function asks for something that is neither, found when the application is made.
    """
    function = load_function(route.handler)
    wanted = list(inspect.signature(function).parameters)[1:]
    in_path = {part[1:-1].partition(":")[0] for part in route.path.split("/") if part.startswith("{")}
    given = {name: services[name] for name in wanted if name in services}
    if missing := [name for name in wanted if name not in in_path and name not in services]:
        raise TypeError(f"{route.handler} asks for {', '.join(missing)}: neither in {route.path} nor a service")
    from_path = [name for name in wanted if name in in_path]
    waits = asyncio.iscoroutinefunction(function)

    async def page(request: Request[Any, Any, Any]) -> Response[Any]:
        arguments = {**given, **{name: request.path_params[name] for name in from_path}}
        visit = visit_of(front, request)
        result = function(visit, **arguments)
        response = cast("Response[Any]", await result if waits else result)
        # What the page is about to show goes into the access log first; where that fails, the error is the answer.
        if visit.seen and _shows(response):
            await front.views.record(visit.views())
        return response

    make = get if route.method == "GET" else post
    return make(
        route.path,
        name=f"{route.method} {route.path}",
        opt={OPT: route.access},
        status_code=200,
        media_type=HTML,
        request_max_body_size=route.body_bytes_max,
    )(page)


def create_app(
    site: Site,
    ports: Ports,
    routes: Sequence[Route],
    services: Mapping[str, object],
    *,
    extra: Sequence[HTTPRouteHandler] = (),
) -> Litestar:
    """Make the ASGI application of a hall or a city.

    Args:
        site: names, navigation, cookie.
        ports: the base's needs.
        routes: the table, `web.routes.HALL` or `web.routes.CITY`.
        services: what page functions ask for by parameter name, such as ``desk``.
        extra: handlers that are no pages (sync endpoints, metrics); each carries ``opt={"access": …}``.
    """
    front = make_front(site, ports)

    def on_error(request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
        visit = visit_of(front, request)
        return sign_in_answer(visit, error) or errors.answer(visit, error)

    return Litestar(
        route_handlers=[*(make_handler(route, front, services) for route in routes), *extra],
        guards=[make_guard(front)],
        before_send=[header_hook(secure=site.secure)],
        exception_handlers={Exception: on_error},
        openapi_config=None,
        logging_config=None,
        debug=False,
    )
