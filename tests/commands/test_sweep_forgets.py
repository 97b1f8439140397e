"""The sweep also removes old sessions and access-log lines, unless the clock is in doubt."""

import shutil
from datetime import timedelta

from appliance.clock import SystemClock
from appliance.store.access import ACCESS_NAME
from appliance.store.access_book import AccessBook
from appliance.store.sessions import AccessRow, SessionRow, create, load, recent_access, record_access
from sync.opening import open_enrolled
from sync.owning import _sweeper

CLOCK = SystemClock()


def swept(place):
    """Sweep a hall with an old and a newer session and line; gives what is left of each."""
    opened, now = open_enrolled(place.hall, CLOCK), CLOCK.now()

    def plant(connection):
        for name, days in (("old", 31), ("newer", 29)):
            at = now - timedelta(days=days)
            create(connection, SessionRow(name, "C1001", "case_handler", None, at, at, at, "token"))
        for name, days in (("old", 366), ("newer", 364)):
            record_access(connection, AccessRow(now - timedelta(days=days), "C1001", name, "ok"))

    try:
        opened.store.writer.local(plant).result()
        book = AccessBook(place.hall / ACCESS_NAME)
        _sweeper(opened, CLOCK, book)("sweep.run", b"")
        book.close()
        reader = opened.store.reader()
        lines = {row.act for row in recent_access(reader, login="C1001")}
        return {name for name in ("old", "newer") if load(reader, name)}, lines & {"old", "newer"}
    finally:
        opened.store.close()


def test_the_sweep_forgets_what_is_kept_no_longer(place):
    assert swept(place) == ({"newer"}, {"newer"})


def test_a_hall_in_doubt_throws_nothing_away(place):
    shutil.rmtree(place.hall / "journal")
    assert swept(place) == ({"old", "newer"}, {"old", "newer"})
