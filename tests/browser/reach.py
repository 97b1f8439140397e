"""Which pages a person reaches: the links from page to page, followed without a browser; and what lies on the desks.

Of each list and page that leads to pages of one pattern the first is opened; so the case of each state, and each act
that its page offers, is come by, not only the first case of all.
"""

import re
from collections import Counter
from contextlib import contextmanager
from html.parser import HTMLParser
from urllib.parse import urlsplit

import httpx

from appliance.clock import SystemClock
from appliance.domain.states import TERMINAL, State
from appliance.projections import cases
from appliance.projections.commands import open_reader
from provisioning.demo_people import DEMO_PASSWORD

# What is no page: files, fragments, and what ends the session.
NO_PAGE = re.compile(r"^/(logout|static/|papers/.+/.+/|.*/(files|scans|pads|out|entries/\d+/proof))|\.(pdf|svg|csv)$")
BEGINNINGS = (
    "/",
    "/account/password",
    "/clock",
    "/status",
    "/verify",
    "/kiosk",
    "/kiosk/420100001000",
    "/kiosk/420100001000/form",
    "/screen",
    "/kiosk/ticket",
    "/submissions",
    "/joints?state=all",
    "/work?tab=lead",
    *(f"/cases?state={state}" for state in State),
)
NOTHING_TO_DO = 'class="card problem"'
TRAITS = (
    "joint", "notices", "widened", "deemed_accepted", "site_checks", "hearing", "fees", "decision", "licence",
    "handover", "proposal", "ending", "requests", "pauses", "forwarded_to", "shipment", "tolerated", "promise",
    "movements", "back_entry", "agent", "open_tolerance",
)  # fmt: skip


TOLD = frozenset({"role", "type", "lang", "style", "hidden", "for"})
VOID = frozenset({"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"})


class Page(HTMLParser):
    """The addresses and the hidden fields of a page, and the shape of its source.

    The shape is what each element is: its place under others with their classes, its attributes (the value of those
    that say what it is, of the rest only whether there is one), and whether it holds text. Of two elements with one id
    the page is like no other.
    """

    def __init__(self, text):
        super().__init__()
        self.links, self.fields, self.shape = [], {}, set()
        self._above, self._ids = [], set()
        self.feed(text)

    def handle_data(self, data):
        if data.strip() and self._above:
            self._above[-1][2] = True

    def handle_endtag(self, tag):
        ended = tag not in {one[0] for one in self._above}
        while not ended:
            name, place, holds_text = self._above.pop()
            self.shape.add((place, holds_text))
            ended = name == tag

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        place = f"{self._above[-1][1] if self._above else ''}>{tag}.{given.get('class') or ''}"
        told = {name: value if name in TOLD or name.startswith("aria-") else bool(value) for name, value in attrs}
        self.shape.add((place, tuple(sorted((name, str(value)) for name, value in told.items()))))
        if given.get("id") in self._ids:
            self.shape.add(("twice", object()))
        self._ids.add(given.get("id") or object())
        if tag not in VOID:
            self._above.append([tag, place, False])
        href = (given.get("href") or "").split("#")[0]
        if tag == "a" and href.startswith("/") and not NO_PAGE.search(href.split("?")[0]):
            self.links.append(href)
        if tag == "input" and given.get("type") == "hidden" and given.get("name"):
            self.fields.setdefault(given["name"], given.get("value") or "")


def pattern_of(address):
    """Give an address without its numbers: pages of one pattern are one template with other data."""
    parts = urlsplit(address)
    path = re.sub(r"/[SA]\d{6,}[0-9A-Z]*", "/{no}", parts.path)
    path = re.sub(r"/[0-9a-f]{8}-[0-9a-f-]{27,}", "/{draft}", path)
    path = re.sub(r"/\d+[Y\d]*(?=/|$)", "/{n}", path)
    path = re.sub(r"/[A-Z]\d{4}(?=/|$)", "/{staff}", path)
    tab = re.search(r"tab=\w+", parts.query)
    return path + (f"?{tab[0]}" if tab else "")


@contextmanager
def signed_in(address, login):
    """Give a client that is signed in; without a login, a stranger's."""
    typed = {"login": login, "password": DEMO_PASSWORD, "window": "03" if login.startswith("W") else ""}
    with httpx.Client(base_url=address, follow_redirects=True, timeout=60) as client:
        if login:
            fields = Page(client.get("/login").text).fields
            assert client.post("/login", data={**fields, **typed}).is_success, login
        yield client


def send(client, path, action="", files=None, **typed):
    """Open a page, fill its form and send it; gives the answer."""
    answer = client.post(action or path, data={**Page(client.get(path).text).fields, **typed}, files=files)
    assert answer.is_success, (path, answer.text[-500:])
    return answer


