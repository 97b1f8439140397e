"""The second half of the jurist's book: review, decision, limits that stand still, and what follows the decision."""

from jurist import (
    ACCEPTED,
    APPROVER,
    CLERK,
    CLOSED,
    FORWARDED,
    GRANTED,
    HANDLER,
    HEAD,
    MAILED,
    OPEN,
    PRE,
    READY,
    RECEIVED,
    REFUSED,
    REVIEW,
    REVIEWER,
    SPECIAL,
    STANDING_STILL,
    SUSPENDED,
    SYSTEM,
)

HEARD_IN = (REVIEW, SPECIAL)
OF_THE_DEPARTMENT = (HANDLER, REVIEWER, APPROVER, HEAD)
CHARGED_IN = (REVIEW, GRANTED, READY)
VERIFIED_IN = (GRANTED, READY, MAILED, CLOSED)
NEVER_LATER, NEVER_EARLIER = ("C3",), ("C5", "C6", "C7a")  # to the applicant's loss on what was printed


def signed(law, who, result):
    law.steps[-1].by, law.steps[-1].result = who.id, result


def sign(law, who, result):
    if law.state != REVIEW or not law.signs(who) or law.at() + 1 == len(law.item.steps):
        return None

    def write():
        signed(law, who, result)
        law.step(law.at() + 1)

    return write


def send_back(law, who):
    if law.state != REVIEW or who.role == HANDLER or not law.signs(who) or law.at() == 0:
        return None

    def write():
        before = law.at() - 1
        signed(law, who, "returned")
        law.step(before)

    return write


def last(law, who):
    return law.state == REVIEW and law.signs(who) and law.at() + 1 == len(law.item.steps)


def hearing_bars(law):
    """Art. 47, 48: it may still be asked for, or it was asked for or called and has not been held."""
    if not law.told and not law.called:
        return False
    running = any(one.name == "C7a" and one.stopped is None and law.today <= one.due for one in law.clocks)
    return not law.heard and (law.asked or law.called is not None or running)


def grants(law):
    """What must be there before a grant: the statute's procedures, what was tolerated, what was promised."""
    done = {kind for kind, over in law.specials if over} | ({"hearing"} if law.heard else set())
    ordered = {kind for kind, (_, _, mandatory) in law.item.special.items() if mandatory}
    waits = bool(law.item.tolerance) and law.item.tolerance[0] == "before_decision" and law.open_tolerance()
    broken = law.promise and law.promise["withdrawn"] and set(law.promise["codes"]) - law.verdicts.keys()
    return law.item.kind != "forward" and not hearing_bars(law) and ordered <= done and not waits and not broken


def decided(law, who, state, result):
    signed(law, who, result)
    law.state, law.decided = state, state
    law.stop(*STANDING_STILL)
    law.begin("C4", law.item.delivery, "working_day")
    if state == GRANTED and law.promises():
        law.begin("C11", 20, "working_day")


def grant(law, who):
    if who.role != APPROVER or not last(law, who) or not grants(law):
        return None
    return lambda: decided(law, who, GRANTED, "agree")


def grant_delegated(law, who, *, leave):
    """T33: an instant item by its handler under the approver's leave."""
    last = law.state == REVIEW and law.at() + 1 == len(law.item.steps)
    if not law.owns(who) or law.item.kind != "instant" or not leave or not last or not grants(law):
        return None
    return lambda: decided(law, who, GRANTED, "agree")


def refuse(law, who):
    if who.role != APPROVER or not last(law, who) or law.item.kind == "forward" or hearing_bars(law):
        return None
    return lambda: decided(law, who, REFUSED, "disagree")


def forward(law, who):
    """T21: the approver's row is the initial opinion; the limits here stop."""
    if who.role != APPROVER or not last(law, who) or law.item.kind != "forward":
        return None

    def write():
        signed(law, who, "agree")
        law.state, law.sent_up = FORWARDED, law.today
        law.stop(*STANDING_STILL)

    return write


def from_above(law, who, result, day):
    if who.role != CLERK or law.state != FORWARDED or not law.sent_up <= day <= law.today:
        return None

    def write():
        law.state = law.decided = GRANTED if result == "granted" else REFUSED
        law.begin("C4", law.item.delivery, "working_day")

    return write


