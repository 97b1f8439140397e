"""What the window may take in: one row for each guard, with the field that is named and the words that are said."""

import msgspec
import pytest

from appliance.domain.item_terms import FieldKind, TaskState
from appliance.domain.service_item import FormField
from appliance.domain.subject import Agent, Applicant, MaterialIn, SubjectKind
from appliance.errors import Forbidden, Invalid, WrongState

OTHER = "health_certificates"
NINE = "420102190001010014"  # the right check digit is 3
OLD = "420102000101001"  # fifteen digits


def faults(act, *args, **named):
    with pytest.raises(Invalid) as caught:
        act(*args, **named)
    return caught.value.fields


def applicant(told, **changes):
    return {"applicant": msgspec.structs.replace(told.application().applicant, **changes)}


def person(**changes):
    whole = {"name": "阿依·示例", "id_type": "citizen_id", "id_number": "420102190001010013", "phone": "13800005678"}
    return Applicant(kind=SubjectKind.PERSON, **(whole | changes))


def form(told, **changes):
    answers = {**told.application().form, **changes}
    return {"form": {name: answer for name, answer in answers.items() if answer is not None}}


def agent(**changes):
    whole = {"name": "𠮷永·示例", "id_number": "420102190001010021"}
    return {"agent": Agent(**(whole | changes))}


def first_material(told, **changes):
    first, *rest = told.materials()
    return {"materials": (msgspec.structs.replace(first, **changes), *rest)}


# what is wrong: how it was typed, the field that is marked, part of what is said there
WRONG = {
    "no ticket at the window": (lambda _: {"ticket": "  "}, "ticket", "排队票号"),
    "a ticket with words in it": (lambda _: {"ticket": "张三138"}, "ticket", "字母、数字"),
    "a channel that does not exist": (lambda _: {"channel": "letter"}, "channel", "渠道"),
    "a long note": (lambda _: {"note": "长" * 501}, "note", "500"),
    "an organisation without a name": (lambda t: applicant(t, name=" "), "applicant.name", "名称"),
    "a control character in a name": (lambda t: applicant(t, name="示\x07例"), "applicant.name", "控制字符"),
    "a wrong credit code": (
        lambda t: applicant(t, id_number="92420199MADEM002XD"),
        "applicant.id_number",
        "校验",
    ),
    "an organisation with an identity card": (
        lambda t: applicant(t, id_type="citizen_id", id_number="420102190001010013"),
        "applicant.id_number",
        "统一社会信用代码",
    ),
    "no phone": (lambda t: applicant(t, phone=""), "applicant.phone", ""),
    "no representative": (lambda t: applicant(t, representative=""), "applicant.representative", "姓名"),
    "wrong check digit of the representative": (
        lambda t: applicant(t, representative_id=NINE),
        "applicant.representative_id",
        "按前17位计算应为“3”",
    ),
    "a first-generation number": (
        lambda t: applicant(t, representative_id=OLD),
        "applicant.representative_id",
        "15位号码的第一代身份证已于2013年1月1日停止使用",
    ),
    "an item that is not for people": (lambda _: {"applicant": person()}, "applicant.kind", "不面向"),
    "an agent without a name": (lambda _: agent(name=""), "agent.name", "姓名"),
    "an agent with a wrong number": (lambda _: agent(id_number=NINE), "agent.id_number", "校验"),
    "an agent with a wrong phone": (lambda _: agent(phone="12"), "agent.phone", ""),
    "a required answer left out": (lambda t: form(t, premises=None), "form.premises", "请填写这一项"),
    "a required answer of spaces": (lambda t: form(t, premises="  "), "form.premises", "请填写这一项"),
    "an answer to a question nobody asked": (lambda t: form(t, horoscope="狮子"), "form.horoscope", "没有这个填写项"),
    "a choice that is not offered": (lambda t: form(t, main_business="网吧"), "form.main_business", "选项"),
    "a multiple choice with something else": (
        lambda t: form(t, business_items=["热食类食品制售", "卖酒"]),
        "form.business_items",
        "选项",
    ),
    "yes and no are the only answers": (lambda t: form(t, online_trade="perhaps"), "form.online_trade", "“是”或“否”"),
    "a number with a decimal point": (lambda t: form(t, floor_area="80.5"), "form.floor_area", "整数"),
    "a full-width number": (lambda t: form(t, floor_area="８０"), "form.floor_area", "整数"),
    "a number too small": (lambda t: form(t, floor_area="0"), "form.floor_area", "1 到 100000"),
    "a number too large": (lambda t: form(t, floor_area="100001"), "form.floor_area", "1 到 100000"),
    "a text too long": (lambda t: form(t, contact_name="长" * 51), "form.contact_name", "最多 50 个字"),
    "a wrong phone in the form": (lambda t: form(t, contact_phone="12"), "form.contact_phone", ""),
    "a wrong identity number in the form": (lambda t: form(t, principal_id=NINE), "form.principal_id", "应为“3”"),
    "a material that is not on the list": (
        lambda t: {"materials": (*t.materials(), MaterialIn(code="diploma", name="文凭"))},
        "material.diploma",
        "清单里没有",
    ),
    "a material twice": (
        lambda t: {"materials": (*t.materials(), t.materials()[0])},
        "material.application",
        "重复",
    ),
    "a form of material that does not exist": (
        lambda t: first_material(t, form="spoken"),
        "material.application",
        "形式",
    ),
    "a thousand copies": (lambda t: first_material(t, copies=1000), "material.application", "0 到 999"),
    "minus one page": (lambda t: first_material(t, pages=-1), "material.application", "0 到 999"),
    "a licence for what no licence stands for": (
        lambda t: first_material(t, form="licence", licence="1.2.3"),
        "material.application",
        "不能用电子证照",
    ),
}


