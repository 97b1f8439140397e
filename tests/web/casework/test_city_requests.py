"""来自市平台的请求 and 冲突 by their pages: who sees what, what is refused and why, and what is signed in the end."""

import asyncio
from uuid import uuid4

import pytest

from appliance.domain.actor import SYSTEM
from appliance.domain.events import CommandSent, ConflictFound, Evidence
from appliance.domain.states import State
from appliance.domain.subject import Applicant
from appliance.projections import city_commands, conflicts
from appliance.store.change import Change, Decision, NewEntry

HERE = "42019901"
WORDS = "已经电话联系申请人核实情况"


def walk(hall, login, action):
    async def act():
        async with hall.as_(login) as person:
            return await action(person)

    return asyncio.run(act())


def opening(path):
    return lambda person: person.open(path)


def filling(path, action, **typed):
    return lambda person: person.fill(path, action, **typed)


def heard(hall, event):
    """Let the hall have heard an event of the city: the read models do not ask whose log it is in."""
    change = Change(str(uuid4()), SYSTEM, uuid4().bytes, lambda _: Decision((NewEntry(event),), {}))
    return hall.store.writer.submit(change).result().first


def asked(hall, kind, subject, **more):
    command = f"wx-{uuid4().hex[:8]}"
    heard(hall, CommandSent(command=command, kind=kind, subject=subject, due="2026-11-24", words="不想办了", **more))
    return command


def found(hall, kind, subject, owner=HERE):
    conflict = str(uuid4())
    index = heard(hall, CommandSent(command=conflict, kind="supervise", subject=subject, due="2026-11-24", words="看"))
    evidence = (Evidence(hall.origin, index, subject), Evidence("wuhan-demo/42019902/h2c/e1", 5, "S420199022026"))
    heard(
        hall,
        ConflictFound(
            conflict=conflict, kind=kind, subject=subject, owner=owner, found="2026-11-20", due="2026-11-22",
            evidence=evidence,
        ),
    )  # fmt: skip
    return conflict


def test_a_withdrawal_stands_at_the_window_and_is_carried_out_there(desk_hall):
    no = desk_hall.bring("received")
    command = asked(desk_hall, "withdraw", no)
    path = f"/city-requests/{command}"
    assert no in walk(desk_hall, "W0312", opening("/city-requests")).text
    page = walk(desk_hall, "W0312", opening(path))
    assert "不想办了" in page.text
    assert "照办并答复" in page.text
    assert "照办并答复" not in walk(desk_hall, "R2001", opening(path)).text  # another's to answer
    bad = walk(desk_hall, "W0312", filling(path, f"{path}/refuse", ground="", words=WORDS))
    assert (bad.status, WORDS in bad.text) == (422, True)
    early = walk(desk_hall, "W0312", filling(path, f"{path}/refuse", ground="decided", words=WORDS))
    assert "申请人可以撤回" in early.text
    walk(desk_hall, "W0312", filling(path, f"{path}/do"))
    assert desk_hall.case(no).state is State.WITHDRAWN
    assert city_commands.find(desk_hall.desk.reader(), command).outcome == "carried_out"
    after = walk(desk_hall, "W0312", opening(path))
    assert "照办并答复" not in after.text


def online(hall):
    """An application that came through the city's platform, with one scan."""
    applicant = Applicant(
        kind="self_employed", name="网上示例店", id_type="uscc", id_number="92420199MADEM002XC", phone="13800000000",
        address="示范区示范路9号", representative="示例·经营者",
    )  # fmt: skip
    scan = hall.materials()[0]
    return asked(
        hall, "apply", hall.item.catalog_code, applicant=applicant, form=hall.form(), materials=(scan,), notice=1
    )


