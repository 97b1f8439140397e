import json

import pytest
from click.testing import CliRunner

from appliance.domain.events import CaseStepReturned
from appliance.ledger.note import VerifierKey
from appliance.ledger.tlog_proof import TlogProof
from appliance.store.commands import backup, journal_verify, log_export, log_prove, log_verify
from appliance.store.connection import open_database

SECRET = CaseStepReturned(step="a", to_step="b", to_step_name="c", reason="材料缺页")


@pytest.fixture
def run(open_hall):
    for _ in range(6):
        open_hall.do(SECRET)

    def invoke(command, *args):
        keys = {open_hall.own: open_hall.signer.verifier, open_hall.other: open_hall.city.verifier}
        known = {"data": open_hall.directory, "verifiers": lambda _: keys}
        return CliRunner().invoke(command, [str(arg) for arg in args], obj=known, catch_exceptions=False)

    return invoke


def spoil(hall, statement):
    """Change bytes behind SQLite's back, as far as it can tell: triggers dropped, everything else as it was."""
    hall.close()
    connection = open_database(hall.directory / "hall.db", read_only=False)
    for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'trigger'").fetchall():
        connection.execute(f"DROP TRIGGER {name}")
    connection.execute(statement)
    assert connection.changes() == 1
    connection.close()


def test_a_sound_log_is_said_to_be_sound_beside_a_running_owner(run, open_hall):
    answer = run(log_verify, "--json")
    told = json.loads(answer.stdout)
    assert answer.exit_code == 0
    assert (told["ok"], told["origin"], told["size"], told["checkpoints"]) == (True, open_hall.own, 7, 7)
    assert "一致" in run(log_verify).stdout


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE entry SET body = CAST(replace(body, 'step_returned', 'step_returneD') AS BLOB) WHERE idx = 4",
        "UPDATE entry SET leaf = zeroblob(32) WHERE idx = 4",
        "UPDATE entry SET case_no = 'x' WHERE idx = 4",
        "UPDATE entry SET type = 'x' WHERE idx = 4",
        "UPDATE entry SET cmd = 'x' WHERE idx = 4",
        "UPDATE private SET part = zeroblob(32) WHERE idx = 4",
        "UPDATE private SET state = 2 WHERE idx = 4",
        "DELETE FROM private WHERE idx = 4",
        "DELETE FROM entry WHERE idx = 4",
        "UPDATE node SET hash = zeroblob(32) WHERE level = 1 AND idx = 2",
        "DELETE FROM node WHERE level = 1 AND idx = 2",
        "UPDATE log SET size = 4, applied = 4 WHERE own = 1",
    ],
)
def test_what_was_changed_is_found_and_its_index_named(run, open_hall, statement):
    spoil(open_hall, "PRAGMA foreign_keys = OFF;" + statement)
    answer = run(log_verify, "--json")
    told = json.loads(answer.stdout)
    assert answer.exit_code == 2
    assert (told["ok"], told["index"]) == (False, 4)
    assert "4" in told["error"]
    assert run(log_verify).exit_code == 2


def test_a_changed_signature_is_found(run, open_hall):
    spoil(open_hall, "UPDATE checkpoint SET note = CAST(replace(note, '=', 'A') AS BLOB) WHERE size = 7")
    assert run(log_verify, "--json").exit_code == 2


def test_a_changed_signature_of_long_ago_is_found_unless_only_the_last_is_asked_for(run, open_hall):
    spoil(open_hall, "UPDATE checkpoint SET note = CAST(replace(note, '=', 'A') AS BLOB) WHERE size = 3")
    answer = run(log_verify, "--json")
    told = json.loads(answer.stdout)
    assert answer.exit_code == 2
    assert told["index"] == 2  # the last entry that it covers
    assert told["next_step"]
    assert run(log_verify, "--last-checkpoint").exit_code == 0


def test_an_export_is_a_tiles_directory_with_its_key(run, open_hall, tmp_path):
    assert run(log_export, tmp_path / "out").exit_code == 0
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"checkpoint", "tile", "vkey"}
    assert VerifierKey.parse((tmp_path / "out/vkey").read_text().strip()) == open_hall.signer.verifier
    again = run(log_export, tmp_path / "out")
    assert again.exit_code == 3


def test_a_proof_stands_alone(run, open_hall, tmp_path):
    target = tmp_path / "3.tlog-proof"
    assert run(log_prove, 3, "--out", target).exit_code == 0
    proof = TlogProof.parse(target.read_bytes())
    entry = target.with_suffix(".entry").read_bytes()
    assert proof.verify(entry, open_hall.signer.verifier).size >= 4
    assert run(log_prove, 99, "--out", target).exit_code == 3


def test_the_journal_is_read_through(run, open_hall):
    told = json.loads(run(journal_verify, "--json").stdout)
    assert told["ok"]
    assert told["sizes"] == {open_hall.own: 7}
    segment = next((open_hall.directory / "journal").iterdir())
    data = bytearray(segment.read_bytes())
    data[len(data) // 2] ^= 1
    segment.write_bytes(data)
    answer = run(journal_verify, "--json")
    told = json.loads(answer.stdout)
    assert answer.exit_code == 2
    assert told["segment"] == segment.name
    assert 0 < told["offset"] <= len(data) // 2


def test_a_backup_of_a_running_store_is_whole_and_never_overwrites(run, open_hall, tmp_path):
    answer = run(backup, tmp_path / "copy.db", "--json")
    assert json.loads(answer.stdout)["sizes"] == {open_hall.own: 7}
    assert run(backup, tmp_path / "copy.db").exit_code == 2
    copy = open_database(tmp_path / "copy.db", read_only=True)
    assert copy.execute("SELECT count(*) FROM entry").get == 7
    copy.close()
    assert not list(tmp_path.glob(".copy*"))


def test_a_backup_of_a_damaged_log_gets_no_name(run, open_hall, tmp_path):
    spoil(open_hall, "UPDATE entry SET leaf = zeroblob(32) WHERE idx = 4")
    assert run(backup, tmp_path / "copy.db").exit_code == 2
    assert not list(tmp_path.glob("*copy*"))


def test_an_empty_directory_is_a_usage_error(run, open_hall, tmp_path):
    open_hall.directory = tmp_path
    answer = run(log_verify)
    assert answer.exit_code == 3
    assert "Traceback" not in answer.output
