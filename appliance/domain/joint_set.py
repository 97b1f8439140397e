"""A joint set 并联事项组: items of several departments that one applicant may ask for together (许可法 art.26).

The window fills in one form for the whole: `combined` makes it, an item that has every question and material once, and
`split` gives each member its own application back. Both are pure, so that what the window sees and what the log holds
cannot part.
"""

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import msgspec

from appliance.domain.item_terms import HandlingType, Necessity
from appliance.domain.service_item import (
    Answers,
    Condition,
    FormField,
    LegalBasis,
    Material,
    ServiceItem,
    Variant,
    materials_for,
    variants_for,
)
from appliance.domain.subject import MaterialIn

JOINT_LIMIT_DAYS = 45
"""Working days for a joint whole, from its acceptance (许可法 art.42(2), art.82)."""
JOINT_EXTENSION_DAYS = 15
"""Working days by which the head of the people's government may extend it, once (许可法 art.42(2))."""
SEPARATOR = "-"


def is_set(code: str) -> bool:
    """Tell the code of a joint set from the basic code of an item."""
    return re.fullmatch(r"BL[0-9]{4}", code) is not None


class Shared(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A question or a material that the members have in common; it is asked for once.

    Attributes:
        name: its name in the form of the whole; lower-case letters, digits and ``_``.
        label: what the window reads.
        members: its name in each member's item, by basic code; at least two.
    """

    name: str
    label: str
    members: dict[str, str]


class JointSet(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One version of a joint set.

    Attributes:
        code: ``BL`` and four digits.
        name: as the window and the applicant read it.
        version: raised with every change.
        lead: basic code of the member whose department leads 牵头部门.
        items: basic codes of all members, the lead's included, in the order of the form.
        limit_days: agreed limit of the whole in working days, at most 45.
        by_law: what the joint handling rests on.
        mnemonic: what the window may type to find it.
        valid_from: day from which it is offered.
        fields: questions asked once.
        materials: materials taken once.
    """

    code: str
    name: str
    version: int
    lead: str
    items: tuple[str, ...]
    limit_days: int
    by_law: tuple[LegalBasis, ...]
    mnemonic: str
    valid_from: dt.date
    explain: str = ""
    fields: tuple[Shared, ...] = ()
    materials: tuple[Shared, ...] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """What one member gets out of the form of the whole."""

    item: ServiceItem
    form: dict[str, str | list[str]]
    variants: tuple[str, ...]
    materials: tuple[MaterialIn, ...]


def _names(shared: Iterable[Shared], item: str) -> dict[str, str]:
    """Give, for one member, the name in the whole of each shared thing, by its own name."""
    return {one.members[item]: one.name for one in shared if item in one.members}


def whole_name(shared: Iterable[Shared], item: str, own: str) -> str:
    """Give the name that a member's question or material has in the form of the whole."""
    return _names(shared, item).get(own) or f"{item}{SEPARATOR}{own}"


def _variant_name(item: ServiceItem, code: str) -> str:
    return f"{item.catalog_code}{SEPARATOR}{code}"


def _when(jset: JointSet, item: ServiceItem, conditions: tuple[Condition, ...]) -> tuple[Condition, ...]:
    """Give conditions of a member by the names of the whole."""
    return tuple(
        msgspec.structs.replace(condition, field=whole_name(jset.fields, item.catalog_code, condition.field))
        for condition in conditions
    )


def _variants(jset: JointSet, item: ServiceItem) -> tuple[Variant, ...]:
    return tuple(
        Variant(
            code=_variant_name(item, variant.code),
            name=variant.name,
            question=variant.question,
            when=_when(jset, item, variant.when),
        )
        for variant in item.variants
    )


def _fields(jset: JointSet, members: tuple[ServiceItem, ...]) -> tuple[FormField, ...]:
    found: dict[str, FormField] = {}
    labels = {one.name: one.label for one in jset.fields}
    for item in members:
        for field in item.form:
            name = whole_name(jset.fields, item.catalog_code, field.name)
            held = found.get(name)
            if held is not None:
                found[name] = msgspec.structs.replace(
                    held,
                    required=held.required or field.required,
                    personal=held.personal or field.personal,
                    max_length=min(held.max_length, field.max_length),
                    # What one member asks always is asked always; two conditions are never both required.
                    when=held.when if held.when == _when(jset, item, field.when) else (),
                )
                continue
            shared = name in labels
            found[name] = msgspec.structs.replace(
                field,
                name=name,
                when=_when(jset, item, field.when),
                label=labels.get(name, field.label),
                group="共用信息" if shared else item.task_name,
            )
    once = {one.name for one in jset.fields}
    return tuple(sorted(found.values(), key=lambda field: field.name not in once))


_STRICT = (Necessity.REQUIRED, Necessity.TOLERABLE, Necessity.OPTIONAL)


def _joined(held: Material, more: Material) -> Material:
    """Give a shared material as both members ask for it: the stricter of each demand."""
    everywhere = not held.variants or not more.variants
    return msgspec.structs.replace(
        held,
        originals=max(held.originals, more.originals),
        copies=max(held.copies, more.copies),
        necessity=min(held.necessity, more.necessity, key=_STRICT.index),
        licence_codes=tuple(code for code in held.licence_codes if code in more.licence_codes),
        exempt=held.exempt and more.exempt,
        review_points=tuple(dict.fromkeys((*held.review_points, *more.review_points))),
        variants=() if everywhere else (*held.variants, *more.variants),
    )


def _materials(jset: JointSet, members: tuple[ServiceItem, ...]) -> tuple[Material, ...]:
    found: dict[str, Material] = {}
    labels = {one.name: one.label for one in jset.materials}
    for item in members:
        for material in sorted(item.materials, key=lambda one: one.order):
            code = whole_name(jset.materials, item.catalog_code, material.code)
            mine = msgspec.structs.replace(
                material,
                code=code,
                name=labels.get(code, material.name),
                variants=tuple(_variant_name(item, variant) for variant in material.variants),
            )
            found[code] = _joined(found[code], mine) if code in found else mine
    once = {one.name for one in jset.materials}
    ordered = sorted(found.values(), key=lambda material: material.code not in once)
    return tuple(msgspec.structs.replace(material, order=at) for at, material in enumerate(ordered, 1))


def combined(jset: JointSet, members: tuple[ServiceItem, ...]) -> ServiceItem:
    """Make the form of the whole: an item with every member's questions and materials, shared ones once.

    Args:
        jset: the joint set.
        members: the current version of each of its items, in its order.

    Returns:
        An item that is never published or pinned. Its version is that of the set plus those of its members: it grows
        whenever one of them changes, so a form that was begun before tells so.
    """
    lead = next(item for item in members if item.catalog_code == jset.lead)
    return msgspec.structs.replace(
        lead,
        catalog_code=jset.code,
        task_name=jset.name,
        catalog_name=jset.name,
        task_handle_name=jset.name,
        task_version=jset.version + sum(item.task_version for item in members),
        by_law=jset.by_law,
        server_type=tuple(kind for kind in lead.server_type if all(kind in item.server_type for item in members)),
        other_dept=tuple(dict.fromkeys(item.dept_name for item in members if item.dept_code != lead.dept_code)),
        project_type=HandlingType.JOINT,
        anticipate_day=jset.limit_days,
        promise_day=jset.limit_days,
        anticipate_explain=jset.explain,
        promise_based_allowed=False,
        tolerance_policy=None,
        mnemonic=jset.mnemonic,
        keywords=tuple(dict.fromkeys((*(item.task_name for item in members), "并联", "一件事"))),
        variants=tuple(variant for item in members for variant in _variants(jset, item)),
        form=_fields(jset, members),
        materials=_materials(jset, members),
        uncertain=(),
    )


def split(
    jset: JointSet,
    members: tuple[ServiceItem, ...],
    form: Answers,
    variants: tuple[str, ...],
    materials: tuple[MaterialIn, ...],
) -> tuple[Part, ...]:
    """Give each member what belongs to it of what the window took in for the whole.

    A shared material goes to each member for which it applies, under the code and the name that it has there.

    Args:
        jset: the joint set.
        members: its items, in its order.
        form: answers by the names of the whole.
        variants: situations chosen by hand, by the names of the whole.
        materials: what was handed in, by the codes of the whole.
    """
    given = {material.code: material for material in materials}
    parts = []
    for item in members:
        code = item.catalog_code
        answers = {
            field.name: form[name] for field in item.form if (name := whole_name(jset.fields, code, field.name)) in form
        }
        chosen = tuple(one.code for one in item.variants if _variant_name(item, one.code) in variants)
        situation = variants_for(item, answers, chosen)
        mine = tuple(
            msgspec.structs.replace(given[name], code=material.code, name=material.name)
            for material in materials_for(item, answers, situation)
            if (name := whole_name(jset.materials, code, material.code)) in given
        )
        parts.append(Part(item, _plain(answers), situation, mine))
    return tuple(parts)


def _plain(answers: Mapping[str, object]) -> dict[str, str | list[str]]:
    return {
        name: [str(one) for one in value] if isinstance(value, list | tuple) else str(value)
        for name, value in answers.items()
    }


def spots_of_whole(jset: JointSet, item: str, faults: Mapping[str, str]) -> dict[str, str]:
    """Name the fields of a member's refusal as the form of the whole names them; what is unknown keeps its name."""
    found = {}
    for path, message in faults.items():
        kind, _, name = path.partition(".")
        shared = {"form": jset.fields, "material": jset.materials}.get(kind)
        found[path if shared is None or not name else f"{kind}.{whole_name(shared, item, name)}"] = message
    return found
