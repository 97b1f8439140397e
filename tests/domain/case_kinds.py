"""Which items, people and calendars the walks of `test_case_model` meet."""

from datetime import date, datetime, timedelta
from functools import cache

import jurist
import jurist_days

from appliance.catalogue.calendar import load_calendar
from appliance.catalogue.loader import load_items
from appliance.clock import SHANGHAI
from appliance.domain.calendar import Calendar, Document, SpecialDay, TableStatus, YearTable
from appliance.domain.decide.prereview import review_steps
from appliance.domain.item_terms import HandlingType, LawRank, Necessity
from appliance.domain.provisional_year import provisional_year
from appliance.domain.service_item import CorrectionPolicy, Fee, LegalBasis, SpecialProcedure, materials_for

FOOD, HEALTH, GAS, FUN, ROAD = "420100001000", "420100003000", "420100008000", "420100009000", "420100011000"
INSTANT, HOUSING, RECORD, SCHOOL, BUILDING = (
    "420700002000", "420700014000", "421000016000", "420100013000", "420100007000",
)  # fmt: skip
LAW = LegalBasis(law="示例条例", article="第十条", rank=LawRank.LAW)
TWO_FEES = tuple(Fee(name=name, standard="按规定", basis=(LAW,)) for name in ("占道费", "修复费"))
PROCEDURES = (
    SpecialProcedure(kind="expert_review", planned_days=15, explain="可以评审"),
    SpecialProcedure(kind="testing", planned_days=20, planned_type="natural_day", explain="可以检测"),
)
# Real items, and some with what no sample item has: a limit for the applicant, two fees, procedures nobody must hold.
KINDS = (
    (FOOD, {}),
    (FOOD, {"correction": CorrectionPolicy(valid_days=5, valid_basis=(LAW,)), "fees": TWO_FEES}),
    (FOOD, {"special_procedure": PROCEDURES, "extension_max_days": 10}),
    (HEALTH, {"correction": CorrectionPolicy(valid_days=3, valid_basis=(LAW,)), "fees": TWO_FEES}),
    (GAS, {"correction": CorrectionPolicy(valid_days=15, valid_basis=(LAW,))}),
    (FUN, {}),
    (ROAD, {"project_type": HandlingType.PROMISE}),
    (INSTANT, {}),
    (INSTANT, {"fees": TWO_FEES}),
    (HOUSING, {"correction": CorrectionPolicy(valid_days=1, valid_basis=(LAW,))}),
    (RECORD, {}),
    (SCHOOL, {}),
    (BUILDING, {"correction": CorrectionPolicy(valid_days=10, valid_basis=(LAW,))}),
)
# What a run likes to do, and with which kinds of item (by place in KINDS), so that every row comes up again and again.
LEANINGS = (
    ("", range(len(KINDS))),
    ("", range(len(KINDS))),
    ("forward from_above sign", (9,)),
    ("make_promise verify_promise withdraw_promise grant produce", (3,)),
    ("notify propose_lapse", (1, 3, 4, 9, 12)),
    ("offer ask call hold", (0, 5)),
    ("propose confirm end_special", (2, 4)),
    ("new_calendar", range(len(KINDS))),
    ("grant_delegated hand_over pay", (7, 8)),
    ("ship deliver correct_paper grant produce", (0, 6, 10)),
)
HAPPENINGS = ["try"] * 9 + ["go on"] * 8 + ["wait", "limit", "limit", "limit", "calendar"]
ENOUGH = 50  # seeds after which every row of the table has been reached
WALKS = 4  # of each seed
# Rows of the table that the book does not tell, and why.
LEFT_OUT = {
    "T02": "begins a case as T03 does; test_decide_doors holds its guards",
    "T08j": "an act on a member of a joint whole; test_decide_joint holds it",
    # What moves paper and people beside the case and leaves its state alone; their guards stand in the tables named.
    **dict.fromkeys(("T03a", "T03x", "T03o", "T03m", "T03n", "T25s"), "test_decide_desk holds its guards"),
    **dict.fromkeys(("T03b", "T03v"), "test_decide_fallback holds its guards"),
    **dict.fromkeys(("T38", "T39"), "needs a second hall; test_decide_transfer holds its guards"),
}
ENDED = ("closed", "not_required", "not_accepted", "withdrawn", "terminated")


