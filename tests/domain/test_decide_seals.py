"""印章 as a table: who asks, approves, makes, keeps, authorises, blocks and destroys, and when not (4.4.3)."""

from datetime import date

import msgspec
import pytest

from appliance.domain.actor import Actor, Role
from appliance.domain.decide import seals as rules
from appliance.domain.events.seals import SealAuthorisationEnded, SealAuthorised, SealUsed
from appliance.domain.identifiers import seal_no
from appliance.domain.seals import Grant, Seal, SealKind, Standing, evolve
from appliance.errors import Conflict, Forbidden, Invalid, WrongState

NO, HERE, THERE = "YZ20261001", "11420199MBDEM004XU", "11420199MBDEM0058U"
MONDAY = date(2026, 11, 23)
WHY = "写满十个字的理由没有少"
HANDLER, HEAD = Actor("C1001", Role.CASE_HANDLER), Actor("D6001", Role.DEPT_HEAD)
CLERK, MANAGER = Actor("W0312", Role.WINDOW_CLERK), Actor("M4001", Role.HALL_MANAGER)
SYSADMIN, SECADMIN = Actor("X9001", Role.SYSADMIN), Actor("X9002", Role.SECADMIN)
AUDITOR, GUIDE = Actor("X9003", Role.AUDITOR), Actor("G0001", Role.GUIDE)
GRANT = Grant(
    number=f"{NO}-1", persons=("W0312",), items=("420100001000",), papers=("licence",), starts="2026-11-23",
    until="2026-12-31", most=2,
)  # fmt: skip
SEAL = Seal(
    no=NO, kind=SealKind.AUTHORITY, department=HERE, name="示范区市场监督管理局", standing=Standing.IN_USE,
    requested_by="C1001", version=1, image="ab" * 32, key="cd" * 32, keeper="C1001", grants=(GRANT,),
)  # fmt: skip
REQUEST = {
    "no": NO, "kind": "authority", "department": HERE, "name": "示范区市场监督管理局", "letter": "ab" * 32,
    "reason": WHY, "actor": HANDLER, "taken": False,
}  # fmt: skip
AUTHORISE = {
    "persons": {"C1001": HERE, "W0312": ""}, "items": (), "papers": ("licence",),
    "possible": frozenset({"licence", "decision_granted"}), "starts": "2026-11-23", "until": "2027-11-24", "most": 1,
    "actor": HANDLER, "department": HERE, "today": MONDAY,
}  # fmt: skip
ISSUE = {"keeper": "A3001", "roles": (Role.APPROVER,), "department": HERE, "actor": SECADMIN}
USE = {"person": "W0312", "item": "420100001000", "paper": "licence", "day": "2026-11-23"}


def seal(**changes):
    return msgspec.structs.replace(SEAL, **changes)


ASKED = seal(standing=Standing.REQUESTED, version=0, keeper="")


def test_one_that_asks_is_written_as_typed():
    event = rules.request(**REQUEST | {"name": " 示范区市场监督管理局 "})
    assert (event.no, event.name, event.kind) == (NO, "示范区市场监督管理局", "authority")
    assert rules.request(**REQUEST | {"kind": "intake", "department": "", "actor": CLERK}).department == ""


@pytest.mark.parametrize(
    ("changes", "refusal", "names"),
    [
        ({"actor": GUIDE}, Forbidden, "部门或者大厅申请"),
        ({"actor": SECADMIN}, Forbidden, "部门或者大厅申请"),
        ({"kind": "national"}, Invalid, "kind"),
        ({"kind": "intake"}, Invalid, "kind"),
        ({"department": ""}, Invalid, "kind"),
        ({"name": "   局"}, Invalid, "name"),
        ({"name": "局" * 33}, Invalid, "name"),
        ({"letter": ""}, Invalid, "letter"),
        ({"reason": "要用"}, Invalid, "reason"),
        ({"taken": True}, WrongState, "已经有一枚同类印章"),
    ],
)
def test_one_that_may_not_be_asked_for(changes, refusal, names):
    with pytest.raises(refusal) as caught:
        rules.request(**REQUEST | changes)
    assert names in getattr(caught.value, "fields", {}) or names in caught.value.message


def test_head_and_security_administrator_agree_each_once():
    assert rules.approve(ASKED, actor=HEAD, department=HERE).no == NO
    assert rules.approve(
        seal(standing=Standing.REQUESTED, approvals=(("dept_head", "D6001"),)), actor=SECADMIN, department=""
    )
    own = seal(standing=Standing.REQUESTED, department="", requested_by="W0312")
    assert rules.approve(own, actor=MANAGER, department="")


