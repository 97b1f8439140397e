"""``/metrics`` of the city: the format, what the figures are, who may read them."""

import asyncio
import re
from datetime import timedelta

import httpx

from appliance.clock import parse_time
from sync.exposition import MEDIA_TYPE, told
from sync.hub import metrics
from sync.hub.board import board, sums_of
from sync.hub.hall_states import HallState, Turn

HALL = "42019901"
SAMPLE = re.compile(r'([a-z_]+)(?:\{([a-z_]+="[^"\\\n]*"(?:,[a-z_]+="[^"\\\n]*")*)\})? (-?[0-9.e+]+)')


def read(text):
    """Read the text format by its own rules; gives helps, types and samples."""
    helps, types, samples = {}, {}, {}
    assert text.endswith("\n")
    for line in text.splitlines():
        if line.startswith("# HELP "):
            _, _, name, words = line.split(" ", 3)
            assert name not in helps
            helps[name] = words
        elif line.startswith("# TYPE "):
            _, _, name, kind = line.split(" ")
            assert name in helps
            types[name] = kind
        else:
            name, labels, value = SAMPLE.fullmatch(line).groups()
            assert name in types
            assert (name, labels) not in samples
            samples[name, labels or ""] = float(value)
    return helps, types, samples


def test_the_figures_are_those_of_the_board(city):
    city.write()
    city.sync()
    helps, types, samples = read(metrics.expose(city.hub))
    (row,) = board(city.hub)
    hall = f'hall="{HALL}"'
    assert samples["hallmark_hall_entries_stored", hall] == row.size
    assert samples["hallmark_hall_cases_open", hall] == 1
    assert samples["hallmark_hall_last_contact_timestamp_seconds", hall] == parse_time(row.last_contact).timestamp()
    assert samples["hallmark_hall_state", f'{hall},state="equal"'] == 1
    assert samples["hallmark_hall_state", f'{hall},state="silent"'] == 0
    assert samples["hallmark_city_halls", 'state="equal"'] == 1
    assert sum(value for (name, _), value in samples.items() if name == "hallmark_city_halls_by_turn") == 1
    assert samples["hallmark_city_conflicts_open", ""] == 0
    assert set(types.values()) == {"gauge"}
    assert all(words[0].isalpha() or words[0].isdigit() for words in helps.values())
    assert all(words.endswith(".") for words in helps.values())


def test_silence_and_flags_show(city):
    city.write()
    city.sync()
    city.hub.store.writer.local(
        lambda connection: connection.execute(
            "INSERT INTO hub_flag VALUES (?, 1, 'case_unknown', 'x', 't')", (city.hub.hall(HALL).ticket.h2c_origin,)
        )
    ).result()
    city.clock.advance(timedelta(hours=1))
    _, _, samples = read(metrics.expose(city.hub))
    for state in (HallState.SILENT, HallState.FLAGGED):
        assert samples["hallmark_hall_state", f'hall="{HALL}",state="{state.value}"'] == 1
    assert samples["hallmark_hall_flags", f'hall="{HALL}"'] == samples["hallmark_city_flags", ""] == 1
    assert samples["hallmark_city_halls_silent", ""] == 1
    assert (
        samples["hallmark_city_halls_by_turn", 'turn="operator"'] == sums_of(board(city.hub)).turns[Turn.OPERATOR] == 1
    )


def test_a_label_cannot_break_the_format():
    (_, _, line) = told(metrics.STATE, [({"hall": 'a"b\\c\nd'}, 1.0)])
    assert line == 'hallmark_hall_state{hall="a\\"b\\\\c\\nd"} 1'


def test_this_machine_reads_without_a_session_and_no_other(city):
    async def walk():
        async with city.client() as client:
            here = await client.get("/metrics")
        transport = httpx.ASGITransport(app=city.app(), client=("192.0.2.7", 4711))
        async with httpx.AsyncClient(transport=transport, base_url="http://city.test") as client:
            return here, await client.get("/metrics")

    here, there = asyncio.run(walk())
    assert here.status_code == 200
    assert here.headers["content-type"] == f"{MEDIA_TYPE}; charset=utf-8"
    assert "hallmark_city_halls" in here.text
    assert there.status_code == 403
    assert "hallmark_" not in there.text
