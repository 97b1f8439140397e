"""排队叫号 through the pages: ticket, call, recall, pass, transfer, start, finish, screen, feed, figures."""

import asyncio
import io
import re
import socket
import threading
from datetime import timedelta

import msgspec
import pytest
from pypdf import PdfReader

from appliance.domain.gate import GateState
from appliance.services.desk import OwnDesk
from appliance.services.facts import Facts
from web.pages import queue_screen


def running(action):
    return asyncio.run(action)


async def drawn(hall, *, business="general", priority="none", key=None):
    """Draw at the terminal; gives the answer page."""
    async with hall.anyone() as person:
        page = await person.open("/kiosk/ticket")
        fields = {**page.fields("/kiosk/ticket"), "business": business, "priority": priority}
        return await person.post("/kiosk/ticket", {**fields, **({"_key": key} if key else {})})


def number(page):
    found = re.search(r'class="no">([A-Z]\d+)<', page.html)
    return found[1] if found else ""


def here(page):
    found = re.search(r'class="called"><b class="mono">([A-Z]\d+)<', page.html)
    return found[1] if found else ""


def action(page, verb):
    return next(form["action"] for form in page.forms if form["action"].endswith(f"/{verb}"))


async def press(clerk, verb, **typed):
    page = await clerk.open("/queue")
    return await clerk.send(page, "/queue/call" if verb == "call" else action(page, verb), **typed)


@pytest.mark.conformance("4.3.2", "4.3.2-3")
def test_at_the_terminal_a_number_is_drawn_and_the_slip_says_what_it_must(desk_hall):
    async def act():
        first, second = await drawn(desk_hall), await drawn(desk_hall, priority="elderly")
        other = await drawn(desk_hall, business="construction")
        assert [number(one) for one in (first, second, other)] == ["A001", "A002", "C001"]
        assert "1 人" in second.text
        assert "老年人" in second.text
        async with desk_hall.anyone() as person:
            page = await person.open("/kiosk/ticket")
            taken = await person.send(page, "/kiosk/ticket", business="general")
            fields = taken.fields("/kiosk/ticket/slip")
            slip = await person.client.post("/kiosk/ticket/slip", data=fields)
            assert slip.headers["content-type"] == "application/pdf"
            text = "".join(PdfReader(io.BytesIO(slip.content)).pages[0].extract_text().split())
            for words in (
                "排队票",
                "A003",
                "综合窗口（无差别）",
                "前面等候2人",
                "取号时间2026年11月23日09:30:00",
                "不记名",
            ):
                assert words in text
            strange = await person.client.post("/kiosk/ticket/slip", data={**fields, "ticket": "other"})
            assert strange.status_code == 404
        assert "示例" not in text

    running(act())


def test_a_second_click_draws_no_second_number_and_bad_choices_are_told_in_chinese(desk_hall):
    async def act():
        async with desk_hall.anyone() as person:
            page = await person.open("/kiosk/ticket")
            fields = {**page.fields("/kiosk/ticket"), "business": "general"}
            twice = [await person.post("/kiosk/ticket", fields) for _ in range(2)]
            assert [number(one) for one in twice] == ["A001", "A001"]
            for wrong, told in (
                ({"business": "nothing"}, "请选一种业务"),
                ({"priority": "booked"}, "预约的请到服务台取号"),
                ({"priority": "vip"}, "请从列出的情形里选"),
            ):
                page = await person.open("/kiosk/ticket")
                answer = await person.send(page, "/kiosk/ticket", **{"business": "general", **wrong})
                assert answer.status == 422
                assert told in answer.text
        async with desk_hall.anyone() as stranger:
            answer = await stranger.post("/kiosk/ticket", {"business": "general", "_key": "x"})
            assert answer.status == 422
            assert "打开得太久" in answer.text
        assert number(await drawn(desk_hall)) == "A002"

    running(act())


@pytest.mark.conformance("5.2.2.1.1")
def test_call_recall_pass_transfer_start_finish(desk_hall):
    async def act():
        for _ in range(3):
            await drawn(desk_hall)
        async with desk_hall.as_("W0312") as clerk:
            assert here(await press(clerk, "call")) == "A001"
            assert "重呼 1 / 3 次" in (await press(clerk, "recall")).text
            await press(clerk, "miss")
            assert here(await press(clerk, "call")) == "A002"
            await press(clerk, "transfer", to_window="04")
            assert here(await press(clerk, "call")) == "A003"
            start = await press(clerk, "start")
            assert start.fields("/intake")["ticket"] == "A003"
            page = await clerk.open("/queue")
            assert "办理中" in page.text
            done = await press(clerk, "finish", outcome="enquiry", next="1")
            assert "没有人等候本窗口的业务" in done.text
            assert here(done) == ""
            back = await clerk.send(done, action(done, "rejoin"))
            assert "重排" in back.text
            assert here(await press(clerk, "call")) == "A001"

    running(act())


