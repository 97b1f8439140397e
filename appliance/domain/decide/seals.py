"""印章 by the rules of 4.4.3 and domain §1.7.13: who asks, approves, makes, keeps, authorises, blocks and destroys."""

from collections.abc import Mapping
from datetime import date, timedelta

from appliance.domain.actor import Actor, Role
from appliance.domain.decide.words import in_words
from appliance.domain.events.seals import (
    SealApproved,
    SealAuthorisationEnded,
    SealAuthorised,
    SealCondemned,
    SealDestroyed,
    SealIssued,
    SealLost,
    SealMade,
    SealRejected,
    SealRequested,
    SealSpared,
)
from appliance.domain.seals import GRANT_DAYS_MAX, KEEPERS, OWNERS, USES_MAX, Grant, Seal, SealKind, Standing
from appliance.errors import N_, Conflict, Forbidden, Invalid, WrongState

NAME_MIN, NAME_MAX = 4, 32
REASON = N_("请写明原因，至少十个字")


def _require(fields: dict[str, str]) -> None:
    if fields:
        raise Invalid(N_("有 %(count)d 处需要更正，填写的内容都还在"), fields=fields, params={"count": len(fields)})


def _standing(seal: Seal, *wanted: Standing) -> None:
    if seal.standing not in wanted:
        raise WrongState(N_("这枚印章现在的状态不能这样办，请看它现在的情况"), code="standing", subject=seal.no)


def _quiet(seal: Seal) -> None:
    if seal.condemned_by:
        raise WrongState(N_("这枚印章已提请销毁，先由安全管理员确认或者不予销毁"), code="condemned", subject=seal.no)


def _answers_for(seal: Seal, actor: Actor, department: str) -> bool:
    """Tell whether a person answers for a seal: the head of its department, for the hall's own the hall's manager."""
    if seal.department:
        return actor.role is Role.DEPT_HEAD and department == seal.department
    return actor.role is Role.HALL_MANAGER


def request(
    *, no: str, kind: str, department: str, name: str, letter: str, reason: str, actor: Actor, taken: bool
) -> SealRequested:
    """申请. Guard: whoever will keep one; one seal of a kind for each department; the letter; name and reason in words.

    Args:
        no: its number.
        kind: a code of `SealKind`.
        department: the actor's, empty for people of the hall.
        name: what shall stand around the imprint.
        letter: hex SHA-256 of the scan of the authority letter, stored already; empty when none was given.
        reason: what for.
        actor: who asks.
        taken: a seal of this kind and department exists that is not over.
    """
    if actor.role not in KEEPERS:
        raise Forbidden(N_("印章由用印的部门或者大厅申请"), code="role")
    fields: dict[str, str] = {}
    if kind not in set(SealKind):
        fields["kind"] = N_("请选一项")
    elif (kind == SealKind.INTAKE) == bool(department):
        fields["kind"] = (
            N_("收件专用章是大厅的，由大厅人员申请")
            if department
            else N_("大厅人员只能申请收件专用章，其他印章由部门申请")
        )
    if not NAME_MIN <= len(name.strip()) <= NAME_MAX:
        fields["name"] = N_("请写印面上的单位名称，4 到 32 个字")
    if not letter:
        fields["letter"] = N_("请附上单位授权文书的扫描件")
    _require(fields)
    words = in_words(reason, "reason", REASON)
    if taken:
        raise WrongState(
            N_("已经有一枚同类印章，申请中或者在用"), code="seal_taken", next_step=N_("请先挂失或者销毁原来的那一枚")
        )
    return SealRequested(no=no, kind=kind, department=department, name=name.strip(), letter=letter, reason=words)


def _approver(seal: Seal, actor: Actor, department: str) -> None:
    if actor.role is not Role.SECADMIN and not _answers_for(seal, actor, department):
        raise Forbidden(N_("印章由行政机关负责人（大厅印章由大厅负责人）和安全管理员两人审批"), code="role")
    if actor.id == seal.requested_by:
        raise Forbidden(N_("申请人不能审批自己申请的印章"), code="own")


