"""投诉 as a table: who writes one down, who decides, who inquires, until when, and who reads what (domain §6.5)."""

from dataclasses import dataclass
from datetime import date

import pytest

from appliance.catalogue.calendar import load_calendar
from appliance.domain.actor import Actor, Role
from appliance.domain.complaints import Standing
from appliance.domain.decide import complaints as rules
from appliance.domain.identifiers import complaint_no
from appliance.errors import Forbidden, Invalid, WrongState

NO, HERE = "TS202611231001", "11420199MBDEM004XU"
MONDAY = date(2026, 11, 23)
SUPERVISOR, MANAGER = Actor("S5001", Role.SUPERVISOR), Actor("M4001", Role.HALL_MANAGER)
CLERK, HANDLER, REVIEWER = (
    Actor("W0312", Role.WINDOW_CLERK), Actor("C1001", Role.CASE_HANDLER), Actor("R2001", Role.REVIEWER),
)  # fmt: skip
TEN = "写满十个字的理由没有少"
REGISTER = {
    "no": NO,
    "channel": "phone",
    "about": "person",
    "subject": "C1001",
    "category": "manner",
    "department": HERE,
    "complainant": " 李示例 ",
    "contact": "",
    "content": TEN,
    "actor": CLERK,
    "today": MONDAY,
}
ADMIT = {
    "investigator": "R2001",
    "roles": (Role.REVIEWER,),
    "concerned": {"C1001"},
    "complex_matter": False,
    "actor": SUPERVISOR,
    "today": MONDAY,
}
ANSWER = {"result": "true", "findings": TEN, "measures": TEN, "reply": TEN, "actor": REVIEWER, "today": MONDAY}
CLOSE = {"satisfaction": "satisfied", "archive_no": " 2026-1 ", "note": "", "actor": SUPERVISOR}


@dataclass(frozen=True)
class Held:
    no: str = NO
    standing: Standing = Standing.REGISTERED
    due: str = "2026-11-30"
    investigator: str = "R2001"
    extended: bool = False


@pytest.fixture(scope="module")
def calendar():
    return load_calendar()


def test_what_is_written_down_and_by_when_it_is_decided(calendar):
    event = rules.register(**REGISTER, calendar=calendar)
    assert (event.no, event.subject, event.complainant, event.due) == (NO, "C1001", "李示例", "2026-11-25")
    nothing = rules.register(**(REGISTER | {"about": "none", "subject": "C1001"}), calendar=calendar)
    assert nothing.subject == ""


@pytest.mark.parametrize(
    ("changes", "error", "named"),
    [
        ({"actor": HANDLER, "subject": "W0312"}, Forbidden, ""),
        ({"subject": "W0312"}, Forbidden, ""),  # about herself
        ({"channel": "pigeon"}, Invalid, "channel"),
        ({"about": "weather"}, Invalid, "about"),
        ({"category": ""}, Invalid, "category"),
        ({"subject": ""}, Invalid, "subject"),
        ({"complainant": "李" * 61}, Invalid, "complainant"),
        ({"contact": "1" * 101}, Invalid, "contact"),
        ({"content": "太慢" * 4}, Invalid, "content"),
    ],
)
def test_what_is_not_written_down(calendar, changes, error, named):
    with pytest.raises(error) as caught:
        rules.register(**(REGISTER | changes), calendar=calendar)
    assert set(caught.value.fields) == ({named} - {""})


@pytest.mark.parametrize(("complex_matter", "due"), [(False, "2026-11-30"), (True, "2026-12-14")])
def test_it_is_taken_up_with_the_days_for_its_answer(calendar, complex_matter, due):
    event = rules.admit(Held(), **(ADMIT | {"complex_matter": complex_matter}), calendar=calendar)
    assert (event.investigator, event.complex, event.due) == ("R2001", complex_matter, due)


@pytest.mark.parametrize(
    ("held", "changes", "error", "named"),
    [
        (Held(), {"actor": MANAGER}, Forbidden, ""),
        (Held(standing=Standing.ADMITTED), {}, WrongState, ""),
        (Held(), {"roles": (Role.CASE_HANDLER,)}, Invalid, "investigator"),
        (Held(), {"roles": ()}, Invalid, "investigator"),
        (Held(), {"concerned": {"C1001", "R2001"}}, Invalid, "investigator"),
    ],
)
def test_who_may_not_inquire(calendar, held, changes, error, named):
    with pytest.raises(error) as caught:
        rules.admit(held, **(ADMIT | changes), calendar=calendar)
    assert set(caught.value.fields) == ({named} - {""})


def test_somebody_else_inquires_from_here_on():
    admitted = Held(standing=Standing.ADMITTED)
    changed = {"investigator": "M4001", "roles": (Role.HALL_MANAGER,), "concerned": {"C1001"}, "actor": SUPERVISOR}
    assert rules.reassign(admitted, **changed).investigator == "M4001"
    for held, changes, error in (
        (admitted, {"actor": MANAGER}, Forbidden),
        (Held(), {}, WrongState),
        (Held(standing=Standing.ANSWERED), {}, WrongState),
        (admitted, {"investigator": "R2001", "roles": (Role.REVIEWER,)}, Invalid),  # who inquires already
        (admitted, {"roles": (Role.WINDOW_CLERK,)}, Invalid),
        (admitted, {"concerned": {"M4001"}}, Invalid),
    ):
        with pytest.raises(error):
            rules.reassign(held, **(changed | changes))