def test_the_case_that_is_received_carries_the_ticket_and_is_shown_at_its_end(desk_hall):
    async def act():
        for _ in range(47):
            await drawn(desk_hall)
        desk_hall.receive()  # ticket A047
        async with desk_hall.as_("W0312") as clerk:
            for _ in range(46):
                await press(clerk, "call")
                await press(clerk, "miss")
            await press(clerk, "call")
            await press(clerk, "start")
            page = await clerk.open("/queue")
            assert here(page) == "A047"
            assert re.search(r"/cases/S\d+", page.html)
            assert page.fields(action(page, "finish"))["outcome"] == "case"

    running(act())


def test_what_cannot_be_done_is_refused_in_chinese_and_changes_nothing(desk_hall):
    async def act():
        await drawn(desk_hall)
        async with desk_hall.as_("W0312") as clerk:
            page = await clerk.open("/queue")
            for path, fields, status, told in (
                ("/queue/77/start", {}, 404, "没有这个号"),
                ("/queue/1/start", {}, 409, "不在 03 号窗口"),
                ("/queue/1/dance", {}, 404, "没有这个操作"),
                ("/queue/window", {"state": "paused", "business": "general"}, 422, "请写暂停的原因"),
                ("/queue/window", {"state": "open"}, 422, "至少选一种业务"),
                ("/queue/window", {"state": "gone", "business": "general"}, 422, "请选窗口状态"),
                ("/queue/window", {"state": "paused", "business": "general", "reason": "长" * 41}, 422, "最多 40 个字"),
            ):
                answer = await clerk.post(path, {"_csrf": page.fields("/queue/call")["_csrf"], **fields})
                assert (answer.status, told in answer.text) == (status, True), (path, answer.text[:200])
            called = await press(clerk, "call")
            again = await clerk.send(called, action(called, "transfer"))
            assert "请选转去的窗口" in again.text
            wrong = await clerk.send(called, action(called, "transfer"), to_window="99")
            assert "请选本厅的另一个窗口" in wrong.text
            token = {"_csrf": called.fields(action(called, "start"))["_csrf"]}
            second = await clerk.post("/queue/call", token)
            assert second.status == 409
            assert "还在本窗口" in second.text
            assert here(second) == "A001"

    running(act())


@pytest.mark.conformance("4.3.2-4")
def test_a_window_pauses_with_a_reason_and_the_manager_sees_it_turn_red(desk_hall):
    async def act():
        async with desk_hall.as_("W0312") as clerk:
            page = await clerk.open("/queue")
            token = page.fields("/queue/call")["_csrf"]
            fields = {"_csrf": token, "state": "paused", "reason": "设备故障", "business": "general"}
            assert "暂停" in (await clerk.post("/queue/window", fields)).text
            refused = await press(clerk, "call")
            assert "03 号窗口暂停着：设备故障" in refused.text
        desk_hall.later(minutes=16)
        async with desk_hall.as_("M4001") as manager:
            page = await manager.open("/queue/figures")
            assert "设备故障 超过 15 分钟" in page.text
        async with desk_hall.anyone() as person:
            assert "暂停的窗口：3" in (await person.open("/screen")).text

    running(act())


@pytest.mark.conformance("4.3.2", "4.3.2-5")
def test_waiting_and_handling_times_are_counted_for_the_manager(desk_hall):
    async def act():
        await drawn(desk_hall)
        await drawn(desk_hall)
        desk_hall.later(minutes=10)
        async with desk_hall.as_("W0312") as clerk:
            await press(clerk, "call")
            await press(clerk, "start")
            desk_hall.later(minutes=6)
            await press(clerk, "finish", outcome="enquiry", next="1")
            await press(clerk, "miss")
            told = await drawn(desk_hall)
            await drawn(desk_hall)
        assert "约" not in told.text
        async with desk_hall.as_("M4001") as manager:
            page = await manager.open("/queue/figures")
            row = re.search(r'scope="row">综合窗口（无差别）</th>((?:<td class="n">[^<]*</td>){8})', page.html)
            assert re.findall(r">([^<]*)</td>", row[1]) == ["4", "1", "1", "0", "50.0", "13.0", "16.0", "6.0"]
            assert "王窗 W0312" in page.text
            empty = await manager.open("/queue/figures?first=2026-11-01&last=2026-11-02")
            assert "王窗 W0312" not in empty.text
            for query, words in (
                ("first=x", "日期写成"),
                ("first=2026-11-24&last=2026-11-23", "不能晚于"),
                ("first=2020-01-01&last=2026-01-01", "366"),
            ):
                answer = await manager.open(f"/queue/figures?{query}")
                assert (answer.status, words in answer.text) == (422, True)
        async with desk_hall.anyone() as person:
            page = await person.open("/kiosk/ticket")
            taken = await person.send(page, "/kiosk/ticket", business="general")
            assert "约 15 分钟" in taken.text  # two before, six minutes each, one window

    running(act())


