"""Every route says who may open it; every answer carries the headers; traps of the framework stay shut."""

import asyncio
import re

import pytest
from litestar import Response, get
from litestar.routes import HTTPRoute

from appliance.domain.actor import ADMINISTRATORS, Role
from web import guards
from web.guards import Access, unguarded
from web.routes import CITY, HALL, Route
from web.security import CONTENT_SECURITY_POLICY

# What anybody may open without signing in, and what administrators may open: each said here on purpose.
PUBLIC_PATHS = {
    "/static/{path:path}",
    "/login",
    "/login/renew",
    "/language",
    "/status",
    "/verify",
    "/kiosk",
    "/kiosk/{item:str}",
    "/kiosk/{item:str}/form",
    "/kiosk/slip",
    "/kiosk/ticket",
    "/kiosk/ticket/slip",
    "/screen",
    "/screen/feed",
    "/screen/stream",
}
ADMINISTRATORS_PATHS = re.compile(
    r"^/($|logout|role|lock|unlock|account/|clock|frame/|help|conformance|guides|runbook|admin|log|audit|access|seals|staff|system|standard)"
)


def run(hall, walk, app=None):
    async def inside():
        async with hall.client(app) as client:
            return await walk(client)

    return asyncio.run(inside())


def bare_app(hall):
    """An application of the base's own lines: the tables of the product need the product's services."""
    return hall.app()


def _is_base(route):
    return route.handler.split(":")[0] in {
        f"web.pages.{name}" for name in ("files", "login", "lock", "password", "home")
    }


def test_every_route_carries_a_rule(hall):
    assert list(unguarded(bare_app(hall))) == []
    for route in (*HALL, *CITY):
        assert isinstance(route.access, Access), route
        assert route.access.public or route.access.roles, route


def test_a_route_without_a_rule_is_found_and_refused(hall, sign_in):
    @get("/open")
    async def open_handler() -> Response[str]:
        return Response("secret", media_type="text/plain")

    app = hall.app([route for route in HALL if _is_base(route)], extra=[open_handler])
    assert list(unguarded(app)) == ["GET /open"]

    async def walk(client):
        assert (await client.get("/open")).status_code == 403
        await sign_in(client)
        answer = await client.get("/open")
        assert answer.status_code == 403
        assert "secret" not in answer.text

    run(hall, walk, app)


@pytest.mark.parametrize("route", [*HALL, *CITY], ids=lambda route: f"{route.method} {route.path}")
def test_public_routes_and_those_of_administrators_are_named_here(route):
    if route.access.public:
        assert route.path in PUBLIC_PATHS
    elif route.access.roles & ADMINISTRATORS:
        assert ADMINISTRATORS_PATHS.match(route.path), "none of the three administrators may open case pages"


def test_the_table_holds_no_line_twice():
    for table in (HALL, CITY):
        lines = [(route.method, re.sub(r"\{\w+:", "{", route.path)) for route in table]
        assert len(lines) == len(set(lines))


def test_rules_for_case_pages_leave_out_the_administrators():
    for name, rule in vars(guards).items():
        if isinstance(rule, Access) and name not in {
            "PUBLIC", "SIGNED_IN", "ACCOUNT", "ADMINS", "SYSADMIN", "SECADMIN", "AUDITOR",
            "ACCESS_READERS", "SEALS", "SEAL_MASTERS", "SEAL_APPROVERS",
        }:  # fmt: skip
            assert not rule.roles & ADMINISTRATORS, name


@pytest.mark.parametrize("login", ["A0001", "A0002", "A0003"])
def test_no_administrator_opens_a_case_page(hall, sign_in, login):
    routes = [route for route in HALL if _is_base(route)]
    routes.append(Route("GET", "/cases", "web.pages.home:show", guards.CASE_READERS))

    async def walk(client):
        await sign_in(client, login=login, window="")
        refused = await client.get("/cases")
        assert refused.status_code == 403
        assert "您的角色不能打开这一页" in refused.text
        assert "收件" not in (await client.get("/")).text

    async def clerk(client):
        await sign_in(client)
        assert (await client.get("/cases")).status_code == 200

    run(hall, walk, hall.app(routes))
    run(hall, clerk, hall.app(routes))


def test_nothing_opens_without_signing_in(hall):
    app = bare_app(hall)

    async def walk(client):
        for route in app.routes:
            assert isinstance(route, HTTPRoute)
            if route.path_format in PUBLIC_PATHS or route.path_format.startswith("/static"):
                continue
            for method in route.methods - {"OPTIONS"}:
                answer = await client.request(method, route.path_format)
                assert answer.status_code in {303, 401}, (method, route.path_format)
                assert "李示例" not in answer.text

    run(hall, walk, app)