def remarkable(directory):
    """Give pages of cases that between them have everything that such a page may show: open ones first."""
    connection, shown, found = open_reader(directory), Counter(), []
    every = sorted(cases.every(connection), key=lambda case: case.state in TERMINAL)
    connection.close()
    for case in every:
        ended = case.state in TERMINAL
        traits = {(name, ended) for name in TRAITS if getattr(case, name)}
        traits |= {case.handling, (case.state, bool(case.notices))}
        if any(not shown[trait] for trait in traits):
            found += [f"/cases/{case.no}", f"/cases/{case.no}/received"]
            found += [f"/supplement/{case.no}/done"] if case.notices else []
            found += [f"/joints/{case.joint}/received"] if case.joint else []
            shown.update(traits)
    return found


def walk(client, beginnings):
    """Follow the links; gives of each pattern the first address on which there is something to do, with its shape."""
    first, shapes, opened, leads, waiting = {}, {}, set(), set(), [("", one) for one in beginnings]
    while waiting:
        source, address = waiting.pop(0)
        pattern = pattern_of(address)
        if address in opened or (source and (source, pattern) in leads):
            continue
        opened.add(address)
        leads.add((source, pattern))
        answer = client.get(address)
        if not answer.is_success or "text/html" not in answer.headers["content-type"]:
            continue
        page = Page(answer.text)
        if NOTHING_TO_DO not in answer.text and answer.url.path == urlsplit(address).path:
            shapes.setdefault(first.setdefault(pattern, address), page.shape)
        here = pattern + "".join(re.findall(r"state=\w+", address))
        waiting += [(here, link) for link in page.links]
    return shapes


LETTER = {"scan.letter": ("letter.pdf", b"%PDF-1.4\n% letter\n%%EOF\n", "application/pdf")}


def seal(house):
    """Bring one seal of a department into use, with a grant, and leave another asked for."""
    words = {"name": "示范区市场监督管理局", "reason": "决定书需要加盖电子印记，减少群众跑动"}
    addresses = []
    with signed_in(house.hall, "C1001") as handler:
        for kind in ("authority", "licensing"):
            answer = send(handler, "/seals", files=LETTER, kind=kind, **words)
            addresses.append(answer.url.path)
    seal = addresses[0]
    acts = (
        ("D6001", "approve", {}),
        ("X9002", "approve", {}),
        ("X9001", "make", {}),
        ("X9002", "issue", {"keeper": "C1001"}),
    )
    for login, act, typed in acts:
        with signed_in(house.hall, login) as person:
            send(person, seal, f"{seal}/{act}", **typed)
    today = SystemClock().now().date().isoformat()
    grant = {"persons": ["W0312"], "papers": ["licence"], "starts": today, "until": today, "most": "3"}
    with signed_in(house.hall, "C1001") as keeper:
        send(keeper, seal, f"{seal}/authorise", **grant)


def furnish(house):
    """Leave on the desks what no demo case leaves: a draft, paper on its way, an order, a complaint, a proposal."""
    connection = open_reader(house.hall_directory)
    open_ones = [
        case
        for case in cases.every(connection)
        if case.handler == "C1001" and case.state is State.IN_REVIEW and not (case.joint or case.proposal)
    ]
    connection.close()
    case = next(one for one in open_ones if any(held.on_paper for held in one.materials))
    with signed_in(house.hall, "W0312") as clerk:
        send(clerk, "/intake", ticket="A901", item="420100001000")
        paper = [held.code for held in case.materials if held.on_paper][:1]
        send(clerk, f"/cases/{case.no}/handover", receiver=case.department, purpose="送部门审查", materials=paper)
        send(
            clerk, "/complaints/new", channel="onsite", category="speed", about="person", subject=case.handler,
            complainant="示例投诉人", contact="13800000001", content="办理进度一直没有人答复，请查明原因并告知结果。",
        )  # fmt: skip
    with signed_in(house.hall, "S5001") as supervisor:
        words = {"cause": "申请人两次来电询问，没有得到答复", "demand": "请当日联系申请人并说明办理进度"}
        send(supervisor, "/supervision/urge", case=case.no, due="2036-12-31", **words)
    with signed_in(house.hall, case.handler) as handler:
        code = case.materials[0].code
        words = {f"problem.{code}": "与现场不一致，需要核实", f"requirement.{code}": "请补交与现场一致的一份"}
        typed = {"cause": "found_in_review", "line": code, "reason": "现场核查发现与材料不一致，需要核实"}
        send(handler, f"/cases/{case.no}/request", **words, **typed)
        reason = "申请人已经办理注销登记，主体终止，查询单附后"
        send(handler, f"/cases/{case.no}/acts/terminate", ground="dissolution", reason=reason)
    seal(house)
