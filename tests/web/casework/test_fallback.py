"""纸质应急 and 补录: declared, printed, entered with the written time, compared by a second person, marked."""

import asyncio
from datetime import date

import pytest

from appliance.domain.actor import SYSTEM
from appliance.domain.subject import Applicant
from appliance.errors import Conflict, Forbidden, Invalid, WrongState
from appliance.projections import fallback, supervision
from appliance.services.fallback import (
    BeginFallback,
    ConfirmBackEntry,
    EndFallback,
    EnterFromPaper,
    PrintPad,
    ReturnBackEntry,
    numbers_of,
)
from appliance.services.intake import ReceiveCase
from appliance.services.issuance import WithdrawCase
from appliance.services.prereview import TakeCase
from appliance.services.procedure import ConfirmProposal
from appliance.services.sweep import sweep

FORM_PATH = "/fallback"


def walk(hall, login, action):
    async def run():
        async with hall.as_(login) as person:
            return await action(person)

    return asyncio.run(run())


def opening(path):
    return lambda person: person.open(path)


def powerless(hall, *, days=0):
    """A pad is printed on Monday morning; the power fails at ten and comes back at noon; `days` later it is entered."""
    first = hall.do(PrintPad(count=3), "W0312")["first"]
    hall.later(hours=3)  # 12:30
    began = hall.do(BeginFallback(began_at="2026-11-23T10:00", cause="power"), "W0312")["fallback"]
    hall.do(EndFallback(fallback=began, ended_at="2026-11-23T12:00"), "M4001")
    hall.later(days=days)
    return first


def application(hall, **changes):
    applicant = Applicant(
        kind="self_employed", name="停电小吃店（示例）", id_type="uscc", id_number="92420199MADEM002XC",
        phone="13800000000", representative="示例·经营者", representative_id="420102190001010013",
    )  # fmt: skip
    whole = {
        "item_code": hall.item.catalog_code,
        "item_version": hall.item.task_version,
        "applicant": applicant,
        "form": hall.form(),
        "materials": hall.materials(),
        "channel": "walk_in",
    }
    return ReceiveCase(**(whole | changes))


def enter(hall, paper_no, login="W0312", *, written="2026-11-23T10:20", **changes):
    words = {"paper_no": paper_no, "written_at": written, "taken_by": "W0313"}
    return hall.do(EnterFromPaper(application=application(hall, **changes), **words), login)["case"]


def test_a_second_pad_of_the_day_runs_on_from_the_first(desk_hall):
    pads = [desk_hall.do(PrintPad(count=3), "W0312") for _ in range(2)]
    sheets = [no for pad in pads for no in numbers_of(pad["first"], 3)]
    assert sheets == list(numbers_of(sheets[0], 6))


def test_the_clocks_count_from_the_written_time_and_it_is_marked_everywhere(desk_hall):
    first = powerless(desk_hall, days=2)
    no = enter(desk_hall, first)
    case = desk_hall.case(no)
    assert case.received_at.startswith("2026-11-23T10:20")
    assert case.clock("C1").deadline.due == "2026-11-30"  # of the 23rd, though it was entered on the 25th
    page = walk(desk_hall, "W0313", opening(f"/cases/{no}"))
    assert ("补录，待复核" in page.text, f"应急收件单 {first}" in page.text, "复核补录" in page.text) == (True,) * 3
    listed = walk(desk_hall, "W0312", opening("/cases?entry=back"))
    assert (no in listed.text, "补录" in listed.text) == (True, True)
    desk_hall.receive(name="窗口收的（示例）")
    assert "窗口收的" not in walk(desk_hall, "W0312", opening("/cases?entry=back")).text
    found = walk(desk_hall, "W0312", opening(f"/cases?q={first}"))
    assert no in found.text


def test_nobody_works_on_it_before_a_second_person_has_compared_it(desk_hall):
    no = enter(desk_hall, powerless(desk_hall))
    with pytest.raises(WrongState) as caught:
        desk_hall.do(TakeCase(case=no, version=1), "C1001")
    assert caught.value.code == "unconfirmed"
    own = walk(desk_hall, "W0312", opening("/fallback"))
    assert ("由另一位复核" in own.text, f'href="/fallback/{no}"' in own.text) == (True, False)
    address = f"/fallback/{no}/confirm"

    async def confirm(person):
        page = await person.open(f"/fallback/{no}")
        assert "420102190001010013" in page.text  # in full, to be compared
        bare = await person.post(address, page.fields(address))
        assert "逐项对照之后勾选" in bare.text
        return await person.post(address, {**bare.fields(address), "compared": "1"})

    page = walk(desk_hall, "W0313", confirm)
    assert "没有等着复核的补录" in page.text
    desk_hall.do(TakeCase(case=no, version=2), "C1001")
    looks = [view for view in desk_hall.looks(login="W0313") if view.act == "numbers"]
    assert (no,) in [view.cases for view in looks]


def sweeping(hall):
    today = hall.clock.now().date().isoformat()
    return sweep(hall.desk, actor=SYSTEM, today=today, make_key=lambda name, day: f"{name}:{day}")


