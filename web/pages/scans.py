"""Scans on pages: the line that opens one, and how its bytes are sent."""

from collections.abc import Iterable
from typing import Literal

import msgspec
from litestar.response import File

from appliance.domain.subject import FileRef
from appliance.errors import N_
from appliance.services.desk import Desk
from appliance.services.uploads import EXTENSIONS, JPEG, PDF, PNG, TYPE_NAMES
from web.visit import Visit

KILOBYTE = 1024
# A scan is a stranger's file: it may neither run anything nor reach anything of ours. Chromium shows no PDF inside a
# sandbox, and its PDF viewer has no access to the page's origin, so PDFs go without that one word.
POLICY = "default-src 'none'; img-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'none'"
SHOWN = frozenset({JPEG, PNG, PDF})


class FileLine(msgspec.Struct, frozen=True):
    """One scan: where it opens, what it is; `picture` may be shown in the page."""

    href: str
    label: str
    picture: bool


def file_lines(visit: Visit, address: str, files: Iterable[FileRef]) -> tuple[FileLine, ...]:
    """Give the lines of scans that open below an address, each by its digest."""
    return tuple(
        FileLine(
            f"{address}/{file.sha256}",
            visit.text(
                N_("第 %(no)s 份 · %(kind)s · %(size)s"),
                no=position,
                kind=TYPE_NAMES.get(file.media_type, ""),
                size=f"{max(1, file.size // KILOBYTE)} KB",
            ),
            file.media_type in (JPEG, PNG),
        )
        for position, file in enumerate(files, 1)
    )


def answer(desk: Desk, sha256: str, media_type: str, stem: str = "") -> File:
    """Send a stored scan; what browsers cannot show is offered for saving.

    Args:
        desk: the hall.
        sha256: digest of its bytes, in hex; the caller has looked whether this person may see it.
        media_type: its type, one of `EXTENSIONS`.
        stem: what stands before the digest in the name of the saved file.
    """
    place: Literal["inline", "attachment"] = "inline" if media_type in SHOWN else "attachment"
    name = f"{stem}-{sha256[:8]}" if stem else sha256[:12]
    return File(
        desk.store.blobs.path(sha256),
        media_type=media_type,
        filename=f"{name}.{EXTENSIONS[media_type][0]}" if media_type in EXTENSIONS else f"{name}.bin",
        content_disposition_type=place,
        headers={"Content-Security-Policy": POLICY if media_type == PDF else f"sandbox; {POLICY}"},
    )
