"""What every decider refuses before anything else, and the refusals that the tables beside this one do not reach."""

import importlib
import inspect
import pkgutil

import msgspec
import pytest

from appliance.domain import decide
from appliance.domain.actor import Actor, Role
from appliance.domain.case.values import FeeRecord
from appliance.domain.decide import conditions, issuance, mending, outside, prereview, proposals, review
from appliance.domain.events import DelegationGiven
from appliance.domain.item_terms import HandlingType
from appliance.domain.service_item import SpecialProcedure, TolerancePolicy
from appliance.domain.states import State
from appliance.domain.subject import FileRef, SubjectKind
from appliance.domain.transfer import Hand, Phase
from appliance.domain.transitions import TRANSITIONS
from appliance.errors import Forbidden, Invalid, WrongState

OTHER = "health_certificates"
LETTER = "agent_letter"
LONG = "长" * 2001


def code_of(call, *args, **named):
    with pytest.raises((Forbidden, Invalid, WrongState)) as caught:
        call(*args, **named)
    return caught.value.code, sorted(caught.value.fields)


def fields_of(call, *args, **named):
    with pytest.raises(Invalid) as caught:
        call(*args, **named)
    return sorted(caught.value.fields)


# ---- role and state come first

# A proposal is looked for first, a lapse is computed first; each has rows of its own in test_decide_proposals.
OTHER_ORDER = {"drop", "not_accepted", "terminate", "void_receipt", "propose", "propose_lapse", "start_special"}
# The steps of a chain, not acts of their own.
CHECKS = {"only_handler", "last_step", "second_person", "confirmed"}


def acts():
    """Find every function of the deciders that is given a case and an actor."""
    for module in pkgutil.iter_modules(decide.__path__):
        here = importlib.import_module(f"{decide.__name__}.{module.name}")
        for name, function in inspect.getmembers(here, inspect.isfunction):
            given = inspect.signature(function).parameters
            public = function.__module__ == here.__name__ and not name.startswith("_")
            if public and {"case", "actor"} <= given.keys() and name not in OTHER_ORDER | CHECKS:
                yield pytest.param(function, id=f"{module.name}.{name}")


DECIDERS = tuple(acts())


def nothing_for(function, **given):
    """Call with nothing for all else: who looks at it before the refusal fails on it."""
    names = inspect.signature(function).parameters
    return function(**{name: given.get(name) for name in names})


# What a supervisor may do with a case is to order something about it; test_decide_supervision has its rows.
WATCHING = {"supervision.urge"}


@pytest.mark.parametrize("function", [one for one in DECIDERS if one.id not in WATCHING])
def test_a_supervisor_does_nothing_with_a_case_in_any_state(told, function):
    told.receive()
    for state in State:
        case = msgspec.structs.replace(told.case, state=state)
        assert code_of(nothing_for, function, case=case, actor=Actor("V5001", Role.SUPERVISOR))[0] == "role"


# Paper is carried back, originals returned and papers printed once more when the case is long over.
AFTERWARDS = {"handover.send", "handover.take", "agency.return_originals", "issuance.reprint"}


@pytest.mark.parametrize("function", [one for one in DECIDERS if one.id not in AFTERWARDS])
def test_nothing_is_done_in_a_state_that_no_row_leads_out_of(told, function):
    """A withdrawn case: whatever the role, there is no act on it but to carry its paper."""
    told.receive()
    case = msgspec.structs.replace(told.case, state=State.WITHDRAWN)
    for role in (Role.WINDOW_CLERK, Role.CASE_HANDLER, Role.REVIEWER, Role.APPROVER, Role.DEPT_HEAD, Role.SYSTEM):
        assert code_of(nothing_for, function, case=case, actor=Actor("C1001", role))[0] in ("role", "wrong_state")
    after = {row.number for row in TRANSITIONS.values() if State.WITHDRAWN in row.sources}
    assert after == {"T03m", "T03n", "T03o"}


@pytest.mark.parametrize("function", [one for one in DECIDERS if one.id not in WATCHING])
def test_nothing_is_done_with_a_case_that_another_hall_has(told, function):
    """Whatever the act, the state and the role: a hall that gave a case up reads it and no more (protocol §5)."""
    told.receive()
    hand = Hand(leg=1, phase=Phase.SENT, other="42019901", other_name="区大厅", purpose="handle", given_at="2026-11-23")
    refused = set()
    for state in State:
        case = msgspec.structs.replace(told.case, state=state, hand=hand)
        for role in (Role.WINDOW_CLERK, Role.CASE_HANDLER, Role.REVIEWER, Role.APPROVER, Role.DEPT_HEAD, Role.SYSTEM):
            refused.add(code_of(nothing_for, function, case=case, actor=Actor("C1001", role))[0])
    assert refused - {"role"} == {"elsewhere"}