def test_an_online_application_is_read_at_the_window_before_it_is_taken_over(desk_hall):
    command = online(desk_hall)
    path = f"/city-requests/{command}"
    page = walk(desk_hall, "W0312", opening(path)).text
    assert "网上示例店" in page
    assert "示范区示范路9号" in page
    assert "热食类食品制售" in page  # an answer of the form, by its label
    assert "420102190001010013" not in page
    assert "13800000000" not in page
    file = walk(desk_hall, "W0312", lambda person: person.client.get(f"{path}/files/{desk_hall.scan.sha256}"))
    assert (file.status_code, file.headers["content-type"]) == (200, "image/png")
    assert file.headers["content-security-policy"].startswith("sandbox;")
    stray = desk_hall.store.blobs.put(b"\x89PNG\r\n\x1a\nsomebody else's")
    assert walk(desk_hall, "W0312", opening(f"{path}/files/{stray}")).status == 404
    looks = {(view.act, view.fields) for view in desk_hall.looks(login="W0312")}
    assert {("request", ("address", "form", "name")), ("request", ("scan",))} <= looks


def test_who_does_not_answer_a_request_reads_neither_its_words_nor_its_files(desk_hall):
    command = online(desk_hall)
    path = f"/city-requests/{command}"
    page = walk(desk_hall, "R2001", opening(path)).text
    assert "只给责任岗位的人员看" in page
    for word in ("网上示例店", "示范区示范路9号", "不想办了", "热食类食品制售", desk_hall.scan.sha256):
        assert word not in page
    assert walk(desk_hall, "R2001", opening(f"{path}/files/{desk_hall.scan.sha256}")).status == 403
    assert "request" not in {view.act for view in desk_hall.looks(login="R2001")}


def test_an_application_for_an_item_that_the_hall_does_not_have_can_be_read_and_refused(desk_hall):
    applicant = Applicant(kind="person", name="张示例", id_type="111", id_number="42019919900101123X")
    command = asked(desk_hall, "apply", "420199999999", applicant=applicant, form={"a": "b"}, notice=1)
    path = f"/city-requests/{command}"
    assert "张示例" in walk(desk_hall, "W0312", opening(path)).text
    walk(desk_hall, "W0312", filling(path, f"{path}/refuse", ground="not_ours", words=WORDS))
    assert city_commands.find(desk_hall.desk.reader(), command).outcome == "refused"


def test_an_order_is_refused_with_its_ground_by_the_department(desk_hall):
    no = desk_hall.bring("received")
    command = asked(desk_hall, "supervise", no)
    path = f"/city-requests/{command}"
    walk(desk_hall, "R2001", filling(path, f"{path}/refuse", ground="not_ours", words=WORDS))
    page = walk(desk_hall, "R2001", opening(path))
    assert WORDS in page.text
    assert "不由本厅办理" in page.text
    assert walk(desk_hall, "R2001", opening("/city-requests/none")).status == 404
    assert walk(desk_hall, "X9001", opening(path)).status == 403


def test_a_conflict_shows_both_sides_and_only_what_is_true_of_the_case(desk_hall):
    no = desk_hall.bring("received")
    conflict = found(desk_hall, "taken_twice", no)
    path = f"/conflicts/{conflict}"
    listed = walk(desk_hall, "R2001", opening("/conflicts")).text
    assert no in listed
    assert "已逾期" in listed
    page = walk(desk_hall, "R2001", opening(path)).text
    assert "市平台请求" in page  # the entry that is held here is named
    assert "这条记录在另一大厅和市级" in page
    assert 'value="withdrawn_here"' not in page  # the case is not withdrawn
    assert "办件还没有办到这一步" in page
    false = walk(desk_hall, "R2001", filling(path, path, choice="both_stand", words="好"))
    assert false.status == 422
    assert "登记处理结果" not in walk(desk_hall, "M4001", opening(path)).text  # not hers
    walk(desk_hall, "R2001", filling(path, path, choice="both_stand", words=WORDS))
    assert conflicts.find(desk_hall.desk.reader(), conflict).choice == "both_stand"
    assert WORDS in walk(desk_hall, "R2001", opening(path)).text


@pytest.mark.parametrize("owner", ["", "42019902"])
def test_anothers_conflict_can_be_read_and_not_resolved(desk_hall, owner):
    conflict = found(desk_hall, "taken_twice", desk_hall.bring("received"), owner)
    page = walk(desk_hall, "R2001", opening(f"/conflicts/{conflict}")).text
    assert "登记处理结果" not in page
    assert ("市级值守" if not owner else "42019902") in page
    assert walk(desk_hall, "W0312", opening("/conflicts")).status == 403
