import asyncio
import json
from datetime import datetime

import msgspec
import pytest

from appliance.clock import SHANGHAI, SystemClock
from appliance.domain.queue import Act, Outcome, Priority, WindowState
from appliance.errors import NotFound
from appliance.store import credentials, drafts, local_writes, queue, sessions, tray
from appliance.store.connection import open_database
from appliance.store.drafts import DraftEdit, DraftRow
from appliance.store.queue_rows import Hand, NewTicket, WindowRow
from appliance.store.schema import migrate
from appliance.store.tray import NewScan

NOW = datetime(2026, 11, 27, 9, 30, 1, tzinfo=SHANGHAI)
LATER = datetime(2026, 11, 27, 9, 31, tzinfo=SHANGHAI)
SESSION = sessions.SessionRow(
    id="s1", login="W0312", role="window_clerk", window=None, created=NOW, seen=NOW, expires=NOW, csrf="c"
)
ACCESS = sessions.AccessRow(NOW, "W0312", "sign_in", "ok", "", "", "03", "127.0.0.1")
DRAFT = DraftRow("d1", "W0312", "intake", "收件".encode(), "2026-11-27T09:30:01+08:00")
SCAN = NewScan("03", "a.png", "0" * 64, "image/png", 3, "2026-11-27T09:30:00+08:00", "one")
OTHER = DraftRow("d2", "W0313", "intake", b"{}", "2026-11-27T09:30:01+08:00")
BACK = NewScan("04", "b.png", "1" * 64, "image/png", 3, "2026-11-27T09:30:00+08:00", "two")
AFTER = DraftRow("d1", "W0312", "intake", b"{}", "later")
EDIT = DraftEdit(DRAFT.data, AFTER, taken=1, window="03", given_back=(BACK,))
HAND = Hand("03", "W0312", "2026-11-27T09:31:00.000+08:00")
TICKETS = [
    NewTicket(key, "A", "general", Priority.ELDERLY, "2026-11-27T09:30:00.000+08:00", "", "") for key in ("one", "two")
]
CALLS = [
    (queue.draw, (TICKETS[0],), {}),
    (queue.draw, (TICKETS[1],), {}),
    (queue.call_next, (HAND, ("general",)), {}),
    (queue.move, (1, Act.START, HAND), {}),
    (queue.finish, (1, HAND, Outcome.ENQUIRY), {}),
    (queue.call_next, (HAND, ("general",)), {}),
    (queue.transfer, (2, HAND, "general", "04"), {}),
    (queue.set_window, (WindowRow("03", WindowState.PAUSED, "换班", "W0312", HAND.at, ("general",)),), {}),
    (credentials.put, (credentials.CredentialRow("W0312", "$argon2id$", must_change=True, changed=NOW),), {}),
    (credentials.settle, ("W0312",), {"fits": False, "now": NOW}),
    (drafts.create, (OTHER,), {}),
    (drafts.replace, (EDIT,), {}),
    (drafts.delete, ("d1",), {}),
    (sessions.begin, (SESSION,), {"replacing": None}),
    (sessions.touch, ("s1", LATER), {}),
    (sessions.set_locked, ("s1",), {"locked": True, "seen": NOW}),
    (sessions.record_access, (ACCESS,), {}),
    (sessions.delete, ("s1",), {}),
    (credentials.settle, ("W0312",), {"fits": True, "now": NOW}),
    (sessions.delete_of_login, ("W0312",), {"keep": "s2"}),
    (tray.take, (2, "04", "now"), {}),
]


TABLES = (
    "credential",
    "login_failure",
    "draft",
    "session",
    "access_log",
    "tray",
    "queue_ticket",
    "queue_movement",
    "queue_window",
)


@pytest.fixture
def database(tmp_path):
    def make(name):
        connection = open_database(tmp_path / name, read_only=False)
        migrate(connection, SystemClock())
        drafts.put(connection, DRAFT)
        tray.add(connection, SCAN)
        return connection

    return make


def content(connection):
    return {name: connection.execute(f"SELECT * FROM {name}").fetchall() for name in TABLES}  # noqa: S608 - listed


def test_every_listed_write_does_and_answers_over_the_socket_what_it_does_when_called(database):
    assert {call[0] for call in CALLS} == set(local_writes.LISTED)
    here, there = database("here.db"), database("there.db")
    for write, args, kwargs in CALLS:
        before = content(here)
        answer = write(here, *args, **kwargs)
        sent = local_writes.decode_call(local_writes.encode_call(write, args, kwargs))(there)
        assert local_writes.decode_answer(write, sent) == answer
        assert content(there) == content(here)
        assert write is sessions.delete_of_login or content(here) != before, "the call tests nothing"


def test_what_is_not_listed_is_neither_sent_nor_taken(open_hall):
    with pytest.raises(LookupError):
        local_writes.encode_call(drafts.put, (DRAFT,), {})
    with pytest.raises(LookupError):
        asyncio.run(local_writes.run(open_hall.store.writer, drafts.put, DRAFT))
    with pytest.raises(NotFound):
        local_writes.decode_call(json.dumps({"name": "drafts.put", "arguments": {}}).encode())
    with pytest.raises(msgspec.MsgspecError):
        local_writes.decode_call(json.dumps({"name": "drafts.delete", "arguments": {"draft": 1}}).encode())


def test_a_draft_that_was_changed_in_between_is_left_as_it_is(database):
    connection = database("hall.db")
    stale = DraftEdit(b"older", EDIT.after, taken=1, window="03", given_back=(SCAN,))
    before = content(connection)
    assert not drafts.replace(connection, stale)
    assert content(connection) == before
    assert drafts.replace(connection, EDIT)
    assert not drafts.replace(connection, EDIT)


def test_a_draft_stays_when_its_scan_was_taken_by_somebody_else(database):
    connection = database("hall.db")
    tray.take(connection, 1, "03", "now")
    assert not drafts.replace(connection, EDIT)
    assert drafts.get(connection, "d1", "W0312") == DRAFT
