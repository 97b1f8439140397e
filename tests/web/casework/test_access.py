"""Who saw whose data: each page records before it shows, the sweep closes days, auditors look a case up."""

import asyncio
import re
import uuid
from datetime import timedelta

import apsw
import pytest

from appliance.domain.actor import SYSTEM
from appliance.domain.gate import GateState
from appliance.errors import Conflict, Forbidden, Invalid
from appliance.projections import access_digests
from appliance.services.access import DigestAccess
from appliance.services.access_days import settle
from appliance.store.access_book import Unrecorded
from appliance.store.access_verify import logged_digests, verify_access
from web.app import create_app
from web.navigation import HALL_MENU
from web.routes import ACCOUNT, ADMINISTRATION, CASEWORK, INTAKE
from web.visit import Site


def walk(hall, login, action):
    async def run():
        async with hall.as_(login) as person:
            return await action(person)

    return asyncio.run(run())


def opening(path):
    return lambda person: person.open(path)


@pytest.fixture
def offices(desk_hall):
    """The hall with the administrators' pages."""
    desk_hall.app = create_app(
        Site("厅印", "示范区", "hall", HALL_MENU),
        desk_hall._ports(),
        (*ACCOUNT, *CASEWORK, *INTAKE, *ADMINISTRATION),
        desk_hall.services,
    )
    return desk_hall


def settled(hall):
    today = hall.clock.now().date().isoformat()
    return settle(hall.desk, hall.access, today=today, make_key=lambda one: f"access:{one.day}:{one.head[:16]}")


def by_system(hall, command):
    return hall.desk.submit_now(command, actor=SYSTEM, key=str(uuid.uuid4()))


def acts(hall, no):
    return [(view.login, view.act, view.fields) for view in hall.looks(case=no)]


def test_a_case_page_is_recorded_with_who_in_which_role_what_and_from_where(desk_hall):
    no = desk_hall.bring("taken")
    walk(desk_hall, "C1001", opening(f"/cases/{no}"))
    look = next(view for view in desk_hall.looks(case=no) if view.act == "case")
    assert (look.login, look.role, look.cases) == ("C1001", "case_handler", (no,))
    assert look.fields == ("address", "form", "name")
    assert (look.at, look.address) == (desk_hall.clock.now(), "127.0.0.1")


def test_a_page_with_stars_says_that_nothing_was_shown_in_full(desk_hall):
    no = desk_hall.bring("taken")
    walk(desk_hall, "S5001", opening(f"/cases/{no}"))
    assert acts(desk_hall, no) == [("S5001", "case", ())]


def test_lists_are_recorded_where_names_stand_in_full_and_in_one_line(desk_hall):
    first, second = desk_hall.bring("taken", name="王小明店"), desk_hall.bring("taken", name="李大海店")
    walk(desk_hall, "C1001", opening("/work"))
    look = next(view for view in desk_hall.looks(login="C1001") if view.act == "list")
    assert {first, second} <= set(look.cases)
    before = len(desk_hall.looks(login="S5001"))
    walk(desk_hall, "S5001", opening("/cases?q=" + first[-4:]))
    assert [view.act for view in desk_hall.looks(login="S5001")][: -before or None].count("list") == 0


def test_search_scan_and_reveal_each_leave_a_line(desk_hall):
    no = desk_hall.bring("taken")
    scan = desk_hall.case(no).materials[0].files[0].sha256

    async def look(person):
        await person.open("/cases", params={"q": desk_hall.case(no).applicant.name})
        await person.open(f"/cases/{no}/files/{scan}")
        page = await person.open(f"/cases/{no}")
        return await person.post(
            f"/cases/{no}/numbers", {"_csrf": page.fields(f"/cases/{no}/numbers")["_csrf"], "purpose": "电话核对"}
        )

    walk(desk_hall, "C1001", look)
    found = [act for _, act, _ in acts(desk_hall, no)]
    assert found[:4] == ["numbers", "case", "scan", "list"]
    assert desk_hall.looks(case=no)[0].purpose == "电话核对"


def test_a_post_that_only_sends_the_browser_on_leaves_one_line_for_the_page_it_leads_to(desk_hall):
    no = desk_hall.bring("received")
    walk(desk_hall, "C1001", lambda person: person.fill(f"/prereview/{no}", f"/prereview/{no}/take"))
    assert [act for _, act, _ in acts(desk_hall, no)] == ["case", "case", "list"]  # the list is the work desk's


def fill_the_disk(hall):
    """From now on the access log's disk takes nothing."""

    def connect(path):
        raise apsw.FullError

    hall.access.close()
    hall.access._connect = connect


def on_a_full_disk(hall, path):
    async def look(person):
        before = await person.open(path)
        fill_the_disk(hall)
        return before, await person.open(path)

    return look


