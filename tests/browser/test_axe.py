"""Every page of the hall's and the city's route tables, opened in a real Chromium and examined by axe-core."""

import importlib.util
import re
from pathlib import Path

import pytest

from web.routes import CITY, HALL, Route


def helper(name):
    spec = importlib.util.spec_from_file_location(name, Path(__file__).parent / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


axe, reach, road, waiting = helper("axe"), helper("reach"), helper("road"), helper("waiting")
examine = axe.examine

NOBODY = ""
PEOPLE = (NOBODY, "W0312", "C1001", "R2001", "A3001", "D6001", "S5001", "M4001", "X9001", "X9002", "X9003")
CITY_PEOPLE = (NOBODY, "O0001", "O0101")
PUBLIC = (
    "/login",
    "/status",
    "/verify",
    "/kiosk",
    "/kiosk/420100001000",
    "/kiosk/420100001000/form",
    "/kiosk/ticket",
    "/screen",
)
NO_PAGES = {
    "/static/{path:path}": "a file",
    "/frame/link": "a fragment",
    "/board/stream": "a stream of fragments",
    "/intake/items": "a fragment",
    "/intake/{draft:str}/known": "a fragment",
    "/intake/{draft:str}/scans/{sha:str}": "a file",
    "/supplement/{no:str}/scans/{sha:str}": "a file",
    "/cases/{no:str}/files/{sha256:str}": "a file",
    "/cases/{no:str}/entries/{index:int}/proof": "a file",
    "/city-requests/{command:str}/files/{sha:str}": "a file",
    "/papers/{no:str}/{kind:str}/{name:str}": "a file",
    "/fallback/pads/{first:str}": "a file",
    "/tray/{number:int}": "a file",
    "/bundles/work": "a fragment",
    "/queue/line": "a fragment",
    "/screen/stream": "a stream of fragments",
    "/screen/feed": "texts for machines",
    "/bundles/out/{name:str}": "a file",
    "/seals/{no:str}/letter": "a file",
}
ELSEWHERE = {
    "/intake/{draft:str}/check": "opens when a form is whole: examined by the test below",
    "/cases/{no:str}/spot": "opens between acceptance and licence of one sitting: examined in test_spot_keys",
}
CITY_ELSEWHERE: dict[str, str] = {}
"""Pages that the walk does not come by, each with its reason; one that it does come by may not stand here."""


def missed(routes, opened):
    """Give the GET routes of pages that none of the opened addresses belongs to."""
    pages = [one.path for one in routes if one.method == "GET" and not (one.path in NO_PAGES or ".pdf" in one.path)]
    reached = {route_of(address, pages) for address in opened}
    return [path for path in pages if path not in reached]


def route_of(address, paths):
    """Give the path of the table that an address belongs to: of several the one with the fewest parameters."""
    fits = [path for path in paths if re.fullmatch(as_regex(path), address.partition("?")[0])]
    return min(fits, key=lambda path: path.count("{"), default="")


def as_regex(path):
    return re.sub(r"\{\w+:str\}", "[^/]+", re.sub(r"\{\w+:int\}", r"\\d+", path))


@pytest.fixture(scope="session")
def clean():
    """The shapes of elements in which axe-core found nothing, of all people's pages."""
    return set()


@pytest.fixture(scope="session")
def sources():
    """The shapes of sources of pages in which axe-core found nothing, of all people's pages."""
    return set()


@pytest.fixture
def furnished(lived_in):
    """The demo that was lived in, with something on every desk."""
    reach.furnish(lived_in)
    waiting.furnish(lived_in, reach)
    return lived_in


def reached(house, login, *, city):
    """Give the pages that a person reaches, each with the shape of its source."""
    starts = ("/login",) if city else (*PUBLIC,)
    if login:
        starts = ("/",) if city else (*reach.BEGINNINGS, *reach.remarkable(house.hall_directory))
    with reach.signed_in(house.city if city else house.hall, login) as client:
        return reach.walk(client, starts)


def examined(somebody, pages, clean, sources):
    """Open each page whose source holds a shape that no clean page had, and give what was found."""
    faults = []
    for address, shape in pages.items():
        if shape <= sources:
            continue
        somebody.page.goto(f"{somebody.address}{address}", wait_until="load")
        found = [f"{address} {line}" for line in examine(somebody.page, clean)]
        faults += found
        if not found:
            sources |= shape
    return faults


# One test, so that one worker alone makes the furnished house and walks it.
@pytest.mark.browser
def test_axe_finds_nothing_on_any_page_and_every_page_is_come_by(furnished, person, clean, sources):
    faults, opened = [], {False: [], True: []}
    for city, people in ((False, PEOPLE), (True, CITY_PEOPLE)):
        for login in people:
            somebody = person(login, window="03" if login == "W0312" else "", city=city, place=furnished)
            pages = reached(furnished, login, city=city)
            faults += [f"{login} {line}" for line in examined(somebody, pages, clean, sources)]
            opened[city] += pages
    assert faults == []
    assert sorted(missed(HALL, opened[False])) == sorted(ELSEWHERE)
    assert sorted(missed(CITY, opened[True])) == sorted(CITY_ELSEWHERE)


@pytest.mark.browser
def test_axe_finds_nothing_where_a_form_is_checked(house, person, clean):
    clerk = person("W0312", window="03", place=house)
    road.start(clerk, "A911")
    road.fill_form(clerk)
    clerk.press("Control+Enter")
    clerk.page.wait_for_url("**/check")
    assert examine(clerk.page, clean) == []


def test_a_page_that_nobody_comes_by_is_named():
    """The control: a new page without a link is missed, and an act of a joint whole is no case's."""
    new = Route("GET", "/joints/{no:str}/nowhere", "web.pages.joints:nowhere", HALL[0].access)
    acts = Route("GET", "/joints/{no:str}/acts/{act:str}", "web.pages.joint_acts:show", HALL[0].access)
    assert missed((new, acts), ["/joints/B1/acts/extend", "/cases/S1/acts/extend"]) == [new.path]
    assert missed((acts,), ["/cases/S1/acts/extend"]) == [acts.path]


FOUND = [
    ("<img src='data:,'>", "image-alt"),
    ("<input>", "label"),
    ("<label for='other'>姓名</label><input id='second'>", "label"),
    ("<p style='color:#ccc;background:#fff'>姓名</p>", "color-contrast"),
    ("<button></button>", "button-name"),
]
GOOD = """<html lang='zh'><title>x</title><main><img src='data:,' alt='x'><label for='name'>姓名</label>
    <input id='name'><p style='color:#000;background:#fff'>姓名</p><button>好</button>%s</main></html>"""


@pytest.mark.browser
@pytest.mark.parametrize(("wrong", "rule"), FOUND)
def test_axe_sees_what_is_wrong_among_what_was_clean(chromium, wrong, rule):
    """The control: on a page whose like was found clean, one element that is wrong is found."""
    page, clean = chromium.new_page(), set()
    page.set_content(GOOD % "")
    assert examine(page, clean) == []
    assert clean
    assert not reach.Page(GOOD % wrong).shape <= reach.Page(GOOD % "").shape
    page.set_content(GOOD % wrong)
    assert rule in {line.split(":")[0] for line in examine(page, clean)}