def cast(department):
    """Everybody, and some in a second role: the same person must be recognised in it."""
    who = jurist.Who
    return (
        who("W1", "window_clerk"), who("W2", "window_clerk"), who("W1", "hall_manager"), who("M1", "hall_manager"),
        who("C1", "case_handler", department), who("C2", "case_handler", department),
        who("C1", "reviewer", department), who("C2", "approver", department),
        who("R1", "reviewer", department), who("R2", "reviewer", department), who("R1", "approver", department),
        who("R1", "case_handler", department),
        who("A1", "approver", department), who("A2", "approver", department), who("A1", "reviewer", department),
        who("D1", "dept_head", department), who("system", "system"), who("V1", "supervisor"), who("X1", "sysadmin"),
        who("C1", "window_clerk"), who("J1", "case_handler", department), who("J2", "reviewer", department),
    )  # fmt: skip


@cache
def catalogue():
    return {item.catalog_code: item for item in load_items()}


@cache
def known_calendar():
    """The product's own: 2026 official, 2027 by rule."""
    return load_calendar()


NOTICE_FROM = datetime(2026, 11, 1, tzinfo=SHANGHAI)
NOTICE = Document(number="国办发明电〔2026〕0号", title="示例", issued=date(2026, 11, 30))


@cache
def arrived(shift, worked):
    """A notice for 2027 as it might come out: a longer spring holiday, Saturdays and Sundays worked instead."""
    off = jurist_days.days_of(2027, jurist_days.OFF_2027) | {date(2027, 1, 4) + timedelta(days=n) for n in range(shift)}
    make_up = {day for day in (date(2027, 1, 9), date(2027, 1, 10), date(2027, 2, 20)) if day not in off}
    make_up = frozenset(sorted(make_up)[:worked])
    days = tuple(SpecialDay(name="示例", date=day, is_off_day=day in off) for day in sorted(off | make_up))
    table = YearTable(2027, TableStatus.OFFICIAL, (), (NOTICE,), "示例", days)
    tables = [one for one in known_calendar().tables if one.year < table.year]
    book_of_days = jurist_days.BEFORE_THE_NOTICE
    drawn = jurist_days.Days(
        off=days_before(book_of_days.off) | off, make_up=days_before(book_of_days.make_up) | make_up, official=2027
    )
    return Calendar.build([*tables, table, provisional_year(2028)]), drawn


def days_before(days):
    return frozenset(day for day in days if day.year < 2027)


def unit(value):
    return getattr(value, "value", value)


def facts_of(item, form):
    """Read from the item version what its statute says; data only."""
    policy = item.tolerance_policy
    listed = {
        one.code: (one.necessity is not Necessity.OPTIONAL, one.necessity is Necessity.TOLERABLE, one.promise_allowed)
        for one in materials_for(item, form)
    }
    return jurist.Facts(
        kind=item.project_type.value,
        legal=(item.anticipate_day, item.anticipate_type.value),
        promised=(item.promise_day, item.promise_type.value),
        starts=item.clock_start_event.value,
        deemed=item.correction.deemed_acceptance,
        answer_days=item.correction.valid_days,
        tolerance=(policy.deadline, policy.days, policy.day_type.value) if policy else None,
        promise=item.promise_based_allowed,
        special={one.kind: (one.planned_days, unit(one.planned_type), one.mandatory) for one in item.special_procedure},
        extension=item.extension_max_days,
        delivery=item.delivery_day,
        steps=tuple((one.code, one.role.value, one.limit_day, one.limit_type.value) for one in review_steps(item)),
        fees=tuple(one.name for one in item.fees),
        department=item.dept_code,
        licensed=item.licence is not None,
        listed=listed,
    )
