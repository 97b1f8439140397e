"""The approval form, separation of duties, the return, grant and refusal, and two signers at once."""

import asyncio

import pytest

from appliance.services.issuance import ReprintPaper
from appliance.services.papers import paper_id_of


def walk(hall, login, action):
    async def run():
        async with hall.as_(login) as person:
            return await action(person)

    return asyncio.run(run())


def signing(no, **typed):
    return lambda person: person.fill(f"/review/{no}", f"/review/{no}", **typed)


@pytest.mark.conformance("5.2.2.4")
@pytest.mark.conformance("4.2.3-1")
def test_the_form_grows_step_by_step_to_the_decision(desk_hall):
    no = desk_hall.bring("accepted")
    walk(desk_hall, "C1001", signing(no, result="agree", opinion="材料齐全，拟同意"))
    page = walk(desk_hall, "R2001", lambda person: person.open(f"/review/{no}"))
    assert "陈办 C1001" in page.text
    assert "材料齐全，拟同意" in page.text
    walk(desk_hall, "R2001", signing(no, result="agree", opinion="同意承办人意见"))
    page = walk(desk_hall, "A3001", signing(no, act="grant", opinion="同意", content="准予食品经营许可"))
    case = desk_hall.case(no)
    assert case.state == "decided_granted"
    assert [(step.by, step.result) for step in case.steps] == [
        ("C1001", "agree"),
        ("R2001", "agree"),
        ("A3001", "agree"),
    ]
    assert case.decision.document_no in page.text
    assert any(link.startswith(f"/papers/{no}/approval_form") for link in page.links)


def test_a_bare_name_is_no_opinion(desk_hall):
    no = desk_hall.bring("accepted")
    page = walk(desk_hall, "C1001", signing(no, result="agree", opinion=" "))
    assert page.status == 422
    assert 'id="e-opinion"' in page.html
    page = walk(desk_hall, "C1001", signing(no, opinion="这是意见"))
    assert 'id="e-result"' in page.html or 'href="#f-result"' in page.html
    assert page.fields(f"/review/{no}")["opinion"] == "这是意见"
    assert desk_hall.case(no).version == 5


@pytest.mark.parametrize(
    ("stage", "login", "words"),
    [
        ("accepted", "R2001", "现在的环节是“承办”，由承办人签署"),
        ("accepted", "C1002", "请由承办人签署"),
        ("handled", "A3001", "由审核人签署"),
        ("taken", "C1001", "签批只在受理之后、决定之前进行"),
        ("accepted", "C1003", "这件由"),
    ],
)
def test_who_may_not_sign_is_told_why(desk_hall, stage, login, words):
    no = desk_hall.bring(stage)
    page = walk(desk_hall, login, lambda person: person.open(f"/review/{no}"))
    assert words in page.text
    assert not any(form["action"] == f"/review/{no}" for form in page.forms)


@pytest.mark.parametrize("login", ["W0312", "S5001", "M4001", "X9001"])
def test_a_window_clerk_never_decides_nor_does_anyone_else(desk_hall, login):
    no = desk_hall.bring("reviewed")

    async def act(person):
        page = await person.open("/")
        token = next((v for form in page.forms for n, v in form["fields"] if n == "_csrf"), "")
        fields = {"_csrf": token, "_key": "3b1f1c1e-7f0e-4f6a-9b59-333333333333", "act": "grant", "opinion": "同意",
                  "content": "准予许可", "version": str(desk_hall.case(no).version)}  # fmt: skip
        return await person.post(f"/review/{no}", fields)

    page = walk(desk_hall, login, act)
    assert page.status == 403
    assert "您的角色不能打开这一页" in page.text
    assert desk_hall.case(no).state == "in_review"


