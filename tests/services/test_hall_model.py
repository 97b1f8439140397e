"""One hall against a small model: random people send random commands, and no way leads around a guard."""

import uuid
from dataclasses import dataclass

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from appliance.domain.actor import Actor, Role
from appliance.errors import Refusal
from appliance.services.intake import SupplementCase
from appliance.services.issuance import HandOver, ProduceResult, WithdrawCase
from appliance.services.prereview import CorrectionWords, PreReviewCase, TakeCase
from appliance.services.review import GiveOpinion, GrantCase, RefuseCase, ReturnStep

MARKET = "11420199MBDEM004XU"
CODE = "420100001000"
PEOPLE = {
    "clerk": Actor("W0312", Role.WINDOW_CLERK, "03"),
    "handler": Actor("C1001", Role.CASE_HANDLER),
    "reviewer": Actor("R2001", Role.REVIEWER),
    "approver": Actor("A3001", Role.APPROVER),
    "other department": Actor("C1002", Role.CASE_HANDLER),
    "administrator": Actor("X9001", Role.SYSADMIN),
    "impostor": Actor("W0312", Role.APPROVER),
}
FLOW = ("handler", "reviewer", "approver")
# Half of the attempts come from the person whose turn it is: those are the ones that a missing guard would let through.
people = st.runner().flatmap(lambda machine: st.sampled_from([*PEOPLE, *[machine.model.turn()] * len(PEOPLE)]))
stale = st.sampled_from([0, 0, 0, 1])


@dataclass
class Model:
    """What a case is allowed, written down without the product's tables."""

    state: str = "received"
    step: int = 0
    lacking: bool = False
    told: bool = False
    version: int = 1
    decided: str = ""
    no: str = ""

    def turn(self):
        if self.state == "in_review":
            return FLOW[self.step]
        return "handler" if self.state in ("received", "pre_review") else "clerk"


class OneHall(RuleBasedStateMachine):
    @initialize(lacking=st.booleans(), seed=st.integers(0, 5))
    def receive(self, lacking, seed):
        command = self.hall.intake(seed, left_out=("layout",) if lacking else ())
        self.model = Model(lacking=lacking, no=self.hall.do(command, PEOPLE["clerk"]).result["case"])
        self.done.append(1)

    def attempt(self, who, allowed, command, *, entries, **after):
        """Send; the product must do it exactly when the model allows it."""
        model = self.model
        before = self.hall.size()
        try:
            outcome = self.hall.do(command, PEOPLE[who])
        except Refusal:
            assert not allowed, (command, who, model)
            assert self.hall.size() == before
            return
        assert allowed, (command, who, model)
        assert outcome.count == entries
        model.version += entries
        for name, value in after.items():
            setattr(model, name, value)

    def of(self, stale):
        return {"case": self.model.no, "version": self.model.version - stale}

    @rule(steps=st.integers(1, 5))
    def advance(self, steps):
        """Go on as people usually do, so that the random steps happen everywhere along the road."""
        for _ in range(steps):
            model = self.model
            match model.state:
                case "received":
                    self.take("handler", 0)
                case "pre_review":
                    self.conclude("handler", 0, "correct" if model.lacking else "accept", honest=True)
                case "correction_pending":
                    self.supplement("clerk", 0, right=True)
                case "in_review" if model.step == 2:
                    self.grant("approver", 0)
                case "in_review":
                    self.sign(FLOW[model.step], 0, "同意")
                case "decided_granted" | "decided_refused":
                    self.produce("clerk", 0)
                case "result_ready":
                    self.hand_over("clerk", 0, seen=True, right=True)

    @rule(who=people, stale=stale)
    def take(self, who, stale):
        allowed = who == "handler" and self.model.state in ("received", "pre_review") and not stale
        self.attempt(who, allowed, TakeCase(**self.of(stale)), entries=1, state="pre_review")

    @rule(who=people, stale=stale, then=st.sampled_from(["", "accept", "correct"]), honest=st.booleans())
    def conclude(self, who, stale, then, honest):
        model, case = self.model, self.hall.case(self.model.no)
        verdicts = {one.code: "pass" for one in case.materials}
        if not honest:
            verdicts["application"] = "problem"
        words = (CorrectionWords("layout", "没有提交这份材料", "请补交一份"),) if then == "correct" else ()
        command = PreReviewCase(**self.of(stale), verdicts=verdicts, then=then, corrections=words)
        allowed = who == "handler" and model.state == "pre_review" and not stale and honest
        if then == "accept":
            allowed = allowed and not model.lacking
            self.attempt(who, allowed, command, entries=3, state="in_review", step=0)
        elif then == "correct":
            # What was supplied lacks nothing, but the handler may find it wanting once more.
            self.attempt(who, allowed, command, entries=2, state="correction_pending", lacking=True, told=True)
        else:
            self.attempt(who, allowed, command, entries=1)

    @rule(who=people, stale=stale, right=st.booleans())
    def supplement(self, who, stale, right):
        code = "layout" if right else "safety_rules"
        given = tuple(one for one in self.hall.intake(1).materials if one.code == code)
        command = SupplementCase(**self.of(stale), lines=(1,), materials=given)
        allowed = who == "clerk" and self.model.state == "correction_pending" and not stale and right
        self.attempt(who, allowed, command, entries=1, state="pre_review", lacking=False)

    def signs(self, who, stale):
        return self.model.state == "in_review" and FLOW[self.model.step] == who and not stale

    @rule(who=people, stale=stale, text=st.sampled_from(["同意", "同意", ""]))
    def sign(self, who, stale, text):
        allowed = self.signs(who, stale) and self.model.step < 2 and bool(text)
        command = GiveOpinion(**self.of(stale), result="agree", opinion=text)
        self.attempt(who, allowed, command, entries=2, step=self.model.step + 1)

    @rule(who=people, stale=stale, reason=st.sampled_from(["请说明现场情况", " "]))
    def send_back(self, who, stale, reason):
        allowed = self.signs(who, stale) and self.model.step > 0 and reason.strip() != ""
        self.attempt(who, allowed, ReturnStep(**self.of(stale), reason=reason), entries=2, step=self.model.step - 1)

    @rule(who=people, stale=stale)
    def grant(self, who, stale):
        allowed = self.signs(who, stale) and who == "approver"
        command = GrantCase(**self.of(stale), opinion="同意", content="准予")
        self.attempt(who, allowed, command, entries=2, state="decided_granted", decided="granted")

    @rule(who=people, stale=stale, reasons=st.sampled_from(["布局不符合食品安全要求，未整改到位", "不行"]))
    def refuse(self, who, stale, reasons):
        allowed = self.signs(who, stale) and who == "approver" and len(reasons) > 2
        command = RefuseCase(
            **self.of(stale), opinion="不同意", facts="食品处理区与卫生间相通，不合要求", reasons=reasons,
            basis="《食品安全法》第三十三条",
        )  # fmt: skip
        self.attempt(who, allowed, command, entries=2, state="decided_refused", decided="refused")

    @rule(who=people, stale=stale)
    def produce(self, who, stale):
        granted = self.model.decided == "granted"
        may = ("clerk", "handler") if granted else ("clerk",)
        allowed = who in may and self.model.state.startswith("decided") and not stale
        self.attempt(who, allowed, ProduceResult(**self.of(stale)), entries=1 + granted, state="result_ready")

    @rule(who=people, stale=stale, seen=st.booleans(), right=st.booleans())
    def hand_over(self, who, stale, seen, right):
        applicant = self.hall.case(self.model.no).applicant
        command = HandOver(
            **self.of(stale),
            relation="representative",
            collector_name=applicant.representative if right else "张三",
            collector_id=applicant.representative_id,
            identity_checked=seen,
        )
        allowed = who == "clerk" and self.model.state == "result_ready" and not stale and seen and right
        self.attempt(who, allowed, command, entries=1, state="closed")

    @rule(who=people, stale=stale)
    def withdraw(self, who, stale):
        before = self.model.state in ("received", "pre_review", "correction_pending", "in_review")
        command = WithdrawCase(**self.of(stale), reason="歇业，不再经营")
        self.attempt(who, who == "clerk" and before and not stale, command, entries=1, state="withdrawn")

    @invariant()
    def the_case_is_what_the_model_says(self):
        case, model = self.hall.case(self.model.no), self.model
        assert (case.state.value, case.version) == (model.state, model.version)
        if model.decided:
            signers = {step.by for step in case.steps if step.result in ("agree", "disagree")}
            assert len(signers) == 3
            assert case.decision.kind == model.decided
        assert (case.licence is not None) == (model.decided == "granted" and model.state in ("result_ready", "closed"))


