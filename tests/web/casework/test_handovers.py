"""材料交接, 退还原件 and 委托 at the desks: made, printed, signed for, refused in part, red after two working days."""

import asyncio

import pytest

from appliance.services.handovers import SendMaterials

MARKET = "11420199MBDEM004XU"
AGENT = {"name": "代办·示例", "id_number": "420102190001010021", "phone": "13900001234"}


def walk(hall, login, action):
    async def run():
        async with hall.as_(login) as person:
            return await action(person)

    return asyncio.run(run())


def opening(path):
    return lambda person: person.open(path)


def code_of(hall, no, at=0):
    return hall.case(no).materials[at].code


def sending(no, **fields):
    async def act(person):
        return await person.fill(f"/cases/{no}/handover", f"/cases/{no}/handover", **fields)

    return act


def test_a_list_goes_to_the_department_is_signed_for_and_comes_back_in_part(desk_hall):
    no = desk_hall.bring("taken")
    one, two = code_of(desk_hall, no), code_of(desk_hall, no, 1)
    walk(desk_hall, "W0312", sending(no, receiver=MARKET, purpose="送部门审查", materials=[one, two]))
    assert [len(movement.sent.lines) for movement in desk_hall.case(no).movements] == [2]
    listed = walk(desk_hall, "C1001", opening("/handovers"))
    assert "核对签收" in listed.text
    address = f"/handovers/{no}/1"

    async def refuse(person):
        fields = (await person.open(address)).fields(address)
        bare = await person.post(address, {**fields, "refused": two, "counted": "1"})
        assert "不收的要写明原因" in bare.text
        fields = bare.fields(address)
        return await person.post(address, {**fields, "refused": two, f"reason.{two}": "少一页", "counted": "1"})

    after = walk(desk_hall, "C1001", refuse)
    assert "没有等着签收的交接单" in after.text
    case = desk_hall.case(no)
    assert (case.material(one).place, case.material(two).place) == (case.department, "")
    shown = walk(desk_hall, "W0312", opening(f"/cases/{no}"))
    assert ("材料交接签收" in shown.text, "少一页" in shown.text) == (True, True)
    walk(desk_hall, "C1001", sending(no, receiver="window", purpose="审查完毕退回", materials=[one]))
    assert [movement.sent.receiver for movement in desk_hall.case(no).movements] == [MARKET, ""]
    assert "核对签收" in walk(desk_hall, "W0313", opening("/handovers")).text


def test_what_nobody_signs_for_turns_red_after_two_working_days(desk_hall):
    no = desk_hall.bring("taken")
    command = SendMaterials(
        case=no,
        version=desk_hall.case(no).version,
        receiver=desk_hall.case(no).department,
        materials=(code_of(desk_hall, no),),
        purpose="送部门审查",
    )
    desk_hall.do(command, "W0312")
    desk_hall.later(days=2)  # Monday to Wednesday: the second working day
    assert "超过两个工作日没有签收" not in walk(desk_hall, "W0312", opening("/handovers")).text
    desk_hall.later(days=1)
    for login in ("W0312", "C1001", "M4001"):
        page = walk(desk_hall, login, opening("/handovers"))
        assert "1 张超过两个工作日没有签收" in page.text, login
        assert '<tr class="err">' in page.html


def test_nothing_is_sent_without_a_line_and_nobody_else_looks_in(desk_hall):
    no = desk_hall.bring("taken")
    page = walk(desk_hall, "W0312", sending(no, receiver=MARKET, purpose="送部门审查"))
    assert "请勾选至少一份材料" in page.text
    for login in ("S5001", "X9001"):
        assert walk(desk_hall, login, opening("/handovers")).status == 403


def test_originals_go_back_with_a_slip(desk_hall):
    no = desk_hall.bring("taken")
    code = code_of(desk_hall, no)
    address = f"/cases/{no}/originals"

    async def give(person):
        page = await person.open(address)
        fields = {**page.fields(address), "materials": [code], "relation": "representative", "identity_checked": "1"}
        wrong = await person.post(address, {**fields, "receiver_name": "李四", "receiver_id": "420102190001010013"})
        assert "领取人与登记的" in wrong.text
        fields |= {"receiver_name": "示例·经营者", "receiver_id": "420102190001010013"}
        return await person.post(address, {**wrong.fields(address), **fields, "_key": wrong.fields(address)["_key"]})

    walk(desk_hall, "W0312", give)
    assert desk_hall.case(no).material(code).original == "returned"
    assert "原件已退还" in walk(desk_hall, "W0312", opening(f"/cases/{no}")).text


