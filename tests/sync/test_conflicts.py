"""Each kind of conflict end to end: found by the city from signed entries, shown at both sides, resolved, equal."""

import hashlib
from datetime import timedelta
from random import Random
from uuid import uuid4

import pytest

from appliance.clock import format_time
from appliance.domain.actor import Actor, Role
from appliance.domain.city_commands import Kind as Ask
from appliance.domain.conflicts import Kind
from appliance.domain.decide import conflicts as rules
from appliance.domain.events import CaseGranted, CaseWithdrawn, CommandAnswered, LicenceStatus, PackPublished
from appliance.domain.states import State
from appliance.domain.subject import Applicant, MaterialIn
from appliance.errors import Conflict, Forbidden, NotFound, WrongState
from appliance.projections import city_commands, conflicts
from appliance.store.change import Change, Decision, NewEntry
from appliance.store.store import open_store
from sync.agent import SyncLimits, sync_once
from sync.city_client import CityClient
from sync.enrolment import install_ticket, load_hall_keys, make_request
from sync.epochs import opening_change
from sync.hall import direct_hall
from sync.hub import conflicts as hub_conflicts
from sync.hub.board import flags_of
from sync.hub.conservation import balances, summary
from sync.hub.enrolment_desk import approve_request
from sync.hub.findings import findings
from sync.hub.keyring import load_epochs, load_keyring, officer_signer
from sync.hub.licence_status import publish_status
from sync.hub.requests import Request, Upload, send
from sync.owner import start_lease

OPERATOR = Actor("O1", Role.CITY_OPERATOR)
HEAD = Actor("D1", Role.DEPT_HEAD)
MANAGER = Actor("M1", Role.HALL_MANAGER)
CASE = "S42019901000000AA"
LICENCE = "1.2.156.3005.2.11420199MBDEM004XU002.11420199MBDEM004XU.2026A1B2C3D4E5F6G7H8.001.1"
WORDS = "已经与申请人核实并留有记录"
HERE = "42019901"


class Tables:
    """A hall's read model, small: what the city asked, and conflicts."""

    def __init__(self):
        self.blobs = None

    def schemas(self):
        return tuple((model.name, model.schema) for model in (city_commands.MODEL, conflicts.MODEL))

    def ready(self, applied):
        return not isinstance(applied.event, PackPublished) or self.blobs.has(applied.event.sha256)

    def apply(self, connection, applied):
        city_commands.apply(connection, applied)
        conflicts.apply(connection, applied)


@pytest.fixture
def world(world_with):
    return world_with(Tables())


@pytest.fixture
def second(world, tmp_path):
    """A second hall of the same city."""
    directory = tmp_path / "second"
    keys = load_hall_keys(directory, city="demo", hall="42019902", epoch=1, clock=world.clock, random=bytes_of("h2"))
    request = make_request(
        keys, city="demo", area="420199", hall_code="02", hall_name="第二大厅", epoch=1, now=world.clock.now()
    )
    client, keyring = CityClient(world.transport), load_keyring(world.city_directory, world.clock)
    client.enrol(request)
    for officer in ("a", "b"):
        signer = officer_signer(world.city_directory / "handover" / f"officer-{officer}.seed", keyring)
        digest = hashlib.sha256(request).hexdigest()[:8]
        approve_request(world.city_directory, digest, signer, keyring, world.clock, bytes_of("c2h2"))
    trust = install_ticket(directory, client.enrol(request), keyring.root, clock=world.clock)
    tables = Tables()
    store = open_store(
        directory,
        clock=world.clock,
        projector=tables,
        signers={keys.h2c.name: keys.h2c},
        mirrors={trust.ticket.c2h_origin: trust.c2h},
        random=bytes_of("store2"),
    )
    tables.blobs = store.blobs
    store.writer.submit(opening_change(trust.ticket.h2c_origin)).result()
    start_lease(store, trust, world.clock)
    yield Second(store, direct_hall(store, directory, trust, keys, world.clock), trust)
    store.close()


