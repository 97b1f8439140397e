"""账号: the roster as the administrators see it, and the first of two persons asking for a change (三员分立)."""

from collections.abc import Sequence
from datetime import datetime
from typing import ClassVar

import msgspec
from litestar import Response

from appliance.clock import parse_time
from appliance.domain.actor import ADMINISTRATORS, ROLE_NAMES, Role
from appliance.domain.decide import staffing as rules
from appliance.errors import N_, NotFound, Refusal
from appliance.projections import departments, staff, staff_changes
from appliance.projections.staff import StaffRow
from appliance.projections.staff_changes import DONE, DROPPED, WAITING, StaffChange
from appliance.services.desk import Desk
from appliance.services.staffing import ProposeStaffChange
from appliance.store import credentials
from web.visit import Visit

ACT_NAMES = {
    rules.CREATE: N_("新建账号"),
    rules.UNLOCK: N_("解锁"),
    rules.RESET: N_("重置密码"),
    rules.DISABLE: N_("停用"),
    rules.ENABLE: N_("启用"),
}
ACT_TELLS = {
    rules.CREATE: N_("确认后账号生效，显示一次性密码，首次登录须改"),
    rules.UNLOCK: N_("连续输错密码被锁的，立即可以再试"),
    rules.RESET: N_("原密码作废，登录全部退出，确认人得到一次性密码"),
    rules.DISABLE: N_("登录立即全部退出，不能再登录"),
    rules.ENABLE: N_("可以再登录，原密码不变"),
}
STATE_NAMES = {WAITING: N_("待确认"), DONE: N_("已确认"), DROPPED: N_("未确认")}
LABELS = {
    "act": N_("变动"),
    "staff": N_("工号"),
    "name": N_("姓名"),
    "phone": N_("电话"),
    "roles": N_("岗位"),
    "department": N_("部门"),
    "windows": N_("可坐的窗口"),
    "reason": N_("原因"),
}


class AccountRow(msgspec.Struct, frozen=True):
    """One line of the roster; `standing` is open, locked or disabled; `local` marks a change of the hall's own."""

    id: str
    name: str
    roles: str
    department: str
    standing: str
    local: bool
    waiting: str


class ChangeRow(msgspec.Struct, frozen=True):
    """A change in words; `mine` when the viewer asked for it, `settles` when he may confirm it."""

    number: str
    staff: str
    name: str
    title: str
    who: str
    at: datetime
    facts: tuple[tuple[str, str], ...]
    state: str
    tone: str
    settled: str
    mine: bool
    settles: bool


class StaffList(msgspec.Struct, frozen=True):
    """The roster, what waits above it."""

    TEMPLATE: ClassVar[str] = "staff/list.html"
    waiting: tuple[ChangeRow, ...]
    rows: tuple[AccountRow, ...]
    may_create: bool
    drop_reason: str = ""
    problems: dict[str, str] = {}


class StaffPage(msgspec.Struct, frozen=True):
    """One account, what may be asked for it, and its changes."""

    TEMPLATE: ClassVar[str] = "staff/account.html"
    row: AccountRow
    facts: tuple[tuple[str, str], ...]
    acts: tuple[tuple[str, str], ...]
    why_not: str
    changes: tuple[ChangeRow, ...]
    act: str
    reason: str
    problems: dict[str, str]
    labels: dict[str, str]


class NewStaffPage(msgspec.Struct, frozen=True):
    """The form for a new account."""

    TEMPLATE: ClassVar[str] = "staff/new.html"
    form: "StaffForm"
    roles: tuple[tuple[str, str], ...]
    departments: tuple[tuple[str, str], ...]
    windows: tuple[str, ...]
    problems: dict[str, str]
    labels: dict[str, str]


class StaffForm(msgspec.Struct, frozen=True):
    """What the two forms post."""

    act: str = ""
    staff: str = ""
    name: str = ""
    phone: str = ""
    roles: tuple[str, ...] = ()
    department: str = ""
    windows: tuple[str, ...] = ()
    reason: str = ""


