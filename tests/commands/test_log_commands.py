"""``hall log verify|export|prove`` and ``hall journal verify`` on a demo hall, through the console."""

from base64 import b64decode

import pytest
from tlog_scales.backend import LocalBackend
from tlog_scales.reader import TilesReader
from tlog_scales.signing import Vkey
from tlog_scales.tiles import leaf_hash

from appliance.ledger.note import VerifierKey
from appliance.ledger.tlog_proof import TlogProof
from appliance.store.connection import open_database

ORIGIN = "wuhan-demo/42019901/h2c/e1"


def flip(place, index):
    """Change one byte of an entry in the database file itself, as a failing disk or a hand would."""
    connection = open_database(place.hall / "hall.db", read_only=True)
    query = "SELECT body FROM entry JOIN log ON log.id = entry.log WHERE own = 1 AND idx = ?"
    body = bytes(connection.execute(query, (index,)).get)
    connection.close()
    path = place.hall / "hall.db"
    data = bytearray(path.read_bytes())
    pieces = [body[start : start + 60] for start in range(0, len(body) - 60, 20)]
    piece = next(piece for piece in pieces if data.count(piece) == 1)
    data[data.index(piece) + 30] ^= 1
    path.write_bytes(data)


def test_a_sound_log_is_told_in_one_line_of_json(place):
    told = place.told("log", "verify")
    assert told["ok"] is True
    assert told["origin"] == ORIGIN
    assert told["size"] > 20
    assert len(b64decode(told["root"], validate=True)) == 32
    assert place.told("log", "verify", "--every-checkpoint")["root"] == told["root"]


@pytest.mark.parametrize("index", [3, 11, 20])
def test_one_changed_byte_is_refused_and_its_index_named(place, index):
    flip(place, index)
    told = place.told("log", "verify", code=2)
    assert (told["ok"], told["index"]) == (False, index)
    assert str(index) in told["error"]
    assert str(index) in place.run("log", "verify", code=2).output


def test_an_export_is_read_by_a_verifier_that_nobody_here_wrote(place, tmp_path):
    out = tmp_path / "out"
    place.run("log", "export", out)
    assert {path.name for path in out.iterdir()} == {"checkpoint", "tile", "vkey"}
    told = place.told("log", "verify")
    key = (out / "vkey").read_text().strip()
    assert key.startswith(f"{ORIGIN}+")
    reader = TilesReader(LocalBackend(out))
    checkpoint = reader.get_checkpoint()
    checkpoint.verify(Vkey.from_string(key))
    assert checkpoint.size == told["size"]
    assert reader.calculate_root_hash() == checkpoint.root_hash
    for index in range(checkpoint.size):
        proof = reader.get_inclusion_proof(index, checkpoint.size)
        proof.check(leaf_hash(reader.get_entry(index)), checkpoint.root_hash)


def test_a_changed_tile_is_refused_by_that_verifier(place, tmp_path):
    out = tmp_path / "out"
    place.run("log", "export", out)
    (entries,) = (out / "tile" / "entries").rglob("*.p/*")
    data = bytearray(entries.read_bytes())
    data[100] ^= 1
    entries.write_bytes(data)
    reader = TilesReader(LocalBackend(out))
    checkpoint = reader.get_checkpoint()
    with pytest.raises(Exception, match=r"(?i)root|hash|proof|mismatch"):  # noqa: PT012 - the first entry is the changed one
        for index in range(checkpoint.size):
            proof = reader.get_inclusion_proof(index, checkpoint.size)
            proof.check(leaf_hash(reader.get_entry(index)), checkpoint.root_hash)


def test_an_export_goes_into_an_empty_place_only(place, tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "kept").write_text("x")
    place.run("log", "export", tmp_path / "out", code=3)
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["kept"]


def test_a_proof_is_written_beside_its_entry(place, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    place.run("log", "export", tmp_path / "out")
    key = VerifierKey.parse((tmp_path / "out" / "vkey").read_text().strip())
    place.run("log", "prove", 5)
    proof = TlogProof.parse((tmp_path / "5.tlog-proof").read_bytes())
    entry = (tmp_path / "5.entry").read_bytes()
    assert proof.verify(entry, key).size >= 6
    with pytest.raises(Exception, match=r"proof|root|证明"):
        proof.verify(entry[:-1] + b" ", key)
    assert "没有这一条" in place.run("log", "prove", 99_999, code=3).output


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("log",), 3),
        (("log", "verifi"), 3),
        (("log", "prove"), 3),
        (("log", "prove", "x"), 3),
        (("log", "prove", "-1"), 3),
        (("log", "verify", "--log", "no/such/log"), 3),
        (("log", "verify", "--loud"), 3),
    ],
)
def test_wrong_questions_are_usage(place, words, code):
    place.run(*words, code=code)


def test_the_journal_holds_what_the_log_holds(place):
    told = place.told("journal", "verify")
    assert told["ok"] is True
    assert told["sizes"][ORIGIN] == place.told("log", "verify")["size"]
