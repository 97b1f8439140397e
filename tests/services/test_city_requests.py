"""What the city asks, through the real hall and city: done or refused at the hall, and seen as such at the city."""

import hashlib
import shutil
from datetime import timedelta

import pytest

from appliance.domain.actor import Actor, Role
from appliance.domain.city_commands import Kind
from appliance.domain.states import State
from appliance.domain.subject import Applicant
from appliance.errors import Forbidden, Invalid, WrongState
from appliance.projections import city_commands, conflicts
from appliance.services.city_commands import CarryOut, RefuseCommand
from appliance.services.conflicts import ResolveConflict
from appliance.services.intake import ReceiveCase
from provisioning.stories import Story
from sync.agent import SyncLimits, sync_once
from sync.city_client import CityClient
from sync.enrolment import load_hall_keys
from sync.hall import direct_hall
from sync.hub.hub import make_hub
from sync.hub.requests import Request, Upload, send
from sync.transports.local import LocalTransport

CLERK = Actor("W0312", Role.WINDOW_CLERK, "03")
MANAGER = Actor("M4001", Role.HALL_MANAGER)
HEAD = Actor("D6001", Role.DEPT_HEAD)
WORDS = "已经电话联系申请人核实情况"


class Pair:
    """A demo hall and its city in one process."""

    def __init__(self, hall, template):
        self.hall = hall
        city = hall.directory.parent / "city"
        shutil.copytree(template.parent / "city", city, ignore=shutil.ignore_patterns("owner.*"))
        self.hub = make_hub(city, hall.clock)
        trust = hall.opened.trust
        keys = load_hall_keys(hall.directory, city=trust.ticket.city, hall=trust.ticket.hall, epoch=1, clock=hall.clock)
        self.code = trust.ticket.hall
        self.agent = direct_hall(hall.store, hall.directory, trust, keys, hall.clock)
        self.city = CityClient(LocalTransport(self.hub))

    def sync(self):
        for _ in range(3):
            last = sync_once(self.agent, self.city, self.hall.clock, SyncLimits())
        assert last.state == "equal"

    def ask(self, kind, subject, command="wx-1", words=WORDS, **more):
        asked = send(self.hub, self.code, Request(command, kind, subject, words, **more))
        self.sync()
        return asked

    def at_city(self, command="wx-1"):
        return city_commands.find(self.hub.store.reader(), command)


@pytest.fixture
def pair(hall, demo_template):
    made = Pair(hall, demo_template)
    yield made
    made.hub.close()


def food(hall):
    return next(item for item in hall.items.values() if "食品" in item.task_name)


def started(pair, story):
    """Walk a case of the food item as far as a story goes."""
    done = pair.hall.walk(story, food(pair.hall))
    pair.sync()
    return done[-1].case


def test_an_online_withdrawal_waits_for_a_clerk_and_withdraws_once(pair):
    no = started(pair, Story("received", 1, until=State.RECEIVED))
    pair.ask(Kind.WITHDRAW, no, uploads=(Upload("L", "撤回申请书", b"%PDF-1.7 letter"),))
    assert pair.hall.case(no).state is State.RECEIVED  # nothing by itself
    with pytest.raises(Forbidden):
        pair.hall.do(CarryOut(command="wx-1"), HEAD)
    with pytest.raises(Invalid):
        pair.hall.do(RefuseCommand(command="wx-1", ground="decided", words=WORDS))
    pair.hall.do(CarryOut(command="wx-1"))
    assert pair.hall.case(no).state is State.WITHDRAWN
    with pytest.raises(WrongState):
        pair.hall.do(CarryOut(command="wx-1"))
    pair.sync()
    assert (pair.at_city().outcome, pair.at_city().answered_by) == ("carried_out", "W0312")


def test_an_online_application_becomes_a_case_with_its_files(pair):
    item = food(pair.hall)
    applicant = Applicant(
        kind="person", name="张示例", id_type="111", id_number="42019919900101123X", phone="13800000000"
    )
    made = pair.hall.walker("apply")._application(Story("plain", 1), item)
    upload = Upload(item.materials[0].code, item.materials[0].name, b"%PDF-1.7 online")
    pair.ask(
        Kind.APPLY, item.catalog_code, "wx-0", applicant=made.applicant, form=made.form, notice=1, uploads=(upload,)
    )
    no = pair.hall.do(CarryOut(command="wx-0")).result["case"]
    case = pair.hall.case(no)
    assert (case.state, case.applicant.name) == (State.SUBMITTED, made.applicant.name)
    assert case.materials[0].files[0].sha256 == hashlib.sha256(b"%PDF-1.7 online").hexdigest()
    pair.ask(Kind.APPLY, item.catalog_code, applicant=applicant, form={}, notice=1)
    with pytest.raises(Invalid):
        pair.hall.do(CarryOut(command="wx-1"))  # the form is not filled: it is refused, or asked for anew
    pair.hall.do(RefuseCommand(command="wx-1", ground="not_ours", words=WORDS))
    pair.sync()
    assert (pair.at_city().outcome, pair.at_city().ground) == ("refused", "not_ours")
    assert city_commands.answer_of(pair.hub.store.reader(), pair.at_city()).words == WORDS


