import io
import os
import subprocess
import sys
import textwrap

import apsw
import pytest

from appliance.errors import Conflict, IntegrityFailure, NotFound, TooLarge
from appliance.store.blobs import BlobStore
from appliance.store.connection import open_database
from appliance.store.schema import migrate, migrations


def test_a_second_owner_is_told_who_the_first_is(open_hall, hall_at):
    second = hall_at(open_hall.directory)
    with pytest.raises(Conflict) as caught:
        second.open()
    assert str(os.getpid()) in caught.value.text()
    open_hall.close()
    assert second.open().log(second.own).size == 1


def test_the_data_directory_is_closed_to_other_users_whoever_made_it(open_hall):
    open_hall.close()
    open_hall.directory.chmod(0o755)
    open_hall.open()
    assert open_hall.directory.stat().st_mode & 0o777 == 0o700


GUARDED = """
    import shutil, sqlite3, sys
    from pathlib import Path
    from appliance.clock import SystemClock
    from appliance.store.connection import open_database
    from appliance.store.guard import SecondOpener, install_guard
    directory = Path(sys.argv[1])
    connection = open_database(directory / "hall.db", read_only=False)
    connection.execute("CREATE TABLE t (x)")
    if sys.argv[2] == "guard":
        install_guard(directory)
    attempts = {
        "sqlite3": lambda: sqlite3.connect(directory / "hall.db"),
        "uri": lambda: sqlite3.connect(f"file:{directory}/hall.db?mode=ro", uri=True),
        "open": lambda: open(directory / "hall.db", "rb").read(1),
        "wal": lambda: (directory / "hall.db-wal").read_bytes(),
        "copy": lambda: shutil.copy(directory / "hall.db", directory / "copy.db"),
        "bytes": lambda: open(bytes(directory / "hall.db"), "rb"),
        "detour": lambda: open(directory / "sub" / ".." / "hall.db", "rb"),
        "link": lambda: open(directory / "sub" / "link-hall.db", "rb"),
    }
    for name, attempt in attempts.items():
        try:
            attempt()
            print(name, "let in")
        except SecondOpener:
            print(name, "refused")
    (directory / "sub" / "hall.db").write_bytes(b"another directory is not ours to guard")
    (directory / "queue.db").write_bytes(b"")
    sqlite3.connect(directory / "queue.db").close()
    open_database(directory / "hall.db", read_only=True).close()
    print("rest fine")
"""


@pytest.mark.parametrize(("mode", "answer"), [("guard", "refused"), ("control", "let in")])
def test_nothing_but_apsw_opens_the_database(tmp_path, mode, answer):
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "link-hall.db").symlink_to(tmp_path / "hall.db")
    run = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(GUARDED), str(tmp_path), mode],
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    lines = run.stdout.split("\n")
    assert [line.partition(" ")[2] for line in lines[:8]] == [answer] * 8, run.stdout
    assert lines[8] == "rest fine"


@pytest.fixture
def blobs(tmp_path):
    return BlobStore(tmp_path / "blobs")


def test_a_blob_is_found_by_its_content(blobs):
    digest = blobs.put(b"scan")
    assert blobs.put(io.BytesIO(b"scan")) == blobs.put(iter([b"sc", b"an"])) == digest
    assert (blobs.has(digest), blobs.size(digest), blobs.read(digest)) == (True, 4, b"scan")
    assert blobs.path(digest).parts[-2:] == (digest[:2], digest)
    assert list((blobs._directory / "incoming").iterdir()) == []


def test_too_large_an_upload_is_stopped_and_leaves_nothing(blobs):
    def endless():
        while True:
            yield bytes(1000)

    with pytest.raises(TooLarge):
        blobs.put(endless(), limit_bytes=10_000)
    assert [path for path in blobs._directory.rglob("*") if path.is_file()] == []


def test_a_damaged_blob_is_noticed_and_mended_by_sending_it_again(blobs):
    digest = blobs.put(b"scan")
    blobs.path(digest).write_bytes(b"scam")
    with pytest.raises(IntegrityFailure):
        blobs.read(digest)
    with pytest.raises(IntegrityFailure):
        blobs.verify(digest)
    assert blobs.read(digest, verify=False) == b"scam"
    blobs.put(b"scan", expect=digest)
    blobs.verify(digest)
    with pytest.raises(IntegrityFailure):
        blobs.put(b"other", expect=digest)


@pytest.mark.parametrize("name", ["", "../../hall.db", "0" * 63, "0" * 65, "A" * 64, "0" * 64])
def test_no_name_leads_out_of_the_store(blobs, name):
    assert not blobs.has(name)
    with pytest.raises(NotFound):
        blobs.open(name)


def test_a_blob_is_synced_before_it_gets_its_name(blobs, monkeypatch):
    steps = []
    monkeypatch.setattr("appliance.store.blobs.os.fsync", lambda _: steps.append("fsync"))
    monkeypatch.setattr("appliance.store.blobs.sync_directory", lambda path: steps.append(path.name))
    replace = type(blobs._directory).replace
    monkeypatch.setattr(type(blobs._directory), "replace", lambda a, b: (steps.append("rename"), replace(a, b)))
    digest = blobs.put(b"scan")
    assert steps == ["fsync", "blobs", "rename", digest[:2]]


def test_the_databases_settings_are_those_durability_rests_on(tmp_path):
    connection = open_database(tmp_path / "hall.db", read_only=False)
    reader = open_database(tmp_path / "hall.db", read_only=True)
    settings = {
        name: connection.execute(f"PRAGMA {name}").get
        for name in (
            "journal_mode",
            "synchronous",
            "foreign_keys",
            "secure_delete",
            "wal_autocheckpoint",
            "busy_timeout",
        )
    }
    assert settings == {
        "journal_mode": "wal",
        "synchronous": 2,
        "foreign_keys": 1,
        "secure_delete": 1,
        "wal_autocheckpoint": 1000,
        "busy_timeout": 10_000,
    }
    with pytest.raises(apsw.ReadOnlyError):
        reader.execute("CREATE TABLE t (x)")
    connection.close()
    reader.close()


def test_a_migration_commits_with_its_record_or_not_at_all(tmp_path, hall, monkeypatch):
    connection = open_database(tmp_path / "hall.db", read_only=False)
    good = list(migrations())
    bad = [*good, (len(good) + 1, "9999_bad.sql", "CREATE TABLE half (x); CREATE TABLE half (x)")]
    monkeypatch.setattr("appliance.store.schema.migrations", lambda: iter(bad))
    with pytest.raises(apsw.SQLError):
        migrate(connection, hall.clock)
    assert not connection.table_exists("main", "half")
    assert connection.execute("SELECT count(*) FROM migration").get == len(good)
    monkeypatch.setattr("appliance.store.schema.migrations", lambda: iter(good))
    assert migrate(connection, hall.clock) == 0
    edited = [(number, name, sql + "\n-- later thoughts") for number, name, sql in good]
    monkeypatch.setattr("appliance.store.schema.migrations", lambda: iter(edited))
    with pytest.raises(IntegrityFailure):
        migrate(connection, hall.clock)
    connection.close()


def test_migrations_do_not_end_the_transaction_they_run_in():
    lines = [line.partition("--")[0] for _, _, sql in migrations() for line in sql.upper().splitlines()]
    words = set(" ".join(lines).replace(";", " ").split())
    assert not words & {"COMMIT", "ROLLBACK", "VACUUM"}
