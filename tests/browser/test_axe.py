"""Every page that a person can reach, opened in a real Chromium and examined by axe-core (WCAG 2.1 A and AA)."""

import importlib.resources
import re
from urllib.parse import urlsplit

import pytest

AXE = importlib.resources.files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")
RUN = "() => axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa']})"
PEOPLE = ("W0312", "C1001", "R2001", "A3001", "D6001", "S5001", "M4001", "X9001", "X9002", "X9003")
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


def examine(page):
    """Run axe-core; gives what it found as lines."""
    page.evaluate(AXE)
    found = page.evaluate(RUN)["violations"]
    return [f"{one['id']}: {one['help']} {[node['target'] for node in one['nodes'][:3]]}" for one in found]


@pytest.mark.browser
@pytest.mark.parametrize("login", PEOPLE)
def test_axe_finds_nothing_on_any_page(lived_in, person, login):
    somebody = person(login, window="03" if login == "W0312" else "", place=lived_in)
    page, seen, waiting, faults = somebody.page, {}, [*BEGINNINGS], []
    while waiting:
        address = waiting.pop(0)
        pattern = pattern_of(address)
        if seen.get(pattern, 0) >= EACH_PATTERN:
            continue
        seen[pattern] = seen.get(pattern, 0) + 1
        page.goto(f"{somebody.address}{address}", wait_until="load")
        faults += [f"{address} {line}" for line in examine(page)]
        waiting += links(page)
    assert len(seen) > 5
    assert faults == []


@pytest.mark.browser
def test_axe_sees_a_page_that_is_wrong(chromium):
    """The control: a picture without words and a field without a label are found."""
    page = chromium.new_page()
    page.set_content("<html lang='zh'><title>x</title><main><img src='data:,'><input></main></html>")
    assert {line.split(":")[0] for line in examine(page)} >= {"image-alt", "label"}
