"""印章 by its pages: from the letter to the destruction, and what stands on paper meanwhile (4.4.3; domain §1.7.13)."""

import asyncio
import base64
import io

import pypdf
import pytest
from nacl.signing import VerifyKey

from appliance.domain.seals import Standing, use_text
from appliance.projections import prints, seals
from appliance.services import papers

PDF = b"%PDF-1.4\n% letter\n%%EOF\n"
NAME, WHY = "示范区市场监督管理局", "决定书需要加盖电子印记，减少跑动"


def walk(hall, login, action):
    async def run():
        async with hall.as_(login) as person:
            return await action(person)

    return asyncio.run(run())


def opening(path):
    return lambda person: person.open(path)


def filling(path, action, **typed):
    return lambda person: person.fill(path, action, **typed)


def asking(letter=PDF, **changes):
    async def ask(person):
        page = await person.open("/seals")
        fields = {**page.fields("/seals"), "kind": "authority", "name": NAME, "reason": WHY, **changes}
        files = {"scan.letter": ("letter.pdf", letter, "application/pdf")} if letter else None
        return type(page)(await person.client.post("/seals", data=fields, files=files))

    return ask


def only(hall):
    (found,) = seals.listing(hall.desk.reader())
    return found


def made(hall):
    """Bring a seal to its keeper C1001; gives the address of its page."""
    page = walk(hall, "C1001", asking())
    assert page.status == 200, page.text
    path = f"/seals/{only(hall).no}"
    for login in ("D6001", "X9002"):
        walk(hall, login, filling(path, f"{path}/approve"))
    walk(hall, "X9001", filling(path, f"{path}/make"))
    walk(hall, "X9002", filling(path, f"{path}/issue", keeper="C1001"))
    return path


def authorised(hall, **changes):
    path = made(hall)
    typed = {"starts": "2026-11-23", "until": "2026-12-31", "most": "2"} | changes

    async def grant(person):
        page = await person.open(path)
        fields = {**page.fields(f"{path}/authorise"), **typed, "persons": ["W0312"], "papers": ["decision_granted"]}
        return type(page)(await person.client.post(f"{path}/authorise", data=fields))

    page = walk(hall, "C1001", grant)
    assert page.status == 200, page.text
    return path


def printed(hall, no, copy="", login="W0312"):
    """Print the decision of a case; gives the file's bytes."""

    async def run(person):
        return (await person.client.get(f"/papers/{no}/decision_granted/file.pdf?copy={copy}")).content

    return walk(hall, login, run)


def said(body):
    return "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(body)).pages).replace("\n", "")


@pytest.mark.conformance("4.4.3-1")
def test_a_seal_is_asked_for_with_a_letter_and_nothing_typed_is_lost(desk_hall):
    bad = walk(desk_hall, "C1001", asking(reason="要用"))
    assert bad.status == 422
    assert NAME in bad.text or NAME in str(bad.fields("/seals"))
    assert "kept.letter" in bad.fields("/seals")  # the scan need not be given again
    assert walk(desk_hall, "C1001", asking(letter=None)).status == 422
    assert not seals.listing(desk_hall.desk.reader())
    assert "YZ20261001" in walk(desk_hall, "C1001", asking()).text
    again = walk(desk_hall, "C1002", asking())
    assert "已经有一枚同类印章" in again.text
    letter = walk(desk_hall, "X9002", lambda person: person.client.get("/seals/YZ20261001/letter"))
    assert letter.content == PDF
    assert walk(desk_hall, "C1003", opening("/seals/YZ20261001")).status == 403
    assert "YZ20261001" not in walk(desk_hall, "C1003", opening("/seals")).text


@pytest.mark.conformance("4.4.3-2")
def test_two_agree_before_it_is_made(desk_hall):
    walk(desk_hall, "C1001", asking())
    path = f"/seals/{only(desk_hall).no}"
    assert f"{path}/approve" not in walk(desk_hall, "C1002", opening(path)).text
    walk(desk_hall, "X9002", filling(path, f"{path}/approve"))
    assert only(desk_hall).standing is Standing.REQUESTED
    walk(desk_hall, "D6001", filling(path, f"{path}/approve"))
    assert only(desk_hall).standing is Standing.APPROVED
    walk(desk_hall, "C1001", asking(kind="licensing"))
    second = next(one for one in seals.listing(desk_hall.desk.reader()) if one.kind == "licensing")
    other = f"/seals/{second.no}"
    short = walk(desk_hall, "D6001", filling(other, f"{other}/reject", reason="不行"))
    assert "至少十个字" in short.text
    walk(desk_hall, "D6001", filling(other, f"{other}/reject", reason="授权文书没有写明用途和期限"))
    assert seals.find(desk_hall.desk.reader(), second.no).standing is Standing.REJECTED


