"""One request as a page sees it: who is there, what was sent, and how to answer."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any, TypeVar, cast

import msgspec
from litestar import Request, Response
from litestar.datastructures import Cookie, FormMultiDict

from appliance.clock import Clock
from appliance.domain.actor import ROLE_NAMES, Actor, Role
from appliance.errors import N_, Forbidden, Invalid, Refusal
from appliance.store.access import View
from appliance.store.sessions import SessionRow
from web.assets import Assets
from web.csrf import FIELD, KEY_FIELD
from web.navigation import Group, ShownGroup, menu
from web.ports import (
    AccessLog,
    CredentialStore,
    Link,
    LinkStatus,
    MenuCounts,
    Staff,
    StaffDirectory,
    ViewLog,
    Windows,
)
from web.session import Found, Sessions
from web.templating import LANGUAGES, OWN_NAMES, Page, Renderer

T = TypeVar("T")
HTML = "text/html; charset=utf-8"
FORBIDDEN_TEXT = N_("您的角色不能打开这一页")


@dataclass(frozen=True, slots=True)
class Site:
    """What tells one application from another.

    Attributes:
        name: the product's name in the top bar (message id).
        place: the hall's or city's name.
        cookie: name of the session cookie; halls and cities on one host need different ones (ports share cookies).
        navigation: the left menu.
        secure: served over HTTPS, so cookies are Secure.
        terminals: addresses from which the routes of the self-service terminals answer.
    """

    name: str
    place: str
    cookie: str
    navigation: tuple[Group, ...]
    secure: bool = False
    terminals: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Front:
    """Everything that the base of the pages works with; made once by `web.app.create_app`."""

    site: Site
    sessions: Sessions
    credentials: CredentialStore
    staff: StaffDirectory
    access_log: AccessLog
    views: ViewLog
    link: LinkStatus
    windows: Windows
    counts: MenuCounts
    clock: Clock
    random: Callable[[int], bytes]
    secret: bytes
    renderer: Renderer
    assets: Assets


@dataclass(frozen=True, slots=True)
class Person:
    """The signed-in person as the layout shows them."""

    login: str
    name: str
    role: Role
    role_name: str
    other_roles: tuple[tuple[str, str], ...]
    window: str | None


@dataclass(frozen=True, slots=True)
class Frame:
    """What the layout and the macros read; every template has it as ``frame``.

    Attributes:
        csrf: the session's token, or the sign-in page's.
        random: source of the bytes of idempotency keys.
        elder: large text and large targets (适老化), kept in a cookie of this browser.
    """

    site: Site
    lang: str
    path: str
    now: datetime
    person: Person | None
    menu: tuple[ShownGroup, ...]
    link: Link | None
    csrf: str
    random: Callable[[int], bytes]
    elder: bool = False

    @property
    def other_language(self) -> tuple[str, str, str]:
        """The language that the switch offers: its code, its tag for ``lang``, its own name."""
        code = "zh" if self.lang == LANGUAGES["en"] else "en"
        return code, LANGUAGES[code], OWN_NAMES[code]

    def new_key(self) -> str:
        """Make an idempotency key; each form gets its own, each time that it is rendered."""
        return uuid_of(self.random(16))


def uuid_of(random: bytes) -> str:
    """Write 16 random bytes as a UUID of version 4."""
    raw = bytearray(random)
    raw[6] = raw[6] & 0x0F | 0x40
    raw[8] = raw[8] & 0x3F | 0x80
    text = raw.hex()
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


@lru_cache(maxsize=256)
def _multiple(kind: type[Any]) -> frozenset[str]:
    """Give the fields of a form's struct that take several values."""
    return frozenset(
        field.encode_name for field in msgspec.structs.fields(kind) if getattr(field.type, "__origin__", None) is tuple
    )


def decode(fields: Mapping[str, Any], kind: type[T]) -> T:
    """Read posted or queried texts into a struct of texts, numbers, dates, flags and tuples of them.

    Missing fields take the struct's defaults; unknown ones are left out; texts lose blanks at both ends.

    Raises:
        Invalid: a field cannot be read as its type; `fields` names it.
    """
    multi = _multiple(cast("Any", kind))
    plain: dict[str, Any] = {}
    for name, value in fields.items():
        values = value if isinstance(value, list) else [value]
        texts = [item.strip() if isinstance(item, str) else item for item in values]
        plain[name] = texts if name in multi else texts[-1]
    try:
        return msgspec.convert(plain, kind, strict=False)
    except msgspec.ValidationError as error:
        name = str(error).rpartition("$.")[2].rstrip("`").partition("[")[0] if "$." in str(error) else ""
        raise Invalid(
            N_("有一项填写的内容不能识别"), fields={name: N_("请按要求的格式填写")} if name else {}
        ) from error


@dataclass(slots=True)
class Look:
    """What of one case this request is about to show: through what, which fields in full, why."""

    act: str
    fields: set[str]
    purpose: str


