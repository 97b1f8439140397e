"""The jobs program: huey on ``queue.db``, for what the passing of time brings about.

The queue holds only hints and may be deleted at any time: huey drops a task when it takes it and its cron does not
catch up, so a job merely asks the owner, which derives the work from the log. The sweep runs once at start, so that one
missed while the machine was off is made up for at once, and again whenever the interval of the settings is over.
"""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import click
import msgspec
import structlog
from huey import SqliteHuey, crontab
from huey.exceptions import RetryTask
from huey.registry import Message
from huey.serializer import Serializer

from appliance.clock import Clock, SystemClock
from appliance.config import HALL_FILE, HallConfig, load
from appliance.errors import HallmarkError, TransportFailure
from appliance.logs import configure_logs
from appliance.services.owner import SOCKET_NAME, OwnerClient

QUEUE = "queue.db"
SWEEP = "sweep.run"
RETRY_SECONDS = 5

_TIMES = ("eta", "expires_resolved")


class JsonSerializer(Serializer):  # type: ignore[misc]  # huey ships no types
    """huey's messages as JSON: a queue file written by somebody else runs nothing when it is read."""

    def _serialize(self, data: object) -> bytes:
        if isinstance(data, Message):
            return msgspec.json.encode({"message": data._asdict()})
        return msgspec.json.encode({"value": data})

    def _deserialize(self, data: bytes) -> object:
        held: dict[str, Any] = msgspec.json.decode(data)
        if "message" not in held:
            return held["value"]
        fields = held["message"]
        for name in _TIMES:
            if isinstance(fields.get(name), str):
                fields[name] = datetime.fromisoformat(fields[name])
        fields["args"] = tuple(fields.get("args") or ())
        return Message(**fields)


@dataclass(slots=True)
class Sweeps:
    """When to sweep, and what to do when the owner does not answer.

    Attributes:
        ask: asks the owner to sweep; gives how many cases were deemed accepted.
        interval: pause between two sweeps.
        clock: counts the interval since boot, so that a wall clock set back puts no sweep off.
    """

    ask: Callable[[], int]
    interval: timedelta
    clock: Clock
    queued: bool = False
    _silent: bool = False
    _swept_seconds: float | None = None

    def due(self) -> bool:
        """Tell whether a sweep should be asked for: none is under way, and the last one is an interval ago."""
        if self.queued:
            return False
        last = self._swept_seconds
        return last is None or self.clock.boottime() - last >= self.interval.total_seconds()

    def run(self) -> None:
        """Sweep once.

        Raises:
            RetryTask: the owner is away; huey asks again in a few seconds, for as long as that lasts.
        """
        log = structlog.get_logger("jobs")
        self.queued = False
        try:
            done = self.ask()
        except TransportFailure as failure:
            if not self._silent:  # said once, not every five seconds of an evening
                log.warning("owner_silent", code=failure.code, retry_seconds=RETRY_SECONDS)
            self.queued = self._silent = True
            raise RetryTask(delay=RETRY_SECONDS) from None
        except HallmarkError as error:
            # The owner answered and could not; the next minute asks anew.
            log.exception("sweep_failed", code=error.code)
            return
        self._silent = False
        self._swept_seconds = self.clock.boottime()
        if done:
            log.warning("swept", deemed_accepted=done)


def owner_sweep(directory: Path) -> Callable[[], int]:
    """Give the way to ask the owner of a data directory for a sweep; one connection for each."""

    def ask() -> int:
        client = OwnerClient(directory / SOCKET_NAME)
        try:
            return int(client.call(SWEEP, b""))
        finally:
            client.close()

    return ask


def make_jobs(
    directory: Path, *, interval: timedelta, clock: Clock, ask: Callable[[], int] | None = None
) -> SqliteHuey:
    """Make the queue and its jobs, and ask for the first sweep.

    Args:
        directory: the hall's data directory.
        interval: pause between two sweeps.
        clock: tells when the next one is due.
        ask: asks the owner to sweep; None goes over its socket.
    """
    jobs = SqliteHuey("hall", filename=str(directory / QUEUE), serializer=JsonSerializer(), results=False, fsync=False)
    sweeps = Sweeps(ask or owner_sweep(directory), interval, clock)

    @jobs.task(name="sweep")  # type: ignore[untyped-decorator]
    def sweep() -> None:
        sweeps.run()

    @jobs.periodic_task(crontab(minute="*"), name="sweep_when_due")  # type: ignore[untyped-decorator]
    def sweep_when_due() -> None:
        if sweeps.due():
            sweeps.queued = True
            sweep()

    # What an earlier run left behind are hints to do what is asked for now anyway; kept, they would pile up.
    jobs.storage.flush_all()
    sweeps.queued = True
    sweep()
    return jobs


@click.command("run")
@click.pass_obj
def jobs_run(obj: dict[str, Path]) -> None:
    """运行后台任务：期限清扫。"""
    directory = obj["data"]
    config = load(directory / HALL_FILE, HallConfig)
    clock = SystemClock()
    configure_logs("hall-jobs", stream=sys.stderr, clock=clock)
    jobs = make_jobs(directory, interval=timedelta(seconds=config.sweep_interval_seconds), clock=clock)
    jobs.create_consumer(workers=1, periodic=True, initial_delay=0.2, max_delay=2.0).run()
