"""Accounts of the hall changed offline by two administrators, each signed in for himself (三员分立).

What is decided goes into the log; what concerns passwords and sessions goes into the LOCAL tables of the same
transaction: a closed account's sessions end with the entry that closes it, a reset one's old password with the entry
that resets it.
"""

from collections.abc import Callable

import msgspec
from msgspec.structs import replace

from appliance.domain.actor import ADMINISTRATORS, Actor
from appliance.domain.decide import staffing as rules
from appliance.domain.decide.staffing import DISABLE, RESET, UNLOCK, WITH_PASSWORD, Account, Roster
from appliance.domain.events import StaffChangeProposed
from appliance.errors import N_, NotFound, WrongState
from appliance.projections import departments, staff, staff_changes
from appliance.projections.staff_changes import WAITING, StaffChange
from appliance.services.facts import Facts
from appliance.store import credentials, sessions
from appliance.store.change import Change, Decision, NewEntry, WriteContext
from appliance.store.connection import Connection
from appliance.store.credentials import CredentialRow


class ProposeStaffChange(msgspec.Struct, frozen=True, kw_only=True, tag="staff.propose"):
    """Ask for an account to be made, unlocked, reset, closed or opened; roles and the like count for a new one."""

    act: str
    staff: str
    reason: str
    name: str = ""
    phone: str = ""
    roles: tuple[str, ...] = ()
    windows: tuple[str, ...] = ()
    department: str = ""


class ConfirmStaffChange(msgspec.Struct, frozen=True, kw_only=True, tag="staff.confirm"):
    """Second of two persons."""

    change: str


class DropStaffChange(msgspec.Struct, frozen=True, kw_only=True, tag="staff.drop"):
    """Leave a change unconfirmed, or take one's own back."""

    change: str
    reason: str


def _roster(context: WriteContext, facts: Facts, staff_id: str) -> Roster:
    connection = context.connection
    row = staff.find(connection, staff_id)
    failure = credentials.failure(connection, staff_id)
    locked = failure is not None and failure.locked_until is not None and failure.locked_until > context.now
    people = staff.everyone(connection)
    return Roster(
        account=Account(row.id, row.roles, row.disabled, locked) if row is not None else None,
        waiting=staff_changes.waiting_for(connection, staff_id),
        active={
            role: sum(not person.disabled and role in person.roles for person in people) for role in ADMINISTRATORS
        },
        departments=frozenset(row.code for row in departments.listing(connection)),
        windows=frozenset(facts.hall.windows),
    )


def _waiting(context: WriteContext, number: str) -> StaffChange:
    """Give the change that waits; raises NotFound or WrongState."""
    change = staff_changes.find(context.connection, number)
    if change is None:
        raise NotFound(N_("没有这项变动"), subject=number)
    if change.state != WAITING:
        raise WrongState(
            N_("这项变动已经由 %(who)s 处理"), code="settled", subject=number, params={"who": change.settler}
        )
    return change


def propose(context: WriteContext, facts: Facts, actor: Actor, command: ProposeStaffChange) -> Decision:
    """First of two persons (`rules.propose`)."""
    asked = StaffChangeProposed(
        change=f"{command.staff}-{staff_changes.count(context.connection) + 1}",
        act=command.act,
        staff=command.staff,
        roles=tuple(dict.fromkeys(command.roles)),
        windows=tuple(dict.fromkeys(command.windows)),
        department=command.department,
        name=command.name.strip(),
        phone=command.phone.strip(),
        reason=command.reason,
    )
    roster = _roster(context, facts, command.staff)
    if command.act == UNLOCK and roster.account is not None and not roster.account.locked:
        raise WrongState(N_("这个账号现在没有被锁"), code="not_locked", subject=command.staff)
    event = rules.propose(asked, roster, actor)
    return Decision((NewEntry(event),), {"change": event.change})


def confirm(context: WriteContext, facts: Facts, actor: Actor, command: ConfirmStaffChange) -> Decision:
    """Second of two persons (`rules.confirm`); old passwords and sessions end in the same transaction."""
    change = _waiting(context, command.change)
    event = rules.confirm(change.proposed, change.by, _roster(context, facts, change.proposed.staff), actor)
    login = event.staff
    local: list[Callable[[Connection], None]] = []
    if event.act in {DISABLE, RESET}:
        local.append(lambda connection: sessions.delete_of_login(connection, login))
    if event.act in WITH_PASSWORD:
        local.append(lambda connection: credentials.remove(connection, login))
    if event.act == UNLOCK:
        local.append(lambda connection: credentials.clear_failures(connection, login))
    return Decision((NewEntry(event),), {"change": event.change, "staff": login, "act": event.act}, tuple(local))


def drop(context: WriteContext, facts: Facts, actor: Actor, command: DropStaffChange) -> Decision:
    """Leave a change unconfirmed, or take it back (`rules.drop`)."""
    change = _waiting(context, command.change)
    roster = _roster(context, facts, change.proposed.staff)
    event = rules.drop(change.proposed, change.by, roster, actor, command.reason)
    return Decision((NewEntry(event),), {"change": event.change})


def with_password(change: Change, verifier: str) -> Change:
    """Let a confirmation set a one-time password too, in its own transaction; the log never sees it.

    Args:
        change: the confirmation, as the desk made it.
        verifier: argon2id string of the one-time password, hashed outside the writer.
    """

    def decide(context: WriteContext) -> Decision:
        decision = change.decide(context)
        if decision.result["act"] not in WITH_PASSWORD:
            return decision
        row = CredentialRow(str(decision.result["staff"]), verifier, must_change=True, changed=context.now)
        return replace(decision, local=(*decision.local, lambda connection: credentials.put(connection, row)))

    return replace(change, decide=decide)
