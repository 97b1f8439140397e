"""The whole URL table. A page is a module, a template, and one line here."""

from dataclasses import dataclass

from web import guards
from web.guards import Access


@dataclass(frozen=True, slots=True)
class Route:
    """One line of the table.

    Attributes:
        method: GET or POST; HEAD and OPTIONS are refused everywhere.
        path: Litestar path; parameters are ``{name:str}`` or ``{name:int}``.
        handler: ``module:function``, loaded when the application is made.
        access: who may come in.
        body_bytes_max: the largest request body that is read.
    """

    method: str
    path: str
    handler: str
    access: Access
    body_bytes_max: int = 1_000_000


# What the hall's and the city's applications share: signing in and out, the lock, the language, the files.
ACCOUNT: tuple[Route, ...] = (
    Route("GET", "/static/{path:path}", "web.pages.files:static", guards.PUBLIC),
    Route("GET", "/login", "web.pages.login:show", guards.PUBLIC),
    Route("POST", "/login", "web.pages.login:submit", guards.PUBLIC),
    Route("POST", "/login/renew", "web.pages.login:renew", guards.PUBLIC),
    Route("POST", "/language", "web.pages.login:language", guards.PUBLIC),
    Route("POST", "/logout", "web.pages.login:leave", guards.ACCOUNT),
    Route("POST", "/role", "web.pages.login:role", guards.SIGNED_IN),
    Route("POST", "/lock", "web.pages.lock:lock", guards.ACCOUNT),
    Route("POST", "/unlock", "web.pages.lock:unlock", guards.ACCOUNT),
    Route("GET", "/account/password", "web.pages.password:show", guards.ACCOUNT),
    Route("POST", "/account/password", "web.pages.password:submit", guards.ACCOUNT),
    Route("POST", "/frame/alive", "web.pages.home:alive", guards.SIGNED_IN),
    Route("GET", "/frame/link", "web.pages.home:link", guards.SIGNED_IN.quietly()),
)

HALL: tuple[Route, ...] = (
    *ACCOUNT,
    Route("GET", "/", "web.pages.home:show", guards.SIGNED_IN),
)

CITY: tuple[Route, ...] = (
    *ACCOUNT,
    Route("GET", "/", "web.pages.home:show", guards.SIGNED_IN),
)
