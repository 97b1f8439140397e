"""A hall on a new box: what the city and the old journal hold is there again, in the next epoch, and work goes on."""

import hashlib
import importlib.util
import re
import shutil
from contextlib import closing
from pathlib import Path

import pytest

from appliance.domain.events import PiiErased
from appliance.domain.withheld import place_text
from appliance.errors import Conflict, IntegrityFailure, Refusal, TransportFailure
from appliance.ledger.records import RecordState
from appliance.store.blobs import BlobStore
from appliance.store.change import Change, Decision, NewEntry
from appliance.store.event_store import iterate
from appliance.store.journal_files import DirectoryFiles
from appliance.store.rebuild import rebuild_and_compare
from appliance.store.store import open_store
from appliance.store.verify import verify_stored
from sync.enrolment import install_ticket, load_hall_keys, make_request
from sync.hall import direct_hall
from sync.hub import reads
from sync.hub.board import board
from sync.hub.enrolment_desk import approve_request
from sync.hub.keyring import officer_signer
from sync.hub.publish import publish_pack
from sync.messages import decode_append
from sync.recovery import recover, refuse_existing

SPEC = importlib.util.spec_from_file_location("sync_world", Path(__file__).with_name("conftest.py"))
place = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(place)
HALL = "42019901"


def entries(store, origin):
    return [(record.entry, record.private) for record in iterate(store.reader(), origin)]


class NewBox:
    """A machine that will be the hall, with fresh keys and a ticket of the next epoch."""

    def __init__(self, world, directory, epoch=2):
        self.world, self.directory = world, directory
        self.keys = load_hall_keys(
            directory, city="demo", hall=HALL, epoch=epoch, clock=world.clock, random=place.seeded(f"box{epoch}")
        )
        request = make_request(
            self.keys, city="demo", area="420199", hall_code="01", hall_name="厅", epoch=epoch, now=world.clock.now()
        )
        assert world.city.enrol(request) is None
        for officer in ("a", "b"):
            signer = officer_signer(world.city_directory / "handover" / f"officer-{officer}.seed", world.hub.keyring)
            digest = hashlib.sha256(request).hexdigest()[:12]
            approve_request(
                world.city_directory, digest, signer, world.hub.keyring, world.clock, place.seeded(f"c2h{epoch}")
            )
        self.trust = install_ticket(directory, world.city.enrol(request), world.root, clock=world.clock)

    def open(self):
        tables = place.HallTables()
        tables.blobs = BlobStore(self.directory / "blobs")
        return open_store(
            self.directory,
            clock=self.world.clock,
            projector=tables,
            signers={self.keys.h2c.name: self.keys.h2c},
            mirrors={self.trust.ticket.c2h_origin: self.trust.c2h},
            random=place.seeded("store again"),
        )

    def recover(self):
        return recover(
            self.directory,
            trust=self.trust,
            keys=self.keys,
            city=self.world.city,
            root=self.world.root,
            files=lambda: DirectoryFiles(self.directory / "journal"),
            open_hall=self.open,
            clock=self.world.clock,
        )

    def take_over(self):
        """Go on as the hall."""
        world = self.world
        world.store, world.hall_directory, world.trust, world.keys = self.open(), self.directory, self.trust, self.keys
        world.hall = direct_hall(world.store, self.directory, self.trust, self.keys, world.clock)


@pytest.fixture
def lived(world):
    """A hall with cases, a scan and a pack, all at the city; then its machine is gone."""
    publish_pack(world.hub, "staff", {"staff": [{"id": "C0001", "name": "李四"}]})
    world.write(cases=4, blobs=(world.blob(2 * 2**20 + 3),))
    assert world.sync().state == "equal"
    return world


