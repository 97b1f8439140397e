"""投诉 by its pages: written down, taken up, answered, called back; refused; late; and who sees what of it (§6.5)."""

import asyncio
import io

import pypdf
import pytest

from appliance.domain.actor import SYSTEM
from appliance.errors import WrongState
from appliance.papers.document import digest, qr_text
from appliance.projections import complaints, supervision
from appliance.services.complaints import RaiseComplaintOverdue
from appliance.services.paper_builders.supervision import order_paper
from appliance.services.papers_apart import build_apart
from appliance.services.slip_check import check_slip
from appliance.services.sweep import sweep

WHO, PHONE = "李示例", "13800005678"
CONTENT = "十一月二日提交的申请一直没有人联系，来电也没有人接"
FOUND, DONE, REPLY = "承办人员没有及时告知办理进度", "已约谈承办人员并改为当日回复", "已向您致歉，办件今天已送审核"


def walk(hall, login, action):
    async def run():
        async with hall.as_(login) as person:
            return await action(person)

    return asyncio.run(run())


def opening(path):
    return lambda person: person.open(path)


def filling(path, action, **typed):
    return lambda person: person.fill(path, action, **typed)


def only(hall):
    (found,) = complaints.listing(hall.desk.reader())
    return found


def written(hall, **changes):
    """Let the clerk of window 3 write a complaint about a handler down; gives its page's address."""
    typed = {
        "channel": "onsite",
        "category": "speed",
        "about": "person",
        "subject": "c1001",
        "complainant": WHO,
        "contact": PHONE,
        "content": CONTENT,
    } | changes
    page = walk(hall, "W0312", filling("/complaints/new", "/complaints/new", **typed))
    assert page.status == 200, page.text
    return f"/complaints/{complaints.listing(hall.desk.reader())[0].no}"


def taken_up(hall, **changes):
    path = written(hall, **changes)
    walk(hall, "S5001", filling(path, f"{path}/admit", investigator="R2001"))
    return path


@pytest.mark.conformance("5.3.2f")
def test_a_complaint_goes_from_the_window_to_its_file(desk_hall):
    path = written(desk_hall)
    assert only(desk_hall).no == "TS202611231001"
    listed = walk(desk_hall, "S5001", opening("/complaints"))
    assert "待我处理" in listed.text
    page = walk(desk_hall, "S5001", opening(path))
    assert WHO in page.text
    assert "任核 R2001" in page.text
    assert "陈办 C1001" not in page.text.split("受理并交调查")[0].rsplit("调查人", 1)[1]
    walk(desk_hall, "S5001", filling(path, f"{path}/admit", investigator="R2001"))
    assert only(desk_hall).answer_due == "2026-11-30"
    bad = walk(desk_hall, "R2001", filling(path, f"{path}/answer", result="partly", findings=FOUND, reply=REPLY))
    assert bad.status == 422
    assert "请写明处理和整改措施" in bad.text
    assert FOUND in bad.text  # nothing that was typed is lost
    walk(
        desk_hall,
        "R2001",
        filling(path, f"{path}/answer", result="partly", findings=FOUND, measures=DONE, reply=REPLY),
    )
    page = walk(desk_hall, "S5001", opening(path))
    assert "部分属实" in page.text
    walk(desk_hall, "S5001", filling(path, f"{path}/close", satisfaction="satisfied", archive_no="2026-TS-1"))
    page = walk(desk_hall, "S5001", opening(path))
    assert "已回访归档" in page.text
    assert "2026-TS-1" in page.text
    assert "归档" not in [form["action"] for form in page.forms]


def test_the_complainant_is_unknown_to_those_who_need_not_know(desk_hall):
    path = taken_up(desk_hall)
    for login in ("W0312", "S5001", "R2001"):
        assert WHO in walk(desk_hall, login, opening(path)).text
    manager = walk(desk_hall, "M4001", opening(path))
    assert CONTENT in manager.text
    assert WHO not in manager.text
    assert PHONE not in manager.text
    assert walk(desk_hall, "M4001", opening(f"{path}/receipt.pdf")).status == 403
    assert walk(desk_hall, "C1001", opening(path)).status == 403  # whom it is about
    assert walk(desk_hall, "W0313", opening(path)).status == 403
    assert path not in walk(desk_hall, "W0313", opening("/complaints")).links
    assert {view.login for view in desk_hall.looks() if view.act == "complaint"} == {"W0312", "S5001", "R2001"}


