import pytest

from appliance.errors import IntegrityFailure
from appliance.ledger.checkpoint import Checkpoint, append_lines, cosign, sign_checkpoint
from appliance.ledger.failure import Malformed, ProofError, SignatureError
from appliance.ledger.merkle import Frontier, inclusion_proof, leaf_hash
from appliance.ledger.signer import Cosigner, LogSigner
from appliance.ledger.tlog_proof import EXTRA_BYTES_MAX, HASHES_MAX, TlogProof

LOG = LogSigner("log", bytes([1]) * 32)
ENTRIES = [f"entry {index}".encode() for index in range(21)]


@pytest.fixture
def proof():
    leaves = [leaf_hash(entry) for entry in ENTRIES]
    nodes = {(0, index): leaf for index, leaf in enumerate(leaves)}
    frontier, completed = Frontier.empty().extend(leaves)
    nodes |= {(node.level, node.index): node.hash for node in completed}
    note = sign_checkpoint(Checkpoint("log", len(ENTRIES), frontier.root()), LOG)
    return TlogProof(7, inclusion_proof(7, len(ENTRIES), lambda level, index: nodes[level, index]), note)


def test_one_entry_is_proven_alone(proof):
    again = TlogProof.parse(proof.format())
    assert again == proof
    assert again.verify(ENTRIES[7], LOG.verifier).size == 21


def test_extra_data_and_cosignatures_travel_along(proof):
    city = Cosigner("city", bytes([2]) * 32, lambda: 1_790_000_000)
    checkpoint = proof.verify(ENTRIES[7], LOG.verifier)
    rich = TlogProof(proof.index, proof.hashes, append_lines(proof.checkpoint, cosign(checkpoint, city)), b"extra")
    again = TlogProof.parse(rich.format())
    assert again == rich
    assert again.verify(ENTRIES[7], LOG.verifier) == checkpoint


def test_another_entry_place_or_key_is_refused(proof):
    with pytest.raises(ProofError):
        proof.verify(ENTRIES[8], LOG.verifier)
    with pytest.raises(ProofError):
        TlogProof(6, proof.hashes, proof.checkpoint).verify(ENTRIES[7], LOG.verifier)
    with pytest.raises(SignatureError):
        proof.verify(ENTRIES[7], LogSigner("log", bytes([9]) * 32).verifier)


def test_no_proof_survives_a_flipped_bit(proof):
    data = proof.format()
    for bit in range(len(data) * 8):
        wrong = bytearray(data)
        wrong[bit // 8] ^= 1 << bit % 8
        with pytest.raises(IntegrityFailure):
            TlogProof.parse(bytes(wrong)).verify(ENTRIES[7], LOG.verifier)


def test_limits(proof):
    for wrong in (
        TlogProof(0, (bytes(32),) * (HASHES_MAX + 1), b"note\n"),
        TlogProof(0, (bytes(31),), b"note\n"),
        TlogProof(0, (), b"note\n", bytes(EXTRA_BYTES_MAX + 1)),
        TlogProof(0, (), b""),
        TlogProof(0, (), bytes(200_000)),
    ):
        with pytest.raises(Malformed):
            TlogProof.parse(wrong.format())
    for data in (b"", b"c2sp.org/tlog-proof@v1\n\nnote\n", b"c2sp.org/tlog-proof@v1\nextra AA==\n\nx\n", b"\xff\n\nx"):
        with pytest.raises(Malformed):
            TlogProof.parse(data)