class Second:
    def __init__(self, store, hall, trust):
        self.store, self.hall, self.trust = store, hall, trust


def bytes_of(label):
    return Random(label).randbytes


def put(store, event, case=None, actor=HEAD, blobs=()):
    """Write one event at a hall."""
    decision = Decision((NewEntry(event, case=case, blobs=blobs),), {})
    change = Change(key=str(uuid4()), actor=actor, content=uuid4().bytes, decide=lambda _: decision)
    return store.writer.submit(change).result()


def sync_all(world, *others):
    """Three rounds of everybody: what is found in one is told in the next (protocol §6, invariant 12)."""
    for _ in range(3):
        world.clock.advance(timedelta(minutes=1))
        outcomes = [world.sync()]
        outcomes += [sync_once(one.hall, world.city, world.clock, SyncLimits()) for one in others]
    assert {outcome.state for outcome in outcomes} == {"equal"}


def resolve_here(store, conflict, choice, actor=HEAD, here=HERE, state=None):
    """Resolve at a hall as `appliance.services.conflicts` does, without a roster."""

    def decide(context):
        found = conflicts.find(context.connection, conflict)
        event = rules.resolve(
            found, choice=choice, words=WORDS, actor=actor, here=here, at=format_time(context.now), state=state
        )
        return Decision((NewEntry(event),), {})

    store.writer.submit(Change(key=str(uuid4()), actor=actor, content=uuid4().bytes, decide=decide)).result()


def only(store, kind):
    (found,) = [one for one in conflicts.listing(store.reader()) if one.kind == kind]
    return found


def same_everywhere(world, *others):
    """Both sides hold the same rows, words included, and nothing is missing or doubled."""
    city = world.hub.store.reader()
    for store in (world.store, *(one.store for one in others)):
        here = store.reader()
        for found in conflicts.listing(here):
            assert conflicts.find(city, found.conflict) == found
            assert conflicts.words_of(city, found.conflict) == conflicts.words_of(here, found.conflict)
        for asked in city_commands.listing(here):
            assert city_commands.find(city, asked.command) == asked
    assert summary(balances(world.hub.view, load_epochs(world.city_directory, world.root)))["holds"]


def ask(world, kind, subject, command="c-1", **more):
    return send(world.hub, HERE, Request(command, kind, subject, more.pop("words", WORDS), **more), actor=OPERATOR)


def test_one_applicant_and_item_at_two_halls_is_the_later_halls_to_ask(world, second, receipt_of_window):
    world.write(case="S42019901000000AA")
    world.clock.advance(timedelta(hours=1))
    put(second.store, receipt_of_window, "S42019902000000AA")
    other = Applicant(kind="person", name="李四", id_type="111", id_number="420199199001015678")
    put(second.store, type(receipt_of_window)(**{**fields(receipt_of_window), "applicant": other}), "S42019902000000AB")
    sync_all(world, second)
    found = only(world.store, Kind.TAKEN_TWICE)
    assert (found.owner, found.subject) == ("42019902", "S42019902000000AA")
    assert [one.subject for one in found.evidence] == ["S42019902000000AA", "S42019901000000AA"]
    assert only(second.store, Kind.TAKEN_TWICE) == only(world.hub.store, Kind.TAKEN_TWICE) == found
    with pytest.raises(Forbidden):
        resolve_here(world.store, found.conflict, "both_stand")
    with pytest.raises(Exception, match="状态不符"):
        resolve_here(second.store, found.conflict, "withdrawn_here", here="42019902", state=State.RECEIVED)
    put(second.store, CaseWithdrawn(reason="在另一大厅办理"), "S42019902000000AA")
    resolve_here(second.store, found.conflict, "withdrawn_here", here="42019902", state=State.WITHDRAWN)
    sync_all(world, second)
    assert only(world.store, Kind.TAKEN_TWICE).choice == "withdrawn_here"
    assert conflicts.words_of(world.store.reader(), found.conflict) == WORDS
    same_everywhere(world, second)


