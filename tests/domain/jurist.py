"""A case as a jurist keeps it on paper, from domain §2.2–2.6 and 行政许可法, without anything of the product.

`Law` holds what has happened. Each method is one act of the reference: it is told who acts and on what, and gives None
when the law forbids it, or the function that writes it down. It knows no code of the deciders, folds or tables.
"""

from dataclasses import dataclass, field
from datetime import date

CLERK, HANDLER, REVIEWER, APPROVER = "window_clerk", "case_handler", "reviewer", "approver"
HEAD, CHIEF, SYSTEM = "dept_head", "hall_manager", "system"
RECEIVED, PRE, WAITS, REVIEW = "received", "pre_review", "correction_pending", "in_review"
SPECIAL, SUSPENDED, FORWARDED = "special_procedure", "suspended", "forwarded"
GRANTED, REFUSED, READY, MAILED, CLOSED = "decided_granted", "decided_refused", "result_ready", "mailed", "closed"
OPEN = (RECEIVED, PRE, WAITS, REVIEW, SPECIAL, SUSPENDED, FORWARDED)  # registered and not decided
ACCEPTED = (REVIEW, SPECIAL, SUSPENDED, FORWARDED, GRANTED, REFUSED, READY)
STANDING_STILL = ("C2", "C3", "C8")
ENDED_BY_AN_END = ("C1", "C2", "C3", "C5", "C6", "C8", "C9")
GROUNDS = (
    "death", "dissolution", "item_abolished", "object_vanished", "false_promise", "tolerance_lapsed", "other",
)  # fmt: skip
# An act of two persons: where it can be proposed and confirmed, who proposes, who confirms.
TWO_PERSONS = {
    "not_accepted": ((PRE,), (HANDLER,), (REVIEWER,)),
    "lapse_correction": ((WAITS,), (SYSTEM,), (HANDLER,)),
    "terminate": (OPEN, (HANDLER, SYSTEM), (REVIEWER,)),
    "start_special": ((REVIEW,), (HANDLER,), (REVIEWER,)),
    "void_receipt": ((RECEIVED, PRE), (CLERK,), (CLERK, CHIEF)),
}


@dataclass(frozen=True)
class Who:
    """A person in a role, of a department where the role has one."""

    id: str
    role: str
    department: str = ""


@dataclass(frozen=True)
class Facts:
    """What the item's statute says; limits are (count, unit), steps (code, role, count, unit)."""

    kind: str
    legal: tuple
    promised: tuple
    starts: str
    deemed: bool
    answer_days: int
    tolerance: tuple | None
    promise: bool
    special: dict
    extension: int
    delivery: int
    steps: tuple
    fees: tuple
    department: str
    licensed: bool
    listed: dict  # code: (required, tolerable, may be promised)


@dataclass
class Clock:
    """A limit that runs, stands still or has stopped."""

    name: str
    start: date
    count: int
    unit: str
    due: date
    provisional: bool
    extended: int = 0
    pauses: tuple = ()
    stopped: date | None = None
    still: bool = False


@dataclass
class Step:
    """A row of the approval form."""

    code: str
    role: str
    by: str = ""
    result: str = ""


