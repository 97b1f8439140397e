"""A higher authority, the post, papers put right, 容缺, 告知承诺, 备案 and 即办: one test for each guard."""

import msgspec
import pytest

from appliance.domain.decide import conditions, outside, prereview, review
from appliance.domain.events import DelegationGiven
from appliance.domain.item_terms import HandlingType
from appliance.domain.service_item import TolerancePolicy
from appliance.domain.states import State
from appliance.domain.subject import SubjectKind
from appliance.errors import Forbidden, Invalid, WrongState

OTHER = "health_certificates"
ABOVE = "市住房保障和房屋管理局（示例）"


def code_of(call, *args, **named):
    with pytest.raises((Forbidden, Invalid, WrongState)) as caught:
        call(*args, **named)
    return caught.value.code, sorted(caught.value.fields)


class Acts:
    """What the tests do to a told case beside its own steps."""

    def __init__(self, told):
        self.told = told

    def _fold(self, events, who):
        return self.told.fold(events, who)

    def by(self, who, *names):
        whole = self.told.on(who)
        return {name: whole[name] for name in ("actor", *names)}

    def forward(self, who="approver", text="初审同意，报请审定", authority=ABOVE):
        told = self.told
        events = outside.forward(told.case, told.item, text=text, authority=authority, **self.by(who, "today"))
        return self._fold(events, who)

    def result(self, who="clerk", **changes):
        words = {"result": "granted", "document_no": "示市房保〔2026〕88号", "decided_on": str(self.told.day)}
        words |= {"words": "准予保障资格", "files": ("ab" * 32,)} | changes
        return self._fold(outside.import_result(self.told.case, self.told.item, **words, **self.told.on(who)), who)

    def ship(self, who="clerk", **changes):
        words = {"recipient": "阿依·示例", "telephone": "13800005678", "address": "示范区示范路1号"}
        words |= {"carrier": "邮政速递", "waybill": "ems1234567890cn"} | changes
        return self._fold(outside.ship(self.told.case, **words, **self.by(who)), who)

    def deliver(self, who="clerk", **changes):
        words = {"delivered_on": str(self.told.day), "proof": "signed_slip", "recipient": "阿依·示例"} | changes
        return self._fold(outside.deliver(self.told.case, **words, **self.by(who, "today")), who)

    def correct(self, who="approver", **changes):
        words = {"paper": "p-09-17", "old": "示范路1号", "new": "示范路10号", "reason": "门牌号打印错误"} | changes
        return self._fold(outside.correct_paper(self.told.case, **words, **self.by(who)), who)

    def supply(self, *codes, who="clerk"):
        given = tuple(one for one in self.told.materials() if one.code in codes)
        event = conditions.supply(
            self.told.case, self.told.item, materials=given, note="", today=self.told.day, **self.by(who)
        )
        return self._fold(event, who)

    def tolerate(self, *codes, commitment=True):
        told = self.told
        told.pre_review()
        words = {"acceptance_no": "S-1", "tolerate": codes, "commitment": commitment}
        return self._fold(prereview.accept(told.case, told.item, **words, **told.on("handler")), "handler")

    def promise(self, who="clerk", **changes):
        words = {"signer": "阿依·示例", "told": True, "signed": True} | changes
        event = conditions.make_promise(self.told.case, self.told.item, **words, **self.by(who, "today"))
        return self._fold(event, who)

    def take_back(self, who="clerk", reason="改为提交证明"):
        return self._fold(conditions.withdraw_promise(self.told.case, reason=reason, **self.by(who)), who)

    def verify(self, who="handler", result="kept", findings="现场与承诺一致"):
        words = {"result": result, "findings": findings}
        return self._fold(conditions.verify_promise(self.told.case, **words, **self.by(who, "today")), who)


# ---- T21, T22


@pytest.fixture
def above(told_of):
    told = told_of(project_type=HandlingType.FORWARD)
    told.to("review")
    return Acts(told)


def test_what_is_decided_above_is_not_decided_here(above):
    assert code_of(above.told.grant)[0] == "decided_above"
    assert code_of(above.told.refuse)[0] == "decided_above"


