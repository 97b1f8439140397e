"""A hall over a real store with roster, catalogue and calendar, and people who sign in through the page."""

import functools
import importlib.util
import itertools
import sys
import threading
import uuid
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path

import httpx
import msgspec
import pytest

from appliance.catalogue.calendar import load_calendar
from appliance.catalogue.departments import load_departments
from appliance.catalogue.loader import load_items
from appliance.clock import SHANGHAI, FixedClock
from appliance.config import HallConfig, Remedy
from appliance.domain.actor import Actor, Role
from appliance.domain.service_item import materials_for
from appliance.domain.subject import Agent, Applicant, FileRef, MaterialIn
from appliance.ledger.signer import Cosigner, LogSigner
from appliance.papers.document import Form
from appliance.papers.render import Renderer
from appliance.projections import calendar_view, cases, departments, items, staff
from appliance.projections.registry import HallProjector
from appliance.services import intake, issuance, prereview, review
from appliance.services.desk import OwnDesk
from appliance.services.facts import Facts
from appliance.services.proofs import ProofKeys
from appliance.signing.seal_keys import SealKeys
from appliance.store import sessions
from appliance.store.access import ACCESS_NAME, looks
from appliance.store.access_book import AccessBook
from appliance.store.blobs import BlobStore
from appliance.store.store import open_store
from web.app import Ports, create_app
from web.navigation import HALL_MENU
from web.ports import Answer, Link, Verdict, WindowChoice
from web.queue_feed import QueueFeed
from web.routes import ACCOUNT, CASEWORK, HALL, INTAKE, PUBLIC, QUEUE
from web.visit import Site

MARKET, HEALTH = "11420199MBDEM004XU", "11420199MBDEM0058U"
PASSWORD = "correct horse 9"  # noqa: S105 - no real account
ITEMS = Path(__file__).parents[3] / "appliance" / "catalogue" / "items"
PEOPLE = (
    ("W0312", "王窗", Role.WINDOW_CLERK, ""),
    ("W0313", "李窗", Role.WINDOW_CLERK, ""),
    ("C1001", "陈办", Role.CASE_HANDLER, MARKET),
    ("C1002", "程办", Role.CASE_HANDLER, MARKET),
    ("C1003", "周办", Role.CASE_HANDLER, HEALTH),
    ("R2001", "任核", Role.REVIEWER, MARKET),
    ("R2002", "冉核", Role.REVIEWER, MARKET),
    ("A3001", "安批", Role.APPROVER, MARKET),
    ("D6001", "安首", Role.DEPT_HEAD, MARKET),
    ("S5001", "华察", Role.SUPERVISOR, ""),
    ("M4001", "严厅", Role.HALL_MANAGER, ""),
    ("X9001", "金管", Role.SYSADMIN, ""),
    ("X9002", "魏管", Role.SECADMIN, ""),
    ("X9003", "陶管", Role.AUDITOR, ""),
)
FORM = {
    "main_business": "餐饮服务经营者",
    "business_items": ["热食类食品制售"],
    "premises": "示范区示范路1号",
    "domicile": "示范区示范路1号",
    "floor_area": "80",
    "employees": "5",
    "principal_name": "示例·经营者",
    "principal_id": "420102190001010013",
    "safety_manager": "李安全",
    "online_trade": "no",
    "contact_name": "张三丰",
    "contact_phone": "13800000000",
    "by_agent": "no",
}
PNG = b"\x89PNG\r\n\x1a\n" + b"picture" * 8 + b"IEND\xaeB`\x82"


def actor(login):
    role = next(role for number, _, role, _ in PEOPLE if number == login)
    return Actor(login, role, "03" if role is Role.WINDOW_CLERK else None)


class Passwords:
    async def verify(self, login, password):
        return Verdict(Answer.OK) if password == PASSWORD else Verdict(Answer.WRONG, attempts_left=4)

    async def change(self, login, password, *, must_change):
        raise AssertionError(login)