def test_no_conflict_when_the_first_case_was_over_before_the_second_began(world, second, receipt_of_window):
    world.write(case="S42019901000000AA")
    put(world.store, CaseWithdrawn(reason="不办了"), "S42019901000000AA")
    world.clock.advance(timedelta(hours=1))
    put(second.store, receipt_of_window, "S42019902000000AA")
    sync_all(world, second)
    assert conflicts.listing(world.hub.store.reader()) == []


def fields(event):
    return {name: getattr(event, name) for name in event.__struct_fields__}


def relying(event):
    material = MaterialIn(code="M1", name="营业执照", form="licence", licence=LICENCE)
    return type(event)(**{**fields(event), "materials": (material,)})


def test_a_licence_revoked_while_the_hall_relied_on_it_is_found_and_only_then(world, receipt_of_window):
    put(world.store, relying(receipt_of_window), "S42019901000000A0")  # before the city spoke: right when it was done
    sync_all(world)
    publish_status(world.hub, (LicenceStatus(identifier=LICENCE, status="revoked", on="2026-11-20"),))
    world.clock.advance(timedelta(hours=1))
    put(world.store, relying(receipt_of_window), CASE)
    sync_all(world)
    found = only(world.store, Kind.LICENCE_REVOKED)
    assert (found.subject, found.owner, found.evidence[1].subject) == (CASE, HERE, LICENCE)
    resolve_here(world.store, found.conflict, "replaced")
    put(world.store, relying(receipt_of_window), "S42019901000000AB")  # knows by now: the hall's own business
    sync_all(world)
    assert only(world.hub.store, Kind.LICENCE_REVOKED).choice == "replaced"
    same_everywhere(world)


def test_what_the_city_ended_is_looked_up_again_when_its_log_has_grown(world):
    ended, heard = city_commands.Ended(), world.store.reader
    sync_all(world)
    assert not ended.has(heard(), Ask.WITHDRAW_ITEM, "food", 1, seen=1)
    ask(world, Ask.WITHDRAW_ITEM, "food", item_version=1)
    sync_all(world)
    assert not ended.has(heard(), Ask.WITHDRAW_ITEM, "food", 1, seen=1)  # kept: this size of the log says so for ever
    assert ended.has(heard(), Ask.WITHDRAW_ITEM, "food", 1, seen=2)
    assert not ended.has(heard(), Ask.WITHDRAW_ITEM, "food", 2, seen=2)


def test_a_version_stopped_meanwhile(world):
    sync_all(world)
    ask(world, Ask.WITHDRAW_ITEM, "food", item_version=1)
    world.clock.advance(timedelta(hours=1))
    world.write(case=CASE)
    sync_all(world)
    found = only(world.store, Kind.VERSION_WITHDRAWN)
    ended = city_commands.Ended()
    assert ended.has(world.store.reader(), Ask.WITHDRAW_ITEM, "food", 1)
    assert not ended.has(world.store.reader(), Ask.WITHDRAW_ITEM, "food", 2)
    resolve_here(world.store, found.conflict, "pinned")
    sync_all(world)
    same_everywhere(world)


def test_a_withdrawal_that_comes_after_the_decision(world):
    world.write(case=CASE)
    sync_all(world)
    asked = ask(world, Ask.WITHDRAW, CASE)
    put(world.store, granted(), CASE)
    sync_all(world)
    found = only(world.store, Kind.LATE_WITHDRAWAL)
    assert (found.subject, found.evidence[1].index) == (CASE, asked.index)
    resolve_here(world.store, found.conflict, "decision_stands", state=State.CLOSED)
    with pytest.raises(WrongState):
        resolve_here(world.store, found.conflict, "cancelled", state=State.CLOSED)
    sync_all(world)
    same_everywhere(world)


def granted():
    return CaseGranted(decided_on="2026-11-23", document_no="示〔2026〕1号", deadlines=(), content="准予")


