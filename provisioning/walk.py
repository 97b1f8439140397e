"""Walking demo cases through the real services: the same commands that the pages send, by the demo's own staff.

A story is how far a case goes and what happens on the way. The walker draws a story, an item and an application from
its random source and submits one command after the other; nothing is written past the desk.
"""

from collections.abc import Callable, Iterator, Sequence
from random import Random
from uuid import NAMESPACE_URL, uuid5

from appliance.clock import Clock
from appliance.domain.actor import Actor
from appliance.domain.case import Case
from appliance.domain.joint_set import combined
from appliance.domain.service_item import Material, ServiceItem
from appliance.errors import N_, NotFound
from appliance.projections import cases, joint_sets, licences
from appliance.projections.items import Items
from appliance.services.commands import Command
from appliance.services.joint_facts import Whole, find_whole
from appliance.services.opening import Submitter
from appliance.store.change import Outcome
from provisioning.applications import MadeApplication, make_applicant, make_application, subject_kinds
from provisioning.case_walk import CaseWalk, Done
from provisioning.cast import Cast
from provisioning.joint_walk import JointWalk
from provisioning.stories import STORIES, JointStory, Story

__all__ = ["STORIES", "CaseWalk", "Cast", "Done", "Story", "Walker"]


_LATER: dict[str, Callable[[Material], bool]] = {
    "tolerance": lambda material: material.tolerable,
    "promise": lambda material: material.promise_allowed,
}


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
        drawn = item or self._random.choice(
            [one for one in self._items.all_current(self._desk.reader()) if told.fits(one)]
        )
        made = self._application(told, drawn)
        return CaseWalk(self._random, self._cast, told, made, self._submit, self._case, self._desk, self._clock).steps()

    def walk_joint(self, story: JointStory) -> Iterator[Done]:
        """Walk one joint whole with all its members and give each command as it is done."""
        reader = self._desk.reader()
        jset = joint_sets.get(reader, story.jset)
        items = tuple(self._items.current(reader, code) for code in jset.items)
        form = combined(jset, items)
        random, today = self._random, self._clock.now().date()
        made = make_application(
            random,
            form,
            today=today,
            applicant=make_applicant(random, random.choice(subject_kinds(form))),
            by_agent=story.by_agent,
            held_back=0,
            licences={},
            later=None,
        )
        return JointWalk(
            random,
            self._cast,
            story,
            jset,
            items,
            made,
            self._submit,
            self._case,
            self._whole,
            self._desk,
            self._clock,
        ).steps()

    def members(self, story: JointStory) -> int:
        """Say how many cases a story's set has."""
        return len(joint_sets.get(self._desk.reader(), story.jset).items)

    def _whole(self, no: str) -> Whole:
        whole = find_whole(self._desk.reader(), self._items, no)
        if whole is None:
            raise NotFound(N_("并联件已写入却查不到"), subject=no)
        return whole

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
            # Among very many made people two come by one number; whose name is another's has none of his licences.
            licences={one.type_code: one for one in usable if one.holder_name == applicant.name},
            later=_LATER.get(story.needs) if story.fits(item) else None,
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
