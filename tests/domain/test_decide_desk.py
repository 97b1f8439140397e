"""The desks' own acts: agents with their scope, originals, hand-overs, places on the shelf."""

from datetime import date

import msgspec
import pytest

from appliance.domain.actor import Actor, Role
from appliance.domain.decide import agency, conditions, handover, intake, issuance, mending, requests
from appliance.domain.events import SampleLine
from appliance.domain.subject import AGENT_SCOPES, MaterialIn
from appliance.errors import Forbidden, Invalid, WrongState

OTHER = "health_certificates"
LETTER = "agent_letter"
DEPARTMENT = "11420199MB0000001X"
CLERK = Actor("W0312", Role.WINDOW_CLERK, "03")
HANDLER = Actor("C1001", Role.CASE_HANDLER)
RECEIVER = agency.Receiver(relation="agent", name="𠮷永·示例", number="420102190001010021", checked=True)


def agent_of(told, *scopes, until=""):
    return msgspec.structs.replace(told.application().agent, scopes=scopes, until=until)


# What an agent does, the state it is done in, and the scope that it needs.
def supplements(told, **who):
    told.receive(left_out=(OTHER,), agent=told.mine)
    told.take()
    told.notice(OTHER)
    given = tuple(one for one in told.materials() if one.code == OTHER)
    return intake.supplement(told.case, told.item, lines=(1,), materials=given, note="", **told.on("clerk"), **who)


def fixes(told, **who):
    told.receive(agent=told.mine)
    given = told.materials()[:1]
    return mending.onsite_fix(
        told.case, told.item, materials=given, form={}, signed=True, note="", actor=CLERK, today=told.day, **who
    )


def withdraws(told, **who):
    told.receive(agent=told.mine)
    return issuance.withdraw(told.case, reason="歇业", letter_files=(), actor=CLERK, today=told.day, **who)


def brings_tolerated(told, **who):
    told.receive(agent=told.mine)
    told.case = msgspec.structs.replace(
        told.case, state="accepted", tolerated=(msgspec.convert({"code": OTHER}, _line(told)),)
    )
    given = tuple(one for one in told.materials() if one.code == OTHER)
    return conditions.supply(told.case, told.item, materials=given, note="", actor=CLERK, today=told.day, **who)


def brings_requested(told, **who):
    told.receive(agent=told.mine)
    told.take()
    told.accept()
    told.request(OTHER)
    given = tuple(one for one in told.materials() if one.code == OTHER)
    return requests.receive_requested(
        told.case, told.item, lines=(1,), materials=given, note="", actor=CLERK, today=told.day, **who
    )


def _line(told):
    return type(told.case).__annotations__["tolerated"].__args__[0]


ACTS = {"correct": (supplements, fixes, brings_tolerated, brings_requested), "withdraw": (withdraws,)}
CELLS = [(scope, act) for scope, acts in ACTS.items() for act in acts]


@pytest.mark.parametrize(("scope", "act"), CELLS, ids=[act.__name__ for _, act in CELLS])
def test_each_act_of_an_agent_needs_its_scope_and_no_other(told, told_of, scope, act):
    told.mine = agent_of(told, "submit", scope)
    assert act(told, presenter="agent").presenter == "agent"
    other = told_of()
    other.mine = agent_of(other, *(one for one in AGENT_SCOPES if one != scope))
    with pytest.raises(Invalid) as caught:
        act(other, presenter="agent")
    said = str(caught.value.fields["presenter"])
    assert (caught.value.code, AGENT_SCOPES[scope] in said, "授权委托书" in said) == ("authority", True, True)


@pytest.mark.parametrize(("scope", "act"), CELLS, ids=[act.__name__ for _, act in CELLS])
def test_the_applicant_himself_needs_none(told, scope, act):
    """The control: the same acts, without authority, by the applicant and by the representative."""
    told.mine = agent_of(told, "submit")
    assert act(told).presenter == "applicant"
    assert scope not in told.mine.scopes