def test_the_list_of_acts_is_found_in_the_code():
    """The control of the two tests above: a decider that is not found is not tested."""
    found = {one.id for one in DECIDERS}
    assert {"review.grant", "outside.ship", "inquiry.hold_hearing", "conditions.supply", "timing.extend"} <= found
    assert len(found) >= 40


# ---- intake and what is told there


@pytest.mark.parametrize("changes", [{"copies": -1}, {"copies": 1000}, {"pages": -1}, {"pages": 1000}])
def test_copies_and_pages_are_counts(told, changes):
    first = msgspec.structs.replace(told.materials()[0], **changes)
    assert fields_of(told.receive, materials=(first, *told.materials()[1:])) == [f"material.{first.code}"]


@pytest.mark.parametrize(("form", "scanned"), [("electronic", False), ("copy", True), ("original", True)])
def test_what_is_taken_over_from_an_earlier_case_is_its_scans(told, form, scanned):
    files = (FileRef("a" * 64, "image/png", 10),) if scanned else ()
    first = msgspec.structs.replace(told.materials()[0], form=form, files=files, reused="S1")
    assert fields_of(told.receive, materials=(first, *told.materials()[1:])) == [f"material.{first.code}"]
    whole = msgspec.structs.replace(first, form="electronic", files=(FileRef("a" * 64, "image/png", 10),))
    told.receive(materials=(whole, *told.materials()[1:]))
    assert told.case.material(whole.code).reused == "S1"


def test_an_organisation_has_a_name_of_at_most_two_hundred_characters(told):
    applicant = told.application().applicant
    named = msgspec.structs.replace(applicant, name="店" * 200)
    assert told.receive(applicant=named).applicant.name == "店" * 200
    assert fields_of(told.receive, applicant=msgspec.structs.replace(applicant, name="店" * 201)) == ["applicant.name"]


def test_who_says_that_an_agent_acts_names_him_when_mending_too(told):
    form = told.application().form
    told.receive(agent=None, form={**form, "by_agent": "no"}, left_out=(LETTER,))
    assert fields_of(told.fix, form={"by_agent": "yes"}) == ["agent.name"]
    assert fields_of(told.amend, form={"by_agent": "yes"}) == ["agent.name"]


def test_a_remark_on_the_spot_is_short(told):
    told.receive()
    given = {"materials": (), "form": {"floor_area": "86"}, "signed": True, **told.on("clerk")}
    del given["calendar"]
    assert mending.onsite_fix(told.case, told.item, note="注" * 500, **given)
    assert fields_of(mending.onsite_fix, told.case, told.item, note="注" * 501, **given) == ["note"]


def test_the_kind_of_document_is_not_amended(told_of):
    """A person who came with a passport stays with it: another kind of document is another identity to prove."""
    told = told_of(server_type=("natural_person",))
    person = {"kind": SubjectKind.PERSON, "id_type": "passport", "id_number": "E12345678", "name": "阿依·示例"}
    told.receive(applicant=msgspec.structs.replace(told.application().applicant, **person))
    card = msgspec.structs.replace(told.case.applicant, id_type="citizen_id", id_number="420102190001010013")
    assert fields_of(told.amend, applicant=card) == ["applicant.kind"]


@pytest.mark.parametrize("reason", ["四" * 3, "长" * 501])
def test_an_amendment_has_a_reason_of_four_to_five_hundred_characters(told, reason):
    told.to("take")
    assert fields_of(told.amend, form={"floor_area": "86"}, reason=reason) == ["reason"]


# ---- the second notice


@pytest.fixture
def noticed(told):
    told.receive(left_out=(OTHER,)), told.take(), told.notice(OTHER), told.supplement(1)
    return told


def widen(told, who="reviewer", targets=("premises_proof",), reason="第一次预审时场所证明被遮住，没有看到"):
    actor = who if isinstance(who, Actor) else told.on(who)["actor"]
    return prereview.widen_notice(told.case, told.item, targets=targets, reason=reason, actor=actor)


def test_a_reviewer_lets_in_what_the_list_asks_for_and_the_notice_did_not_name(noticed):
    code = next(one.code for one in noticed.materials() if one.code != OTHER)
    assert widen(noticed, targets=(code, "form:floor_area", code)).targets == (code, "form:floor_area")


WIDER = {
    "nothing": ({"targets": ()}, ["targets"]),
    "what was told already": ({"targets": (OTHER,)}, ["targets"]),
    "what nobody may ask for": ({"targets": ("poem",)}, ["targets"]),
    "a field that is not there": ({"targets": ("form:weather",)}, ["targets"]),
    "a reason of nine characters": ({"targets": ("form:floor_area",), "reason": "没" * 9}, ["reason"]),
}