@dataclass
class Law:
    """One case; `today` and `days` move on as time and calendars do."""

    item: Facts
    days: object
    today: date
    state: str = ""
    version: int = 0
    received: date | None = None
    completed: date | None = None
    accepted: date | None = None
    deemed: bool = False
    handler: str = ""
    handled: set = field(default_factory=set)
    verdicts: dict = field(default_factory=dict)
    lines: dict = field(default_factory=dict)  # target: met
    wider: set = field(default_factory=set)
    notices: int = 0
    tolerated: dict = field(default_factory=dict)
    promise: dict | None = None
    steps: list = field(default_factory=list)
    clocks: list = field(default_factory=list)
    pauses: list = field(default_factory=list)  # (start, end, counted)
    extended: bool = False
    proposal: tuple | None = None  # act, by, ground, days, unit
    proposals: int = 0
    told: dict = field(default_factory=dict)  # party told of a hearing: its own five days
    asked: bool = False
    called: object = None
    officials: tuple = ()  # who presides and who writes
    heard: bool = False
    specials: list = field(default_factory=list)  # [kind, over]
    fees: list = field(default_factory=list)  # [name, paid]
    requests: list = field(default_factory=list)  # [target, met]
    decided: str = ""
    sent_up: date | None = None
    posted: date | None = None

    # ---- writing down

    def clock(self, name):
        return next((one for one in reversed(self.clocks) if one.name == name), None)

    def begin(self, name, count, unit, start=None):
        begins = start or self.today
        due, _ = self.days.due(begins, count, unit)
        self.clocks.append(Clock(name, begins, count, unit, due, self.days.provisional(due)))

    def stop(self, *names, day=None):
        for clock in self.clocks:
            if clock.name in names and clock.stopped is None:
                clock.stopped = day or self.today

    def end(self, state):
        self.state = state
        self.stop(*ENDED_BY_AN_END)

    def written(self, who, count=1):
        """Close an act: who acted as handler is remembered, a proposal that no longer fits lapses."""
        self.version += count
        if who.role == HANDLER:
            self.handled.add(who.id)
        if self.proposal and self.state not in TWO_PERSONS[self.proposal[0]][0]:
            self.proposal = None

    def owns(self, who):
        """The handler's acts are those of the one who took the case."""
        return who.role == HANDLER and self.handler == who.id

    def owns_if_taken(self, who):
        """After a deemed acceptance nobody may have taken it."""
        return who.role == HANDLER and self.handler in ("", who.id)

    def stand(self, state, *, counted):
        """T16, T19: the case waits; what stands still goes on only afterwards."""
        self.state = state
        self.pauses.append([self.today, None, counted])
        for clock in self.clocks:
            clock.still |= not counted and clock.name in STANDING_STILL and clock.stopped is None

    def lapsed(self):
        """Nobody told the applicant anything in time (art. 32(4))."""
        clock = self.clock("C1")
        silent = self.state in (RECEIVED, PRE) and clock.stopped is None and self.today > clock.due
        return silent and self.item.deemed

    def open_tolerance(self):
        return [code for code, came in self.tolerated.items() if not came]

    def promises(self):
        return self.promise is not None and not self.promise["withdrawn"]

    # ---- before acceptance

    def take(self, who):
        if who.role != HANDLER or self.state not in (RECEIVED, PRE) or self.handler not in ("", who.id):
            return None
        return lambda: self.__dict__.update(state=PRE, handler=who.id)

    def hand_on(self, who, to, *, pool):
        """T04r: `to` is another handler of the department who has signed no other step."""
        states = (PRE, WAITS, REVIEW, SPECIAL, SUSPENDED)
        own = who.role == HANDLER and who.id == self.handler and pool
        superior = who.role == CHIEF or (who.role == REVIEWER and who.department == self.item.department)
        if self.state not in states or not (own or superior):
            return None
        signed = {step.by for step in self.steps if step.role != HANDLER}
        if pool and (not self.handler or self.state != PRE):
            return None
        if not pool and (to.department != self.item.department or to.id == self.handler or to.id in signed):
            return None
        return lambda: self.__dict__.update(handler="" if pool else to.id)

    def fix(self, who, codes):
        if who.role != CLERK or self.state not in (RECEIVED, PRE):
            return None
        return lambda: self.verdicts.update(dict.fromkeys(codes, ""))

    def look_through(self, who, verdicts):
        if not self.owns(who) or self.state != PRE:
            return None
        return lambda: self.verdicts.update(verdicts)

    def not_required(self, who):
        if not self.owns(who) or self.state != PRE or self.lapsed():
            return None
        return lambda: self.end("not_required")

    def notify(self, who, targets, known):
        """T08, T10: the first notice names everything; a later one what of it is unmet, and what a reviewer let in."""
        if not self.owns(who) or self.state != PRE or self.lapsed() or not targets or not set(targets) <= known:
            return None
        unmet = {target for target in self.lines.keys() | self.wider if self.verdicts.get(target) != "pass"}
        if self.notices and not set(targets) <= unmet:
            return None

        def write():
            self.lines.update(dict.fromkeys(targets, False))
            self.state, self.notices = WAITS, self.notices + 1
            self.stop("C1")
            if self.item.answer_days:
                self.begin("C5", self.item.answer_days, "working_day")

        return write

    def bring(self, who, targets):
        """T09: what was asked for, the materials and answers of exactly these lines."""
        unmet = {target for target, met in self.lines.items() if not met}
        if who.role != CLERK or self.state != WAITS or not targets or not set(targets) <= unmet:
            return None

        def write():
            self.lines.update(dict.fromkeys(targets, True))
            self.verdicts.update({target: "" for target in targets if not target.startswith("form:")})
            self.state, self.completed = PRE, self.today
            self.stop("C5")
            self.begin("C1", 5, "working_day")

        return write

    def widen(self, who, targets, known):
        other = who.role == REVIEWER and who.id not in {self.handler, *self.handled}
        fresh = set(targets) and set(targets) <= known - self.lines.keys()
        if not other or self.state != PRE or not self.notices or not fresh:
            return None
        return lambda: self.wider.update(targets)

    def accept(self, who, tolerate, *, signed):
        if not self.owns(who) or self.state != PRE or self.lapsed():
            return None
        if tolerate and (self.item.tolerance is None or not signed):
            return None
        if any(not self.item.listed[code][1] or code in self.verdicts for code in tolerate):
            return None
        excused = {*tolerate, *(self.promise["codes"] if self.promises() else ())}
        for code, (required, _, _) in self.item.listed.items():
            if self.verdicts.get(code, "pass") != "pass" or (required and code not in {*self.verdicts, *excused}):
                return None
        if any(not met and target not in tolerate for target, met in self.lines.items()):
            return None
        return lambda: self._accepted(self.completed if self.notices else self.today, tolerate)

    def deem(self, who):
        if who.role != SYSTEM or not self.lapsed():
            return None

        def write():
            self._accepted(self.completed if self.notices else self.received, ())
            self.deemed = True

        return write

    def _accepted(self, day, tolerate):
        self.accepted, self.tolerated = day, dict.fromkeys(tolerate, False)
        self.stop("C1", "C5")
        start = day if self.item.starts == "acceptance" else self.completed
        self.begin("C2", *self.item.legal, start=start)
        self.begin("C3", *self.item.promised, start=start)
        if tolerate and self.item.tolerance[1]:
            self.begin("C6", *self.item.tolerance[1:], start=day)
        self.step(0)

    # ---- two persons

    def propose(self, who, act, ground, days=0, unit=""):
        states, proposers, _ = TWO_PERSONS[act]
        if who.role not in proposers or self.state not in states or self.proposal:
            return None
        if who.role == HANDLER and self.handler not in ("", who.id):
            return None
        if act == "terminate" and ground not in GROUNDS:
            return None
        if act == "start_special":
            planned = self.item.special.get(ground)
            if planned is None or not 1 <= days <= planned[0]:
                return None
        late = act == "lapse_correction" and not self.answer_is_late()
        if late or not self.still_right(act):
            return None

        def write():
            self.proposals += 1
            self.proposal = (act, who.id, ground, days, unit)

        return write

    def answer_is_late(self):
        clock = self.clock("C5")
        return clock is not None and clock.stopped is None and self.today > clock.due

    def still_right(self, act):
        """What could have been right when it was proposed, and no longer is."""
        if act == "not_accepted":
            return not self.lapsed()
        if act == "void_receipt":
            return self.received == self.today and not self.notices
        return True

    def confirm(self, who, act):
        if self.proposal is None or self.proposal[0] != act or self.state not in TWO_PERSONS[act][0]:
            return None
        _, by, ground, days, unit = self.proposal
        if who.role not in TWO_PERSONS[act][2] or who.id == by or not self.still_right(act):
            return None
        if not self.owns(who) if act == "lapse_correction" else who.id in {self.handler, *self.handled}:
            return None

        def write():
            self.proposal = None
            if act == "start_special":
                self.stand(SPECIAL, counted=False)
                self.specials.append([ground, False])
                self.begin("C9", days, unit)
            else:
                self.end("not_accepted" if act == "not_accepted" else "terminated")

        return write

    def drop(self, who):
        if self.proposal is None:
            return None
        act, by = self.proposal[:2]
        if who.id != by and (who.role not in TWO_PERSONS[act][2] or self.state not in TWO_PERSONS[act][0]):
            return None
        return lambda: self.__dict__.update(proposal=None)

    # ---- review

    def step(self, number):
        code, role, count, unit = self.item.steps[number]
        self.state = REVIEW
        self.stop("C8")
        self.steps.append(Step(code, role))
        if count:
            self.begin("C8", count, unit)

    def at(self):
        """The number of the step that waits."""
        return [step[0] for step in self.item.steps].index(self.steps[-1].code)

    def signs(self, who):
        """§2.6: the step's own role; the handler's step is its handler's; nobody signs two steps of a case."""
        step = self.steps[-1]
        if self.state != REVIEW or step.role != who.role:
            return False
        if step.role == HANDLER:
            return self.handler in ("", who.id)
        elsewhere = {other.by for other in self.steps if other.by and other.code != step.code}
        return who.id not in {self.handler, *self.handled, *elsewhere}

    def _signed(self, who, result):
        self.steps[-1].by, self.steps[-1].result = who.id, result
