"""Who came to the window: asked wherever an agent is registered, so that his authority is checked (domain §7.2)."""

from appliance.domain.case import Case
from appliance.domain.subject import AGENT_SCOPES, SubjectKind
from appliance.errors import N_
from web.visit import Visit

LABEL = N_("谁来办")
NAMES = {"applicant": N_("申请人"), "representative": N_("法定代表人（负责人）"), "agent": N_("代理人")}


def scopes_text(visit: Visit, case: Case) -> str:
    """Name what the agent may do, and until when."""
    if case.agent is None:
        return ""
    words = visit.text(N_("、")).join(visit.text(AGENT_SCOPES.get(one, one)) for one in case.agent.scopes)
    return visit.text(N_("%(words)s，至 %(day)s"), words=words, day=case.agent.until) if case.agent.until else words


def options(visit: Visit, case: Case) -> tuple[tuple[str, str], ...]:
    """Give who may have come; nobody is asked about where no agent is registered."""
    agent = case.agent
    if agent is None:
        return ()
    visit.saw("case", case.no, "name")
    found = []
    if case.applicant.kind is SubjectKind.PERSON:
        found.append(("applicant", case.applicant.name))
    if case.applicant.representative:
        found.append(("representative", case.applicant.representative))
    agents = visit.text(N_("%(name)s（%(scopes)s）"), name=agent.name, scopes=scopes_text(visit, case))
    found.append(("agent", agents))
    named = (
        (code, visit.text(N_("%(who)s：%(name)s"), who=visit.text(NAMES[code]), name=text)) for code, text in found
    )
    return tuple(named)


def came(case: Case, typed: str) -> str:
    """Give who came: what was picked, or the applicant where nobody was asked."""
    return typed if case.agent is not None else "applicant"
