"""A hall's pages over ports kept in memory: no store, no sockets, a clock that moves when told to."""

import itertools
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import httpx
import pytest

from appliance.clock import SHANGHAI, FixedClock
from appliance.domain.actor import Role
from appliance.store.access import View
from appliance.store.sessions import AccessRow, SessionRow
from web.app import Ports, create_app
from web.guards import SIGNED_IN, STAFF
from web.navigation import Entry, Group
from web.ports import Answer, Link, Verdict, WindowChoice
from web.routes import ACCOUNT, Route
from web.visit import Site

ALL = frozenset(Role)
# The lines that need no services of the product; tests of a page hand in its own lines and services.
BASE = (*ACCOUNT, Route("GET", "/", "web.pages.home:show", SIGNED_IN))
NAVIGATION = (
    Group("窗口", (
        Entry("叫号", "/queue", STAFF.roles),
        Entry("收件", "/intake", STAFF.roles),
        Entry("补正收件", "/supplements", STAFF.roles),
        Entry("待发件", "/issuance", STAFF.roles),
        Entry("查询", "/search", STAFF.roles),
    )),
    Group("我的", (Entry("待办", "/tasks", STAFF.roles), Entry("暂存", "/drafts", STAFF.roles))),
    Group("大厅", (Entry("首页", "/", ALL), Entry("标准", "/standard", ALL), Entry("帮助", "/help", ALL, "f1"))),
)  # fmt: skip
SITE = Site("厅印", "示范区政务服务大厅", "hall_session", NAVIGATION)


@dataclass(slots=True)
class MemorySessions:
    rows: dict[str, SessionRow] = field(default_factory=dict)
    writes: int = 0

    async def create(self, row, *, replacing):
        self.writes += 1
        self.rows.pop(replacing, None)
        self.rows[row.id] = row

    def load(self, session_id):
        return self.rows.get(session_id)

    async def touch(self, session_id, seen):
        self.writes += 1
        self.rows[session_id] = replace(self.rows[session_id], seen=seen)

    async def set_locked(self, session_id, *, locked, seen):
        self.writes += 1
        self.rows[session_id] = replace(self.rows[session_id], locked=locked, seen=seen)

    async def delete(self, session_id):
        self.writes += 1
        self.rows.pop(session_id, None)

    async def delete_of_login(self, login):
        self.rows = {key: row for key, row in self.rows.items() if row.login != login}


@dataclass(slots=True)
class MemoryCredentials:
    passwords: dict[str, str]
    must_change: set[str] = field(default_factory=set)

    async def verify(self, login, password):
        if self.passwords.get(login) == password:
            return Verdict(Answer.OK, must_change=login in self.must_change)
        return Verdict(Answer.WRONG, attempts_left=4)

    async def change(self, login, password, *, must_change):
        self.passwords[login] = password
        self.must_change.discard(login)


@dataclass(frozen=True, slots=True)
class MemoryStaff:
    id: str
    name: str
    roles: tuple[str, ...]
    windows: tuple[str, ...] = ()
    departments: tuple[str, ...] = ()
    disabled: bool = False


@dataclass(slots=True)
class MemoryDirectory:
    people: dict[str, MemoryStaff]

    def find(self, login):
        return self.people.get(login)


@dataclass(slots=True)
class MemoryAccessLog:
    rows: list[AccessRow] = field(default_factory=list)

    async def record(self, row):
        self.rows.append(row)


@dataclass(slots=True)
class MemoryViews:
    rows: list[View] = field(default_factory=list)

    async def record(self, views):
        self.rows.extend(views)


@dataclass(slots=True)
class SetLink:
    link: Link

    def current(self):
        return self.link


@dataclass(frozen=True, slots=True)
class SetWindows:
    numbers: tuple[str, ...]

    def choices(self):
        return tuple(WindowChoice(number, f"{number} 号窗口") for number in self.numbers)


@dataclass(frozen=True, slots=True)
class SetCounts:
    figures: Mapping[str, int]

    def counts(self, session):
        return self.figures


PASSWORD = "correct horse 9"  # noqa: S105 - a made-up one
PEOPLE = {
    "W0312": MemoryStaff("W0312", "李示例", (Role.WINDOW_CLERK, Role.CASE_HANDLER), ("03", "04")),
    "H0101": MemoryStaff("H0101", "王示例", (Role.CASE_HANDLER,)),
    "A0001": MemoryStaff("A0001", "系统管", (Role.SYSADMIN,)),
    "A0002": MemoryStaff("A0002", "安全管", (Role.SECADMIN,)),
    "A0003": MemoryStaff("A0003", "审计管", (Role.AUDITOR,)),
    "G0009": MemoryStaff("G0009", "离岗者", (Role.CASE_HANDLER,), disabled=True),
}


@dataclass(slots=True)
class Hall:
    """The parts of one test hall, to look at and to turn."""

    clock: FixedClock
    sessions: MemorySessions
    credentials: MemoryCredentials
    directory: MemoryDirectory
    access: MemoryAccessLog
    link: SetLink
    ports: Ports

    def app(self, routes=BASE, services=None, site=SITE, extra=()):
        return create_app(site, self.ports, routes, services or {}, extra=extra)

    def client(self, app=None, **rest):
        transport = httpx.ASGITransport(app=app or self.app(), raise_app_exceptions=True)
        return httpx.AsyncClient(transport=transport, base_url="http://hall.test", **rest)


@pytest.fixture
def hall():
    counter = itertools.count(1)
    clock = FixedClock(datetime(2026, 11, 23, 9, 41, tzinfo=SHANGHAI))
    sessions = MemorySessions()
    credentials = MemoryCredentials(dict.fromkeys(PEOPLE, PASSWORD))
    directory = MemoryDirectory(dict(PEOPLE))
    access = MemoryAccessLog()
    link = SetLink(Link(online=False, offline_minutes=134, pending=37))

    def random(count):
        return next(counter).to_bytes(4, "big") * (count // 4) + bytes(count % 4)

    ports = Ports(
        sessions=sessions,
        credentials=credentials,
        staff=directory,
        access_log=access,
        views=MemoryViews(),
        link=link,
        windows=SetWindows(("01", "02", "03", "04")),
        counts=SetCounts({"/queue": 12, "/supplements": 3, "/issuance": 9, "/tasks": 5, "/drafts": 2}),
        clock=clock,
        random=random,
        secret=b"s" * 32,
    )
    return Hall(clock, sessions, credentials, directory, access, link, ports)


def _value(page: str, name: str) -> str:
    start = page.index(f'name="{name}" value="') + len(f'name="{name}" value="')
    return page[start : page.index('"', start)]


@pytest.fixture
def hidden_value() -> Callable[[str, str], str]:
    """Read a hidden field's value out of a page."""
    return _value


@pytest.fixture
def sign_in():
    """Sign a client in through the page, as a person does; gives the session's form token."""

    async def act(client, login="W0312", password=PASSWORD, window="03", **more):
        page = (await client.get("/login")).text
        fields = {"login": login, "password": password, "window": window, "_csrf": _value(page, "_csrf"), **more}
        answer = await client.post("/login", data=fields)
        assert answer.status_code in {200, 303}, answer.text
        return _value((await client.get("/")).text, "_csrf")

    return act


@pytest.fixture
def threads():
    with ThreadPoolExecutor(2) as pool:
        yield pool


@pytest.fixture
def minutes():
    return lambda count: timedelta(minutes=count)