def test_authority_ends_with_its_last_day(told):
    told.receive(agent=agent_of(told, "submit", "withdraw", until="2026-11-24"))
    words = {"reason": "歇业", "letter_files": (), "actor": CLERK, "presenter": "agent"}
    assert issuance.withdraw(told.case, today=date(2026, 11, 24), **words)
    with pytest.raises(Invalid) as caught:
        issuance.withdraw(told.case, today=date(2026, 11, 25), **words)
    assert (caught.value.code, caught.value.params["until"]) == ("authority_over", "2026-11-24")


def test_nobody_registered_is_nobody_authorised(told):
    told.receive(agent=None, form=told.application().form | {"by_agent": "no"}, left_out=(LETTER,))
    with pytest.raises(Invalid) as caught:
        issuance.withdraw(told.case, reason="歇业", letter_files=(), actor=CLERK, today=told.day, presenter="agent")
    assert caught.value.code == "no_agent"
    with pytest.raises(Invalid) as unnamed:
        issuance.withdraw(told.case, reason="歇业", letter_files=(), actor=CLERK, today=told.day, presenter="")
    assert "presenter" in unnamed.value.fields


@pytest.mark.parametrize(
    ("scopes", "until", "field"),
    [
        (("correct", "collect"), "", "agent.scopes"),
        ((), "", "agent.scopes"),
        (("submit", "sell"), "", "agent.scopes"),
        (("submit",), "2026-11-22", "agent.until"),
        (("submit",), "明年", "agent.until"),
    ],
)
def test_an_application_by_an_agent_needs_authority_to_apply_that_still_holds(told, scopes, until, field):
    with pytest.raises(Invalid) as caught:
        told.receive(agent=agent_of(told, *scopes, until=until))
    assert field in caught.value.fields


def test_who_has_no_representative_sends_none(told):
    told.receive()
    person = msgspec.structs.replace(told.case.applicant, representative="")
    case = msgspec.structs.replace(told.case, applicant=person)
    words = {"reason": "歇业", "letter_files": (), "actor": CLERK, "today": told.day, "presenter": "representative"}
    with pytest.raises(Invalid) as caught:
        issuance.withdraw(case, **words)
    assert "presenter" in caught.value.fields
    assert issuance.withdraw(told.case, **words)


def test_a_letter_widens_replaces_and_ends_the_authority(told):
    told.receive(agent=agent_of(told, "submit"))
    wider = agent_of(told, "submit", "collect", until="2026-12-31")
    letter = {"letter_files": ("a" * 64,), "actor": CLERK, "today": told.day}
    with pytest.raises(Invalid) as short:
        agency.dismiss(told.case, reason=" 无 ", actor=CLERK)
    assert "reason" in short.value.fields
    nothing, same = agent_of(told), told.case.agent
    for agent, seen in ((wider, False), (same, True), (nothing, True)):
        case = {"agent": agent, "letter_seen": seen}
        with pytest.raises(Invalid):
            agency.authorise(told.case, **case, **letter)
    told.fold(agency.authorise(told.case, wider, letter_seen=True, **letter), "clerk")
    assert told.case.agent == wider
    told.fold(agency.dismiss(told.case, reason="改为自行办理", actor=CLERK), "clerk")
    assert told.case.agent is None
    with pytest.raises(Forbidden):
        agency.dismiss(told.case, reason="改为自行办理", actor=CLERK)


@pytest.mark.parametrize(
    "changes",
    [{"scopes": ("submit", "collect")}, {"until": "2027-01-01"}, {"name": "李四", "id_number": "420102190001010013"}],
)
def test_a_correction_of_the_register_gives_no_authority(told, changes):
    told.receive(agent=agent_of(told, "submit"))
    with pytest.raises(Invalid) as caught:
        told.amend(agent=msgspec.structs.replace(told.case.agent, **changes))
    assert {"agent.scopes", "agent.name"} & caught.value.fields.keys()


# ---- originals ----------------------------------------------------------------------------------------------------


def copy_with(told, original, form="copy"):
    first, *rest = told.materials()
    return (MaterialIn(code=first.code, name=first.name, form=form, original=original), *rest)