@pytest.mark.parametrize("method", ["HEAD", "OPTIONS", "PUT", "DELETE", "PATCH", "TRACE"])
def test_other_methods_pass_no_guard(hall, method, sign_in):
    async def walk(client):
        for path in ("/", "/account/password", "/login"):
            answer = await client.request(method, path)
            assert answer.status_code == 405, path
        await sign_in(client)
        assert (await client.request(method, "/")).status_code == 405

    run(hall, walk, bare_app(hall))


def test_no_schema_no_debugger_and_static_is_exact(hall):
    async def walk(client):
        for path in (
            "/schema", "/schema/openapi.json", "/schema/swagger", "/docs", "/static", "/static/", "/static-x",
            "/admin/static-x", "/x/static/hall.css", "/static/../app.py", "/static/%2e%2e/app.py",
            "/static/vendor.lock.toml", "/static/vendor/bootstrap/LICENSE", "/login/x",
        ):  # fmt: skip
            answer = await client.get(path)
            assert answer.status_code in {400, 404}, path
            assert "Traceback" not in answer.text
        sheet = await client.get("/static/hall.css")
        assert sheet.status_code == 200
        assert sheet.headers["cache-control"] == "no-cache"

    run(hall, walk, bare_app(hall))


def test_every_answer_carries_the_headers(hall, sign_in):
    async def check(answer):
        assert answer.headers["content-security-policy"] == CONTENT_SECURITY_POLICY
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "same-origin"
        if not answer.url.path.startswith("/static"):
            assert answer.headers["cache-control"] == "no-store"

    async def walk(client):
        for path in ("/login", "/", "/nowhere", "/static/hall.css"):
            await check(await client.get(path))
        await check(await client.post("/login", content=b"{", headers={"Content-Type": "application/json"}))
        await sign_in(client)
        for path in ("/", "/account/password", "/nowhere"):
            await check(await client.get(path))

    run(hall, walk, bare_app(hall))


def test_the_policy_allows_nothing_inline_and_no_host():
    assert "unsafe" not in CONTENT_SECURITY_POLICY
    assert "http" not in CONTENT_SECURITY_POLICY
    assert "*" not in CONTENT_SECURITY_POLICY


def test_no_rendered_page_names_another_host(hall, sign_in):
    address = re.compile(r"""(?:https?:)?//[\w.-]+""")

    async def walk(client):
        pages = [await client.get("/login")]
        await sign_in(client)
        for path in ("/", "/account/password", "/nowhere", "/frame/link"):
            pages.append(await client.get(path))  # noqa: PERF401 - one after the other on purpose
        pages.append(await client.get("/", headers={"Cookie": "hall_lang=en"}))
        for page in pages:
            assert address.findall(page.text) == [], page.url
            for loaded in re.findall(r'(?:src|href)="([^"]+)"', page.text):
                assert loaded.startswith(("/", "#")), loaded

    run(hall, walk, bare_app(hall))


def test_every_file_a_page_loads_is_there_and_kept_for_ever(hall):
    async def walk(client):
        page = (await client.get("/login")).text
        files = re.findall(r'(?:src|href)="(/static/[^"]+)"', page)
        assert len(files) == 5
        for file in files:
            answer = await client.get(file)
            assert answer.status_code == 200, file
            assert "immutable" in answer.headers["cache-control"]

    run(hall, walk, bare_app(hall))


def test_a_program_error_says_so_without_a_trace(hall):
    @get("/broken", opt={guards.OPT: guards.PUBLIC})
    async def fail() -> Response[str]:
        raise RuntimeError("secret detail")

    async def ask(client):
        page = await client.get("/broken")
        assert page.status_code == 500
        assert "secret detail" not in page.text
        assert "程序出错" in page.text
        notice = await client.get("/broken", headers={"HX-Request": "true"})
        assert notice.headers["hx-retarget"] == "#notices"
        assert "<html" not in notice.text

    run(hall, ask, hall.app([route for route in HALL if _is_base(route)], extra=[fail]))


def test_cookies_are_closed_to_scripts_and_other_sites(hall, hidden_value):
    async def walk(client):
        page = await client.get("/login")
        token = hidden_value(page.text, "_csrf")
        answer = await client.post("/login", data={"login": "H0101", "password": "correct horse 9", "_csrf": token})
        for header in (page.headers["set-cookie"], answer.headers["set-cookie"]):
            assert "HttpOnly" in header
            assert "samesite=lax" in header.lower()

    run(hall, walk, bare_app(hall))


def test_roles_named_in_the_table_are_roles():
    for route in (*HALL, *CITY):
        assert all(isinstance(role, Role) for role in route.access.roles)


def test_a_page_function_that_asks_for_the_unknown_is_found_at_start(hall):
    with pytest.raises(TypeError, match="path"):
        hall.app([Route("GET", "/x", "web.pages.files:static", guards.PUBLIC)])
