import random
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import pytest

from appliance.domain.events import CaseStepReturned
from appliance.errors import HallmarkError
from appliance.store.change import Change, Decision, NewEntry
from appliance.store.event_store import find_log
from appliance.store.jobs import Job
from appliance.store.journal import JournalDamaged, verify_journal
from appliance.store.rebuild import compare, rebuild
from appliance.store.verify import verify_stored

RETURNED = CaseStepReturned(step="a", to_step="b", to_step_name="c", reason="缺页 " * 40)


@dataclass
class Life:
    """One run of a hall up to a power cut, and what its clients were told before."""

    acknowledged: dict = field(default_factory=dict)
    lost_in_database: int = 0
    lost_in_journal: int = 0
    lost: int = 0
    wrong: list = field(default_factory=list)


class Answers:
    """Stands in for a future: notes the answer at the moment it is given."""

    def __init__(self, key, life):
        self.key, self.life = key, life

    def set_result(self, outcome):
        self.life.acknowledged[self.key] = (outcome.first, outcome.count, outcome.size)

    def set_exception(self, error):
        if not isinstance(error, HallmarkError):
            self.life.wrong.append(error)

    def done(self):
        return self.key in self.life.acknowledged


def carry_out(change, batch, _):
    return batch.change(change)


def live(hall, disk, power_cut, rng, life):
    """Work in batches until the power goes or the day ends. No thread: every write is counted in order."""
    process = hall.store.writer._process
    try:
        for _ in range(rng.randint(2, 9)):
            jobs = []
            for _ in range(rng.choice([1, 1, 2, 5])):
                key = hall.key()
                entries = (NewEntry(RETURNED, case="c"),) * rng.randint(1, 4)
                change = Change(key, hall.clerk, b"", lambda _, made=entries: Decision(made, {"n": len(made)}))
                work = partial(carry_out, change)
                jobs.append(Job(work, signs=True, future=Answers(key, life)))
            process(jobs)
    except power_cut:
        return
    finally:
        disk.off, disk.cut_at = False, None


def examine(hall, disk, options, life):
    """Look at each medium alone, then start as the hall starts, and hold everything against what was told."""
    told = max((first + count for first, count, _ in life.acknowledged.values()), default=0)
    connection = options["connect"](read_only=False)
    row = find_log(connection, hall.own)
    life.lost_in_database += told > (row.size if row else 0)
    connection.close()
    try:
        head = verify_journal(options["journal_files"]).heads.get(hall.own)
        life.lost_in_journal += told > (head.end if head else 0)
    except JournalDamaged:
        life.lost_in_journal += 1
    store = hall.open(**options)
    if store.fault is not None or store._gatekeeper.barred is not None:
        life.lost += 1
        return
    store.writer.local(lambda connection: look(hall, connection, life)).result(20)
    hall.do(RETURNED)


def look(hall, connection, life):
    if connection.execute("PRAGMA integrity_check").get != "ok":
        life.wrong.append("integrity")
    rows = {key: rest for key, *rest in connection.execute("SELECT key, first, count, size FROM request")}
    life.lost += sum(rows.get(key) != list(told) for key, told in life.acknowledged.items())
    verdict = verify_stored(connection, hall.own, hall.signer.verifier, every_checkpoint=True)
    if not verdict.ok:
        life.wrong.append(verdict)
    fresh = rebuild(connection, Path(":memory:"), hall.projector, hall.clock)
    report = compare(connection, fresh)
    fresh.close()
    if not report.ok:
        life.wrong.append(report)


@pytest.fixture
def cut(hall_at, fault_disk, on_disk, tmp_path, monkeypatch):
    """Give a function that lives one life with these settings and examines what the cut left."""
    base = fault_disk.Disk()
    first = hall_at(tmp_path / "base")
    first.open(**on_disk(base))
    first.found()
    first.close()
    number = [0]

    def one(rng, life, **settings):
        number[0] += 1
        disk = fault_disk.Disk()
        disk.now = {name: bytearray(data) for name, data in base.now.items()}
        disk.durable = {name: bytearray(data) for name, data in base.now.items()}
        hall = hall_at(tmp_path / "life")
        hall.random.seed = str(number[0])
        hall.made = 1
        hall.open(**on_disk(disk, **settings))
        hall.store.writer._pause = lambda _: None
        if rng.random() < 0.3:
            # A small threshold puts checkpoints, which move pages into the database file, among the cut points.
            hall.store.writer._connection.wal_autocheckpoint(4)
        disk.cut_at = disk.operations + rng.randint(1, 90)
        live(hall, disk, fault_disk.PowerCut, rng, life)
        after = disk.crash(rng)
        hall.close()
        life_after = hall_at(tmp_path / "life")
        life_after.random.seed = f"{number[0]}b"
        life_after.made = 1000
        examine(life_after, after, on_disk(after, **settings), life)
        life_after.close()

    return one


@pytest.mark.programme("power-loss")
def test_a_power_cut_loses_nothing_that_was_acknowledged(programme, cut):
    total = 0
    for number in programme:
        life = Life()
        cut(random.Random(number), life)
        assert life.wrong == [], f"seed {number}"
        assert (life.lost, life.lost_in_database, life.lost_in_journal) == (0, 0, 0), f"seed {number}"
        total += len(life.acknowledged)
    assert total > programme.reached


def test_the_control_without_full_sync_loses_commits_that_the_journal_gives_back(cut):
    life = Life()
    for number in range(40):
        life.acknowledged.clear()
        cut(random.Random(number), life, synchronous="NORMAL")
    assert life.lost_in_database > 5
    assert (life.lost, life.lost_in_journal) == (0, 0)


def test_the_control_without_the_journals_fdatasync_is_caught(cut):
    life = Life()
    for number in range(40):
        life.acknowledged.clear()
        cut(random.Random(number), life, syncs=False)
    assert life.lost_in_journal > 5
    assert life.lost_in_database == 0


def test_the_control_without_both_loses_acknowledged_changes(cut):
    life = Life()
    for number in range(40):
        life.acknowledged.clear()
        cut(random.Random(number), life, synchronous="NORMAL", syncs=False)
    assert life.lost > 5