def test_the_law_accepts_it_though_no_second_person_has_looked(desk_hall):
    """许可法 art.32(4): the hall's own delay in comparing takes nothing from the applicant."""
    no = enter(desk_hall, powerless(desk_hall, days=2))
    desk_hall.later(days=5)  # the 30th: the last day of C1
    assert sweeping(desk_hall) == []
    desk_hall.later(days=1)
    assert sweeping(desk_hall) == [no]
    case = desk_hall.case(no)
    assert (case.state.value, case.accepted_on, case.unconfirmed) == ("in_review", "2026-11-23", True)
    assert "R01" in [row.rule for row in supervision.listing(desk_hall.store.reader()) if row.case == no]
    with pytest.raises(WrongState) as caught:  # it still waits for its second person
        desk_hall.do(WithdrawCase(case=no, version=case.version, reason="不办了，另找地方"), "W0312")
    assert caught.value.code == "unconfirmed"
    with pytest.raises(WrongState) as kept:
        desk_hall.do(ReturnBackEntry(case=no, version=case.version, reason="号码录错一位"), "W0313")
    assert kept.value.code == "deemed"
    page = walk(desk_hall, "W0313", opening(f"/fallback/{no}"))
    assert ("依法视为受理，不能退回重录" in page.text, f"/fallback/{no}/return" in page.html) == (True, False)
    address = f"/fallback/{no}/confirm"
    walk(desk_hall, "W0313", lambda person: person.fill(f"/fallback/{no}", address, compared="1"))
    assert (desk_hall.case(no).state.value, desk_hall.case(no).unconfirmed) == ("in_review", False)


def test_supervision_is_told_of_a_limit_that_ran_out_unconfirmed(desk_hall):
    no = enter(desk_hall, powerless(desk_hall, days=2))
    desk_hall.later(days=6)
    sweeping(desk_hall)
    desk_hall.later(days=40)
    sweeping(desk_hall)
    assert "R04" in [row.rule for row in supervision.listing(desk_hall.store.reader()) if row.case == no]


def test_a_returned_paper_is_entered_again_from_what_was_typed(desk_hall):
    first = powerless(desk_hall)
    no = enter(desk_hall, first)
    address = f"/fallback/{no}/return"
    reason = {"reason": "证件号码录错一位"}
    walk(desk_hall, "M4001", lambda person: person.fill(f"/fallback/{no}", address, **reason))
    assert desk_hall.case(no).state == "terminated"

    async def again(person):
        page = await person.open("/fallback")
        path = f"/fallback/{no}/again"
        return await person.post(path, page.fields(path))

    page = walk(desk_hall, "W0312", again)
    assert ("停电小吃店（示例）" in page.html, first in page.html) == (True, True)
    assert enter(desk_hall, first) != no  # its number is free again
    with pytest.raises(Invalid) as caught:
        enter(desk_hall, first)
    assert "paper_no" in caught.value.fields


def test_a_paper_whose_receipt_was_voided_is_entered_once_more_and_says_so(desk_hall):
    """T37 ends a mistaken receipt; the applicant still holds the form that the window wrote, so it counts again."""
    first = powerless(desk_hall)
    no = enter(desk_hall, first)
    confirm = f"/fallback/{no}/confirm"
    walk(desk_hall, "W0313", lambda person: person.fill(f"/fallback/{no}", confirm, compared="1"))
    with pytest.raises(Invalid):
        enter(desk_hall, first)
    void = f"/cases/{no}/acts/void"
    walk(desk_hall, "W0312", lambda person: person.fill(void, void, reason="录到另一个事项上了，收回回执"))
    case = desk_hall.case(no)
    proposal = case.proposals
    desk_hall.do(ConfirmProposal(case=no, version=case.version, proposal=proposal, slip_returned=True), "M4001")
    assert (desk_hall.case(no).state.value, fallback.entered(desk_hall.store.reader(), first)) == ("terminated", "")

    async def again(person):
        page = await person.open("/fallback")
        assert ("收件已作废" in page.text, "单子可以重新补录" in page.text) == (True, True)
        path = f"/fallback/{no}/again"
        return await person.post(path, page.fields(path))

    page = walk(desk_hall, "W0312", again)
    assert ("停电小吃店（示例）" in page.html, first in page.html) == (True, True)
    other = enter(desk_hall, first)
    assert desk_hall.case(other).back_entry.instead_of == no
    page = walk(desk_hall, "W0313", opening(f"/cases/{other}"))
    assert (f"此前录为 {no}，已经作废" in page.text, "单子可以重新补录" in page.text) == (True, False)
    assert no in walk(desk_hall, "W0313", opening(f"/fallback/{other}")).text
    with pytest.raises(Invalid) as caught:  # once
        enter(desk_hall, first)
    assert "paper_no" in caught.value.fields
    walk(desk_hall, "W0312", again_of(no))


def again_of(no):
    async def send(person):
        page = await person.open("/fallback")
        assert f"/fallback/{no}/again" not in page.html

    return send