def approve(seal: Seal, *, actor: Actor, department: str) -> SealApproved:
    """批准. Guard: the head and the security administrator, each once, neither who asked."""
    _approver(seal, actor, department)
    _standing(seal, Standing.REQUESTED)
    if any(actor.role == role or actor.id == person for role, person in seal.approvals):
        raise WrongState(N_("这一方已经批准，等另一方审批"), code="approved", subject=seal.no)
    return SealApproved(no=seal.no)


def reject(seal: Seal, *, reason: str, actor: Actor, department: str) -> SealRejected:
    """不批准. Guard: as `approve`; the reason in words."""
    _approver(seal, actor, department)
    _standing(seal, Standing.REQUESTED)
    return SealRejected(no=seal.no, reason=in_words(reason, "reason", REASON))


def make(seal: Seal, *, image: str, size: int, key: str, actor: Actor) -> SealMade:
    """制作. Guard: the system administrator; approved, or made again 重新制作 for a new name or a lost key.

    Args:
        seal: the seal.
        image: hex SHA-256 of the imprint's picture, stored already.
        size: its size in bytes.
        key: hex of the public key that was made for it.
        actor: who makes it.
    """
    if actor.role is not Role.SYSADMIN:
        raise Forbidden(N_("印章由系统管理员制作"), code="role")
    _standing(seal, Standing.APPROVED, Standing.MADE, Standing.IN_USE)
    _quiet(seal)
    return SealMade(no=seal.no, version=seal.version + 1, image=image, size=size, key=key)


def issue(seal: Seal, *, keeper: str, roles: tuple[Role, ...], department: str, actor: Actor) -> SealIssued:
    """发放, or to another keeper later. Guard: the security administrator; somebody of the department keeps it.

    Args:
        seal: the seal.
        keeper: staff number.
        roles: the keeper's roles, none for nobody of the roster.
        department: the keeper's.
        actor: who gives it out.
    """
    if actor.role is not Role.SECADMIN:
        raise Forbidden(N_("印章由安全管理员发放"), code="role")
    _standing(seal, Standing.MADE, Standing.IN_USE)
    _quiet(seal)
    if not KEEPERS & set(roles) or department != seal.department:
        raise Invalid(N_("保管人选得不对"), fields={"keeper": N_("请选这个部门（大厅印章选大厅）在岗的人员")})
    if keeper == seal.keeper:
        raise Invalid(N_("保管人选得不对"), fields={"keeper": N_("印章已经由这个人保管")})
    return SealIssued(no=seal.no, keeper=keeper)


def _master(seal: Seal, actor: Actor, department: str) -> None:
    if actor.id != seal.keeper and not _answers_for(seal, actor, department):
        raise Forbidden(N_("由印章保管人或者本单位负责人办理"), code="role")


def authorise(
    seal: Seal,
    *,
    persons: Mapping[str, str | None],
    items: tuple[str, ...],
    papers: tuple[str, ...],
    possible: frozenset[str],
    starts: str,
    until: str,
    most: int,
    actor: Actor,
    department: str,
    today: date,
) -> SealAuthorised:
    """授权用印. Guard: keeper or head; in use; people of the department or hall, papers with its place, days, a count.

    Args:
        seal: the seal.
        persons: staff numbers with their department; None for somebody who may use no seal.
        items: catalogue codes, none for every item; known ones.
        papers: names of kinds of paper.
        possible: the kinds of paper with a place for this seal.
        starts: first day (ISO date).
        until: last day (ISO date).
        most: how many uses.
        actor: who authorises.
        department: the actor's.
        today: the day.
    """
    _master(seal, actor, department)
    _standing(seal, Standing.IN_USE)
    _quiet(seal)
    fields: dict[str, str] = {}
    if not persons or any(
        theirs is None or (seal.department and theirs not in (seal.department, "")) for theirs in persons.values()
    ):
        fields["persons"] = N_("请至少选一人，都要是这个部门或者大厅在岗的办件人员")
    if not papers or not set(papers) <= possible:
        fields["papers"] = N_("请至少选一种盖这枚印章的文书")
    first, last = _day(starts), _day(until)
    if first is None or first < today:
        fields["starts"] = N_("请填开始的日子，不早于今天")
    if last is None or first is None or not first <= last <= first + timedelta(days=GRANT_DAYS_MAX):
        fields["until"] = N_("请填最后一天，不早于开始的日子，最长一年")
    if not 1 <= most <= USES_MAX:
        fields["most"] = N_("请填最多用印几次，1 到 100000")
    _require(fields)
    number = f"{seal.no}-{len(seal.grants) + 1}"
    return SealAuthorised(
        no=seal.no,
        grant=number,
        persons=tuple(persons),
        items=items,
        papers=papers,
        starts=starts,
        until=until,
        most=most,
    )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def end_grant(seal: Seal, *, grant: str, reason: str, actor: Actor, department: str) -> SealAuthorisationEnded:
    """收回授权. Guard: its keeper or the head; a grant that still holds."""
    _master(seal, actor, department)
    held = seal.grant(grant)
    if held is None or held.ended:
        raise WrongState(N_("没有这项用印授权，或者已经收回"), code="grant", subject=grant)
    return SealAuthorisationEnded(no=seal.no, grant=grant, reason=in_words(reason, "reason", REASON))


