"""Accounts changed at the hall by two administrators (三员分立; 等保 身份鉴别, 访问控制): rules as data.

The system administrator asks and the security administrator confirms. An administrator's own account is changed by the
two others. Nobody acts on his own account, and no account holds an administrator's role together with another.
"""

import re
from collections.abc import Mapping

import msgspec

from appliance.domain.actor import ADMINISTRATORS, ROLE_NAMES, Actor, Role
from appliance.domain.events import StaffChanged, StaffChangeDropped, StaffChangeProposed
from appliance.errors import N_, Forbidden, Invalid, Message, WrongState

CREATE, UNLOCK, RESET, DISABLE, ENABLE = "create", "unlock", "reset", "disable", "enable"
ACTS = (CREATE, UNLOCK, RESET, DISABLE, ENABLE)

# Acts after which the person gets a one-time password that has to be changed at once.
WITH_PASSWORD = frozenset({CREATE, RESET})

# Roles that the hall may give by itself; administrators and the city's people come with the city's roster only.
HALL_ROLES = frozenset(Role) - ADMINISTRATORS - {
    Role.APPLICANT, Role.CITY_OPERATOR, Role.CITY_OFFICER, Role.SYSTEM,
}  # fmt: skip
# Roles that act for one department, and so need it named.
DEPARTMENT_ROLES = frozenset(
    {Role.CASE_HANDLER, Role.REVIEWER, Role.APPROVER, Role.DEPT_HEAD, Role.DEPT_CATALOG_EDITOR}
)
# 窗口不作决定 (domain §2.6): a clerk's account never holds a role that signs or decides.
NEVER_WITH_CLERK = frozenset({Role.REVIEWER, Role.APPROVER, Role.DEPT_HEAD})

NUMBER = re.compile(r"[A-Z][0-9]{3,9}")
NAME_LENGTH_MAX = 50
REASON_LENGTH_MIN = 4
REASON_LENGTH_MAX = 500


class Account(msgspec.Struct, frozen=True):
    """An account as it stands: its roles, whether it is closed, and whether failed sign-ins have locked it now."""

    id: str
    roles: tuple[Role, ...]
    disabled: bool = False
    locked: bool = False


class Roster(msgspec.Struct, frozen=True):
    """What a change is checked against.

    Attributes:
        account: the account concerned, or None when there is none of this number.
        waiting: number of a change of the same account that still waits, or empty.
        active: how many open accounts hold each administrator's role.
        departments: codes of the departments that exist.
        windows: numbers of the windows that exist.
    """

    account: Account | None
    waiting: str = ""
    active: Mapping[Role, int] = {}
    departments: frozenset[str] = frozenset()
    windows: frozenset[str] = frozenset()


def pair(account: Account | None) -> tuple[frozenset[Role], frozenset[Role]]:
    """Give the roles that may ask for, and that may confirm, a change of an account."""
    if account is not None and ADMINISTRATORS & set(account.roles):
        return ADMINISTRATORS, ADMINISTRATORS
    return frozenset({Role.SYSADMIN}), frozenset({Role.SECADMIN})


def propose(asked: StaffChangeProposed, roster: Roster, actor: Actor) -> StaffChangeProposed:
    """First of two persons.

    Guards: the act is known; the role may ask; not one's own account; no other change of it waits; the account's state
    allows the act; a reason; for a new account all that belongs to it.

    Raises:
        Forbidden, WrongState, Invalid: with what is wrong and at which field.
    """
    if asked.act not in ACTS:
        raise Invalid(N_("没有这种变动"), fields={"act": N_("请选一种变动")})
    _not_oneself(actor, asked.staff)
    if actor.role not in pair(roster.account)[0]:
        raise Forbidden(N_("账号变动由系统管理员提请，安全管理员确认"), code="role", next_step=N_("请由系统管理员提请"))
    if roster.waiting:
        raise WrongState(
            N_("工号 %(id)s 已有一项变动等着确认"),
            code="waiting",
            params={"id": asked.staff},
            next_step=N_("请先确认或退回那一项"),
        )
    _fitting(asked, roster)
    reason = asked.reason.strip()
    fields = _new_account(asked, roster) if asked.act == CREATE else {}
    if not REASON_LENGTH_MIN <= len(reason) <= REASON_LENGTH_MAX:
        fields["reason"] = Message(N_("请写明原因，至少 %(least)s 个字"), least=REASON_LENGTH_MIN)
    if fields:
        raise Invalid(N_("提请还不完整"), fields=fields)
    if asked.act == CREATE:
        return msgspec.structs.replace(asked, reason=reason)
    return StaffChangeProposed(change=asked.change, act=asked.act, staff=asked.staff, reason=reason)