@dataclass(frozen=True, slots=True)
class Visit:
    """One request, handed to each page function as its first argument.

    Attributes:
        seen: what the page that is being made shows of which case; recorded before it goes out (`web.app`).
    """

    front: Front
    request: Request[Any, Any, Any]
    found: Found | None
    staff: Staff | None
    fields: FormMultiDict
    language: str
    csrf: str
    seen: dict[str, Look] = field(default_factory=dict)

    @property
    def session(self) -> SessionRow:
        """The session; a page behind a guard always has one."""
        if self.found is None:
            raise Forbidden(FORBIDDEN_TEXT)
        return self.found.row

    @property
    def actor(self) -> Actor:
        """The signed-in person as entries carry them."""
        row = self.session
        return Actor(id=row.login, role=Role(row.role), window=row.window)

    @property
    def htmx(self) -> bool:
        """The request came from htmx, so a fragment is wanted."""
        return self.request.headers.get("hx-request") == "true"

    @property
    def key(self) -> str:
        """The idempotency key that came with the form; empty when none came."""
        value = self.fields.get(KEY_FIELD, "")
        return value if isinstance(value, str) else ""

    def saw(self, act: str, case: str, *fields: str, purpose: str = "") -> None:
        """Note that this page shows data of a case.

        One request is one look at a case: the first act named stands, fields are joined.

        Args:
            act: code of `appliance.domain.viewing.ACT_NAMES`.
            case: its number; empty for what belongs to no case.
            fields: codes of `FIELD_NAMES`, of what is shown in full.
            purpose: why, where the person was asked.
        """
        look = self.seen.setdefault(case, Look(act, set(), purpose))
        look.fields.update(fields)

    def views(self) -> tuple[View, ...]:
        """Give what was seen as lines of the access log; cases that were shown alike share one."""
        row, client = self.session, self.request.client
        alike: dict[tuple[str, tuple[str, ...], str], list[str]] = {}
        for case, look in self.seen.items():
            alike.setdefault((look.act, tuple(sorted(look.fields)), look.purpose), []).append(case)
        return tuple(
            View(
                at=self.front.clock.now(),
                login=row.login,
                role=row.role,
                act=act,
                cases=tuple(case for case in cases if case),
                fields=fields,
                purpose=purpose,
                window=row.window or "",
                address=client.host if client else "",
            )
            for (act, fields, purpose), cases in alike.items()
        )

    def form(self, kind: type[T]) -> T:
        """Read the posted form into a struct (see `decode`)."""
        return decode(_grouped(self.fields), kind)

    def query(self, kind: type[T]) -> T:
        """Read the address's query into a struct (see `decode`)."""
        return decode({name: self.request.query_params.getall(name) for name in self.request.query_params}, kind)

    def text(self, message: str, **params: object) -> str:
        """Translate a message id."""
        return self.front.renderer.text(self.language, message, params)

    def messages(self, refusal: Refusal) -> dict[str, str]:
        """Give a refusal's field messages, translated, for the form's inline errors."""
        return {name: self.text(message.msgid, **message.params) for name, message in refusal.fields.items()}

    def frame(self) -> Frame:
        """Gather what the layout shows."""
        front, path = self.front, self.request.url.path
        elder = self.request.cookies.get("hall_elder") == "1"
        if self.found is None:
            return Frame(
                front.site,
                LANGUAGES[self.language],
                path,
                front.clock.now(),
                None,
                (),
                None,
                self.csrf,
                front.random,
                elder,
            )
        row = self.found.row
        person = Person(
            login=row.login,
            name=self.staff.name if self.staff else row.login,
            role=Role(row.role),
            role_name=ROLE_NAMES[Role(row.role)],
            other_roles=tuple(
                (role, ROLE_NAMES[Role(role)]) for role in (self.staff.roles if self.staff else ()) if role != row.role
            ),
            window=row.window,
        )
        return Frame(
            site=front.site,
            lang=LANGUAGES[self.language],
            path=path,
            now=front.clock.now(),
            person=person,
            menu=menu(front.site.navigation, row.role, path, front.counts.counts(row)),
            link=front.link.current(),
            csrf=row.csrf,
            random=front.random,
            elder=elder,
        )

    def show(
        self,
        page: Page,
        *,
        status: int = 200,
        headers: Mapping[str, str] | None = None,
        cookies: tuple[Cookie, ...] = (),
    ) -> Response[str]:
        """Render a page or a fragment.

        A form shown again after a refusal goes out with the refusal's status (422, 409), which htmx swaps too.
        """
        return Response(
            self.front.renderer.render(page, self.language, self.frame()),
            status_code=status,
            media_type=HTML,
            headers=dict(headers or {}),
            cookies=list(cookies),
        )

    def go(self, path: str, *, cookies: tuple[Cookie, ...] = ()) -> Response[str]:
        """Send the browser on to another page after a post: 303, or htmx's own header."""
        headers = {"HX-Redirect": path} if self.htmx else {"Location": path}
        status = 200 if self.htmx else 303
        return Response("", status_code=status, media_type=HTML, headers=headers, cookies=list(cookies))


def _grouped(fields: FormMultiDict) -> dict[str, Any]:
    return {name: fields.getall(name) for name in fields if name not in {FIELD, KEY_FIELD}}
