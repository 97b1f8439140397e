"""免提交: a stored licence stands for its material only for its own holder, type and time (clause 6.3.2)."""

import msgspec
import pytest

from appliance.domain.actor import Actor, Role
from appliance.domain.subject import Applicant, MaterialIn, SubjectKind
from appliance.errors import Invalid
from appliance.projections import licences
from appliance.services.intake import SupplementCase
from appliance.services.prereview import CorrectionWords, PreReviewCase, TakeCase

FOOD = "420100001000"
HANDLER = Actor("C1001", Role.CASE_HANDLER)
DEMO_HOLDER = "92420199MADEM002XC"
DEMO_LICENCE_TYPE = "11420199MBDEM004XU002"


def licensed_intake(hall, **changes):
    """An intake of the demo licence holder, who shows her licence instead of the paper."""
    held = licences.usable(hall.desk.reader(), DEMO_HOLDER, (DEMO_LICENCE_TYPE,), "2026-11-23")[0]
    command = hall.intake()
    holder = Applicant(
        kind=SubjectKind.SELF_EMPLOYED,
        name=changes.pop("name", held.holder_name),
        id_type="uscc",
        id_number=changes.pop("holder", DEMO_HOLDER),
        phone="13800005678",
        representative="阿依·示例",
        representative_id="420102190001010013",
    )
    shown = MaterialIn(
        code=changes.pop("code", "business_licence"),
        name="",
        form="licence",
        licence=changes.pop("licence", held.identifier),
    )
    rest = tuple(one for one in command.materials if one.code != shown.code)
    return msgspec.structs.replace(command, applicant=holder, materials=(*rest, shown))


def test_a_licence_of_the_citys_cache_stands_for_its_material(hall):
    no = hall.do(licensed_intake(hall)).result["case"]
    assert hall.case(no).material("business_licence").form == "licence"


REUSE = {
    "of another name": {"name": "示范餐饮连锁店（示例）"},
    "of another holder": {"holder": "91420199MADEM0011P"},
    "that nobody knows": {"licence": "1.2.156.3005.2.nothing"},
    "by its number": {"licence": DEMO_HOLDER},
    "of another type": {"code": "principal_id"},
}


@pytest.mark.parametrize("changes", REUSE.values(), ids=list(REUSE))
def test_a_licence_is_not_reused(hall, changes):
    code = changes.get("code", "business_licence")
    with pytest.raises(Invalid) as caught:
        hall.do(licensed_intake(hall, **changes))
    assert list(caught.value.fields) == [f"material.{code}"]


def test_an_expired_licence_is_not_reused(hall):
    hall.store.writer.local(lambda c: c.execute("UPDATE licence SET valid_to = '2026-11-22'")).result()
    command = hall.intake()
    identifier = hall.desk.reader().execute("SELECT identifier FROM licence WHERE holder_code = ?", (DEMO_HOLDER,)).get
    shown = MaterialIn(code="business_licence", name="", form="licence", licence=identifier)
    rest = tuple(one for one in command.materials if one.code != "business_licence")
    with pytest.raises(Invalid):
        hall.do(msgspec.structs.replace(command, materials=(*rest, shown)))


def test_a_supplement_is_no_way_around_the_check_of_a_licence(hall):
    command = hall.intake()
    without = tuple(one for one in command.materials if one.code != "business_licence")
    no = hall.do(msgspec.structs.replace(command, materials=without)).result["case"]
    hall.do(TakeCase(case=no, version=1), HANDLER)
    verdicts = {one.code: "pass" for one in hall.case(no).materials}
    lines = (CorrectionWords("business_licence", "没有提交这份材料", "请补交一份"),)
    hall.do(PreReviewCase(case=no, version=2, verdicts=verdicts, then="correct", corrections=lines), HANDLER)
    shown = MaterialIn(code="business_licence", name="", form="licence", licence="1.2.156.3005.2.nothing")
    with pytest.raises(Invalid):
        hall.do(SupplementCase(case=no, version=4, lines=(1,), materials=(shown,)))
