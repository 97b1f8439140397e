"""Walking demo cases through the real services: the same commands that the pages send, by the demo's own staff.

A story is how far a case goes and what happens on the way. The walker draws a story, an item and an application from
its random source and submits one command after the other; nothing is written past the desk.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from uuid import NAMESPACE_URL, uuid5

from appliance.clock import Clock
from appliance.domain.actor import Actor, Role
from appliance.domain.case import Case
from appliance.domain.service_item import ServiceItem
from appliance.domain.states import State
from appliance.domain.subject import SubjectKind
from appliance.errors import N_, NotFound
from appliance.projections import cases, licences
from appliance.projections.items import Items
from appliance.services.commands import Command
from appliance.services.intake import ReceiveCase, SupplementCase
from appliance.services.issuance import HandOver, ProduceResult, WithdrawCase
from appliance.services.opening import Submitter
from appliance.services.prereview import CorrectionWords, PreReviewCase, TakeCase
from appliance.services.review import GiveOpinion, GrantCase, RefuseCase, ReturnStep
from appliance.store.change import Outcome
from provisioning.applications import MadeApplication, make_applicant, make_application, subject_kinds
from provisioning.demo_people import STAFF, Person


@dataclass(frozen=True, slots=True)
class Story:
    """What happens to a case.

    Attributes:
        name: short English name, counted in the summary.
        weight: how often it comes, relative to the others.
        held_back: materials that the applicant leaves at home, so that a correction notice follows.
        again: the first supplement does not satisfy, and one line of the notice is repeated.
        by_agent: an agent acts and collects.
        returned: the approver or reviewer sends it back once.
        refused: the decision is a refusal.
        withdrawn: the applicant withdraws where the walk would stop.
        until: the state in which the case is left, CLOSED for one that goes all the way.
        signed: rows of the approval form that are signed before a case that stops in review is left.
    """

    name: str
    weight: int
    held_back: int = 0
    again: bool = False
    by_agent: bool = False
    returned: bool = False
    refused: bool = False
    withdrawn: bool = False
    until: State = State.CLOSED
    signed: int = 0


STORIES: tuple[Story, ...] = (
    Story("ordinary", 34),
    Story("agent", 10, by_agent=True),
    Story("correction", 12, held_back=1),
    Story("correction_repeated", 3, held_back=2, again=True),
    Story("returned", 6, returned=True),
    Story("refused", 6, refused=True),
    Story("withdrawn_early", 2, withdrawn=True, until=State.RECEIVED),
    Story("withdrawn_in_correction", 2, withdrawn=True, held_back=1, until=State.CORRECTION_PENDING),
    Story("withdrawn_in_review", 2, withdrawn=True, until=State.IN_REVIEW),
    Story("received", 4, until=State.RECEIVED),
    Story("pre_review", 3, until=State.PRE_REVIEW),
    Story("correction_open", 3, held_back=2, until=State.CORRECTION_PENDING),
    Story("handling", 3, until=State.IN_REVIEW),
    Story("reviewing", 3, until=State.IN_REVIEW, signed=1),
    Story("approving", 2, until=State.IN_REVIEW, signed=2),
    Story("granted", 2, until=State.DECIDED_GRANTED),
    Story("ready", 3, until=State.RESULT_READY),
)


@dataclass(frozen=True, slots=True)
class Done:
    """One command that was carried out: what it was, who sent it, its answer, and the story it belongs to."""

    story: Story
    command: Command
    actor: Actor
    outcome: Outcome

    @property
    def case(self) -> str:
        """The number of the case."""
        return str(self.outcome.result["case"])


class Cast:
    """Who acts: clerks of the hall, and handler, reviewer, approver of each department.

    Args:
        people: the roster.
    """

    def __init__(self, people: Sequence[Person] = STAFF) -> None:
        self._people = tuple(people)

    def someone(self, role: Role, department: str = "") -> Actor:
        """Give the first person of a role in a department; raises NotFound."""
        return Actor(self._all(role, department)[0].id, role)

    def clerk(self, random: Random) -> Actor:
        """Draw a window clerk and the window he sits at."""
        person = random.choice(self._all(Role.WINDOW_CLERK, ""))
        return Actor(person.id, Role.WINDOW_CLERK, random.choice(person.windows or ("01", "02", "03")))

    def _all(self, role: Role, department: str) -> list[Person]:
        found = [person for person in self._people if role in person.roles and person.department == department]
        if not found:
            raise NotFound(N_("演示名册里没有这个岗位的人员"), subject=f"{role.value} {department}")
        return found


class Walker:
    """Walks cases, one at a time.

    Args:
        desk: where commands go: the desk of this process, or the way to the owner.
        random: seeded source of everything that varies.
        clock: for the day in forms and for licences that are still valid.
        name: names this run; idempotency keys are made from it, so one name never walks twice.
        cast: who acts.
        stories: what may happen, with weights.
    """

    def __init__(
        self,
        desk: Submitter,
        random: Random,
        clock: Clock,
        *,
        name: str,
        cast: Cast | None = None,
        stories: Sequence[Story] = STORIES,
    ) -> None:
        self._desk = desk
        self._random = random
        self._clock = clock
        self._name = name
        self._cast = cast or Cast()
        self._stories = tuple(stories)
        self._items = Items()
        self._sent = 0

    def walk_one(self, story: Story | None = None, item: ServiceItem | None = None) -> Iterator[Done]:
        """Walk one case and give each command as it is done.

        Args:
            story: what happens; drawn by weight when None.
            item: the item; drawn from the current catalogue when None.

        Raises:
            Refusal: the desk refused a command, which means that the demo and the rules have parted.
        """
        told = story or self._random.choices(self._stories, [one.weight for one in self._stories])[0]
        drawn = item or self._random.choice(self._items.all_current(self._desk.reader()))
        made = self._application(told, drawn)
        return _Walk(self._random, self._cast, told, made, self._submit, self._case).steps()

    def _application(self, story: Story, item: ServiceItem) -> MadeApplication:
        random, today = self._random, self._clock.now().date()
        applicant = make_applicant(random, random.choice(subject_kinds(item)))
        types = tuple(code for material in item.materials for code in material.licence_codes)
        usable = licences.usable(self._desk.reader(), applicant.id_number, types, today.isoformat())
        return make_application(
            random,
            item,
            today=today,
            applicant=applicant,
            by_agent=story.by_agent,
            held_back=story.held_back,
            licences={licence.type_code: licence for licence in usable},
        )

    def _submit(self, command: Command, actor: Actor) -> Outcome:
        self._sent += 1
        key = str(uuid5(NAMESPACE_URL, f"{self._name}:{self._sent}"))
        return self._desk.submit_now(command, actor=actor, key=key)

    def _case(self, no: str) -> Case:
        case = cases.find(self._desk.reader(), no)
        if case is None:
            raise NotFound(N_("办件已写入却查不到"), subject=no)
        return case


@dataclass(slots=True)
class _Walk:
    """One case on its way; the steps are a generator so that a caller may stop between any two."""

    random: Random
    cast: Cast
    story: Story
    made: MadeApplication
    submit: Callable[[Command, Actor], Outcome]
    find: Callable[[str], Case]

    def steps(self) -> Iterator[Done]:
        """Send the story's commands in order."""
        clerk = self.cast.clerk(self.random)
        received = self._do(self._receive(), clerk)
        yield received
        no = received.case
        for stage, ends in (
            (self._pre_review, {State.RECEIVED, State.PRE_REVIEW, State.CORRECTION_PENDING}),
            (self._review, {State.IN_REVIEW}),
            (self._issue, {State.DECIDED_GRANTED, State.RESULT_READY, State.CLOSED}),
        ):
            yield from stage(no, clerk)
            if self.story.until in ends:
                break
        if self.story.withdrawn:
            case = self.find(no)
            yield self._do(WithdrawCase(case=no, version=case.version, reason="申请人改变计划（示例）"), clerk)

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

    # ---- from receipt to acceptance

    def _pre_review(self, no: str, clerk: Actor) -> Iterator[Done]:
        if self.story.until is State.RECEIVED:
            return
        handler = self._person(Role.CASE_HANDLER)
        yield self._do(TakeCase(case=no, version=self.find(no).version), handler)
        if self.story.until is State.PRE_REVIEW:
            return
        if self.made.held_back:
            yield self._do(self._notice(no, self.made.held_back), handler)
            if self.story.until is State.CORRECTION_PENDING:
                return
            yield self._do(self._supplement(no), clerk)
            if self.story.again:
                yield self._do(self._notice(no, self.made.held_back[:1]), handler)
                yield self._do(self._supplement(no), clerk)
        yield self._do(self._verdicts(no, then="accept"), handler)

    def _verdicts(self, no: str, *, then: str, problems: Mapping[str, str] | None = None) -> PreReviewCase:
        case, found = self.find(no), dict(problems or {})
        return PreReviewCase(
            case=no,
            version=case.version,
            verdicts={held.code: "problem" if held.code in found else "pass" for held in case.materials},
            reasons={held.code: found[held.code] for held in case.materials if held.code in found},
            then=then,
        )

    def _notice(self, no: str, codes: Sequence[str]) -> PreReviewCase:
        held = {material.code for material in self.find(no).materials}
        names = {material.code: material.name for material in self.made.materials}
        problems = {code: f"{names[code]}不清晰，无法辨认（示例）" for code in codes if code in held}
        concluded = self._verdicts(no, then="correct", problems=problems)
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

    def _supplement(self, no: str) -> SupplementCase:
        case = self.find(no)
        asked = {line.line.target: line.line.no for line in case.notice_lines if not line.met}
        return SupplementCase(
            case=no,
            version=case.version,
            lines=tuple(sorted(asked.values())),
            materials=tuple(material for material in self.made.materials if material.code in asked),
        )

    # ---- the approval form and the decision

    def _review(self, no: str, _clerk: Actor) -> Iterator[Done]:
        signed, returned = 0, False
        while (step := self.find(no).current_step) is not None:
            if self.story.until is State.IN_REVIEW and signed >= self.story.signed:
                return
            actor, version = self._person(Role(step.role)), self.find(no).version
            first, last = step.step == self._flow()[0], step.step == self._flow()[-1]
            if self.story.returned and not returned and not first:
                returned = True
                yield self._do(ReturnStep(case=no, version=version, reason="请补充审查情况的说明（示例）"), actor)
            elif last:
                if self.story.until is State.IN_REVIEW:
                    return
                yield self._do(self._decision(no, version), actor)
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
        if self.story.until is State.DECIDED_GRANTED:
            return
        shelf = f"{self.random.choice('ABC')}{self.random.randrange(1, 40)}"
        yield self._do(ProduceResult(case=no, version=self.find(no).version, shelf=shelf), clerk)
        if self.story.until is not State.RESULT_READY:
            yield self._do(self._hand_over(no), clerk)

    def _hand_over(self, no: str) -> HandOver:
        case = self.find(no)
        applicant, agent = case.applicant, case.agent
        if agent is not None:
            relation, name, number = "agent", agent.name, agent.id_number
        elif applicant.kind is SubjectKind.PERSON:
            relation, name, number = "applicant", applicant.name, applicant.id_number
        else:
            relation, name, number = "representative", applicant.representative, applicant.representative_id
        return HandOver(
            case=no,
            version=case.version,
            relation=relation,
            collector_name=name,
            collector_id=number,
            identity_checked=True,
        )
