import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from appliance.ledger.failure import Malformed, ProofError
from appliance.ledger.merkle import Frontier, leaf_hash
from appliance.ledger.tiles import Tile, decode_bundle, encode_bundle, export, hash_tiles, read_hash_tile

TILES = st.builds(Tile, st.none() | st.integers(0, 63), st.integers(0, 2**55), st.integers(1, 256))


def make_log(size):
    entries = [f"entry {index}".encode() for index in range(size)]
    leaves = [leaf_hash(entry) for entry in entries]
    nodes = {(0, index): leaf for index, leaf in enumerate(leaves)}
    _, completed = Frontier.empty().extend(leaves)
    nodes |= {(node.level, node.index): node.hash for node in completed}
    return entries, lambda level, index: nodes[level, index]


@given(TILES)
def test_a_path_names_one_tile(tile):
    assert Tile.parse(tile.path()) == tile


@given(st.lists(st.binary(max_size=300), max_size=256))
def test_bundles_come_back_as_they_went(entries):
    data = encode_bundle(entries)
    assert decode_bundle(data, len(entries)) == tuple(entries)
    with pytest.raises(Malformed):
        decode_bundle(data, len(entries) + 1)
    with pytest.raises(Malformed):
        decode_bundle(data + b"\0", len(entries))


def test_limits_of_bundles():
    with pytest.raises(Malformed):
        encode_bundle([b""] * 257)
    with pytest.raises(Malformed):
        decode_bundle(b"\0\5abc", 1)
    with pytest.raises(Malformed):
        read_hash_tile(Tile(None, 0), lambda *_: bytes(32))


@given(st.integers(0, 2**40))
@settings(max_examples=50)
def test_each_level_holds_all_its_complete_subtrees(size):
    size %= 2**20
    held = {}
    for tile in hash_tiles(size):
        assert tile.level is not None
        assert tile.index * 256 == held.get(tile.level, 0)
        held[tile.level] = held.get(tile.level, 0) + tile.width
    assert held == {level: size >> 8 * level for level in range(3) if size >> 8 * level}


def test_the_checkpoint_comes_last_and_nothing_is_read_ahead():
    entries, node = make_log(600)
    read = []

    def source():
        for index, entry in enumerate(entries):
            read.append(index)
            yield entry

    files = export(513, source(), node, b"note")
    path, data = next(files)
    assert (path, decode_bundle(data, 256)) == ("tile/entries/000", tuple(entries[:256]))
    assert len(read) == 256
    rest = list(files)
    assert [path for path, _ in rest] == [
        "tile/entries/001",
        "tile/entries/002.p/1",
        "tile/0/000",
        "tile/0/001",
        "tile/0/002.p/1",
        "tile/1/000.p/2",
        "checkpoint",
    ]
    assert rest[-1] == ("checkpoint", b"note")
    assert len(read) == 513


def test_an_export_never_hands_out_an_entry_that_was_not_hashed():
    entries, node = make_log(300)
    entries[299] = b"replaced"
    with pytest.raises(ProofError) as caught:
        list(export(300, entries, node, b"note"))
    assert caught.value.params == {"index": 299}
    with pytest.raises(ProofError) as caught:
        list(export(300, entries[:298], node, b"note"))
    assert caught.value.params == {"index": 298}