def test_everything_is_there_again_and_work_goes_on_in_the_next_epoch(lived, tmp_path):
    world, (h2c, c2h) = lived, (lived.h2c, lived.c2h)
    own, down = entries(world.store, h2c), entries(world.store, c2h)
    world.store.close()
    shutil.rmtree(world.hall_directory)
    box = NewBox(world, tmp_path / "new")
    done = box.recover()
    assert (done.epoch, done.own, done.down, done.tail, done.missing) == (2, len(own), len(down), 0, ())
    assert (done.blobs, done.report.state) == (2, "equal")
    box.take_over()
    assert entries(world.store, h2c) == own
    assert entries(world.store, c2h) == down
    assert world.h2c.endswith("/h2c/e2")
    world.write(cases=2)
    assert world.sync().state == "equal"
    assert world.store.gate == "OPEN"
    (row,) = board(world.hub)
    assert (row.state, row.cases, row.flags) == ("equal", 6, 0)
    report = rebuild_and_compare(box.directory / "hall.db", tmp_path / "replay", tables_of(world), world.clock)
    assert report.ok, report.first


def test_a_form_sent_again_after_the_recovery_writes_nothing(lived, tmp_path):
    world = lived
    world.store.close()
    box = NewBox(world, tmp_path / "new")
    box.recover()
    box.take_over()
    size = world.store.durable_size(world.h2c)
    world.count -= 1
    world.write()  # the same key as before the machine died
    assert world.store.durable_size(world.h2c) == size


def test_what_was_erased_does_not_come_back_with_the_recovery(lived, tmp_path):
    world, h2c, before = lived, lived.h2c, lived.trust
    gone = [index for index, record in enumerate(iterate(world.store.reader(), h2c)) if record.private is not None]
    assert gone
    event = PiiErased(subject="GX1", basis="purpose", matter="S1", proposed_by="M4001", places=(place_text(h2c, gone),))
    decision = Decision((NewEntry(event),), {})
    world.store.writer.submit(Change("erase", place.CLERK, b"", lambda _: decision)).result()
    assert world.sync().state == "equal"
    journal = tmp_path / "journal-that-survived"
    shutil.copytree(world.hall_directory / "journal", journal)
    world.store.close()
    shutil.rmtree(world.hall_directory)
    box = NewBox(world, tmp_path / "new")
    shutil.copytree(journal, box.directory / "journal")
    box.recover()
    box.take_over()
    for store in (world.store, world.hub.store):
        states = [record.state for record in iterate(store.reader(), h2c)]
        assert [index for index, state in enumerate(states) if state is RecordState.ERASED] == gone
    verdict = verify_stored(world.store.reader(), h2c, before.h2c)
    assert verdict.failure is None, verdict.failure


def tables_of(world):
    tables = place.HallTables()
    tables.blobs = world.store.blobs
    return tables


def test_the_new_epoch_says_where_the_old_one_ended_and_closes_it(lived, tmp_path):
    world, old = lived, lived.hall
    box = NewBox(world, tmp_path / "new")
    assert not world.hub.stored(world.trust.h2c).closed  # a ticket alone closes nothing
    world.write(cases=1)
    assert world.sync().state == "equal"
    box.recover()
    assert world.hub.stored(world.trust.h2c).closed
    assert world.hub.stored(world.trust.c2h).closed
    with closing(box.open()) as store:
        first = entries(store, box.trust.ticket.h2c_origin)[0][0]
    assert world.h2c.encode() in first
    world.write(cases=1)  # the old box was not dead after all
    report = world.sync()
    assert report.state == "sync_blocked"
    assert old.own().size > world.hub.stored(world.trust.h2c).size
    world.reopen_hub()  # and a restart of the city knows it too
    assert world.hub.stored(world.trust.h2c).closed
    assert world.hub.hall(HALL).ticket.epoch == 2


def test_the_tail_of_a_journal_that_survived_goes_into_the_old_epoch(lived, tmp_path):
    world, h2c = lived, lived.h2c
    world.write(cases=3)  # acknowledged to people, never sent
    own = entries(world.store, h2c)
    world.store.close()
    journal = tmp_path / "new" / "journal"
    shutil.copytree(world.hall_directory / "journal", journal)  # the second device, put into the new box
    shutil.rmtree(world.hall_directory)
    box = NewBox(world, tmp_path / "new")
    done = box.recover()
    assert (done.own, done.tail, done.report.state) == (len(own), 3, "equal")
    assert entries(world.hub.store, h2c) == own
    assert world.hub.stored(world.trust.h2c).closed
    box.take_over()
    assert entries(world.store, h2c) == own


