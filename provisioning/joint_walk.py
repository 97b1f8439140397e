"""Joint wholes of the demo 并联: one intake, each department's own road, and what the lead department does for all."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from random import Random

from appliance.clock import Clock
from appliance.domain.actor import Actor, Role
from appliance.domain.case import Case
from appliance.domain.joint_set import JointSet, combined, split
from appliance.domain.service_item import ServiceItem
from appliance.domain.states import TERMINAL, State
from appliance.services.commands import Command
from appliance.services.issuance import ProduceResult, WithdrawCase
from appliance.services.joint_facts import Whole
from appliance.services.joint_intake import ReceiveJoint
from appliance.services.joints import (
    AcceptJoint,
    ConcludeJoint,
    ExtendJoint,
    HandOverJoint,
    RequireJointCorrection,
    WithdrawJoint,
)
from appliance.services.opening import Submitter
from appliance.services.prereview import TakeCase
from appliance.store.change import Outcome
from provisioning.applications import MadeApplication
from provisioning.case_walk import CaseWalk, Done, collector
from provisioning.cast import Cast
from provisioning.stories import JointStory, Story

_PLAIN = Story("joint", 0)
_REFUSED = Story("joint", 0, refused=True)
_IN_REVIEW = Story("joint", 0, until=State.IN_REVIEW, signed=1)


@dataclass(slots=True)
class JointWalk:
    """One whole on its way.

    Attributes:
        random: seeded source.
        cast: who acts.
        story: what happens.
        jset: the joint set.
        items: the current version of its items, in its order.
        made: the application for the form of the whole.
        submit: sends a command.
        find: gives a case as it stands.
        whole: gives the whole as it stands.
        desk: where commands go.
        clock: the time.
    """

    random: Random
    cast: Cast
    story: JointStory
    jset: JointSet
    items: tuple[ServiceItem, ...]
    made: MadeApplication
    submit: Callable[[Command, Actor], Outcome]
    find: Callable[[str], Case]
    whole: Callable[[str], Whole]
    desk: Submitter
    clock: Clock

    def steps(self) -> Iterator[Done]:
        """Send the story's commands in order."""
        clerk = self.cast.clerk(self.random)
        received = self._do(self._receive(), clerk)
        yield received
        joint, cases = str(received.outcome.result["joint"]), list(received.outcome.result["cases"])
        roads = dict(zip(cases, self._roads(), strict=True))
        if self.story.until == "received":
            return
        for no, road in roads.items():
            yield self._do(TakeCase(case=no, version=self.find(no).version), self._handler(road.made.item))
        yield from self._examine(joint, roads, clerk)
        if self.story.until in ("pre_review", "correction_pending"):
            return
        yield self._do(AcceptJoint(joint=joint, version=self.whole(joint).version), self._lead(Role.CASE_HANDLER))
        yield from self._handle(joint, roads, clerk)
        if self.story.until == "in_review" or self.story.withdrawn:
            return
        yield from self._finish(joint, roads, clerk)

    def _examine(self, joint: str, roads: dict[str, CaseWalk], clerk: Actor) -> Iterator[Done]:
        """Let every department look, and tell what is missing in one notice."""
        left = self.story.held_back
        for no, road in roads.items():
            held = self._wanting(road) if left and no != next(iter(roads)) else ()
            left -= bool(held)
            verdict = road.notice(no, held) if held else road.verdicts(no, then="accept")
            yield self._do(verdict, self._handler(road.made.item))
            if self.story.until == "pre_review":
                return
        if not self.story.held_back:
            return
        lead = self._lead(Role.CASE_HANDLER)
        yield self._do(RequireJointCorrection(joint=joint, version=self.whole(joint).version), lead)
        if self.story.until == "correction_pending":
            return
        for no, road in roads.items():
            if self.find(no).state is State.CORRECTION_PENDING:
                yield self._do(road.supplement(no), clerk)
                yield self._do(road.verdicts(no, then="accept"), self._handler(road.made.item))

    def _wanting(self, road: CaseWalk) -> tuple[str, ...]:
        return (road.made.materials[-1].code,)

    def _handle(self, joint: str, roads: dict[str, CaseWalk], clerk: Actor) -> Iterator[Done]:
        if self.story.extended:
            yield self._do(self._extension(joint), self._lead(Role.DEPT_HEAD))
        numbers = list(roads)
        for at, (no, road) in enumerate(roads.items()):
            last = at == len(numbers) - 1
            if last and self.story.one_withdrawn:
                version = self.find(no).version
                yield self._do(WithdrawCase(case=no, version=version, reason="暂不经营这一项（示例）"), clerk)
                continue
            if last and (self.story.until == "in_review" or self.story.withdrawn):
                yield from self._all(replace(road, story=_IN_REVIEW).review(no, clerk))
                continue
            refused = last and self.story.refused
            yield from self._all(replace(road, story=_REFUSED if refused else _PLAIN).review(no, clerk))
        if self.story.withdrawn:
            yield self._do(
                WithdrawJoint(joint=joint, version=self.whole(joint).version, reason="申请人改变计划（示例）"), clerk
            )

    def _finish(self, joint: str, roads: dict[str, CaseWalk], clerk: Actor) -> Iterator[Done]:
        if self.story.until == "decided":
            return
        yield self._do(ConcludeJoint(joint=joint, version=self.whole(joint).version), self._lead(Role.CASE_HANDLER))
        for no in roads:
            case = self.find(no)
            if case.state not in TERMINAL:
                yield self._do(ProduceResult(case=no, version=case.version), clerk)
        if self.story.until == "result_ready":
            return
        yield self._do(self._hand_over(joint), clerk)

    def _all(self, steps: Iterator[Done]) -> Iterator[Done]:
        for done in steps:
            yield replace(done, story=self.story)

    def _do(self, command: Command, actor: Actor) -> Done:
        return Done(self.story, command, actor, self.submit(command, actor))

    def _lead(self, role: Role) -> Actor:
        lead = next(item for item in self.items if item.catalog_code == self.jset.lead)
        return self.cast.someone(role, lead.dept_code)

    def _handler(self, item: ServiceItem) -> Actor:
        return self.cast.someone(Role.CASE_HANDLER, item.dept_code)

    def _roads(self) -> list[CaseWalk]:
        """Give each member's own walk, with its part of the application."""
        parts = split(self.jset, self.items, self.made.form, (), self.made.materials)
        return [
            CaseWalk(
                self.random,
                self.cast,
                _PLAIN,
                MadeApplication(part.item, self.made.applicant, self.made.agent, part.form, part.materials),
                self.submit,
                self.find,
                self.desk,
                self.clock,
            )
            for part in parts
        ]

    def _receive(self) -> ReceiveJoint:
        made = self.made
        return ReceiveJoint(
            set_code=self.jset.code,
            form_version=combined(self.jset, self.items).task_version,
            applicant=made.applicant,
            agent=made.agent,
            form=made.form,
            materials=made.handed_in,
            channel="window",
            ticket=f"B{self.random.randrange(1, 200):03d}",
        )

    def _extension(self, joint: str) -> ExtendJoint:
        return ExtendJoint(
            joint=joint,
            version=self.whole(joint).version,
            days=15,
            letter=f"示政函〔2026〕{self.random.randrange(1, 90)}号",
            approver="王副区长（示例）",
            reason="消防验收整改尚未完成，各部门不能按期作出决定（示例）",
        )

    def _hand_over(self, joint: str) -> HandOverJoint:
        whole = self.whole(joint)
        relation, name, number = collector(whole.joint.applicant, whole.joint.agent)
        return HandOverJoint(
            joint=joint,
            version=whole.version,
            relation=relation,
            collector_name=name,
            collector_id=number,
            identity_checked=True,
        )


def sizes(stories: Sequence[JointStory], members: Callable[[JointStory], int], count: int) -> list[JointStory]:
    """Choose the wholes of a run of `count` cases: one whole in about thirty cases, in turn through the stories.

    Args:
        stories: what may happen.
        members: how many cases a story's set has.
        count: cases of the run, the wholes' members included.
    """
    chosen: list[JointStory] = []
    left = count // 15
    at = 0
    while left >= members(stories[at % len(stories)]):
        story = stories[at % len(stories)]
        chosen.append(story)
        left -= members(story)
        at += 1
    return chosen
