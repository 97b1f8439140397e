"""The halls of the demo: the district hall and two sub-district sites 街道便民服务中心, invented like their people."""

from collections.abc import Sequence
from dataclasses import dataclass

from appliance.domain.actor import Role
from provisioning.demo_people import STAFF, Person

AREA = "420199"
_OF_A_PLACE = frozenset({Role.WINDOW_CLERK, Role.HALL_MANAGER})


@dataclass(frozen=True, slots=True)
class DemoHall:
    """One demo hall.

    Attributes:
        number: two digits, its number in the area.
        folder: name of its data directory, and what its processes are called by.
        name: full name as printed on papers.
        short_name: name for the top bar and at the city.
        address: where it is.
        phones: for questions and for complaints.
        windows: its windows.
        shelves: its shelves, ranges of codes.
        own: who works here and nowhere else; empty for the district hall, whose people the demo's roster is.
    """

    number: str
    folder: str
    name: str
    short_name: str
    address: str
    phones: tuple[str, str]
    windows: tuple[str, ...]
    shelves: tuple[str, ...]
    own: tuple[Person, ...] = ()

    @property
    def code(self) -> str:
        """Area and number, as tickets and log origins have it."""
        return f"{AREA}{self.number}"

    def people(self, district: Sequence[Person]) -> tuple[Person, ...]:
        """Give its roster: a site has clerks and a manager of its own, and the district's departments decide there too.

        Args:
            district: roster of the district hall.
        """
        if not self.own:
            return tuple(district)
        return (*self.own, *(person for person in district if not _OF_A_PLACE & set(person.roles)))


DISTRICT = DemoHall(
    number="01",
    folder="hall",
    name="示范区政务服务大厅（示例）",
    short_name="示范区政务服务大厅",
    address="示范区示范大道1号（示例）",
    phones=("027-00000100（示例）", "027-00000101（示例）"),
    windows=("01", "02", "03", "04", "05", "06"),
    shelves=("A-01..A-60", "B-01..B-60", "C-01..C-60"),
)


def _site(place: int, street: str, names: tuple[str, str, str]) -> DemoHall:
    """Make a site from its place among the sites, the name of its sub-district, two clerks and a manager."""
    phone = f"027-000002{place}0（示例）"
    return DemoHall(
        number=f"{place + 1:02}",
        folder=f"site-{place}",
        name=f"示范区{street}街道便民服务中心（示例）",
        short_name=f"{street}街道便民服务中心",
        address=f"示范区{street}路{place}号（示例）",
        phones=(phone, "027-00000101（示例）"),
        windows=("01", "02"),
        shelves=("A-01..A-20",),
        own=(
            Person(f"W03{place + 1}2", names[0], (Role.WINDOW_CLERK,), windows=("01", "02")),
            Person(f"W03{place + 1}3", names[1], (Role.WINDOW_CLERK,), windows=("01", "02")),
            Person(f"M400{place + 1}", names[2], (Role.HALL_MANAGER,)),
        ),
    )


SITES = (
    _site(1, "东湖", ("章示例", "邹示例", "喻示例")),
    _site(2, "南林", ("柏示例", "水示例", "窦示例")),
)
HALLS = (DISTRICT, *SITES)


def people_at(code: str) -> tuple[Person, ...]:
    """Give the roster of a demo hall by its code; of a hall that the demo does not know the district's."""
    place = next((place for place in HALLS if place.code == code), DISTRICT)
    return place.people(STAFF)
