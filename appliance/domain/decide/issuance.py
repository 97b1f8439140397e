"""T25/T26 制证, T27 发件, T30 撤回, 补打."""

import re
from datetime import date

from appliance.domain.actor import CASE_WORKERS, Actor, Role
from appliance.domain.case import Case
from appliance.domain.decide.agency import Receiver, check_presenter, check_receiver
from appliance.domain.decide.inquiry import before_issue
from appliance.domain.events import (
    CaseHandedOver,
    CaseResultProduced,
    CaseResultShelved,
    CaseWithdrawn,
    LicenceIssued,
    PaperReprinted,
)
from appliance.domain.item_terms import HandlingType
from appliance.domain.service_item import LicenceType, ServiceItem
from appliance.domain.states import State
from appliance.domain.transitions import require, require_here
from appliance.errors import N_, Forbidden, Invalid, NotFound, WrongState

REPRINT_REASON_LENGTH_MIN = 2
PAPER_ID_END = re.compile(r"-[0-9]{2}-[0-9]{1,12}")  # after the case number: code of the kind, log index
LOCATION = re.compile(r"(?=.{1,20}$)[0-9A-Z]{1,6}(-[0-9A-Z]{1,6}){0,3}")


def validity_end(licence: LicenceType, start: date) -> date | None:
    """Give the last day of validity; None is 长期. Five years from 2026-11-23 end on 2031-11-22."""
    months = (licence.validity_years or 0) * 12 + (licence.validity_months or 0)
    if not months:
        return None
    month = start.month - 1 + months
    year, month = start.year + month // 12, month % 12 + 1
    for day in (start.day, 30, 29, 28):
        try:
            end = date(year, month, day)
        except ValueError:
            continue
        return date.fromordinal(end.toordinal() - 1) if day == start.day else end
    raise ValueError(day)


def licence_fields(case: Case, licence: LicenceType, number: str, valid_to: str | None) -> dict[str, str]:
    """Fill the fields printed on the licence from applicant, form and the licence itself."""
    decision = case.decision
    sources: dict[str, object] = {
        **{
            f"applicant.{name}": getattr(case.applicant, name)
            for name in ("name", "id_number", "phone", "address", "representative", "representative_id")
        },
        **{f"form.{name}": answer for name, answer in case.form.items()},
        "licence.number": number,
        "licence.valid_until": valid_to or "长期",
        "licence.valid_from": decision.decided_on if decision else "",
        "licence.issued_on": decision.decided_on if decision else "",
        "licence.issuer": case.department_name,
        "decision.document_no": decision.document_no if decision else "",
        "decision.decided_on": decision.decided_on if decision else "",
        "decision.content": decision.content if decision else "",
    }
    fields = {}
    for field in licence.fields:
        value = sources.get(field.source, "")
        fields[field.label] = "、".join(value) if isinstance(value, list) else str(value)
    return fields


def produce_licence(
    case: Case,
    item: ServiceItem,
    *,
    identifier: str,
    number: str,
    shelf: str,
    actor: Actor,
    supersedes: str | None = None,
) -> tuple[LicenceIssued, CaseResultProduced]:
    """T25 with a licence: its record in final form (GB/T 36903) and the result on the shelf.

    `supersedes` is the identifier of the holder's licence that a renewal 延续 replaces (行政许可法 art. 50).
    """
    require("T25", case, actor)
    licence = item.licence
    if licence is None or case.decision is None:
        raise Invalid(N_("这个事项不发证照"), code="no_licence", subject=item.catalog_code)
    start = date.fromisoformat(case.decision.decided_on)
    end = validity_end(licence, start)
    valid_to = end.isoformat() if end else None
    issued = LicenceIssued(
        identifier=identifier,
        type_code=licence.type_code,
        type_name=licence.type_name,
        number=number,
        issuer_code=case.department,
        issuer_name=case.department_name,
        issued_on=case.decision.decided_on,
        valid_from=case.decision.decided_on,
        valid_to=valid_to,
        holder_code_type=case.applicant.id_type,
        supersedes=supersedes,
        holder_name=case.applicant.name,
        holder_code=case.applicant.id_number,
        fields=licence_fields(case, licence, number, valid_to),
    )
    return issued, CaseResultProduced(licence=identifier, shelf=_shelf(shelf))


def produce_result(case: Case, *, shelf: str, actor: Actor) -> CaseResultProduced:
    """T25 without a licence, or T26: the decision letter lies ready."""
    require("T26" if case.state is State.DECIDED_REFUSED else "T25", case, actor)
    return CaseResultProduced(shelf=_shelf(shelf))