def confirm(proposed: StaffChangeProposed, by: Actor, roster: Roster, actor: Actor) -> StaffChanged:
    """Second of two persons.

    Guards: another person in another administrator's role than the first, not the account's own person, and the
    account still stands so that the act fits.

    Args:
        proposed: what waits.
        by: who proposed it, and in which role.
        roster: what it is checked against now.
        actor: who confirms.
    """
    _not_oneself(actor, proposed.staff)
    if actor.id == by.id:
        raise Forbidden(N_("提请和确认要由两个人办理"), code="two_persons", next_step=N_("请由另一位管理员确认"))
    if actor.role not in pair(roster.account)[1] or actor.role is by.role:
        raise Forbidden(
            N_("这项变动由安全管理员确认；管理员自己的账号由另外两员办理"),
            code="role",
            next_step=N_("请由另一类管理员确认"),
        )
    _fitting(proposed, roster)
    return StaffChanged(
        change=proposed.change,
        act=proposed.act,
        staff=proposed.staff,
        proposed_by=by.id,
        roles=proposed.roles,
        windows=proposed.windows,
        department=proposed.department,
        name=proposed.name,
        phone=proposed.phone,
        reason=proposed.reason,
    )


def drop(proposed: StaffChangeProposed, by: Actor, roster: Roster, actor: Actor, reason: str) -> StaffChangeDropped:
    """Take back one's own proposal, or leave another's unconfirmed; the reason stays in the log."""
    if actor.id != by.id and actor.role not in pair(roster.account)[1]:
        raise Forbidden(N_("这项变动由提请人撤回，或由确认人退回"), code="role")
    if not REASON_LENGTH_MIN <= len(reason.strip()) <= REASON_LENGTH_MAX:
        raise Invalid(
            N_("请写明为什么不确认"),
            fields={"reason": Message(N_("请写明原因，至少 %(least)s 个字"), least=REASON_LENGTH_MIN)},
        )
    return StaffChangeDropped(change=proposed.change, reason=reason.strip())


def _not_oneself(actor: Actor, subject: str) -> None:
    if actor.id == subject:
        raise Forbidden(N_("不能变动自己的账号"), code="own_account", next_step=N_("请由另外两位管理员办理"))


def _fitting(asked: StaffChangeProposed, roster: Roster) -> None:
    """Check that the account stands so that the act means something; raises WrongState."""
    account = roster.account
    if asked.act == CREATE:
        if account is not None:
            raise Invalid(
                N_("工号 %(id)s 已经有人使用"),
                params={"id": asked.staff},
                fields={"staff": N_("这个工号已经在花名册上，请换一个")},
            )
        return
    if account is None:
        raise WrongState(N_("花名册上没有工号 %(id)s"), code="unknown", params={"id": asked.staff})
    if asked.act == ENABLE:
        if not account.disabled:
            raise WrongState(N_("这个账号没有停用"), code="not_disabled", subject=account.id)
        return
    if account.disabled:
        raise WrongState(
            N_("这个账号已经停用"), code="disabled", subject=account.id, next_step=N_("要再用的，请提请启用")
        )
    if asked.act == DISABLE:
        for role in ADMINISTRATORS & set(account.roles):
            if roster.active.get(role, 0) <= 1:
                raise WrongState(
                    N_("这是最后一位%(role)s，停用后没有人能办理账号"),
                    code="last_administrator",
                    params={"role": ROLE_NAMES[role]},
                    next_step=N_("请先由市级花名册增派一位"),
                )


def _new_account(asked: StaffChangeProposed, roster: Roster) -> dict[str, str]:
    """Name what a new account lacks, by field."""
    fields: dict[str, str] = {}
    if not NUMBER.fullmatch(asked.staff):
        fields["staff"] = N_("工号是一个大写字母加 3 到 9 位数字，如 W0314")
    if not 1 <= len(asked.name.strip()) <= NAME_LENGTH_MAX:
        fields["name"] = N_("请填写姓名")
    roles = {role for role in Role if role.value in asked.roles}
    if len(roles) != len(set(asked.roles)) or not roles:
        fields["roles"] = N_("请至少选一个岗位")
    elif roles - HALL_ROLES:
        fields["roles"] = N_("管理员和市级岗位只由市级花名册设立")
    elif Role.WINDOW_CLERK in roles and roles & NEVER_WITH_CLERK:
        fields["roles"] = N_("窗口工作人员不能兼审核、批准")
    if roles & DEPARTMENT_ROLES and asked.department not in roster.departments:
        fields["department"] = N_("这个岗位要选所在部门")
    elif asked.department and asked.department not in roster.departments:
        fields["department"] = N_("没有这个部门")
    if set(asked.windows) - roster.windows:
        fields["windows"] = N_("没有这个窗口")
    return fields