@pytest.mark.parametrize(
    ("form", "original", "right"),
    [("copy", "", True), ("copy", "returned", True), ("copy", "kept", True), ("electronic", "returned", True),
     ("original", "", True), ("original", "returned", False), ("original", "kept", False), ("copy", "lost", False)],
)  # fmt: skip
def test_what_became_of_the_original_is_one_of_two_things_and_fits_the_form(told, form, original, right):
    if right:
        assert told.receive(materials=copy_with(told, original, form)).materials[0].original == original
    else:
        with pytest.raises(Invalid):
            told.receive(materials=copy_with(told, original, form))


def test_an_original_that_is_kept_goes_back_against_a_signature_once(told):
    told.receive(materials=copy_with(told, "kept"), agent=agent_of(told, "submit", "collect"))
    first, second = told.case.materials[:2]
    assert (first.holds_original, second.holds_original) == (True, True)
    words = {"receiver": RECEIVER, "actor": CLERK, "today": told.day}
    event = agency.return_originals(told.case, materials=(first.code, second.code), **words)
    told.fold(event, "clerk")
    back, gone = told.case.materials[:2]
    assert (back.original, back.holds_original, back.on_paper) == ("returned", False, True)
    assert (gone.original, gone.on_paper) == ("returned", False)
    for codes in ((), (first.code,), ("nothing",)):
        with pytest.raises(Invalid) as caught:
            agency.return_originals(told.case, materials=codes, **words)
        assert "materials" in caught.value.fields


def test_originals_go_to_nobody_without_authority_to_collect(told):
    told.receive(materials=copy_with(told, "kept"), agent=agent_of(told, "submit"))
    words = {"materials": (told.case.materials[0].code,), "actor": CLERK, "today": told.day}
    with pytest.raises(Invalid) as caught:
        agency.return_originals(told.case, receiver=RECEIVER, **words)
    assert (caught.value.code, list(caught.value.fields)) == ("authority", ["relation"])
    stranger = msgspec.structs.replace(RECEIVER, relation="representative")
    with pytest.raises(Forbidden) as caught:
        agency.return_originals(told.case, receiver=stranger, **words)
    assert caught.value.code == "collector"


# ---- hand-overs ---------------------------------------------------------------------------------------------------


def sent(told, codes=None, giver="", receiver=DEPARTMENT, samples=(), actor=CLERK, purpose="送部门审查"):
    listed = (told.case.materials[0].code,) if codes is None else codes
    return handover.send(
        told.case, giver=giver, receiver=receiver, codes=listed, samples=samples, purpose=purpose, actor=actor
    )


def taken(told, number=1, *, refused=None, place=DEPARTMENT, counted=True, actor=HANDLER):
    return handover.take(told.case, number, refused=refused or {}, place=place, counted=counted, actor=actor)


def test_paper_goes_there_and_back_and_is_always_in_one_place(told):
    code = told.receive().materials[0].code
    told.fold(
        sent(told, samples=(SampleLine(name="凉拌菜", quantity="2 份"), SampleLine(name=" ", quantity=""))), "clerk"
    )
    assert told.case.moving == {code}
    assert len(told.case.movements[0].sent.samples) == told.case.movements[0].sent.sample_count == 1
    with pytest.raises(Invalid):  # on its way
        sent(told)
    told.fold(taken(told), "handler")
    assert (told.case.material(code).place, told.case.moving) == (DEPARTMENT, frozenset())
    with pytest.raises(Invalid):  # not at the window any more
        sent(told)
    back = sent(told, giver=DEPARTMENT, receiver="", actor=HANDLER)
    told.fold(back, "handler")
    told.fold(taken(told, 2, place="", actor=CLERK), "clerk")
    assert told.case.material(code).place == ""


def test_a_refused_line_stays_with_the_giver(told):
    told.receive()
    one, two = (material.code for material in told.case.materials[:2])
    told.fold(sent(told, (one, two), samples=(SampleLine(name="样品", quantity="1"),)), "clerk")
    told.fold(taken(told, refused={two: "少一页", "sample:1": "包装破损"}), "handler")
    assert (told.case.material(one).place, told.case.material(two).place) == (DEPARTMENT, "")
    assert told.case.movements[0].taken.refused == (two, "sample:1")
    assert sent(told, (two,))  # it can be sent again


