"""The fields of the intake form as the template draws them, from the item version and what was typed."""

from collections.abc import Mapping

import msgspec

from appliance.domain.decide.application import serves
from appliance.domain.item_terms import FieldKind
from appliance.domain.service_item import FormField, ServiceItem, asked_fields
from appliance.domain.subject import AGENT_SCOPES, SUBJECT_NAMES, SubjectKind
from appliance.errors import N_
from web.pages.intake_draft import DEFAULT_SCOPES, Content, answers, on_paper

Option = tuple[str, str]
ID_TYPES: tuple[Option, ...] = (
    ("citizen_id", N_("居民身份证")),
    ("passport", N_("护照")),
    ("hk_mo_permit", N_("港澳居民来往内地通行证")),
    ("tw_permit", N_("台湾居民来往大陆通行证")),
    ("other", N_("其他证件")),
)
YES_NO: tuple[Option, ...] = (("yes", N_("是")), ("no", N_("否")))
_WIDTHS = {
    FieldKind.LONG_TEXT: 6,
    FieldKind.BOUNDARY: 6,
    FieldKind.MULTI_CHOICE: 6,
    FieldKind.ADDRESS: 3,
    FieldKind.CITIZEN_ID: 3,
    FieldKind.USCC: 3,
}
_CHECKED = {FieldKind.CITIZEN_ID, FieldKind.USCC, FieldKind.PHONE, FieldKind.NUMBER, FieldKind.DATE, FieldKind.BOUNDARY}
_LONG_LABEL = 12


class FieldView(msgspec.Struct, frozen=True, kw_only=True):
    """One field.

    Attributes:
        name: name in the post, such as ``applicant.id_number``.
        label: message id, or a text of the item.
        kind: ``text``, ``long_text``, ``number``, ``date``, ``phone``, ``choice``, ``multi_choice``,
            ``yes_no`` or ``moment``.
        values: what was typed.
        options: for choices.
        checked: asked of the server when the field is left.
        affects: changes which fields or materials are shown.
        prefill: name of the field whose value goes along until this one is typed in.
        when: conditions under which it is asked, as JSON for the page's script; empty for always.
        shown: whether the answers so far lead to it.
        beside: Enter passes it by, because what stands there is right for most; Tab leads to it.
    """

    name: str
    label: str
    kind: str = "text"
    values: tuple[str, ...] = ()
    options: tuple[Option, ...] = ()
    hint: str = ""
    error: str = ""
    unit: str = ""
    width: int = 2
    required: bool = True
    checked: bool = False
    affects: bool = False
    prefill: str = ""
    max_length: int = 200
    key: str = ""
    when: str = ""
    shown: bool = True
    beside: bool = False

    @property
    def value(self) -> str:
        """The text, empty when nothing was typed."""
        return self.values[-1] if self.values else ""


def kinds_of(item: ServiceItem) -> tuple[SubjectKind, ...]:
    """Give the kinds of applicant that an item serves; every kind when its list names none that we know."""
    return tuple(kind for kind in SubjectKind if serves(item, kind)) or tuple(SubjectKind)


def kind_of(content: Content, item: ServiceItem) -> SubjectKind:
    """Give the kind of applicant chosen, or the first that the item serves."""
    chosen = content.one("applicant.kind")
    return next((kind for kind in SubjectKind if kind.value == chosen), kinds_of(item)[0])


class _Builder:
    """Makes field views of one draft."""

    def __init__(self, content: Content, problems: Mapping[str, str]) -> None:
        self._content = content
        self._problems = problems

    def __call__(self, name: str, label: str, **rest: object) -> FieldView:
        values = tuple(self._content.fields.get(name, ()))
        view = FieldView(name=name, label=label, values=values, error=self._problems.get(name, ""))
        return msgspec.structs.replace(view, **rest)


def applicant_fields(content: Content, item: ServiceItem, problems: Mapping[str, str]) -> tuple[FieldView, ...]:
    """Give the fields of the applicant; they change with the kind."""
    make = _Builder(content, problems)
    kind = kind_of(content, item)
    options = tuple((one.value, SUBJECT_NAMES[one]) for one in kinds_of(item))
    shown = {"options": options, "values": (kind.value,)}
    first = make("applicant.kind", N_("主体类型"), kind="choice", affects=True, key="alt+2", **shown)
    phone = make("applicant.phone", N_("手机"), kind="phone", checked=True)
    if kind is SubjectKind.PERSON:
        id_type = make("applicant.id_type", N_("证件类型"), kind="choice", options=ID_TYPES)
        number_label = N_("公民身份号码") if id_type.value in ("", "citizen_id") else N_("证件号码")
        return (
            first,
            make("applicant.name", N_("姓名"), width=4, checked=True),
            id_type,
            make("applicant.id_number", number_label, width=2, checked=True, affects=True),
            phone,
            make("applicant.address", N_("住址"), width=6, required=False),
        )
    trader = kind is SubjectKind.SELF_EMPLOYED
    return (
        first,
        make("applicant.name", N_("字号名称") if trader else N_("单位名称"), width=4, checked=True),
        make("applicant.id_number", N_("统一社会信用代码"), width=3, checked=True, affects=True),
        make(
            "applicant.representative",
            N_("经营者") if trader else N_("法定代表人或负责人"),
            width=3,
            checked=True,
        ),
        make("applicant.representative_id", N_("公民身份号码"), width=3, checked=True),
        msgspec.structs.replace(phone, width=3),
        make("applicant.address", N_("住所"), width=6, required=False),
    )


