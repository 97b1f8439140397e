"""What an application must look like: applicant, agent, form answers and materials against the item version.

Every fault is collected before anything is refused, so that a clerk mends the form once.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from appliance.domain import boundary
from appliance.domain.identifiers import citizen_id, names, phone, uscc
from appliance.domain.item_terms import FieldKind, Necessity
from appliance.domain.service_item import Answers, FormField, Material, ServiceItem, asked_fields, materials_for
from appliance.domain.subject import AGENT_SCOPES, ORIGINALS, Agent, Applicant, MaterialIn, SubjectKind
from appliance.errors import N_, Invalid, Message, Refusal

FORMS = ("original", "copy", "electronic", "licence")
COPIES_MAX = 999
NAME_LENGTH_MAX = 200
BY_AGENT = "by_agent"  # the yes/no field by which a form asks whether an agent acts

_FREE = (FieldKind.TEXT, FieldKind.LONG_TEXT, FieldKind.ADDRESS)  # taken as typed, within their length
_SERVED = {
    SubjectKind.PERSON: {"natural_person"},
    SubjectKind.SELF_EMPLOYED: {"enterprise", "unincorporated", "other"},
    SubjectKind.LEGAL_ENTITY: {"enterprise", "public_institution", "social_organisation", "government_body"},
    SubjectKind.OTHER_ORG: {"unincorporated", "social_organisation", "other"},
}


@dataclass(slots=True)
class Faults:
    """Collects field messages; `raise_if_any` refuses with all of them at once."""

    fields: dict[str, Message]

    def add(self, field: str, message: str) -> None:
        """Note the first message of a field."""
        self.fields.setdefault(field, message if isinstance(message, Message) else Message(message))

    def take(self, field: str, refusal: Refusal) -> None:
        """Note a refusal that an identifier check gave for a field."""
        self.add(field, Message(refusal.message, **refusal.params))

    def raise_if_any(self) -> None:
        """Refuse with every field's message, when there is one.

        Raises:
            Invalid: with `fields`.
        """
        if self.fields:
            raise Invalid(
                N_("有 %(count)d 处需要更正，填写的内容都还在"),
                fields=self.fields,
                params={"count": len(self.fields)},
                next_step=N_("请按提示逐处更正后再提交"),
            )


def check_organisation_name(text: str) -> str:
    """Check the registered name of an organisation; raises Invalid."""
    name = text.strip()
    if not name:
        raise Invalid(N_("请填写登记的名称"))
    if len(name) > NAME_LENGTH_MAX or any(not character.isprintable() for character in name):
        raise Invalid(N_("名称最多 %(max)d 个字，不能有控制字符"), params={"max": NAME_LENGTH_MAX})
    return name


def serves(item: ServiceItem, kind: SubjectKind) -> bool:
    """Tell whether the item is for this kind of applicant."""
    return bool(_SERVED[kind] & set(item.server_type))


def check_applicant(applicant: Applicant, item: ServiceItem, today: date, faults: Faults) -> Applicant:
    """Check and normalise the applicant; GB 11643 for people, GB 32100 for organisations (domain §3.1, §3.2)."""
    if not serves(item, applicant.kind):
        faults.add("applicant.kind", N_("这个事项不面向这类申请人"))
    values = {"name": applicant.name, "id_number": applicant.id_number}
    values["phone"], values["representative"] = applicant.phone, applicant.representative
    values["representative_id"] = applicant.representative_id
    person = applicant.kind == SubjectKind.PERSON
    if person == (applicant.id_type == "uscc"):
        faults.add("applicant.id_number", N_("个人请用身份证件，单位和个体工商户请用统一社会信用代码"))
    try:
        values["name"] = names.check(applicant.name).value if person else check_organisation_name(applicant.name)
    except Refusal as refusal:
        faults.take("applicant.name", refusal)
    try:
        if applicant.id_type == "citizen_id":
            values["id_number"] = citizen_id.check(applicant.id_number, today=today).value
        elif applicant.id_type == "uscc":
            values["id_number"] = uscc.check(applicant.id_number).value
        elif not applicant.id_number.strip():
            faults.add("applicant.id_number", N_("请填写证件号码"))
    except Refusal as refusal:
        faults.take("applicant.id_number", refusal)
    if not person:
        _check_representative(applicant, today, values, faults)
    try:
        values["phone"] = phone.check(applicant.phone).value
    except Refusal as refusal:
        faults.take("applicant.phone", refusal)
    return Applicant(
        kind=applicant.kind,
        id_type=applicant.id_type,
        address=applicant.address.strip(),
        assurance=applicant.assurance,
        **values,
    )


def _check_representative(applicant: Applicant, today: date, values: dict[str, str], faults: Faults) -> None:
    try:
        values["representative"] = names.check(applicant.representative).value
    except Refusal as refusal:
        faults.take("applicant.representative", refusal)
    try:
        values["representative_id"] = citizen_id.check(applicant.representative_id, today=today).value
    except Refusal as refusal:
        faults.take("applicant.representative_id", refusal)


def check_agent(agent: Agent | None, today: date, faults: Faults) -> Agent | None:
    """Check the agent's name, identity number and authority when there is an agent (行政许可法 art.29; domain §7.2)."""
    if agent is None:
        return None
    name, number, telephone = agent.name, agent.id_number, agent.phone
    try:
        name = names.check(agent.name).value
    except Refusal as refusal:
        faults.take("agent.name", refusal)
    try:
        number = citizen_id.check(agent.id_number, today=today).value
    except Refusal as refusal:
        faults.take("agent.id_number", refusal)
    if agent.phone:
        try:
            telephone = phone.check(agent.phone).value
        except Refusal as refusal:
            faults.take("agent.phone", refusal)
    scopes = tuple(scope for scope in AGENT_SCOPES if scope in agent.scopes)
    if not scopes or len(scopes) != len(set(agent.scopes)):
        faults.add("agent.scopes", N_("请照授权委托书勾选委托权限，至少一项"))
    if agent.until:
        _check_until(agent.until, today, faults)
    return Agent(name=name, id_number=number, phone=telephone, scopes=scopes, until=agent.until)