def test_the_case_goes_back_one_step_with_its_reason(desk_hall):
    no = desk_hall.bring("handled")

    async def act(person):
        page = await person.open(f"/review/{no}")
        back = next(form for form in page.forms if ("act", "return") in form["fields"])
        empty = type(page)(await person.client.post(f"/review/{no}", data={**dict(back["fields"]), "reason": ""}))
        again = next(form for form in empty.forms if ("act", "return") in form["fields"])
        done = await person.post(f"/review/{no}", {**dict(again["fields"]), "reason": "审查意见没有写依据"})
        return empty, done

    empty, done = walk(desk_hall, "R2001", act)
    assert empty.status == 422
    assert 'id="e-reason"' in empty.html
    assert '<details class="card fold" open>' in empty.html
    case = desk_hall.case(no)
    assert case.current_step.role == "case_handler"
    assert "审查意见没有写依据" in done.text


def test_a_refusal_needs_facts_reasons_and_basis_and_shows_the_remedies(desk_hall):
    no = desk_hall.bring("reviewed")
    page = walk(
        desk_hall,
        "A3001",
        signing(no, act="refuse", opinion="不同意", facts="现场没有洗手设施，不符合要求", reasons="不符合"),
    )
    assert page.status == 422
    assert 'id="e-reasons"' in page.html
    assert 'id="e-facts"' not in page.html
    assert "示范区人民政府" in page.text
    assert "示范人民法院" in page.text
    fields = page.fields(f"/review/{no}")
    assert fields["facts"] == "现场没有洗手设施，不符合要求"
    assert fields["basis"].startswith("《")
    page = walk(
        desk_hall,
        "A3001",
        signing(
            no,
            act="refuse",
            opinion="不同意",
            facts="现场没有洗手设施，不符合要求",
            reasons="不符合食品安全操作规范的要求",
        ),
    )
    case = desk_hall.case(no)
    assert case.state == "decided_refused"
    assert case.decision.review_body == "示范区人民政府"
    assert any(link.startswith(f"/papers/{no}/decision_refused") for link in page.links)


def test_two_reviewers_at_once_the_second_sees_both_and_signs_nothing(desk_hall):
    no = desk_hall.bring("handled")

    async def act(person):
        page = await person.open(f"/review/{no}")
        desk_hall.sign(no, "R2002", "我先看过了，同意")
        return await person.send(page, f"/review/{no}", result="disagree", opinion="场所面积与图纸不符")

    page = walk(desk_hall, "R2001", act)
    assert page.status == 409
    for words in ("场所面积与图纸不符", "我先看过了，同意", "冉核 R2002", "您打开之后发生的", "这一步已经不需要您办了"):
        assert words in page.text, words
    case = desk_hall.case(no)
    assert [step.opinion for step in case.steps if step.by] == ["材料齐全，同意", "我先看过了，同意"]


def test_a_stale_decision_can_be_made_again_with_one_click(desk_hall):
    no = desk_hall.bring("reviewed")

    async def act(person):
        page = await person.open(f"/review/{no}")
        # Meanwhile a paper is printed again: the case is newer, the step still waits.
        paper = paper_id_of(no, "intake_receipt", desk_hall.case(no).first_index)
        desk_hall.do(ReprintPaper(case=no, paper=paper, reason="卡纸"), "W0312")
        stale = await person.send(page, f"/review/{no}", act="grant", opinion="同意", content="准予热食类食品制售")
        assert desk_hall.case(no).state == "in_review"
        return stale, await person.send(stale, f"/review/{no}", act="grant")

    stale, done = walk(desk_hall, "A3001", act)
    assert stale.status == 409
    assert stale.fields(f"/review/{no}")["content"] == "准予热食类食品制售"
    assert done.status == 200
    assert desk_hall.case(no).decision.content == "准予热食类食品制售"


def test_phrases_for_papers_stay_chinese_on_an_english_page(desk_hall):
    no = desk_hall.bring("handled")

    async def in_english(person):
        person.client.cookies.set("hall_lang", "en")
        return await person.open(f"/review/{no}")

    page = walk(desk_hall, "R2001", in_english)
    assert 'title="I agree with the handler."><span lang="zh-CN">同意承办人意见。</span></button>' in page.html
