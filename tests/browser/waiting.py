"""What waits for somebody in the house: cases at rare places, a request of the city, a conflict, a silent hall.

All of it comes about as it would: the demo's own walk through the services, a second hall that synced and fell silent,
the operator's page.
"""

import time
from contextlib import contextmanager
from pathlib import Path
from random import Random
from uuid import uuid4

import msgspec

from appliance.clock import SystemClock
from appliance.config import CITY_FILE, CityConfig, dump, load
from appliance.domain.states import State
from appliance.domain.subject import SubjectKind
from appliance.projections import cases
from appliance.projections.commands import open_reader
from appliance.services.intake import ReceiveCase
from appliance.services.opening import desk_for_commands
from appliance.services.passwords import HashLimits
from appliance.services.transfers import TransferCase
from provisioning.applications import make_applicant, make_application
from provisioning.cast import Cast
from provisioning.demo import make_demo
from provisioning.demo_halls import DISTRICT, SITES, people_at
from provisioning.stories import Story
from provisioning.walk import Walker
from sync.agent import sync_once
from sync.city_client import CityClient
from sync.hub.hub import make_hub
from sync.opening import keys_of, open_enrolled, require_trust
from sync.transports.local import LocalTransport

SILENT_AFTER_SECONDS = 40
FOUND_SECONDS_MAX = 120
FOOD = "420100001000"
SITE = SITES[0]


def application(item, seed=31):
    """Make an application; that of the first seed is handed in at both halls."""
    random, clock = Random(seed), SystemClock()
    made = make_application(
        random, item, today=clock.now().date(), applicant=make_applicant(random, SubjectKind.SELF_EMPLOYED),
        by_agent=False, held_back=0, licences={}, later=None,
    )  # fmt: skip
    return ReceiveCase(
        item_code=item.catalog_code, item_version=item.task_version, applicant=made.applicant, form=made.form,
        materials=made.handed_in, channel="walk_in", ticket="",
    )  # fmt: skip


def second_hall(directory: Path, city_port: int, hall_port: int):
    """Let a second hall of the city take a case in, sync, and be heard of no more; the city must not be running."""
    clock, city = SystemClock(), directory / "city"
    make_demo(
        directory / "second", city, hall_port=hall_port, city_port=city_port, clock=clock, place=SITE,
        limits=HashLimits(passes=1, memory_bytes=8192),
    )  # fmt: skip
    settings = load(city / CITY_FILE, CityConfig)
    (city / CITY_FILE).write_text(dump(msgspec.structs.replace(settings, silence_seconds=SILENT_AFTER_SECONDS)))
    opened, hub = open_enrolled(directory / "second", clock), make_hub(city, clock)
    try:
        item = opened.desk.facts.items.current(opened.desk.reader(), FOOD)
        clerk = Cast(people_at(SITE.code)).clerk(Random(1))
        opened.desk.submit_now(application(item), actor=clerk, key=str(uuid4()))
        moved = opened.desk.submit_now(application(item, 32), actor=clerk, key=str(uuid4())).result["case"]
        sync_once(opened.as_sync_port("demo"), CityClient(LocalTransport(hub)), clock)
        give = TransferCase(
            case=moved, version=None, to=DISTRICT.code, purpose="handle", reason="经营场所在示范区大厅的辖区"
        )
        opened.desk.submit_now(give, actor=clerk, key=str(uuid4()))
        for _ in range(2):
            sync_once(opened.as_sync_port("demo"), CityClient(LocalTransport(hub)), clock)
    finally:
        hub.close()
        opened.store.close()


@contextmanager
def desk_of(directory):
    """Give the way to the running owner of a hall, as the command line has it."""
    clock, trust = SystemClock(), require_trust(directory)
    keys = keys_of(directory, trust, clock)
    with desk_for_commands(directory, clock=clock, signer=keys.h2c, mirror=trust.c2h) as desk:
        yield desk


def rare_cases(directory):
    """Walk cases to where the demo leaves none: above, tolerated materials open, examined again; one taken twice."""
    with desk_of(directory) as desk:
        walker = Walker(desk, Random(11), SystemClock(), name=f"waiting:{uuid4()}")
        items = {one.catalog_code: one for one in walker._items.all_current(desk.reader())}

        def leave(story, reached, codes):
            fits = [items[code] for code in codes if story.fits(items[code])]
            for item in fits:
                for done in walker.walk_one(story, item):
                    case = cases.find(desk.reader(), done.case)
                    if reached(case):
                        return case.no
            message = f"no item leads to {story.name}"
            raise AssertionError(message)

        leave(
            Story("forwarded", 1, needs="forward", until=State.FORWARDED), lambda c: c.state is State.FORWARDED, items
        )
        leave(Story("tolerant", 1, needs="tolerance"), lambda c: bool(c.open_tolerance), items)
        leave(Story("again", 1, held_back=1), lambda c: bool(c.notices) and c.state is State.PRE_REVIEW, [FOOD])
        clerk = Cast().clerk(Random(1))
        return desk.submit_now(application(items[FOOD]), actor=clerk, key=str(uuid4())).result["case"]


def furnish(house, reach):
    """Bring about all that waits, and wait until each side has heard of it."""
    case = rare_cases(house.hall_directory)
    ask_about_oneself(house, reach, case)
    with reach.signed_in(house.city, "O0001") as operator, reach.signed_in(house.hall, "D6001") as head:
        until_found(operator, "/conflicts", "/conflicts/")  # so the city has the case
        words = "请核实申请人反映的办理进度，并在期限内告知结果"
        reach.send(operator, "/requests", kind="supervise", hall=DISTRICT.code, subject=case, words=words)
        until_found(head, "/conflicts", "/conflicts/")
        until_found(head, "/city-requests", "/city-requests/")
        until_found(operator, "/alerts", f"/alerts/{SITE.code}")


def ask_about_oneself(house, reach, no):
    """Write down that the applicant of a case asks for the erasure of what is held of him."""
    connection = open_reader(house.hall_directory)
    who = cases.find(connection, no).applicant
    connection.close()
    person = {"name": who.name, "id_number": who.id_number}
    with reach.signed_in(house.hall, "W0312") as clerk:
        until_found(clerk, "/transfers", "/transfers/")
        found = reach.send(clerk, "/personal-data/new", **person)
        asks = {"right": "erase", "channel": "window", "ground": "purpose", "contact": "13900009999", "matters": no}
        answer = clerk.post("/personal-data/new", data={**reach.Page(found.text).fields, **asks, **person})
        assert answer.is_success, answer.text[-500:]


def until_found(client, path, beginning):
    """Wait until a page links to one whose address begins so."""
    end = time.monotonic() + FOUND_SECONDS_MAX
    while time.monotonic() < end:
        if f'href="{beginning}' in client.get(path).text:
            return
        time.sleep(0.5)
    message = f"{path} never led to {beginning}"
    raise TimeoutError(message)
