"""Invented applications for the demo: a valid application for any service item, drawn from a seeded random source.

People are born in 1900 and bear a 示 in their names, firms are marked 示例 and carry demo credit codes, so that nobody
takes them for real ones; check digits are right, because the hall refuses wrong ones.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from math import cos, sin, tau
from random import Random

from appliance.domain.decide.application import serves
from appliance.domain.identifiers import citizen_id, uscc
from appliance.domain.item_terms import FieldKind, MaterialType, Necessity
from appliance.domain.service_item import FormField, Material, ServiceItem, asked_fields, materials_for
from appliance.domain.subject import Agent, Applicant, MaterialIn, SubjectKind
from appliance.projections.licences import Licence

BY_AGENT = "by_agent"

_SURNAMES = (
    "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜谢邹喻苏潘葛范彭郎鲁韦昌马苗凤花方俞任袁柳𠮷"
)
_GIVEN = "安宁康乐平和顺意清明远达嘉林江河山川云月星雨雪梅兰竹菊松柏文武"
_MINORITY = ("阿依·示例", "买买提·示例", "扎西·示例", "古丽·示例", "巴特尔·示例")
_ROADS = ("示范大道", "示例一路", "示例二路", "演示街", "样板巷")
_TRADES = ("小吃店", "餐饮", "副食", "茶饮", "五金", "文化", "家政", "燃气", "培训", "建筑", "医疗", "健身")
_MATERIAL_FORMS = {MaterialType.COPY: "copy", MaterialType.ORIGINAL: "original"}

# Served kind of subject to the first two characters of its credit code (domain §3.2).
_CODE_PREFIX = {
    SubjectKind.SELF_EMPLOYED: "92",
    SubjectKind.LEGAL_ENTITY: "91",
    SubjectKind.OTHER_ORG: "52",
}
_MINORITY_SHARE = 0.06


def person_name(random: Random) -> str:
    """Make a person's name; some hold the separator U+00B7 or a character outside the basic plane."""
    if random.random() < _MINORITY_SHARE:
        return random.choice(_MINORITY)
    return f"{random.choice(_SURNAMES)}示{random.choice(_GIVEN)}"


def person_id(random: Random) -> str:
    """Make a citizen id number of the year 1900 in Wuhan, with its check character (GB 11643)."""
    born = date(1900, 1, 1) + timedelta(days=random.randrange(365))
    body = f"420102{born:%Y%m%d}{random.randrange(1, 1000):03d}"
    return body + citizen_id.check_character(body)


def organisation_code(random: Random, prefix: str) -> str:
    """Make a credit code of the demo district with both check characters (GB 32100, GB 11714)."""
    body = "MADE" + "".join(random.choice("0123456789ABCDEFGH") for _ in range(4))
    code = f"{prefix}420199{body}{uscc.body_check_character(body)}"
    return code + uscc.check_character(code)


def mobile(random: Random) -> str:
    """Make a mobile number of the shape that the demo uses."""
    return f"1380000{random.randrange(10000):04d}"


def subject_kinds(item: ServiceItem) -> tuple[SubjectKind, ...]:
    """Give the kinds of applicant that an item is for."""
    return tuple(kind for kind in SubjectKind if serves(item, kind))


def make_applicant(random: Random, kind: SubjectKind) -> Applicant:
    """Make an applicant of a kind, with a representative when it is an organisation."""
    address = f"示范区{random.choice(_ROADS)}{random.randrange(1, 300)}号（示例）"
    if kind is SubjectKind.PERSON:
        return Applicant(
            kind=kind,
            name=person_name(random),
            id_type="citizen_id",
            id_number=person_id(random),
            phone=mobile(random),
            address=address,
        )
    trade = random.choice(_TRADES)
    style = (
        "" if kind is SubjectKind.SELF_EMPLOYED else ("有限公司" if kind is SubjectKind.LEGAL_ENTITY else "服务中心")
    )
    return Applicant(
        kind=kind,
        name=f"示范{random.choice(_GIVEN)}{random.choice(_GIVEN)}{trade}{style}（示例）",
        id_type="uscc",
        id_number=organisation_code(random, _CODE_PREFIX[kind]),
        phone=mobile(random),
        address=address,
        representative=person_name(random),
        representative_id=person_id(random),
    )


def make_agent(random: Random) -> Agent:
    """Make an agent whose authority covers handing in, correcting and collecting."""
    return Agent(name=person_name(random), id_number=person_id(random), phone=mobile(random))


def _number(random: Random, field: FormField) -> str:
    low = field.minimum if field.minimum is not None else 0
    high = field.maximum if field.maximum is not None else low + 1000
    # Small values look more like life; the field's own bounds hold in any case.
    return str(random.randint(low, min(high, low + 300)))


def _answer(random: Random, field: FormField, applicant: Applicant, today: date) -> str | list[str]:  # noqa: C901, PLR0911 - one line a kind
    match field.kind:
        case FieldKind.CHOICE:
            return random.choice(field.choices)
        case FieldKind.MULTI_CHOICE:
            return sorted(random.sample(field.choices, random.randint(1, min(3, len(field.choices)))))
        case FieldKind.YES_NO:
            return random.choice(("yes", "no"))
        case FieldKind.NUMBER:
            return _number(random, field)
        case FieldKind.DATE:
            return (today + timedelta(days=random.randrange(7, 90))).isoformat()
        case FieldKind.PHONE:
            return applicant.phone
        case FieldKind.CITIZEN_ID:
            return person_id(random)
        case FieldKind.USCC:
            return organisation_code(random, "91")
        case FieldKind.ADDRESS:
            return applicant.address or "示范区示范大道1号（示例）"
        case FieldKind.BOUNDARY:
            return _boundary(random)
        case FieldKind.TEXT | FieldKind.LONG_TEXT:
            return _text(random, field)


