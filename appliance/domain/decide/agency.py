"""委托代理: what an agent may do for the applicant, and originals that go back (行政许可法 art.29; domain §7.2)."""

from datetime import date

import msgspec

from appliance.domain.actor import Actor
from appliance.domain.case import Case
from appliance.domain.decide.application import Faults, check_agent
from appliance.domain.decide.proposals import text_of
from appliance.domain.events import CaseAgentAuthorised, CaseAgentDismissed, CaseOriginalReturned
from appliance.domain.identifiers import citizen_id, names
from appliance.domain.subject import AGENT_SCOPES, Agent, SubjectKind
from appliance.domain.transitions import require
from appliance.errors import N_, Forbidden, Invalid, Message, Refusal

PRESENTERS = ("applicant", "representative", "agent")
PRESENTER_NAMES = {"applicant": "申请人", "representative": "法定代表人（负责人）", "agent": "代理人"}
REASON_LENGTH_MIN = 2


def _without(field: str, message: Message, code: str) -> Invalid:
    return Invalid(message.msgid, code=code, fields={field: message}, params=message.params)


def check_presenter(case: Case, presenter: str, scope: str, today: date, *, field: str = "presenter") -> str:
    """Refuse an act that somebody does for the applicant without authority; gives the presenter.

    Args:
        case: the case.
        presenter: who came: ``applicant``, ``representative`` or ``agent``.
        scope: what is done, of `AGENT_SCOPES`.
        today: the day of the act.
        field: where the form asks who came.

    Raises:
        Invalid: nobody was named, or there is no representative; ``no_agent``, ``authority_over`` or ``authority``
            with what is missing and what to bring.
    """
    if presenter not in PRESENTERS or (presenter == "representative" and not case.applicant.representative):
        raise Invalid(N_("请选由谁来办"), fields={field: N_("请选是申请人本人、法定代表人（负责人）还是代理人")})
    if presenter != "agent":
        return presenter
    agent, what = case.agent, AGENT_SCOPES[scope]
    if agent is None:
        text = N_(
            "这件没有登记代理人，不能由他人代办“%(what)s”。"
            "请带写明这项权限的授权委托书和双方身份证件，先登记委托；或者由申请人本人来办"
        )
        raise _without(field, Message(text, what=what), "no_agent")
    if agent.until and agent.until < today.isoformat():
        text = N_(
            "%(name)s 的委托已于 %(until)s 到期，不能代办“%(what)s”。"
            "请带新的授权委托书和双方身份证件，重新登记委托；或者由申请人本人来办"
        )
        raise _without(field, Message(text, name=agent.name, until=agent.until, what=what), "authority_over")
    if scope not in agent.scopes:
        text = N_(
            "%(name)s 的委托权限里没有“%(what)s”，不能代办。"
            "请带申请人签名（盖章）、写明“%(what)s”的授权委托书和双方身份证件，先登记委托；或者由申请人本人来办"
        )
        raise _without(field, Message(text, name=agent.name, what=what), "authority")
    return presenter


def authorise(
    case: Case, agent: Agent, *, letter_seen: bool, letter_files: tuple[str, ...], actor: Actor, today: date
) -> CaseAgentAuthorised:
    """T03a: put the letter of authority into the case; it replaces an authority registered before.

    Guard: the letter and both identity documents were seen; at least one scope; the end, if there is one, is to come.
    """
    require("T03a", case, actor)
    faults = Faults({})
    checked = check_agent(agent, today, faults) or agent
    if not letter_seen:
        faults.add("letter_seen", N_("请核对授权委托书和双方身份证件后勾选"))
    if checked == case.agent:
        faults.add("agent.scopes", N_("与现在登记的委托相同，没有改变"))
    faults.raise_if_any()
    return CaseAgentAuthorised(agent=checked, letter_files=letter_files)


def dismiss(case: Case, *, reason: str, actor: Actor) -> CaseAgentDismissed:
    """T03x: the applicant ends the authority. Guard: there is an agent; a reason."""
    require("T03x", case, actor)
    if case.agent is None:
        raise Forbidden(N_("这件没有登记代理人"), code="no_agent", subject=case.no)
    faults = Faults({})
    words = text_of("reason", reason, REASON_LENGTH_MIN, faults)
    faults.raise_if_any()
    return CaseAgentDismissed(reason=words)


class Receiver(msgspec.Struct, frozen=True, kw_only=True):
    """Who stands at the window to receive something: relation, name and number off the document that was seen."""

    relation: str
    name: str
    number: str
    checked: bool


def check_receiver(case: Case, receiver: Receiver, today: date, *, prefix: str) -> tuple[str, str]:
    """Check that the one who receives is the applicant, its representative, or an agent who may collect.

    Args:
        case: the case.
        receiver: as read off the identity document.
        today: the day.
        prefix: name of the fields in the form, such as ``collector``.

    Returns:
        Name and number, normalised.

    Raises:
        Invalid: a field is wrong, or the agent has no authority.
        Forbidden: it is somebody else.
    """
    faults = Faults({})
    if receiver.relation not in PRESENTERS:
        faults.add("relation", N_("请选领取人与申请人的关系"))
    name, number = receiver.name, receiver.number
    try:
        name = names.check(receiver.name).value
    except Refusal as refusal:
        faults.take(f"{prefix}_name", refusal)
    if receiver.relation == "applicant" and case.applicant.id_type != "citizen_id":
        number = receiver.number.strip().upper()  # 护照等: his own document, compared as it was registered
    else:
        try:
            number = citizen_id.check(receiver.number, today=today).value
        except Refusal as refusal:
            faults.take(f"{prefix}_id", refusal)
    if not receiver.checked:
        faults.add("identity_checked", N_("请核对领取人的身份证件后勾选"))
    faults.raise_if_any()
    if receiver.relation == "agent":
        check_presenter(case, "agent", "collect", today, field="relation")
    if _expected(case, receiver.relation) != (name, number):
        raise Forbidden(
            N_("领取人与登记的%(who)s不一致，不能交给他"),
            code="collector",
            params={"who": PRESENTER_NAMES[receiver.relation]},
            next_step=N_("请核对证件；代领的需要写明“领取”权限的授权委托书"),
        )
    return name, number


def _expected(case: Case, relation: str) -> tuple[str, str] | None:
    applicant, agent = case.applicant, case.agent
    match relation:
        case "applicant" if applicant.kind is SubjectKind.PERSON:
            return applicant.name, applicant.id_number.strip().upper()
        case "representative":
            return applicant.representative, applicant.representative_id
        case "agent" if agent is not None:
            return agent.name, agent.id_number
        case _:
            return None


def return_originals(
    case: Case, *, materials: tuple[str, ...], receiver: Receiver, actor: Actor, today: date
) -> CaseOriginalReturned:
    """T03o: give back originals that were kept; the receiver signs on the slip.

    Guard: each is an original that is kept, and lies at the window; the receiver is as for a result (T27).
    """
    require("T03o", case, actor)
    faults = Faults({})
    if not materials:
        faults.add("materials", N_("请勾选要退还的原件"))
    for code in dict.fromkeys(materials):
        held = case.material(code)
        if held is None or not held.holds_original:
            faults.add("materials", N_("有一份没有留存原件，或者已经退还"))
        elif held.place or code in case.moving:
            faults.add("materials", N_("有一份原件不在窗口，请先由部门交回"))
    faults.raise_if_any()
    name, number = check_receiver(case, receiver, today, prefix="receiver")
    return CaseOriginalReturned(
        materials=tuple(dict.fromkeys(materials)), relation=receiver.relation, receiver_name=name, receiver_id=number
    )
