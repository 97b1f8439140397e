"""Requests of the city to a hall 市平台请求: signed into that hall's log, with the files of online materials."""

import io
from dataclasses import dataclass, field
from typing import Final
from uuid import NAMESPACE_URL, uuid5

import msgspec

from appliance.domain.actor import SYSTEM, Actor
from appliance.domain.city_commands import ABOUT_A_CASE, RULES, Kind
from appliance.domain.events import CommandSent, LicenceStatus
from appliance.domain.subject import Applicant, FileRef, MaterialIn
from appliance.errors import N_, Conflict, Invalid, NotFound
from appliance.projections import city_commands
from appliance.projections.city_commands import Asked, digests
from appliance.store.change import Change, Decision, NewEntry
from sync.hub.due import last_day
from sync.hub.hub import Hub
from sync.hub.licence_status import publish_status

MEDIA_TYPES: Final = {b"%PDF": "application/pdf", b"\x89PNG": "image/png", b"\xff\xd8\xff": "image/jpeg"}
WORDS_MIN: Final = 2


@dataclass(frozen=True, slots=True)
class Upload:
    """A file of an online material: the material's code and name, and the bytes."""

    code: str
    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked of a hall; see `appliance.domain.events.CommandSent` for the fields.

    Attributes:
        command: id of the request at the city's platform; the same id is sent once.
    """

    command: str
    kind: Kind
    subject: str = ""
    words: str = ""
    item_version: int = 0
    uploads: tuple[Upload, ...] = ()
    applicant: Applicant | None = None
    form: dict[str, str | list[str]] = field(default_factory=dict)
    notice: int = 0
    status: str = "withdrawn"


def send(hub: Hub, hall: str, request: Request, *, actor: Actor = SYSTEM) -> Asked:
    """Sign a request into a hall's log; the same id again gives what stands.

    Args:
        hub: the city.
        hall: the hall's code.
        request: what is asked.
        actor: who asks.

    Raises:
        NotFound: no such hall, or the case is not that hall's.
        Invalid: a field is missing or wrong.
        Conflict: the id was used for another request.
    """
    trust = hub.hall(hall)
    hub.require_writable(trust)
    origin = trust.ticket.c2h_origin
    _check(hub, hall, request)
    materials = tuple(_store(hub, upload) for upload in request.uploads)
    if request.kind is Kind.REVOKE:
        change = LicenceStatus(identifier=request.subject, status=request.status, on=hub.clock.now().date().isoformat())
        publish_status(hub, (change,), actor=actor)
    due = last_day(hub, hall, hub.clock.now().date(), RULES[request.kind].days)
    known = city_commands.find(hub.store.reader(), request.command)
    event = CommandSent(
        command=request.command,
        kind=request.kind.value,
        subject=request.subject,
        due=known.due if known is not None else due,
        item_version=request.item_version,
        materials=materials,
        notice=request.notice,
        words=request.words.strip(),
        applicant=request.applicant,
        form=request.form,
    )
    if known is not None and known.origin != origin:
        raise Conflict(N_("这个请求号已用于另一个大厅"), code="command_used", subject=request.command)
    decision = Decision(entries=(NewEntry(event=event, blobs=digests(event), log=origin),), result={})
    hub.store.writer.submit(
        Change(
            key=str(uuid5(NAMESPACE_URL, f"command:{request.command}")),
            actor=actor,
            content=msgspec.json.encode(event),
            decide=lambda _context: decision,
        )
    ).result()
    found = city_commands.find(hub.store.reader(), request.command)
    if found is None:
        raise NotFound(N_("没有这项市平台请求"), code="command_unknown", subject=request.command)
    return found


def _check(hub: Hub, hall: str, request: Request) -> None:
    if len(request.words.strip()) < WORDS_MIN:
        raise Invalid(N_("请写明原因或者要求"), fields={"words": N_("请写明原因或者要求")})
    if not request.command.strip():
        raise Invalid(N_("请写明请求号"), fields={"command": N_("请写明请求号")})
    if not request.subject:
        raise Invalid(N_("请写明请求所指的对象"), fields={"subject": N_("请写办件编号、证照标识、事项编码或者工号")})
    if request.kind is Kind.APPLY and request.applicant is None:
        raise Invalid(N_("网上申请没有写明申请人"), fields={"applicant": N_("请写明申请人")})
    if request.kind in ABOUT_A_CASE:
        row = hub.store.reader().execute(
            "SELECT 1 FROM hub_case WHERE case_no = ? AND hall = ? AND gone = 0", (request.subject, hall)
        )
        if row.fetchone() is None:
            raise NotFound(
                N_("这个大厅没有编号为 %(no)s 的办件"),
                code="case_unknown",
                params={"no": request.subject},
                next_step=N_("请核对办件编号和大厅代码；刚收的件要等大厅上报"),
            )


def _store(hub: Hub, upload: Upload) -> MaterialIn:
    """Store a file before an entry names it (protocol §3)."""
    media = next((name for magic, name in MEDIA_TYPES.items() if upload.content.startswith(magic)), "")
    if not media:
        raise Invalid(
            N_("文件不是 PDF、PNG 或 JPEG"), fields={f"material.{upload.code}": N_("请提交 PDF、PNG 或 JPEG 文件")}
        )
    digest = hub.store.blobs.put(io.BytesIO(upload.content))
    file = FileRef(sha256=digest, media_type=media, size=len(upload.content))
    return MaterialIn(code=upload.code, name=upload.name, form="electronic", files=(file,))
