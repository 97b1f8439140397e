"""Supplements by their pages."""

import asyncio

from appliance.domain.actor import Actor, Role
from appliance.projections import cases
from appliance.services import papers, prereview

HANDLER = Actor("C1001", Role.CASE_HANDLER)


def test_supplement_comes_in_once(window, desk, hidden_value, picture, checked):
    def correct(no):
        def now():
            return cases.find(desk.reader(), no)

        desk.submit_now(prereview.TakeCase(case=no, version=now().version), actor=HANDLER, key=f"{no}-take")
        words = (
            prereview.CorrectionWords("layout", "没有提交这份材料", "请补交布局图原件一份"),
            prereview.CorrectionWords("form:floor_area", "面积与平面图不一致", "请核对后更正"),
        )
        verdicts = {material.code: "pass" for material in now().materials}
        command = prereview.PreReviewCase(
            case=no, version=now().version, verdicts=verdicts, then="correct", corrections=words
        )
        desk.submit_now(command, actor=HANDLER, key=f"{no}-correct")

    async def walk(client, post):
        here, form = await checked(client, post)
        no = (await post(here + "/receive", form)).headers["location"].split("/")[2]
        early = await client.get(f"/supplement/{no}")
        await asyncio.to_thread(correct, no)
        listed = await client.get("/supplement")
        page = (await client.get(f"/supplement/{no}")).text
        fields = {"whole": "1", "version": hidden_value(page, "version"), "_key": hidden_value(page, "_key")}
        nothing = await post(f"/supplement/{no}", fields)
        await post(
            f"/supplement/{no}/materials", {"whole": "1"}, files={"file.layout": ("图.png", picture(3), "image/png")}
        )
        fields |= {"line.2": "1", "material.layout": "original", "copies.layout": "1", "pages.layout": "2"}
        unchanged = await post(f"/supplement/{no}", fields)
        assert unchanged.status_code == 422
        fields |= {"form.floor_area": "86"}
        answers = await asyncio.gather(*(post(f"/supplement/{no}", fields) for _ in range(5)))
        return no, early, listed, nothing, answers, await client.get(answers[0].headers["location"])

    no, early, listed, nothing, answers, done = window(walk)
    assert early.status_code == 409
    assert "这件现在不在“待补正”" in early.text
    assert "有 1 件等申请人补正" in listed.text
    assert nothing.status_code == 422
    assert "请至少勾选一条已补交的内容" in nothing.text
    assert {answer.headers["location"] for answer in answers} == {f"/supplement/{no}/done"}
    case = cases.find(desk.reader(), no)
    assert case.state == "pre_review"
    assert all(line.met for line in case.notice_lines)
    assert case.form["floor_area"] == "86"
    assert desk.store.blobs.read(case.material("layout").files[0].sha256) == picture(3)
    assert case.material("layout").pages == 2
    assert "没有，已全部补齐" in done.text
    kinds = [one.kind for one in papers.list_papers(desk.reader(), no, desk.store.durable_size)]
    assert kinds.count("supplement_receipt") == 1