@pytest.mark.conformance("4.4.3-3", "4.4.3-4", "4.4.3-5", "4.4.3-10")
def test_it_is_made_kept_encrypted_and_given_out(desk_hall):
    path = made(desk_hall)
    held = only(desk_hall)
    assert (held.standing, held.keeper, held.version) == (Standing.IN_USE, "C1001", 1)
    image = desk_hall.store.blobs.read(held.image).decode()
    assert "内部电子印记" in image
    assert all(f">{letter}<" in image for letter in NAME)
    shown = walk(desk_hall, "C1001", opening(path))
    assert "样张" in shown.text
    walk(desk_hall, "X9001", filling(path, f"{path}/make"))
    assert [one.version for one in seals.images(desk_hall.desk.reader(), held.no)] == [2, 1]
    keys = list((desk_hall.directory / "keys" / "seals").iterdir())
    assert {one.name for one in keys} == {"storage.key", f"{held.no}.1", f"{held.no}.2"}


@pytest.mark.conformance("4.4.3-6", "4.4.3-9")
def test_a_paper_of_the_grant_carries_it_and_every_use_is_on_record(desk_hall):
    path = authorised(desk_hall)
    no = desk_hall.bring("granted")
    body = printed(desk_hall, no)
    held, reader = only(desk_hall), desk_hall.desk.reader()
    assert held.no in said(body)
    (use,) = seals.uses(reader, held.no)
    assert (use.by, held.grants[0].used) == ("W0312", 1)
    ref = papers.latest(reader, no, "decision_granted", desk_hall.store.durable_size)
    kept = prints.find(reader, ref.id, use.copy)
    assert kept.digest == use.digest
    text = use_text(no=held.no, version=1, paper=ref.id, copy=use.copy, digest=use.digest)
    VerifyKey(bytes.fromhex(held.key)).verify(text, base64.b64decode(use.signature))
    assert printed(desk_hall, no) == body  # the second time it is the same sheet, and no second use
    assert only(desk_hall).grants[0].used == 1
    assert use.digest[:16] in walk(desk_hall, "X9003", opening(path)).text


def test_who_is_not_authorised_prints_without_it(desk_hall):
    authorised(desk_hall)
    no = desk_hall.bring("granted")
    assert only(desk_hall).no not in said(printed(desk_hall, no, login="W0313"))
    assert not seals.uses(desk_hall.desk.reader(), only(desk_hall).no)


def test_after_the_last_use_sheets_go_without(desk_hall):
    authorised(desk_hall, most="1")
    first, second = desk_hall.bring("granted"), desk_hall.bring("granted", name="另一家小吃店（示例）")
    assert only(desk_hall).no in said(printed(desk_hall, first))
    assert only(desk_hall).no not in said(printed(desk_hall, second))
    assert only(desk_hall).grants[0].used == 1


@pytest.mark.conformance("4.4.3-7")
def test_a_lost_seal_is_blocked_at_once_without_a_link(desk_hall):
    path = authorised(desk_hall)
    walk(desk_hall, "C1001", filling(path, f"{path}/lose", reason="保管的电脑在搬家时丢失"))
    assert only(desk_hall).standing is Standing.LOST
    assert only(desk_hall).no not in said(printed(desk_hall, desk_hall.bring("granted")))
    assert "authorise" not in walk(desk_hall, "C1001", opening(path)).text


@pytest.mark.conformance("4.4.3-8")
def test_two_destroy_it_and_its_keys_are_gone(desk_hall):
    path = authorised(desk_hall)
    walk(desk_hall, "D6001", filling(path, f"{path}/condemn", reason="机构改革后单位名称变更"))
    assert only(desk_hall).no not in said(printed(desk_hall, desk_hall.bring("granted")))
    walk(desk_hall, "X9002", filling(path, f"{path}/spare", reason="新印章还没有制作，先用着"))
    assert not only(desk_hall).condemned_by
    walk(desk_hall, "D6001", filling(path, f"{path}/condemn", reason="新印章已经制作并发放"))
    walk(desk_hall, "X9002", filling(path, f"{path}/destroy"))
    assert only(desk_hall).standing is Standing.DESTROYED
    assert [one.name for one in (desk_hall.directory / "keys" / "seals").iterdir()] == ["storage.key"]
    assert walk(desk_hall, "C1002", asking()).status == 200  # the place is free for another
