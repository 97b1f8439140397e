"""Stories of demo cases: how far a case goes and what happens on the way, with believable weights."""

from dataclasses import dataclass

from appliance.domain.item_terms import HandlingType
from appliance.domain.service_item import ServiceItem
from appliance.domain.states import State


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
        self_service: handed in at a terminal first, and received at a window when the applicant comes.
        until: the state in which the case is left, CLOSED for one that goes all the way.
        signed: rows of the approval form that are signed before a case that stops in review is left.
        act: what happens to the case where the walk would stop, or on its way (see `provisioning.walk`).
        needs: what the item must know: ``special``, ``forward``, ``extension``, ``tolerance``, ``promise``,
            ``instant``, ``site_check`` or ``fee``.
    """

    name: str
    weight: int
    held_back: int = 0
    again: bool = False
    by_agent: bool = False
    returned: bool = False
    refused: bool = False
    withdrawn: bool = False
    self_service: bool = False
    until: State = State.CLOSED
    signed: int = 0
    act: str = ""
    needs: str = ""

    def fits(self, item: ServiceItem) -> bool:
        """Tell whether the item knows what the story is about."""
        known = {
            "special": bool(item.special_procedure),
            "instant": item.project_type is HandlingType.INSTANT,
            "site_check": item.requires_site_check,
            "fee": bool(item.fees),
            "forward": item.project_type is HandlingType.FORWARD,
            "extension": item.extension_max_days > 0,
            "tolerance": item.tolerance_policy is not None and any(one.tolerable for one in item.materials),
            "promise": item.promise_based_allowed and any(one.promise_allowed for one in item.materials),
        }
        return known.get(self.needs, True)


STORIES: tuple[Story, ...] = (
    Story("ordinary", 34),
    Story("agent", 10, by_agent=True),
    Story("self_service", 5, self_service=True),
    Story("submitted", 2, self_service=True, until=State.SUBMITTED),
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
    Story("refusal_waits", 2, refused=True, until=State.DECIDED_REFUSED),
    Story("ready", 3, until=State.RESULT_READY),
    Story("accepted", 2, until=State.ACCEPTED),
    Story("delivered", 3, act="mail"),
    Story("mailed", 1, act="mail", until=State.MAILED),
    Story("amended", 3, act="amend"),
    Story("fixed_on_site", 3, act="fix"),
    Story("material_requested", 2, act="request"),
    Story("tolerant", 3, needs="tolerance"),
    Story("promised", 3, needs="promise"),
    Story("special_ended", 2, act="special", needs="special"),
    Story("special", 1, act="special", needs="special", until=State.SPECIAL_PROCEDURE),
    Story("extended", 1, act="extend", needs="extension"),
    Story("resumed", 1, act="suspend"),
    Story("suspended", 1, act="suspend", until=State.SUSPENDED),
    Story("forwarded", 2, needs="forward", until=State.FORWARDED),
    Story("not_required", 1, act="not_required", until=State.PRE_REVIEW),
    Story("not_accepted", 2, act="not_accepted", until=State.PRE_REVIEW),
    Story("terminated", 1, act="terminate", until=State.IN_REVIEW, signed=1),
    Story("on_the_spot", 4, act="spot", needs="instant"),
    Story("site_checked", 3, act="check", needs="site_check"),
    Story("charged", 2, act="charge", needs="fee"),
    Story("from_paper", 2, act="paper"),
    Story("from_paper_waits", 1, act="paper_waits", until=State.RECEIVED),
    Story("handed_on", 3, act="hand_on"),
    Story("handed_on_open", 1, act="hand_on_open", until=State.IN_REVIEW),
    Story("authorised", 2, act="authorise"),
    Story("originals_returned", 2, act="originals"),
    Story("voided", 1, act="void", until=State.RECEIVED),
)


@dataclass(frozen=True, slots=True)
class JointStory:
    """What happens to a joint whole 并联.

    Attributes:
        name: short English name, counted in the summary.
        jset: code of the joint set.
        held_back: members in which something has to be corrected.
        extended: the head of the people's government lets it take longer.
        refused: the last member is refused, the others are granted.
        one_withdrawn: the applicant gives up the last member alone.
        withdrawn: the applicant withdraws the whole while the last member is in review.
        by_agent: an agent acts and collects.
        until: the state in which the whole is left: ``received``, ``pre_review``, ``correction_pending``,
            ``in_review``, ``decided``, ``result_ready`` or ``closed``.
    """

    name: str
    jset: str
    held_back: int = 0
    extended: bool = False
    refused: bool = False
    one_withdrawn: bool = False
    withdrawn: bool = False
    by_agent: bool = False
    until: str = "closed"


JOINT_STORIES: tuple[JointStory, ...] = (
    JointStory("joint", "BL0001"),
    JointStory("joint_in_review", "BL0001", until="in_review"),
    JointStory("joint_correction", "BL0002", held_back=1),
    JointStory("joint_refused_in_part", "BL0003", refused=True),
    JointStory("joint_correction_open", "BL0001", held_back=2, until="correction_pending"),
    JointStory("joint_extended", "BL0001", extended=True, by_agent=True),
    JointStory("joint_pre_review", "BL0003", until="pre_review"),
    JointStory("joint_withdrawn", "BL0002", withdrawn=True),
    JointStory("joint_decided", "BL0002", until="decided"),
    JointStory("joint_one_withdrawn", "BL0001", one_withdrawn=True),
    JointStory("joint_ready", "BL0003", until="result_ready"),
)