@pytest.mark.parametrize("path", ["/cases/{no}", "/work", "/prereview/{no}", "/cases/{no}/files/{scan}"])
def test_what_cannot_be_recorded_is_not_shown_and_says_what_to_do(desk_hall, path):
    no = desk_hall.bring("taken", name="王小明店")
    scan = desk_hall.case(no).materials[0].files[0].sha256
    before, page = walk(desk_hall, "C1001", on_a_full_disk(desk_hall, path.format(no=no, scan=scan)))
    assert before.status == 200
    assert page.status == 507
    assert "磁盘已满，无法记录谁查看了个人信息，所以不显示" in page.text
    assert "请通知系统管理员清理磁盘" in page.text
    assert "王小明" not in page.html


def test_a_page_without_personal_data_needs_no_record(desk_hall):
    """The control: the hall is not shut by a broken access log."""
    _, page = walk(desk_hall, "W0312", on_a_full_disk(desk_hall, "/intake"))
    assert page.status == 200


def test_the_sweep_writes_each_day_once_days_without_looks_too(desk_hall):
    no = desk_hall.bring("taken")
    walk(desk_hall, "C1001", opening(f"/cases/{no}"))
    assert settled(desk_hall) == []
    desk_hall.clock.advance(timedelta(days=3))
    assert settled(desk_hall) == ["2026-11-23", "2026-11-24", "2026-11-25"]
    assert settled(desk_hall) == []
    reader = desk_hall.desk.reader()
    assert [one.count > 0 for one, _ in access_digests.listing(reader)] == [False, False, True]
    digests = logged_digests(reader)
    verdicts = desk_hall.access.read(lambda connection: verify_access(connection, digests, today="2026-11-26"))
    assert [(one.day, one.ok) for one in verdicts] == [(day, True) for day in sorted(digests)]


def test_a_day_closed_before_the_power_went_is_written_by_the_next_sweep(desk_hall):
    no = desk_hall.bring("taken")
    walk(desk_hall, "C1001", opening(f"/cases/{no}"))
    desk_hall.clock.advance(timedelta(days=1))
    desk_hall.access.close_days("2026-11-24")
    assert settled(desk_hall) == ["2026-11-23"]


def test_only_the_system_writes_digests_and_only_of_days_that_are_over(desk_hall):
    day = DigestAccess(day="2026-11-22", count=0, root="0" * 64, head="0" * 64)
    with pytest.raises(Forbidden, match="系统按日结存"):
        desk_hall.do(day, "C1001")
    for wrong in ("2026-11-23", "2026-12-01", "昨天", "20261122", "2026-W47-7"):
        with pytest.raises(Invalid, match="过完的一天"):
            by_system(desk_hall, DigestAccess(day=wrong, count=0, root="0" * 64, head="0" * 64))
    for wrong in ("0", "g" * 64, "A" * 64, "０" * 64):
        with pytest.raises(Invalid, match="日结的数值不对"):
            by_system(desk_hall, DigestAccess(day="2026-11-22", count=0, root=wrong, head="0" * 64))
    by_system(desk_hall, day)
    with pytest.raises(Conflict, match="已经结存"):
        by_system(desk_hall, day)
    assert desk_hall.store.gate is GateState.OPEN


def test_the_auditor_looks_up_who_saw_a_case(offices):
    no, other = offices.bring("taken", name="王小明店"), offices.bring("taken", name="李大海店")
    walk(offices, "C1001", opening(f"/cases/{no}"))
    walk(offices, "C1003", opening(f"/cases/{other}"))
    offices.clock.advance(timedelta(days=1))
    settled(offices)
    for login in ("X9003", "X9002"):
        page = walk(offices, login, opening(f"/access?case={no}"))
        assert page.status == 200
        rows = page.html.partition("<tbody>")[2].partition("</tbody>")[0]
        assert "C1001" in rows
        assert "C1003" not in rows
        assert "打开办件" in page.text
        assert "姓名" in page.text
        assert "王小明" not in page.html
        assert re.search(r"2026-11-23</a></td><td>\d", page.html)
    page = walk(offices, "X9003", opening("/access?login=C1003"))
    assert other in page.text


def test_the_look_into_the_access_log_is_itself_recorded(offices):
    no = offices.bring("taken")
    walk(offices, "X9003", opening(f"/access?case={no}"))
    assert acts(offices, no)[0] == ("X9003", "access", ())


def test_who_keeps_the_machine_or_the_cases_does_not_read_the_access_log(offices):
    for login in ("X9001", "C1001", "S5001", "W0312"):
        assert walk(offices, login, opening("/access")).status == 403


@pytest.mark.parametrize(
    ("query", "says"),
    [("case=S1", "没有这个编号的办件"), ("login=ZZ", "没有这个工号"), ("day=昨天", "请填写日期")],
)
def test_a_wrong_question_is_named_and_kept(offices, query, says):
    page = walk(offices, "X9003", opening(f"/access?{query}"))
    assert page.status == 422
    assert says in page.text
    assert query.partition("=")[2] in page.html


def test_a_broken_file_is_told_to_the_auditor(offices):
    offices.bring("taken")
    walk(offices, "C1001", opening("/work"))
    offices.access.close()
    offices.access.path.write_bytes(b"broken" * 1000)
    page = walk(offices, "X9003", opening("/access"))
    assert page.status == 503
    assert "查看记录读不出来" in page.text
    with pytest.raises(Unrecorded):
        offices.looks()
