"""Passwords 口令: argon2id verifiers through libsodium. Hashes are local and never enter a log."""

from dataclasses import dataclass

import nacl.exceptions
from nacl import pwhash


@dataclass(frozen=True, slots=True)
class HashLimits:
    """Cost of argon2id: passes, and memory in bytes."""

    passes: int = pwhash.argon2id.OPSLIMIT_INTERACTIVE
    memory_bytes: int = pwhash.argon2id.MEMLIMIT_INTERACTIVE


def make_verifier(password: str, limits: HashLimits) -> str:
    """Hash a password with a fresh salt into an argon2id string."""
    return pwhash.argon2id.str(password.encode(), opslimit=limits.passes, memlimit=limits.memory_bytes).decode()


def verifies(verifier: str, password: str) -> bool:
    """Tell whether a password fits a verifier; takes the time that the verifier's own limits say."""
    try:
        return pwhash.argon2id.verify(verifier.encode(), password.encode("utf-8", "surrogateescape"))
    except nacl.exceptions.InvalidkeyError:
        return False
