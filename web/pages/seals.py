"""印章: the list of the seals that this person may see, and the form that asks for a new one."""

from typing import ClassVar

import msgspec
from litestar import Response

from appliance.domain.decide import seals as rules
from appliance.domain.seals import KEEPERS, SEAL_NAMES, STANDING_NAMES, Seal, SealKind, Standing
from appliance.errors import N_, Refusal
from appliance.projections import departments, seals, staff
from appliance.services.desk import Desk
from appliance.services.facts import department_of
from appliance.services.seals import RequestSeal
from web.pages.given_materials import GivenRow, stored
from web.pages.stale import NOTHING, Refused, refused
from web.visit import Visit

LETTER = "letter"
LABELS = {
    "kind": N_("印章种类"),
    "name": N_("印面上的单位名称"),
    "scan.letter": N_("单位授权文书（扫描件）"),
    "reason": N_("申请的原因和用途"),
}
TONES: dict[Standing, str] = {
    Standing.REQUESTED: "warn",
    Standing.APPROVED: "b",
    Standing.REJECTED: "",
    Standing.MADE: "b",
    Standing.IN_USE: "ok",
    Standing.LOST: "bad",
    Standing.DESTROYED: "",
}


class SealRow(msgspec.Struct, frozen=True):
    """One line of the list."""

    no: str
    kind: str
    owner: str
    name: str
    standing: str
    tone: str
    keeper: str
    condemned: bool


class RequestForm(msgspec.Struct, frozen=True):
    """What is typed to ask for one."""

    kind: str = ""
    name: str = ""
    reason: str = ""


class SealsPage(msgspec.Struct, frozen=True):
    """The list; for who may keep one, the form."""

    TEMPLATE: ClassVar[str] = "seals/list.html"
    rows: tuple[SealRow, ...]
    asks: bool
    kinds: tuple[tuple[str, str], ...]
    form: RequestForm
    kept: tuple[str, ...]
    labels: dict[str, str]
    problems: dict[str, str]


def row_of(visit: Visit, desk: Desk, seal: Seal, people: dict[str, str]) -> SealRow:
    """Give a seal's line."""
    return SealRow(
        no=seal.no,
        kind=visit.text(SEAL_NAMES[seal.kind]),
        owner=departments.name_of(desk.reader(), seal.department, desk.facts.hall.name, short=True),
        name=seal.name,
        standing=visit.text(STANDING_NAMES[seal.standing]),
        tone=TONES[seal.standing],
        keeper=f"{people.get(seal.keeper, '')} {seal.keeper}".strip(),
        condemned=bool(seal.condemned_by) and seal.standing is not Standing.DESTROYED,
    )


def _page(
    visit: Visit, desk: Desk, form: RequestForm, kept: tuple[str, ...] = (), why: Refused = NOTHING
) -> Response[str]:
    reader, department = desk.reader(), department_of(desk.reader(), visit.actor)
    people = staff.names(reader)
    mine = [one for one in seals.listing(reader) if rules.may_read(one, actor=visit.actor, department=department)]
    asks = visit.actor.role in KEEPERS
    kinds = [one for one in SealKind if (one is SealKind.INTAKE) != bool(department)]
    page = SealsPage(
        rows=tuple(row_of(visit, desk, one, people) for one in mine),
        asks=asks,
        kinds=tuple((one.value, visit.text(SEAL_NAMES[one])) for one in kinds),
        form=form,
        kept=kept,
        labels={name: visit.text(label) for name, label in LABELS.items()},
        problems={f"scan.{LETTER}" if name == LETTER else name: text for name, text in why.problems.items()},
    )
    return visit.show(page, status=why.status)


def show(visit: Visit, desk: Desk) -> Response[str]:
    """List seals."""
    return _page(visit, desk, RequestForm())


async def request(visit: Visit, desk: Desk) -> Response[str]:
    """Ask for a seal; the letter's scan is kept when the form comes back."""
    form = visit.form(RequestForm)
    kept: tuple[str, ...] = ()
    try:
        kept = await stored(visit, desk, LETTER)
        files = [file for file in GivenRow(LETTER, "", kept=kept).files() if desk.store.blobs.has(file.sha256)]
        letter = files[-1].sha256 if files else ""
        command = RequestSeal(kind=form.kind, name=form.name, letter=letter, reason=form.reason)
        outcome = await desk.submit(command, actor=visit.actor, key=visit.key)
    except Refusal as refusal:
        return _page(visit, desk, form, kept, refused(visit, refusal))
    return visit.go(f"/seals/{outcome.result['seal']}")
