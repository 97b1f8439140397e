"""The pages that a hall's people look at all day, as addresses: found in the hall itself, for each role."""

import http.client
import re
import secrets
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from urllib.parse import quote

from appliance.clock import SystemClock
from appliance.domain.actor import Role
from appliance.domain.states import State
from appliance.projections import cases, search
from appliance.store import sessions
from appliance.store.connection import Connection
from appliance.store.sessions import SessionRow
from provisioning.demo_people import STAFF
from sync.opening import OpenHall
from web.routes import HALL
from web.session import token_id

ROLES = (
    Role.WINDOW_CLERK,
    Role.CASE_HANDLER,
    Role.REVIEWER,
    Role.APPROVER,
    Role.DEPT_HEAD,
    Role.HALL_MANAGER,
    Role.SUPERVISOR,
)
NOT_LISTS = (
    "/guides",
    "/conformance",
    "/intake",
    "/intake/items",
    "/drafts",
    "/tray",
    "/clock",
    "/frame/link",
    "/work",
)
PAGED = ("/issuance?tab=produce&page=2", "/supervision?page=3")  # as far as the small hall fills pages, too
TABS = re.compile(r'href="(/work\?tab=[a-z_]+)"')
KEPT_ALIVE_SECONDS = 3.0  # the server hangs up on a browser that said nothing for five
CASES_SHOWN = 24
FORMS = {
    State.RECEIVED: (Role.CASE_HANDLER, "/prereview/{no}"),
    State.CORRECTION_PENDING: (Role.WINDOW_CLERK, "/supplement/{no}"),
    State.IN_REVIEW: (Role.REVIEWER, "/review/{no}"),
    State.RESULT_READY: (Role.WINDOW_CLERK, "/issuance/{no}"),
}


@dataclass(frozen=True, slots=True)
class Asked:
    """One kind of question: its name, who asks, and one or more addresses that ask it; `typing` as the box does."""

    name: str
    role: Role
    addresses: tuple[str, ...]
    typing: bool = False


@dataclass(slots=True)
class Browser:
    """The signed-in people of a hall over one connection."""

    port: int
    cookies: dict[Role, str]
    connection: http.client.HTTPConnection | None = None
    used: float = 0.0

    def get(self, role: Role, address: str, *, typing: bool = False) -> tuple[float, bytes]:
        """Open a page and give the seconds it took and what came."""
        if self.connection is None or time.monotonic() - self.used > KEPT_ALIVE_SECONDS:
            self.connection = http.client.HTTPConnection("127.0.0.1", self.port)
            self.connection.connect()
        headers = {"Cookie": self.cookies[role]} | ({"HX-Request": "true"} if typing else {})
        began = time.perf_counter()
        self.connection.request("GET", address, headers=headers)
        answer = self.connection.getresponse()
        body = answer.read()
        spent = time.perf_counter() - began
        self.used = time.monotonic()
        if answer.status != 200:
            raise RuntimeError(f"{answer.status} for {address} as {role.value}: {body[:200].decode(errors='replace')}")
        return spent, body


def sign_in(hall: OpenHall) -> dict[Role, str]:
    """Sign one person of each role in, as the sign-in page would have done, and give their cookies."""
    now, cookies = SystemClock().now(), {}
    people = {role: next(person for person in STAFF if role in person.roles) for role in ROLES}

    def write(connection) -> None:
        for role, person in people.items():
            token = secrets.token_hex(32)
            row = SessionRow(
                id=token_id(token),
                login=person.id,
                role=role.value,
                window="03" if role is Role.WINDOW_CLERK else "",
                created=now,
                seen=now,
                expires=now + timedelta(hours=12),
                csrf=token[:32],
            )
            sessions.create(connection, row)
            cookies[role] = f"hall_{hall.desk.facts.hall.code}={token}"

    hall.store.writer.local(write).result()
    return cookies


def lists(browser: Browser) -> Iterator[Asked]:
    """Give every page of a role that stands for itself, as the table of routes has them, and the desk's every tab."""
    for role in ROLES:
        for route in HALL:
            alone = route.method == "GET" and "{" not in route.path and route.path not in NOT_LISTS
            if alone and role in route.access.roles and not route.access.while_locked:
                yield Asked(f"{role.value} {route.path}", role, (route.path,))
                for address in PAGED:
                    if address.startswith(f"{route.path}?"):
                        yield Asked(f"{role.value} {address}", role, (address,))
        _, page = browser.get(role, "/work")
        for tab in dict.fromkeys(TABS.findall(page.decode())):
            yield Asked(f"{role.value} {tab}", role, (tab,))