def test_an_original_away_from_the_window_cannot_be_given_back(told):
    told.receive(agent=agent_of(told, "submit", "collect"))
    code = told.case.materials[0].code
    told.fold(sent(told), "clerk")
    for _ in range(2):  # on its way, then at the department
        with pytest.raises(Invalid) as caught:
            agency.return_originals(told.case, materials=(code,), receiver=RECEIVER, actor=CLERK, today=told.day)
        assert "不在窗口" in str(caught.value.fields["materials"])
        if told.case.moving:
            told.fold(taken(told), "handler")


SENDING = {
    "nothing": {"codes": ()},
    "to oneself": {"receiver": ""},
    "an unknown material": {"codes": ("nothing",)},
    "no purpose": {"purpose": " "},
    "a sample without its name": {"samples": (SampleLine(name=" ", quantity="2 份"),)},
    "a sample without its quantity": {"samples": (SampleLine(name="样品", quantity=""),)},
    "too many samples": {"samples": (SampleLine(name="样品", quantity="1"),) * 21},
    "a sample of many words": {"samples": (SampleLine(name="样" * 101, quantity="1"),)},
}


@pytest.mark.parametrize("changes", SENDING.values(), ids=list(SENDING))
def test_a_hand_over_list_is_whole_or_not_made(told, changes):
    told.receive()
    with pytest.raises(Invalid):
        sent(told, **changes)


def test_what_is_not_on_paper_is_carried_nowhere(told):
    told.receive(materials=copy_with(told, "returned", "electronic"))
    with pytest.raises(Invalid) as caught:
        sent(told)
    assert "lines" in caught.value.fields


TAKING = {
    "not sent here": ({"place": "11420199MB0000002X"}, Forbidden),
    "by who sent it": ({"place": DEPARTMENT, "actor": CLERK}, Forbidden),
    "uncounted": ({"counted": False}, Invalid),
    "a line that is not on it": ({"refused": {"nothing": "没有"}}, Invalid),
    "refused with a story": ({"refused": {"first": "长" * 101}}, Invalid),
    "refused without a reason": ({"refused": {"first": ""}}, Invalid),
    "no such hand-over": ({"number": 7}, WrongState),
}


@pytest.mark.parametrize(("changes", "error"), TAKING.values(), ids=list(TAKING))
def test_only_the_receiver_signs_after_counting(told, changes, error):
    code = told.receive().materials[0].code
    told.fold(sent(told), "clerk")
    if "refused" in changes:
        changes = {"refused": {code if key == "first" else key: why for key, why in changes["refused"].items()}}
    with pytest.raises(error):
        taken(told, **changes)
    assert taken(told)  # the control


def test_nobody_signs_twice(told):
    told.receive()
    told.fold(sent(told), "clerk")
    told.fold(taken(told), "handler")
    with pytest.raises(WrongState):
        taken(told)


@pytest.mark.parametrize(
    ("day", "due"),
    [
        ("2026-11-23", "2026-11-25"),
        ("2026-11-26", "2026-11-30"),
        ("2026-11-27", "2026-12-01"),
        ("2026-09-29", "2026-10-08"),
    ],
)
def test_two_working_days_for_a_signature(working_days, day, due):
    assert handover.due_day(date.fromisoformat(day), working_days) == due


# ---- the shelf ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("typed", "code"), [(" a-12 ", "A-12"), ("A1", "A1"), ("B-02-11", "B-02-11")])
def test_a_place_has_a_code(typed, code):
    assert issuance.check_location(typed) == code


@pytest.mark.parametrize("typed", ["", "柜A", "A 12", "-", "A--1", "A-1-1-1-1", "ABCDEFG"])
def test_what_is_no_code_is_no_place(typed):
    with pytest.raises(Invalid) as caught:
        issuance.check_location(typed)
    assert "shelf" in caught.value.fields


def test_a_result_moves_while_it_waits_and_not_after(told):
    told.to("produce")
    told.fold(issuance.shelve(told.case, location="b-2", actor=CLERK), "clerk")
    assert told.case.shelf == "B-2"
    with pytest.raises(Invalid):
        issuance.shelve(told.case, location="B-2", actor=CLERK)
    told.hand_over()
    with pytest.raises(WrongState):
        issuance.shelve(told.case, location="B-3", actor=CLERK)
