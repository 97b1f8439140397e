"""Resolving a conflict 冲突处理: whose it is, which choices the law leaves, and that the choice is already true."""

from typing import Protocol

from appliance.domain.actor import Actor, Role
from appliance.domain.conflicts import ABOUT_A_CASE, CITY_ROLES, Choice, rule_of
from appliance.domain.decide.words import in_words
from appliance.domain.events import ConflictResolved
from appliance.domain.states import STATE_NAMES, State
from appliance.errors import N_, Forbidden, Invalid, Message, WrongState

_HALL_WIDE = frozenset({Role.HALL_MANAGER, Role.SUPERVISOR})


class Conflict(Protocol):
    """A conflict as far as the rules look at it."""

    @property
    def conflict(self) -> str:
        """Its id."""

    @property
    def kind(self) -> str:
        """What disagrees."""

    @property
    def owner(self) -> str:
        """Code of the hall whose it is, empty for the city."""

    @property
    def open(self) -> bool:
        """Nobody has resolved it."""


def may_resolve(found: Conflict, *, actor: Actor, here: str, department: str = "", of_case: str = "") -> bool:
    """Tell whether a conflict is this person's to resolve.

    Args:
        found: the conflict.
        actor: the person.
        here: code of the hall he works at; empty for the city.
        department: his department; empty for none.
        of_case: the department of the case it is about; empty when the case is not known here.
    """
    if found.owner != here:
        return False
    rule = rule_of(found.kind)
    if not here:
        return actor.role in CITY_ROLES
    if rule is None or actor.role not in rule.roles:
        return False
    return actor.role in _HALL_WIDE or found.kind not in ABOUT_A_CASE or not of_case or department == of_case


def choices(found: Conflict, state: State | None) -> dict[str, Choice]:
    """Give the choices that are true now: those about a case only in the states that they speak of."""
    rule = rule_of(found.kind)
    if rule is None or not found.open:
        return {}
    return {
        code: choice
        for code, choice in rule.choices.items()
        if not choice.states or state is None or state in choice.states
    }


def resolve(
    found: Conflict,
    *,
    choice: str,
    words: str,
    actor: Actor,
    here: str,
    at: str,
    state: State | None = None,
    department: str = "",
    of_case: str = "",
) -> ConflictResolved:
    """Resolve a conflict, once (domain §7.7).

    Guard: it is this person's; it is open; one of the lawful choices, and the case is where that choice says; a reason
    in words.

    Args:
        found: the conflict.
        choice: code of the choice.
        words: what was looked at and why.
        actor: the person.
        here: code of the hall he works at; empty for the city.
        at: now (instant).
        state: state of the case; None when the conflict is about no case that is known here.
        department: the person's department.
        of_case: the case's department.
    """
    if not may_resolve(found, actor=actor, here=here, department=department, of_case=of_case):
        raise Forbidden(N_("这项冲突不由您处理"), code="not_responsible", next_step=N_("请交给列出的责任岗位处理"))
    if not found.open:
        raise WrongState(N_("这项冲突已经处理过了"), code="resolved", subject=found.conflict)
    rule = rule_of(found.kind)
    wanted = rule.choices.get(choice) if rule is not None else None
    if wanted is None:
        raise Invalid(N_("请选处理结果"), fields={"choice": N_("请选一项")})
    if choice not in choices(found, state):
        now = STATE_NAMES[state] if state is not None else ""
        message = Message(N_("办件现在是“%(state)s”，请先在办件里办好，再来登记这个结果"), state=now)
        raise Invalid(N_("这个结果与办件的状态不符"), fields={"choice": message})
    kept = in_words(words, "words", N_("请写明核实情况和理由，至少十个字"))
    return ConflictResolved(conflict=found.conflict, choice=choice, by=actor.id, at=at, words=kept)