def agent_fields(content: Content, problems: Mapping[str, str]) -> tuple[FieldView, ...]:
    """Give the fields of who acts for the applicant."""
    make = _Builder(content, problems)
    return (
        make("agent.name", N_("代办人姓名"), checked=True),
        make("agent.id_number", N_("代办人公民身份号码"), checked=True),
        make("agent.phone", N_("代办人手机"), kind="phone", checked=True, required=False),
        make(
            "agent.scopes",
            N_("委托权限"),
            kind="multi_choice",
            options=tuple(AGENT_SCOPES.items()),
            values=tuple(content.fields.get("agent.scopes") or DEFAULT_SCOPES),
            width=4,
            hint=N_("照授权委托书勾选"),
            beside=True,
        ),
        make("agent.until", N_("委托到哪天"), kind="date", checked=True, required=False, beside=True),
    )


def paper_fields(content: Content, problems: Mapping[str, str]) -> tuple[FieldView, ...]:
    """Give what the pre-printed form says of itself, for a receipt that was written on paper 补录; else nothing."""
    if not on_paper(content):
        return ()
    make = _Builder(content, problems)
    return (
        make("paper.paper_no", N_("应急收件单编号"), width=3, max_length=23),
        make("paper.written_at", N_("单上写的收件时间"), kind="moment", width=2),
        make("paper.taken_by", N_("收件人工号"), width=1, max_length=9, required=False),
    )


def _kind_text(kind: FieldKind) -> str:
    plain = {FieldKind.CITIZEN_ID, FieldKind.USCC, FieldKind.ADDRESS}
    return "text" if kind in plain else kind.value


def form_field(make: _Builder, field: FormField, *, affects: bool) -> FieldView:
    """Draw one field of the item's application form."""
    options = YES_NO if field.kind is FieldKind.YES_NO else tuple((choice, choice) for choice in field.choices)
    width = _WIDTHS.get(field.kind, 3 if len(field.label) > _LONG_LABEL else 2)
    source = field.prefill if field.prefill.startswith("applicant.") else ""
    return make(
        f"form.{field.name}",
        field.label,
        kind=_kind_text(field.kind),
        options=options,
        hint=field.hint,
        unit=field.unit,
        width=width,
        required=field.required,
        checked=field.kind in _CHECKED,
        affects=affects,
        prefill=source,
        max_length=field.max_length,
    )


def deciding(item: ServiceItem) -> frozenset[str]:
    """Name the form fields whose answers decide which materials apply."""
    return frozenset(condition.field for variant in item.variants for condition in variant.when)


def form_fields(
    content: Content, item: ServiceItem, problems: Mapping[str, str]
) -> tuple[tuple[FieldView, ...], tuple[tuple[str, tuple[FieldView, ...]], ...]]:
    """Give the questions that decide the situation 情形, and the rest of the form by its groups in order."""
    make = _Builder(content, problems)
    first_of_all = deciding(item)
    asked = {field.name for field in asked_fields(item, answers(content, item))}
    first: list[FieldView] = []
    groups: dict[str, list[FieldView]] = {}
    for field in item.form:
        decides = field.name in first_of_all
        view = msgspec.structs.replace(
            form_field(make, field, affects=decides),
            when=msgspec.json.encode(field.when).decode() if field.when else "",
            shown=field.name in asked,
        )
        (first if decides else groups.setdefault(field.group, [])).append(view)
    return tuple(first), tuple((name, tuple(fields)) for name, fields in groups.items())


def labels_of(item: ServiceItem, fields: tuple[FieldView, ...]) -> dict[str, str]:
    """Give the label of each field and material, for the error summary."""
    found = {field.name: field.label for field in fields}
    found |= {f"form.{field.name}": field.label for field in item.form}
    return found | {f"material.{material.code}": material.name for material in item.materials}
