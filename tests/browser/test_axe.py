"""Every page that a person can reach, opened in a real Chromium and examined by axe-core (WCAG 2.1 A and AA)."""

import importlib.resources
import re
from urllib.parse import urlsplit

import pytest

AXE = importlib.resources.files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")
RUN = """() => axe.run(document, {
    runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'], resultTypes: ['violations']})"""
# What axe-core looks at, each kind once: an element in its place, with its attributes (empty or not, and whether what
# they point at is there), its label and whether it holds text. Of two elements with one id the page is new.
SHAPE = """() => {
    const all = [...document.querySelectorAll('*')], places = new Map(), ids = new Set(), shape = new Set();
    for (const one of all) {
        const above = places.get(one.parentElement) ?? '';
        const place = `${above}>${one.tagName}.${one.getAttribute('class') ?? ''}`;
        places.set(one, place);
        const attributes = one.getAttributeNames().map(name => {
            const value = one.getAttribute(name);
            const pointing = ['for', 'aria-labelledby', 'aria-describedby', 'aria-controls'].includes(name);
            const told = ['role', 'type', 'lang', 'style', 'hidden'].includes(name);
            const whole = told || name.startsWith('aria-') && !pointing;
            const there = value.split(/\\s+/).every(id => document.getElementById(id));
            return name + (pointing ? there : whole && name !== 'aria-label' ? value : value !== '');
        }).sort().join();
        const text = [...one.childNodes].some(node => node.nodeType === 3 && node.data.trim());
        shape.add(`${place}[${attributes}]${text}${one.labels?.length ?? ''}`);
        if (one.id && ids.has(one.id)) shape.add(`twice ${document.URL} ${one.id}`);
        ids.add(one.id);
    }
    return [...shape];
}"""
PEOPLE = ("W0312", "C1001", "R2001", "A3001", "D6001", "S5001", "M4001", "X9001", "X9002", "X9003")
CITY_PEOPLE = ("O0001", "O0101")
# What is no page: files, fragments, and what ends the session.
NO_PAGE = re.compile(r"^/(logout|static/|papers/.+/.+/|.*/(files|scans|entries/\d+/proof))|\.(pdf|svg|csv)$")
EACH_PATTERN = 1
BEGINNINGS = (
    "/",
    "/account/password",
    "/clock",
    "/status",
    "/verify",
    "/kiosk",
    "/kiosk/420100001000",
    "/kiosk/420100001000/form",
    "/submissions",
    "/cases?state=closed",
    "/joints?state=all",
    "/work?tab=lead",
)


def pattern_of(address):
    """Give an address without its numbers: pages of one pattern are one template with other data."""
    parts = urlsplit(address)
    path = re.sub(r"/[SA]\d{6,}[0-9A-Z]*", "/{no}", parts.path)
    path = re.sub(r"/[0-9a-f]{8}-[0-9a-f-]{27,}", "/{draft}", path)
    path = re.sub(r"/\d+[Y\d]*(?=/|$)", "/{n}", path)
    path = re.sub(r"/[A-Z]\d{4}(?=/|$)", "/{staff}", path)
    tab = re.search(r"tab=\w+", parts.query)
    return path + (f"?{tab[0]}" if tab else "")


def links(page):
    found = page.eval_on_selector_all("a[href]", "all => all.map(one => one.getAttribute('href'))")
    return [one.split("#")[0] for one in found if one and one.startswith("/") and not NO_PAGE.search(one.split("?")[0])]


def examine(page, clean):
    """Run axe-core; gives what it found as lines.

    `clean` holds the shapes in which nothing was found; a page of such shapes alone is not examined again.
    """
    shape = set(page.evaluate(SHAPE))
    if shape <= clean:
        return []
    page.evaluate(AXE)
    found = page.evaluate(RUN)["violations"]
    if not found:
        clean |= shape
    return [f"{one['id']}: {one['help']} {[node['target'] for node in one['nodes'][:3]]}" for one in found]


@pytest.fixture(scope="session")
def clean():
    """The shapes of elements in which axe-core found nothing, of all people's pages."""
    return set()


@pytest.mark.browser
@pytest.mark.parametrize("login", PEOPLE)
def test_axe_finds_nothing_on_any_page(lived_in, person, login, clean):
    somebody = person(login, window="03" if login == "W0312" else "", place=lived_in)
    seen, faults = walked(somebody, BEGINNINGS, clean)
    assert len(seen) > 5
    assert faults == []


@pytest.mark.browser
@pytest.mark.parametrize("login", CITY_PEOPLE)
def test_axe_finds_nothing_on_any_page_of_the_city(lived_in, person, login, clean):
    seen, faults = walked(person(login, city=True, place=lived_in), ("/",), clean)
    assert len(seen) > 5
    assert faults == []


def walked(somebody, beginnings, clean):
    """Open every page that the links lead to, one of a pattern; gives the patterns and what was found."""
    page, seen, waiting, faults = somebody.page, {}, [*beginnings], []
    while waiting:
        address = waiting.pop(0)
        pattern = pattern_of(address)
        if seen.get(pattern, 0) >= EACH_PATTERN:
            continue
        seen[pattern] = seen.get(pattern, 0) + 1
        page.goto(f"{somebody.address}{address}", wait_until="load")
        faults += [f"{address} {line}" for line in examine(page, clean)]
        waiting += links(page)
    return seen, faults


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
    page.set_content(GOOD % wrong)
    assert rule in {line.split(":")[0] for line in examine(page, clean)}
