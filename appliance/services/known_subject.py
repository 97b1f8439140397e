"""材料复用和自动填表: what an applicant gave this hall before, offered again with its case and its day (clause 6.3.2).

Offered is what a subject of the same number and the same name gave within a year: telephone, address, representative,
answers to fields of the same name, and scans of papers that an authority issued. Declarations are made anew.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final

import msgspec

from appliance.domain.case import Case
from appliance.domain.item_terms import FieldKind, MaterialSource
from appliance.domain.service_item import ServiceItem
from appliance.domain.subject import Applicant, FileRef, MaterialIn
from appliance.errors import N_, Invalid
from appliance.projections import cases, search
from appliance.store.connection import Connection

REUSED_DAYS: Final = 365
"""How old what is offered may be [D]: papers of authorities are looked at anew each year at the latest."""

CASES_LOOKED_AT: Final = 30
APPLICANT_FIELDS: Final = ("phone", "address", "representative", "representative_id")
_STATED = frozenset({FieldKind.YES_NO})  # a statement belongs to the application in which it was made


class KnownMaterial(msgspec.Struct, frozen=True):
    """A material that was handed in before: its code here, its name, from which case, of which day, the scans."""

    code: str
    name: str
    no: str
    on: date
    files: tuple[FileRef, ...]


class Known(msgspec.Struct, frozen=True):
    """What is known of a subject.

    Attributes:
        no: the newest case that it comes from.
        item_name: what that case was about.
        on: the day it was received.
        applicant: fields of the applicant by name; only those that hold something.
        answers: answers by field name of this item's form.
        materials: what can be taken over.
    """

    no: str
    item_name: str
    on: date
    applicant: dict[str, str]
    answers: dict[str, str | list[str]]
    materials: tuple[KnownMaterial, ...]


def _day(case: Case) -> date:
    return date.fromisoformat(case.received_at[:10])


def _earlier(connection: Connection, id_number: str, name: str, today: date) -> list[Case]:
    """Give the subject's cases of the last year, the newest first."""
    found = (cases.find(connection, row.no) for row in search.find(connection, id_number, limit=CASES_LOOKED_AT))
    mine = [
        case
        for case in found
        if case is not None
        and (case.applicant.id_number, case.applicant.name) == (id_number, name)
        and today - _day(case) <= timedelta(days=REUSED_DAYS)
    ]
    return sorted(mine, key=lambda case: case.received_at, reverse=True)


def known_of(connection: Connection, item: ServiceItem, id_number: str, name: str, today: date) -> Known | None:
    """Give what is known of a subject for an item, or None.

    Args:
        connection: a reader.
        item: the item version that is applied for.
        id_number: the subject's number, in full.
        name: its name, as it was registered.
        today: present day.
    """
    if not (id_number and name):
        return None
    earlier = _earlier(connection, id_number, name, today)
    if not earlier:
        return None
    asked = {field.name: field for field in item.form if field.kind not in _STATED}
    answers: dict[str, str | list[str]] = {}
    materials: dict[str, KnownMaterial] = {}
    for case in earlier:
        for field, answer in case.form.items():
            if field in asked and answer and _fits(asked[field].kind, asked[field].choices, answer):
                answers.setdefault(field, answer)
        for material in _issued(item, case):
            materials.setdefault(material.code, material)
    newest = earlier[0]
    given = {field: getattr(newest.applicant, field) for field in APPLICANT_FIELDS}
    return Known(
        no=newest.no,
        item_name=newest.item_name,
        on=_day(newest),
        applicant={field: value for field, value in given.items() if value},
        answers=answers,
        materials=tuple(materials.values()),
    )


def _fits(kind: FieldKind, choices: tuple[str, ...], answer: str | list[str]) -> bool:
    """Tell whether an answer to a field of the same name in another item can be one here."""
    several = isinstance(answer, list)
    if several is not (kind is FieldKind.MULTI_CHOICE):
        return False
    return not choices or set(answer if isinstance(answer, list) else [answer]) <= set(choices)


def _issued(item: ServiceItem, case: Case) -> Iterator[KnownMaterial]:
    """Give the scans of an earlier case that stand for a material of the same code and name, issued by an authority."""
    held = {one.code: one for one in case.materials}
    for wanted in item.materials:
        one = held.get(wanted.code)
        if wanted.source is not MaterialSource.GOVERNMENT or one is None or one.name != wanted.name:
            continue
        if one.files and not one.reused and one.verdict != "problem":  # what was taken over does not grow younger
            yield KnownMaterial(wanted.code, wanted.name, case.no, _day(case), one.files)


def check_taken_over(
    connection: Connection, item: ServiceItem, materials: tuple[MaterialIn, ...], holder: Applicant, today: date
) -> None:
    """Refuse scans said to be of an earlier case that are not this applicant's, not of that case, or too old.

    Raises:
        Invalid: names the material.
    """
    if not any(material.reused for material in materials):
        return
    known = known_of(connection, item, holder.id_number, holder.name, today)
    offered = {one.code: one for one in known.materials} if known is not None else {}
    for material in materials:
        one = offered.get(material.code)
        if material.reused and (one is None or one.no != material.reused or not set(material.files) <= set(one.files)):
            raise Invalid(
                N_("沿用的材料不能用"),
                fields={
                    f"material.{material.code}": N_(
                        "不是这位申请人一年内交过的这份材料，请重新扫描，或者从“已有信息”带入"
                    )
                },
                next_step=N_("请收原件或复印件并扫描"),
            )
