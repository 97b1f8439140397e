"""The auditor's one file accepts what `hall log export` and `hall log prove` write, and refuses one changed byte."""

import ast
import runpy
import subprocess
import sys
from pathlib import Path
from random import Random

import pytest

from appliance.ledger.merkle import bulk_root, leaf_hash
from sync.opening import keys_of, require_trust

AUDITOR = Path(__file__).parents[2] / "provisioning" / "auditor.py"


def audit(*words):
    return subprocess.run(
        [sys.executable, "-I", str(AUDITOR), *map(str, words)], capture_output=True, text=True, check=False
    )


@pytest.fixture(scope="module")
def program():
    return runpy.run_path(str(AUDITOR))


@pytest.fixture
def handed_out(place, city_in_reach, tmp_path):
    """An export, a proof, and the two public keys as the city gives them to the auditor."""
    place.told("sync", "once")
    place.run("log", "export", tmp_path / "export")
    place.run("log", "prove", "2", "--out", tmp_path / "2.tlog-proof")
    trust = require_trust(place.hall)
    return tmp_path, trust.ticket.h2c_vkey, trust.ticket.city_cosigner_vkey


def test_it_imports_nothing_of_ours():
    names = set()
    for node in ast.walk(ast.parse(AUDITOR.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add((node.module or "").partition(".")[0])
    assert names - set(sys.stdlib_module_names) == {"cryptography"}


def test_export_and_proof_hold_with_the_city_s_cosignature(handed_out):
    folder, log, cosigner = handed_out
    whole = audit("log", folder / "export", "--key", log, "--cosigner", cosigner)
    assert (whole.returncode, whole.stderr) == (0, "")
    assert "cosigned by" in whole.stdout
    one = audit("proof", folder / "2.tlog-proof", folder / "2.entry", "--key", log, "--cosigner", cosigner)
    assert (one.returncode, one.stderr) == (0, "")
    assert "entry 2 of" in one.stdout


def test_another_key_and_an_absent_cosigner_are_refused(place, handed_out):
    folder, log, cosigner = handed_out
    keys = keys_of(place.hall, require_trust(place.hall), None)
    for words in (
        ("--key", keys.hall.vkey),
        ("--key", cosigner),
        ("--key", log, "--cosigner", keys.cosigner.vkey),
        ("--key", log[:-4] + "AAA="),
        ("--key", "nonsense"),
    ):
        answer = audit("log", folder / "export", *words)
        assert (answer.returncode, answer.stdout) == (2, "")
        assert "does not hold" in answer.stderr


def test_every_changed_byte_is_refused(handed_out, program):
    folder, log, cosigner = handed_out
    main, random = program["main"], Random(1)
    whole = ["log", str(folder / "export"), "--key", log, "--cosigner", cosigner]
    one = ["proof", str(folder / "2.tlog-proof"), str(folder / "2.entry"), "--key", log, "--cosigner", cosigner]
    assert (main(whole), main(one)) == (0, 0)
    files = [path for path in (folder / "export").rglob("*") if path.is_file() and path.name != "vkey"]
    parts = [(path, whole) for path in files] + [(folder / name, one) for name in ("2.tlog-proof", "2.entry")]
    for path, words in parts:
        content = path.read_bytes()
        for _ in range(25):
            at = random.randrange(len(content))
            path.write_bytes(content[:at] + bytes([content[at] ^ 1 << random.randrange(8)]) + content[at + 1 :])
            assert main(words) == 2, (path.name, at)
        path.write_bytes(content[:-1])
        assert main(words) == 2
        path.unlink()
        assert main(words) == 2
        path.write_bytes(content)
    assert (main(whole), main(one)) == (0, 0)


@pytest.mark.parametrize("size", [0, 1, 2, 3, 7, 255, 256, 257, 70_000])
def test_its_tree_is_the_one_of_the_ledger(program, size):
    """The roots were computed by the ledger, which foreign vectors hold (tests/ledger)."""
    leaves = [leaf_hash(str(number).encode()) for number in range(size)]
    tree = program["Tree"]()
    for leaf in leaves:
        tree.add(leaf)
    assert tree.root() == bulk_root(leaves)
