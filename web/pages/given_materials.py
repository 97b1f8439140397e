"""Materials on the rarer pages: a tick, what form, how many, and scans that are kept when a form comes back."""

import io
from collections.abc import Iterable
from pathlib import PurePath

import msgspec
from litestar.datastructures import UploadFile

from appliance.domain.subject import FileRef, MaterialIn
from appliance.errors import N_, Invalid, Refusal
from appliance.services import uploads
from appliance.services.desk import Desk
from web.visit import Visit

FORMS = (
    ("original", N_("原件（留存）")),
    ("copy", N_("复印件")),
    ("copy+returned", N_("复印件，原件核验已退还")),
    ("copy+kept", N_("复印件，原件也留存")),
    ("electronic", N_("电子")),
    ("electronic+returned", N_("电子件，原件核验已退还")),
)


class GivenRow(msgspec.Struct, frozen=True):
    """One material of the list: whether it came in, and as what; `kept` are scans stored already."""

    code: str
    name: str
    about: str = ""
    ticked: bool = False
    form: str = "original"
    copies: str = "1"
    pages: str = ""
    kept: tuple[str, ...] = ()

    def files(self) -> tuple[FileRef, ...]:
        """Read the stored scans back from the form; the caller has them checked against the store."""
        parts = (line.split("|") for line in self.kept)
        return tuple(
            FileRef(sha256=one[0], media_type=one[1], size=_count(one[2])) for one in parts if len(one) == len("abc")
        )

    def material(self) -> MaterialIn:
        """Give it as the command carries it; a figure that is none is refused by the guard."""
        form, _, original = self.form.partition("+")
        return MaterialIn(
            code=self.code,
            name=self.name,
            form=form,
            original=original,
            copies=_count(self.copies),
            pages=_count(self.pages or "0"),
            files=self.files(),
        )


def _count(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < len("0123456789") else -1


def _text(visit: Visit, name: str, default: str = "") -> str:
    value = visit.fields.get(name, default)
    return value.strip() if isinstance(value, str) else default


async def stored(visit: Visit, desk: Desk, name: str) -> tuple[str, ...]:
    """Store the scans posted as ``scan.<name>`` and give them with those kept before; raises Refusal for a bad one."""
    kept = [line for line in visit.fields.getall(f"kept.{name}", []) if isinstance(line, str)]
    for given in visit.fields.getall(f"scan.{name}", []):
        if not isinstance(given, UploadFile) or not given.filename:
            continue
        data = await given.read()
        file = uploads.store(
            desk.store.blobs,
            io.BytesIO(data),
            name=PurePath(given.filename).name,
            limit_bytes=desk.facts.hall.upload_bytes_max,
            claimed=given.content_type or "",
            size=len(data),
        )
        kept.append(f"{file.sha256}|{file.media_type}|{file.size}")
    return tuple(dict.fromkeys(kept))


async def posted(visit: Visit, desk: Desk, listed: Iterable[GivenRow]) -> tuple[tuple[GivenRow, ...], dict[str, str]]:
    """Read the rows back with their scans stored; a scan that is refused is told at its material."""
    rows, problems = [], {}
    ticked = {value for value in visit.fields.getall("given", []) if isinstance(value, str)}
    for row in listed:
        kept: tuple[str, ...] = ()
        try:
            kept = await stored(visit, desk, row.code)
        except Refusal as refusal:
            problems[f"material.{row.code}"] = visit.text(refusal.message, **refusal.params)
        rows.append(
            msgspec.structs.replace(
                row,
                ticked=row.code in ticked,
                form=_text(visit, f"as.{row.code}", row.form),
                copies=_text(visit, f"copies.{row.code}", row.copies),
                pages=_text(visit, f"pages.{row.code}"),
                kept=kept,
            )
        )
    return tuple(rows), problems


def handed(desk: Desk, rows: Iterable[GivenRow]) -> tuple[MaterialIn, ...]:
    """Give the ticked materials; raises Invalid when a scan is not the one that was stored."""
    given = tuple(row.material() for row in rows if row.ticked)
    for one in given:
        try:
            uploads.check_stored(desk.store.blobs, one.files)
        except Invalid as refusal:
            raise Invalid(refusal.message, fields={f"material.{one.code}": refusal.message}) from refusal
    return given