def test_cut_off_anywhere_it_goes_on(lived, tmp_path):
    world = lived
    world.store.close()
    box = NewBox(world, tmp_path / "new")
    world.transport.log.clear()
    for cut in range(60):
        (box.directory / "hall.db").unlink(missing_ok=True)
        world.transport.faults = ["ok"] * cut + ["lost"] * 500
        try:
            done = box.recover()
        except TransportFailure:
            continue
        if done.report.state == "equal":
            break
    world.transport.faults = []
    box.take_over()
    assert world.sync().state == "equal"
    assert cut > 5


class Narrow:
    """A link that dies under every answer or append with more than so many records."""

    def __init__(self, transport, records_max):
        self.true, self.records_max, self.carried = transport.request, records_max, 0

    def __call__(self, method, path, *, body=b"", **more):
        count = 0
        if found := re.search(r"/records/(\d+)-(\d+)$", path):
            count = int(found[2]) - int(found[1])
        elif path.endswith("/append"):
            count = len(decode_append(body).records)
        if count > self.records_max:
            raise TransportFailure("cut", code="unreachable")
        self.carried = max(self.carried, count)
        return self.true(method, path, body=body, **more)


@pytest.mark.parametrize("records_max", [1, 3])
@pytest.mark.parametrize("journal", ["lost", "survived"])
def test_one_recovery_is_enough_over_a_link_that_carries_few_records(lived, tmp_path, journal, records_max):
    world, h2c = lived, lived.h2c
    world.write(cases=7)
    if journal == "lost":
        assert world.sync().state == "equal"
    own = entries(world.store, h2c)
    world.store.close()
    if journal == "survived":  # seven cases are nowhere else
        shutil.copytree(world.hall_directory / "journal", tmp_path / "new" / "journal")
    box = NewBox(world, tmp_path / "new")
    world.transport.request = narrow = Narrow(world.transport, records_max)
    done = box.recover()
    assert (done.own, done.tail) == (len(own), 7 if journal == "survived" else 0)
    assert narrow.carried == records_max
    box.take_over()
    assert entries(world.store, h2c) == own
    assert entries(world.hub.store, h2c) == own


def test_a_link_that_carries_no_record_at_all_ends_the_recovery(lived, tmp_path):
    lived.store.close()
    box = NewBox(lived, tmp_path / "new")
    lived.transport.request = Narrow(lived.transport, 0)
    with pytest.raises(TransportFailure, match="cut"):
        box.recover()


def test_an_answer_that_would_be_too_large_is_asked_for_in_pieces(lived, tmp_path, monkeypatch):
    world, h2c = lived, lived.h2c
    world.write(cases=7)  # one append, so the city has one head for them
    assert world.sync().state == "equal"
    own = entries(world.store, h2c)
    world.store.close()
    box = NewBox(world, tmp_path / "new")
    monkeypatch.setattr(reads, "RECORDS_COUNT_MAX", 2)
    assert box.recover().own == len(own)
    box.take_over()
    assert entries(world.store, h2c) == own


def test_a_journal_of_another_history_is_not_mixed_with_the_city_s(lived, tmp_path):
    world = lived
    world.store.close()
    shutil.copytree(world.hall_directory, tmp_path / "twin")
    world.hall_directory, twin = tmp_path / "twin", world.hall_directory
    box = NewBox(world, tmp_path / "new")
    other = place.make_world(tmp_path / "other")
    other.write(cases=9)
    other.store.close()
    other.hub.close()
    shutil.copytree(tmp_path / "other/hall/journal", box.directory / "journal")
    with pytest.raises(IntegrityFailure) as refused:
        box.recover()
    assert refused.value.code == "histories_differ"
    assert not (box.directory / "hall.db").exists()
    assert twin.is_dir()


def test_a_first_epoch_and_a_box_that_has_a_hall_are_refused(lived, tmp_path):
    world = lived
    with pytest.raises(Conflict):
        refuse_existing(world.hall_directory, "hall.db")
    with pytest.raises(Refusal) as refused:
        recover(
            world.hall_directory,
            trust=world.trust,
            keys=world.keys,
            city=world.city,
            root=world.root,
            files=lambda: None,
            open_hall=lambda: None,
            clock=world.clock,
        )
    assert refused.value.code == "first_epoch"