@pytest.mark.parametrize(
    ("held", "actor", "department", "refusal"),
    [
        (ASKED, HANDLER, HERE, Forbidden),
        (ASKED, MANAGER, "", Forbidden),
        (ASKED, HEAD, THERE, Forbidden),
        (seal(standing=Standing.REQUESTED, department=""), HEAD, HERE, Forbidden),
        (seal(standing=Standing.REQUESTED, requested_by="D6001"), HEAD, HERE, Forbidden),
        (SEAL, HEAD, HERE, WrongState),
        (seal(standing=Standing.REQUESTED, approvals=(("dept_head", "D6001"),)), HEAD, HERE, WrongState),
        (seal(standing=Standing.REQUESTED, approvals=(("secadmin", "X9008"),)), SECADMIN, "", WrongState),
        (seal(standing=Standing.REQUESTED, approvals=(("dept_head", "X9002"),)), SECADMIN, "", WrongState),
    ],
)
def test_nobody_else_approves_and_nobody_twice(held, actor, department, refusal):
    with pytest.raises(refusal):
        rules.approve(held, actor=actor, department=department)


def test_it_is_refused_with_a_reason_while_it_waits():
    assert rules.reject(ASKED, reason=WHY, actor=SECADMIN, department="").reason == WHY
    with pytest.raises(Invalid):
        rules.reject(ASKED, reason="不行", actor=SECADMIN, department="")
    with pytest.raises(WrongState):
        rules.reject(SEAL, reason=WHY, actor=SECADMIN, department="")
    with pytest.raises(Forbidden):
        rules.reject(ASKED, reason=WHY, actor=HANDLER, department=HERE)


def test_making_counts_up_and_a_seal_in_use_may_be_made_again():
    made = {"image": "ab" * 32, "size": 9, "key": "cd" * 32}
    assert rules.make(seal(standing=Standing.APPROVED, version=0), actor=SYSADMIN, **made).version == 1
    assert rules.make(SEAL, actor=SYSADMIN, **made).version == 2
    for held, actor, refusal in (
        (SEAL, SECADMIN, Forbidden),
        (ASKED, SYSADMIN, WrongState),
        (seal(standing=Standing.LOST), SYSADMIN, WrongState),
        (seal(condemned_by="C1001"), SYSADMIN, WrongState),
    ):
        with pytest.raises(refusal):
            rules.make(held, actor=actor, **made)


@pytest.mark.parametrize(
    ("held", "changes", "refusal"),
    [
        (SEAL, {"actor": SYSADMIN}, Forbidden),
        (ASKED, {}, WrongState),
        (seal(condemned_by="C1001"), {}, WrongState),
        (SEAL, {"roles": ()}, Invalid),
        (SEAL, {"roles": (Role.AUDITOR,)}, Invalid),
        (SEAL, {"department": THERE}, Invalid),
        (SEAL, {"keeper": "C1001"}, Invalid),
    ],
)
def test_it_is_given_to_somebody_of_the_department(held, changes, refusal):
    assert rules.issue(SEAL, **ISSUE).keeper == "A3001"
    with pytest.raises(refusal):
        rules.issue(held, **ISSUE | changes)


@pytest.mark.parametrize(
    ("held", "changes", "refusal", "field"),
    [
        (SEAL, {"actor": CLERK, "department": ""}, Forbidden, ""),
        (SEAL, {"actor": HEAD, "department": THERE}, Forbidden, ""),
        (seal(standing=Standing.LOST), {}, WrongState, ""),
        (seal(condemned_by="C1001"), {}, WrongState, ""),
        (SEAL, {"persons": {}}, Invalid, "persons"),
        (SEAL, {"persons": {"C1001": HERE, "X9003": None}}, Invalid, "persons"),
        (SEAL, {"persons": {"C1003": THERE}}, Invalid, "persons"),
        (SEAL, {"papers": ()}, Invalid, "papers"),
        (SEAL, {"papers": ("intake_receipt",)}, Invalid, "papers"),
        (SEAL, {"starts": "2026-11-22", "until": "2026-12-31"}, Invalid, "starts"),
        (SEAL, {"until": "2026-11-22"}, Invalid, "until"),
        (SEAL, {"until": "2027-11-25"}, Invalid, "until"),
        (SEAL, {"until": ""}, Invalid, "until"),
        (SEAL, {"most": 0}, Invalid, "most"),
        (SEAL, {"most": 100_001}, Invalid, "most"),
    ],
)
def test_a_grant_names_people_papers_days_and_a_count(held, changes, refusal, field):
    given = rules.authorise(SEAL, **AUTHORISE)
    assert (given.grant, given.persons) == (f"{NO}-2", ("C1001", "W0312"))
    assert rules.authorise(SEAL, **AUTHORISE | {"actor": HEAD}).most == 1
    assert rules.authorise(
        seal(department="", keeper="W0312"), **AUTHORISE | {"persons": {"C1003": THERE}, "actor": CLERK}
    )
    with pytest.raises(refusal) as caught:
        rules.authorise(held, **AUTHORISE | changes)
    assert set(caught.value.fields) == ({field} if field else set())


def test_a_grant_that_begins_on_no_day_has_no_end_either():
    with pytest.raises(Invalid) as caught:
        rules.authorise(SEAL, **AUTHORISE | {"starts": "soon"})
    assert set(caught.value.fields) == {"starts", "until"}