def _check_until(until: str, today: date, faults: Faults) -> None:
    try:
        last = date.fromisoformat(until)
    except ValueError:
        faults.add("agent.until", N_("日期写成 2026-11-23 这样"))
        return
    if last < today:
        faults.add("agent.until", N_("委托已经到期，请带新的授权委托书，或者由申请人本人来办"))


def check_agency(form: Mapping[str, str | list[str]], agent: Agent | None, faults: Faults) -> None:
    """Refuse an application that says an agent acts and names none (domain §7.2)."""
    if form.get(BY_AGENT) == "yes" and agent is None:
        faults.add("agent.name", N_("申请表写明由他人代办，请填写代理人"))


def _check_answer(field: FormField, answer: str | list[str] | None, today: date) -> str | list[str] | None:
    """Check one answer; returns it normalised, None when it is absent; raises Invalid."""
    if field.kind is FieldKind.MULTI_CHOICE:
        chosen = [answer] if isinstance(answer, str) and answer else [item for item in answer or [] if item]
        if any(item not in field.choices for item in chosen):
            raise Invalid(N_("有不在选项中的内容"))
        return chosen or None
    text = answer.strip() if isinstance(answer, str) else ""
    if not text:
        return None
    if len(text) > field.max_length:
        raise Invalid(N_("最多 %(max)d 个字"), params={"max": field.max_length})
    return text if field.kind in _FREE else _check_text(field, text, today)


def _check_text(field: FormField, text: str, today: date) -> str:
    match field.kind:
        case FieldKind.CHOICE if text not in field.choices:
            raise Invalid(N_("请从选项中选择"))
        case FieldKind.YES_NO if text not in ("yes", "no"):
            raise Invalid(N_("请选“是”或“否”"))
        case FieldKind.NUMBER:
            _check_number(field, text)
        case FieldKind.DATE:
            try:
                date.fromisoformat(text)
            except ValueError as error:
                raise Invalid(N_("日期写成 2026-11-23 这样")) from error
        case FieldKind.PHONE:
            return phone.check(text).value
        case FieldKind.CITIZEN_ID:
            return citizen_id.check(text, today=today).value
        case FieldKind.BOUNDARY:
            boundary.parse(text)
        case FieldKind.USCC:
            return uscc.check(text).value
        case _:
            pass
    return text


