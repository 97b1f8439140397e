"""Whatever page shows a person's name, number or phone in full, the access log says who saw it, of which case.

A crawler opens each kind of page that each role reaches and knows, from the hall's own data, what would be personal in
it; so a page that is added and forgets to say what it shows is found here.
"""

import re
from html.parser import HTMLParser
from urllib.parse import parse_qsl, urlsplit

import httpx
import msgspec
import pytest

from appliance.domain.subject import SubjectKind
from appliance.projections import cases
from appliance.projections.commands import open_reader
from appliance.store.access import ACCESS_NAME, looks
from appliance.store.access_book import AccessBook
from provisioning.demo_people import DEMO_PASSWORD

PEOPLE = ("W0312", "C1001", "R2001", "A3001", "D6001", "S5001", "M4001", "X9001", "X9003")
NO_PAGE = re.compile(r"^/(logout|static/|guides)")
EACH_PATTERN = 2
BEGINNINGS = ("/", "/cases?state=closed", "/cases?state=in_review", "/calls", "/issuance", "/renewals")


class Links(HTMLParser):
    """The addresses and the hidden fields of a page."""

    def __init__(self, text):
        super().__init__()
        self.found, self.fields = [], {}
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        if tag == "a" and (attrs.get("href") or "").startswith("/") and not NO_PAGE.search(attrs["href"]):
            self.found.append(attrs["href"].partition("#")[0])
        if tag == "input" and attrs.get("type") == "hidden" and attrs.get("name"):
            self.fields.setdefault(attrs["name"], attrs.get("value") or "")


def pattern_of(address):
    """Give an address without its numbers, and of its questions the names alone (which list is shown stays)."""
    parts = urlsplit(address)
    path = re.sub(r"/[SA]\d{6,}[0-9A-Z]*", "/{no}", parts.path)
    path = re.sub(r"/[0-9a-f]{32,}", "/{sha}", path)
    path = re.sub(r"/[0-9a-f]{8}-[0-9a-f-]{27,}", "/{draft}", path)
    path = re.sub(r"/[A-Z]\d{4}(?=/|$)", "/{staff}", path)
    path = re.sub(r"/\d+[Y\d]*(?=/|$)", "/{n}", path)
    names = [value if name == "tab" else name for name, value in sorted(parse_qsl(parts.query))]
    return path + (f"?{'&'.join(names)}" if names else "")


def secrets_of(directory):
    """Give, for each text that is personal in full, the numbers of the cases in which it stands.

    People of the demo share names: the contact of one case is called as the applicant of another.
    """
    found, bodies = set(), {}
    connection = open_reader(directory)
    for case in cases.every(connection):
        bodies[case.no] = msgspec.json.encode(case).decode()
        applicant, agent = case.applicant, case.agent
        texts = [applicant.representative, applicant.representative_id, applicant.phone]
        if applicant.kind is SubjectKind.PERSON:
            texts += [applicant.name, applicant.id_number]
        if agent is not None:
            texts += [agent.name, agent.id_number, agent.phone]
        for text in filter(None, texts):
            found.add(text)
    connection.close()
    return {text: {no for no, body in bodies.items() if text in body} for text in found}


def sign_in(client, login):
    page = Links(client.get("/login").text)
    typed = {"login": login, "password": DEMO_PASSWORD, "window": "03" if login == "W0312" else ""}
    assert client.post("/login", data={**page.fields, **typed}).status_code == 200


def recorded(directory, after):
    """Give the looks that were recorded since."""
    path = directory / ACCESS_NAME
    found = AccessBook(path).read(lambda connection: looks(connection, limit=50)) if path.exists() else []
    return [one for one in found if one.id > after], max([after, *(one.id for one in found)])


def crawl(house, login):
    """Open pages of every kind as one person; gives the kinds, what was shown unrecorded, how much was shown."""
    secrets, kinds, faults, shown, last = secrets_of(house.hall_directory), {}, [], 0, 0
    waiting = [*BEGINNINGS]
    with httpx.Client(base_url=house.hall, follow_redirects=True, timeout=60, headers={"Origin": house.hall}) as client:
        sign_in(client, login)
        _, last = recorded(house.hall_directory, last)
        while waiting:
            address = waiting.pop(0)
            kind = pattern_of(address)
            if kinds.get(kind, 0) >= EACH_PATTERN:
                continue
            kinds[kind] = kinds.get(kind, 0) + 1
            answer = client.get(address)
            views, last = recorded(house.hall_directory, last)
            text = answer.text if "html" in answer.headers.get("content-type", "") else ""
            named = {case for one in views if one.view.login == login and one.view.fields for case in one.view.cases}
            for secret, numbers in secrets.items():
                if secret in text:
                    shown += 1
                    if not numbers & named:
                        faults.append(f"{address}: {secret} of {min(numbers)}")
            waiting += Links(text).found
    return kinds, faults, shown


@pytest.mark.parametrize("login", PEOPLE)
def test_whoever_sees_personal_data_stands_in_the_access_log(lived_in, login):
    kinds, faults, _ = crawl(lived_in, login)
    assert len(kinds) > 5
    assert faults == []


def test_the_crawler_finds_a_page_that_does_not_say_what_it_shows(lived_in, monkeypatch):
    """The control: with the access log out of its sight, everything that is shown is a fault."""
    monkeypatch.setattr(f"{__name__}.recorded", lambda _directory, after: ([], after))
    _, faults, shown = crawl(lived_in, "C1001")
    assert shown > 20
    assert len(faults) == shown