def check_location(text: str) -> str:
    """Check the code of a place of the shelf 取件柜位: letters and digits in up to four groups; raises Invalid."""
    text = text.strip().upper()
    if not LOCATION.fullmatch(text):
        why = N_("柜位号是字母、数字和短横线，例如 A-12，最多 20 位")
        raise Invalid(why, fields={"shelf": why})
    return text


def _shelf(text: str) -> str:
    return check_location(text) if text.strip() else ""


def shelve(case: Case, *, location: str, actor: Actor) -> CaseResultShelved:
    """T25s: lay a result into a place, or into another one. Guard: it waits for collection; the place changes."""
    require("T25s", case, actor)
    code = check_location(location)
    if code == case.shelf:
        raise Invalid(N_("已经在这个柜位"), code="same_place", fields={"shelf": N_("已经在这个柜位")})
    return CaseResultShelved(location=code)


def nothing_tolerated_open(case: Case) -> None:
    """Refuse to give out a grant while a tolerated material is open (domain §2.4).

    Where it never came and the case was refused for it, the refusal must still reach the applicant (art. 38, 44).
    """
    if not case.refused and case.open_tolerance:
        raise WrongState(
            N_("容缺的材料还没有补齐，不能发件"),
            code="tolerance_open",
            subject=case.no,
            next_step=N_("请先收下补齐的材料"),
        )


def hand_over(
    case: Case,
    *,
    relation: str,
    collector_name: str,
    collector_id: str,
    identity_checked: bool,
    actor: Actor,
    today: date,
) -> CaseHandedOver:
    """T27: hand the result over (clause 5.2.2.5).

    Guard: the collector is the applicant, its representative, or an agent whose authority includes collecting, and the
    clerk has seen the identity document; name and number must be theirs. A handler hands over what he handled on the
    spot (T33).
    """
    require("T27", case, actor)
    if actor.role is Role.CASE_HANDLER and (case.handling != HandlingType.INSTANT or case.handler != actor.id):
        raise Forbidden(N_("承办人只能发自己当场办结的即办件"), code="not_instant", next_step=N_("请由窗口人员发件"))
    nothing_tolerated_open(case)
    before_issue(case)
    collector = Receiver(relation=relation, name=collector_name, number=collector_id, checked=identity_checked)
    name, number = check_receiver(case, collector, today, prefix="collector")
    return CaseHandedOver(relation=relation, collector_name=name, collector_id=number)


def withdraw(
    case: Case,
    *,
    reason: str,
    letter_files: tuple[str, ...],
    actor: Actor,
    today: date,
    presenter: str = "applicant",
) -> CaseWithdrawn:
    """T30: the applicant withdraws in writing before the decision; recorded by the clerk.

    Guard: a reason; an agent has authority to withdraw.
    """
    require("T30", case, actor)
    check_presenter(case, presenter, "withdraw", today)
    text = reason.strip()
    if len(text) < 2:  # noqa: PLR2004 - two characters are the shortest reason that says anything (如“歇业”)
        raise Invalid(N_("请写明撤回的原因"), fields={"reason": N_("请写明撤回的原因")})
    return CaseWithdrawn(reason=text, letter_files=letter_files, presenter=presenter)


def reprint_reason(text: str) -> str:
    """Check the reason of a 补打, of a case's paper or of a whole's; raises Invalid (domain §2.6)."""
    words = text.strip()
    if len(words) < REPRINT_REASON_LENGTH_MIN:
        raise Invalid(N_("请写明补打的原因"), fields={"reason": N_("请写明补打的原因")})
    return words


def reprint(case: Case, *, paper: str, reason: str, actor: Actor) -> PaperReprinted:
    """Another copy of a paper that has left, with its reason; it carries the mark 补打 (domain §2.6).

    Guard: a case worker; `paper` may be one of this case; the reason.

    Raises:
        NotFound: the case has no such paper.
    """
    if actor.role not in CASE_WORKERS:
        raise Forbidden(N_("补打由办件人员办理"), code="role", next_step=N_("请交给窗口或承办人员办理"))
    require_here(case, actor)
    if not paper.startswith(case.no) or not PAPER_ID_END.fullmatch(paper.removeprefix(case.no)):
        raise NotFound(N_("这件没有这份文书"), subject=case.no)
    return PaperReprinted(paper=paper, copy=case.reprints.get(paper, 0) + 1, reason=reprint_reason(reason))
