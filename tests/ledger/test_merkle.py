from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from appliance.ledger.merkle import (
    EMPTY_ROOT,
    Frontier,
    Node,
    ProofError,
    bulk_root,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    node_hash,
    tree_root,
    verify_consistency,
    verify_growth,
    verify_inclusion,
)


def naive_root(leaves):
    """RFC 6962 §2.1, word for word."""
    if not leaves:
        return sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return sha256(b"\x01" + naive_root(leaves[:split]) + naive_root(leaves[split:])).digest()


def naive_path(index, leaves):
    """RFC 6962 §2.1.1, word for word."""
    if len(leaves) == 1:
        return []
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    if index < split:
        return [*naive_path(index, leaves[:split]), naive_root(leaves[split:])]
    return [*naive_path(index - split, leaves[split:]), naive_root(leaves[:split])]


def naive_subproof(old, leaves, *, known):
    """RFC 6962 §2.1.2, word for word."""
    if old == len(leaves):
        return [] if known else [naive_root(leaves)]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    if old <= split:
        return [*naive_subproof(old, leaves[:split], known=known), naive_root(leaves[split:])]
    return [*naive_subproof(old - split, leaves[split:], known=False), naive_root(leaves[:split])]


def make_leaves(count):
    return [leaf_hash(index.to_bytes(4, "big")) for index in range(count)]


def stored(leaves):
    """Append one by one and keep the nodes as a store would; the reader raises KeyError for an incomplete subtree."""
    nodes = {(0, index): leaf for index, leaf in enumerate(leaves)}
    frontier = Frontier.empty()
    for leaf in leaves:
        frontier, completed = frontier.append(leaf)
        nodes.update({(node.level, node.index): node.hash for node in completed})
    return frontier, lambda level, index: nodes[level, index], nodes


