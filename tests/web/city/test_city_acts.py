"""What an operator does on the city's pages: asks a hall, resolves what is the city's; and what is refused, and why."""

import asyncio
import re
from uuid import uuid4

import pytest

from appliance.domain.actor import SYSTEM
from appliance.domain.events import ConflictFound, Evidence
from appliance.projections import city_commands, conflicts
from appliance.store.change import Change, Decision, NewEntry
from sync.hub import receive, salvage
from sync.hub.hall_states import STATE_OF_EVIDENCE
from web.pages.city_hall import EVIDENCE_NAMES

HALL = "42019901"
WORDS = "已向大厅核实，作为事实保留"


def on_the_pages(city, enter, act):
    """Let the operator sign in and do something."""

    async def go():
        async with city.client() as client:
            await enter(client)
            return await act(client)

    return asyncio.run(go())


async def send(client, address, **typed):
    """Open a page, fill its form and send it, as it is sent from a browser."""
    page = (await client.get(address)).text
    form = next(part for part in page.split("<form")[1:] if f'action="{address}"' in part)
    hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form))
    return await client.post(address, data=hidden | typed)


def asked(city):
    return city_commands.listing(city.hub.store.reader())


def test_an_order_goes_to_the_hall_once_and_its_answer_is_waited_for(city, enter):
    number = city.write()
    city.sync()

    async def act(client):
        page = (await client.get("/requests")).text
        hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page))
        fields = hidden | {"kind": "supervise", "hall": HALL, "subject": number, "words": "群众来电反映，请尽快办理"}
        return [await client.post("/requests", data=fields) for _ in range(2)]

    answers = on_the_pages(city, enter, act)
    assert [answer.status_code for answer in answers] == [200, 200]
    assert "等答复" in answers[1].text
    (one,) = asked(city)
    assert (one.kind, one.hall, one.subject) == ("supervise", HALL, number)
    city.sync()
    assert city_commands.find(city.hall.store.reader(), one.command) is not None


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ({"kind": "", "hall": HALL}, "请选一项"),
        ({"kind": "apply", "hall": HALL}, "请选一项"),
        ({"kind": "supervise", "hall": ""}, "请选一个大厅"),
        ({"kind": "supervise", "hall": "42019999"}, "请选一个大厅"),
    ],
)
def test_an_order_that_is_not_whole_is_told_at_its_field_and_nothing_that_was_typed_is_lost(city, enter, typed, says):
    words = "群众来电反映，请尽快办理"
    answer = on_the_pages(city, enter, lambda client: send(client, "/requests", subject="S1", words=words, **typed))
    assert (answer.status_code, says in answer.text, words in answer.text) == (422, True, True)
    assert asked(city) == []


def test_an_order_about_a_case_that_is_not_the_halls_is_refused(city, enter):
    typed = {"kind": "supervise", "hall": HALL, "subject": "S42019902202611230001", "words": "请尽快办理这一件"}
    answer = on_the_pages(city, enter, lambda client: send(client, "/requests", **typed))
    assert answer.status_code in {404, 422}
    assert typed["subject"] in answer.text
    assert asked(city) == []


def test_a_conflict_of_the_citys_is_resolved_on_its_page_in_words(city, enter):
    number = city.write()
    city.sync()
    log = city.hub.hall(HALL).ticket
    event = ConflictFound(
        conflict=str(uuid4()), kind="case_unknown", subject=number, owner="", found="2026-11-23", due="2026-11-25",
        evidence=(Evidence(log.h2c_origin, 1, number),),
    )  # fmt: skip
    told = Decision((NewEntry(event=event, log=log.c2h_origin),), {})
    city.hub.store.writer.submit(Change(str(uuid4()), SYSTEM, b"told", lambda _: told)).result()
    found = conflicts.find(city.hub.store.reader(), event.conflict)
    address = f"/conflicts/{found.conflict}"
    short = on_the_pages(city, enter, lambda client: send(client, address, choice="kept", words="不够"))
    assert short.status_code == 422
    assert "至少十个字" in short.text
    done = on_the_pages(city, enter, lambda client: send(client, address, choice="kept", words=WORDS))
    assert done.status_code == 200
    city.sync()
    held = conflicts.find(city.hall.store.reader(), found.conflict)
    assert (held.choice, held.by) == ("kept", "O0001")


def test_every_kind_of_evidence_has_its_words_on_the_halls_page():
    kinds = {value for name, value in vars(receive).items() if name.startswith("KIND_")}
    assert kinds
    assert kinds | {salvage.COMPROMISE} == set(EVIDENCE_NAMES) == set(STATE_OF_EVIDENCE)
