"""Passwords over the real tables: lock after five, the same work for unknown names, no password at rest."""

import asyncio
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from nacl import pwhash

import appliance.store
from appliance.clock import SHANGHAI, FixedClock
from appliance.services.passwords import HashLimits, make_verifier
from appliance.store import credentials, sessions
from appliance.store.connection import open_database
from appliance.store.sessions import AccessRow, SessionRow
from web import accounts
from web.accounts import StoredAccessLog, StoredCredentials, StoredSessions
from web.ports import Answer

CHEAP = HashLimits(pwhash.argon2id.OPSLIMIT_MIN, pwhash.argon2id.MEMLIMIT_MIN)
NOW = datetime(2026, 11, 23, 9, 41, tzinfo=SHANGHAI)
TABLES = Path(appliance.store.__file__).parent / "migrations" / "0002_accounts.sql"


class Tables:
    """One connection as both reader and writer."""

    def __init__(self, path):
        self.connection = open_database(path, read_only=False)
        self.connection.execute(TABLES.read_text("utf-8"))

    async def write(self, write, *args, **kwargs):
        with self.connection:
            return write(self.connection, *args, **kwargs)

    def reader(self):
        return self.connection


@pytest.fixture
def tables(tmp_path):
    made = Tables(tmp_path / "hall.db")
    yield made
    made.connection.close()


@pytest.fixture
def store(tables, threads):
    clock = FixedClock(NOW)
    made = StoredCredentials(tables, clock, threads, CHEAP, make_verifier("nobody", CHEAP))
    asyncio.run(made.change("W0312", "correct horse 9", must_change=True))
    return made, clock


def answers(store, login, passwords):
    async def walk():
        return [await store.verify(login, password) for password in passwords]

    return asyncio.run(walk())


def test_a_right_password_opens_and_a_wrong_one_counts(store):
    made, _ = store
    wrong, right, again = answers(made, "W0312", ["no", "correct horse 9", "no"])
    assert (wrong.answer, wrong.attempts_left) == (Answer.WRONG, 4)
    assert right.answer is Answer.OK
    assert right.must_change
    assert again.attempts_left == 4


@pytest.mark.parametrize("login", ["W0312", "NOBODY"])
def test_five_failures_lock_for_fifteen_minutes_known_or_not(store, login):
    made, clock = store
    verdicts = answers(made, login, ["no"] * 5 + ["correct horse 9"])
    assert [verdict.answer for verdict in verdicts] == [Answer.WRONG] * 4 + [Answer.LOCKED] * 2
    assert verdicts[-1].locked_until == NOW + timedelta(minutes=15)
    clock.advance(timedelta(minutes=15))
    after = answers(made, login, ["correct horse 9"])[0]
    assert after.answer is (Answer.OK if login == "W0312" else Answer.WRONG)


def test_twenty_attempts_at_once_are_all_counted(store, tables):
    made, _ = store

    async def walk():
        return await asyncio.gather(*(made.verify("W0312", "no") for _ in range(20)))

    verdicts = asyncio.run(walk())
    assert sum(verdict.answer is Answer.WRONG for verdict in verdicts) == 4
    assert credentials.failure(tables.connection, "W0312").failures == 5


def test_each_attempt_costs_one_hash_of_the_same_limits(store, monkeypatch):
    made, _ = store
    seen = []
    monkeypatch.setattr(
        accounts, "verifies", lambda verifier, _password: seen.append(verifier.rsplit("$", 2)[0]) or False
    )
    answers(made, "W0312", ["no"] * 7)
    answers(made, "NOBODY", ["no"] * 7)
    assert len(seen) == 14
    assert len(set(seen)) == 1


def test_nobody_signs_in_with_the_stand_in(store):
    made, _ = store
    assert answers(made, "NOBODY", ["nobody"])[0].answer is Answer.WRONG


def test_counts_of_names_typed_do_not_grow_for_ever(store, tables):
    made, clock = store
    for number in range(30):
        answers(made, f"guess{number}", ["no"])
        clock.advance(timedelta(minutes=2))
    assert tables.connection.execute("SELECT count(*) FROM login_failure").fetchone()[0] <= 9


def test_the_file_holds_no_password(store, tables):
    verifier = credentials.find(tables.connection, "W0312").verifier
    assert verifier.startswith("$argon2id$")
    assert "correct" not in verifier


def test_verifiers_that_are_made_cost_what_is_decided():
    limits = HashLimits()
    assert limits.memory_bytes >= 64 * 1024 * 1024
    assert limits.passes >= 2


def test_sessions_and_the_access_log_are_stored(tables):
    store, log = StoredSessions(tables), StoredAccessLog(tables)
    row = SessionRow("a" * 64, "W0312", "window_clerk", "03", NOW, NOW, NOW + timedelta(hours=12), "token")
    other = SessionRow("b" * 64, "W0312", "window_clerk", None, NOW, NOW, NOW + timedelta(hours=12), "other")

    async def walk():
        await store.create(row, replacing=None)
        assert store.load(row.id) == row
        await store.set_locked(row.id, locked=True, seen=NOW + timedelta(minutes=1))
        assert store.load(row.id).locked
        await store.touch(row.id, NOW + timedelta(minutes=2))
        assert store.load(row.id).seen == NOW + timedelta(minutes=2)
        await store.create(other, replacing=row.id)
        assert store.load(row.id) is None
        await store.delete_of_login("W0312")
        assert store.load(other.id) is None
        await log.record(AccessRow(NOW, "W0312", "sign-in", "ok", window="03"))

    asyncio.run(walk())
    assert sessions.recent_access(tables.connection, login="W0312")[0].window == "03"
    assert sessions.purge_access(tables.connection, NOW + timedelta(days=1)) == 1


def test_only_expired_sessions_are_purged(tables):
    for number, hours in ((1, 1), (2, 12)):
        row = SessionRow(f"{number}" * 64, "W", "guide", None, NOW, NOW, NOW + timedelta(hours=hours), "t")
        sessions.create(tables.connection, row)
    assert sessions.purge(tables.connection, NOW + timedelta(hours=2)) == 1
