"""项目空间: a boundary typed at the window, drawn on the case, found beside others (clause 4.2.5.2)."""

import asyncio
import json
from datetime import date
from random import Random

import pytest

from appliance.domain.service_item import materials_for
from appliance.domain.subject import MaterialIn, SubjectKind
from appliance.projections import boundaries
from appliance.services.intake import ReceiveCase
from appliance.services.mending import AmendRegistration
from provisioning.applications import make_applicant, make_form

ITEM = "420100007000"
STREET, OTHER = "示范一街道（示例）", "示范二街道（示例）"


def square(lon, lat, side=0.01):
    corners = [(lon, lat), (lon + side, lat), (lon + side, lat + side), (lon, lat + side), (lon, lat)]
    return "\n".join(f"{x:.6f},{y:.6f}" for x, y in corners)


@pytest.fixture(scope="module")
def road(module_hall):
    """Receive construction cases with boundaries; gives their numbers by name."""
    item = next(one for one in module_hall.catalogue if one.catalog_code == ITEM)

    random = Random(7)

    def receive(project, boundary, district=STREET):
        who = make_applicant(random, SubjectKind.LEGAL_ENTITY)
        form = make_form(random, item, who, by_agent=False, today=date(2026, 11, 23))
        form |= {"project_code": project, "project_district": district, "project_boundary": boundary}
        command = ReceiveCase(
            item_code=ITEM,
            item_version=item.task_version,
            applicant=who,
            form={name: value for name, value in form.items() if value},
            materials=tuple(
                MaterialIn(code=one.code, name=one.name, pages=1, files=(module_hall.scan,))
                for one in materials_for(item, form)
            ),
            ticket="C001",
        )
        return module_hall.do(command, "W0312")["case"]

    return {
        "here": receive("P-1", square(114.3, 30.6)),
        "over": receive("P-2", square(114.305, 30.605)),
        "same": receive("P-1", square(114.301, 30.601)),
        "beside": receive("P-3", square(114.31, 30.6)),
        "far": receive("P-4", square(114.4, 30.7), OTHER),
        "street": receive("P-5", ""),
    }


def opened(hall, path, login="C1001"):
    async def act():
        async with hall.as_(login) as person:
            return await person.open(path)

    return asyncio.run(act())


@pytest.mark.conformance("4.2.5-5", "4.2.5.2")
def test_the_case_shows_outline_area_and_who_lies_over_it_or_in_the_same_street(module_hall, road):
    page = opened(module_hall, f"/cases/{road['here']}", "W0312")
    assert '<path class="own" d="M' in page.html
    assert "106.3" in page.text
    assert "4 个界址点" in page.text
    over, street = page.text.split("与其他项目重叠")[1].split("同一街道的其他项目")
    assert road["over"] in over
    assert not any(road[name] in over for name in ("same", "beside", "far", "street"))
    assert all(road[name] in street for name in ("over", "beside", "street"))
    assert road["far"] not in street
    assert road["same"] not in street  # of the same project
    assert page.html.count('<path class="other"') == 1


def test_where_nothing_overlaps_or_only_the_street_is_known_the_page_says_so(module_hall, road):
    assert "与本厅其他项目没有重叠" in opened(module_hall, f"/cases/{road['far']}", "W0312").text
    page = opened(module_hall, f"/cases/{road['street']}", "W0312")
    assert STREET in page.text
    assert '<path class="own"' not in page.html
    other = opened(module_hall, f"/cases/{module_hall.receive()}", "W0312")
    assert "项目空间信息" not in other.text


@pytest.mark.conformance("4.2.5-5", "data-3")
def test_all_sites_and_those_of_a_street_are_listed_with_a_sketch(module_hall, road):
    page = opened(module_hall, "/sites", "M4001")
    assert all(no in page.text for no in road.values())
    assert page.html.count('<path class="own"') == 5
    street = opened(module_hall, f"/sites?district={OTHER}", "M4001")
    assert road["far"] in street.text
    assert road["here"] not in street.text
    assert "没有写明位置的办件" in opened(module_hall, "/sites?district=nowhere", "M4001").text


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("114.3,30.6\n114.31,30.61\n114.31,30.6\n114.3,30.61\n114.3,30.6", "第 1 条边与第 3 条边相交"),
        ("30.6,114.3\n30.6,114.31\n30.61,114.31\n30.6,114.3", "经度和纬度写反了"),
        (json.dumps({"type": "Point", "coordinates": [114, 30]}), "Point"),
    ],
)
def test_a_wrong_boundary_is_told_at_its_field_and_what_was_typed_stays(module_hall, typed, told):
    async def act():
        async with module_hall.as_("W0312") as clerk:
            page = await clerk.fill("/intake", "/intake", ticket="C002", item=ITEM)
            form = next(one["action"] for one in page.forms if one["action"].startswith("/intake/"))
            draft = "/".join(form.split("/")[:3])
            fields = {**page.fields(form), "form.project_boundary": typed}
            answer = await clerk.client.post(
                f"{draft}/field/form.project_boundary", data=fields, headers={"hx-request": "true"}
            )
            return answer.text

    text = asyncio.run(act())
    assert told in text
    assert typed.splitlines()[0].replace('"', "&#34;") in text


def test_the_read_model_follows_a_correction_of_the_registration(module_hall, road):
    site = boundaries.find(module_hall.desk.reader(), road["far"])
    assert (site.district, site.project, round(site.area / 1e4)) == (OTHER, "P-4", 106)
    assert site.box == pytest.approx((114.4, 30.7, 114.41, 30.71))
    case = module_hall.case(road["far"])
    changed = {**case.form, "project_boundary": square(114.5, 30.7, 0.02), "project_code": "P-9"}
    command = AmendRegistration(case=case.no, version=case.version, form=changed, reason="坐标录入错误，按图纸更正")
    module_hall.do(command, "W0312")
    site = boundaries.find(module_hall.desk.reader(), case.no)
    assert (site.district, site.project, round(site.area / 1e4)) == (OTHER, "P-9", 425)
    assert site.box == pytest.approx((114.5, 30.7, 114.52, 30.72))
    case = module_hall.case(case.no)
    gone = {name: value for name, value in case.form.items() if name != "project_boundary"} | {
        "project_district": STREET
    }
    module_hall.do(
        AmendRegistration(case=case.no, version=case.version, form=gone, reason="边界改由图纸另行提交"), "W0312"
    )
    site = boundaries.find(module_hall.desk.reader(), case.no)
    assert site.district == STREET
    sums = boundaries.districts(module_hall.desk.reader())
    assert [(name, count) for name, count, _ in sums] == [(STREET, 6)]
    listed = boundaries.in_district(module_hall.desk.reader(), STREET)
    assert sums[0][2] == sum(round(one.area or 0) for one in listed)