def test_tickets_of_a_booking_are_drawn_by_staff_alone_and_the_slip_is_there(desk_hall):
    async def act():
        async with desk_hall.as_("M4001") as guide:
            page = await guide.open("/queue/draw")
            taken = await guide.send(page, "/queue/draw", business="general", priority="booked")
            assert number(taken) == "Y001"
            link = next(one for one in taken.links if one.endswith("slip.pdf"))
            slip = await guide.client.get(link)
            assert slip.content.startswith(b"%PDF")

    running(act())


@pytest.mark.conformance("5.2.2.1.1")
def test_the_screen_and_the_feed_say_tickets_and_windows_and_no_person(desk_hall):
    async def act():
        await drawn(desk_hall)
        async with desk_hall.anyone() as person:
            assert "还没有叫号" in (await person.open("/screen")).text
        async with desk_hall.as_("W0312") as clerk:
            await press(clerk, "call")
        desk_hall.later(seconds=2)
        async with desk_hall.anyone() as person:
            page = await person.open("/screen")
            assert "A001 3 号窗口" in page.text
            assert "请 A 零 零 一 号，到 3 号窗口办理" in page.text
            assert "王窗" not in page.html
            feed = (await person.client.get("/screen/feed")).json()
            assert [(one["led"], one["voice"]) for one in feed["calls"]] == [
                ("请 A001 号到 3 号窗口", "请 A 零 零 一 号，到 3 号窗口办理")
            ]
            later = (await person.client.get(f"/screen/feed?after={feed['calls'][0]['seq']}")).json()
            assert later["calls"] == []

    running(act())


def test_the_stream_sends_the_board_when_it_changes_and_beats_in_between(desk_hall):
    class Visit:
        class Front:
            clock = desk_hall.clock

            class Renderer:
                def render(self, page, language, frame):
                    return page.board.id

            renderer = Renderer()

        front = Front()
        language = "zh"

    async def act():
        calls = desk_hall.services["calls"]
        looks = 0

        async def pause(seconds):
            nonlocal looks
            looks += 1
            desk_hall.later(seconds=seconds)
            if looks == 2:
                await drawn(desk_hall)
            if looks == 15:
                calls.close()

        calls.pause = pause
        seen = [event.event async for event in queue_screen._events(Visit(), calls)]
        assert seen == ["board", "beat", "board", "beat", "beat"]

    running(act())


def test_the_slip_goes_to_the_terminals_printer_and_a_jam_loses_no_number(desk_hall):
    listener = socket.create_server(("127.0.0.1", 0))
    got = []

    def take():
        connection, _ = listener.accept()
        with connection:
            while data := connection.recv(65536):
                got.append(data)

    thread = threading.Thread(target=take)
    thread.start()
    config = msgspec.structs.replace(
        desk_hall.desk.facts.hall, receipt_printers={"127.0.0.1": f"tcp://127.0.0.1:{listener.getsockname()[1]}"}
    )
    desk = OwnDesk(desk_hall.store, Facts(config))
    desk_hall.use(desk)
    printed = running(drawn(desk_hall))
    thread.join(10)
    listener.close()
    assert "请取走排队票" in printed.text
    assert b"".join(got).startswith(b"\x1b@")
    jammed = running(drawn(desk_hall))
    assert "小票打印机没有响应" in jammed.text
    assert "号码有效" in jammed.text
    assert number(jammed) == "A002"


def test_a_closed_gate_stops_no_queue(desk_hall):
    """断网排队: it needs neither the city nor an open log."""
    desk_hall.receive()
    desk_hall.clock.at -= timedelta(days=1)
    desk_hall.receive()
    assert desk_hall.store.gate is GateState.SUSPECT

    async def act():
        assert number(await drawn(desk_hall)) == "A001"
        async with desk_hall.as_("W0312") as clerk:
            assert here(await press(clerk, "call")) == "A001"

    running(act())


def test_two_windows_that_call_at_once_never_get_the_same_person(desk_hall):
    async def act():
        await asyncio.gather(*(drawn(desk_hall) for _ in range(12)))
        async with desk_hall.as_("W0312") as one, desk_hall.as_("W0313", window="01") as two:
            seen = []
            for _ in range(6):
                pages = await asyncio.gather(press(one, "call"), press(two, "call"))
                seen += [here(page) for page in pages]
                await asyncio.gather(press(one, "miss"), press(two, "miss"))
        assert sorted(seen) == [f"A{number:03d}" for number in range(1, 13)]

    running(act())