def test_who_worked_on_the_case_neither_inquires_nor_reads(desk_hall):
    no = desk_hall.bring("handled")
    desk_hall.sign(no, "R2001", "同意承办人意见")
    path = written(desk_hall, about="case", subject=no)
    offered = walk(desk_hall, "S5001", opening(path))
    assert "任核 R2001" not in offered.text
    assert "冉核 R2002" in offered.text
    forged = walk(desk_hall, "S5001", filling(path, f"{path}/admit", investigator="R2001"))
    assert "不能调查自己" in forged.text


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ({"subject": "S9999"}, "名册里没有这个工号"),
        ({"about": "case", "subject": "S1"}, "没有这个编号的办件"),
        ({"about": "window", "subject": "77"}, "没有这个窗口"),
        ({"about": "item", "subject": "1"}, "没有这个编码的事项"),
        ({"subject": ""}, "请写明办件编号、工号、窗口号或者事项编码"),
        ({"content": "太慢"}, "请写明投诉的事情"),
        ({"category": ""}, "请选一项"),
    ],
)
def test_what_is_missing_is_told_at_its_field_and_the_rest_stays(desk_hall, typed, says):
    whole = {"channel": "phone", "category": "manner", "about": "person", "subject": "C1001", "content": CONTENT}
    page = walk(desk_hall, "W0312", filling("/complaints/new", "/complaints/new", complainant=WHO, **(whole | typed)))
    assert page.status == 422
    assert says in page.text
    assert WHO in page.html
    assert complaints.listing(desk_hall.desk.reader()) == []


def test_a_complaint_that_is_not_taken_up_is_answered_with_its_ground(desk_hall):
    path = written(desk_hall, about="none", subject="")
    told = "没有写明是哪个窗口或者哪位工作人员，请补充后再来登记"
    walk(desk_hall, "S5001", filling(path, f"{path}/reject", ground="no_object", reply=told))
    page = walk(desk_hall, "W0312", opening(path))
    assert "没有明确的投诉对象" in page.text
    assert told in page.text
    assert f"{path}/reply.pdf" in page.links
    assert f"{path}/receipt.pdf" not in page.links


def test_an_anonymous_complaint_is_taken_up_like_any_other(desk_hall):
    path = taken_up(desk_hall, complainant="", contact="")
    assert "匿名" in walk(desk_hall, "R2001", opening(path)).text


def run(hall):
    today = hall.clock.now().date().isoformat()
    return sweep(hall.desk, actor=SYSTEM, today=today, make_key=lambda name, day: f"{name}:{day}")


def told(hall):
    return [(one.rule, one.case, one.clock, one.staff) for one in supervision.listing(hall.desk.reader())]


@pytest.mark.conformance("4.2.4")
def test_each_step_that_is_late_is_told_to_supervision_once(desk_hall):
    path = written(desk_hall)
    no = path.rsplit("/", 1)[1]
    run(desk_hall)
    assert told(desk_hall) == []
    desk_hall.later(days=3)
    run(desk_hall)
    run(desk_hall)
    assert told(desk_hall) == [("R17", no, "registered", "")]
    walk(desk_hall, "S5001", filling(path, f"{path}/admit", investigator="R2001"))
    desk_hall.later(days=8)
    run(desk_hall)
    assert told(desk_hall)[0] == ("R17", no, "admitted", "R2001")
    listed = walk(desk_hall, "S5001", opening("/supervision"))
    assert path in listed.links
    assert "投诉没有按期受理、答复或者回访" in listed.text
    assert "已逾期" in walk(desk_hall, "S5001", opening("/complaints")).text
    with pytest.raises(WrongState):
        desk_hall.desk.submit_now(RaiseComplaintOverdue(no=no), actor=SYSTEM, key="again")