def labels(visit: Visit) -> dict[str, str]:
    """Give the names of the fields."""
    return {name: visit.text(label) for name, label in LABELS.items()}


def _roles(visit: Visit, roles: Sequence[Role]) -> str:
    return visit.text(N_("、")).join(visit.text(ROLE_NAMES[role]) for role in roles)


def account_row(visit: Visit, desk: Desk, row: StaffRow, names: dict[str, str]) -> AccountRow:
    """Put an account in words."""
    connection = desk.reader()
    failure = credentials.failure(connection, row.id)
    until = failure.locked_until if failure is not None else None
    locked = until is not None and until > visit.front.clock.now()
    return AccountRow(
        id=row.id,
        name=row.name,
        roles=_roles(visit, row.roles),
        department=names.get(row.department, row.department),
        standing="disabled" if row.disabled else "locked" if locked else "open",
        local=row.local is not None,
        waiting=staff_changes.waiting_for(connection, row.id),
    )


def change_row(visit: Visit, desk: Desk, change: StaffChange) -> ChangeRow:
    """Put a change in words."""
    connection, asked, actor = desk.reader(), change.proposed, visit.actor
    known, first = staff.find(connection, asked.staff), staff.find(connection, change.by.id)
    account = rules.Account(known.id, known.roles) if known is not None else None
    facts = []
    if asked.act == rules.CREATE:
        facts = [
            (LABELS["roles"], _roles(visit, [Role(role) for role in asked.roles])),
            (LABELS["department"], _department_names(desk).get(asked.department, asked.department)),
            (LABELS["windows"], "、".join(asked.windows)),
            (LABELS["phone"], asked.phone),
        ]
    facts.append((LABELS["reason"], asked.reason))
    waits = change.state == WAITING
    return ChangeRow(
        number=asked.change,
        staff=asked.staff,
        name=asked.name or (known.name if known else ""),
        title=visit.text(ACT_NAMES[asked.act]),
        who=f"{first.name if first else ''} {change.by.id}".strip(),
        at=parse_time(change.at),
        facts=tuple((visit.text(label), value) for label, value in facts if value),
        state=visit.text(STATE_NAMES[change.state]),
        tone={WAITING: "warn", DONE: "ok"}.get(change.state, ""),
        settled=change.settler,
        mine=waits and change.by.id == actor.id,
        settles=waits
        and actor.id not in {change.by.id, asked.staff}
        and actor.role in rules.pair(account)[1]
        and actor.role is not change.by.role,
    )


def _department_names(desk: Desk) -> dict[str, str]:
    return {row.code: row.short_name for row in departments.listing(desk.reader())}


def list_page(visit: Visit, desk: Desk, *, reason: str = "", problems: dict[str, str] | None = None) -> StaffList:
    """Gather the roster and what waits."""
    connection, names = desk.reader(), _department_names(desk)
    return StaffList(
        waiting=tuple(change_row(visit, desk, change) for change in staff_changes.waiting(connection)),
        rows=tuple(account_row(visit, desk, row, names) for row in staff.everyone(connection)),
        may_create=visit.actor.role is Role.SYSADMIN,
        drop_reason=reason,
        problems=problems or {},
    )


def show_list(visit: Visit, desk: Desk) -> Response[str]:
    """Show the roster."""
    return visit.show(list_page(visit, desk))


def _account(desk: Desk, number: str) -> StaffRow:
    row = staff.find(desk.reader(), number)
    if row is None:
        raise NotFound(N_("花名册上没有工号 %(id)s"), params={"id": number})
    return row