@pytest.mark.parametrize("scoped", [False, True])
def test_an_agent_withdraws_only_with_that_authority(desk_hall, scoped):
    scopes = ("submit", "withdraw") if scoped else ("submit",)
    no = desk_hall.bring("taken", agent={**AGENT, "scopes": scopes})
    address = f"/cases/{no}/withdraw"

    async def withdraw(person):
        page = await person.open(address)
        assert "谁来办" in page.text
        return await person.post(address, {**page.fields(address), "presenter": "agent", "reason": "不再经营"})

    page = walk(desk_hall, "W0312", withdraw)
    if scoped:
        assert desk_hall.case(no).state == "withdrawn"
        assert "由代理人办理" in page.text
    else:
        assert "委托权限里没有“撤回申请”，不能代办" in page.text
        assert "授权委托书" in page.text
        assert "不再经营" in page.text  # nothing that was typed is lost


def test_a_letter_of_authority_is_registered_on_its_page_and_ended(desk_hall):
    no = desk_hall.bring("taken")
    address = f"/cases/{no}/acts/authorise"

    async def authorise(person):
        page = await person.open(address)
        fields = {**page.fields(address), "agent_name": AGENT["name"], "agent_id": AGENT["id_number"]}
        bare = await person.post(address, fields)
        assert "至少一项" in bare.text
        fields = {**bare.fields(address), **fields, "scope_collect": "1", "letter_seen": "1"}
        fields["_key"] = bare.fields(address)["_key"]
        return await person.post(address, {**fields, "agent_until": "2026-12-31"})

    page = walk(desk_hall, "W0312", authorise)
    agent = desk_hall.case(no).agent
    assert (agent.scopes, agent.until) == (("collect",), "2026-12-31")
    assert "领取结果和原件，至 2026-12-31" in page.text
    address2 = f"/cases/{no}/acts/dismiss"
    walk(desk_hall, "W0312", lambda person: person.fill(address2, address2, reason="改为自行办理"))
    assert desk_hall.case(no).agent is None


def test_an_agent_without_that_scope_is_not_called(desk_hall):
    no = desk_hall.bring("ready", agent={**AGENT, "scopes": ("submit",)})
    page = walk(desk_hall, "W0312", opening("/calls"))
    assert (no in page.text, AGENT["phone"] in page.text, "13800000000" in page.text) == (True, False, True)
    told = desk_hall.bring("ready", agent={**AGENT, "scopes": ("submit", "notice")}, name="江城面馆（示例）")
    page = walk(desk_hall, "W0312", opening("/calls"))
    assert (told in page.text, AGENT["phone"] in page.text) == (True, True)


LETTER = b"\x89PNG\r\n\x1a\nthe letter of authority, as scannedIEND\xaeB`\x82"


def test_the_scan_of_a_letter_of_authority_goes_in_with_the_form_and_is_looked_at(desk_hall):
    no = desk_hall.bring("taken")
    address = f"/cases/{no}/acts/authorise"
    scan = {"letter": ("委托书.png", LETTER, "image/png")}
    program = {"letter": ("委托书.png", b"MZ\x90\x00 a program", "image/png")}
    typed = {"agent_name": AGENT["name"], "agent_id": AGENT["id_number"], "scope_collect": "1"}

    async def authorise(person):
        page = await person.open(address)
        lied = type(page)(await person.client.post(address, data={**page.fields(address), **typed}, files=program))
        assert (lied.status, 'id="e-letter"' in lied.html) == (422, True)
        # The scan is there, the tick is not: nothing that was given is lost.
        bare = type(page)(await person.client.post(address, data={**lied.fields(address), **typed}, files=scan))
        assert bare.status == 422
        kept = bare.fields(address)
        assert desk_hall.store.blobs.has(kept["letter_files"])
        done = await person.post(address, {**kept, **typed, "letter_seen": "1"})
        shown = await person.client.get(f"/cases/{no}/files/{kept['letter_files']}")
        return kept["letter_files"], done, shown

    digest, done, shown = walk(desk_hall, "W0312", authorise)
    assert desk_hall.case(no).letters == (digest,)
    assert f"/cases/{no}/files/{digest}" in done.html
    assert (shown.status_code, shown.content) == (200, LETTER)
    # Another department's handler and the supervisor have no task with the case: they do not read it.
    for login in ("C1003", "S5001"):
        assert walk(desk_hall, login, opening(f"/cases/{no}/files/{digest}")).status == 403
        assert digest not in walk(desk_hall, login, opening(f"/cases/{no}")).html
