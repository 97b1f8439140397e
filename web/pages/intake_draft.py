"""What a clerk has typed so far: kept as typed, with the scans; read into a command when it is whole."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date

import msgspec
from litestar.datastructures import FormMultiDict

from appliance.clock import format_time, parse_time
from appliance.domain.case import Case
from appliance.domain.item_terms import FieldKind, MaterialType
from appliance.domain.joint_set import is_set
from appliance.domain.service_item import Material, ServiceItem, asked_fields, materials_for
from appliance.domain.subject import Agent, Applicant, FileRef, MaterialIn, SubjectKind
from appliance.errors import N_, Conflict, NotFound
from appliance.services.desk import Desk
from appliance.services.fallback import EnterFromPaper
from appliance.services.intake import ReceiveCase
from appliance.services.joint_intake import ReceiveJoint
from appliance.store import drafts
from appliance.store.tray import NewScan
from web.visit import Visit

FORM = "intake"
WHOLE = "whole"  # a hidden field: the post carries the whole form, so a tick that is gone was taken away
TYPED = ("ticket", "channel", "note", "presenter")
PAPER = "paper."
PAPER_FIELDS = ("paper_no", "written_at", "taken_by")
PREFIXES = (PAPER, "applicant.", "agent.", "form.", "material.", "copies.", "pages.", "line.", "spot.")
WALK_IN = "walk_in"
BY_AGENT = "by_agent"
EDIT_ATTEMPTS = 20
DEFAULT_SCOPES = ("submit",)  # who hands in must have it; what else the letter says is ticked
BAD_COUNT = -1  # what cannot be read as a count is refused by the rules with the allowed range


class Scan(msgspec.Struct, frozen=True, omit_defaults=True):
    """A scan put to a material: the stored file, what it was called, the earlier case that it is taken over from."""

    sha256: str
    media_type: str
    size: int
    name: str = ""
    reused: str = ""

    @property
    def file(self) -> FileRef:
        """The file as entries carry it."""
        return FileRef(self.sha256, self.media_type, self.size)


class Content(msgspec.Struct, frozen=True, omit_defaults=True):
    """A draft's content.

    Attributes:
        subject: the item's basic code; for a supplement, the case number.
        version: the version of the item, or of the case, that the form was made for.
        fields: typed values by field name; several for a multiple choice.
        scans: by material code.
        submission: number of the case that was handed in at a terminal and is received with this draft; empty else.
        seen: the version of that case that the draft was begun with.
        again: number of the returned back entry 补录 that is typed again with this draft; empty else.
        members: for a joint set, the version of each of its items that the form was made for, in its order.
    """

    subject: str
    version: int
    fields: dict[str, list[str]] = {}
    scans: dict[str, tuple[Scan, ...]] = {}
    submission: str = ""
    seen: int = 0
    again: str = ""
    members: tuple[int, ...] = ()

    def one(self, name: str) -> str:
        """Give a field's text, empty when it is not there."""
        values = self.fields.get(name)
        return values[-1] if values else ""

    def with_field(self, name: str, value: str) -> "Content":
        """Give a copy with one field set."""
        return msgspec.structs.replace(self, fields={**self.fields, name: [value]})


class Draft(msgspec.Struct, frozen=True):
    """A stored draft: its id, its content, and when it was saved (ISO)."""

    id: str
    content: Content
    changed: str


class Edit(msgspec.Struct, frozen=True):
    """What an edit makes of a draft: its content, a scan taken from the window's tray, scans given back to one."""

    content: Content
    taken: int | None = None
    window: str = ""
    given_back: tuple[NewScan, ...] = ()


_encode = msgspec.json.encode
_decode = msgspec.json.Decoder(Content).decode


def encode(content: Content) -> str:
    """Write a content as the hidden value of the check page's form.

    Base64url needs no escaping in a posted form: Chinese text would come as nine bytes a character and take longer to
    read back than the rest of the request.
    """
    return urlsafe_b64encode(_encode(content)).decode().rstrip("=")