@pytest.mark.parametrize(("typed", "field", "words"), WRONG.values(), ids=list(WRONG))
def test_a_wrong_application_is_refused_at_its_field_and_only_there(told, typed, field, words):
    found = faults(told.receive, **typed(told))
    assert list(found) == [field]
    assert words in found[field]


def test_the_right_application_is_taken_in(told):
    """The control of the table above."""
    case = told.receive()
    assert (case.state.value, case.ticket, case.channel) == ("received", "A047", "window")


def test_all_faults_are_told_at_once(told):
    found = faults(told.receive, ticket="", **form(told, floor_area="x", premises=None))
    assert set(found) == {"ticket", "form.floor_area", "form.premises"}


@pytest.mark.parametrize("name", ["阿依·示例", "𠮷野示例", "买买提·吐尔逊", "王 小示"])
def test_names_of_people_are_kept_as_their_documents_write_them(told_of, name):
    told = told_of(server_type=("natural_person",))
    assert told.receive(applicant=person(name=name)).applicant.name == name


def test_another_document_has_a_number_too(told_of):
    told = told_of(server_type=("natural_person",))
    blank = person(id_type="passport", id_number=" ")
    assert list(faults(told.receive, applicant=blank)) == ["applicant.id_number"]
    assert told.receive(applicant=person(id_type="passport", id_number="E12345678")).applicant.id_type == "passport"


def test_other_dots_become_the_separator(told_of):
    told = told_of(server_type=("natural_person",))
    assert told.receive(applicant=person(name="阿依•示例")).applicant.name == "阿依·示例"


def test_values_are_normalised(told):
    case = told.receive(ticket=" a047 ", **applicant(told, id_number=" 92420199madem002xc "))
    assert (case.ticket, case.applicant.id_number) == ("A047", "92420199MADEM002XC")


def test_without_a_ticket_the_channel_says_so(told):
    assert told.receive(channel="walk_in", ticket="").ticket == ""


def test_a_date_in_the_form_is_a_day_that_exists(told_of):
    field = FormField(name="day", label="日期", kind=FieldKind.DATE)
    told = told_of(form=(field,), materials=())
    assert told.receive(form={"day": "2026-11-30"}, materials=()).form == {"day": "2026-11-30"}
    assert "form.day" in faults(told_of(form=(field,)).receive, form={"day": "2026-02-30"}, materials=())


