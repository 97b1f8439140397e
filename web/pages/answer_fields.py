"""Answers of the application form that are put right: what is registered beside an empty field; empty leaves it."""

import msgspec

from appliance.domain.item_terms import FieldKind
from appliance.domain.service_item import FormField, ServiceItem
from appliance.errors import N_
from appliance.services.desk import Desk
from web.pages.case_page import answers
from web.pages.casework import Sight, head
from web.visit import Visit

APPLICANT_LABELS = {
    "name": N_("姓名或名称"),
    "id_number": N_("证件号码"),
    "phone": N_("手机"),
    "address": N_("地址"),
    "representative": N_("负责人"),
    "representative_id": N_("负责人身份证号"),
}
AGENT_LABELS = {"name": N_("代理人"), "id_number": N_("代理人身份证号"), "phone": N_("代理人手机")}


class MendField(msgspec.Struct, frozen=True):
    """One registered value: what stands there as this person may read it, and what it should be.

    `kind` is ``text``, ``choice`` or ``several``; options are value and label.
    """

    name: str
    label: str
    now: str
    kind: str = "text"
    value: str = ""
    values: tuple[str, ...] = ()
    options: tuple[tuple[str, str], ...] = ()
    hint: str = ""


def _posted(visit: Visit, name: str) -> tuple[str, ...]:
    values = visit.fields.getall(name, []) if visit.request.method == "POST" else []
    return tuple(value.strip() for value in values if isinstance(value, str) and value.strip())


def _field(visit: Visit, known: FormField, now: str) -> MendField:
    name = f"form.{known.name}"
    typed = _posted(visit, name)
    options: tuple[tuple[str, str], ...] = tuple((choice, choice) for choice in known.choices)
    if known.kind is FieldKind.YES_NO:
        options = (("yes", visit.text(N_("是"))), ("no", visit.text(N_("否"))))
    kind = "several" if known.kind is FieldKind.MULTI_CHOICE else "choice" if options else "text"
    hint = f"{known.hint}{f'（{known.unit}）' if known.unit else ''}"
    return MendField(name, visit.text(known.label), now, kind, typed[-1] if typed else "", typed, options, hint)


def form_fields(visit: Visit, item: ServiceItem, seen: Sight) -> tuple[MendField, ...]:
    """Give every field of the item's form."""
    now = dict(answers(visit, item, seen))
    return tuple(_field(visit, known, now.get(known.label, "")) for known in item.form)


def person_fields(visit: Visit, desk: Desk, seen: Sight) -> tuple[MendField, ...]:
    """Give the fields of applicant and agent; numbers stand there masked."""
    case, shown = seen.case, head(visit, desk, seen)
    now = {
        "name": shown.applicant,
        "id_number": shown.id_number,
        "phone": shown.phone,
        "address": shown.address,
        "representative": shown.representative,
        "representative_id": shown.representative_id,
    }
    fields = []
    for name, label in APPLICANT_LABELS.items():
        if name.startswith("representative") and not case.applicant.representative:
            continue
        typed = _posted(visit, f"applicant.{name}")
        fields.append(MendField(f"applicant.{name}", visit.text(label), now[name], value="".join(typed[-1:])))
    if case.agent is not None:
        now = {"name": shown.agent, "id_number": shown.agent_id, "phone": ""}
        for name, label in AGENT_LABELS.items():
            typed = _posted(visit, f"agent.{name}")
            fields.append(MendField(f"agent.{name}", visit.text(label), now[name], value="".join(typed[-1:])))
    return tuple(fields)


def changed(fields: tuple[MendField, ...], room: str) -> dict[str, str]:
    """Give what was typed for ``applicant`` or ``agent``, by field."""
    return {one.name.partition(".")[2]: one.value for one in fields if one.name.startswith(f"{room}.") and one.value}


def answered(fields: tuple[MendField, ...]) -> dict[str, str | list[str]]:
    """Give the answers that were typed."""
    return {
        one.name.removeprefix("form."): list(one.values) if one.kind == "several" else one.value
        for one in fields
        if one.values
    }
