"""The jobs program: huey on ``queue.db``, for what the passing of time brings about.

The queue holds only hints and may be deleted at any time: huey drops a task when it takes it and its cron does not
catch up, so a job merely asks the owner, which derives the work from the log. The sweep runs once at start, and again
whenever the interval of the settings is over.
"""

import logging
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import click
import msgspec
from huey import SqliteHuey, crontab
from huey.registry import Message
from huey.serializer import Serializer

from appliance.clock import Clock, SystemClock
from appliance.config import HALL_FILE, HallConfig, load
from appliance.services.owner import SOCKET_NAME, OwnerClient

QUEUE = "queue.db"
SWEEP = "sweep.run"
RETRIES = 5
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


def make_jobs(directory: Path, *, interval: timedelta, clock: Clock) -> SqliteHuey:
    """Make the queue and its jobs.

    Args:
        directory: the hall's data directory.
        interval: pause between two sweeps.
        clock: tells when the next one is due.
    """
    jobs = SqliteHuey("hall", filename=str(directory / QUEUE), serializer=JsonSerializer(), results=False, fsync=False)
    swept: list[datetime] = []

    @jobs.task(retries=RETRIES, retry_delay=RETRY_SECONDS, name="sweep")  # type: ignore[untyped-decorator]
    def sweep() -> None:
        client = OwnerClient(directory / SOCKET_NAME)
        try:
            done = int(client.call(SWEEP, b""))
        finally:
            client.close()
        swept[:] = [clock.now()]
        if done:
            logging.getLogger("hall.jobs").warning("sweep: %d cases deemed accepted", done)

    @jobs.periodic_task(crontab(minute="*"), name="sweep_when_due")  # type: ignore[untyped-decorator]
    def sweep_when_due() -> None:
        if not swept or clock.now() - swept[0] >= interval:
            sweep()

    sweep()
    return jobs


@click.command("run")
@click.pass_obj
def jobs_run(obj: dict[str, Path]) -> None:
    """运行后台任务：期限清扫。"""
    directory = obj["data"]
    config = load(directory / HALL_FILE, HallConfig)
    logging.basicConfig(level=logging.WARNING)
    interval = timedelta(seconds=config.sweep_interval_seconds)
    jobs = make_jobs(directory, interval=interval, clock=SystemClock())
    jobs.create_consumer(workers=1, periodic=True, initial_delay=0.2, max_delay=2.0).run()