@pytest.mark.parametrize(("result", "state"), [("granted", "decided_granted"), ("refused", "decided_refused")])
def test_the_higher_authority_decides_and_the_limits_stop_meanwhile(above, result, state):
    case = above.forward()
    assert (case.state, case.clock("C2").stopped, case.steps[-1].by) == (State.FORWARDED, "2026-11-23", "A3001")
    above.told.wait(14)
    case = above.result(result=result, words="家庭收入超过规定的标准")
    assert (case.state.value, case.decision.kind, case.decision.above) == (state, result, ABOVE)
    assert case.clock("C4").deadline.start == "2026-12-07"


def test_only_an_item_of_that_kind_is_forwarded(told):
    told.to("review")
    assert code_of(Acts(told).forward)[0] == "not_forwarded"


@pytest.mark.parametrize(
    ("changes", "refused"),
    [
        ({"text": ""}, ("invalid", ["opinion"])),
        ({"authority": " "}, ("invalid", ["authority"])),
        ({"who": "handler"}, ("role", [])),
    ],
)
def test_what_goes_up_has_its_opinion_and_address(above, changes, refused):
    assert code_of(above.forward, **changes) == refused


def test_nothing_goes_up_before_the_form_is_signed(told_of):
    told = told_of(project_type=HandlingType.FORWARD).to("handle")
    assert code_of(Acts(told).forward)[0] == "other_step"


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"result": "perhaps"}, ["content", "result"]),
        ({"document_no": ""}, ["document_no"]),
        ({"files": ()}, ["files"]),
        ({"words": ""}, ["content"]),
        ({"result": "refused", "words": "不符合"}, ["content"]),
        ({"decided_on": "2026-11-22"}, ["decided_on"]),
        ({"decided_on": "2026-11-24"}, ["decided_on"]),
        ({"decided_on": "yesterday"}, ["decided_on"]),
    ],
)
def test_a_result_from_above_is_told_in_full(above, changes, fields):
    above.forward()
    assert code_of(above.result, **changes) == ("invalid", fields)


# ---- T28, T29, T34


@pytest.fixture
def ready(told):
    return Acts(told.to("produce"))


def test_a_result_goes_by_post_and_c4_stops_with_its_delivery(ready):
    case = ready.ship()
    assert (case.state, case.clock("C4").stopped, case.shipment.shipped.waybill) == (
        State.MAILED,
        None,
        "EMS1234567890CN",
    )
    ready.told.wait(2)
    case = ready.deliver(delivered_on="2026-11-24")
    assert (case.state, case.clock("C4").stopped) == (State.CLOSED, "2026-11-24")


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"waybill": "12"}, ["waybill"]),
        ({"address": ""}, ["address"]),
        ({"carrier": ""}, ["carrier"]),
        ({"recipient": ""}, ["recipient"]),
        ({"telephone": "12"}, ["phone"]),
    ],
)
def test_a_parcel_has_its_address(ready, changes, fields):
    assert code_of(ready.ship, **changes) == ("invalid", fields)


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"proof": "hearsay"}, ["proof"]),
        ({"delivered_on": "2026-11-22"}, ["delivered_on"]),
        ({"delivered_on": "2026-11-24"}, ["delivered_on"]),
        ({"recipient": ""}, ["recipient"]),
    ],
)
def test_a_delivery_has_its_day_and_proof(ready, changes, fields):
    ready.ship()
    assert code_of(ready.deliver, **changes) == ("invalid", fields)


def test_a_paper_is_put_right_while_the_case_stays_closed(ready):
    assert code_of(ready.correct)[0] == "wrong_state"
    ready.told.hand_over()
    case = ready.correct()
    assert (case.state, case.paper_corrections[0].by) == (State.CLOSED, "A3001")
    assert ready.correct(old="二", new="三").paper_corrections[1].corrected.number == 2
    assert code_of(ready.correct, "clerk")[0] == "role"
    assert code_of(ready.correct, new="示范路1号") == ("invalid", ["new"])
    assert code_of(ready.correct, reason="") == ("invalid", ["reason"])


# ---- 容缺


@pytest.fixture
def lacking(told_of):
    def make(deadline="before_decision", days=5):
        told = told_of(tolerance_policy=TolerancePolicy(deadline=deadline, days=days))
        told.receive(left_out=(OTHER,))
        told.take()
        return Acts(told)

    return make


def test_what_is_tolerable_may_follow_until_the_decision(lacking):
    acts = lacking()
    case = acts.tolerate(OTHER)
    assert (case.open_tolerance, case.clock("C6").deadline.due) == ((OTHER,), "2026-11-30")
    acts.told.handle()
    acts.told.review()
    assert code_of(acts.told.grant)[0] == "tolerance_open"
    case = acts.supply(OTHER)
    assert (case.open_tolerance, case.missing, case.clock("C6").stopped) == ((), (), "2026-11-23")
    assert acts.told.grant().state is State.DECIDED_GRANTED