def lose(seal: Seal, *, reason: str, actor: Actor, department: str) -> SealLost:
    """挂失. Guard: whoever keeps it or answers for it, or the security administrator; a seal that exists."""
    if actor.role is not Role.SECADMIN:
        _master(seal, actor, department)
    _standing(seal, Standing.MADE, Standing.IN_USE)
    return SealLost(no=seal.no, reason=in_words(reason, "reason", REASON))


def condemn(seal: Seal, *, reason: str, actor: Actor, department: str) -> SealCondemned:
    """提请销毁. Guard: its keeper or the head; a seal that exists; not twice."""
    _master(seal, actor, department)
    _standing(seal, Standing.APPROVED, Standing.MADE, Standing.IN_USE, Standing.LOST)
    _quiet(seal)
    return SealCondemned(no=seal.no, reason=in_words(reason, "reason", REASON))


def _second(seal: Seal, actor: Actor) -> None:
    if actor.role is not Role.SECADMIN:
        raise Forbidden(N_("销毁由安全管理员确认"), code="role")
    if not seal.condemned_by:
        raise WrongState(N_("这枚印章没有提请销毁"), code="not_condemned", subject=seal.no)
    if actor.id == seal.condemned_by:
        raise Forbidden(N_("提请销毁和确认销毁要由两个人办理"), code="own")


def destroy(seal: Seal, *, actor: Actor) -> SealDestroyed:
    """确认销毁. Guard: the security administrator, another person than who proposed it."""
    _second(seal, actor)
    return SealDestroyed(no=seal.no)


def spare(seal: Seal, *, reason: str, actor: Actor) -> SealSpared:
    """不予销毁. Guard: as `destroy`; the reason in words."""
    _second(seal, actor)
    return SealSpared(no=seal.no, reason=in_words(reason, "reason", REASON))


def usable(seal: Seal, *, person: str, item: str, paper: str, day: str) -> Grant:
    """用印: give the grant under which a person may put a seal on a paper.

    Args:
        seal: the seal.
        person: staff number.
        item: catalogue code of the case's item.
        paper: name of the kind of paper.
        day: ISO date.

    Raises:
        Conflict: it is not in use, is to be destroyed, or no grant covers this use; the sheet then goes without it.
    """
    found = next((one for one in seal.grants if one.covers(person=person, item=item, paper=paper, day=day)), None)
    if seal.standing is not Standing.IN_USE or seal.condemned_by or found is None:
        raise Conflict(
            N_("印章 %(no)s 现在不能用在这份文书上"),
            code="seal_unusable",
            subject=seal.no,
            params={"no": seal.no},
            next_step=N_("请不带电子印记打印，加盖实物印章；或者请保管人授权"),
        )
    return found


def may_read(seal: Seal, *, actor: Actor, department: str) -> bool:
    """Tell whether a person may look at a seal and its uses: whose it is, and who administers or watches."""
    if actor.role in {Role.SYSADMIN, Role.SECADMIN, Role.AUDITOR, Role.SUPERVISOR}:
        return True
    return actor.role in KEEPERS | OWNERS and department == seal.department