# ---- limits


def again(law, clock):
    """Count a limit again, with its pauses and extension, by the calendar that is known now."""
    clock.due, _ = law.days.due(clock.start, clock.count, clock.unit, clock.pauses, clock.extended)
    clock.provisional = law.days.provisional(clock.due)


def extend(law, who, days):
    """T18, art. 42: once, before it is over, by the head, no longer than the item allows."""
    clock = law.clock("C2")
    if who.role != HEAD or law.state != REVIEW or law.extended or law.today > clock.due:
        return None
    if not 1 <= days <= law.item.extension:
        return None

    def write():
        law.extended, clock.extended = True, days
        again(law, clock)

    return write


def suspend(law, who, *, statute):
    """T19: only a statute stops the limits."""
    if who.role != HEAD or law.state != REVIEW:
        return None
    return lambda: law.stand(SUSPENDED, counted=not statute)


def go_on(law):
    law.pauses[-1][1] = law.today
    law.state = REVIEW
    spans = tuple((begin, end) for begin, end, counted in law.pauses if not counted)
    for clock in law.clocks:
        if clock.still and clock.stopped is None:
            clock.pauses, clock.still = spans, False
            again(law, clock)


def resume(law, who):
    return (lambda: go_on(law)) if law.owns_if_taken(who) and law.state == SUSPENDED else None


def end_special(law, who):
    if not law.owns_if_taken(who) or law.state != SPECIAL:
        return None

    def write():
        law.specials[-1][1] = True
        law.stop("C9")
        go_on(law)

    return write


def new_calendar(law, who):
    """§5.3 (4): what was provisional is counted again, never to the applicant's loss on a printed day."""
    if who.role != SYSTEM or law.state not in (*OPEN, GRANTED, REFUSED, READY, MAILED):
        return None
    changes = []
    for clock in law.clocks:
        if clock.stopped is not None or not clock.provisional:
            continue
        due, _ = law.days.due(clock.start, clock.count, clock.unit, clock.pauses, clock.extended)
        provisional = law.days.provisional(due)
        kept = (clock.name in NEVER_LATER and due > clock.due) or (clock.name in NEVER_EARLIER and due < clock.due)
        due = clock.due if kept else due
        if (due, provisional) != (clock.due, clock.provisional):
            changes.append((clock, due, provisional))

    def write():
        for clock, due, provisional in changes:
            clock.due, clock.provisional = due, provisional

    return write if changes else None


# ---- looking, hearing, asking for more, charging


def look_on_the_spot(law, who):
    return (lambda: None) if law.owns_if_taken(who) and law.state == REVIEW else None


def offer(law, who, party):
    """Art. 47: five days of his own for each who is told."""
    if not law.owns_if_taken(who) or law.state != REVIEW or party in law.told:
        return None

    def write():
        law.begin("C7a", 5, "working_day")
        law.told[party] = law.clocks[-1]

    return write


def ask(law, who, party):
    right = who.role in (CLERK, HANDLER) and law.state in HEARD_IN and party in law.told and not law.asked
    if not right or law.told[party].stopped or law.today > law.told[party].due:
        return None

    def write():
        law.asked = True
        law.stop("C7a")
        law.begin("C7b", 20, "working_day")

    return write


def call(law, who, day, officials):
    """Art. 48: seven days ahead, within twenty of the request, by two who had no part in the case."""
    mandatory = law.item.special.get("hearing", (0, "", False))[2]
    if not law.owns_if_taken(who) or law.state not in HEARD_IN or not (law.asked or mandatory) or law.heard:
        return None
    limit = law.clock("C7b")
    late = limit is not None and limit.stopped is None and day > limit.due
    involved = {law.handler, *law.handled, *(step.by for step in law.steps if step.by)}
    if late or law.days.working_days(law.today, day) < 7 or involved & set(officials) or len(set(officials)) < 2:
        return None
    return lambda: law.__dict__.update(called=day, officials=tuple(officials))


