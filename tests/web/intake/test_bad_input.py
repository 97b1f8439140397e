"""What is wrong is refused at the last step too: a form sent past its checks writes nothing and loses nothing."""

from dataclasses import replace
from datetime import timedelta

import msgspec
import pytest

from appliance.domain.item_terms import TaskState
from appliance.projections import cases, items, search
from appliance.store import drafts
from web.pages import intake_draft as drafted

FOOD = "420100001000"
NAME = "𠮷田·买买提"  # a character of plane two, and the separator U+00B7
PART = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n%PDF-'


def altered(form, field, value):
    content = drafted.decode(form["application"]).with_field(field, value)
    return {**form, "application": drafted.encode(content)}


def nothing_written(desk, *, kept="示范小吃店（示例）"):
    assert cases.total(desk.reader()) == 0
    assert desk.store.durable_size(desk.facts.hall.origin("h2c", 1)) == 0
    (left,) = drafts.of_staff(desk.reader(), "W0312")
    assert kept in left.data.decode()


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("applicant.id_number", "92420199MADEM002XD", "应为“C”"),
        ("applicant.representative_id", "420102190001010018", "应为“3”"),
        ("applicant.representative_id", "420102190001010", "第一代身份证已于2013年1月1日停止使用"),
        ("applicant.representative_id", "４20102190001010013", "第1位是全角字符"),
        ("applicant.representative", "张\u0000三", "控制符或符号"),
        ("applicant.phone", "1380000000", "手机号码应为11位，填了10位"),
        ("form.floor_area", "-1", "请填整数"),
        ("ticket", "A 1; DROP", "票号只有字母"),
    ],
)
def test_a_form_sent_past_its_checks_is_refused_and_the_draft_stays(window, desk, checked, field, value, message):
    async def walk(client, post):
        here, form = await checked(client, post)
        return await post(here + "/receive", altered(form, field, value)), await client.get(here)

    refused, page = window(walk)
    assert refused.status_code == 422
    assert message in refused.text
    assert 'value="示范小吃店（示例）"' in page.text
    nothing_written(desk)


def test_a_rare_name_goes_in_as_it_was_written_and_is_found(window, desk, checked):
    async def walk(client, post):
        here, form = await checked(client, post)
        answer = await post(here + "/receive", altered(form, "applicant.representative", NAME))
        return answer, await client.get(answer.headers["location"])

    answer, _ = window(walk)
    assert answer.status_code == 303
    (row,) = search.find(desk.reader(), NAME)
    case = cases.find(desk.reader(), row.no)
    assert [f"{ord(one):X}" for one in case.applicant.representative[:3]] == ["20BB7", "7530", "B7"]
    for query in ("𠮷田", "田·买", "买买提"):
        assert [found.no for found in search.find(desk.reader(), query)] == [row.no]


def test_an_item_suspended_while_its_form_is_open_takes_nothing_in(window, desk, catalogue, item_row, checked):
    closed = msgspec.structs.replace(catalogue[FOOD], task_state=TaskState.SUSPENDED)
    rows = [item_row(closed), *(item_row(item) for code, item in catalogue.items() if code != FOOD)]
    rows[0] = replace(rows[0], digest="closed")  # the text differs, so its digest does

    async def walk(client, post):
        here, form = await checked(client, post)
        await desk.store.writer.local_async(lambda connection: items.put(connection, rows))
        return await post(here + "/receive", form), await client.get(here)

    refused, page = window(walk)
    assert refused.status_code == 422
    assert "已挂起，暂不收件" in refused.text
    assert 'value="示范小吃店（示例）"' in page.text
    nothing_written(desk)


def test_a_session_that_ends_before_the_last_step_costs_nothing_and_counts_once(
    window, hall, desk, checked, sign_in, hidden_value
):
    async def walk(client, post):
        here, form = await checked(client, post)
        hall.clock.advance(timedelta(hours=13))
        lost = await post(here + "/receive", form, headers={"Origin": "http://hall.test"})
        nothing_written(desk)
        token = await sign_in(client)
        sent = [await client.post(here + "/receive", data={**form, "_csrf": token}) for _ in range(2)]
        return lost, sent

    lost, sent = window(walk)
    assert lost.status_code == 401
    assert "您刚才填的内容还在" in lost.text
    assert [answer.status_code for answer in sent] == [303, 303]
    assert sent[0].headers["location"] == sent[1].headers["location"]
    assert cases.total(desk.reader()) == 1


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # the file broken off closes by itself
@pytest.mark.parametrize(
    ("path", "kind", "first", "megabytes"),
    [
        ("/materials", "multipart/form-data; boundary=x", PART, 130),
        ("/receive", "application/x-www-form-urlencoded", b"note=", 3),
    ],
)
def test_a_gigabyte_without_its_length_is_not_read_to_its_end(window, desk, begin, path, kind, first, megabytes):
    read = []

    async def body():
        yield first
        for _ in range(1024):
            read.append(1)
            yield b"1" * (1024 * 1024)

    async def walk(client, post):
        here = await begin(post)
        headers = {"content-type": kind, "hx-request": "true"}
        return await client.post(here + path, content=body(), headers=headers)

    answer = window(walk)
    assert answer.status_code == 413
    assert "发送的内容太大" in answer.text
    assert len(read) <= megabytes
    assert cases.total(desk.reader()) == 0
