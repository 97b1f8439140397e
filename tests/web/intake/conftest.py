"""A hall with its catalogue, one clerk and one handler, and how a clerk fills the intake form in."""

import asyncio
import struct
import zlib
from pathlib import Path

import msgspec
import pytest

from appliance.catalogue.calendar import load_calendar
from appliance.catalogue.departments import load_departments
from appliance.catalogue.loader import load_items
from appliance.config import HallConfig, Remedy
from appliance.domain.actor import Actor, Role
from appliance.ledger.signer import LogSigner
from appliance.projections import calendar_view, departments, items, licences, staff
from appliance.projections.registry import HallProjector
from appliance.services.desk import OwnDesk
from appliance.services.facts import Facts
from appliance.store.blobs import BlobStore
from appliance.store.store import open_store
from web.routes import ACCOUNT, INTAKE, Route

ITEMS = {item.catalog_code: item for item in load_items(Path(items.__file__).parents[1] / "catalogue" / "items")}
FOOD, ELDERLY, LICENCE_TYPE = "420100001000", "420500015000", "11420199MBDEM004XU002"
HOLDER = "92420199MADEM002XC"
HANDLER = Actor("C1001", Role.CASE_HANDLER)
ROUTES = (*ACCOUNT, Route("GET", "/", "web.pages.home:show", INTAKE[0].access), *INTAKE)
APPLICANT = {
    "applicant.kind": "self_employed",
    "applicant.name": "示范小吃店（示例）",
    "applicant.id_number": HOLDER,
    "applicant.phone": "13800000000",
    "applicant.representative": "示例·经营者",
    "applicant.representative_id": "420102190001010013",
}
FORM = {
    "form.main_business": "餐饮服务经营者",
    "form.business_items": ["热食类食品制售", "自制饮品制售"],
    "form.premises": "示范区示范路1号",
    "form.domicile": "示范区示范路1号",
    "form.floor_area": "80",
    "form.employees": "5",
    "form.principal_name": "示例·经营者",
    "form.principal_id": "420102190001010013",
    "form.safety_manager": "李安全",
    "form.online_trade": "no",
    "form.contact_name": "张三",
    "form.contact_phone": "13800000000",
    "form.by_agent": "no",
}
WHOLE = {"whole": "1", "ticket": "A047", "channel": "window", **APPLICANT, **FORM}
PAPER = {"material.application": "original", "pages.application": "4", "material.principal_id": "copy"}


def png(shade=200, width=8):
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = zlib.compress((b"\0" + bytes([shade]) * width) * 8)
    head = struct.pack(">IIBBBBB", width, 8, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def row(item):
    return items.ItemRow(item.catalog_code, item.task_version, item.task_name, str(item.task_version), _json(item))


def _json(value):
    return msgspec.json.encode(value).decode()


def seed(connection):
    items.put(connection, [row(item) for item in ITEMS.values()])
    departments.put(
        connection,
        [
            departments.DepartmentRow(one.code, one.name, one.short_name, one.document_prefix, one.phone)
            for one in load_departments().departments
        ],
    )
    calendar_view.put(connection, [(table.year, _json(table)) for table in load_calendar().tables])
    people = [("W0312", Role.WINDOW_CLERK, ""), ("C1001", Role.CASE_HANDLER, "11420199MBDEM004XU")]
    staff.put(
        connection, [staff.StaffRow(who, who, (role,), (), where, "", disabled=False) for who, role, where in people]
    )
    held = {"type_code": LICENCE_TYPE, "type_name": "营业执照", "number": HOLDER, "holder_name": "示范小吃店（示例）"}
    more = {"holder_code": HOLDER, "issuer_name": "示范区市场监督管理局", "issued_on": "2026-01-05", "valid_to": None}
    rest = {"status": "valid", "source": "city", "case_no": None, "as_of": "2026-11-20", "fields": "{}"}
    licences.put_cached(connection, [licences.Licence(identifier="LIC1", **held, **more, **rest)])


@pytest.fixture
def desk(tmp_path, hall):
    config = HallConfig(
        city="wuhan-demo",
        area="420199",
        hall="01",
        name="示范区政务服务大厅",
        short_name="示范区",
        address="示范区政务大道1号",
        hours="工作日 9:00–17:00",
        consult_phone="027-00000104",
        supervision_phone="027-00000100",
        remedy=Remedy(review_body="示范区人民政府", court="示范区人民法院"),
        upload_bytes_max=1024 * 1024,
    )
    origin = config.origin("h2c", 1)
    store = open_store(
        tmp_path,
        clock=hall.clock,
        projector=HallProjector(BlobStore(tmp_path / "blobs")),
        signers={origin: LogSigner(origin, b"1" * 32)},
    )
    store.writer.local(seed).result()
    yield OwnDesk(store, Facts(config))
    store.close()


@pytest.fixture
def application(hall, desk):
    """The hall's pages of intake over the store."""
    return hall.app(routes=ROUTES, services={"desk": desk})


@pytest.fixture
def window(hall, application, sign_in):
    """Run a walk as the clerk of window 03: ``walk(client, post)``, where post sends a form with the page's token."""

    def run(walk):
        async def inside():
            async with hall.client(application) as client:
                token = await sign_in(client)

                async def post(path, data=None, **rest):
                    return await client.post(path, data={"_csrf": token, **(data or {})}, **rest)

                return await walk(client, post)

        return asyncio.run(inside())

    return run


async def _begin(post, item=FOOD):
    answer = await post("/intake", {"ticket": "a047", "item": item})
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


@pytest.fixture
def begin():
    """Take ticket A047 and an item; gives the draft's address."""
    return _begin


@pytest.fixture
def checked(hidden_value):
    """Fill a draft in; gives its address with the fields of the check page's form."""

    async def act(client, post):
        here = await _begin(post)
        answer = await post(here + "/check", {**WHOLE, **PAPER})
        assert answer.status_code == 303, answer.text
        page = (await client.get(here + "/check")).text
        return here, {name: hidden_value(page, name) for name in ("_key", "application")}

    return act


@pytest.fixture
def whole():
    """Every field of a form that is in order."""
    return dict(WHOLE)


@pytest.fixture
def picture():
    """Make a small PNG of a shade."""
    return png


@pytest.fixture
def catalogue():
    """The items by code."""
    return ITEMS


@pytest.fixture
def item_row():
    """Write an item as a catalogue pack has it."""
    return row