def flips(data):
    for bit in range(len(data) * 8):
        changed = bytearray(data)
        changed[bit // 8] ^= 1 << bit % 8
        yield bytes(changed)


@pytest.mark.parametrize("size", [0, 1, 2, 3, 4, 5, 7, 8, 9, 31, 32, 33, 255, 256, 257])
def test_every_way_to_the_root_agrees_with_the_words_of_the_rfc(size):
    leaves = make_leaves(size)
    frontier, node, _ = stored(leaves)
    expected = naive_root(leaves)
    assert frontier.size == size
    assert frontier.root() == bulk_root(leaves) == bulk_root(iter(leaves)) == tree_root(size, node) == expected
    assert Frontier.load(size, node) == frontier


def test_every_proof_up_to_forty_leaves_is_the_one_of_the_rfc_and_holds():
    leaves = make_leaves(40)
    _, node, _ = stored(leaves)
    roots = [naive_root(leaves[:size]) for size in range(41)]
    for size in range(1, 41):
        for index in range(size):
            proof = inclusion_proof(index, size, node)
            assert list(proof) == naive_path(index, leaves[:size])
            verify_inclusion(index, size, leaves[index], proof, roots[size])
        for old in range(1, size + 1):
            proof = consistency_proof(old, size, node)
            assert list(proof) == naive_subproof(old, leaves[:size], known=True)
            verify_consistency(old, size, roots[old], roots[size], proof)
            verify_growth(old, size, roots[old], roots[size], proof)


@given(st.integers(0, 300), st.integers(0, 300))
@settings(max_examples=60, deadline=None)
def test_appending_many_at_once_is_appending_one_by_one(first, more):
    leaves = make_leaves(first + more)
    start, _, before = stored(leaves[:first])
    expected, _, after = stored(leaves)
    frontier, completed = start.extend(iter(leaves[first:]))
    assert frontier == expected
    assert len(completed) == len({(node.level, node.index) for node in completed})
    gained = {(node.level, node.index): node.hash for node in completed}
    gained |= {(0, index): leaves[index] for index in range(first, first + more)}
    assert before | gained == after
    assert not before.keys() & gained.keys()


def test_an_appended_leaf_reports_the_subtrees_it_completes():
    leaves = make_leaves(8)
    frontier, _, _ = stored(leaves[:7])
    _, completed = frontier.append(leaves[7])
    assert [(node.level, node.index) for node in completed] == [(1, 3), (2, 1), (3, 0)]
    assert completed[0] == Node(1, 3, node_hash(leaves[6], leaves[7]))


@given(st.integers(1, 200).flatmap(lambda size: st.tuples(st.just(size), st.integers(0, size - 1))))
@settings(max_examples=25, deadline=None)
def test_no_inclusion_proof_survives_a_flipped_bit(where):
    size, index = where
    leaves = make_leaves(size)
    frontier, node, _ = stored(leaves)
    root = frontier.root()
    proof = inclusion_proof(index, size, node)
    verify_inclusion(index, size, leaves[index], proof, root)
    for wrong in flips(leaves[index]):
        with pytest.raises(ProofError):
            verify_inclusion(index, size, wrong, proof, root)
    for wrong in flips(root):
        with pytest.raises(ProofError):
            verify_inclusion(index, size, leaves[index], proof, wrong)
    for place in range(len(proof)):
        for wrong in flips(proof[place]):
            with pytest.raises(ProofError):
                verify_inclusion(index, size, leaves[index], [*proof[:place], wrong, *proof[place + 1 :]], root)
    for other in {index ^ 1, index + 1, -1, size} - {index}:
        with pytest.raises(ProofError):
            verify_inclusion(other, size, leaves[index], proof, root)


@given(st.integers(2, 200).flatmap(lambda size: st.tuples(st.just(size), st.integers(1, size - 1))))
@settings(max_examples=25, deadline=None)
def test_no_consistency_proof_survives_a_flipped_bit(where):
    new, old = where
    leaves = make_leaves(new)
    frontier, node, _ = stored(leaves)
    old_root, new_root = tree_root(old, node), frontier.root()
    proof = consistency_proof(old, new, node)
    verify_consistency(old, new, old_root, new_root, proof)
    wrong_calls = [(wrong, new_root, proof) for wrong in flips(old_root)]
    wrong_calls += [(old_root, wrong, proof) for wrong in flips(new_root)]
    wrong_calls += [(old_root, new_root, proof[:-1]), (old_root, new_root, [*proof, proof[-1]])]
    for place in range(len(proof)):
        wrong_calls += [
            (old_root, new_root, [*proof[:place], wrong, *proof[place + 1 :]]) for wrong in flips(proof[place])
        ]
    for wrong_old, wrong_new, wrong_proof in wrong_calls:
        with pytest.raises(ProofError):
            verify_consistency(old, new, wrong_old, wrong_new, wrong_proof)


def test_proofs_outside_the_tree_are_refused():
    _, node, _ = stored(make_leaves(3))
    for index, size in ((-1, 3), (3, 3), (0, 0)):
        with pytest.raises(ProofError):
            inclusion_proof(index, size, node)
    for old, new in ((-1, 3), (3, 2)):
        with pytest.raises(ProofError):
            consistency_proof(old, new, node)


def test_a_log_begins_at_the_empty_root_and_nowhere_else():
    root = stored(make_leaves(5))[0].root()
    verify_growth(0, 5, EMPTY_ROOT, root, ())
    verify_growth(0, 0, EMPTY_ROOT, EMPTY_ROOT, ())
    for old, new, old_root, new_root, proof in (
        (0, 5, root, root, ()),
        (0, 5, EMPTY_ROOT, root, (root,)),
        (0, 0, EMPTY_ROOT, root, ()),
        (0, -1, EMPTY_ROOT, root, ()),
        (5, 0, root, EMPTY_ROOT, ()),
    ):
        with pytest.raises(ProofError):
            verify_growth(old, new, old_root, new_root, proof)


@pytest.mark.parametrize("length", [0, 31, 33])
def test_what_is_not_a_hash_is_refused_before_any_arithmetic(length):
    leaves = make_leaves(2)
    root = naive_root(leaves)
    verify_inclusion(0, 2, leaves[0], [leaves[1]], root)
    wrong = bytes(length)
    for leaf, proof, top in ((wrong, [leaves[1]], root), (leaves[0], [wrong], root), (leaves[0], [leaves[1]], wrong)):
        with pytest.raises(ProofError):
            verify_inclusion(0, 2, leaf, proof, top)
