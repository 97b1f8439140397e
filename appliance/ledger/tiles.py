"""Logs as directories of tiles (C2SP tlog-tiles v0.1.0): paths, hash tiles, entry bundles, and a whole export.

A tile at level L holds up to 256 hashes of the tree's level 8·L. What is not full is a partial tile, named by its
width; an export has exactly the partial tiles of its size.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

from appliance.errors import N_
from appliance.ledger.failure import Malformed, ProofError
from appliance.ledger.merkle import TREE_SIZE_MAX, NodeReader, leaf_hash

TILE_WIDTH: Final = 256
TILE_HEIGHT: Final = 8
TILE_LEVEL_MAX: Final = 63
"""Largest level that a path may name (C2SP tlog-tiles); a log of 2**63 leaves needs seven."""
BUNDLED_ENTRY_BYTES_MAX: Final = 65_535
"""What the 16-bit length of an entry in a bundle can say; our own entries stop at 32 KiB."""
CHECKPOINT_PATH: Final = "checkpoint"

_LENGTH_BYTES: Final = 2
_GROUP: Final = 1000
_PATH: Final = re.compile(
    r"tile/(?P<level>entries|0|[1-9][0-9]?)"
    r"/(?P<index>(?:x[0-9]{3}/)*[0-9]{3})"
    r"(?:\.p/(?P<width>[1-9][0-9]{0,2}))?",
    re.ASCII,
)


@dataclass(frozen=True, slots=True)
class Tile:
    """Which tile: its level (None for entries), its place in that level, and how many items it holds."""

    level: int | None
    index: int
    width: int = TILE_WIDTH

    def path(self) -> str:
        """Write the path relative to the log's directory."""
        index, last = divmod(self.index, _GROUP)
        groups = [f"{last:03d}"]
        while index:
            index, group = divmod(index, _GROUP)
            groups.append(f"x{group:03d}")
        level = "entries" if self.level is None else str(self.level)
        partial = "" if self.width == TILE_WIDTH else f".p/{self.width}"
        return f"tile/{level}/{'/'.join(reversed(groups))}{partial}"

    @classmethod
    def parse(cls, path: str) -> "Tile":
        """Read a relative path.

        Raises:
            Malformed: it is not the one way to write a tile's path.
        """
        match = _PATH.fullmatch(path)
        if match is None:
            raise Malformed(N_("瓦片路径有误"), subject=path)
        level, index, width = match.group("level", "index", "width")
        tile = cls(
            None if level == "entries" else int(level),
            int(index.replace("x", "").replace("/", "")),
            TILE_WIDTH if width is None else int(width),
        )
        in_range = tile.index <= TREE_SIZE_MAX and (tile.level or 0) <= TILE_LEVEL_MAX
        # Writing it again refuses needless leading groups and a partial tile of full width.
        if not in_range or tile.path() != path:
            raise Malformed(N_("瓦片路径有误"), subject=path)
        return tile


def entries_tile(index: int, size: int) -> Tile:
    """Name the bundle that holds entry `index` in a log of `size` entries."""
    number = index // TILE_WIDTH
    return Tile(None, number, min(TILE_WIDTH, size - number * TILE_WIDTH))


def hash_tiles(size: int) -> Iterator[Tile]:
    """Name all hash tiles of a log of `size` entries, lowest level first, full ones before the partial one."""
    level = 0
    while count := size >> (level * TILE_HEIGHT):
        full, partial = divmod(count, TILE_WIDTH)
        for index in range(full):
            yield Tile(level, index)
        if partial:
            yield Tile(level, full, partial)
        level += 1


def read_hash_tile(tile: Tile, node: NodeReader) -> bytes:
    """Give a hash tile's bytes: its hashes one after another.

    Raises:
        Malformed: an entry bundle is named.
    """
    if tile.level is None:
        raise Malformed(N_("瓦片路径有误"), subject=tile.path())
    height = tile.level * TILE_HEIGHT
    first = tile.index * TILE_WIDTH
    return b"".join([node(height, index) for index in range(first, first + tile.width)])


def encode_bundle(entries: Sequence[bytes]) -> bytes:
    """Write an entry bundle: ``(uint16be length || entry)*``, at most 256.

    Raises:
        Malformed: too many entries, or one that is longer than its length field can say.
    """
    if len(entries) > TILE_WIDTH:
        raise Malformed(N_("条目瓦片过大"))
    parts = []
    for entry in entries:
        if len(entry) > BUNDLED_ENTRY_BYTES_MAX:
            raise Malformed(N_("条目长度有误"))
        parts.append(len(entry).to_bytes(_LENGTH_BYTES, "big"))
        parts.append(entry)
    return b"".join(parts)


def decode_bundle(data: bytes, width: int) -> tuple[bytes, ...]:
    """Read an entry bundle of exactly `width` entries.

    Raises:
        Malformed: the bytes end early or late.
    """
    entries = []
    position = 0
    for _ in range(width):
        start = position + _LENGTH_BYTES
        position = start + int.from_bytes(data[position:start], "big")
        if start > len(data) or position > len(data):
            raise Malformed(N_("条目瓦片不完整"))
        entries.append(data[start:position])
    if position != len(data):
        raise Malformed(N_("条目瓦片过大"))
    return tuple(entries)


def export(size: int, entries: Iterable[bytes], node: NodeReader, checkpoint: bytes) -> Iterator[tuple[str, bytes]]:
    """Give a whole log as files: entry bundles, hash tiles, and the checkpoint last, so that it vouches for the rest.

    At most one tile is in memory at a time. Every entry is compared with its stored leaf on the way.

    Args:
        size: number of entries, as the checkpoint says.
        entries: the entries from 0; what comes after `size` is not read.
        node: the stored hashes.
        checkpoint: the signed checkpoint of this size.

    Yields:
        Relative path with forward slashes, and the file's bytes.

    Raises:
        ProofError: an entry is missing or is not the one that was hashed.
    """
    source = iter(entries)
    for first in range(0, size, TILE_WIDTH):
        tile = entries_tile(first, size)
        bundle = list(islice(source, tile.width))
        if len(bundle) < tile.width:
            raise ProofError(N_("日志缺少条目 %(index)s"), params={"index": first + len(bundle)})
        for index, entry in enumerate(bundle, first):
            if leaf_hash(entry) != node(0, index):
                raise ProofError(N_("条目 %(index)s 与其叶散列不符"), params={"index": index})
        yield tile.path(), encode_bundle(bundle)
    for tile in hash_tiles(size):
        yield tile.path(), read_hash_tile(tile, node)
    yield CHECKPOINT_PATH, checkpoint