def _queries(reader: Connection, random: Random) -> Iterator[Asked]:
    ids = [row[0] for row in reader.execute("SELECT id FROM case_view")]
    picked = cases.rows_of(reader, sorted(random.sample(ids, CASES_SHOWN)))
    found = [cases.find(reader, row.no) for row in picked]
    names = [case.applicant.name for case in found]
    days = sorted({case.received_at[:10] for case in found})
    middle = days[len(days) // 2]
    month = (date.fromisoformat(middle) + timedelta(days=30)).isoformat()
    typed = {
        "whole name": names,
        "part of a name": [name[1:3] for name in names],
        "two characters of a firm": ["餐饮", "示范", "有限"],
        "one character": ["示", "王", "赵"],
        "pinyin initials": [search.initials(name)[0][:4] for name in names],
        "one letter": ["s", "w"],
        "last four of a document": [case.applicant.id_number[-4:] for case in found],
        "last four of a phone": [case.applicant.phone[-4:] for case in found],
        "whole document": [case.applicant.id_number for case in found],
        "last five of a number": [case.no[-5:] for case in found],
        "nothing there": ["饕餮", "zzqq", "0000000"],
    }
    for name, texts in typed.items():
        yield Asked(
            f"search {name}", Role.WINDOW_CLERK, tuple(f"/cases?q={quote(text)}" for text in texts), typing=True
        )
    codes = sorted({case.item_code for case in found})
    items = {code: f"item={code}" for code in codes}
    one, text = items[codes[0]], quote(names[0][:2])
    filters = {
        "item": [f"{item}" for item in items.values()],
        "state": [
            f"state={state.value}" for state in (State.CLOSED, State.IN_REVIEW, State.WITHDRAWN, State.FORWARDED)
        ],
        "day": [f"since={day}&until={day}" for day in days],
        "since": [f"since={middle}"],
        "until": [f"until={middle}"],
        "month": [f"since={middle}&until={month}"],
        "item and state": [f"{item}&state=closed" for item in items.values()],
        "item and rare state": [f"{item}&state=suspended" for item in items.values()],
        "item and day": [f"{one}&since={day}&until={day}" for day in days],
        "state and month": [f"state={state}&since={middle}&until={month}" for state in ("closed", "suspended")],
        "all three": [f"{one}&state=in_review&since={days[0]}&until={month}"],
        "item, page 5": [f"{one}&page=5"],
        "name and item": [f"{one}&q={text}"],
        "name and state": [f"state=closed&q={text}", f"state=suspended&q={text}"],
        "name and month": [f"since={middle}&until={month}&q={text}"],
        "initials and day": [f"since={days[0]}&until={days[0]}&q=sf"],
        "last four and item": [f"{one}&q={found[0].applicant.phone[-4:]}"],
    }
    for name, asked in filters.items():
        yield Asked(f"filter {name}", Role.WINDOW_CLERK, tuple(f"/cases?{one}" for one in asked), typing=True)


def _case_pages(reader: Connection, random: Random) -> Iterator[Asked]:
    ids = [row[0] for row in reader.execute("SELECT id FROM case_view WHERE state = 'closed'")]
    numbers = [row.no for row in cases.rows_of(reader, random.sample(ids, CASES_SHOWN))]
    for role in ROLES:
        yield Asked(f"case page {role.value}", role, tuple(f"/cases/{no}" for no in numbers))
    for state, (role, address) in FORMS.items():
        rows = cases.by_state(reader, state, limit=400)
        own = [row for row in rows if row.department == _department(role) or not _department(role)]
        if own:
            chosen = random.sample(own, min(CASES_SHOWN, len(own)))
            yield Asked(f"form {address}", role, tuple(address.format(no=row.no) for row in chosen))


def _department(role: Role) -> str:
    return next(person.department for person in STAFF if role in person.roles)


def searches_and_cases(reader: Connection, *, seed: int) -> list[Asked]:
    """Give every kind of search, every filter and the case pages, with addresses that fit this hall's own cases."""
    random = Random(f"desk {seed}")
    return [*_queries(reader, random), *_case_pages(reader, random)]