class LocalSessions:
    """Sessions and access log over the store's own tables."""

    def __init__(self, store):
        self.store = store

    async def create(self, row, *, replacing):
        await self.store.writer.local_async(lambda connection: sessions.create(connection, row))

    def load(self, session_id):
        return sessions.load(self.store.reader(), session_id)

    async def touch(self, session_id, seen):
        await self.store.writer.local_async(lambda connection: sessions.touch(connection, session_id, seen))

    async def set_locked(self, session_id, *, locked, seen):
        raise AssertionError(session_id)

    async def delete(self, session_id):
        await self.store.writer.local_async(lambda connection: sessions.delete(connection, session_id))

    async def delete_of_login(self, login):
        raise AssertionError(login)

    async def record(self, row):
        await self.store.writer.local_async(lambda connection: sessions.record_access(connection, row))


class Rendering:
    """The renderer without its process: the real templates, made when first asked."""

    def __init__(self):
        self._renderer, self._lock = functools.cache(Renderer), threading.Lock()

    def render(self, paper, form=Form.PDF, presentation=None):
        with self._lock:  # pages warm it beside the event loop, and one typst does one thing at a time
            return self._renderer().render(paper, form, presentation)

    async def render_async(self, paper, form=Form.PDF, presentation=None):
        return self.render(paper, form, presentation)

    async def pages_async(self, paper, form=Form.SVG, presentation=None):
        with self._lock:
            return self._renderer().pages(paper, form, presentation)


class Page(HTMLParser):
    """A page as a person uses it: its forms with their fields, its text, its links."""

    def __init__(self, answer):
        super().__init__()
        self.status, self.html = answer.status_code, answer.text
        self.forms, self.links, self.words = [], [], []
        self._field, self._option, self._hidden = None, None, 0
        self.feed(answer.text)

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        if tag == "form":
            self.forms.append({"action": attrs.get("action", ""), "fields": []})
        elif tag == "a":
            self.links.append(attrs.get("href", ""))
        elif tag in ("script", "style"):
            self._hidden += 1
        elif tag == "textarea" and self.forms:
            self._field = [attrs["name"], ""]
        elif tag == "input" and self.forms and "name" in attrs:
            kind = attrs.get("type", "text")
            if kind not in ("radio", "checkbox", "file") or "checked" in attrs:
                self.forms[-1]["fields"].append((attrs["name"], attrs.get("value", "")))

    def handle_endtag(self, tag):
        if tag == "textarea" and self._field:
            self.forms[-1]["fields"].append(tuple(self._field))
            self._field = None
        elif tag in ("script", "style"):
            self._hidden -= 1

    def handle_data(self, data):
        if self._field:
            self._field[1] += data
        if not self._hidden:
            self.words.append(data)

    @property
    def text(self):
        return " ".join(" ".join(self.words).split())

    def form(self, action):
        return next(form for form in self.forms if form["action"] == action)

    def fields(self, action):
        return dict(self.form(action)["fields"])


class Person:
    """One signed-in browser."""

    def __init__(self, client):
        self.client = client

    async def open(self, path, **more):
        return Page(await self.client.get(path, **more))

    async def fill(self, path, action, **typed):
        """Open a page and send one of its forms with what was typed; names with dots come as ``a__b``."""
        page = await self.open(path)
        return await self.send(page, action, **typed)

    async def send(self, page, action, **typed):
        fields = {**page.fields(action), **{name.replace("__", "."): value for name, value in typed.items()}}
        return await self.post(action, {name: value for name, value in fields.items() if value is not None})

    async def post(self, action, fields):
        return Page(await self.client.post(action, data=fields))


