"""电话通知: a clerk told the applicant that something waits, or could not reach him."""

import msgspec

from appliance.domain.actor import Actor, Role
from appliance.domain.decide.agency import check_presenter
from appliance.domain.events import ApplicantNotified
from appliance.errors import N_, Forbidden, Invalid, WrongState
from appliance.projections import cases, contacts
from appliance.services.facts import Facts, load_case, today
from appliance.store.change import Decision, NewEntry, WriteContext

OUTCOMES = ("reached", "no_answer")
NOTE_LENGTH_MAX = 200


class NotifyApplicant(msgspec.Struct, frozen=True, kw_only=True, tag="applicant.notify"):
    """A call about what waits now: ``reached`` or ``no_answer``; `told` is who was called."""

    case: str
    about: str
    outcome: str
    told: str = "applicant"
    note: str = ""


def notify(context: WriteContext, _facts: Facts, actor: Actor, command: NotifyApplicant) -> Decision:
    """Note a call. Guard: a window clerk; what he called about still waits; not told already."""
    if actor.role is not Role.WINDOW_CLERK:
        raise Forbidden(N_("电话通知由窗口人员登记"), code="role", next_step=N_("请交给窗口人员办理"))
    case = load_case(context, command.case, None)
    if not command.about or cases.to_tell(case) != command.about:
        raise WrongState(N_("这件现在没有要通知的内容"), code="nothing_to_tell", subject=case.no)
    held = contacts.find(context.connection, case.no, command.about)
    if held is not None and held.reached:
        raise WrongState(N_("已经通知过了"), code="told", subject=case.no)
    if command.outcome not in OUTCOMES:
        raise Invalid(N_("请选通知的结果"), fields={"outcome": N_("请选已通知或者没接通")})
    check_presenter(case, command.told, "notice", today(context))
    if len(command.note) > NOTE_LENGTH_MAX:
        raise Invalid(N_("备注太长"), fields={"note": N_("备注最多 200 个字")})
    event = ApplicantNotified(
        subject=case.no, about=command.about, outcome=command.outcome, told=command.told, note=command.note.strip()
    )
    return Decision((NewEntry(event),), {"case": case.no, "about": command.about})
