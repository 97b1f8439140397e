"""Name search among many cases, against an indexed equality lookup through the same path: page, session, HTTP."""

import http.client
import time
from random import Random
from urllib.parse import quote

import bulk
from figure import Bench, Figure, make_hall, opened, past_clock, quantile, rounded, say
from intake_posts import Client, open_sessions
from measure_intake import hall_server

from appliance.domain.states import State
from appliance.projections import cases, search
from provisioning.walk import Story

CASES_FULL = 200_000
QUERIES = 400
TARGET = 5.0
RECEIVED = (Story("received", 9, until=State.RECEIVED), Story("agent_received", 1, by_agent=True, until=State.RECEIVED))


def _asked(port: int, client: Client, queries: list[str]) -> list[float]:
    """Ask one after the other, as the search box does while somebody types, and give the seconds of each."""
    connection = http.client.HTTPConnection("127.0.0.1", port)
    headers = {"Cookie": client.cookie, "HX-Request": "true"}
    times = []
    for query in queries:
        began = time.perf_counter()
        connection.request("GET", f"/cases?q={quote(query)}", headers=headers)
        answer = connection.getresponse()
        answer.read()
        times.append(time.perf_counter() - began)
        if answer.status != 200:
            raise RuntimeError(f"{answer.status} for {query}")
    connection.close()
    return times


def _direct(work, queries: list[str]) -> list[float]:
    times = []
    for query in queries:
        began = time.perf_counter()
        work(query)
        times.append(time.perf_counter() - began)
    return times


def measure(bench: Bench) -> Figure:
    """Ask for whole names, parts of names and initials, and for whole numbers in between."""
    hall, clock = make_hall(bench.directory, days_ago=25), past_clock()
    wanted = bench.scaled(CASES_FULL)
    with opened(hall, clock) as owner:
        bulk.load(owner, clock, seed=5, until=lambda loaded: loaded.cases >= wanted, stories=RECEIVED, say=say)
    random = Random(5)
    with opened(hall) as owner:
        client = open_sessions(owner, 1)[0]
        reader = owner.store.reader()
        known = reader.execute("SELECT no, applicant_name FROM case_view").fetchall()
        picked = random.sample(known, QUERIES)
        names = [name if at % 3 == 0 else name[:2] if at % 3 == 1 else search.initials(name)[0][:4]
                 for at, (_, name) in enumerate(picked)]  # fmt: skip
        numbers = [no for no, _ in random.sample(known, QUERIES)]
        for query in (*names[:20], *numbers[:20]):
            search.find(reader, query)
        inside = _direct(lambda query: search.find(reader, query), names)
        equality = _direct(lambda query: cases.find(reader, query), numbers)
    with hall_server(hall, bench.directory / "log") as port:
        _asked(port, client, [*names[:20], *numbers[:20]])
        by_name: list[float] = []
        by_number: list[float] = []
        for at in range(0, QUERIES, 20):
            by_name += _asked(port, client, names[at : at + 20])
            by_number += _asked(port, client, numbers[at : at + 20])
    value, baseline = quantile(by_name, 0.99), quantile(by_number, 0.99)
    ratio = value / baseline
    return Figure(
        name="search",
        unit="milliseconds, p99",
        value=rounded(value * 1e3),
        baseline=rounded(baseline * 1e3),
        baseline_of="the same page asked for a whole case number, found by its index",
        ratio=rounded(ratio),
        target=f"ratio <= {TARGET}",
        met=ratio <= TARGET,
        beside={
            "cases": len(known),
            "p50_milliseconds": rounded(quantile(by_name, 0.5) * 1e3),
            "baseline_p50_milliseconds": rounded(quantile(by_number, 0.5) * 1e3),
            "query_alone_p99_milliseconds": rounded(quantile(inside, 0.99) * 1e3),
            "query_alone_p50_milliseconds": rounded(quantile(inside, 0.5) * 1e3),
            "equality_alone_p99_milliseconds": rounded(quantile(equality, 0.99) * 1e3),
        },
    )
