"""The files under `web/static`, read once, served by exact name from memory with their digest in the address."""

import gzip
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".mp3": "audio/mpeg",
    ".wav": "audio/wav",
}


@dataclass(frozen=True, slots=True)
class Asset:
    """One file as it is sent: its type, its bytes, the same bytes compressed, and the digest that names them."""

    media_type: str
    body: bytes
    gzipped: bytes
    version: str


@dataclass(frozen=True, slots=True)
class Assets:
    """All files by their path below the directory; nothing else can be asked for, so no path can climb out."""

    files: Mapping[str, Asset]

    def url(self, path: str) -> str:
        """Give the address of a file, with its digest so that browsers may keep it for ever.

        Raises:
            KeyError: there is no such file; a template names it wrongly.
        """
        return f"/static/{path}?v={self.files[path].version}"


def load_assets(directory: Path) -> Assets:
    """Read every file of a known type below `directory`."""
    files: dict[str, Asset] = {}
    for path in sorted(directory.rglob("*")):
        if path.suffix in TYPES and path.is_file():
            body = path.read_bytes()
            files[path.relative_to(directory).as_posix()] = Asset(
                media_type=TYPES[path.suffix],
                body=body,
                gzipped=gzip.compress(body, 9, mtime=0),
                version=hashlib.sha256(body).hexdigest()[:16],
            )
    return Assets(files)
