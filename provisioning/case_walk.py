"""One demo case on its way: the commands of its story, in order."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from random import Random

from msgspec import structs

from appliance.clock import Clock
from appliance.domain.actor import KIOSK, Actor, Role
from appliance.domain.case import Case
from appliance.domain.item_terms import HandlingType
from appliance.domain.states import State
from appliance.domain.subject import Agent, Applicant, SubjectKind
from appliance.services.commands import Command
from appliance.services.fallback import last_period
from appliance.services.instant import ReceiveInstant
from appliance.services.intake import ReceiveCase, SubmitCase, SupplementCase
from appliance.services.issuance import HandOver, ProduceResult, WithdrawCase
from appliance.services.opening import Submitter
from appliance.services.prereview import CorrectionWords, PreReviewCase, TakeCase
from appliance.services.review import GiveOpinion, GrantCase, RefuseCase, ReturnStep
from appliance.store.change import Outcome
from provisioning import walk_paper
from provisioning.applications import MadeApplication
from provisioning.cast import Cast
from provisioning.stories import JointStory, Story
from provisioning.walk_acts import Acts


@dataclass(frozen=True, slots=True)
class Done:
    """One command that was carried out: what it was, who sent it, its answer, and the story it belongs to."""

    story: Story | JointStory
    command: Command
    actor: Actor
    outcome: Outcome

    @property
    def case(self) -> str:
        """The number of the case, or of the joint whole; empty for what concerns the hall, such as a pad of forms."""
        return str(self.outcome.result.get("case", ""))

    @property
    def cases(self) -> tuple[str, ...]:
        """The numbers of the cases that it is about: of a whole none but those that its receipt began."""
        if "joint" in self.outcome.result:
            return tuple(str(no) for no in self.outcome.result.get("cases", ()))
        return (self.case,) if self.case else ()


def collector(applicant: Applicant, agent: Agent | None) -> tuple[str, str, str]:
    """Give relation, name and number of whoever may collect: the agent, the applicant, or its representative."""
    if agent is not None:
        return "agent", agent.name, agent.id_number
    if applicant.kind is SubjectKind.PERSON:
        return "applicant", applicant.name, applicant.id_number
    return "representative", applicant.representative, applicant.representative_id


@dataclass(slots=True)
class CaseWalk:
    """One case on its way; the steps are a generator so that a caller may stop between any two."""

    random: Random
    cast: Cast
    story: Story
    made: MadeApplication
    submit: Callable[[Command, Actor], Outcome]
    find: Callable[[str], Case]
    desk: Submitter
    clock: Clock

    def steps(self) -> Iterator[Done]:
        """Send the story's commands in order."""
        if self.story.act == "spot":
            yield from self._on_the_spot()
            return
        clerk = self.cast.clerk(self.random)
        no = ""
        for received in self._taken_in(clerk):
            yield received
            no = no or received.case
        if self.story.until is State.SUBMITTED:
            return
        for stage, ends in (
            (self._pre_review, {State.RECEIVED, State.PRE_REVIEW, State.CORRECTION_PENDING, State.ACCEPTED}),
            (self.review, {State.IN_REVIEW, State.SPECIAL_PROCEDURE, State.SUSPENDED, State.FORWARDED}),
            (
                self._issue,
                {State.DECIDED_GRANTED, State.DECIDED_REFUSED, State.RESULT_READY, State.MAILED, State.CLOSED},
            ),
        ):
            yield from stage(no, clerk)
            if self.story.until in ends:
                break
        yield from self._ending(no, clerk)
        if self.story.withdrawn:
            case = self.find(no)
            yield self._do(WithdrawCase(case=no, version=case.version, reason="申请人改变计划（示例）"), clerk)

    def _taken_in(self, clerk: Actor) -> Iterator[Done]:
        """Receive at the window, after a submission or at once, or on paper and enter it afterwards."""
        if not self.story.act.startswith("paper"):
            receipt = self._receive()
            if self.story.self_service:
                submitted = self._do(self._submission(), KIOSK)
                yield submitted
                if self.story.until is State.SUBMITTED:
                    return
                receipt = structs.replace(receipt, case=submitted.case, version=self.find(submitted.case).version)
            yield self._do(receipt, clerk)
            return
        yield from walk_paper.enter(
            self._do,
            self._receive(),
            clerk,
            self.cast.second_clerk(clerk),
            now=self.clock.now,
            last=lambda: last_period(self.desk.reader()),
            waits=self.story.act == "paper_waits",
        )

    def _on_the_spot(self) -> Iterator[Done]:
        """T33: the handler at the window; without a delegation the approver decides in between."""
        handler = structs.replace(self._person(Role.CASE_HANDLER), window="03")
        content = f"准予{self.made.item.task_name}（示例）"
        opinion = "材料齐全，符合法定形式，予以办理（示例）"
        receipt = ReceiveInstant(receipt=self._receive(), checked=True, opinion=opinion, content=content)
        received = self._do(receipt, handler)
        yield received
        no = received.case
        if self.find(no).state is State.IN_REVIEW:
            yield self._do(self._decision(no, self.find(no).version), self._person(Role.APPROVER))
            yield self._do(ProduceResult(case=no, version=self.find(no).version), handler)
        yield self._do(self.hand_over(no), handler)

    def _acts(self, clerk: Actor) -> Acts:
        return Acts(self.random, self.made, self._person, clerk, self.find)

    def _sent(self, pairs: Iterable[tuple[Command, Actor]]) -> Iterator[Done]:
        """Send what an act consists of; each command is made when the one before it is done."""
        for command, actor in pairs:
            yield self._do(command, actor)

    def _ending(self, no: str, clerk: Actor) -> Iterator[Done]:
        """Do what ends a case where the walk stops."""
        acts = self._acts(clerk)
        endings = {
            "not_required": acts.not_required,
            "not_accepted": acts.not_accepted,
            "terminate": acts.terminate,
            "void": acts.void,
        }
        if self.story.act in endings:
            yield from self._sent(endings[self.story.act](no, self.cast.second_clerk(clerk)))

    def _do(self, command: Command, actor: Actor) -> Done:
        return Done(self.story, command, actor, self.submit(command, actor))

    def _person(self, role: Role) -> Actor:
        return self.cast.someone(role, self.made.item.dept_code)

    def _receive(self) -> ReceiveCase:
        made, ticketed = self.made, self.random.random() < 0.9  # noqa: PLR2004 - nine of ten draw a ticket
        return ReceiveCase(
            item_code=made.item.catalog_code,
            item_version=made.item.task_version,
            applicant=made.applicant,
            agent=made.agent,
            form=made.form,
            materials=made.handed_in,
            channel="window" if ticketed else "walk_in",
            ticket=f"A{self.random.randrange(1, 200):03d}" if ticketed else "",
        )

    def _submission(self) -> SubmitCase:
        made = self.made
        return SubmitCase(
            item_code=made.item.catalog_code,
            item_version=made.item.task_version,
            applicant=made.applicant,
            notice=1,
            agent=made.agent,
            form=made.form,
            materials=made.handed_in,
        )

    # ---- from receipt to acceptance

    def _pre_review(self, no: str, clerk: Actor) -> Iterator[Done]:
        acts = self._acts(clerk)
        if self.story.act == "fix":
            yield from self._sent(acts.fix(no))
        if self.story.needs == "promise" and self.made.later:
            yield from self._sent(acts.promise(no))
        if self.story.until is State.RECEIVED:
            return
        handler = self._person(Role.CASE_HANDLER)
        yield self._do(TakeCase(case=no, version=self.find(no).version), handler)
        if self.story.until is State.PRE_REVIEW:
            return
        if self.made.held_back:
            yield self._do(self.notice(no, self.made.held_back), handler)
            if self.story.until is State.CORRECTION_PENDING:
                return
            yield self._do(self.supplement(no), clerk)
            if self.story.again:
                yield self._do(self.notice(no, self.made.held_back[:1]), handler)
                yield self._do(self.supplement(no), clerk)
        if self.story.act == "amend":
            yield from self._sent(acts.amend(no))
        tolerate = self.made.later if self.story.needs == "tolerance" else ()
        then = "accept_later" if self.story.until is State.ACCEPTED else "accept"
        verdicts = self.verdicts(no, then=then)
        yield self._do(structs.replace(verdicts, tolerate=tolerate, commitment=bool(tolerate)), handler)

    def verdicts(self, no: str, *, then: str, problems: Mapping[str, str] | None = None) -> PreReviewCase:
        """Give the handler's verdict on every material, and what he does then."""
        case, found = self.find(no), dict(problems or {})
        return PreReviewCase(
            case=no,
            version=case.version,
            verdicts={held.code: "problem" if held.code in found else "pass" for held in case.materials},
            reasons={held.code: found[held.code] for held in case.materials if held.code in found},
            then=then,
        )

    def notice(self, no: str, codes: Sequence[str]) -> PreReviewCase:
        """Give the verdict that finds these materials wanting."""
        held = {material.code for material in self.find(no).materials}
        names = {material.code: material.name for material in self.made.materials}
        problems = {code: f"{names[code]}不清晰，无法辨认（示例）" for code in codes if code in held}
        concluded = self.verdicts(no, then="correct", problems=problems)
        lines = tuple(
            CorrectionWords(
                target=code,
                problem=problems.get(code, f"未提交{names[code]}"),
                requirement=f"请补交{names[code]}，符合清单要求（示例）",
            )
            for code in codes
        )
        return PreReviewCase(
            case=no,
            version=concluded.version,
            verdicts=concluded.verdicts,
            reasons=concluded.reasons,
            then="correct",
            corrections=lines,
        )

    def supplement(self, no: str) -> SupplementCase:
        """Give what the applicant hands in after a notice."""
        case = self.find(no)
        asked = {line.line.target: line.line.no for line in case.notice_lines if not line.met}
        return SupplementCase(
            case=no,
            version=case.version,
            lines=tuple(sorted(asked.values())),
            materials=tuple(material for material in self.made.materials if material.code in asked),
        )

    # ---- the approval form and the decision

    def review(self, no: str, clerk: Actor) -> Iterator[Done]:
        """Sign the approval form, and decide unless the story stops before."""
        signed, returned, acted = 0, False, False
        while (step := self.find(no).current_step) is not None:
            if self.story.until is State.IN_REVIEW and signed >= self.story.signed:
                return
            actor, version = self._person(Role(step.role)), self.find(no).version
            if not acted:
                acted = True
                yield from self._meanwhile(no, clerk)
                if self.find(no).current_step is None or self.find(no).state is not State.IN_REVIEW:
                    return
                continue
            first, last = step.step == self._flow()[0], step.step == self._flow()[-1]
            if self.story.returned and not returned and not first:
                returned = True
                yield self._do(ReturnStep(case=no, version=version, reason="请补充审查情况的说明（示例）"), actor)
            elif last:
                if self.story.until is State.IN_REVIEW:
                    return
                yield from self._decide(no, version, actor, clerk)
            else:
                signed += 1
                opinion = "材料齐全，符合法定条件，建议准予（示例）"
                agrees = not self.story.refused
                yield self._do(
                    GiveOpinion(
                        case=no,
                        version=version,
                        result="agree" if agrees else "disagree",
                        opinion=opinion if agrees else "经审查不符合条件，建议不予（示例）",
                    ),
                    actor,
                )

    def _meanwhile(self, no: str, clerk: Actor) -> Iterator[Done]:
        """Do what the story tells of the time in review; it may leave the case outside it."""
        acts, stays = self._acts(clerk), self.story.until in (State.SPECIAL_PROCEDURE, State.SUSPENDED)
        match self.story.act:
            case "special" if self.made.item.special_procedure:
                yield from self._sent(acts.special(no, stays=stays))
            case "suspend":
                yield from self._sent(acts.suspend(no, stays=stays))
            case "extend" if self.made.item.extension_max_days:
                yield from self._sent(acts.extend(no))
            case "request":
                yield from self._sent(acts.request(no))
            case "check":
                yield from self._sent(acts.check(no))
            case "hand_on" | "hand_on_open":
                yield from self._sent(acts.hand_on(no, back=self.story.act == "hand_on"))
            case _:
                pass
        if self.find(no).open_tolerance:
            yield from self._sent(acts.supply(no))
        went = {pause.kind for pause in self.find(no).pauses}
        ordered = any(one.mandatory and one.kind not in went for one in self.made.item.special_procedure)
        reviewed = self.find(no).state is State.IN_REVIEW and self.story.until is not State.IN_REVIEW
        if ordered and reviewed and not self.story.refused:
            yield from self._sent(acts.special(no, stays=False))

    def _decide(self, no: str, version: int, actor: Actor, clerk: Actor) -> Iterator[Done]:
        if self.made.item.project_type is not HandlingType.FORWARD:
            yield self._do(self._decision(no, version), actor)
            return
        acts = self._acts(clerk)
        yield from self._sent(acts.forward(no, actor))
        if self.story.until is not State.FORWARDED:
            yield from self._sent(acts.import_result(no, refused=self.story.refused))

    def _flow(self) -> tuple[str, ...]:
        return tuple(step.code for step in self.made.item.steps if step.stage in ("review", "decision"))

    def _decision(self, no: str, version: int) -> GrantCase | RefuseCase:
        item = self.made.item
        if not self.story.refused:
            return GrantCase(case=no, version=version, opinion="同意", content=f"准予{item.task_name}（示例）")
        law = item.by_law[0]
        return RefuseCase(
            case=no,
            version=version,
            opinion="不同意",
            facts="经审查，申请人所报情况与现场不一致（示例）",
            reasons="所报情况不符合本事项规定的准予条件（示例）",
            basis=f"《{law.law}》{law.article}",
        )

    # ---- the result leaves the hall

    def _issue(self, no: str, clerk: Actor) -> Iterator[Done]:
        if self.story.until in (State.DECIDED_GRANTED, State.DECIDED_REFUSED):
            return
        yield self._do(ProduceResult(case=no, version=self.find(no).version), clerk)
        if self.story.act == "charge":
            yield from self._sent(self._acts(clerk).charge(no))
        if self.story.until is State.RESULT_READY:
            return
        if self.story.act == "mail":
            yield from self._sent(self._acts(clerk).mail(no, arrives=self.story.until is not State.MAILED))
        else:
            if self.story.act == "authorise":
                yield from self._sent(self._acts(clerk).authorise(no))
            yield self._do(self.hand_over(no), clerk)
        if self.story.act == "originals":
            yield from self._sent(self._acts(clerk).return_originals(no))
        if self.find(no).promise_based:
            yield from self._sent(self._acts(clerk).verify(no))

    def hand_over(self, no: str) -> HandOver:
        """Give the hand-over to whoever may collect."""
        case = self.find(no)
        relation, name, number = collector(case.applicant, case.agent)
        return HandOver(
            case=no,
            version=case.version,
            relation=relation,
            collector_name=name,
            collector_id=number,
            identity_checked=True,
        )
