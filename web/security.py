"""Headers that every answer carries, error pages included."""

from collections.abc import Awaitable, Callable

from litestar.types import Message, Scope

# No 'unsafe-inline', no 'unsafe-eval', no host but our own. data: images are Bootstrap's own icons in its style
# sheet; blob: is the picture just taken by the document camera, before it is stored.
POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data: blob:",
    "font-src": "'self'",
    "media-src": "'self' blob:",
    "connect-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}
CONTENT_SECURITY_POLICY = "; ".join(f"{name} {sources}" for name, sources in POLICY.items())

HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), microphone=(), geolocation=(), payment=(), usb=(), interest-cohort=()",
}

# On shared counters nothing of the last person may stay in the browser.
CLEAR_SITE_DATA = '"cache", "cookies", "storage"'


def header_hook(*, secure: bool) -> Callable[[Message, Scope], Awaitable[None]]:
    """Make the hook that adds the headers to every answer.

    A header that a handler set itself stays: a file of ours may say how long it may be cached.

    Args:
        secure: the site is served over HTTPS only, so browsers are told to remember that.
    """
    fixed = dict(HEADERS)
    if secure:
        fixed["Strict-Transport-Security"] = "max-age=31536000"

    fixed["Cache-Control"] = "no-store"
    # Every answer passes here, so the pairs are made once, as ASGI carries them.
    pairs = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in fixed.items()]

    async def add_headers(message: Message, scope: Scope) -> None:  # noqa: ARG001 - the hook's signature
        if message["type"] != "http.response.start":
            return
        headers = [*message.get("headers", ())]
        present = {name.lower() for name, _ in headers}
        message["headers"] = [*headers, *(pair for pair in pairs if pair[0] not in present)]

    return add_headers
