"""Pre-review: taking, verdicts, the one-time notice, acceptance; two handlers at once; the same post twenty times."""

import asyncio

import pytest


def walk(hall, login, action):
    async def run():
        async with hall.as_(login) as person:
            return await action(person)

    return asyncio.run(run())


def verdicts(hall, no, verdict="pass", **other):
    return {f"verdict__{m.code}": other.get(m.code, verdict) for m in hall.case(no).materials}


def test_a_case_is_taken_and_shown_with_the_items_review_points(desk_hall):
    no = desk_hall.bring("received")

    async def act(person):
        return await person.fill(f"/prereview/{no}", f"/prereview/{no}/take")

    page = walk(desk_hall, "C1001", act)
    assert desk_hall.case(no).handler == "C1001"
    for material in desk_hall.item.materials:
        if desk_hall.case(no).material(material.code):
            assert all(point in page.text for point in material.review_points)
    assert page.html.count("<img src") == len(desk_hall.case(no).materials)


def test_the_second_to_take_a_case_is_told_who_has_it(desk_hall):
    no = desk_hall.bring("received")

    async def act(person):
        page = await person.open(f"/prereview/{no}")
        desk_hall.take(no, "C1002")
        return await person.send(page, f"/prereview/{no}/take")

    page = walk(desk_hall, "C1001", act)
    assert page.status == 409
    assert "程办 C1002" in page.text
    assert "承办人领办" in page.text  # what happened since
    assert desk_hall.case(no).handler == "C1002"


def test_a_colleague_may_look_but_not_judge(desk_hall):
    no = desk_hall.bring("taken")

    async def act(person):
        page = await person.open(f"/prereview/{no}")
        fields = {"_csrf": csrf(page), "_key": "3b1f1c1e-7f0e-4f6a-9b59-111111111111", "version": "2", "then": "accept"}
        return page, await person.post(f"/prereview/{no}", {**fields, **{
            name.replace("__", "."): value for name, value in verdicts(desk_hall, no).items()
        }})  # fmt: skip

    page, posted = walk(desk_hall, "C1002", act)
    assert "这件由 陈办 C1001 承办" in page.text
    assert posted.status == 403
    assert desk_hall.case(no).state == "pre_review"


def csrf(page):
    return next(value for form in page.forms for name, value in form["fields"] if name == "_csrf")


@pytest.mark.conformance("5.2.2.2.1")
def test_a_problem_without_its_reason_is_impossible_and_nothing_typed_is_lost(desk_hall):
    no = desk_hall.bring("taken")
    first, second = [m.code for m in desk_hall.case(no).materials][:2]

    async def act(person):
        typed = verdicts(desk_hall, no, **{first: "problem", second: "problem"})
        typed[f"reason__{first}"] = "申请书没有签名"
        return await person.fill(f"/prereview/{no}", f"/prereview/{no}", then="keep", **typed)

    page = walk(desk_hall, "C1001", act)
    assert page.status == 422
    assert f'id="e-reason.{second}"' in page.html
    assert f'id="e-reason.{first}"' not in page.html
    assert f'href="#f-reason.{second}"' in page.html
    fields = page.fields(f"/prereview/{no}")
    assert fields[f"reason.{first}"] == "申请书没有签名"
    assert fields[f"verdict.{second}"] == "problem"
    assert desk_hall.case(no).version == 2


def test_verdicts_can_be_kept_without_deciding(desk_hall):
    no = desk_hall.bring("taken")
    first = desk_hall.case(no).materials[0].code

    async def act(person):
        typed = verdicts(desk_hall, no, **{first: "problem"}) | {f"reason__{first}": "申请书没有签名"}
        return await person.fill(f"/prereview/{no}", f"/prereview/{no}", then="keep", **typed)

    page = walk(desk_hall, "C1001", act)
    assert page.fields(f"/prereview/{no}")[f"reason.{first}"] == "申请书没有签名"
    assert desk_hall.case(no).state == "pre_review"
    assert desk_hall.case(no).materials[0].verdict == "problem"


@pytest.mark.conformance("5.2.2.3")
@pytest.mark.conformance("4.2.3-3")
def test_all_in_order_is_accepted_with_both_limits(desk_hall):
    no = desk_hall.bring("taken")

    async def act(person):
        return await person.fill(f"/prereview/{no}", f"/prereview/{no}", then="accept", **verdicts(desk_hall, no))

    page = walk(desk_hall, "C1001", act)
    case = desk_hall.case(no)
    assert case.state == "in_review"
    assert case.acceptance_no in page.text
    assert any(link.startswith(f"/papers/{no}/acceptance_receipt") for link in page.links)
    for clock in ("C2", "C3"):
        assert case.clock(clock).deadline.due in page.text


