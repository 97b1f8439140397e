"""Many demo cases fast: the walks of `hall demo load` inside large batches of the real writer.

Nothing is written past the rules: each command is decided, folded, hashed, signed and journalled as ever. Only the
waiting is saved, because hundreds of cases share one transaction, one signature and one sync of each device.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from random import Random

from appliance.clock import FixedClock
from appliance.store.batch import Batch
from appliance.store.connection import Connection
from provisioning.walk import STORIES, Story, Walker
from sync.opening import OpenHall

BATCH_CASES = 250
DAY_CASES = 40_000  # a day's numbers reach further (letters follow 9999); the lease lasts 35 days

# A fallback on paper is the whole hall's; walks that overlap here would end each other's.
ALONE = tuple(story for story in STORIES if not story.act.startswith("paper"))


@dataclass(slots=True)
class _InBatch:
    """A desk whose commands are carried out at once inside the batch that is open."""

    hall: OpenHall
    batch: Batch | None = None
    connection: Connection | None = None

    def reader(self):
        return self.connection

    def submit_now(self, command, *, actor, key):
        return self.batch.change(self.hall.desk.change(command, actor=actor, key=key))()


@dataclass(slots=True)
class Loaded:
    """What was loaded: number of cases and entries."""

    cases: int = 0
    entries: int = 0


def load(
    hall: OpenHall,
    clock: FixedClock,
    *,
    seed: int,
    until: Callable[[Loaded], bool],
    stories: Sequence[Story] = ALONE,
    say: Callable[[str], None] = lambda _: None,
) -> Loaded:
    """Load cases until `until` says that it is enough.

    Args:
        hall: the opened hall.
        clock: the clock that the hall was opened with; it is moved on as the days fill.
        seed: the same seed on the same hall gives the same cases.
        until: asked after each batch.
        stories: what may happen, with weights.
        say: told how far it is.
    """
    desk = _InBatch(hall)
    random = Random(f"bulk:{seed}")
    walker = Walker(desk, random, clock, name=f"bulk:{seed}", stories=stories)
    loaded = Loaded()

    def work(batch, connection):
        desk.batch, desk.connection = batch, connection
        for _ in range(BATCH_CASES):
            for done in walker.walk_one():
                loaded.entries += done.outcome.count
            loaded.cases += 1
        return lambda: None

    while not until(loaded):
        before = loaded.cases // DAY_CASES
        hall.store.writer._enqueue(work, signs=True).result()
        if loaded.cases // DAY_CASES != before:
            clock.advance(timedelta(days=1))
        if loaded.cases % (BATCH_CASES * 20) == 0:
            say(f"{loaded.cases} cases, {loaded.entries} entries")
    return loaded