def machine(hall, done):
    """Bind the machine to a hall and to the list that counts its runs."""
    return type("OneHallHere", (OneHall,), {"hall": hall, "done": done})


class ModelHall:
    """What the machine needs of a hall."""

    def __init__(self, hall):
        from random import Random  # noqa: PLC0415 - here only

        from appliance.services.intake import ReceiveCase  # noqa: PLC0415
        from appliance.store.event_store import log_row  # noqa: PLC0415
        from provisioning.applications import make_applicant, make_application, subject_kinds  # noqa: PLC0415

        self._hall, item = hall, hall.items[CODE]

        def intake(seed, left_out=()):
            random = Random(seed)
            who = make_applicant(random, subject_kinds(item)[-1])
            made = make_application(random, item, today=hall.clock.now().date(), applicant=who)
            given = tuple(one for one in made.materials if one.code not in left_out)
            return ReceiveCase(
                item_code=CODE, item_version=1, applicant=who, form=made.form, materials=given, ticket="A1"
            )

        self.intake = intake
        self.size = lambda: log_row(hall.desk.reader(), hall.origin).size

    def do(self, command, actor):
        return self._hall.do(command, actor, key=str(uuid.uuid4()))

    def case(self, no):
        return self._hall.case(no)


@pytest.mark.programme("hall-model")
def test_no_path_leads_around_a_guard(hall, programme):
    full = programme.count >= programme.full
    done = []
    run_state_machine_as_test(
        machine(ModelHall(hall), done),
        settings=settings(
            max_examples=programme.count,
            stateful_step_count=50 if full else 25,
            deadline=None,
            derandomize=not full,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
    programme.done(len(done))


def test_the_machine_finds_a_guard_that_is_gone(hall, monkeypatch):
    """The control: without the check of the version, two people overwrite each other, and the machine says so."""
    from appliance.services import review  # noqa: PLC0415 - here only

    real = review.load_case
    monkeypatch.setattr(review, "load_case", lambda context, no, _version: real(context, no, None))
    with pytest.raises(AssertionError):
        run_state_machine_as_test(
            machine(ModelHall(hall), []),
            settings=settings(
                max_examples=200,
                stateful_step_count=25,
                deadline=None,
                derandomize=True,
                database=None,
                phases=(Phase.generate,),
                suppress_health_check=list(HealthCheck),
            ),
        )
