"""Answering the city 答复市平台请求: who may, once, and a refusal only on a lawful ground (protocol §5)."""

from typing import Protocol

from appliance.domain.actor import Actor
from appliance.domain.city_commands import ABOUT_A_CASE, RULES, Kind, Rule, Standing, rule_of
from appliance.domain.decide.words import in_words
from appliance.domain.events import CommandAnswered
from appliance.domain.states import BEFORE_DECISION, State
from appliance.errors import N_, Forbidden, Invalid, WrongState

# What a window does in the case itself: it says what was done, of the others the words do.
AT_THE_WINDOW = frozenset({Kind.WITHDRAW, Kind.SUPPLEMENT, Kind.APPLY})


class Asked(Protocol):
    """A request as far as the rules look at it."""

    @property
    def command(self) -> str:
        """Its id."""

    @property
    def kind(self) -> str:
        """What is asked."""

    @property
    def standing(self) -> Standing:
        """Whether it was answered."""


def may_answer(asked: Asked, *, actor: Actor, department: str = "", of_case: str = "") -> bool:
    """Tell whether a request is this person's to answer: by his role, and where a case is meant by his department.

    Args:
        asked: the request.
        actor: the person.
        department: his department; empty for none (a window takes in for all).
        of_case: the department of the case; empty when it is not known here.
    """
    rule = rule_of(asked.kind)
    if rule is None or actor.role not in rule.roles:
        return False
    return asked.kind in AT_THE_WINDOW or asked.kind not in ABOUT_A_CASE or not of_case or department == of_case


def _answerable(asked: Asked, actor: Actor, department: str, of_case: str) -> Rule:
    if not may_answer(asked, actor=actor, department=department, of_case=of_case):
        raise Forbidden(N_("这项请求不由您答复"), code="not_responsible", next_step=N_("请交给列出的责任岗位答复"))
    if asked.standing is not Standing.OPEN:
        raise WrongState(N_("这项请求已经答复过了"), code="answered", subject=asked.command)
    return RULES[Kind(asked.kind)]


def _words(text: str) -> str:
    return in_words(text, "words", N_("请写明办理情况或者理由，至少十个字"))


def carry_out(
    asked: Asked,
    *,
    words: str,
    actor: Actor,
    made: str = "",
    files: tuple[str, ...] = (),
    department: str = "",
    of_case: str = "",
) -> CommandAnswered:
    """Answer that it was carried out; `made` is the case it became, `files` what was taken over.

    Guard: this person's to answer; unanswered; in words where no event of the case tells what was done.
    """
    _answerable(asked, actor, department, of_case)
    kept = words.strip() if asked.kind in AT_THE_WINDOW else _words(words)
    return CommandAnswered(
        command=asked.command, outcome=Standing.CARRIED_OUT.value, made=made, files=files, words=kept
    )


def refuse(
    asked: Asked,
    *,
    ground: str,
    words: str,
    actor: Actor,
    state: State | None = None,
    department: str = "",
    of_case: str = "",
) -> CommandAnswered:
    """Answer that it is refused, on a ground that the law gives.

    Guard: this person's to answer; unanswered; one of the kind's grounds; ``decided`` only when the case is past its
    decision (a withdrawal before it is the applicant's right); a reason in words.
    """
    if ground not in _answerable(asked, actor, department, of_case).grounds:
        raise Invalid(N_("请选不予办理的依据"), fields={"ground": N_("请选一项")})
    if ground == "decided" and state in BEFORE_DECISION:
        raise Invalid(N_("依据与办件的状态不符"), fields={"ground": N_("这件还没有作出决定，申请人可以撤回")})
    return CommandAnswered(command=asked.command, outcome=Standing.REFUSED.value, ground=ground, words=_words(words))
