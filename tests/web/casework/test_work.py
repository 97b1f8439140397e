"""The work desk: what waits for whom, by deadline, and who sees none of it."""

import asyncio

import pytest


def test_each_role_sees_its_own_work(desk_hall):
    taken, handled, reviewed, ready = (desk_hall.bring(s) for s in ("taken", "handled", "reviewed", "ready"))
    received = desk_hall.bring("received")

    async def look(login):
        async with desk_hall.as_(login) as person:
            return {link.rpartition("/")[2]: link for link in (await person.open("/")).links}

    clerk, handler, reviewer, approver = (asyncio.run(look(who)) for who in ("W0312", "C1001", "R2001", "A3001"))
    assert clerk[ready] == f"/issuance/{ready}"
    assert taken not in clerk
    assert handler[taken] == f"/prereview/{taken}"
    assert handler[received] == f"/prereview/{received}"
    assert ready not in handler
    assert reviewer[handled] == f"/review/{handled}"
    assert approver[reviewed] == f"/review/{reviewed}"
    assert reviewer[reviewed] == f"/cases/{reviewed}"  # listed as being elsewhere, not as work


def test_another_department_sees_nothing_of_it(desk_hall):
    no = desk_hall.bring("received")

    async def walk():
        async with desk_hall.as_("C1003") as other:
            assert no not in (await other.open("/")).html
            assert "现在没有等着您办的件" in (await other.open("/")).text

    asyncio.run(walk())


@pytest.mark.parametrize("login", ["X9001", "X9002", "X9003"])
def test_administrators_see_no_case_anywhere(desk_hall, login):
    no = desk_hall.bring("taken")

    async def walk():
        async with desk_hall.as_(login) as person:
            assert no not in (await person.open("/")).html
            for path in ("/work", "/cases", f"/cases/{no}", f"/prereview/{no}", f"/review/{no}", f"/issuance/{no}",
                         f"/cases/{no}/entries/0/verify", f"/cases/{no}/files/{desk_hall.scan.sha256}"):  # fmt: skip
                page = await person.open(path)
                assert page.status == 403, path
                assert "示范小吃店" not in page.html

    asyncio.run(walk())


def test_the_light_counts_working_days_and_the_heading_says_what_presses(desk_hall):
    first = desk_hall.bring("taken")
    desk_hall.later(days=4)  # 11-27, one working day before 11-30
    desk_hall.bring("taken")

    async def look():
        async with desk_hall.as_("C1001") as person:
            return await person.open("/")

    page = asyncio.run(look())
    assert "有 2 件等着您办，1 件快到期" in page.text
    assert "还剩 1 个工作日" in page.text
    assert "还剩 5 个工作日" in page.text
    assert page.html.index(first) < page.html.index("还剩 5 个工作日")
    desk_hall.later(days=4)  # 12-01: past the first one's last day
    page = asyncio.run(look())
    assert "1 件已超期" in page.text
    assert "超期 1 个工作日" in page.text


def test_a_list_is_paged_and_pages_do_not_overlap(desk_hall):
    every = {desk_hall.receive() for _ in range(23)}

    async def walk():
        async with desk_hall.as_("C1001") as person:
            first = await person.open("/work?tab=received")
            second = await person.open("/work?tab=received&page=2")
            return [{link.rpartition("/")[2] for link in page.links} & every for page in (first, second)]

    one, two = asyncio.run(walk())
    assert (len(one), len(two)) == (20, 3)
    assert one | two == every