@pytest.mark.parametrize(("changes", "fields"), WIDER.values(), ids=list(WIDER))
def test_a_notice_is_not_widened_by(noticed, changes, fields):
    assert fields_of(widen, noticed, **changes) == fields


def test_a_notice_is_widened_by_another_person_after_the_first(noticed, told_of):
    handler_as_reviewer, substitute = Actor("C1001", Role.REVIEWER), Actor("C1050", Role.REVIEWER)
    assert code_of(widen, noticed, handler_as_reviewer)[0] == "same_person"
    noticed.case = msgspec.structs.replace(noticed.case, handlers=("C1001", "C1050"))
    assert code_of(widen, noticed, substitute)[0] == "same_person"
    fresh = told_of().to("take")
    assert code_of(widen, fresh)[0] == "no_notice"


def test_review_starts_once(told):
    told.to("take")
    told.wait(8)
    told.deem()
    assert code_of(prereview.start_review, told.case, told.item, **told.on("system"))[0] == "review_started"
    accepted = msgspec.structs.replace(told.case, state=State.ACCEPTED, steps=())
    assert prereview.start_review(accepted, told.item, **told.on("system")).step == told.case.steps[0].step


def test_only_what_is_missing_is_tolerated(told):
    """The layout may come later, but not when it lies on the table."""
    told.receive(), told.take(), told.pre_review()
    code = next(one.code for one in told.item.materials if one.tolerable)
    words = {"acceptance_no": "S-1", "tolerate": (code,), "commitment": True}
    assert fields_of(prereview.accept, told.case, told.item, **words, **told.on("handler")) == [f"material.{code}"]


def test_a_refusal_reaches_the_applicant_though_the_tolerated_material_never_came(told_of):
    told = told_of(tolerance_policy=TolerancePolicy(deadline="before_issue", days=5))
    told.receive(left_out=(OTHER,)), told.take(), told.pre_review()
    words = {"acceptance_no": "S-1", "tolerate": (OTHER,), "commitment": True}
    told.fold(prereview.accept(told.case, told.item, **words, **told.on("handler")), "handler")
    told.handle(), told.review(), told.refuse(), told.produce()
    assert told.case.open_tolerance == (OTHER,)
    assert told.hand_over().state is State.CLOSED


# ---- two persons


def test_a_proposal_is_confirmed_by_its_number(told):
    told.to("take")
    told.propose("terminate", ground="death"), told.drop(), told.propose("terminate", ground="death")
    words = {"review_body": "示范区人民政府", "court": "示范铁路运输法院", "actor": told.on("reviewer")["actor"]}
    assert code_of(proposals.terminate, told.case, 1, **words, today=told.day)[0] == "no_proposal"
    assert code_of(proposals.drop, told.case, 1, reason="情况已经变化", actor=words["actor"])[0] == "no_proposal"
    assert proposals.terminate(told.case, 2, **words, today=told.day).proposal == 2


def test_a_proposal_that_is_gone_is_not_dropped(told):
    told.to("take")
    assert code_of(proposals.drop, told.case, 1, reason="情况已经变化", actor=told.on("reviewer")["actor"])[0] == (
        "no_proposal"
    )


def test_a_special_procedure_is_checked_again_when_it_is_confirmed(told_of):
    told = told_of(special_procedure=(SpecialProcedure(kind="expert_review", planned_days=15, explain="评审"),))
    told.to("accept")
    told.propose("start_special", ground="expert_review", days=16, unit="working_day")
    assert code_of(told.start_special)[0] == "planned_days"
    told.drop(), told.propose("start_special", ground="hearing", days=5, unit="working_day")
    assert code_of(told.start_special)[0] == "special_not_allowed"


# ---- review and decision


def test_a_text_has_at_most_two_thousand_characters(told):
    told.to("accept")
    assert fields_of(told.sign, "handler", text=LONG) == ["opinion"]
    assert fields_of(told.propose, "terminate", ground="death", reason=LONG) == ["reason"]


def test_who_was_given_the_case_signs_no_other_step_even_before_he_did_anything(told):
    """Handed over by the hall manager to somebody who is reviewer too; and the one who gave it up was its handler."""
    told.to("handle")
    as_reviewer = {name: value for name, value in told.on("reviewer").items() if name != "actor"}
    words = {"result": "agree", "text": "同意", **as_reviewer}
    given = msgspec.structs.replace(told.case, handler="C1050")
    for number in ("C1050", "C1001"):
        refused = code_of(review.opinion, given, told.item, actor=Actor(number, Role.REVIEWER), **words)
        assert refused[0] == "same_person"
    former = msgspec.structs.replace(told.case, handler="C1099", handlers=("C1001", "C1051"))
    assert code_of(review.opinion, former, told.item, actor=Actor("C1051", Role.REVIEWER), **words)[0] == "same_person"
    assert review.opinion(given, told.item, actor=Actor("R2001", Role.REVIEWER), **words)