def test_a_grant_is_taken_back_once():
    args = {"reason": WHY, "actor": HANDLER, "department": HERE}
    assert rules.end_grant(SEAL, grant=GRANT.number, **args).grant == GRANT.number
    for held, changes, refusal in (
        (SEAL, {"grant": f"{NO}-9"}, WrongState),
        (seal(grants=(msgspec.structs.replace(GRANT, ended=True),)), {}, WrongState),
        (SEAL, {"actor": CLERK, "department": ""}, Forbidden),
        (SEAL, {"reason": "不用"}, Invalid),
    ):
        with pytest.raises(refusal):
            rules.end_grant(held, **{"grant": GRANT.number, **args} | changes)


def test_loss_is_reported_by_keeper_head_or_security_administrator():
    for actor, department in ((HANDLER, HERE), (HEAD, HERE), (SECADMIN, "")):
        assert rules.lose(SEAL, reason=WHY, actor=actor, department=department).no == NO
    assert rules.lose(seal(condemned_by="D6001"), reason=WHY, actor=SECADMIN, department="")
    for held, actor, reason, refusal in (
        (SEAL, CLERK, WHY, Forbidden),
        (seal(standing=Standing.LOST), SECADMIN, WHY, WrongState),
        (SEAL, SECADMIN, "丢了", Invalid),
    ):
        with pytest.raises(refusal):
            rules.lose(held, reason=reason, actor=actor, department="")


def test_destruction_takes_two():
    assert rules.condemn(SEAL, reason=WHY, actor=HEAD, department=HERE).no == NO
    assert rules.condemn(seal(standing=Standing.LOST), reason=WHY, actor=HANDLER, department=HERE)
    for held, actor, reason, refusal in (
        (SEAL, SECADMIN, WHY, Forbidden),
        (ASKED, HEAD, WHY, WrongState),
        (seal(condemned_by="C1001"), HEAD, WHY, WrongState),
        (SEAL, HEAD, "旧了", Invalid),
    ):
        with pytest.raises(refusal):
            rules.condemn(held, reason=reason, actor=actor, department=HERE)
    doomed = seal(condemned_by="D6001")
    assert rules.destroy(doomed, actor=SECADMIN).no == NO
    assert rules.spare(doomed, reason=WHY, actor=SECADMIN).reason == WHY
    for held, actor, refusal in (
        (doomed, SYSADMIN, Forbidden),
        (SEAL, SECADMIN, WrongState),
        (seal(condemned_by="X9002"), SECADMIN, Forbidden),
    ):
        with pytest.raises(refusal):
            rules.destroy(held, actor=actor)
        with pytest.raises(refusal):
            rules.spare(held, reason=WHY, actor=actor)
    with pytest.raises(Invalid):
        rules.spare(doomed, reason="再用", actor=SECADMIN)


@pytest.mark.parametrize(
    "held",
    [
        seal(standing=Standing.LOST),
        seal(condemned_by="D6001"),
        seal(grants=()),
        seal(grants=(msgspec.structs.replace(GRANT, ended=True),)),
        seal(grants=(msgspec.structs.replace(GRANT, used=2),)),
    ],
)
def test_a_seal_that_is_blocked_or_used_up_stands_on_no_paper(held):
    assert rules.usable(SEAL, **USE) is GRANT
    with pytest.raises(Conflict):
        rules.usable(held, **USE)


@pytest.mark.parametrize(
    "changes",
    [
        {"person": "W0313"},
        {"item": "420100002000"},
        {"paper": "decision_granted"},
        {"day": "2026-11-22"},
        {"day": "2027-01-01"},
    ],
)
def test_a_use_outside_the_grant_is_none(changes):
    with pytest.raises(Conflict):
        rules.usable(SEAL, **USE | changes)


def test_who_may_look():
    assert rules.may_read(SEAL, actor=HANDLER, department=HERE)
    assert rules.may_read(SEAL, actor=AUDITOR, department="")
    assert not rules.may_read(SEAL, actor=HANDLER, department=THERE)
    assert not rules.may_read(seal(department=""), actor=GUIDE, department="")


def test_the_fold_counts_uses_and_ends_one_grant():
    given = SealAuthorised(
        no=NO, grant=f"{NO}-2", persons=("C1001",), papers=("licence",), starts="a", until="b", most=3
    )
    two = evolve(SEAL, given, ("case_handler", "C1001"))
    use = SealUsed(no=NO, version=1, grant=f"{NO}-2", paper="p", copy="none", digest="d", signature="s")
    used = evolve(two, use, ("window_clerk", "W0312"))
    assert [one.used for one in used.grants] == [0, 1]
    ended = evolve(used, SealAuthorisationEnded(no=NO, grant=f"{NO}-1", reason=WHY), ("case_handler", "C1001"))
    assert [one.ended for one in ended.grants] == [True, False]


def test_a_number_is_read_back():
    assert seal_no.take_apart(seal_no.build(2026, 1, 12)) == (2026, 1, 12)
    with pytest.raises(ValueError, match="no seal number"):
        seal_no.take_apart("YZ2026")