@pytest.mark.parametrize("deadline", ["before_issue", "fixed_days"])
def test_what_may_follow_after_the_decision_stops_the_result(lacking, deadline):
    acts = lacking(deadline, 0)
    assert acts.tolerate(OTHER).clock("C6") is None
    for step in ("handle", "review", "grant", "produce"):
        getattr(acts.told, step)()
    assert code_of(acts.told.hand_over)[0] == "tolerance_open"
    assert code_of(acts.ship)[0] == "tolerance_open"
    acts.supply(OTHER)
    assert acts.told.hand_over().state is State.CLOSED


def test_without_a_signed_commitment_nothing_is_tolerated(lacking):
    assert code_of(lacking().tolerate, OTHER, commitment=False) == ("invalid", ["commitment"])


def test_an_item_without_the_policy_tolerates_nothing(lacking):
    acts = lacking()
    acts.told.item = msgspec.structs.replace(acts.told.item, tolerance_policy=None)
    assert code_of(acts.tolerate, OTHER)[0] == "no_tolerance"


@pytest.mark.parametrize("code", ["layout", "application", "poem"])
def test_only_what_the_item_names_and_is_missing_is_tolerated(lacking, code):
    assert code_of(lacking().tolerate, OTHER, code) == ("invalid", [f"material.{code}"])


@pytest.mark.parametrize(
    ("codes", "fields"),
    [((), ["materials"]), (("layout",), ["material.layout"]), ((OTHER, "layout"), ["material.layout"])],
)
def test_only_what_is_open_is_supplied(lacking, codes, fields):
    acts = lacking()
    acts.tolerate(OTHER)
    assert code_of(acts.supply, *codes) == ("invalid", fields)


# ---- 告知承诺


@pytest.fixture
def promising(told_of, catalogue):
    item = catalogue["420100001000"]
    materials = tuple(msgspec.structs.replace(one, promise_allowed=one.code == "layout") for one in item.materials)
    told = told_of(promise_based_allowed=True, materials=materials)
    told.receive(left_out=("layout",))
    return Acts(told)


def test_a_promise_stands_for_its_proof_and_is_verified_afterwards(promising):
    case = promising.promise()
    assert (case.promise.materials, case.missing, case.promise_based) == (("layout",), (), True)
    promising.told.take()
    for step in ("accept", "handle", "review", "grant"):
        getattr(promising.told, step)()
    assert promising.told.case.clock("C11").deadline.due == "2026-12-21"
    case = promising.verify(result="broken", findings="现场没有分区")
    assert (case.promise.result, case.clock("C11").stopped, case.state) == (
        "broken",
        "2026-11-23",
        State.DECIDED_GRANTED,
    )
    assert code_of(promising.verify)[0] == "no_promise"


def test_a_promise_taken_back_brings_the_proof_back(promising):
    promising.promise()
    promising.told.take()
    for step in ("accept", "handle", "review"):
        getattr(promising.told, step)()
    case = promising.take_back()
    assert (case.promise_based, case.missing) == (False, ("layout",))
    assert code_of(promising.told.grant)[0] == "promise_withdrawn"
    assert code_of(promising.take_back)[0] == "no_promise"
    promising.told.request("layout")
    promising.told.requested(1)
    assert promising.told.grant().clock("C11") is None


@pytest.mark.parametrize(
    ("changes", "fields"),
    [({"told": False}, ["told"]), ({"signed": False}, ["signed"]), ({"signer": ""}, ["signer"])],
)
def test_a_promise_is_made_freely_and_signed(promising, changes, fields):
    assert code_of(promising.promise, **changes) == ("invalid", fields)


def test_a_promise_is_made_once_where_the_item_allows_it_and_for_something(promising, told):
    promising.promise()
    assert code_of(promising.promise)[0] == "promise_made"
    told.receive()
    assert code_of(Acts(told).promise)[0] == "promise_not_allowed"
    told.item = msgspec.structs.replace(told.item, promise_based_allowed=True)
    assert code_of(Acts(told).promise) == ("invalid", ["materials"])


def test_there_is_nothing_to_verify_without_a_promise(told):
    told.to("grant")
    assert code_of(Acts(told).verify)[0] == "no_promise"


