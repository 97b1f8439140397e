"""Proof that a post comes from a page that this server made for this session.

Three layers: the browser's own word about where a post comes from (Sec-Fetch-Site, Origin), a token bound to the
session in every form and htmx header, and for people who are not signed in yet a token bound to a cookie of the
sign-in page. A token that is out of date never ends in a dead end: see `web.errors`.
"""

import hashlib
import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any
from urllib.parse import urlsplit

import msgspec
from litestar import Request

FIELD = "_csrf"
KEY_FIELD = "_key"
HEADER = "x-csrf-token"
CARRIED_BYTES_MAX = 256 * 1024

_NONCE_LENGTH = 22


def same_origin(request: Request[Any, Any, Any]) -> bool:
    """Tell whether the browser says that a page of this host sent the request.

    Browsers send Sec-Fetch-Site only over HTTPS and on localhost; Origin comes with every post. A client that sends
    neither is not a browser and carries no one's cookies by accident.
    """
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site in {"same-origin", "none"}
    origin = request.headers.get("origin")
    if origin is None:
        return True
    return bool(origin) and urlsplit(origin).netloc == request.headers.get("host", "")


def says_where_from(request: Request[Any, Any, Any]) -> bool:
    """Tell whether the client named the page's origin at all; without it an outdated form is not offered again."""
    return "sec-fetch-site" in request.headers or "origin" in request.headers


def matches(expected: str, given: str) -> bool:
    """Compare two tokens in constant time; empty ones never match."""
    return bool(expected) and hmac.compare_digest(expected.encode(), given.encode("utf-8", "surrogateescape"))


def new_nonce(random: bytes) -> str:
    """Write 16 random bytes as the sign-in page's cookie."""
    return urlsafe_b64encode(random).decode().rstrip("=")


def is_nonce(text: str | None) -> bool:
    """Tell whether a cookie has the form of a nonce that this server makes."""
    return text is not None and len(text) == _NONCE_LENGTH and text.replace("-", "a").replace("_", "a").isalnum()


def anonymous_token(secret: bytes, nonce: str) -> str:
    """Give the form token that belongs to the sign-in page's cookie `nonce`."""
    return hmac.new(secret, b"sign-in\0" + nonce.encode(), hashlib.sha256).hexdigest()


class Carried(msgspec.Struct, frozen=True):
    """A form that arrived without a valid session: kept in the sign-in page and offered again afterwards.

    Attributes:
        path: where it was posted to.
        login: whose it was, as far as the expired session told; empty when unknown.
        fields: names and values in order, without the token.
        lost_files: files were part of it; they cannot be carried.
    """

    path: str
    login: str
    fields: tuple[tuple[str, str], ...]
    lost_files: bool = False


def pack(secret: bytes, carried: Carried) -> str:
    """Write a carried form as one hidden value that only this server can have made."""
    body = urlsafe_b64encode(msgspec.json.encode(carried)).decode()
    return f"{body}.{hmac.new(secret, b'carried' + body.encode(), hashlib.sha256).hexdigest()}"


def unpack(secret: bytes, text: str) -> Carried | None:
    """Read a hidden value written by `pack`; None when it was not made here or is damaged."""
    body, _, mac = text.rpartition(".")
    expected = hmac.new(secret, b"carried" + body.encode("utf-8", "surrogateescape"), hashlib.sha256).hexdigest()
    if not body or not matches(expected, mac):
        return None
    return msgspec.json.decode(urlsafe_b64decode(body), type=Carried)


def local_path(text: str | None, otherwise: str) -> str:
    """Give `text` when it is a path on this host, else `otherwise`: an address to go on to is never another host's."""
    if not text or not text.startswith("/") or text[1:2] in {"/", "\\"} or any(ord(sign) < ord(" ") for sign in text):
        return otherwise
    return text
