"""A year of a district hall: cases arrive on working days and wait for people as cases do; the sweep runs at night."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from heapq import heapify, heappop, heappush
from random import Random

from appliance.clock import SHANGHAI, FixedClock
from appliance.domain.calendar import Calendar
from appliance.domain.states import TERMINAL, State
from appliance.errors import Refusal
from appliance.services.instant import ReceiveInstant
from appliance.services.joints import RequireJointCorrection
from appliance.services.outside import ForwardUp
from appliance.services.prereview import PreReviewCase
from provisioning.joint_walk import sizes
from provisioning.stories import JOINT_STORIES, STORIES, JointStory, Story
from provisioning.walk import Done, Walker

OPENS, CLOSES = time(9, 0), time(17, 0)
_SOON_OVER = (State.RECEIVED, State.PRE_REVIEW)
_JOINT_LATELY_DAYS = {
    "received": 3,
    "pre_review": 3,
    "correction_pending": 10,
    "in_review": 14,
    "decided": 14,
    "result_ready": 14,
}
LATELY_DAYS = 21
"""Stories that leave a case open are told only of the last weeks: nobody leaves a case for a year."""


@dataclass(order=True, slots=True)
class _Turn:
    """When something happens next, and to which walk; one that has not begun is None, `joint` what it will be."""

    at: datetime
    order: int
    walk: Iterator[Done] | None = field(compare=False)
    joint: JointStory | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class YearPlan:
    """How a year passes: its clock, which days people work, when it ends, and what runs each night (gets the day)."""

    clock: FixedClock
    calendar: Calendar
    until: datetime
    nightly: Callable[[date], object]


class Year:
    """Tells the year.

    Args:
        walker: tells the stories.
        plan: how the year passes; the store reads the same clock.
        random: seeded.
        stories: what may happen.
    """

    def __init__(self, walker: Walker, plan: YearPlan, random: Random, stories: Sequence[Story]) -> None:
        self._walker, self._random, self._stories = walker, random, tuple(stories)
        # One of each that is left open comes first of all, so that every state can be seen; what nobody takes up is
        # accepted by law within days, so those come by chance, as late as they may.
        self._first = [
            one
            for one in self._stories
            if not comes_to_an_end(one) and (one.until not in _SOON_OVER or one.act == "paper_waits")
        ]
        self._clock, self._calendar, self._until, self._nightly = plan.clock, plan.calendar, plan.until, plan.nightly

    def tell(self, count: int) -> Iterator[Done]:
        """Let `count` cases arrive until the year ends, and give each command as it is done.

        A case whose next step would come later is left where it stands. One that the law moved meanwhile (deemed
        acceptance, a lapse) goes on without the rest of its story.
        """
        wholes = sizes(JOINT_STORIES, self._walker.members, count)
        singles = count - sum(map(self._walker.members, wholes))
        turns = [_Turn(at, order, None) for order, at in enumerate(self._arrivals(singles))]
        turns += [_Turn(self._arrival_of(one), singles + at, None, one) for at, one in enumerate(wholes)]
        heapify(turns)
        while turns:
            turn = heappop(turns)
            if turn.at > self._until:
                continue
            self._pass_to(turn.at)
            walk = turn.walk or self._begin(turn)
            try:
                done = next(walk, None)
            except Refusal:
                continue
            if done is None:
                continue
            yield done
            heappush(turns, _Turn(self._next(turn.at, done), turn.order, walk))
        self._pass_to(self._until)

    def _begin(self, turn: _Turn) -> Iterator[Done]:
        if turn.joint is not None:
            return self._walker.walk_joint(turn.joint)
        return self._walker.walk_one(self._story(turn.at))

    def _arrival_of(self, story: JointStory) -> datetime:
        """Say when a joint whole comes: one that is left open comes in the last weeks, with time for what it tells."""
        last = self._until.date()
        first = self._clock.now().date()
        if story.until != "closed":
            first = max(first, last - timedelta(days=_JOINT_LATELY_DAYS[story.until]))
        days = [day for day in self._days(first, last) if self._calendar.is_working_day(day)]
        return self._moment(self._random.choice(days or [last]), self._random.random() * 0.3)

    def _arrivals(self, count: int) -> list[datetime]:
        first = self._clock.now().date()
        days = [day for day in self._days(first, self._until.date()) if self._calendar.is_working_day(day)]
        chosen = self._random.choices(days, k=count)
        return sorted(self._moment(day, self._random.random() * 0.9) for day in chosen)

    def _days(self, first: date, last: date) -> Iterator[date]:
        while first <= last:
            yield first
            first += timedelta(days=1)

    def _moment(self, day: date, part: float) -> datetime:
        """Give a moment of a working day: `part` 0 is when it opens, 1 when it closes."""
        opens = datetime.combine(day, OPENS, SHANGHAI)
        return opens + (datetime.combine(day, CLOSES, SHANGHAI) - opens) * part

    def _story(self, at: datetime) -> Story:
        lately = (self._until - at).days < LATELY_DAYS
        if lately and self._first:
            return self._first.pop()
        ends = [one for one in self._stories if lately or comes_to_an_end(one)]
        return self._random.choices(ends, [one.weight for one in ends])[0]

    def _next(self, at: datetime, done: Done) -> datetime:
        """Say when the case comes to somebody's hands again."""
        random = self._random
        if isinstance(done.story, JointStory):
            return self._next_of_whole(at, done)
        if isinstance(done.command, ReceiveInstant):
            return at + timedelta(minutes=random.randint(1, 6))
        if isinstance(done.command, ForwardUp):
            return self._later(at, random.randint(3, 8))
        if isinstance(done.command, PreReviewCase) and done.command.then == "correct":
            return self._later(at, random.randint(1, 5))
        drawn = random.random()
        if drawn < 0.7:  # noqa: PLR2004 - most steps follow on the same day
            return self._working(at + timedelta(minutes=random.randint(4, 90)))
        return self._later(at, 1 if drawn < 0.95 else 3)  # noqa: PLR2004 - few wait for days

    def _next_of_whole(self, at: datetime, done: Done) -> datetime:
        """Several departments have five days together, so each acts soon; the applicant takes some to correct."""
        if isinstance(done.command, RequireJointCorrection):
            return self._later(at, self._random.randint(1, 3))
        return self._working(at + timedelta(minutes=self._random.randint(5, 100)))

    def _later(self, at: datetime, days: int) -> datetime:
        day = self._calendar.working_day_after(at.date(), days)
        return self._moment(day, self._random.random() * 0.9)

    def _working(self, at: datetime) -> datetime:
        if OPENS <= at.time() < CLOSES and self._calendar.is_working_day(at.date()):
            return at
        return self._later(at, 1)

    def _pass_to(self, at: datetime) -> None:
        """Let time pass; each midnight on the way the sweep runs."""
        while self._clock.now().date() < at.date():
            midnight = datetime.combine(self._clock.now().date() + timedelta(days=1), time(), SHANGHAI)
            self._clock.advance(midnight - self._clock.now())
            self._nightly(midnight.date())
        self._clock.advance(max(at - self._clock.now(), timedelta()))


def comes_to_an_end(story: Story) -> bool:
    """Tell whether a story closes its case."""
    ends_by_act = story.act in {"not_required", "not_accepted", "terminate", "void"}
    return story.until in {*TERMINAL, State.CLOSED} or story.withdrawn or ends_by_act


def tell(plan: YearPlan, walker: Walker, name: str, count: int) -> Iterator[Done]:
    """Tell a year of `count` cases; `name` seeds it."""
    drawn = Random(f"{name}:year")  # noqa: S311 - invented data, meant to be repeatable
    return Year(walker, plan, drawn, STORIES).tell(count)
