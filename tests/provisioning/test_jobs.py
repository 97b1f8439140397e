"""The jobs program: its queue is JSON, its sweep runs at start and when due, and a silent owner is waited for."""

import pickle
from datetime import datetime, timedelta

import msgspec
import pytest
from huey.exceptions import RetryTask
from huey.registry import Message
from structlog.testing import capture_logs

from appliance.clock import SHANGHAI, FixedClock
from appliance.errors import IntegrityFailure, TransportFailure
from provisioning.jobs import QUEUE, RETRY_SECONDS, JsonSerializer, Sweeps, make_jobs, owner_sweep

INTERVAL = timedelta(minutes=5)


class Owner:
    """Stands in for the owner's socket; answers, or stays silent."""

    def __init__(self, answer=0):
        self.answer = answer
        self.asked = 0

    def __call__(self):
        self.asked += 1
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


SILENT = TransportFailure("本厅主程序没有应答", code="owner_silent")


@pytest.fixture
def clock():
    return FixedClock(datetime(2026, 11, 23, 9, 30, tzinfo=SHANGHAI))


@pytest.fixture
def start(tmp_path, clock):
    """Start the program over a folder; a second call is a restart."""
    opened = []

    def act(owner):
        opened.append(make_jobs(tmp_path, interval=INTERVAL, clock=clock, ask=owner))
        return opened[-1]

    yield act
    for jobs in opened:
        jobs.storage.close()


def work(jobs):
    """Do what the consumer does with everything that waits; gives how many tasks it took."""
    count = 0
    while (task := jobs.dequeue()) is not None:
        jobs.execute(task)
        count += 1
    return count


def minute(jobs):
    """Do what the scheduler does once a minute."""
    for task in jobs.read_periodic(datetime(2026, 11, 23, 9, 30)):  # noqa: DTZ001 - huey's cron takes naive times
        jobs.execute(task)
    return work(jobs)


def test_a_message_comes_back_whole():
    serializer = JsonSerializer()
    eta = datetime(2026, 11, 23, 1, 30, 0, 123456)  # noqa: DTZ001 - huey keeps naive UTC
    message = Message("id", "sweep", eta, 3, 5, None, ("收件", 1), {"a": [1]}, expires_resolved=eta)
    data = serializer.serialize(message)
    assert msgspec.json.decode(data)["message"]["name"] == "sweep"
    assert serializer.deserialize(data) == message
    assert serializer.deserialize(serializer.serialize(["x", None, 1])) == ["x", None, 1]


class Planted:
    def __reduce__(self):
        return (pytest.fail, ("a queue file ran code",))


def test_pickled_bytes_are_refused_and_run_nothing():
    data = pickle.dumps(Planted())
    with pytest.raises(msgspec.DecodeError):
        JsonSerializer().deserialize(data)
    with pytest.raises(pytest.fail.Exception):
        pickle.loads(data)  # noqa: S301 - the control: read as huey does by default, it would have run


def test_the_sweep_runs_at_start_and_once_only(start):
    owner = Owner()
    jobs = start(owner)
    assert work(jobs) == 1
    assert owner.asked == 1
    assert minute(jobs) == 0
    assert owner.asked == 1


def test_it_runs_again_when_the_interval_is_over(start, clock):
    owner = Owner()
    jobs = start(owner)
    work(jobs)
    clock.advance(INTERVAL - timedelta(seconds=1))
    assert minute(jobs) == 0
    clock.advance(timedelta(seconds=1))
    assert minute(jobs) == 1
    assert owner.asked == 2


def test_a_wall_clock_set_back_puts_no_sweep_off(start, clock):
    owner = Owner()
    jobs = start(owner)
    work(jobs)
    clock.at -= timedelta(days=1)
    clock.since_boot_seconds += INTERVAL.total_seconds()
    assert minute(jobs) == 1


def test_a_sweep_missed_while_the_program_was_down_is_made_up_for_at_once(start, clock):
    work(start(Owner()))
    clock.advance(timedelta(days=3))
    owner = Owner()
    assert work(start(owner)) == 1
    assert owner.asked == 1


def test_restarts_pile_nothing_up(start):
    for _ in range(5):
        start(Owner())
    owner = Owner()
    assert work(start(owner)) == 1


def test_a_deleted_queue_loses_nothing(start, tmp_path, clock):
    start(Owner()).storage.close()
    for path in tmp_path.glob(f"{QUEUE}*"):
        path.unlink()
    assert work(start(Owner())) == 1


def test_a_silent_owner_is_asked_again_quietly_until_it_answers(start, clock, caplog):
    owner = Owner(SILENT)
    jobs = start(owner)
    with capture_logs() as lines:
        for attempt in range(1, 12):
            assert work(jobs) == 1
            assert owner.asked == attempt
            (waiting,) = jobs.scheduled()
            assert waiting.name == "sweep"
            assert minute(jobs) == 0  # none is added beside the one that waits
            jobs.storage.flush_schedule()
            waiting.eta = None  # as the scheduler does when it is due
            jobs.enqueue(waiting)
        owner.answer = 2
        assert work(jobs) == 1
    assert jobs.scheduled() == []
    assert [line["event"] for line in lines] == ["owner_silent", "swept"]
    assert lines[0]["code"] == "owner_silent"
    assert lines[1]["deemed_accepted"] == 2
    assert not [record for record in caplog.records if record.exc_info]


def test_the_retry_is_due_in_seconds_and_survives_the_queue_file(start):
    jobs = start(Owner(SILENT))
    with capture_logs():
        work(jobs)
    (waiting,) = jobs.scheduled()
    now = jobs._get_timestamp()
    assert timedelta(0) < waiting.eta - now <= timedelta(seconds=RETRY_SECONDS)
    assert not jobs.ready_to_run(waiting, now)
    assert jobs.ready_to_run(waiting, now + timedelta(seconds=RETRY_SECONDS))


def test_an_owner_that_cannot_is_told_with_its_code_and_asked_the_next_minute(start):
    owner = Owner(IntegrityFailure("记录与证明不符", code="leaf_differs"))
    jobs = start(owner)
    with capture_logs() as lines:
        assert work(jobs) == 1
        assert minute(jobs) == 1
    assert [(line["event"], line["code"]) for line in lines] == [("sweep_failed", "leaf_differs")] * 2
    assert jobs.scheduled() == []


def test_after_a_mistake_of_ours_sweeps_go_on(clock):
    sweeps = Sweeps(Owner(ZeroDivisionError()), INTERVAL, clock, queued=True)
    with pytest.raises(ZeroDivisionError):
        sweeps.run()
    assert sweeps.due()


def test_without_an_owner_the_socket_is_silent(tmp_path, clock):
    sweeps = Sweeps(owner_sweep(tmp_path), INTERVAL, clock)
    with capture_logs() as lines, pytest.raises(RetryTask):
        sweeps.run()
    assert lines[0]["code"] == "owner_silent"
