"""Keys of seals 印章密钥: one Ed25519 seed for each making of a seal, encrypted at rest, never handed out.

They lie encrypted (XSalsa20-Poly1305) under a storage key of this box, in files of mode 0600 beside the hall's other
keys. Whoever has the storage key too has the seals; where the box has a TPM, the storage key is what it keeps.
"""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Final

from nacl.exceptions import CryptoError
from nacl.secret import SecretBox
from nacl.signing import SigningKey

from appliance.errors import N_, Conflict, NotFound

STORAGE_KEY: Final = "storage.key"
Random = Callable[[int], bytes]


class SealKeys:
    """The keys of the seals that were made on this box.

    Args:
        directory: where they lie; made at the first key.
    """

    __slots__ = ("_directory",)

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def _path(self, no: str, version: int) -> Path:
        return self._directory / f"{no}.{version}"

    def _box(self, random: Random | None = None) -> SecretBox:
        path = self._directory / STORAGE_KEY
        if random is not None and not path.exists():
            self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            _write(path, random(SecretBox.KEY_SIZE))
        return SecretBox(path.read_bytes())

    def make(self, no: str, version: int, random: Random) -> str:
        """Make the key of a seal's version and store it; gives the public key as hex.

        One that is there already stays: a making that was cut off between file and log is made again from it.
        """
        path = self._path(no, version)
        if not path.exists():
            box = self._box(random)
            _write(path, bytes(box.encrypt(random(32), random(SecretBox.NONCE_SIZE))))
        return self._key(no, version).verify_key.encode().hex()

    def _key(self, no: str, version: int) -> SigningKey:
        try:
            return SigningKey(self._box().decrypt(self._path(no, version).read_bytes()))
        except (OSError, CryptoError) as error:
            raise NotFound(
                N_("本机没有印章 %(no)s 的密钥"),
                code="seal_key",
                subject=no,
                params={"no": no},
                next_step=N_("请系统管理员重新制作这枚印章"),
            ) from error

    def sign(self, no: str, version: int, key: str, text: bytes) -> bytes:
        """Sign a use; 64 bytes.

        Args:
            no: 印章编号.
            version: of the key.
            key: hex of the public key that the log names.
            text: what is signed.

        Raises:
            NotFound: the key is not on this box, or cannot be decrypted.
            Conflict: it is not the key that the log names.
        """
        private = self._key(no, version)
        if private.verify_key.encode().hex() != key:
            raise Conflict(
                N_("印章 %(no)s 的密钥与登记的不一致"),
                code="seal_key_other",
                params={"no": no},
                next_step=N_("请挂失这枚印章，联系系统管理员"),
            )
        return private.sign(text).signature

    def wipe(self, no: str) -> None:
        """Overwrite and remove every key of a seal; what is not there is no error."""
        for path in self._directory.glob(f"{no}.*"):
            with path.open("r+b") as handle:
                handle.write(bytes(path.stat().st_size))
                handle.flush()
                os.fsync(handle.fileno())
            path.unlink()


def _write(path: Path, content: bytes) -> None:
    """Write a file whole with mode 0600: temporary file, fsync, rename, fsync of the directory."""
    temporary = path.with_name(f".{path.name}.part")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as handle:
        handle.write(content)
        handle.flush()
        os.fsync(handle.fileno())
    temporary.replace(path)
    directory = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)
