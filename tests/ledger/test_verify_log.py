import pytest

from appliance.errors import IntegrityFailure
from appliance.ledger.checkpoint import Checkpoint, sign_checkpoint
from appliance.ledger.merkle import EMPTY_ROOT, Frontier, bulk_root, leaf_hash
from appliance.ledger.signer import LogSigner
from appliance.ledger.verify import CHUNK_ENTRIES, ProblemKind, verify_log

LOG = LogSigner("log", bytes([1]) * 32)


def make_log(size, checkpoints_at):
    rows = [(entry, leaf_hash(entry)) for entry in (f"entry {index}".encode() for index in range(size))]
    leaves = [leaf for _, leaf in rows]
    notes = [sign_checkpoint(Checkpoint("log", at, bulk_root(leaves[:at])), LOG) for at in checkpoints_at]
    return rows, notes


@pytest.mark.parametrize(
    ("size", "at"),
    [
        (0, []),
        (0, [0]),
        (1, [1]),
        (1, [0, 1]),
        (70, range(71)),
        (70, [3, 3, 70, 70]),
        (CHUNK_ENTRIES, [CHUNK_ENTRIES]),
        (CHUNK_ENTRIES + 1, [CHUNK_ENTRIES, CHUNK_ENTRIES + 1]),
        (2 * CHUNK_ENTRIES + 77, [5, CHUNK_ENTRIES - 1, CHUNK_ENTRIES + 9, 2 * CHUNK_ENTRIES + 77]),
    ],
)
def test_an_honest_log_is_verified(size, at):
    rows, notes = make_log(size, at)
    report = verify_log(iter(rows), iter(notes), LOG.verifier)
    assert report.problem is None
    assert (report.entries, report.checkpoints) == (size, len(at))
    assert report.frontier.root() == bulk_root([leaf for _, leaf in rows])
    assert (report.head.size if report.head else None) == (at[-1] if at else None)


@pytest.mark.parametrize("index", [0, 1, 499, CHUNK_ENTRIES - 1, CHUNK_ENTRIES, CHUNK_ENTRIES + 99])
def test_the_first_bad_index_is_named(index):
    size = CHUNK_ENTRIES + 100
    rows, notes = make_log(size, [500, size])
    for place in (index, size - 1):
        entry, leaf = rows[place]
        rows[place] = (entry + b"!", leaf)
    report = verify_log(rows, notes, LOG.verifier)
    assert (report.problem.kind, report.problem.first, report.entries) == (ProblemKind.LEAF, index, index)
    failure = report.problem.failure("log")
    assert isinstance(failure, IntegrityFailure)
    assert str(index) in failure.text()


def test_entry_and_leaf_replaced_together_are_found_between_two_checkpoints():
    rows, notes = make_log(100, [40, 60, 100])
    rows[45] = (b"forged", leaf_hash(b"forged"))
    report = verify_log(rows, notes, LOG.verifier)
    assert (report.problem.kind, report.problem.first, report.problem.end) == (ProblemKind.ROOT, 40, 60)
    assert (report.checkpoints, report.head.size) == (1, 40)
    assert "40" in report.problem.failure("log").text()
    assert "59" in report.problem.failure("log").text()


def test_swapped_entries_are_found():
    rows, notes = make_log(10, [10])
    rows[3], rows[4] = rows[4], rows[3]
    assert verify_log(rows, notes, LOG.verifier).problem.kind is ProblemKind.ROOT


def test_a_short_log_and_an_unsigned_tail():
    rows, notes = make_log(10, [4, 10])
    short = verify_log(rows[:7], notes, LOG.verifier).problem
    assert (short.kind, short.first, short.end) == (ProblemKind.MISSING, 7, 10)
    tail = verify_log(rows, notes[:1], LOG.verifier).problem
    assert (tail.kind, tail.first, tail.end) == (ProblemKind.UNSIGNED, 4, 10)
    assert verify_log(rows, [], LOG.verifier).problem.kind is ProblemKind.UNSIGNED


def test_bad_checkpoints():
    rows, notes = make_log(10, [4, 10])
    stranger = LogSigner("log", bytes([2]) * 32)
    foreign = sign_checkpoint(Checkpoint("log", 10, bulk_root([leaf for _, leaf in rows])), stranger)
    for checkpoints, first in (([notes[0], foreign], 4), ([notes[1], notes[0]], 10), ([b"rubbish"], 0)):
        problem = verify_log(rows, checkpoints, LOG.verifier).problem
        assert (problem.kind, problem.first) == (ProblemKind.CHECKPOINT, first)
    empty = sign_checkpoint(Checkpoint("log", 0, EMPTY_ROOT), LOG)
    assert verify_log([], [empty], LOG.verifier).problem is None


def test_a_tail_is_verified_from_a_trusted_frontier():
    rows, notes = make_log(90, [50, 90])
    start = Frontier.empty().grow([leaf for _, leaf in rows[:37]])
    report = verify_log(rows[37:], notes, LOG.verifier, start)
    assert report.problem is None
    assert (report.entries, report.checkpoints) == (90, 2)
    wrong = Frontier.empty().grow([leaf for _, leaf in rows[1:38]])
    assert verify_log(rows[37:], notes, LOG.verifier, wrong).problem.first == 37
