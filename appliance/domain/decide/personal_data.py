"""Requests about personal data: written down, weighed by one person, decided by another (个人信息保护法 art.45–50)."""

from collections.abc import Mapping
from datetime import date
from typing import Final

from appliance.domain.actor import Actor, Role
from appliance.domain.events import PiiProposed, PiiRequested
from appliance.domain.personal_data import CHANNELS, ERASE, GROUNDS, LIFT, REFUSE, RESTRICT, RIGHTS, Matter, assess
from appliance.errors import N_, Forbidden, Invalid, Message, WrongState

REGISTRARS: Final = frozenset(
    {Role.WINDOW_CLERK, Role.CASE_HANDLER, Role.APPROVER, Role.DEPT_HEAD, Role.HALL_MANAGER, Role.ARCHIVIST}
)
DECIDERS: Final = frozenset({Role.HALL_MANAGER, Role.ARCHIVIST, Role.DEPT_HEAD, Role.APPROVER})
READERS: Final = frozenset({Role.ARCHIVIST, Role.DEPT_HEAD, Role.SUPERVISOR})
"""Who may still see what is restricted, on record and with a purpose: for keeping it, for a complaint, for a court."""
REASON_MIN: Final = 4
MATTERS_MAX: Final = 20
"""At once: the whole log is read for each."""


def request(asked: PiiRequested, matters: Mapping[str, Matter], actor: Actor) -> PiiRequested:
    """Write a request down.

    Guards: who may; a right and a ground of the law that belong together; how it came; the person's name and number;
    matters that are this person's, each once.

    Args:
        asked: what is asked for.
        matters: the matters of that number and name that are here, by 收件编号.
        actor: who writes it down.

    Raises:
        Forbidden, Invalid: with what is wrong and at which field.
    """
    if actor.role not in REGISTRARS:
        raise Forbidden(N_("个人信息请求由窗口、承办人员或大厅负责人登记"), code="role")
    fields = _of_law(asked) | _of_person(asked, matters)
    if fields:
        raise Invalid(N_("请求登记还不完整"), fields=fields)
    return asked


def _of_law(asked: PiiRequested) -> dict[str, str | Message]:
    fields: dict[str, str | Message] = {}
    if asked.right not in RIGHTS:
        fields["right"] = N_("请选择要求删除还是限制处理")
    elif asked.ground not in GROUNDS[asked.right]:
        fields["ground"] = N_("请选择与请求相符的法律依据")
    if asked.channel not in CHANNELS:
        fields["channel"] = N_("请选择请求怎样提出")
    return fields


def _of_person(asked: PiiRequested, matters: Mapping[str, Matter]) -> dict[str, str | Message]:
    fields: dict[str, str | Message] = {}
    if not asked.name.strip():
        fields["name"] = N_("请填写本人姓名，与办件登记的一致")
    if not asked.id_number.strip():
        fields["id_number"] = N_("请核对本人证件并填写号码")
    strange = [no for no in asked.matters if no not in matters]
    if not asked.matters:
        fields["matters"] = N_("请至少选一件办件；没有查到的请核对姓名和证件号码")
    elif strange:
        fields["matters"] = Message(N_("办件 %(no)s 不是这个人的，请核对"), no="、".join(strange))
    elif len(asked.matters) > MATTERS_MAX or len(set(asked.matters)) != len(asked.matters):
        fields["matters"] = Message(N_("一次最多 %(most)d 件，每件只写一次"), most=MATTERS_MAX)
    return fields


def _outcomes(proposed: PiiProposed) -> list[tuple[str, str]]:
    named = ((ERASE, proposed.erase), (RESTRICT, proposed.restrict), (LIFT, proposed.lift), (REFUSE, proposed.refuse))
    return [(no, outcome) for outcome, numbers in named for no in numbers]


def _check_lawful(proposed: PiiProposed, matters: Mapping[str, Matter], today: date) -> None:
    for no, outcome in _outcomes(proposed):
        found = assess(matters[no], today)
        if outcome not in found.outcomes:
            raise WrongState(
                N_("办件 %(no)s 不能这样处理"),
                code="unlawful_outcome",
                subject=no,
                params={"no": no},
                next_step=N_("请按该件允许的处理方式另提意见"),
            )


def propose(proposed: PiiProposed, matters: Mapping[str, Matter], actor: Actor, today: date) -> PiiProposed:
    """First of two persons: what becomes of each matter, and why.

    Guards: who may; every matter of the request exactly once; a reason; what the law lets become of each today.

    Args:
        proposed: the opinion.
        matters: the matters of the request.
        actor: who gives it.
        today: the present day.
    """
    if actor.role not in DECIDERS:
        raise Forbidden(N_("处理意见由大厅负责人、档案员、批准人或机关负责人提出"), code="role")
    if sorted(no for no, _ in _outcomes(proposed)) != sorted(matters):
        raise Invalid(N_("处理意见还不完整"), fields={"outcome": N_("请给请求里的每一件各选一种处理")})
    if len(proposed.reason.strip()) < REASON_MIN:
        raise Invalid(
            N_("处理意见还不完整"), fields={"reason": Message(N_("请写明理由，至少 %(least)d 个字"), least=REASON_MIN)}
        )
    _check_lawful(proposed, matters, today)
    return proposed


def confirm(proposed: PiiProposed, by: str, matters: Mapping[str, Matter], actor: Actor, today: date) -> None:
    """Second of two persons.

    Guards: who may; another person than the first; what the law lets become of each matter is the same still.

    Args:
        proposed: the opinion that waits.
        by: staff number of who gave it.
        matters: the matters of the request, as they stand now.
        actor: who decides.
        today: the present day.
    """
    if actor.role not in DECIDERS:
        raise Forbidden(N_("由大厅负责人、档案员、批准人或机关负责人复核决定"), code="role")
    if actor.id == by:
        raise Forbidden(
            N_("提出意见和复核决定要由两个人办理"), code="two_persons", next_step=N_("请由另一位有权的人员复核")
        )
    _check_lawful(proposed, matters, today)
