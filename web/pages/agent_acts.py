"""登记委托 and 解除委托 (T03a, T03x): forms for the page of acts."""

from appliance.domain.subject import AGENT_SCOPES, Agent
from appliance.domain.transitions import TRANSITIONS
from appliance.errors import N_
from appliance.services.agents import AuthoriseAgent, DismissAgent
from web.pages.act_form import ActFields, ActForm


def _authorise(no: str, typed: ActFields) -> AuthoriseAgent:
    return AuthoriseAgent(
        case=no,
        version=typed.version,
        agent=Agent(
            name=typed.agent_name,
            id_number=typed.agent_id.upper(),
            phone=typed.agent_phone,
            scopes=typed.scopes,
            until=typed.agent_until,
        ),
        letter_seen=bool(typed.letter_seen),
        letter_files=typed.letter_files,
    )


AGENTS: tuple[ActForm, ...] = (
    ActForm(
        "authorise",
        "T03a",
        N_("登记委托"),
        N_("照授权委托书登记代理人、权限和期限；原来登记的委托由这一份代替。代理人办的每件事都按这里核对权限。"),
        N_("登记委托"),
        (
            "agent_name",
            "agent_id",
            "agent_phone?",
            *(f"scope_{scope}" for scope in AGENT_SCOPES),
            "agent_until?",
            "letter_seen",
            "letter?",
        ),
        _authorise,
        TRANSITIONS["T03a"].roles,
    ),
    ActForm(
        "dismiss",
        "T03x",
        N_("解除委托"),
        N_("申请人书面解除委托之后，代理人不能再办这件的任何事。"),
        N_("解除委托"),
        ("reason",),
        lambda no, typed: DismissAgent(case=no, version=typed.version, reason=typed.reason),
        TRANSITIONS["T03x"].roles,
        labels=(("reason", N_("申请人说的原因")),),
    ),
)

# Fields of the rules by field of the form: a fault stands where it was typed.
FIELD_OF = {
    "agent.name": "agent_name",
    "agent.id_number": "agent_id",
    "agent.phone": "agent_phone",
    "agent.scopes": "scope_submit",
    "agent.until": "agent_until",
}
