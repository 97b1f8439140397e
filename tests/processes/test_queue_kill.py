"""kill -9 of a hall while tickets are drawn: every number that somebody was told waits, and none is given twice."""

import contextlib
import re
import threading

import httpx

from appliance.store import queue_rows
from appliance.store.connection import open_database

NUMBER = re.compile(r'class="no">([A-Z]\d+)<')
HIDDEN = re.compile(r'name="(_csrf|_key)" value="([^"]*)"')


def drawing(address, told, until):
    """Draw tickets at the terminal until the server dies; note each number that was shown."""
    with contextlib.suppress(httpx.TransportError), httpx.Client(base_url=address, timeout=30) as client:
        while not until.is_set():
            fields = dict(HIDDEN.findall(client.get("/kiosk/ticket").text))
            answer = client.post("/kiosk/ticket", data={**fields, "business": "general", "priority": "none"})
            if found := NUMBER.search(answer.text):
                told.append(found[1])


def test_kill_9_loses_no_ticket_that_was_drawn_and_repeats_no_number(served):
    told = []
    for _ in range(2):
        served.start()
        before, until = len(told), threading.Event()
        threads = [
            threading.Thread(target=drawing, args=(f"http://127.0.0.1:{served.port}", told, until)) for _ in range(3)
        ]
        for thread in threads:
            thread.start()
        while len(told) < before + 6:
            until.wait(0.01)
        served.kill()
        until.set()
        for thread in threads:
            thread.join()
        connection = open_database(served.directory / "hall.db", read_only=False)
        (day,) = connection.execute("SELECT max(day) FROM queue_ticket").fetchone()
        kept = [one.code for one in queue_rows.of_day(connection, day)]
        connection.close()
        assert len(told) == len(set(told))
        assert set(told) <= set(kept)
        assert len(kept) == len(set(kept))
