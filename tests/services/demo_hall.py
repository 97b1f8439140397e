"""A demo hall with packs from a demo city, made once and copied for each test; loaded by path, no test itself."""

import shutil
import uuid
from datetime import datetime, timedelta
from random import Random

import msgspec

from appliance.clock import SHANGHAI, FixedClock
from appliance.domain.actor import Actor, Role
from appliance.domain.entry import read_event
from appliance.projections import cases
from appliance.projections.items import Items
from appliance.services.intake import ReceiveCase
from appliance.services.passwords import HashLimits
from appliance.store.case_entries import entries_of
from provisioning.applications import make_application
from provisioning.demo import make_demo
from provisioning.walk import Cast, Walker
from sync.opening import open_enrolled

MORNING = datetime(2026, 11, 23, 9, 30, tzinfo=SHANGHAI)
CHEAP = HashLimits(passes=1, memory_bytes=8192)
FOOD = "420100001000"
CLERK = Actor("W0312", Role.WINDOW_CLERK, "03")


def make_template(folder):
    """Make the demo once; returns the hall's folder, to be copied."""
    hall = folder / "hall"
    make_demo(hall, folder / "city", hall_port=8600, city_port=8700, clock=FixedClock(MORNING), limits=CHEAP)
    return hall


class DemoHall:
    """An open copy of the template; `walk` walks cases, `do` sends one command."""

    def __init__(self, template, folder):
        self.directory = folder / "hall"
        shutil.copytree(template, self.directory, ignore=shutil.ignore_patterns("owner.*"))
        self.clock = FixedClock(MORNING)
        self.opened = open_enrolled(self.directory, self.clock)
        self.store, self.desk, self.cast = self.opened.store, self.opened.desk, Cast()
        self.origin = self.opened.trust.ticket.h2c_origin
        self.items = {item.catalog_code: item for item in Items().all_current(self.desk.reader())}
        self._walkers = 0

    def walker(self, seed="walk", stories=None):
        self._walkers += 1
        more = {"stories": stories} if stories else {}
        return Walker(self.desk, Random(seed), self.clock, name=f"{seed}:{self._walkers}", **more)

    def walk(self, story=None, item=None, seed=None):
        """Walk one case to the end of its story and give what was done."""
        seed = seed or f"{story.name if story else ''}:{item.catalog_code if item else ''}"
        done = []
        for one in self.walker(seed).walk_one(story, item):
            done.append(one)
            self.clock.advance(timedelta(minutes=3))
        return done

    def do(self, command, actor=CLERK, key=None):
        return self.desk.submit_now(command, actor=actor, key=key or str(uuid.uuid4()))

    def intake(self, code=FOOD, seed=1, **changes):
        """Give the command that takes in a seeded application for an item."""
        item = self.items[code]
        made = make_application(Random(seed), item, today=self.clock.now().date())
        command = ReceiveCase(
            item_code=code,
            item_version=item.task_version,
            applicant=made.applicant,
            agent=made.agent,
            form=made.form,
            materials=made.materials,
            ticket="A047",
        )
        return msgspec.structs.replace(command, **changes)

    def case(self, no):
        return cases.find(self.desk.reader(), no)

    def events(self, no):
        return [read_event(one.record.entry, one.record.private) for one in entries_of(self.desk.reader(), no)]

    def types(self, no):
        return [event.TYPE for _, event in self.events(no)]

    def close(self):
        self.store.close()
