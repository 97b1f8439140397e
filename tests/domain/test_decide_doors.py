"""The doors of a joint whole and of the self-service counter: who is refused before anything else is looked at."""

import inspect

import msgspec
import pytest
from joint_whole import FOOD, HEALTH, PEOPLE

from appliance.domain.actor import Actor, Role
from appliance.domain.decide import intake, joint, joint_intake, joint_results, prereview
from appliance.domain.item_terms import TaskState
from appliance.domain.states import State
from appliance.errors import Forbidden, Invalid, WrongState

STRANGER = Actor("V5001", Role.SUPERVISOR)
APPLICANT = Actor("kiosk-1", Role.APPLICANT)
DOORS = (
    joint.require_correction, joint.accept, joint.extend, joint.recompute, joint_intake.receive,
    joint_results.conclude, joint_results.hand_over, joint_results.withdraw,
)  # fmt: skip


def code_of(call, *args, **named):
    with pytest.raises((Forbidden, Invalid, WrongState)) as caught:
        call(*args, **named)
    return caught.value.code, sorted(caught.value.fields)


# ---- the whole


@pytest.mark.parametrize("door", DOORS, ids=[f"{one.__module__.rsplit('.', 1)[1]}.{one.__name__}" for one in DOORS])
def test_a_supervisor_does_nothing_with_a_whole(whole, door):
    whole.examined()
    given = {"joint": whole.joint, "members": whole.members, "actor": STRANGER}
    names = inspect.signature(door).parameters
    assert code_of(door, **{name: given.get(name) for name in names})[0] == "role"


def test_a_whole_that_is_accepted_is_not_noticed_any_more(whole):
    """A member whose department reported again cannot bring the notice back."""
    whole.receive().take_up().examine(HEALTH, "lead").examine(FOOD, "food", ["layout"])
    whole.joint = msgspec.structs.replace(whole.joint, acceptance_no="A0")
    assert code_of(whole.correct)[0] == "joint_accepted"


def test_a_whole_is_accepted_with_a_number_for_its_members(whole):
    whole.examined()
    words = {"joint_number": "A0", "numbers": (), "tolerate": {}, "commitment": False, "actor": PEOPLE["lead"]}
    refused = code_of(joint.accept, whole.joint, whole.members, **words, today=whole.day, calendar=whole.calendar)
    assert refused[0] == "nothing_to_accept"


def test_a_limit_of_the_whole_that_does_not_run_is_not_extended(whole):
    whole.examined().accept()
    running = whole.joint.clocks
    stopped = tuple(msgspec.structs.replace(one, stopped=str(whole.day)) for one in running)
    for clocks in ((), stopped):
        whole.joint = msgspec.structs.replace(whole.joint, clocks=clocks)
        assert code_of(whole.extend)[0] == "too_late_to_extend"


def test_an_extension_of_the_whole_names_who_approved_it(whole):
    whole.examined().accept()
    words = {"days": 15, "letter": "示政函〔2026〕31号", "reason": "消防验收整改尚未完成，不能按期决定"}
    words |= {"actor": PEOPLE["head"], "today": whole.day, "calendar": whole.calendar}
    assert code_of(joint.extend, whole.joint, whole.members, approver=" ", **words) == ("invalid", ["approver"])


def test_a_refusal_without_a_field_is_told_as_it_is(whole):
    """An item that is closed has no place on the form of the whole."""
    closed = tuple(msgspec.structs.replace(one, task_state=TaskState.SUSPENDED) for one in whole.members_items)
    whole.members_items = closed
    assert code_of(whole.receive)[0] == "item_not_open"


def test_results_that_are_on_their_way_by_post_are_not_handed_over(whole):
    whole.examined()
    whole.joint = msgspec.structs.replace(whole.joint, concluded_on=str(whole.day))
    whole.cases = {no: msgspec.structs.replace(case, state=State.MAILED) for no, case in whole.cases.items()}
    assert code_of(whole.hand_over)[0] == "nothing_ready"


def test_a_whole_is_withdrawn_with_a_reason(whole):
    whole.examined()
    words = {"letter_files": (), "actor": PEOPLE["clerk"], "today": whole.day}
    assert code_of(joint_results.withdraw, whole.members, reason=" 无 ", **words) == ("invalid", ["reason"])


def test_a_department_reports_by_its_handler_and_in_time(whole):
    whole.receive().take_up().examine(FOOD, "food", ["layout"])
    case, item = whole.cases[FOOD], next(one.item for one in whole.members if one.case.no == FOOD)
    words = {"texts": {"layout": ("没有加盖公章", "请补盖公章")}}
    other = Actor("C1099", Role.CASE_HANDLER)
    assert code_of(prereview.report_defects, case, item, **words, actor=other, today=whole.day)[0] == "not_handler"
    whole.later(30)
    late = code_of(prereview.report_defects, case, item, **words, actor=PEOPLE["food"], today=whole.day)
    assert late[0] == "notice_late"


# ---- self-service


@pytest.fixture
def kiosk(told):
    def submit(actor=APPLICANT, item=None, notice=1, **changes):
        application = told.application(**({"channel": "kiosk", "ticket": ""} | changes))
        return intake.submit(
            item or told.item, application, notice=notice, actor=actor, today=told.day, calendar=told.calendar,
            query_code="482913",
        )  # fmt: skip

    submit.told = told
    return submit


def test_an_applicant_submits_at_the_terminal(kiosk):
    assert kiosk().channel == "kiosk"


@pytest.mark.parametrize(
    ("changes", "refused"),
    [
        ({"actor": STRANGER}, ("role", [])),
        ({"actor": Actor("W0312", Role.WINDOW_CLERK)}, ("role", [])),
        ({"channel": "window"}, ("invalid", ["channel"])),
        ({"notice": 0}, ("invalid", ["notice"])),
        ({"form": {}}, ("invalid", None)),
    ],
)
def test_what_is_not_submitted(kiosk, changes, refused):
    code, fields = code_of(kiosk, **changes)
    assert code == refused[0]
    assert refused[1] is None or fields == refused[1]


def test_a_closed_item_is_not_submitted(kiosk):
    closed = msgspec.structs.replace(kiosk.told.item, task_state=TaskState.SUSPENDED)
    assert code_of(kiosk, item=closed)[0] == "item_not_open"


def test_a_submission_is_received_under_its_own_item(kiosk, catalogue):
    told = kiosk.told
    from_kiosk = msgspec.structs.replace(told.receive(), state="submitted", item_code="420700002000")
    assert code_of(
        intake.receive, told.item, told.application(), submitted=from_kiosk, query_code="482913", **told.on("clerk")
    )[0] == "other_item"  # fmt: skip
