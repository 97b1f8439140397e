"""Who acts in the demo's stories."""

from collections.abc import Sequence
from random import Random

from appliance.domain.actor import Actor, Role
from appliance.errors import N_, NotFound
from provisioning.demo_people import STAFF, Person


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

    def second_clerk(self, first: Actor) -> Actor:
        """Give another clerk than this one."""
        other = next(person for person in self._all(Role.WINDOW_CLERK, "") if person.id != first.id)
        return Actor(other.id, Role.WINDOW_CLERK)

    def _all(self, role: Role, department: str) -> list[Person]:
        found = [person for person in self._people if role in person.roles and person.department == department]
        if not found:
            raise NotFound(N_("演示名册里没有这个岗位的人员"), subject=f"{role.value} {department}")
        return found