def test_somebody_who_was_disabled_while_he_worked_is_one_item(world):
    sync_all(world)
    ask(world, Ask.DISABLE_STAFF, "C0001")
    world.clock.advance(timedelta(hours=1))
    world.write(cases=2)
    sync_all(world)
    found = only(world.store, Kind.STAFF_DISABLED)
    assert found.subject == "C0001"
    with pytest.raises(Forbidden):
        resolve_here(world.store, found.conflict, "ratified")
    resolve_here(world.store, found.conflict, "ratified", actor=MANAGER)
    sync_all(world)
    same_everywhere(world)


def test_digests_that_disagree(world):
    world.write(case=CASE)
    sync_all(world)
    ask(world, Ask.SUPPLEMENT, CASE, uploads=(Upload("M1", "营业执照", b"%PDF-1.7 sent"),))
    sync_all(world)
    sent = city_commands.words_of(world.store.reader(), city_commands.find(world.store.reader(), "c-1"))
    assert world.store.blobs.has(sent.materials[0].files[0].sha256)  # came down before it was applied
    put(world.store, CommandAnswered(command="c-1", outcome="carried_out", files=("00" * 32,)), CASE)
    sync_all(world)
    found = only(world.store, Kind.MATERIAL_DIFFERS)
    resolve_here(world.store, found.conflict, "hall_counts")
    sync_all(world)
    same_everywhere(world)


def test_a_number_taken_twice_is_the_citys_and_is_flagged_until_it_says_so(world):
    world.write(case=CASE)
    world.write(case=CASE)
    sync_all(world)
    found = only(world.store, Kind.NUMBER_TAKEN)
    assert (found.owner, found.subject) == ("", CASE)
    assert len(found.evidence) == 2
    assert [one["kind"] for one in flags_of(world.hub, HERE)] == ["number_taken"]
    with pytest.raises(Forbidden):
        resolve_here(world.store, found.conflict, "distinguished")
    hub_conflicts.resolve(world.hub, found.conflict, choice="distinguished", words=WORDS, actor=OPERATOR)
    assert flags_of(world.hub, HERE) == []
    sync_all(world)
    same_everywhere(world)


def test_a_case_without_its_receipt(world):
    put(world.store, CaseWithdrawn(reason="不办了"), CASE)
    sync_all(world)
    found = only(world.store, Kind.CASE_UNKNOWN)
    with pytest.raises(NotFound):
        hub_conflicts.resolve(world.hub, "nothing", choice="kept", words=WORDS, actor=OPERATOR)
    hub_conflicts.resolve(world.hub, found.conflict, choice="kept", words=WORDS, actor=OPERATOR)
    sync_all(world)
    assert not only(world.store, Kind.CASE_UNKNOWN).open
    same_everywhere(world)


def test_looking_again_finds_the_same_and_writes_nothing(world):
    world.write(case=CASE)
    world.write(case=CASE)
    sync_all(world)
    size = world.hub.stored(world.trust.c2h).size
    reader, end = world.hub.store.reader(), world.hub.stored(world.trust.h2c).size
    (again,) = findings(reader, world.h2c, 0, end)
    assert again.conflict == only(world.hub.store, Kind.NUMBER_TAKEN).conflict
    world.hub.store.writer.local(
        lambda connection: connection.execute("DELETE FROM setting WHERE name LIKE 'conflicts_looked:%'")
    ).result()
    assert hub_conflicts.look(world.hub, world.trust) == 0
    assert world.hub.stored(world.trust.c2h).size == size


def test_a_request_is_sent_once_and_only_about_the_halls_own_case(world):
    world.write(case=CASE)
    sync_all(world)
    first = ask(world, Ask.WITHDRAW, CASE)
    assert ask(world, Ask.WITHDRAW, CASE) == first
    with pytest.raises(Conflict):
        ask(world, Ask.WITHDRAW, CASE, words="另外一个原因，不是那一个")
    with pytest.raises(NotFound):
        ask(world, Ask.SUPERVISE, "S42019901000000ZZ", command="c-2")
    sync_all(world)
    (asked,) = city_commands.listing(world.store.reader(), only_open=True)
    assert (asked.command, asked.hall, asked.due) == ("c-1", HERE, "2026-11-24")
    same_everywhere(world)