def hold(law, who, *, over):
    """T16d: after its hour, when it is over, by whoever presided or wrote (art. 48)."""
    named = law.called is not None and who.id in law.officials and who.role in OF_THE_DEPARTMENT
    if not named or law.state not in HEARD_IN or law.heard or not over:
        return None

    def write():
        law.heard = True
        law.stop("C7a", "C7b", day=law.called)

    return write


def request_material(law, who, targets, *, because_deemed):
    listed = set(targets) and set(targets) <= law.item.listed.keys()
    if not law.owns_if_taken(who) or law.state != REVIEW or not listed or (because_deemed and not law.deemed):
        return None
    return lambda: law.requests.extend([target, False] for target in targets)


def bring_requested(law, who, numbers):
    opened = {number for number, (_, met) in enumerate(law.requests, start=1) if not met}
    if who.role != CLERK or law.state != REVIEW or not numbers or not set(numbers) <= opened:
        return None

    def write():
        for number in numbers:
            law.requests[number - 1][1] = True
            law.verdicts[law.requests[number - 1][0]] = ""

    return write


def charge(law, who, fee):
    """Art. 58: what stands on the item's list, once until it is paid."""
    if not (who.role == CLERK or law.owns_if_taken(who)) or law.state not in CHARGED_IN or fee not in law.item.fees:
        return None
    if law.decided == REFUSED:
        return None
    return None if [fee, False] in law.fees else lambda: law.fees.append([fee, False])


def pay(law, who):
    """One receipt for one fee: the oldest that is open."""
    unpaid = next((one for one in law.fees if not one[1]), None)
    if who.role != CLERK or law.state not in CHARGED_IN or unpaid is None:
        return None

    def write():
        unpaid[1] = True

    return write


# ---- what was conditional


def supply(law, who, codes):
    if who.role != CLERK or law.state not in ACCEPTED or not codes or not set(codes) <= set(law.open_tolerance()):
        return None

    def write():
        law.tolerated.update(dict.fromkeys(codes, True))
        law.verdicts.update(dict.fromkeys(codes, ""))
        if not law.open_tolerance():
            law.stop("C6")

    return write


def make_promise(law, who):
    stands_for = tuple(code for code, one in law.item.listed.items() if one[2] and code not in law.verdicts)
    right = who.role == CLERK and law.state in (RECEIVED, PRE) and law.item.promise and law.promise is None
    if not right or not stands_for:
        return None
    return lambda: law.__dict__.update(promise={"codes": stands_for, "withdrawn": False, "result": ""})


def withdraw_promise(law, who):
    if who.role != CLERK or law.state not in OPEN or not law.promises():
        return None
    return lambda: law.promise.update(withdrawn=True)


def verify_promise(law, who, result):
    if not law.owns_if_taken(who) or law.state not in VERIFIED_IN or not law.promises() or law.promise["result"]:
        return None

    def write():
        law.promise.update(result=result)
        law.stop("C11")

    return write


# ---- the result


def produce(law, who):
    if who.role not in {GRANTED: (CLERK, HANDLER), REFUSED: (CLERK,)}.get(law.state, ()):
        return None
    return lambda: law.__dict__.update(state=READY)


def released(law):
    """A licence waits for the fee and for what was tolerated; a refusal is told without either (art. 38, 44)."""
    return law.decided == REFUSED or (not law.open_tolerance() and all(paid for _, paid in law.fees))


def hand_over(law, who):
    mine = who.role == CLERK or (law.owns(who) and law.item.kind == "instant")
    if law.state != READY or not mine or not released(law):
        return None

    def write():
        law.state = CLOSED
        law.stop("C4")

    return write


def ship(law, who):
    if law.state != READY or who.role != CLERK or not released(law):
        return None
    return lambda: law.__dict__.update(state=MAILED, posted=law.today)


def deliver(law, who, day):
    if law.state != MAILED or who.role != CLERK or not law.posted <= day <= law.today:
        return None

    def write():
        law.state = CLOSED
        law.stop("C4", day=day)

    return write


def withdraw(law, who):
    return (lambda: law.end("withdrawn")) if who.role == CLERK and law.state in OPEN else None


def amend(law, who):
    return (lambda: None) if who.role in (CLERK, HANDLER) and law.state in OPEN else None


def correct_paper(law, who):
    return (lambda: None) if who.role == APPROVER and law.state == CLOSED else None