def test_a_step_that_the_item_does_not_know_is_not_passed_on(told):
    told.to("accept")
    stranger = msgspec.structs.replace(told.case.steps[-1], step="enquiry")
    case = msgspec.structs.replace(told.case, steps=(stranger,))
    words = {"result": "agree", "text": "同意", **told.on("handler")}
    assert code_of(review.opinion, case, told.item, **words)[0] == "last_step"


LEAVE = DelegationGiven(
    delegation="d-1", approver="A3001", handler="C1001", department="11420199MBDEM004XU", items=("420100001000",),
    starts="2026-11-23", until="2026-11-30",
)  # fmt: skip


def test_nothing_is_decided_under_a_leave_while_no_step_waits(told_of):
    told = told_of(project_type=HandlingType.INSTANT).to("review")
    case = msgspec.structs.replace(told.case, steps=told.case.steps[:-1])
    words = {"text": "同意", "content": "准予", "document_no": "x", **told.on("handler")}
    assert code_of(review.grant_delegated, case, told.item, LEAVE, **words)[0] == "form_incomplete"


def test_an_instant_case_is_handed_over_by_its_own_handler(told_of):
    told = told_of(project_type=HandlingType.INSTANT).to("produce")
    assert code_of(told.hand_over, "other_handler")[0] == "not_instant"
    assert told.hand_over("handler").state is State.CLOSED


def test_no_licence_without_a_decision(told):
    told.to("grant")
    told.case = msgspec.structs.replace(told.case, decision=None)
    assert code_of(issuance.produce_licence, told.case, told.item, identifier="x", number="1", shelf="",
                   actor=told.on("clerk")["actor"])[0] == "no_licence"  # fmt: skip


def test_a_limit_that_does_not_run_is_not_extended(told_of):
    told = told_of(extension_max_days=10).to("accept")
    stopped = tuple(
        msgspec.structs.replace(clock, stopped=str(told.day)) if clock.deadline.clock == "C2" else clock
        for clock in told.case.clocks
    )
    for clocks in ((), stopped):
        told.case = msgspec.structs.replace(told.case, clocks=clocks)
        assert code_of(told.extend)[0] == "too_late_to_extend"


# ---- 容缺, 告知承诺, 补充材料, 寄件, 更正


def test_a_promise_is_taken_back_with_a_reason_and_then_not_verified(told_of):
    told = told_of(promise_based_allowed=True)
    proof = next(one.code for one in told.item.materials if one.code == OTHER)
    listed = tuple(msgspec.structs.replace(one, promise_allowed=one.code == proof) for one in told.item.materials)
    told.item = msgspec.structs.replace(told.item, materials=listed)
    told.receive(left_out=(proof,))
    clerk = told.on("clerk")["actor"]
    made = conditions.make_promise(
        told.case, told.item, signer="阿依·示例", told=True, signed=True, actor=clerk, today=told.day
    )
    told.fold(made, "clerk")
    assert fields_of(conditions.withdraw_promise, told.case, reason="不想", actor=clerk) == ["reason"]
    told.fold(conditions.withdraw_promise(told.case, reason="改为提交证明", actor=clerk), "clerk")
    decided = msgspec.structs.replace(told.case, state=State.CLOSED, handler="C1001")
    words = {"result": "kept", "findings": "与承诺一致", "actor": told.on("handler")["actor"], "today": told.day}
    assert code_of(conditions.verify_promise, decided, **words)[0] == "no_promise"


def test_a_parcel_waits_for_the_fee(told):

    told.to("produce")
    words = {"recipient": "阿依·示例", "telephone": "13800005678", "address": "示范区示范路1号"}
    words |= {"carrier": "邮政速递", "waybill": "EMS1234567890CN", "actor": told.on("clerk")["actor"]}
    owed = msgspec.structs.replace(told.case, fees=(FeeRecord(fee="工本费", amount="10.00"),))
    assert code_of(outside.ship, owed, **words)[0] == "fee_open"
    assert outside.ship(told.case, **words).waybill == "EMS1234567890CN"


@pytest.mark.parametrize(("words", "fields"), [({"old": " "}, ["old"]), ({"new": ""}, ["new"])])
def test_a_correction_says_what_stood_there_and_what_shall(told, words, fields):

    told.to("hand_over")
    given = {"paper": "p-09-17", "old": "示范路1号", "new": "示范路10号", "reason": "门牌号打印错误"} | words
    assert fields_of(outside.correct_paper, told.case, **given, actor=told.on("approver")["actor"]) == fields
