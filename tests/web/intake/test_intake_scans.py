"""Scans at the window: uploads, the tray, and references that a form carries."""

import msgspec

from appliance.projections import cases
from web.pages import intake_draft as drafted


def test_upload_that_lies_is_refused_and_the_rest_stays(window, desk, picture, whole, begin):
    async def walk(client, post):
        here = await begin(post)
        answers = []
        for name, data, claim in (
            ("申请书.pdf", picture(), "application/pdf"),
            ("申请书.pdf", b"MZ\x90\0" + bytes(100), "application/pdf"),
            ("申请书.png", picture(), "application/pdf"),
            ("空.pdf", b"", "application/pdf"),
            ("大.png", picture() + bytes(2 * 1024 * 1024), "image/png"),
        ):
            files = {"file.application": (name, data, claim)}
            answers.append(await post(here + "/materials", whole, files=files))
        return answers, await client.get(here)

    answers, page = window(walk)
    assert [answer.status_code for answer in answers] == [422] * 5
    for answer, text in zip(
        answers,
        ("内容是 PNG", "不是 PDF、JPEG", "与文件名或声明的类型不符", "是空文件", "超过 1 MB 的上限"),
        strict=True,
    ):
        assert text in answer.text
    assert 'value="示范小吃店（示例）"' in page.text
    assert not [path for path in (desk.store.directory / "blobs").rglob("*") if path.is_file()]


def test_a_gigabyte_is_refused_before_it_is_read(window, begin):
    read = []

    async def body():
        for _ in range(1024):
            read.append(1)
            yield bytes(1024 * 1024)

    async def walk(client, post):
        here = await begin(post)
        headers = {
            "content-type": "multipart/form-data; boundary=x",
            "content-length": str(1 << 30),
            "hx-request": "true",
        }
        return await client.post(here + "/materials", content=body(), headers=headers)

    answer = window(walk)
    assert answer.status_code == 413
    assert "发送的内容太大" in answer.text
    assert answer.headers["hx-retarget"] == "#notices"
    assert len(read) <= 2


def test_scans_of_other_drafts_and_forged_references_are_refused(window, desk, picture, checked):
    digest = desk.store.blobs.put(picture(1))

    async def walk(client, post):
        here, form = await checked(client, post)
        stranger = await client.get(f"{here}/scans/{digest}")
        scan = drafted.Scan(digest, "application/pdf", len(picture(1)))
        content = msgspec.structs.replace(drafted.decode(form["application"]), scans={"layout": (scan,)})
        return stranger, await post(here + "/receive", {**form, "application": drafted.encode(content)})

    stranger, forged = window(walk)
    assert stranger.status_code == 404
    assert forged.status_code == 422
    assert "扫描件不在本机或与登记的不符" in forged.text
    assert cases.total(desk.reader()) == 0


def test_scan_taken_off_goes_back_to_the_tray(window, desk, picture, whole, begin):
    async def walk(client, post):
        here = await begin(post)
        await post(here + "/materials", whole, files={"file.layout": ("图.png", picture(7), "image/png")})
        digest = desk.store.blobs.put(picture(7))
        shown = await client.get(f"{here}/scans/{digest}")
        await post(f"{here}/scans/layout/{digest}/remove", whole)
        return shown, (await client.get(here)).text, (await client.get("/tray")).text

    shown, page, waiting = window(walk)
    assert shown.content == picture(7)
    assert shown.headers["content-type"] == "image/png"
    assert "托盘中 1 个文件" in page
    assert "图.png" in waiting