def _check_number(field: FormField, text: str) -> None:
    if not text.isascii() or not text.isdigit():
        raise Invalid(N_("请填整数"))
    value = int(text)
    if (field.minimum is not None and value < field.minimum) or (field.maximum is not None and value > field.maximum):
        raise Invalid(
            N_("应在 %(min)s 到 %(max)s 之间"),
            params={"min": field.minimum if field.minimum is not None else 0, "max": field.maximum or "—"},
        )


def check_form(
    item: ServiceItem, form: Mapping[str, str | list[str]], today: date, faults: Faults
) -> dict[str, str | list[str]]:
    """Check every field that is asked; unknown fields are refused (art.31: nothing unrelated is asked).

    What an earlier answer makes needless is left out, so that a changed mind leaves nothing behind.
    """
    answers: dict[str, str | list[str]] = {}
    for field in asked_fields(item, form):
        try:
            answer = _check_answer(field, form.get(field.name), today)
        except Refusal as refusal:
            faults.take(f"form.{field.name}", refusal)
            continue
        if answer is None:
            if field.required:
                faults.add(f"form.{field.name}", N_("请填写这一项"))
            continue
        answers[field.name] = answer
    known = {field.name for field in item.form}
    for name in form:
        if name not in known:
            faults.add(f"form.{name}", N_("本事项没有这个填写项"))
    return answers


def check_materials(
    listed: tuple[Material, ...], materials: tuple[MaterialIn, ...], faults: Faults
) -> tuple[MaterialIn, ...]:
    """Check what was handed in against the list that applies; names are taken from the item version."""
    by_code = {material.code: material for material in listed}
    checked = []
    seen: set[str] = set()
    for given in materials:
        field = f"material.{given.code}"
        known = by_code.get(given.code)
        if known is None or given.code in seen:
            faults.add(field, N_("材料清单里没有这一份，或重复了"))
            continue
        seen.add(given.code)
        if given.form not in FORMS:
            faults.add(field, N_("请选材料的形式：原件、复印件、电子或免提交"))
        if not 0 <= given.copies <= COPIES_MAX or not 0 <= given.pages <= COPIES_MAX:
            faults.add(field, N_("份数和页数应在 0 到 999 之间"))
        if given.original and (given.original not in ORIGINALS or given.form not in ("copy", "electronic")):
            faults.add(field, N_("交原件的原件留存；“原件核验已退还”用于复印件和电子件"))
        if given.form == "licence" and not (known.licence_codes and given.licence):
            faults.add(field, N_("这份材料不能用电子证照代替"))
        if given.reused and (given.form != "electronic" or not given.files):
            faults.add(field, N_("沿用的是以前收下的扫描件，形式应为电子件"))
        checked.append(
            MaterialIn(
                code=given.code,
                name=known.name,
                form=given.form,
                copies=given.copies,
                pages=given.pages,
                files=given.files,
                licence=given.licence if given.form == "licence" else None,
                original=given.original,
                reused=given.reused,
            )
        )
    return tuple(checked)


def missing_materials(listed: tuple[Material, ...], held: Mapping[str, object]) -> tuple[str, ...]:
    """Give the codes of required materials that are not there, in list order."""
    return tuple(
        material.code
        for material in listed
        if material.necessity is not Necessity.OPTIONAL and material.code not in held
    )


def applying_materials(item: ServiceItem, form: Answers, variants: tuple[str, ...]) -> tuple[Material, ...]:
    """Give the material list that applies to these answers and chosen situations."""
    return materials_for(item, form, variants)


def form_changes(
    before: Mapping[str, str | list[str]], after: dict[str, str | list[str]]
) -> tuple[dict[str, str | list[str]], dict[str, str | list[str]]]:
    """Give old and new of every answer that differs, by ``form.<name>``; an absent answer is ""."""
    names = [name for name in (*before, *after) if before.get(name) != after.get(name)]
    changed = dict.fromkeys(names)
    return (
        {f"form.{name}": before.get(name, "") for name in changed},
        {f"form.{name}": after.get(name, "") for name in changed},
    )
