"""A city restored from an old backup: halls push again, badges fall back, lost entries come back, no hall is fenced."""

import shutil

import pytest

from appliance.errors import Refusal
from appliance.ledger.checkpoint import Checkpoint, sign_checkpoint
from appliance.store.acknowledgements import acknowledged
from appliance.store.event_store import iterate
from sync.city_client import Accepted, Rejected, SizeDiffers
from sync.hub import evidence
from sync.hub.keyring import c2h_signer
from sync.hub.publish import publish_pack
from sync.messages import AppendRequest
from sync.reconcile import Span

STAFF = {"staff": [{"id": "C0001", "name": "李四"}]}
MORE = {"staff": [{"id": "C0002", "name": "王五"}]}


def entries(store, origin):
    return [(record.entry, record.private) for record in iterate(store.reader(), origin)]


@pytest.fixture
def backup(world, tmp_path):
    """Two cases and a pack at the city, then a backup of its whole disk, then two more and another pack."""
    publish_pack(world.hub, "staff", STAFF)
    world.write(cases=2)
    assert world.sync().state == "equal"
    world.hub.close()
    shutil.copytree(world.city_directory, tmp_path / "backup")
    world.reopen_hub()
    world.write(cases=2, blobs=(world.blob(3000),))
    publish_pack(world.hub, "staff", MORE)
    assert world.sync().state == "equal"
    return tmp_path / "backup"


def restore(world, backup, *, told=True):
    world.hub.close()
    shutil.rmtree(world.city_directory)
    shutil.copytree(backup, world.city_directory)
    world.reopen_hub()
    if told:
        world.hub.was_restored()


def test_both_logs_and_scans_are_whole_again_after_one_contact(world, backup):
    held = entries(world.store, world.c2h)
    restore(world, backup)
    assert world.hub.stored(world.trust.c2h).size < len(held)
    assert world.sync().state == "equal"
    for origin in (world.h2c, world.c2h):
        assert entries(world.store, origin) == entries(world.hub.store, origin)
    assert entries(world.store, world.c2h)[: len(held)] == held
    for _, digests in world.hall.blob_names(0, 5):
        assert all(world.hub.store.blobs.has(digest) for digest in digests)
    assert evidence.of_hall(world.hub.store.reader(), world.trust.ticket.hall) == []
    assert world.store.gate == "OPEN"


@pytest.mark.parametrize("told", [True, False])
def test_a_scan_that_came_after_the_backup_of_its_records_is_sent_again(world, tmp_path, told):
    """The backup is as long as the city was, so no size says that something is missing; the city must say it."""
    digest = world.blob(3000)
    world.write(blobs=(digest,))
    world.write()
    assert world.sync().state == "equal"
    path = world.hub.store.blobs.path(digest)
    world.hub.close()
    backup = shutil.copytree(world.city_directory, tmp_path / "between")
    (backup / path.relative_to(world.city_directory)).unlink()  # the backup ran between the records and their scan
    restore(world, backup, told=told)
    assert world.sync().state == "equal"
    # The control: a city whose operator does not say that it was restored knows of nothing to ask for.
    assert world.hub.store.blobs.has(digest) is told
    world.hub.confirmed(world.trust)
    assert world.city.head(world.h2c).scans_upto is None


def test_what_was_put_back_is_projected_and_a_restart_agrees(world, backup):
    restore(world, backup)
    world.sync()
    world.reopen_hub()
    assert world.sync().state == "equal"
    assert publish_pack(world.hub, "staff", MORE) == 2  # known, not sent a third time
    assert world.sync().pulled == 0


def test_badges_fall_back_until_the_city_has_it_again(world, backup):
    before = acknowledged(world.store.reader(), world.h2c)
    assert (before.cosigned, before.blobs_upto) == (5, 5)
    restore(world, backup)
    world.transport.tamper = lambda _method, path, body: b"" if path.endswith("/append") else body
    world.sync()
    fallen = acknowledged(world.store.reader(), world.h2c)
    assert (fallen.cosigned, fallen.blobs_upto) == (3, 3)
    alarms = world.store.reader().execute("SELECT kind FROM outbox WHERE kind = 'alarm.city_went_back'").fetchall()
    assert len(alarms) == 1
    world.transport.tamper = None
    assert world.sync().state == "equal"
    after = acknowledged(world.store.reader(), world.h2c)
    assert (after.cosigned, after.blobs_upto) == (5, 5)


def test_the_city_writes_nothing_down_until_the_hall_was_heard(world, backup):
    restore(world, backup)
    with pytest.raises(Refusal) as refused:
        publish_pack(world.hub, "staff", {"staff": [{"id": "C0003", "name": "赵六"}]})
    assert refused.value.code == "c2h_waits"
    world.reopen_hub()  # a restart does not forget
    with pytest.raises(Refusal):
        world.hub.require_writable(world.trust)
    assert world.sync().state == "equal"
    assert publish_pack(world.hub, "staff", {"staff": [{"id": "C0003", "name": "赵六"}]}) == 3
    assert world.sync().state == "equal"


def test_a_database_without_its_journal_waits_by_itself(world, backup):
    world.hub.close()
    shutil.rmtree(world.city_directory / "journal")
    world.reopen_hub()
    with pytest.raises(Refusal):
        world.hub.require_writable(world.trust)
    assert world.sync().state == "equal"
    world.hub.require_writable(world.trust)


def test_a_city_that_wrote_on_is_another_history_and_the_hall_serves_on(world, backup):
    """The control: without the runbook's step the city signs a second history, and nobody pretends otherwise."""
    restore(world, backup, told=False)
    publish_pack(world.hub, "staff", {"staff": [{"id": "C0009", "name": "钱七"}]})
    report = world.sync()
    assert report.state == "city_forked"
    assert world.store.gate == "OPEN"
    world.write()


def test_only_what_the_city_signed_comes_back(world, backup):
    restore(world, backup)
    stored = world.hub.stored(world.trust.c2h).size
    batch = world.hall.mirror_batch(Span(stored, 99), records_max=100, bytes_max=10**6)
    unsigned = sign_checkpoint(Checkpoint(world.h2c, batch.end, bytes(32)), world.keys.h2c)
    signer = c2h_signer(world.city_directory, world.trust)
    wrong = sign_checkpoint(Checkpoint(world.c2h, batch.end, bytes(32)), signer)

    def give(start, note, records):
        return world.city.append(world.c2h, AppendRequest(start, (), note, records))

    assert give(batch.start, unsigned, batch.records) == Rejected(403)
    assert give(batch.start, wrong, batch.records) == Rejected(422)
    assert give(batch.start - 1, batch.checkpoint_note, (batch.records[0], *batch.records)) == SizeDiffers(stored)
    assert isinstance(give(batch.start, batch.checkpoint_note, batch.records), Accepted)
    assert isinstance(give(batch.start, batch.checkpoint_note, batch.records), Accepted)
    assert [kept.kind for kept in evidence.of_hall(world.hub.store.reader(), "42019901")] == ["city_fork"]