def test_an_online_supplement_meets_the_lines_that_it_answers(pair):
    no = started(pair, Story("correction", 1, held_back=1, until=State.CORRECTION_PENDING))
    case = pair.hall.case(no)
    target = next(line.line.target for line in case.notice_lines if not line.line.target.startswith("form:"))
    pair.ask(Kind.SUPPLEMENT, no, uploads=(Upload(target, "补交的材料", b"%PDF-1.7 more"),))
    assert pair.hall.store.blobs.has(hashlib.sha256(b"%PDF-1.7 more").hexdigest())
    pair.hall.do(CarryOut(command="wx-1"))
    assert all(line.met for line in pair.hall.case(no).notice_lines if line.line.target == target)
    pair.sync()
    assert pair.at_city().outcome == "carried_out"
    assert conflicts.listing(pair.hub.store.reader()) == []


def test_a_supervision_order_is_answered_in_words_by_the_cases_department(pair):
    no = started(pair, Story("received", 1, until=State.RECEIVED))
    pair.ask(Kind.SUPERVISE, no)
    with pytest.raises(Forbidden):
        pair.hall.do(CarryOut(command="wx-1", words=WORDS), CLERK)
    with pytest.raises(Invalid):
        pair.hall.do(CarryOut(command="wx-1", words="好"), HEAD)
    pair.hall.do(CarryOut(command="wx-1", words=WORDS), HEAD)
    pair.sync()
    assert pair.at_city().outcome == "carried_out"


def test_who_is_disabled_does_nothing_more_and_a_stopped_version_takes_in_nothing(pair):
    item = food(pair.hall)
    pair.ask(Kind.WITHDRAW_ITEM, item.catalog_code, item_version=item.task_version)
    applicant = Applicant(kind="person", name="张示例", id_type="111", id_number="42019919900101123X")
    receive = ReceiveCase(item_code=item.catalog_code, item_version=item.task_version, applicant=applicant)
    with pytest.raises(WrongState, match="停用"):
        pair.hall.do(receive)
    pair.ask(Kind.DISABLE_STAFF, "W0312", command="wx-2")
    with pytest.raises(Forbidden, match="停用"):
        pair.hall.do(receive)
    pair.hall.do(CarryOut(command="wx-2", words=WORDS), MANAGER)
    pair.sync()
    assert pair.at_city("wx-2").outcome == "carried_out"


def test_a_conflict_is_resolved_by_the_cases_department_when_the_case_is_there(pair):
    steps = pair.hall.walker("granted").walk_one(Story("granted", 1), food(pair.hall))
    no = next(steps).case
    pair.sync()
    # The link is gone: the applicant withdraws at the city, and the hall, which cannot know, goes on to the end.
    send(pair.hub, pair.code, Request("wx-1", Kind.WITHDRAW, no, WORDS))
    for _ in steps:
        pair.hall.clock.advance(timedelta(minutes=3))
    pair.sync()
    (found,) = conflicts.listing(pair.hall.desk.reader(), only_open=True)
    assert (found.kind, found.subject, found.owner) == ("late_withdrawal", no, pair.code)
    with pytest.raises(Forbidden):
        pair.hall.do(ResolveConflict(conflict=found.conflict, choice="decision_stands", words=WORDS), CLERK)
    with pytest.raises(Invalid):
        pair.hall.do(ResolveConflict(conflict=found.conflict, choice="decision_stands", words="好"), HEAD)
    pair.hall.do(ResolveConflict(conflict=found.conflict, choice="decision_stands", words=WORDS), HEAD)
    pair.hall.do(RefuseCommand(command="wx-1", ground="decided", words=WORDS))
    pair.sync()
    assert conflicts.find(pair.hub.store.reader(), found.conflict) == conflicts.find(
        pair.hall.desk.reader(), found.conflict
    )
    assert pair.at_city().ground == "decided"
