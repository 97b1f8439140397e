"""A demo city with one demo hall on disk, and people who sign in at the city's pages."""

import shutil
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

import httpx
import pytest

from appliance.clock import SHANGHAI, FixedClock
from appliance.domain.actor import Actor, Role
from appliance.domain.events import CaseReceived
from appliance.domain.identifiers.case_numbers import intake_no
from appliance.domain.subject import Applicant
from appliance.services.passwords import HashLimits
from appliance.store.change import Change, Decision, NewEntry
from provisioning.demo import city_config, make_demo
from provisioning.demo_people import DEMO_PASSWORD
from sync.agent import sync_once
from sync.city_client import CityClient
from sync.hub.hub import make_hub
from sync.opening import open_enrolled
from sync.transports.local import LocalTransport
from web.serving import city_app

START = datetime(2026, 11, 23, 9, 0, tzinfo=SHANGHAI)
NAME, ID_NUMBER, PHONE = "欧阳测试", "420102190001010013", "13800007777"
CLERK = Actor(id="W0312", role=Role.WINDOW_CLERK, window="01")
# The cheapest that libsodium takes: these tests are not about the hash.
LIMITS = HashLimits(passes=1, memory_bytes=8192)


def received():
    return CaseReceived(
        item_code="food",
        item_version=1,
        item_name="食品经营许可证核发",
        task_code="t",
        handling="promise",
        department="scjg",
        department_name="市场监管局",
        channel="window",
        materials=(),
        missing=(),
        deadlines=(),
        applicant=Applicant(kind="person", name=NAME, id_type="111", id_number=ID_NUMBER, phone=PHONE),
        query_code="123456",
    )


@dataclass
class City:
    clock: FixedClock
    hub: object
    hall: object
    count: int = 0
    limits: ClassVar = LIMITS
    secrets: ClassVar = (NAME, ID_NUMBER, PHONE, "123456")

    def app(self):
        return city_app(self.hub, city_config(port=0), clock=self.clock, limits=LIMITS)

    def client(self, app=None):
        transport = httpx.ASGITransport(app=app or self.app(), raise_app_exceptions=True)
        return httpx.AsyncClient(transport=transport, base_url="http://city.test", follow_redirects=True)

    def write(self):
        self.count += 1
        day = self.clock.now().date()
        number = intake_no(area="420199", hall="01", day=day, epoch=1, sequence=self.count)
        entry = NewEntry(event=received(), case=number)
        self.hall.store.writer.submit(
            Change(
                key=str(UUID(int=self.count)),
                actor=CLERK,
                content=number.encode(),
                decide=lambda _context: Decision(entries=(entry,), result={}),
            )
        ).result()
        return number

    def sync(self):
        return sync_once(self.hall.as_sync_port("test"), CityClient(LocalTransport(self.hub)), self.clock)


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    """A demo city and hall on disk, made once; each test works on a copy."""
    directory = tmp_path_factory.mktemp("demo")
    make_demo(directory / "hall", directory / "city", hall_port=0, city_port=0, clock=FixedClock(START), limits=LIMITS)
    return directory


@pytest.fixture
def city(demo, tmp_path):
    shutil.copytree(demo, tmp_path, dirs_exist_ok=True)
    clock = FixedClock(START)
    hub = make_hub(tmp_path / "city", clock)
    hall = open_enrolled(tmp_path / "hall", clock)
    yield City(clock, hub, hall)
    hall.store.close()
    hub.close()


@pytest.fixture
def enter(sign_in):
    async def act(client, login="O0001"):
        return await sign_in(client, login=login, password=DEMO_PASSWORD, window="")

    return act