def decode(text: str) -> Content:
    """Read a value written by `encode`; raises msgspec.MsgspecError."""
    try:
        return _decode(urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except ValueError as error:
        raise msgspec.DecodeError(str(error)) from error


def _row(visit: Visit, desk: Desk, draft_id: str) -> drafts.DraftRow:
    row = drafts.get(desk.reader(), draft_id, visit.session.login)
    if row is None:
        raise NotFound(
            N_("这份暂存不在了：可能已经收件，或已删除"),
            code="draft_gone",
            subject=draft_id[:64],
            next_step=N_("请在“暂存”或“查询”里查看，或重新收件"),
        )
    return row


def load(visit: Visit, desk: Desk, draft_id: str) -> Draft:
    """Give one's own draft; raises NotFound when it was received, thrown away or is a colleague's."""
    row = _row(visit, desk, draft_id)
    return Draft(row.id, _decode(row.data), row.changed)


async def change(visit: Visit, desk: Desk, draft_id: str, edit: Callable[[Content], Content]) -> Draft:
    """Change one's own draft in one step: two tabs that save at the same moment do not lose each other's scans."""
    draft, _ = await change_with(visit, desk, draft_id, lambda content: Edit(edit(content)))
    return draft


async def change_with(visit: Visit, desk: Desk, draft_id: str, edit: Callable[[Content], Edit]) -> tuple[Draft, Edit]:
    """Change one's own draft and move scans between it and the tray, all or nothing.

    Args:
        visit: who.
        desk: the desk.
        draft_id: the draft.
        edit: makes the edit from the content as it stands; called again when somebody else was faster.

    Returns:
        The draft afterwards, and the edit that was carried out.

    Raises:
        NotFound: the draft is gone.
        Conflict: others were faster time after time.
    """
    for _ in range(EDIT_ATTEMPTS):
        before = _row(visit, desk, draft_id)
        content, at = _decode(before.data), format_time(visit.front.clock.now())
        done = edit(content)
        after = replace(before, data=_encode(done.content), changed=at)
        change = drafts.DraftEdit(before.data, after, done.taken, done.window, done.given_back)
        if done == Edit(content) or await desk.local(drafts.replace, change):
            return Draft(draft_id, done.content, at), done
    raise Conflict(N_("这份暂存正在另一处修改，本次没有保存"), next_step=N_("请刷新页面后再试一次"))


async def create(visit: Visit, desk: Desk, draft_id: str, form: str, content: Content) -> None:
    """Store a new draft; one that is there already stays as it is."""
    at = format_time(visit.front.clock.now())
    await desk.local(drafts.create, drafts.DraftRow(draft_id, visit.session.login, form, _encode(content), at))


def typed(fields: FormMultiDict) -> dict[str, list[str]]:
    """Give the posted texts that belong to the form, as typed."""
    found: dict[str, list[str]] = {}
    for name, value in fields.multi_items():
        if isinstance(value, str) and (name in TYPED or name.startswith(PREFIXES)):
            found.setdefault(name, []).append(value)
    return found


def absorb(content: Content, fields: FormMultiDict) -> Content:
    """Take a post's texts into the content."""
    posted = typed(fields)
    whole = WHOLE in fields
    return msgspec.structs.replace(content, fields=posted if whole else {**content.fields, **posted})


def answers(content: Content, item: ServiceItem) -> dict[str, str | list[str]]:
    """Give the answers to what the form asks; other ones stay in the draft and are left out here."""
    found: dict[str, str | list[str]] = {}
    for field in item.form:
        values = [value.strip() for value in content.fields.get(f"form.{field.name}", []) if value.strip()]
        if values:
            found[field.name] = values if field.kind is FieldKind.MULTI_CHOICE else values[-1]
    asked = {field.name for field in asked_fields(item, found)}
    return {name: answer for name, answer in found.items() if name in asked}


def listed(content: Content, item: ServiceItem) -> tuple[Material, ...]:
    """Give the materials that apply to these answers."""
    return materials_for(item, answers(content, item))


def _count(text: str, otherwise: int) -> int:
    text = text.strip()
    if not text:
        return otherwise
    return int(text) if text.isascii() and text.isdigit() and len(text) <= len("999") else BAD_COUNT


def usual_form(material: Material) -> str:
    """Give the form in which a material is usually handed in."""
    return "copy" if material.material_type is MaterialType.COPY else "original"


def usual_copies(material: Material) -> int:
    """Give how many pieces the list asks for."""
    return material.originals + material.copies or 1


def _source(scans: tuple[Scan, ...]) -> str:
    """Give the earlier case that all scans were taken over from; empty when one of them came now."""
    sources = {scan.reused for scan in scans}
    return sources.pop() if len(sources) == 1 else ""


def material_in(content: Content, material: Material) -> MaterialIn | None:
    """Give a material as handed in, or None while it is not."""
    form = content.one(f"material.{material.code}")
    scans = content.scans.get(material.code, ())
    if not form and not scans:
        return None
    form, _, licence = (form or usual_form(material)).partition(":")
    form, _, original = form.partition("+")
    return MaterialIn(
        code=material.code,
        name=material.name,
        form=form,
        copies=0 if licence else _count(content.one(f"copies.{material.code}"), usual_copies(material)),
        pages=_count(content.one(f"pages.{material.code}"), 0),
        files=() if licence else tuple(scan.file for scan in scans),
        licence=licence or None,
        original=original,
        reused=_source(scans) if form == "electronic" else "",
    )


def applicant(content: Content, kinds: tuple[SubjectKind, ...]) -> Applicant:
    """Give the applicant as typed; an unknown kind becomes the first that the item serves."""
    kind = next((kind for kind in SubjectKind if kind.value == content.one("applicant.kind")), kinds[0])
    person = kind is SubjectKind.PERSON
    return Applicant(
        kind=kind,
        name=content.one("applicant.name").strip(),
        id_type=(content.one("applicant.id_type") or "citizen_id") if person else "uscc",
        id_number=content.one("applicant.id_number").strip(),
        phone=content.one("applicant.phone").strip(),
        address=content.one("applicant.address").strip(),
        representative="" if person else content.one("applicant.representative").strip(),
        representative_id="" if person else content.one("applicant.representative_id").strip(),
    )


def has_agent(fields: Mapping[str, list[str]]) -> bool:
    """Tell whether someone acts for the applicant: said so in the form, or named."""
    said = fields.get(f"form.{BY_AGENT}", [""])[-1]
    named = any(fields.get(f"agent.{part}", [""])[-1].strip() for part in ("name", "id_number", "phone"))
    return said == "yes" or (named and said != "no")


def agent(content: Content) -> Agent | None:
    """Give the agent as typed, or None."""
    if not has_agent(content.fields):
        return None
    return Agent(
        name=content.one("agent.name").strip(),
        id_number=content.one("agent.id_number").strip(),
        phone=content.one("agent.phone").strip(),
        scopes=tuple(content.fields.get("agent.scopes") or DEFAULT_SCOPES),
        until=content.one("agent.until").strip(),
    )


def command(content: Content, item: ServiceItem, kinds: tuple[SubjectKind, ...], draft_id: str) -> ReceiveCase:
    """Read a content into the command that receives it."""
    handed = (material_in(content, material) for material in listed(content, item))
    return ReceiveCase(
        item_code=content.subject,
        item_version=content.version,
        applicant=applicant(content, kinds),
        agent=agent(content),
        form=answers(content, item),
        materials=tuple(material for material in handed if material is not None),
        channel=WALK_IN if content.one("channel") == WALK_IN else "window",
        ticket=content.one("ticket").strip(),
        note=content.one("note").strip(),
        draft=draft_id,
        case=content.submission,
        version=content.seen if content.submission else None,
    )


def to_send(command: ReceiveCase) -> ReceiveCase | ReceiveJoint:
    """Give what the desk is asked for: what was typed for a joint set becomes the intake of a whole 并联."""
    if not is_set(command.item_code):
        return command
    return ReceiveJoint(
        set_code=command.item_code,
        form_version=command.item_version,
        applicant=command.applicant,
        agent=command.agent,
        form=command.form,
        materials=command.materials,
        channel=command.channel,
        ticket=command.ticket,
        note=command.note,
        draft=command.draft,
    )


def on_paper(content: Content) -> bool:
    """Tell whether this enters a receipt that was written on paper 补录."""
    return f"{PAPER}paper_no" in content.fields


def written_day(content: Content, today: date) -> date:
    """Give the day that the clocks count from: of the paper for 补录, else today."""
    try:
        return date.fromisoformat(content.one(f"{PAPER}written_at")[:10])
    except ValueError:
        return today


def as_entered(content: Content, receipt: ReceiveCase) -> ReceiveCase | ReceiveJoint | EnterFromPaper:
    """Give the command: a receipt now, of a case or of a joint whole, or one that was written on paper."""
    if not on_paper(content):
        return to_send(receipt)
    words = {name: content.one(f"{PAPER}{name}").strip() for name in PAPER_FIELDS}
    return EnterFromPaper(application=receipt, **words)


def from_case(case: Case) -> Content:
    """Give the content that a case was entered with, so that a returned entry is typed again from what is there."""
    fields: dict[str, list[str]] = {"channel": [case.channel], "ticket": [case.ticket], "note": [case.note]}
    for room, held in (("applicant", case.applicant), ("agent", case.agent)):
        for name in () if held is None else held.__struct_fields__:
            value = getattr(held, name)
            fields[f"{room}.{name}"] = list(value) if isinstance(value, tuple) else [str(value)]
    for name, answer in case.form.items():
        fields[f"form.{name}"] = answer if isinstance(answer, list) else [answer]
    scans = {}
    for one in case.materials:
        form = f"licence:{one.licence}" if one.licence else "+".join(part for part in (one.form, one.original) if part)
        fields[f"material.{one.code}"] = [form]
        fields[f"copies.{one.code}"], fields[f"pages.{one.code}"] = [str(one.copies)], [str(one.pages)]
        scans[one.code] = tuple(Scan(file.sha256, file.media_type, file.size) for file in one.files)
    entry = case.back_entry
    if entry is not None:
        words = (entry.paper_no, case.received_at[:16], entry.taken_by)
        fields |= {f"{PAPER}{name}": [text] for name, text in zip(PAPER_FIELDS, words, strict=True)}
    kept = {code: held for code, held in scans.items() if held}
    return Content(case.item_code, case.item_version, fields, kept, again=case.no)


def saved_at(draft: Draft) -> str:
    """Give the time of the last save: 09:41:20."""
    return parse_time(draft.changed).strftime("%H:%M:%S")
