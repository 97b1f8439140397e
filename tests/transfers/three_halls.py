"""A demo city with a district hall and two sites, all open in this process; loaded by path, no test itself."""

import shutil
import uuid
from datetime import datetime, timedelta
from random import Random
from unittest.mock import patch

from appliance.clock import SHANGHAI, FixedClock
from appliance.domain.actor import Actor, Role
from appliance.domain.entry import read_event
from appliance.projections import cases
from appliance.projections.items import Items
from appliance.projections.registry import HallProjector
from appliance.services.passwords import HashLimits
from appliance.services.transfers import TakeOverCase, TransferCase
from appliance.store.blobs import BlobStore
from appliance.store.case_entries import entries_of
from appliance.store.rebuild import rebuild_and_compare
from provisioning import demo
from provisioning.applications import make_application
from provisioning.case_walk import CaseWalk
from provisioning.cast import Cast
from provisioning.demo_halls import HALLS
from provisioning.demo_people import STAFF
from provisioning.stories import Story
from sync.agent import SyncLimits, sync_once
from sync.city_client import CityClient
from sync.enrolment import read_seed
from sync.hub.conservation import balances, summary
from sync.hub.hub import RECEIPTS_SEED, make_hub
from sync.hub.keyring import load_epochs
from sync.hub.projections import HubProjector
from sync.opening import open_enrolled
from sync.transports.local import LocalTransport

MORNING = datetime(2026, 11, 23, 9, 30, tzinfo=SHANGHAI)
CHEAP = HashLimits(passes=1, memory_bytes=8192)
FOOD = "420100001000"
WHY = "按区级集中审批的安排送区大厅办理"
BACK = "结果已经制好，送回收件窗口发给申请人"
MANAGER = Actor("M4001", Role.HALL_MANAGER)


def make_template(folder):
    """Make the city and its three halls once, to be copied."""
    clock = FixedClock(MORNING)
    with patch.object(demo, "lease_numbers"):  # tests lease their own blocks
        for number, place in enumerate(HALLS):
            hall = folder / place.folder
            demo.make_demo(
                hall, folder / "city", hall_port=8600 + number, city_port=8700, clock=clock, limits=CHEAP, place=place
            )
    return folder


class OneHall:
    """One of the halls."""

    def __init__(self, world, place):
        self.world, self.place, self.directory = world, place, world.folder / place.folder
        self.cast = Cast(place.people(STAFF))
        self.walks = {}
        self.open()

    def open(self):
        self.opened = open_enrolled(self.directory, self.world.clock)
        self.store, self.desk = self.opened.store, self.opened.desk
        self.port = self.opened.as_sync_port("test")

    @property
    def origin(self):
        return self.opened.trust.ticket.h2c_origin

    def case(self, no):
        return cases.find(self.desk.reader(), no)

    def do(self, command, actor):
        self.world.clock.advance(timedelta(minutes=1))
        return self.desk.submit_now(command, actor=actor, key=str(uuid.uuid4()))

    def clerk(self):
        return self.cast.clerk(Random(1))

    def handler(self, no):
        return self.cast.someone(Role.CASE_HANDLER, self.case(no).department)

    def walk_of(self, story, made):
        return CaseWalk(
            random=Random(1), cast=self.cast, story=story, made=made, submit=self.do, find=self.case,
            desk=self.desk, clock=self.world.clock,
        )  # fmt: skip

    def receive(self, seed=1):
        """Take in a food case at the window; gives its number."""
        item = next(one for one in Items().all_current(self.desk.reader()) if one.catalog_code == FOOD)
        made = make_application(Random(seed), item, today=self.world.clock.now().date())
        walk = self.walk_of(Story("received", 1), made)
        no = self.do(walk._receive(), self.clerk()).result["case"]
        self.world.made[no] = made
        return no

    def give(self, no, to, purpose="handle", reason=WHY, actor=None):
        command = TransferCase(case=no, version=self.case(no).version, to=to.place.code, purpose=purpose, reason=reason)
        return self.do(command, actor or self.clerk())

    def take_over(self, no, actor=None):
        return self.do(TakeOverCase(case=no, version=self.case(no).version), actor or self.clerk())

    def decide(self, no):
        """Pre-review, accept, review, decide and produce the result."""
        walk = self.walk_of(Story("decided", 1), self.world.made[no])
        clerk = self.clerk()
        for _ in walk._pre_review(no, clerk):
            pass
        for _ in walk.review(no, clerk):
            pass
        for done in walk._issue(no, clerk):
            if done.command.__class__.__name__ == "ProduceResult":
                return

    def hand_over(self, no):
        walk = self.walk_of(Story("handed", 1), self.world.made[no])
        return self.do(walk.hand_over(no), self.clerk())

    def types(self, no):
        return [read_event(one.record.entry, one.record.private)[1].TYPE for one in entries_of(self.desk.reader(), no)]

    def sync(self):
        return sync_once(self.port, CityClient(LocalTransport(self.world.hub)), self.world.clock, SyncLimits())

    def rebuilt(self):
        projector = HallProjector(BlobStore(self.directory / "blobs"), replaying=True)
        return rebuild_and_compare(self.directory / "hall.db", self.world.spot(), projector, self.world.clock)

    def close(self):
        self.store.close()


class World:
    """The city and its halls."""

    def __init__(self, template, folder):
        self.folder, self.clock, self.made, self.spots = folder / "world", FixedClock(MORNING), {}, 0
        shutil.copytree(template, self.folder, ignore=shutil.ignore_patterns("owner.*"))
        self.city = self.folder / "city"
        self.hub = make_hub(self.city, self.clock)
        self.district, self.east, self.south = self.halls = tuple(OneHall(self, place) for place in HALLS)

    def spot(self):
        self.spots += 1
        return self.folder / f"spot-{self.spots}"

    def sync(self, rounds=2):
        """Everybody talks to the city, some rounds."""
        for _ in range(rounds):
            self.clock.advance(timedelta(minutes=1))
            states = [hall.sync().state for hall in self.halls]
        return states

    def city_case(self, no):
        row = self.hub.store.reader().execute("SELECT hall, state, leg, gone FROM hub_case WHERE case_no = ?", (no,))
        return row.fetchone()

    def rebuilt(self):
        projector = HubProjector(read_seed(self.city / "keys" / RECEIPTS_SEED))
        return rebuild_and_compare(self.city / "city.db", self.spot(), projector, self.clock)

    def conserved(self):
        return summary(balances(self.hub.view, load_epochs(self.city, self.hub.keyring.root)))

    def close(self):
        for hall in self.halls:
            hall.close()
        self.hub.close()
