"""Prepared work for the intake endpoint: a session for each client and a draft for each case, as pages leave them."""

import hashlib
from dataclasses import dataclass
from datetime import timedelta
from random import Random
from urllib.parse import urlencode
from uuid import UUID

from appliance.clock import SystemClock, format_time
from appliance.projections.items import Items
from appliance.store import drafts, sessions
from appliance.store.drafts import DraftRow
from appliance.store.sessions import SessionRow
from provisioning.applications import MadeApplication, make_application
from sync.opening import OpenHall
from web.csrf import FIELD, KEY_FIELD
from web.pages import intake_draft as drafted
from web.pages.intake_draft import Content
from web.session import token_id

CHUNK = 500
CLERKS = ("W0312", "W0313")


@dataclass(frozen=True, slots=True)
class Client:
    """One browser: its cookie header's value, its session's CSRF token, its clerk."""

    cookie: str
    csrf: str
    login: str


@dataclass(frozen=True, slots=True)
class Post:
    """One prepared post: where to, and its body."""

    path: str
    body: bytes


def content_of(made: MadeApplication, ticket: str) -> Content:
    """Give the draft's content that a clerk would have typed for an application."""
    who = made.applicant
    fields = {
        "applicant.kind": [who.kind.value],
        "applicant.id_type": [who.id_type],
        "applicant.name": [who.name],
        "applicant.id_number": [who.id_number],
        "applicant.phone": [who.phone],
        "applicant.address": [who.address or ""],
        "applicant.representative": [who.representative or ""],
        "applicant.representative_id": [who.representative_id or ""],
        "ticket": [ticket],
        "channel": ["window"],
    }
    for name, answer in made.form.items():
        fields[f"form.{name}"] = list(answer) if isinstance(answer, list) else [answer]
    for material in made.materials:
        fields[f"material.{material.code}"] = [material.form]
        fields[f"copies.{material.code}"] = [str(material.copies)]
        fields[f"pages.{material.code}"] = [str(material.pages)]
    return Content(subject=made.item.catalog_code, version=made.item.task_version, fields=fields)


def open_sessions(hall: OpenHall, count: int, *, seed: int = 0) -> list[Client]:
    """Sign `count` window clerks in, as the sign-in page would have done."""
    now = SystemClock().now()
    clients = []

    def write(connection):
        for number in range(count):
            token = hashlib.sha256(f"bench token {seed} {number}".encode()).hexdigest()
            login = CLERKS[number % len(CLERKS)]
            row = SessionRow(
                id=token_id(token),
                login=login,
                role="window_clerk",
                window=f"{number % 6 + 1:02d}",
                created=now,
                seen=now,
                expires=now + timedelta(hours=12),
                csrf=token[:32],
            )
            sessions.create(connection, row)
            clients.append(Client(f"hall_{hall.desk.facts.hall.code}={token}", row.csrf, login))

    hall.store.writer.local(write).result()
    return clients


def prepare_posts(hall: OpenHall, clients: list[Client], count: int, *, seed: int) -> list[list[Post]]:
    """Store a draft for each of `count` cases and give each client's posts; the same seed gives the same ones."""
    random = Random(f"bench posts {seed}")
    today = SystemClock().now().date()
    at = format_time(SystemClock().now())
    items = Items().all_current(hall.desk.reader())
    posts: list[list[Post]] = [[] for _ in clients]
    rows: list[DraftRow] = []
    for number in range(count):
        client = clients[number % len(clients)]
        made = make_application(random, random.choice(items), today=today)
        content = content_of(made, f"A{number % 900 + 1:03d}")
        draft, key = str(UUID(int=random.getrandbits(128))), str(UUID(int=random.getrandbits(128)))
        rows.append(DraftRow(draft, client.login, drafted.FORM, drafted._encode(content), at))
        body = urlencode({FIELD: client.csrf, KEY_FIELD: key, "application": drafted.encode(content)}).encode()
        posts[number % len(clients)].append(Post(f"/intake/{draft}/receive", body))
    for start in range(0, count, CHUNK):
        chunk = rows[start : start + CHUNK]
        hall.store.writer.local(lambda connection, chunk=chunk: [drafts.put(connection, row) for row in chunk]).result()
    return posts
