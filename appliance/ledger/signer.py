"""Private keys of logs and cosigners: Ed25519 seeds of 32 bytes, handed in and out as bytes (no file is touched here).

A key is used in one role only: the bytes that a cosigner signs do not name it (protocol §2).
"""

from collections.abc import Callable
from typing import Final

from nacl.signing import SigningKey

from appliance.errors import N_
from appliance.ledger.failure import Malformed
from appliance.ledger.note import TIME_BYTES, TIME_SECONDS_MAX, KeyType, VerifierKey, cosigned_bytes

SEED_BYTES: Final = 32
ALG_ED25519: Final = "ed25519"
"""What is stored as `alg` beside everything signed, so that a second algorithm can join later."""


def create_seed(random: Callable[[int], bytes]) -> bytes:
    """Draw a new private key from a source of cryptographic randomness such as `secrets.token_bytes`."""
    seed = random(SEED_BYTES)
    _require_seed(seed)
    return seed


def _require_seed(seed: bytes) -> None:
    if len(seed) != SEED_BYTES:
        raise Malformed(N_("私钥长度有误"))


class LogSigner:
    """Signs as a log: plain Ed25519 over the text of a note (type 01).

    Args:
        name: the key name; for a log its origin.
        seed: the private key, 32 bytes.
    """

    __slots__ = ("_key", "verifier", "vkey")
    alg: Final = ALG_ED25519

    def __init__(self, name: str, seed: bytes) -> None:
        _require_seed(seed)
        self._key = SigningKey(seed)
        self.verifier = VerifierKey.of(name, KeyType.ED25519, bytes(self._key.verify_key))
        self.vkey = self.verifier.format()

    @property
    def name(self) -> str:
        """The key name."""
        return self.verifier.name

    def sign(self, message: bytes) -> bytes:
        """Give the Ed25519 signature (64 bytes) of a message."""
        return self._key.sign(message).signature

    def sign_text(self, text: str) -> bytes:
        """Sign the text of a note."""
        return self.sign(text.encode())

    def __repr__(self) -> str:
        """Show the public half only."""
        return f"LogSigner({self.vkey})"


class Cosigner:
    """Signs as a cosigner: cosignature/v1 (type 04) over a checkpoint body and a time.

    Args:
        name: the key name.
        seed: the private key, 32 bytes; never the seed of a log.
        time: gives the time to state, whole seconds since 1970.
    """

    __slots__ = ("_key", "_time", "verifier", "vkey")
    alg: Final = ALG_ED25519

    def __init__(self, name: str, seed: bytes, time: Callable[[], int]) -> None:
        _require_seed(seed)
        self._key = SigningKey(seed)
        self._time = time
        self.verifier = VerifierKey.of(name, KeyType.COSIGNATURE, bytes(self._key.verify_key))
        self.vkey = self.verifier.format()

    @property
    def name(self) -> str:
        """The key name."""
        return self.verifier.name

    def sign_text(self, text: str) -> bytes:
        """Cosign a checkpoint body at the present time.

        Raises:
            Malformed: the clock gives a time that cannot be written.
        """
        time = self._time()
        if not 0 <= time <= TIME_SECONDS_MAX:
            raise Malformed(N_("联署时间有误"))
        return time.to_bytes(TIME_BYTES, "big") + self._key.sign(cosigned_bytes(text, time)).signature

    def __repr__(self) -> str:
        """Show the public half only."""
        return f"Cosigner({self.vkey})"