def test_what_is_missing_stands_in_the_way_of_acceptance(desk_hall):
    no = desk_hall.bring("taken", missing=1)

    async def act(person):
        return await person.fill(f"/prereview/{no}", f"/prereview/{no}", then="accept", **verdicts(desk_hall, no))

    page = walk(desk_hall, "C1001", act)
    assert page.status == 422
    assert "还缺“" in page.text
    assert desk_hall.case(no).version == 2


@pytest.mark.conformance("5.2.2.2.2")
@pytest.mark.conformance("4.2.3-5")
def test_the_notice_comes_prefilled_from_problems_and_gaps_and_goes_out_once(desk_hall):
    no = desk_hall.bring("taken", missing=1)
    first = desk_hall.case(no).materials[0].code
    gap = desk_hall.case(no).missing[0]
    path = f"/prereview/{no}"

    async def act(person):
        typed = verdicts(desk_hall, no, **{first: "problem"}) | {f"reason__{first}": "申请书没有签名"}
        draft = await person.fill(path, path, then="draft", **typed)
        assert desk_hall.case(no).version == 2  # nothing written yet
        fields = draft.form(path)["fields"]
        short = [(name, "短" if name == f"requirement.{gap}" else value) for name, value in fields]
        refused = await person.client.post(path, data=multi([*short, ("then", "correct")]))
        sent = await person.client.post(path, data=multi([*fields, ("then", "correct")]))
        return draft, type(draft)(refused), sent

    draft, refused, sent = walk(desk_hall, "C1001", act)
    fields = draft.fields(path)
    assert fields[f"problem.{first}"] == "申请书没有签名"
    assert fields[f"problem.{gap}"] == "没有提交这份材料"
    assert fields[f"requirement.{gap}"].startswith("请补交")
    assert "《" in fields[f"basis.{first}"]
    assert refused.status == 422
    assert f'id="e-requirement.{gap}"' in refused.html
    assert refused.fields(path)[f"problem.{first}"] == "申请书没有签名"
    assert sent.status_code == 200
    case = desk_hall.case(no)
    assert case.state == "correction_pending"
    assert {line.line.target for line in case.notice_lines} == {first, gap}
    assert all(line.line.basis for line in case.notice_lines)


def multi(fields):
    """Group repeated names, as httpx wants them."""
    grouped = {}
    for name, value in fields:
        grouped.setdefault(name, []).append(value)
    return grouped


def test_a_stale_page_shows_both_sides_loses_nothing_and_can_be_decided_anew(desk_hall):
    no = desk_hall.bring("taken")
    codes = [m.code for m in desk_hall.case(no).materials]
    path = f"/prereview/{no}"

    async def act(person):
        page = await person.open(path)
        # The same handler at another screen keeps a verdict meanwhile.
        other = verdicts(desk_hall, no, **{codes[1]: "problem"}) | {f"reason__{codes[1]}": "营业执照已经过期"}
        await person.send(page, path, then="keep", _key="3b1f1c1e-7f0e-4f6a-9b59-222222222222", **other)
        mine = verdicts(desk_hall, no, **{codes[0]: "problem"}) | {f"reason__{codes[0]}": "申请书没有签名"}
        stale = await person.send(page, path, then="keep", **mine)
        kept_version = desk_hall.case(no).version
        again = await person.send(stale, path, then="keep")
        return page, stale, kept_version, again

    page, stale, kept_version, again = walk(desk_hall, "C1001", act)
    assert stale.status == 409
    for words in ("两边的内容", "申请书没有签名", "营业执照已经过期", "您打开之后发生的", "预审意见"):
        assert words in stale.text, words
    assert kept_version == 3  # the late one wrote nothing
    fields, before = stale.fields(path), page.fields(path)
    assert fields[f"reason.{codes[0]}"] == "申请书没有签名"
    assert fields["version"] == "3"
    assert fields["_key"] != before["_key"]
    assert again.status == 200
    assert desk_hall.case(no).material(codes[0]).reason == "申请书没有签名"
    assert desk_hall.case(no).version == 4


def test_twenty_equal_posts_make_one_change_and_twenty_equal_answers(desk_hall):
    no = desk_hall.bring("taken")
    path = f"/prereview/{no}"

    async def act(person):
        page = await person.open(path)
        fields = {**page.fields(path), "then": "accept"}
        fields |= {name.replace("__", "."): value for name, value in verdicts(desk_hall, no).items()}
        answers = await asyncio.gather(
            *(person.client.post(path, data=fields, follow_redirects=False) for _ in range(20))
        )
        changed = await person.client.post(path, data={**fields, "then": "keep"}, follow_redirects=False)
        return answers, changed

    answers, changed = walk(desk_hall, "C1001", act)
    assert {(answer.status_code, answer.headers.get("location")) for answer in answers} == {(303, f"/cases/{no}")}
    assert desk_hall.case(no).version == 5  # received, taken, verdicts, accepted, first step: once
    assert changed.status_code == 409
