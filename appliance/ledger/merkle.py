"""The Merkle tree of RFC 6962 §2 and RFC 9162 §2.1: hashes, an incremental frontier, proofs and their verification.

Everything is pure: complete subtrees are asked for through a `NodeReader`, new ones are returned as `Node` values for
the store to keep. A node (level, index) covers the leaves ``index << level`` up to ``(index + 1) << level``.
"""

from collections.abc import Callable, Iterable, Sequence
from hashlib import sha256
from typing import Final

from msgspec import Struct

from appliance.errors import N_
from appliance.ledger.failure import ProofError

__all__ = [
    "EMPTY_ROOT",
    "HASH_BYTES",
    "TREE_SIZE_MAX",
    "Frontier",
    "Node",
    "NodeReader",
    "ProofError",
    "bulk_root",
    "consistency_proof",
    "inclusion_proof",
    "leaf_hash",
    "node_hash",
    "tree_root",
    "verify_consistency",
    "verify_growth",
    "verify_inclusion",
    "verify_subtree_consistency",
    "verify_subtree_inclusion",
]

HASH_BYTES: Final = 32
"""Length of a SHA-256 hash."""
TREE_SIZE_MAX: Final = 2**63 - 1
"""Largest tree size that is read; it fits SQLite's integers."""
LEAF_PREFIX: Final = b"\x00"
NODE_PREFIX: Final = b"\x01"
EMPTY_ROOT: Final = sha256(b"").digest()
"""Root of the tree without leaves."""

NodeReader = Callable[[int, int], bytes]
"""Gives the hash of the complete subtree (level, index); level 0 is a leaf hash."""


