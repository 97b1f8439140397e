"""制证, 发件, 撤回: what leaves the hall, to whom, and when the applicant may still take it back."""

from datetime import date

import msgspec
import pytest
from stdnum.iso7064 import mod_11_10

from appliance.domain.actor import Actor, Role
from appliance.domain.decide import issuance
from appliance.domain.identifiers import uscc
from appliance.domain.licence_number import licence_number
from appliance.domain.service_item import NumberRule
from appliance.domain.subject import Applicant, SubjectKind
from appliance.errors import Forbidden, Invalid, NotFound, WrongState

VALIDITY = [  # first day, years, months, last day
    ("2026-11-23", 5, None, "2031-11-22"),
    ("2028-02-29", 4, None, "2032-02-28"),
    ("2028-02-29", 5, None, "2033-02-28"),
    ("2027-01-01", 5, None, "2031-12-31"),
    ("2026-11-30", None, 3, "2027-02-28"),
    ("2026-10-31", None, 1, "2026-11-30"),
    ("2026-12-15", None, 3, "2027-03-14"),
    ("2026-11-23", None, None, None),
]


@pytest.mark.parametrize(("start", "years", "months", "end"), VALIDITY)
def test_the_last_day_of_validity(catalogue, start, years, months, end):
    licence = msgspec.structs.replace(catalogue["420100001000"].licence, validity_years=years, validity_months=months)
    assert str(issuance.validity_end(licence, date.fromisoformat(start))) == str(end)


@pytest.mark.parametrize(
    ("code", "sequence", "form", "begins"),
    [
        ("420100001000", 1, {"main_business": "餐饮服务经营者"}, "JY2420199000001"),
        ("420100001000", 1, {"main_business": "食品销售经营者"}, "JY1420199000001"),
        ("420700002000", 7, {}, "92420199000000007"),
        ("420100008000", 12, {}, "鄂20264201990012P"),
        ("420100010000", 3, {}, "(420199)人服证字〔2026〕第0003号"),
    ],
)
def test_a_licence_number_follows_the_items_rule(catalogue, code, sequence, form, begins):
    rule = catalogue[code].licence.number
    number = licence_number(rule, area="420199", year=2026, sequence=sequence, form=form)
    assert number.startswith(begins)
    assert len(number) - len(begins) == (0 if rule.check == "none" else 1)
    if rule.check == "mod_11_10":
        assert mod_11_10.is_valid(number[2:])
    if rule.check == "uscc":
        assert number[-1] == uscc.check_character(number[:17])


def test_the_sequence_shows_in_every_number(catalogue):
    for item in catalogue.values():
        if item.licence is not None:
            numbers = [
                licence_number(item.licence.number, area="420199", year=2026, sequence=n, form={}) for n in (1, 2, 11)
            ]
            assert len(set(numbers)) == 3, item.task_name


def test_a_rule_with_letters_has_a_letter_check():
    rule = NumberRule(template="AB{sequence:04}", check="mod_37_36")
    assert licence_number(rule, area="420199", year=2026, sequence=1, form={}).startswith("AB0001")


# ---- T25, T26


def test_the_licence_record_is_filled_from_the_case(told):
    licence = told.to("produce").case.licence
    assert licence.index == len(told.events) - 1
    issued = licence.issued
    assert (issued.issued_on, issued.valid_from, issued.valid_to) == ("2026-11-23", "2026-11-23", "2031-11-22")
    assert (issued.holder_name, issued.holder_code) == ("示范小吃店（示例）", "92420199MADEM002XC")
    assert issued.fields["经营项目"] == "热食类食品制售"
    assert issued.fields["许可证编号"] == issued.number
    assert issued.fields["有效期至"] == "2031-11-22"
    assert all(issued.fields.values())


@pytest.mark.parametrize("who", ["reviewer", "approver"])
def test_clerk_or_handler_produce_the_result(told, who):
    told.to("grant")
    with pytest.raises(Forbidden):
        told.produce(who)


def test_nothing_is_produced_before_the_decision(told):
    told.to("review")
    with pytest.raises(WrongState):
        told.produce()


def test_a_refusal_issues_no_licence(told):
    told.to("review")
    told.refuse()
    with pytest.raises(WrongState):
        issuance.produce_licence(
            told.case, told.item, identifier="x", number="x", shelf="", actor=told.on("clerk")["actor"]
        )
    assert told.produce().licence is None


def test_a_refusal_letter_is_laid_ready_once_and_by_the_window(told):
    told.to("review")
    told.refuse()
    with pytest.raises(Forbidden):
        told.produce("handler")
    told.produce()
    with pytest.raises(WrongState):
        issuance.produce_result(told.case, shelf="", actor=told.on("clerk")["actor"])


def test_a_result_without_licence_is_laid_ready_after_the_decision_only(told):
    told.to("review")
    with pytest.raises(WrongState):
        issuance.produce_result(told.case, shelf="", actor=told.on("clerk")["actor"])
    told.grant()
    assert issuance.produce_result(told.case, shelf=" B2 ", actor=told.on("clerk")["actor"]).shelf == "B2"


def test_an_item_without_licence_issues_none(told):
    told.to("grant")
    told.item = msgspec.structs.replace(told.item, licence=None)
    with pytest.raises(Invalid) as caught:
        told.produce()
    assert caught.value.code == "no_licence"