def _boundary(random: Random) -> str:
    """Make the outline of a lot of some hectares, somewhere in a small district: neighbours overlap now and then."""
    lon, lat = 114.30 + random.uniform(0, 0.03), 30.58 + random.uniform(0, 0.03)
    corners = [
        (lon + 0.0014 * far * cos(at * tau / 6), lat + 0.0012 * far * sin(at * tau / 6))
        for at, far in enumerate(random.uniform(0.5, 1.5) for _ in range(6))
    ]
    return "\n".join(f"{x:.7f},{y:.7f}" for x, y in [*corners, corners[0]])


def _text(random: Random, field: FormField) -> str:
    if any(word in field.name for word in ("manager", "contact", "principal", "headmaster")):
        return person_name(random)[: field.max_length]
    return f"{field.label}（示例{random.randrange(1, 1000)}）"[: field.max_length]


def make_form(
    random: Random, item: ServiceItem, applicant: Applicant, *, by_agent: bool, today: date
) -> dict[str, str | list[str]]:
    """Answer every required field of an item's form, and some of the others."""
    form: dict[str, str | list[str]] = {}
    for field in item.form:
        if field not in asked_fields(item, form):
            continue
        answer = _answer(random, field, applicant, today)
        if field.prefill.startswith("applicant."):
            answer = getattr(applicant, field.prefill.removeprefix("applicant.")) or answer
        if field.name == BY_AGENT:
            answer = "yes" if by_agent else "no"
        if field.required or random.random() < 0.5:  # noqa: PLR2004 - half of the optional fields
            form[field.name] = answer
    return form


def hand_in(random: Random, material: Material, licences: Mapping[str, Licence]) -> MaterialIn:
    """Hand in one material, by a licence in place of paper where the applicant holds one (免提交).

    Args:
        random: seeded source.
        material: line of the material list.
        licences: the applicant's usable licences by type code.
    """
    held = next((licences[code] for code in material.licence_codes if code in licences), None)
    if held is not None:
        return MaterialIn(code=material.code, name=material.name, form="licence", licence=held.identifier)
    form = _MATERIAL_FORMS.get(material.material_type, "original")
    seen = form == "copy" and random.random() < 0.7  # noqa: PLR2004 - most bring the original to be compared
    return MaterialIn(
        code=material.code,
        name=material.name,
        form=form,
        original="returned" if seen else "",
        copies=max(1, material.originals + material.copies),
        pages=random.randrange(1, 12),
    )


@dataclass(frozen=True, slots=True)
class MadeApplication:
    """One application as an applicant brings it: complete, unless `held_back` names what is left at home.

    Attributes:
        item: the item version it is for.
        applicant: who applies.
        agent: who acts for the applicant, or None.
        form: answers.
        materials: everything the list asks for.
        held_back: required materials to leave out of the intake, so that a correction asks for them.
        later: materials to leave out because they may follow 容缺 or a promise stands for them 告知承诺.
    """

    item: ServiceItem
    applicant: Applicant
    agent: Agent | None
    form: dict[str, str | list[str]]
    materials: tuple[MaterialIn, ...]
    held_back: tuple[str, ...] = ()
    later: tuple[str, ...] = ()

    @property
    def handed_in(self) -> tuple[MaterialIn, ...]:
        """What reaches the window the first time."""
        return tuple(material for material in self.materials if material.code not in (*self.held_back, *self.later))


def make_application(
    random: Random,
    item: ServiceItem,
    *,
    today: date,
    applicant: Applicant | None = None,
    by_agent: bool = False,
    held_back: int = 0,
    licences: Mapping[str, Licence] | None = None,
    later: Callable[[Material], bool] | None = None,
) -> MadeApplication:
    """Make a valid application for an item.

    Args:
        random: seeded source; the same state gives the same application.
        item: the item version.
        today: for dates in the form.
        applicant: who applies; drawn from the kinds that the item serves when None.
        by_agent: whether an agent acts.
        held_back: how many required materials the applicant leaves at home, fewer when the list is shorter.
        licences: the applicant's usable licences by type code.
        later: which materials come later or not at all; they are never held back besides.
    """
    who = applicant or make_applicant(random, random.choice(subject_kinds(item)))
    agent = make_agent(random) if by_agent else None
    form = make_form(random, item, who, by_agent=by_agent, today=today)
    listed = [
        material
        for material in materials_for(item, form)
        if material.necessity is not Necessity.OPTIONAL or random.random() < 0.5  # noqa: PLR2004 - half of them
    ]
    left = tuple(
        one.code for one in listed if later is not None and one.necessity is not Necessity.OPTIONAL and later(one)
    )
    required = [one.code for one in listed if one.necessity is not Necessity.OPTIONAL and one.code not in left]
    count = min(held_back, len(required) - 1)
    return MadeApplication(
        item=item,
        applicant=who,
        agent=agent,
        form=form,
        materials=tuple(hand_in(random, material, licences or {}) for material in listed),
        held_back=tuple(sorted(random.sample(required, count))) if count > 0 else (),
        later=left,
    )
