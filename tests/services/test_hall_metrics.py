"""``/metrics`` of a hall: the format, the figures against what they are read from, and who may read them."""

import asyncio

import httpx
import pytest

from appliance.store.access_book import AccessBook
from appliance.store.event_store import log_row
from provisioning.stories import STORIES
from sync import hall_metrics
from sync.hub import metrics as city_metrics
from web.serving import hall_app

HALL = '{hall="42019901"}'


def read(text):
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    return {name: float(value) for name, _, value in (line.rpartition(" ") for line in lines)}


def test_the_figures_are_what_the_hall_holds(hall):
    hall.walk(STORIES[0], seed="metrics")
    hall.walk(next(story for story in STORIES if story.name == "received"), seed="metrics")
    told = read(hall_metrics.expose(hall.store, hall.opened.trust))
    size = log_row(hall.desk.reader(), hall.origin).size
    assert told[f"hallmark_hall_entries_reported{HALL}"] == size
    assert told[f"hallmark_hall_behind_up_entries{HALL}"] == size - told[f"hallmark_hall_entries_stored{HALL}"]
    assert told[f"hallmark_hall_cases_open{HALL}"] == 1
    assert told[f"hallmark_hall_writing_fault{HALL}"] == 0
    gates = {name: value for name, value in told.items() if name.startswith("hallmark_hall_gate")}
    assert sum(gates.values()) == 1
    assert gates['hallmark_hall_gate{hall="42019901",state="open"}'] == 1


def test_a_name_that_the_city_has_too_is_told_of_halls_there():
    here = {metric.name for metric, _ in hall_metrics.HALL}
    there = {metric.name for metric, _ in city_metrics.HALLS} | {city_metrics.HALL_CONFLICTS.name}
    assert len(here & there) >= 10
    assert not here & {metric.name for metric in city_metrics.CITY}


@pytest.mark.parametrize(
    ("address", "headers", "status"),
    [
        ("127.0.0.1", {}, 200),
        ("192.0.2.7", {}, 403),
        ("127.0.0.1", {"x-forwarded-for": "192.0.2.7"}, 403),
        ("127.0.0.1", {"forwarded": "for=192.0.2.7"}, 403),
    ],
)
def test_only_this_machine_reads_them(hall, address, headers, status):
    book = AccessBook(hall.directory / "access.db")
    app = hall_app(hall.opened, clock=hall.clock, renderer=None, book=book)

    async def ask():
        transport = httpx.ASGITransport(app=app, client=(address, 5000))
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            return await client.get("/metrics", headers=headers)

    answer = asyncio.run(ask())
    book.close()
    assert answer.status_code == status
    assert ("hallmark_hall_entries_reported" in answer.text) is (status == 200)