def test_it_is_refused_on_a_ground_and_with_where_to_turn_to():
    event = rules.reject(Held(), ground="elsewhere", reply=f" {TEN} ", actor=SUPERVISOR)
    assert (event.ground, event.reply) == ("elsewhere", TEN)
    for changes, error in (
        ({"actor": MANAGER}, Forbidden),
        ({"ground": "too_late"}, Invalid),
        ({"reply": "不受理"}, Invalid),
    ):
        with pytest.raises(error):
            rules.reject(Held(), **({"ground": "elsewhere", "reply": TEN, "actor": SUPERVISOR} | changes))
    with pytest.raises(WrongState):
        rules.reject(Held(standing=Standing.ADMITTED), ground="elsewhere", reply=TEN, actor=SUPERVISOR)


def test_the_answer_is_put_off_once_and_only_before_its_day_is_over(calendar):
    admitted, put = Held(standing=Standing.ADMITTED), {"reason": TEN, "actor": SUPERVISOR, "calendar": calendar}
    assert rules.extend(admitted, today=date(2026, 11, 30), **put).due == "2026-12-14"
    for held, changes, error in (
        (Held(), {}, WrongState),
        (Held(standing=Standing.ADMITTED, extended=True), {}, WrongState),
        (admitted, {"today": date(2026, 12, 1)}, WrongState),
        (admitted, {"reason": "忙"}, Invalid),
        (admitted, {"actor": REVIEWER}, Forbidden),
    ):
        with pytest.raises(error):
            rules.extend(held, **({"today": MONDAY} | put | changes))


@pytest.mark.parametrize("changes", [{}, {"result": "untrue", "measures": ""}])
def test_who_inquires_answers(calendar, changes):
    event = rules.answer(Held(standing=Standing.ADMITTED), **(ANSWER | changes), calendar=calendar)
    assert event.due == "2026-11-26"
    assert event.reply == TEN


@pytest.mark.parametrize(
    ("held", "changes", "error", "named"),
    [
        (Held(standing=Standing.ADMITTED), {"actor": SUPERVISOR}, Forbidden, ""),
        (Held(standing=Standing.ANSWERED), {}, WrongState, ""),
        (Held(standing=Standing.ADMITTED), {"result": ""}, Invalid, "result"),
        (Held(standing=Standing.ADMITTED), {"findings": "属实"}, Invalid, "findings"),
        (Held(standing=Standing.ADMITTED), {"result": "partly", "measures": ""}, Invalid, "measures"),
        (Held(standing=Standing.ADMITTED), {"result": "untrue", "measures": "批评"}, Invalid, "measures"),
        (Held(standing=Standing.ADMITTED), {"reply": "知道了"}, Invalid, "reply"),
    ],
)
def test_what_is_no_answer(calendar, held, changes, error, named):
    with pytest.raises(error) as caught:
        rules.answer(held, **(ANSWER | changes), calendar=calendar)
    assert set(caught.value.fields) == ({named} - {""})


@pytest.mark.parametrize(
    ("standing", "changes", "error", "named"),
    [
        (Standing.ADMITTED, {}, WrongState, ""),
        (Standing.ANSWERED, {"actor": MANAGER}, Forbidden, ""),
        (Standing.ANSWERED, {"satisfaction": "fine"}, Invalid, "satisfaction"),
        (Standing.ANSWERED, {"archive_no": " "}, Invalid, "archive_no"),
        (Standing.ANSWERED, {"archive_no": "1" * 41}, Invalid, "archive_no"),
        (Standing.ANSWERED, {"satisfaction": "dissatisfied"}, Invalid, "note"),
        (Standing.ANSWERED, {"note": "还行"}, Invalid, "note"),
    ],
)
def test_it_is_filed_only_after_the_call_back(standing, changes, error, named):
    with pytest.raises(error) as caught:
        rules.close(Held(standing=standing), **(CLOSE | changes))
    assert set(caught.value.fields) == ({named} - {""})


def test_the_file_has_its_number():
    event = rules.close(Held(standing=Standing.ANSWERED), **CLOSE)
    assert (event.satisfaction, event.archive_no, event.note) == ("satisfied", "2026-1", "")


@pytest.mark.parametrize(
    ("actor", "concerned", "reads", "knows_who"),
    [
        (SUPERVISOR, (), True, True),
        (SUPERVISOR, ("S5001",), False, True),
        (MANAGER, (), True, False),
        (MANAGER, ("M4001",), False, False),
        (CLERK, (), True, True),  # who wrote it down
        (REVIEWER, (), True, True),  # who inquires
        (HANDLER, ("C1001",), False, False),
        (Actor("W0313", Role.WINDOW_CLERK), (), False, False),
    ],
)
def test_whom_it_is_about_reads_nothing_of_it(actor, concerned, reads, knows_who):
    who = {"by": "W0312", "investigator": "R2001", "actor": actor}
    assert rules.may_read(**who, concerned=concerned) is reads
    assert rules.may_know_who(**who) is knows_who


def test_a_number_says_its_day_epoch_and_place():
    assert complaint_no.build(MONDAY, 1, 1) == NO
    assert complaint_no.take_apart(NO) == ("2026-11-23", 1, 1)
    assert complaint_no.take_apart(complaint_no.build(MONDAY, 12, 1234)) == ("2026-11-23", 12, 1234)
    with pytest.raises(ValueError, match="no complaint number"):
        complaint_no.take_apart("TS1")
