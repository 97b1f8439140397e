"""Verifiers that nobody here wrote read what we export: PyPI `tlog-scales` and `sigstore`.

Each log is written to disk as tiles. tlog-scales reads the directory itself: signature, root, every entry and its
proof. sigstore verifies signature and inclusion of every entry, with proofs made from the exported tiles alone.
"""

from base64 import b64encode
from random import Random
from types import SimpleNamespace

import pytest
from sigstore._internal.merkle import verify_merkle_inclusion
from sigstore._internal.rekor.checkpoint import verify_checkpoint
from sigstore._internal.trust import Keyring, RekorKeyring
from sigstore_models.common.v1 import PublicKey, PublicKeyDetails
from tlog_scales.backend import LocalBackend
from tlog_scales.reader import TilesReader
from tlog_scales.signing import Vkey
from tlog_scales.tiles import leaf_hash as scales_leaf_hash

from appliance.ledger.checkpoint import Checkpoint, sign_checkpoint
from appliance.ledger.merkle import Frontier, bulk_root, consistency_proof, inclusion_proof, leaf_hash, tree_root
from appliance.ledger.signer import LogSigner
from appliance.ledger.tiles import CHECKPOINT_PATH, Tile, decode_bundle, entries_tile, export

SIZES = [0, 1, 2, 3, 5, 7, 8, 9, 16, 31, 64, 65, 100, 200, 255, 256, 257, 511, 512, 700]
SIZE_OF_THREE_LEVELS = 65_537
ED25519_DER_PREFIX = bytes.fromhex("302a300506032b6570032100")
ORIGIN = "wuhan-demo/42019901/h2c/e1"


@pytest.fixture
def signer():
    return LogSigner(ORIGIN, bytes(range(32)))


def make_export(size, signer):
    random = Random(size)
    entries = [random.randbytes(random.randint(1, 80)) for _ in range(size)]
    leaves = [leaf_hash(entry) for entry in entries]
    nodes = {(0, index): leaf for index, leaf in enumerate(leaves)}
    frontier, completed = Frontier.empty().extend(leaves)
    nodes |= {(node.level, node.index): node.hash for node in completed}
    note = sign_checkpoint(Checkpoint(ORIGIN, size, frontier.root()), signer)
    return entries, dict(export(size, entries, lambda level, index: nodes[level, index], note))


def write(files, directory):
    for path, data in files.items():
        target = directory / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)


def node_from(files, size):
    """Read nodes from exported tiles alone."""

    def node(level, index):
        tile_level, height = divmod(level, 8)
        first = index << height
        number = first // 256
        width = min(256, (size >> 8 * tile_level) - number * 256)
        data = files[Tile(tile_level, number, width).path()]
        start = first % 256
        return bulk_root([data[place * 32 : place * 32 + 32] for place in range(start, start + (1 << height))])

    return node


def scales_verifies(directory, signer, indexes):
    reader = TilesReader(LocalBackend(directory))
    checkpoint = reader.get_checkpoint()
    checkpoint.verify(Vkey.from_string(signer.vkey))
    if reader.calculate_root_hash() != checkpoint.root_hash:
        raise ValueError("root")
    for index in indexes:
        proof = reader.get_inclusion_proof(index, checkpoint.size)
        proof.check(scales_leaf_hash(reader.get_entry(index)), checkpoint.root_hash)
    return reader


def sigstore_verifies(files, size, signer, indexes):
    """Verify the way Rekor entries are verified; a log without entries has its checkpoint verified only."""
    public = PublicKey(
        raw_bytes=b64encode(ED25519_DER_PREFIX + signer.verifier.public), key_details=PublicKeyDetails.PKIX_ED25519
    )
    keyring = RekorKeyring(Keyring([public]))
    node = node_from(files, size)
    checkpoint = SimpleNamespace(envelope=files[CHECKPOINT_PATH].decode())
    root = tree_root(size, node)
    for index in indexes or [None]:
        proof = SimpleNamespace(tree_size=size, root_hash=root, checkpoint=checkpoint)
        inner = SimpleNamespace(
            inclusion_proof=proof, log_id=SimpleNamespace(key_id=signer.verifier.key_id + bytes(28))
        )
        if index is not None:
            tile = entries_tile(index, size)
            inner.canonicalized_body = decode_bundle(files[tile.path()], tile.width)[index % 256]
            proof.log_index = index
            proof.hashes = list(inclusion_proof(index, size, node))
            verify_merkle_inclusion(SimpleNamespace(_inner=inner))
        if index in (None, indexes[0] if indexes else None):
            verify_checkpoint(keyring, SimpleNamespace(_inner=inner))


def test_there_are_twenty_logs_of_the_sizes_that_matter():
    assert len(set(SIZES)) == 20
    assert {0, 1, 255, 256, 257} <= set(SIZES)


@pytest.mark.parametrize("size", SIZES)
def test_foreign_verifiers_accept_our_export(size, signer, tmp_path):
    entries, files = make_export(size, signer)
    write(files, tmp_path)
    reader = scales_verifies(tmp_path, signer, range(size))
    assert [reader.get_entry(index) for index in range(size)] == entries
    sigstore_verifies(files, size, signer, range(size))
    node = node_from(files, size)
    for old in sorted({1, size // 3, size // 2, size - 1} & set(range(1, size))):
        theirs = reader.get_consistency_proof(old, size)
        assert tuple(theirs.node_hashes) == consistency_proof(old, size, node)
        theirs.check(bulk_root([leaf_hash(entry) for entry in entries[:old]]), tree_root(size, node))


def test_foreign_verifiers_accept_a_log_of_three_levels(signer, tmp_path):
    entries, files = make_export(SIZE_OF_THREE_LEVELS, signer)
    assert "tile/2/000.p/1" in files
    write(files, tmp_path)
    some = [0, 255, 256, 40_000, 65_535, 65_536]
    reader = scales_verifies(tmp_path, signer, some)
    assert [reader.get_entry(index) for index in some] == [entries[index] for index in some]
    sigstore_verifies(files, SIZE_OF_THREE_LEVELS, signer, some)


@pytest.mark.parametrize("size", SIZES)
def test_foreign_verifiers_refuse_one_flipped_byte(size, signer, tmp_path):
    _, files = make_export(size, signer)
    write(files, tmp_path)
    random = Random(size)
    paths = sorted(files)
    for path in random.sample(paths, min(4, len(paths))):
        original = files[path]
        # In the checkpoint a letter of the root: the unused bits at the end of base64 are nobody's but ours to refuse.
        place = (
            original.index(b"\n", len(ORIGIN) + 1) + 1 if path == CHECKPOINT_PATH else random.randrange(len(original))
        )
        wrong = bytearray(original)
        wrong[place] ^= 1 << random.randrange(7)
        files[path] = bytes(wrong)
        (tmp_path / path).write_bytes(wrong)
        # Each raises its own kinds of error, also for bytes that it cannot read at all.
        with pytest.raises(Exception):  # noqa: B017
            scales_verifies(tmp_path, signer, range(size))
        with pytest.raises(Exception):  # noqa: B017
            sigstore_verifies(files, size, signer, range(size))
        files[path] = original
        (tmp_path / path).write_bytes(original)
    scales_verifies(tmp_path, signer, range(size))
    sigstore_verifies(files, size, signer, range(size))
