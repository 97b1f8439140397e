"""登记撤回: the applicant withdraws in writing before the decision (domain §2.3 T30)."""

import io
from pathlib import PurePath
from typing import ClassVar

import msgspec
from litestar import Response
from litestar.datastructures import UploadFile

from appliance.domain.states import BEFORE_DECISION, STATE_NAMES
from appliance.errors import N_, Invalid, Refusal
from appliance.services import uploads
from appliance.services.desk import Desk
from appliance.services.issuance import WithdrawCase
from web.pages import presenters
from web.pages.case_page import not_now
from web.pages.casework import Head, Sight, head, sight
from web.pages.stale import NOTHING, Refused, Stale, both_sides, is_stale, refused
from web.visit import Visit


class WithdrawForm(msgspec.Struct, frozen=True):
    """Why, and the scans of the letter that are stored already (hex SHA-256)."""

    version: int = 0
    reason: str = ""
    letter_files: tuple[str, ...] = ()
    presenter: str = ""


class WithdrawPage(msgspec.Struct, frozen=True):
    """The form, and what withdrawing means."""

    TEMPLATE: ClassVar[str] = "cases/withdraw.html"
    head: Head
    form: WithdrawForm
    problems: dict[str, str]
    labels: dict[str, str]
    stale: Stale | None
    open: bool
    presenters: tuple[tuple[str, str], ...] = ()


def _page(visit: Visit, desk: Desk, seen: Sight, form: WithdrawForm, why: Refused = NOTHING) -> WithdrawPage:
    labels = {"reason": visit.text(N_("撤回的原因")), "letter": visit.text(N_("撤回申请书扫描件"))}
    opened = seen.case.state in BEFORE_DECISION
    labels["presenter"] = visit.text(presenters.LABEL)
    who = presenters.options(visit, seen.case)
    return WithdrawPage(head(visit, desk, seen), form, why.problems, labels, why.stale, opened, who)


def show(visit: Visit, desk: Desk, no: str) -> Response[str]:
    """Show the form."""
    seen = sight(visit, desk, no)
    if seen.case.state not in BEFORE_DECISION:
        return not_now(visit, desk, seen, visit.text(N_("作出决定之后不能再撤回")))
    return visit.show(_page(visit, desk, seen, WithdrawForm(version=seen.case.version)))


async def stored_letter(visit: Visit, desk: Desk, field: str = "letter") -> tuple[str, ...]:
    """Store the scan that came in `field` of the form; its digest travels on when the form comes back."""
    given = visit.fields.get(field)
    if not isinstance(given, UploadFile) or not given.filename:
        return ()
    data = await given.read()
    limit = desk.facts.hall.upload_bytes_max
    try:
        file = uploads.store(
            desk.store.blobs,
            io.BytesIO(data),
            name=PurePath(given.filename).name,
            limit_bytes=limit,
            claimed=given.content_type or "",
            size=len(data),
        )
    except Invalid as refusal:
        message = visit.text(refusal.message, **refusal.params)
        raise Invalid(refusal.message, fields={field: message}, params=refusal.params) from refusal
    return (file.sha256,)


async def submit(visit: Visit, desk: Desk, no: str) -> Response[str]:
    """T30: record the withdrawal; all clocks stop and the termination notice can be printed."""
    form = visit.form(WithdrawForm)
    known = tuple(digest for digest in form.letter_files if desk.store.blobs.has(digest))
    try:
        form = msgspec.structs.replace(form, letter_files=(*known, *await stored_letter(visit, desk)))
        command = WithdrawCase(
            case=no,
            version=form.version,
            reason=form.reason,
            letter_files=form.letter_files,
            presenter=presenters.came(sight(visit, desk, no).case, form.presenter),
        )
        await desk.submit(command, actor=visit.actor, key=visit.key)
    except Refusal as refusal:
        seen = sight(visit, desk, no)
        if is_stale(refusal):
            state = visit.text(STATE_NAMES[seen.case.state])
            sides = {
                visit.text(N_("状态")): (visit.text(N_("决定之前")), state),
                visit.text(N_("撤回的原因")): (form.reason, seen.case.withdrawn_reason),
            }
            why = both_sides(visit, desk, seen, refusal, form.version, sides)
        else:
            why = refused(visit, refusal)
        return visit.show(_page(visit, desk, seen, form, why), status=why.status)
    return visit.go(f"/cases/{no}")
