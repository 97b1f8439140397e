"""Document keys 文书签名密钥: ECDSA P-256, made of 32 bytes like every other private key here."""

from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from appliance.errors import N_
from appliance.ledger.failure import Malformed
from appliance.ledger.signer import SEED_BYTES

ALG_ES256: Final = "es256"
ORDER: Final = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
"""Order n of the group of P-256 (FIPS 186-5)."""

COORDINATE_BYTES: Final = 32
POINT_BYTES: Final = 33
_DIGEST: Final = ec.ECDSA(hashes.SHA256())
_DETERMINISTIC: Final = ec.ECDSA(hashes.SHA256(), deterministic_signing=True)

PublicKey = ec.EllipticCurvePublicKey
PrivateKey = ec.EllipticCurvePrivateKey


class DocumentKey:
    """A private key that signs documents; the same seed gives the same key, the same message the same signature.

    Args:
        seed: 32 bytes of cryptographic randomness.

    Raises:
        Malformed: the seed has another length.
    """

    __slots__ = ("private", "public", "public_bytes")
    alg: Final = ALG_ES256

    def __init__(self, seed: bytes) -> None:
        if len(seed) != SEED_BYTES:
            raise Malformed(N_("私钥长度有误"))
        # 2^256 and the order differ by 2^224: the bias of the remainder is without consequence.
        self.private: PrivateKey = ec.derive_private_key(int.from_bytes(seed) % (ORDER - 1) + 1, ec.SECP256R1())
        self.public: PublicKey = self.private.public_key()
        self.public_bytes = point(self.public)

    def sign(self, message: bytes) -> bytes:
        """Sign with ES256 (RFC 9053 §2.1): r and s, 32 bytes each, by RFC 6979, s in the lower half."""
        r, s = decode_dss_signature(self.private.sign(message, _DETERMINISTIC))
        return r.to_bytes(COORDINATE_BYTES) + min(s, ORDER - s).to_bytes(COORDINATE_BYTES)

    def __repr__(self) -> str:
        """Show the public half only."""
        return f"DocumentKey({self.public_bytes.hex()})"


def verify(public: PublicKey, signature: bytes, message: bytes) -> bool:
    """Tell whether an ES256 signature holds; the twin with s in the upper half does not, so one message has one form.

    Args:
        public: the key.
        signature: r and s, 64 bytes.
        message: what was signed.
    """
    if len(signature) != 2 * COORDINATE_BYTES:
        return False
    r, s = int.from_bytes(signature[:COORDINATE_BYTES]), int.from_bytes(signature[COORDINATE_BYTES:])
    if not 0 < s <= ORDER // 2:
        return False
    try:
        public.verify(encode_dss_signature(r, s), message, _DIGEST)
    except InvalidSignature:
        return False
    return True


def point(public: PublicKey) -> bytes:
    """Write a public key as its compressed point, 33 bytes (SEC 1 §2.3.3)."""
    return public.public_bytes(Encoding.X962, PublicFormat.CompressedPoint)


def read_point(data: bytes) -> PublicKey:
    """Read a compressed point of P-256; raises Malformed."""
    if len(data) != POINT_BYTES:
        raise Malformed(N_("文书签名公钥无法读取"), code="bad_document_key")
    try:
        return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), data)
    except ValueError as error:
        raise Malformed(N_("文书签名公钥无法读取"), code="bad_document_key") from error


def is_point(text: str) -> bool:
    """Tell whether a text is a compressed point of P-256 in hex."""
    try:
        read_point(bytes.fromhex(text))
    except (ValueError, Malformed):
        return False
    return True