def _why_not(visit: Visit, row: StaffRow, waiting: str) -> str:
    """Say why this person cannot ask for a change of this account, or empty."""
    account = rules.Account(row.id, row.roles)
    if visit.actor.id == row.id:
        return visit.text(N_("不能变动自己的账号，请由另外两位管理员办理"))
    if waiting:
        return visit.text(N_("已有一项变动等着确认"))
    if visit.actor.role not in rules.pair(account)[0]:
        return visit.text(N_("变动由系统管理员提请，安全管理员确认"))
    return ""


def _page(
    visit: Visit, desk: Desk, row: StaffRow, form: StaffForm, problems: dict[str, str], status: int = 200
) -> Response[str]:
    shown = account_row(visit, desk, row, _department_names(desk))
    offered = [rules.ENABLE] if row.disabled else [rules.RESET, rules.DISABLE]
    if shown.standing == "locked":
        offered.insert(0, rules.UNLOCK)
    facts = (
        (LABELS["roles"], shown.roles),
        (LABELS["department"], shown.department),
        (LABELS["windows"], "、".join(row.windows)),
        (LABELS["phone"], row.phone),
    )
    page = StaffPage(
        row=shown,
        facts=tuple((visit.text(label), value) for label, value in facts if value),
        acts=tuple((act, f"{visit.text(ACT_NAMES[act])} · {visit.text(ACT_TELLS[act])}") for act in offered),
        why_not=_why_not(visit, row, shown.waiting),
        changes=tuple(change_row(visit, desk, one) for one in staff_changes.of_account(desk.reader(), row.id)),
        act=form.act,
        reason=form.reason,
        problems=problems,
        labels=labels(visit),
    )
    return visit.show(page, status=status)


def show(visit: Visit, desk: Desk, number: str) -> Response[str]:
    """Show one account."""
    return _page(visit, desk, _account(desk, number), StaffForm(), {})


def said(visit: Visit, refusal: Refusal, field: str) -> dict[str, str]:
    """Give a refusal's messages by field; one without fields stands at `field`."""
    told = visit.text(refusal.message, **refusal.params)
    step = visit.text(refusal.next_step, **refusal.params) if refusal.next_step else ""
    return visit.messages(refusal) or {field: "；".join(part for part in (told, step) if part)}


async def propose(visit: Visit, desk: Desk, number: str) -> Response[str]:
    """First of two persons: ask for a change of an account."""
    row, form = _account(desk, number), visit.form(StaffForm)
    try:
        await desk.submit(
            ProposeStaffChange(act=form.act, staff=row.id, reason=form.reason), actor=visit.actor, key=visit.key
        )
    except Refusal as refusal:
        return _page(visit, desk, row, form, said(visit, refusal, "act"), refusal.status)
    return visit.go(f"/staff/{row.id}")


def _new_page(visit: Visit, desk: Desk, form: StaffForm, problems: dict[str, str], status: int = 200) -> Response[str]:
    offered = [role for role in Role if role in rules.HALL_ROLES and role not in ADMINISTRATORS]
    page = NewStaffPage(
        form=form,
        roles=tuple((role.value, visit.text(ROLE_NAMES[role])) for role in offered),
        departments=tuple((row.code, row.name) for row in departments.listing(desk.reader())),
        windows=desk.facts.hall.windows,
        problems=problems,
        labels=labels(visit),
    )
    return visit.show(page, status=status)


def show_new(visit: Visit, desk: Desk) -> Response[str]:
    """Show the form for a new account."""
    return _new_page(visit, desk, StaffForm(), {})


async def create(visit: Visit, desk: Desk) -> Response[str]:
    """First of two persons: ask for a new account."""
    form = visit.form(StaffForm)
    command = ProposeStaffChange(
        act=rules.CREATE, staff=form.staff.upper(), reason=form.reason, name=form.name, phone=form.phone,
        roles=form.roles, windows=form.windows, department=form.department,
    )  # fmt: skip
    try:
        await desk.submit(command, actor=visit.actor, key=visit.key)
    except Refusal as refusal:
        return _new_page(visit, desk, form, said(visit, refusal, "staff"), refusal.status)
    return visit.go("/staff")