@pytest.mark.parametrize(
    ("changes", "code"),
    [({"who": "other_handler"}, "not_handler"), ({"result": "perhaps"}, "invalid"), ({"findings": "好"}, "invalid")],
)
def test_a_promise_is_verified_by_the_handler_in_words(promising, changes, code):
    promising.promise()
    promising.told.take()
    for step in ("accept", "handle", "review", "grant"):
        getattr(promising.told, step)()
    assert code_of(promising.verify, **changes)[0] == code


# ---- 备案, 即办


def test_a_record_filing_is_recorded_and_not_licensed(told_of):
    told = told_of(project_type=HandlingType.RECORD)
    assert told.to("grant").case.decision.recorded
    assert not told_of().to("grant").case.decision.recorded


LEAVE = DelegationGiven(
    delegation="d-1",
    approver="A3001",
    handler="C1001",
    department="11420199MBDEM004XU",
    items=("420100001000",),
    starts="2026-11-23",
    until="2026-11-30",
)


@pytest.fixture
def instant(told_of):
    told = told_of(project_type=HandlingType.INSTANT)
    told.to("review")

    def decide(who="handler", **changes):
        given = msgspec.structs.replace(LEAVE, **changes)
        words = {"text": "同意", "content": "准予", "document_no": "示市监许准〔2026〕1号"}
        return told.fold(review.grant_delegated(told.case, told.item, given, **words, **told.on(who)), who)

    decide.told = told
    return decide


def test_a_handler_decides_an_instant_item_under_the_approvers_leave(instant):
    case = instant()
    assert (case.state, case.decision.delegation, case.decision.by) == (State.DECIDED_GRANTED, "d-1", "C1001")


@pytest.mark.parametrize(
    "changes",
    [
        {"handler": "C1099"},
        {"approver": "C1001"},
        {"items": ("420700002000",)},
        {"department": "11420199MBDEM0058U"},
        {"starts": "2026-11-24"},
        {"until": "2026-11-22"},
    ],
)
def test_the_leave_is_his_for_this_item_and_has_not_ended(instant, changes):
    assert code_of(instant, **changes)[0] == "no_delegation"


@pytest.mark.parametrize(("who", "code"), [("other_handler", "not_handler"), ("clerk", "role"), ("reviewer", "role")])
def test_nobody_else_decides_under_it(instant, who, code):
    assert code_of(instant, who)[0] == code


def test_only_instant_items_are_decided_so(instant):
    instant.told.item = msgspec.structs.replace(instant.told.item, project_type=HandlingType.PROMISE)
    assert code_of(instant)[0] == "not_instant"


def test_the_form_is_signed_before(told_of):
    told = told_of(project_type=HandlingType.INSTANT).to("accept")
    words = {"text": "同意", "content": "准予", "document_no": "x"}
    refused = code_of(review.grant_delegated, told.case, told.item, LEAVE, **words, **told.on("handler"))
    assert refused[0] == "form_incomplete"


# ---- what the review of the road found


def test_a_line_about_an_answer_comes_with_the_corrected_answer(told):
    told.to("take")
    told.notice("form:floor_area")
    assert code_of(told.supplement, 1) == ("invalid", ["form.floor_area"])
    assert code_of(told.supplement, 1, form={"floor_area": "80"}) == ("invalid", ["form.floor_area"])
    assert code_of(told.supplement, 1, form={"floor_area": "86", "employees": "9"}) == ("invalid", ["form.employees"])
    case = told.supplement(1, form={"floor_area": "86"})
    event = told.events[-1][1]
    assert (case.form["floor_area"], event.old, event.new) == (
        "86",
        {"form.floor_area": "80"},
        {"form.floor_area": "86"},
    )


def test_an_application_by_an_agent_names_him(told):
    assert code_of(told.receive, agent=None) == ("invalid", ["agent.name"])


def test_who_registered_with_a_passport_collects_with_it(told):
    told.to("produce")
    traveller = msgspec.structs.replace(
        told.case.applicant, kind=SubjectKind.PERSON, name="阿依·示例", id_type="passport", id_number="E12345678"
    )
    told.case = msgspec.structs.replace(told.case, applicant=traveller)
    collects = {"relation": "applicant", "collector_name": "阿依·示例"}
    assert code_of(told.hand_over, **collects, collector_id="E12345679")[0] == "collector"
    assert told.hand_over(**collects, collector_id="e12345678 ").state is State.CLOSED