def test_a_late_complaint_about_the_hall_itself_stands_among_the_warnings(desk_hall):
    written(desk_hall, about="window", subject="03")
    desk_hall.later(days=3)
    run(desk_hall)
    listed = walk(desk_hall, "S5001", opening("/supervision"))
    assert (listed.status, desk_hall.desk.facts.hall.name in listed.text) == (200, True)
    (card,) = supervision.listing(desk_hall.desk.reader())
    assert walk(desk_hall, "S5001", opening(f"/supervision/{card.index}")).status == 200
    paper = order_paper(desk_hall.desk.reader(), desk_hall.desk.facts, card)
    assert (paper.head.authority, paper.case_no) == (desk_hall.desk.facts.hall.name, card.case)


def test_who_has_left_is_replaced_and_the_day_stays(desk_hall):
    path = taken_up(desk_hall)
    due = only(desk_hall).answer_due
    offered = walk(desk_hall, "S5001", opening(path))
    assert "任核 R2001" not in offered.text.split("改派调查人")[1]
    walk(desk_hall, "S5001", filling(path, f"{path}/reassign", investigator="R2002"))
    assert (only(desk_hall).investigator, only(desk_hall).answer_due) == ("R2002", due)
    assert f"{path}/answer" in [form["action"] for form in walk(desk_hall, "R2002", opening(path)).forms]
    assert walk(desk_hall, "R2001", opening(path)).status == 403
    assert path not in walk(desk_hall, "R2001", opening("/complaints")).links


def verdict(hall, paper_id):
    """Let the hall check the code of one of these papers, as it is printed now."""
    made, salt = build_apart(hall.desk.reader(), hall.desk.facts, paper_id)
    return qr_text(made, salt), lambda code: check_slip(hall.desk, hall.desk.facts, hall.services["log_keys"], code)


def test_the_code_of_a_complaints_paper_is_known_by_its_hall(desk_hall):
    path = taken_up(desk_hall)
    no = path.rsplit("/", 1)[1]
    receipt, check = verdict(desk_hall, f"{no}-36-1")
    assert (check(receipt).verdict, check(receipt).title) == ("valid", "投诉受理单")
    walk(desk_hall, "S5001", filling(path, f"{path}/extend", reason="需要调取通话记录才能核实情况"))
    assert (check(receipt).verdict, check(receipt).code) == ("unknown", "moved_on")  # it says another day by now
    for wrong in (receipt.replace(f"{no}-36", "TS202601011001-36"), receipt.replace("-36-1", "-37-1")):
        assert check(wrong).verdict == "refused"
    # The salt of the entry stands before the data: without it the digest would be another.
    made, salt = build_apart(desk_hall.desk.reader(), desk_hall.desk.facts, f"{no}-36-1")
    assert len(salt) == 16
    assert qr_text(made) != qr_text(made, salt)
    pdf = walk(desk_hall, "S5001", lambda person: person.client.get(f"{path}/receipt.pdf"))
    sheet = "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf.content)).pages)
    assert digest(made, salt)[:32].upper() in sheet


def test_the_code_of_a_warning_is_known_by_its_hall(desk_hall):
    written(desk_hall, about="window", subject="03")
    desk_hall.later(days=3)
    run(desk_hall)
    (card,) = supervision.listing(desk_hall.desk.reader())
    code, check = verdict(desk_hall, f"{card.case}-35-{card.index + 1}")
    assert check(code).verdict == "valid"
    assert check(code.replace("-35-", "-34-")).verdict == "refused"  # it is no order
    assert check(f"HM1:420100001000-14-1:{'0' * 32}").code == "not_in_log"


def test_the_answer_is_put_off_on_the_page_once(desk_hall):
    path = taken_up(desk_hall)
    walk(desk_hall, "S5001", filling(path, f"{path}/extend", reason="需要调取通话记录才能核实情况"))
    assert only(desk_hall).answer_due == "2026-12-14"
    page = walk(desk_hall, "S5001", opening(path))
    assert "已延期一次" in page.text
    assert f"{path}/extend" not in [form["action"] for form in page.forms]
