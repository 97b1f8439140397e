"""Any byte of the database may change: what the log says afterwards is the same, or it is said that it is not."""

import random

import apsw
import pytest

from appliance.domain.events import CaseStepReturned
from appliance.errors import HallmarkError
from appliance.store.connection import open_database
from appliance.store.verify import verify_stored

SECRET = CaseStepReturned(step="a", to_step="b", to_step_name="c", reason="缺页")


def told(path):
    """Give everything that the signed log says, read as plainly as it gets."""
    connection = open_database(path, read_only=True)
    try:
        return [
            connection.execute(statement).fetchall()
            for statement in (
                "SELECT * FROM entry WHERE log = 1 ORDER BY idx",
                "SELECT * FROM private WHERE log = 1 ORDER BY idx",
                "SELECT * FROM node WHERE log = 1 ORDER BY level, idx",
                "SELECT note FROM checkpoint WHERE log = 1 ORDER BY size DESC LIMIT 1",
            )
        ]
    finally:
        connection.close()


def verdict(path, hall):
    connection = open_database(path, read_only=True)
    try:
        return verify_stored(connection, hall.own, hall.signer.verifier).ok
    finally:
        connection.close()


@pytest.mark.programme("flip")
def test_a_flipped_byte_is_noticed_or_changes_nothing_that_is_signed(programme, open_hall, tmp_path):
    for _ in range(25):
        open_hall.do(SECRET, SECRET)
    open_hall.close()
    connection = open_database(open_hall.directory / "hall.db", read_only=False)
    connection.execute("PRAGMA journal_mode = DELETE")
    connection.close()
    whole = (open_hall.directory / "hall.db").read_bytes()
    path = tmp_path / "flipped.db"
    path.write_bytes(whole)
    before = told(path)
    assert verdict(path, open_hall)
    noticed = 0
    for number in programme:
        rng = random.Random(number)
        data = bytearray(whole)
        if number % 4 == 3:
            del data[rng.randrange(len(data)) :]
        else:
            data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
        path.write_bytes(data)
        try:
            sound = verdict(path, open_hall)
            after = told(path) if sound else None
        except (apsw.Error, UnicodeDecodeError, HallmarkError):
            sound, after = False, None
        noticed += not sound
        assert not sound or after == before, f"seed {number}"
    assert noticed > programme.reached // 5