def test_a_shelf_is_a_short_word(told):
    told.to("grant")
    with pytest.raises(Invalid) as caught:
        told.produce(shelf="三" * 21)
    assert list(caught.value.fields) == ["shelf"]


# ---- T27

AGENT = {"relation": "agent", "collector_name": "𠮷永·示例", "collector_id": "420102190001010021"}
COLLECTORS = {
    "someone else": ({"collector_name": "张三"}, Forbidden, "collector"),
    "the right name with another number": ({"collector_id": "420102190001010021"}, Forbidden, "collector"),
    "an organisation in person": ({"relation": "applicant"}, Forbidden, "collector"),
    "the representative as agent": ({"relation": "agent"}, Forbidden, "collector"),
    "a neighbour": ({"relation": "neighbour"}, Invalid, "relation"),
    "nobody": ({"collector_name": ""}, Invalid, "collector_name"),
    "a wrong check digit": ({"collector_id": "420102190001010014"}, Invalid, "collector_id"),
    "an identity nobody looked at": ({"identity_checked": False}, Invalid, "identity_checked"),
}


@pytest.mark.parametrize(("changes", "error", "what"), COLLECTORS.values(), ids=list(COLLECTORS))
def test_the_result_goes_to_nobody_else(told, changes, error, what):
    told.to("produce")
    with pytest.raises(error) as caught:
        told.hand_over(**changes)
    assert what in (caught.value.code, *caught.value.fields)


def test_the_representative_collects(told):
    assert told.to("hand_over").case.handover.relation == "representative"


def test_an_agent_with_authority_collects(told):
    told.to("produce")
    assert told.hand_over(**AGENT).handover.collector_name == "𠮷永·示例"


def test_an_agent_who_may_only_hand_in_does_not_collect(told):
    agent = msgspec.structs.replace(told.application().agent, scopes=("submit",))
    told.receive(agent=agent)
    for step in ("take", "accept", "handle", "review", "grant", "produce"):
        getattr(told, step)()
    with pytest.raises(Invalid):
        told.hand_over(**AGENT)


def test_a_person_collects_in_person(told_of):
    told = told_of(server_type=("natural_person",))
    me = {"name": "阿依·示例", "id_number": "420102190001010013"}
    told.receive(applicant=Applicant(kind=SubjectKind.PERSON, id_type="citizen_id", phone="13800005678", **me))
    for step in ("take", "accept", "handle", "review", "grant", "produce"):
        getattr(told, step)()
    case = told.hand_over(relation="applicant", collector_name=me["name"], collector_id=me["id_number"])
    assert case.state.value == "closed"


@pytest.mark.parametrize("who", ["handler", "approver"])
def test_only_the_window_hands_over(told, who):
    told.to("produce")
    with pytest.raises(Forbidden):
        told.hand_over(who)


def test_nothing_is_handed_over_twice_or_too_early(told):
    told.to("grant")
    with pytest.raises(WrongState):
        told.hand_over()
    told.produce()
    told.hand_over()
    with pytest.raises(WrongState):
        told.hand_over()


# ---- T30


@pytest.mark.parametrize("last", ["receive", "take", "accept", "handle", "review"])
def test_the_applicant_may_withdraw_until_the_decision(told, last):
    assert told.to(last).withdraw().state.value == "withdrawn"


@pytest.mark.parametrize("last", ["grant", "produce", "hand_over"])
def test_after_the_decision_there_is_nothing_to_withdraw(told, last):
    told.to(last)
    with pytest.raises(WrongState):
        told.withdraw()


def test_what_was_withdrawn_stays_withdrawn(told):
    told.to("take").withdraw()
    for step in (told.accept, told.take, told.withdraw):
        with pytest.raises(WrongState):
            step()


@pytest.mark.parametrize("reason", ["", " ", "无"])
def test_a_withdrawal_has_its_reason(told, reason):
    told.to("take")
    with pytest.raises(Invalid) as caught:
        told.withdraw(reason=reason)
    assert list(caught.value.fields) == ["reason"]


@pytest.mark.parametrize("who", ["handler", "approver"])
def test_only_the_window_records_a_withdrawal(told, who):
    told.to("take")
    with pytest.raises(Forbidden):
        told.withdraw(who)


def test_a_paper_is_printed_again_by_a_case_worker_with_a_reason(told):
    case = told.receive()
    paper, clerk = f"{case.no}-01-1", Actor("W0312", Role.WINDOW_CLERK)
    event = issuance.reprint(case, paper=paper, reason=" 遗失 ", actor=clerk)
    assert (event.paper, event.copy, event.reason) == (paper, 1, "遗失")
    with pytest.raises(Forbidden):
        issuance.reprint(case, paper=paper, reason="遗失", actor=Actor("S5001", Role.SUPERVISOR))
    for strange in (f"X{paper}", "-01-1", f"{case.no}-01", f"{case.no}-1-1", f"{paper}x"):
        with pytest.raises(NotFound):
            issuance.reprint(case, paper=strange, reason="遗失", actor=clerk)
    with pytest.raises(Invalid) as caught:
        issuance.reprint(case, paper=paper, reason=" 丢 ", actor=clerk)
    assert "reason" in caught.value.fields