def test_with_neither_answers_nor_materials_there_is_nothing_to_take_in(told_of):
    told = told_of(form=(), materials=())
    assert list(faults(told.receive, form={}, materials=())) == ["materials"]


@pytest.mark.parametrize("state", [state for state in TaskState if state is not TaskState.ACTIVE])
def test_an_item_that_is_not_in_use_takes_nothing_in(told_of, state):
    with pytest.raises(Invalid) as caught:
        told_of(task_state=state).receive()
    assert caught.value.code == "item_not_open"
    assert "食品经营许可证核发" in caught.value.text()


def test_a_running_case_of_a_suspended_item_goes_on(told):
    told.to("receive")
    told.item = msgspec.structs.replace(told.item, task_state=TaskState.SUSPENDED)
    for step in (told.take, told.accept, told.handle):
        step()
    assert told.case.state.value == "in_review"


@pytest.mark.parametrize("who", ["handler", "reviewer", "approver"])
def test_only_a_window_clerk_takes_in(told, who):
    with pytest.raises(Forbidden):
        told.receive(who)


def test_what_is_missing_is_noted_in_list_order(told):
    assert told.receive(left_out=("layout", "principal_id")).missing == ("principal_id", "layout")


def test_the_names_of_materials_come_from_the_item(told):
    case = told.receive(**first_material(told, name="随便什么"))
    assert case.material("application").name == "食品经营许可申请书"


def test_an_identifier_without_its_form_is_dropped(told):
    """Nothing free stands in the leaf: `licence` is an identifier that was checked, or nothing."""
    assert told.receive(**first_material(told, licence="张三的电话")).material("application").licence is None


def test_the_materials_of_a_situation_are_asked_for_only_in_it(told):
    agentless = form(told, by_agent="no")
    assert "material.agent_letter" in faults(told.receive, **agentless)
    case = told.receive(materials=told.materials("agent_letter"), **agentless)
    assert (case.missing, case.variants) == ((), ("catering",))


# ---- T09: the supplement


@pytest.fixture
def asked(told):
    """A case whose notice asks for two materials."""
    told.receive(left_out=(OTHER, "layout"))
    told.take()
    told.pre_review()
    told.notice(OTHER, "layout")
    return told


SUPPLEMENTS = {
    "no line": ((), None, "lines"),
    "a line that was not asked for": ((1, 3), None, "lines"),
    "a line without its material": ((1, 2), (OTHER,), "material.layout"),
    "a material without its line": ((1,), (OTHER, "layout"), "material.layout"),
    "a material that nobody asked for": ((1,), (OTHER, "safety_rules"), "material.safety_rules"),
}


@pytest.mark.parametrize(("lines", "codes", "field"), SUPPLEMENTS.values(), ids=list(SUPPLEMENTS))
def test_a_supplement_brings_what_was_asked_for(asked, lines, codes, field):
    given = None if codes is None else tuple(one for one in asked.materials() if one.code in codes)
    assert field in faults(asked.supplement, *lines, materials=given)


def test_a_supplement_may_bring_one_line_first_and_another_later(asked):
    assert [line.met for line in asked.supplement(1).notice_lines] == [True, False]
    asked.notice("layout")
    assert "lines" in faults(asked.supplement, 1)
    assert [line.met for line in asked.supplement(2).notice_lines] == [True, True]


def test_only_a_waiting_case_takes_a_supplement(told):
    told.to("take")
    with pytest.raises(WrongState):
        told.supplement(1)


def test_only_a_window_clerk_takes_a_supplement(asked):
    with pytest.raises(Forbidden):
        asked.supplement(1, who="handler")


def test_checking_the_supplement_has_its_own_five_days(asked):
    asked.wait(2)
    clock = asked.supplement(1, 2).clock("C1")
    assert (clock.deadline.start, clock.deadline.due) == ("2026-11-25", "2026-12-02")