class Hall:
    """A hall and the hands that bring a case to where a test needs it."""

    def __init__(self, directory):
        self.clock = FixedClock(datetime(2026, 11, 23, 9, 30, tzinfo=SHANGHAI))
        config = HallConfig(
            city="wuhan-demo", area="420199", hall="01", name="示范区政务服务大厅", short_name="示范区",
            address="示范路1号", hours="9:00-17:00", consult_phone="1", supervision_phone="2",
            remedy=Remedy(review_body="示范区人民政府", court="示范人民法院"), kiosks=("127.0.0.1",),
        )  # fmt: skip
        self.origin = config.origin("h2c", 1)
        self.signer = LogSigner(self.origin, b"\1" * 32)
        self.city = Cosigner("wuhan-demo/witness", b"\3" * 32, lambda: int(self.clock.now().timestamp()))
        self.directory = directory
        self.store = open_store(
            directory,
            clock=self.clock,
            projector=HallProjector(BlobStore(directory / "blobs")),
            signers={self.origin: self.signer},
        )
        self.access = AccessBook(directory / ACCESS_NAME)
        self.catalogue = load_items(ITEMS)
        self.item = next(item for item in self.catalogue if item.catalog_code == "420100001000")
        self.store.writer.local(self._fill).result()
        self.desk = OwnDesk(self.store, Facts(config, seal_keys=SealKeys(directory / "keys" / "seals")))
        self.scan = FileRef(self.store.blobs.put(PNG), "image/png", len(PNG))
        keys = ProofKeys({self.origin: self.signer.verifier}, self.city.verifier)
        self.services = {"desk": self.desk, "log_keys": keys, "render": Rendering(), "access": self.access}
        self.services["calls"] = QueueFeed(self.desk, self.clock)
        self.use(self.desk)

    def use(self, desk):
        """Show the pages over a desk: this hall's, or one with other settings."""
        self.services["desk"] = desk
        self.app = create_app(
            Site("厅印", "示范区", "hall", HALL_MENU, terminals=desk.facts.hall.kiosks),
            self._ports(),
            (*ACCOUNT, *PUBLIC, *QUEUE, *CASEWORK, *INTAKE, *(one for one in HALL if one.path.startswith("/papers/"))),
            self.services,
        )

    def _publish(self, connection):
        rows = [(one, msgspec.json.encode(one)) for one in self.catalogue]
        items.put(
            connection,
            [items.ItemRow(i.catalog_code, i.task_version, i.task_name, f"{hash(b)}", b.decode()) for i, b in rows],
        )

    def change_item(self, **terms):
        """Put a next version of the food item into force, with other terms; cases received now are pinned to it."""
        changed = msgspec.structs.replace(self.item, task_version=self.item.task_version + 1, **terms)
        self.catalogue = tuple(changed if one is self.item else one for one in self.catalogue)
        self.item = changed
        self.store.writer.local(self._publish).result()

    def _fill(self, connection):
        self._publish(connection)
        departments.put(
            connection,
            [
                departments.DepartmentRow(d.code, d.name, d.short_name, d.document_prefix, d.phone)
                for d in load_departments().departments
            ],
        )
        calendar_view.put(connection, [(t.year, msgspec.json.encode(t).decode()) for t in load_calendar().tables])
        staff.put(
            connection,
            [
                staff.StaffRow(i, name, (role,), (), department, "", disabled=False)
                for i, name, role, department in PEOPLE
            ],
        )

    def _ports(self):
        local, counter, store = LocalSessions(self.store), itertools.count(1), self.store

        class Directory:
            def find(self, login):
                return staff.find(store.reader(), login)

        class Quiet:
            def current(self):
                return Link(online=True)

            def choices(self):
                return tuple(WindowChoice(number, number) for number in ("01", "03"))

            def counts(self, session):
                return {}

        return Ports(
            sessions=local, credentials=Passwords(), staff=Directory(), access_log=local, views=self.access,
            link=Quiet(), windows=Quiet(), counts=Quiet(), clock=self.clock,
            random=lambda size: next(counter).to_bytes(4, "big") * (size // 4) + bytes(size % 4), secret=b"s" * 32,
        )  # fmt: skip

    @asynccontextmanager
    async def as_(self, login, window="03"):
        transport = httpx.ASGITransport(app=self.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://hall.test", follow_redirects=True) as client:
            page = Page(await client.get("/login"))
            fields = {**page.fields("/login"), "login": login, "password": PASSWORD, "window": window}
            assert (await client.post("/login", data=fields)).status_code == 200
            yield Person(client)

    @asynccontextmanager
    async def anyone(self):
        """Give a browser in which nobody is signed in, as a person uses it."""
        async with self.client() as client:
            yield Person(client)

    def client(self):
        """Give a browser in which nobody is signed in."""
        return httpx.AsyncClient(transport=httpx.ASGITransport(app=self.app), base_url="http://hall.test")

    def do(self, command, login):
        return self.desk.submit_now(command, actor=actor(login), key=str(uuid.uuid4())).result

    def looks(self, **which):
        """Give what the access log has, newest first."""
        if not self.access.path.exists():
            return []
        return [stored.view for stored in self.access.read(lambda connection: looks(connection, **which))]

    def case(self, no):
        return cases.find(self.desk.reader(), no)

    def materials(self):
        return tuple(
            MaterialIn(code=m.code, name=m.name, pages=2, files=(self.scan,)) for m in materials_for(self.item, FORM)
        )

    def form(self):
        return dict(FORM)

    def receive(self, *, name="示范小吃店（示例）", missing=0, without=(), agent=None):
        applicant = Applicant(
            kind="self_employed", name=name, id_type="uscc", id_number="92420199MADEM002XC", phone="13800000000",
            representative="示例·经营者", representative_id="420102190001010013",
        )  # fmt: skip
        materials = tuple(one for one in self.materials() if one.code not in without)
        command = intake.ReceiveCase(
            item_code=self.item.catalog_code,
            item_version=self.item.task_version,
            applicant=applicant,
            agent=Agent(**agent) if agent else None,
            form=FORM,
            materials=materials[: len(materials) - missing],
            ticket="A047",
        )
        return self.do(command, "W0312")["case"]

    def take(self, no, login="C1001"):
        self.do(prereview.TakeCase(case=no, version=self.case(no).version), login)

    def accept(self, no):
        passed = {material.code: "pass" for material in self.case(no).materials}
        self.do(
            prereview.PreReviewCase(case=no, version=self.case(no).version, verdicts=passed, then="accept"), "C1001"
        )

    def sign(self, no, login, opinion="材料齐全，同意"):
        self.do(review.GiveOpinion(case=no, version=self.case(no).version, result="agree", opinion=opinion), login)

    def grant(self, no):
        self.do(
            review.GrantCase(case=no, version=self.case(no).version, opinion="同意", content="准予食品经营许可"),
            "A3001",
        )

    def produce(self, no):
        self.do(issuance.ProduceResult(case=no, version=self.case(no).version), "W0312")

    def bring(self, stage, **more):
        """Bring a new case to a stage of the main road."""
        no = self.receive(**more)
        steps = (
            ("taken", lambda: self.take(no)),
            ("accepted", lambda: self.accept(no)),
            ("handled", lambda: self.sign(no, "C1001")),
            ("reviewed", lambda: self.sign(no, "R2001", "同意承办人意见")),
            ("granted", lambda: self.grant(no)),
            ("ready", lambda: self.produce(no)),
        )
        if stage == "received":
            return no
        for name, step in steps:
            step()
            if name == stage:
                return no
        raise ValueError(stage)

    def later(self, **span):
        self.clock.advance(timedelta(**span))


@pytest.fixture(scope="module")
def module_hall(tmp_path_factory):
    """A hall that the tests of a module look at together."""
    hall = Hall(tmp_path_factory.mktemp("hall"))
    yield hall
    hall.store.close()


@pytest.fixture
def desk_hall(tmp_path):
    hall = Hall(tmp_path)
    yield hall
    hall.access.close()
    hall.store.close()


SPEC = importlib.util.spec_from_file_location("joint_hands", Path(__file__).with_name("joint_hands.py"))
HANDS = sys.modules.setdefault("joint_hands", importlib.util.module_from_spec(SPEC))
SPEC.loader.exec_module(HANDS)


@pytest.fixture
def joint(desk_hall):
    """A hall that offers joint sets."""
    return HANDS.Joint(desk_hall)