def leaf_hash(entry: bytes) -> bytes:
    """Hash one entry as a leaf (RFC 6962 §2.1)."""
    return sha256(LEAF_PREFIX + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash two subtrees into their parent (RFC 6962 §2.1)."""
    return sha256(NODE_PREFIX + left + right).digest()


class Node(Struct, frozen=True, gc=False):
    """A complete subtree: 2**level leaves, of which the first is leaf ``index << level``."""

    level: int
    index: int
    hash: bytes


class Frontier(Struct, frozen=True):
    """The right edge of a tree: all that is needed to append to it and to give its root.

    Attributes:
        size: number of leaves.
        peaks: hashes of the maximal complete subtrees, largest (leftmost) first; one for each bit set in size.
    """

    size: int
    peaks: tuple[bytes, ...]

    @classmethod
    def empty(cls) -> "Frontier":
        """Give the frontier of the tree without leaves."""
        return cls(0, ())

    @classmethod
    def load(cls, size: int, node: NodeReader) -> "Frontier":
        """Read the frontier of a stored tree of this size: at most one node a level."""
        peaks = []
        start = 0
        for level in reversed(range(size.bit_length())):
            if (size >> level) & 1:
                peaks.append(node(level, start >> level))
                start += 1 << level
        return cls(size, tuple(peaks))

    def append(self, leaf: bytes) -> tuple["Frontier", tuple[Node, ...]]:
        """Append one leaf hash.

        Returns:
            The new frontier, and the interior nodes (level 1 and up) that this leaf completed, lowest first:
            half of all leaves complete none, and the mean is below one.
        """
        size = self.size
        peaks = self.peaks
        if not size & 1:  # an even tree gains a peak and completes nothing
            return Frontier(size + 1, (*peaks, leaf)), ()
        level = 0
        position = size
        last = len(peaks)
        completed = []
        while position & 1:  # each trailing one bit is a peak that this leaf's subtree merges with
            position >>= 1
            level += 1
            last -= 1
            leaf = sha256(NODE_PREFIX + peaks[last] + leaf).digest()
            completed.append(Node(level, position, leaf))
        return Frontier(size + 1, (*peaks[:last], leaf)), tuple(completed)

    def extend(self, leaves: Iterable[bytes]) -> tuple["Frontier", list[Node]]:
        """Append many leaf hashes, level by level.

        Returns:
            The new frontier and the completed interior nodes, ordered by level, then index.
        """
        completed: list[Node] = []
        return self._grow(list(leaves), completed), completed

    def grow(self, leaves: Iterable[bytes]) -> "Frontier":
        """Append many leaf hashes when nobody stores the nodes, as in verification."""
        row = list(leaves)
        if len(row) == 1:
            return self.append(row[0])[0]
        return self._grow(row, None)

    def _grow(self, row: list[bytes], completed: list[Node] | None) -> "Frontier":
        if not row:
            return self
        size = self.size + len(row)
        old_peaks = list(self.peaks)
        new_peaks: list[bytes] = []
        first = self.size
        level = 0
        while row or old_peaks:
            if first & 1:
                # The node left of the row is a peak of the old tree; it joins the row, or stays if the row is empty.
                row.insert(0, old_peaks.pop())
            if len(row) & 1:
                new_peaks.append(row.pop())
            row = _parents(row)
            first >>= 1
            level += 1
            if completed is not None:
                completed.extend([Node(level, first + offset, digest) for offset, digest in enumerate(row)])
        new_peaks.reverse()
        return Frontier(size, tuple(new_peaks))

    def root(self) -> bytes:
        """Give the root of the tree: the peaks folded from the right; `EMPTY_ROOT` when there are none."""
        return _fold_right(self.peaks)


def _parents(row: list[bytes]) -> list[bytes]:
    """Hash an even number of neighbours into their parents."""
    pairs = iter(row)
    return [sha256(NODE_PREFIX + left + right).digest() for left, right in zip(pairs, pairs, strict=True)]


def _fold_right(peaks: Sequence[bytes]) -> bytes:
    """Fold complete subtrees, largest first, into the root over all of them."""
    if not peaks:
        return EMPTY_ROOT
    root = peaks[-1]
    for peak in peaks[-2::-1]:
        root = sha256(NODE_PREFIX + peak + root).digest()
    return root


def bulk_root(leaves: Iterable[bytes]) -> bytes:
    """Give the root over leaf hashes in one pass a level; an odd last node moves up unchanged, as the split implies."""
    row = list(leaves)
    if not row:
        return EMPTY_ROOT
    while len(row) > 1:
        odd = row.pop() if len(row) & 1 else None
        row = _parents(row)
        if odd is not None:
            row.append(odd)
    return row[0]


def tree_root(size: int, node: NodeReader) -> bytes:
    """Give the root of the first `size` leaves from at most one stored node a level."""
    return Frontier.load(size, node).root()


def _edge_root(start: int, end: int, node: NodeReader) -> bytes:
    """Give the root over the leaves [start, end), where start is aligned to the subtree that reaches past end."""
    peaks = []
    for level in reversed(range((end - start).bit_length())):
        if ((end - start) >> level) & 1:
            peaks.append(node(level, start >> level))
            start += 1 << level
    return _fold_right(peaks)


def _path(index: int, base: int, size: int, node: NodeReader) -> list[bytes]:
    """Give the siblings on the way from node (base, index) to the root of a tree of this size.

    Up to `fork`, the level where the ways of this node and of the last leaf part, siblings stand on either side, and
    only the topmost can be incomplete; above it the way runs along the right edge and siblings stand on the left only.
    """
    fork = base + (index ^ ((size - 1) >> base)).bit_length()
    siblings = [node(level, (index >> (level - base)) ^ 1) for level in range(base, fork - 1)]
    if fork > base:
        sibling = (index >> (fork - 1 - base)) ^ 1
        start = sibling << (fork - 1)
        siblings.append(_edge_root(start, min(size, start + (1 << (fork - 1))), node))
    position = index >> (fork - base)
    level = fork
    while position:
        if position & 1:
            siblings.append(node(level, position - 1))
        position >>= 1
        level += 1
    return siblings


def inclusion_proof(index: int, size: int, node: NodeReader) -> tuple[bytes, ...]:
    """Prove that leaf `index` is in the tree of `size` leaves (RFC 9162 §2.1.3.1).

    Raises:
        ProofError: there is no such leaf in that tree.
    """
    if not 0 <= index < size:
        raise ProofError(N_("条目 %(index)s 不在大小为 %(size)s 的日志中"), params={"index": index, "size": size})
    return tuple(_path(index, 0, size, node))


def consistency_proof(old: int, new: int, node: NodeReader) -> tuple[bytes, ...]:
    """Prove that the tree of `new` leaves extends the tree of `old` leaves (RFC 9162 §2.1.4.1).

    From size 0 the proof is empty (C2SP tlog-witness); `verify_growth` reads it so.

    Raises:
        ProofError: sizes are negative or in the wrong order.
    """
    if not 0 <= old <= new:
        raise ProofError(N_("日志大小不可由 %(old)s 变为 %(new)s"), params={"old": old, "new": new})
    if old in (0, new):
        return ()
    level = (old & -old).bit_length() - 1
    index = (old - 1) >> level
    path = _path(index, level, new, node)
    # When old is a power of two its root is that node, which the verifier holds already.
    return tuple([node(level, index), *path] if index else path)


def _require_hashes(*hashes: bytes) -> None:
    """Refuse what is not a SHA-256 hash before any arithmetic (vectors/README, difference 2)."""
    for digest in hashes:
        if len(digest) != HASH_BYTES:
            raise ProofError(N_("证明中的散列值长度不是 32 字节"))


def _refuse() -> ProofError:
    return ProofError(N_("默克尔证明不成立"))


def verify_inclusion(index: int, size: int, leaf: bytes, proof: Sequence[bytes], root: bytes) -> None:
    """Check that `leaf` (a leaf hash) is leaf `index` of the tree with this size and root (RFC 9162 §2.1.3.2).

    Raises:
        ProofError: the proof does not hold, has the wrong length, or holds something that is not a hash.
    """
    _require_hashes(leaf, root, *proof)
    if not 0 <= index < size <= TREE_SIZE_MAX:
        raise _refuse()
    inner = (index ^ (size - 1)).bit_length()
    if len(proof) != inner + (index >> inner).bit_count():
        raise _refuse()
    digest = leaf
    for level, sibling in enumerate(proof):
        if level >= inner or (index >> level) & 1:
            digest = sha256(NODE_PREFIX + sibling + digest).digest()
        else:
            digest = sha256(NODE_PREFIX + digest + sibling).digest()
    if digest != root:
        raise _refuse()


def _require_subtree(start: int, end: int) -> None:
    """Refuse a range of leaves that is not empty and not the left end of one subtree."""
    width = end - start
    if start < 0 or width < 0 or (width and start % (1 << (width - 1).bit_length())):
        raise _refuse()


def verify_subtree_inclusion(
    index: int, start: int, end: int, leaf: bytes, proof: Sequence[bytes], root: bytes
) -> None:
    """Check that leaf `index` of the log stands in the subtree over [start, end) with this root.

    Raises:
        ProofError: as `verify_inclusion`, or the range is no subtree.
    """
    _require_subtree(start, end)
    verify_inclusion(index - start, end - start, leaf, proof, root)


def verify_subtree_consistency(
    start: int, end: int, size: int, subtree_root: bytes, root: bytes, proof: Sequence[bytes]
) -> None:
    """Check that the tree of `size` leaves contains the subtree over [start, end).

    This is RFC 9162 §2.1.4.2 for any subtree (draft-ietf-plants-merkle-tree-certs); with start 0 it is the
    consistency of two trees. The empty range has the root SHA-256("") and is in every tree, with an empty proof.

    Args:
        start: first leaf of the subtree.
        end: leaf after its last.
        size: leaves of the whole tree.
        subtree_root: root of the subtree.
        root: root of the whole tree.
        proof: the hashes, lowest first.

    Raises:
        ProofError: the proof does not hold.
    """
    _require_hashes(subtree_root, root, *proof)
    _require_subtree(start, end)
    if not end <= size <= TREE_SIZE_MAX:
        raise _refuse()
    if start == end:
        if proof or subtree_root != EMPTY_ROOT:
            raise _refuse()
        return
    if _fold_consistency(start, end, size, subtree_root, proof) != (subtree_root, root):
        raise _refuse()


def _fold_consistency(
    start: int, end: int, size: int, subtree_root: bytes, proof: Sequence[bytes]
) -> tuple[bytes, bytes]:
    """Give the roots of subtree and tree that a proof leads to, walking up from the subtree's right edge."""
    first, last, edge = start, end - 1, size - 1
    on_edge = last == edge
    while first != last and (on_edge or last & 1):
        first, last, edge = first >> 1, last >> 1, edge >> 1
    hashes = iter(proof)
    inside = whole = subtree_root if first == last else next(hashes, b"")
    for sibling in hashes:
        if not edge:
            raise _refuse()
        if last & 1 or last == edge:
            if first < last:
                inside = sha256(NODE_PREFIX + sibling + inside).digest()
            whole = sha256(NODE_PREFIX + sibling + whole).digest()
            while not last & 1:
                first, last, edge = first >> 1, last >> 1, edge >> 1
        else:
            whole = sha256(NODE_PREFIX + whole + sibling).digest()
        first, last, edge = first >> 1, last >> 1, edge >> 1
    if edge:
        raise _refuse()
    return inside, whole


def verify_consistency(old: int, new: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]) -> None:
    """Check that the tree (new, new_root) extends the tree (old, old_root), old at least 1 (RFC 9162 §2.1.4.2).

    From size 0 nothing can be proven, so it is refused here (vectors/README, difference 1); use `verify_growth` where
    a log may begin.

    Raises:
        ProofError: the proof does not hold.
    """
    if old == 0:
        raise _refuse()
    verify_subtree_consistency(0, old, new, old_root, new_root, proof)


def verify_growth(old: int, new: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]) -> None:
    """Check a step from one head to the next, size 0 included, as C2SP tlog-witness does.

    A tree of size 0 has the root SHA-256("") and grows into anything with an empty proof.

    Raises:
        ProofError: the step is not proven.
    """
    if new == 0 and new_root != EMPTY_ROOT:
        raise _refuse()
    verify_subtree_consistency(0, old, new, old_root, new_root, proof)
