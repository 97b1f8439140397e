"""What the window puts right through the pages: on the spot with a signature, and registered wrongly with a reason."""

import asyncio

import pytest

from appliance.domain.states import State

PNG = b"\x89PNG\r\n\x1a\n" + b"another" * 8 + b"IEND\xaeB`\x82"


def walk(hall, login, action):
    async def run():
        async with hall.as_(login) as person:
            return await action(person)

    return asyncio.run(run())


def opening(path):
    return lambda person: person.open(path)


def mending(no, how, **typed):
    return lambda person: person.fill(f"/cases/{no}/{how}", f"/cases/{no}/{how}", **typed)


def test_a_wrong_name_is_amended_and_the_slip_made_anew(desk_hall):
    no = desk_hall.bring("taken")
    page = walk(desk_hall, "W0312", opening(f"/cases/{no}"))
    assert f"/cases/{no}/amend" in page.links
    page = walk(desk_hall, "W0312", mending(no, "amend", applicant__name="示范朝阳豆浆店", reason="登记时录入错误"))
    case = desk_hall.case(no)
    assert (case.applicant.name, case.applicant.id_number, case.amendments) == (
        "示范朝阳豆浆店",
        "92420199MADEM002XC",
        1,
    )
    assert sum(link.startswith(f"/papers/{no}/intake_receipt") for link in page.links) == 2


def test_the_page_shows_no_number_in_full(desk_hall):
    no = desk_hall.bring("taken")
    for login in ("W0312", "W0313", "C1001"):
        html = walk(desk_hall, login, opening(f"/cases/{no}/amend")).html
        assert "420102190001010013" not in html
        assert "13800000000" not in html


def test_name_and_number_together_are_another_applicant(desk_hall):
    no = desk_hall.bring("received")
    typed = {"applicant__name": "另一家店", "applicant__id_number": "92420199MADEM003X5", "reason": "登记时录入错误"}
    page = walk(desk_hall, "W0312", mending(no, "amend", **typed))
    assert page.status == 422
    assert page.fields(f"/cases/{no}/amend")["applicant.name"] == "另一家店"
    assert desk_hall.case(no).amendments == 0


def test_nothing_typed_changes_nothing(desk_hall):
    no = desk_hall.bring("received")
    page = walk(desk_hall, "W0312", mending(no, "amend", reason="登记时录入错误"))
    assert (page.status, 'id="e-reason"' in page.html) == (422, True)
    page = walk(desk_hall, "W0312", mending(no, "amend", form__floor_area="90"))
    assert (page.status, 'id="e-reason"' in page.html) == (422, True)
    assert page.fields(f"/cases/{no}/amend")["form.floor_area"] == "90"


def test_what_is_mended_on_the_spot_needs_the_signature_and_brings_its_scan(desk_hall):
    no = desk_hall.bring("received", missing=1)
    code = next(iter(desk_hall.case(no).missing))

    async def mend():
        async with desk_hall.as_("W0312") as person:
            page = await person.open(f"/cases/{no}/onsite")
            fields = {**page.fields(f"/cases/{no}/onsite"), "given": code, "form.floor_area": "77"}
            scan = {f"scan.{code}": ("a.png", PNG, "image/png")}
            answer = await person.client.post(f"/cases/{no}/onsite", data=fields, files=scan)
            assert answer.status_code == 422
            assert 'id="e-signed"' in answer.text
            again = type(page)(answer)
            # The scan is kept; ticks are the person's again.
            return await person.send(again, f"/cases/{no}/onsite", given=code, signed="1", form__floor_area="77")

    page = asyncio.run(mend())
    case = desk_hall.case(no)
    assert page.status == 200
    assert (case.state, case.form["floor_area"], case.missing) == (State.RECEIVED, "77", ())
    assert case.material(code).files[0].media_type == "image/png"
    assert case.notices == 0


def test_a_scan_that_is_none_is_told_at_its_material(desk_hall):
    no = desk_hall.bring("received", missing=1)
    code = next(iter(desk_hall.case(no).missing))

    async def mend():
        async with desk_hall.as_("W0312") as person:
            page = await person.open(f"/cases/{no}/onsite")
            fields = {**page.fields(f"/cases/{no}/onsite"), "given": code, "signed": "1"}
            scan = {f"scan.{code}": ("a.png", b"no picture", "image/png")}
            return await person.client.post(f"/cases/{no}/onsite", data=fields, files=scan)

    answer = asyncio.run(mend())
    assert (answer.status_code, f'id="e-material.{code}"' in answer.text) == (422, True)
    assert desk_hall.case(no).missing == (code,)


@pytest.mark.parametrize(("stage", "login", "how"), [("granted", "W0312", "amend"), ("accepted", "W0312", "onsite")])
def test_after_its_time_the_page_says_so(desk_hall, stage, login, how):
    no = desk_hall.bring(stage)
    assert f"/cases/{no}/{how}" not in walk(desk_hall, login, opening(f"/cases/{no}")).links
    page = walk(desk_hall, login, opening(f"/cases/{no}/{how}"))
    assert not [form for form in page.forms if form["action"] == f"/cases/{no}/{how}"]


def test_a_late_amendment_shows_both_sides(desk_hall):
    no = desk_hall.bring("taken")

    async def late():
        async with desk_hall.as_("W0312") as person:
            page = await person.open(f"/cases/{no}/amend")
            desk_hall.accept(no)
            typed = {"applicant__name": "示范朝阳豆浆店", "reason": "登记时录入错误"}
            return await person.send(page, f"/cases/{no}/amend", **typed)

    page = asyncio.run(late())
    assert page.status == 409
    assert "示范朝阳豆浆店" in page.text
    assert desk_hall.case(no).amendments == 0