@pytest.mark.parametrize(
    "written", ["2026-11-23T09:59", "2026-11-23T12:01", "2026-11-24T09:00", "2026-11-22T10:30", "昨天"]
)
def test_the_written_time_lies_in_the_fallback(desk_hall, written):
    first = powerless(desk_hall)
    with pytest.raises(Invalid) as caught:
        enter(desk_hall, first, written=written)
    assert "written_at" in caught.value.fields


def test_only_a_printed_number_is_entered_and_every_fault_is_told_at_once(desk_hall):
    first = powerless(desk_hall)
    fourth = numbers_of(first, 4)[-1]
    with pytest.raises(Invalid) as caught:
        enter(desk_hall, fourth, written="2026-11-23T09:00", form={})
    assert {"paper_no", "written_at"} < caught.value.fields.keys()
    assert any(name.startswith("form.") for name in caught.value.fields)


def test_paper_that_lay_too_long_is_told_to_supervision(desk_hall):
    first = powerless(desk_hall, days=4)  # Friday: the fourth working day
    late = enter(desk_hall, first)
    rows = [row for row in supervision.listing(desk_hall.store.reader()) if row.case == late]
    assert [row.rule for row in rows] == ["R09"]


def test_the_version_in_force_on_the_written_day_counts(desk_hall):
    first = powerless(desk_hall, days=1)
    old = desk_hall.item.task_version
    desk_hall.change_item(plan_effective_date=date(2026, 11, 24))
    with pytest.raises(Conflict):
        enter(desk_hall, first)
    no = enter(desk_hall, first, item_version=old)
    assert desk_hall.case(no).item_version == old


def test_the_page_declares_ends_and_numbers_pads(desk_hall):
    async def walk_through(person):
        page = await person.fill(FORM_PATH, "/fallback/begin", began_at="2026-11-23T09:40", cause="power")
        assert "不能晚于现在" in page.text
        page = await person.send(page, "/fallback/begin", began_at="2026-11-23T09:10", cause="power")
        assert "纸质应急中" in page.text
        page = await person.send(page, "/fallback/pads", count="500")
        assert "一次印 1 到 100 张" in page.text
        page = await person.send(page, "/fallback/pads", count="5")
        return await person.send(page, "/fallback/end", ended_at="2026-11-23T09:20")

    page = walk(desk_hall, "M4001", walk_through)
    assert ("纸质应急中" in page.text, "5 张" in page.text) == (False, True)
    (pad,) = fallback.pads(desk_hall.store.reader())
    assert (pad.first[0], pad.count) == ("P", 5)
    assert fallback.printed(desk_hall.store.reader(), pad.last) != ""
    assert walk(desk_hall, "C1001", opening(FORM_PATH)).status == 403


def test_confirming_is_not_the_enterers(desk_hall):
    no = enter(desk_hall, powerless(desk_hall))
    with pytest.raises(Forbidden):
        desk_hall.do(ConfirmBackEntry(case=no, version=1, compared=True), "W0312")


def test_the_hall_manager_compares_in_full_and_only_then_it_is_recorded(desk_hall):
    no = enter(desk_hall, powerless(desk_hall))
    address = f"/fallback/{no}/confirm"

    async def refused_then_done(person):
        page = await person.open(f"/fallback/{no}")
        bare = await person.post(address, page.fields(address))
        await person.post(address, {**bare.fields(address), "compared": "1"})
        return page, bare, await person.open(f"/fallback/{no}")

    page, bare, after = walk(desk_hall, "M4001", refused_then_done)
    assert ["420102190001010013" in one.text for one in (page, bare, after)] == [True, True, False]
    assert desk_hall.case(no).unconfirmed is False
    acts = [view.act for view in reversed(desk_hall.looks(login="M4001", case=no)) if view.act in ("numbers", "case")]
    assert acts == ["numbers", "numbers", "case"]


def test_a_returned_paper_typed_again_shows_the_numbers_and_is_recorded(desk_hall):
    no = enter(desk_hall, powerless(desk_hall))
    desk_hall.do(ReturnBackEntry(case=no, version=1, reason="姓名与单上不一致"), "W0313")

    async def again(person):
        page = await person.open("/fallback")
        return await person.post(f"/fallback/{no}/again", page.fields(f"/fallback/{no}/again"))

    page = walk(desk_hall, "W0312", again)
    assert "420102190001010013" in page.html
    (look,) = [view for view in desk_hall.looks(login="W0312", case=no) if view.act == "numbers"]
    assert ("all" in look.fields, look.purpose) == (True, "补录重新录入")


def test_the_sheets_of_a_pad_are_found_by_its_first_number(desk_hall):
    pads = [desk_hall.do(PrintPad(count=2), "W0312")["first"] for _ in range(2)]

    async def sheets(person):
        wanted = (*pads, numbers_of(pads[0], 2)[1])
        return [(await person.client.get(f"/fallback/pads/{no}")).status_code for no in wanted]

    assert walk(desk_hall, "W0312", sheets) == [200, 200, 404]
