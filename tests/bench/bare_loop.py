"""The bare apsw loop: the rows that the writer really wrote, written again without anything around them.

The writer's statements with their values are taken down by apsw's execution trace while prepared commands go through
it in groups of the wanted size. The loop then writes them into a copy of the database as it was before, one
transaction a group, with one signed checkpoint and one appended and synced piece of journal a group, as the writer has.
"""

import os
import shutil
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs
from uuid import NAMESPACE_URL, uuid5

from figure import opened
from intake_posts import Post

from appliance.domain.actor import Actor, Role
from appliance.ledger.checkpoint import Checkpoint, sign_checkpoint
from appliance.ledger.signer import LogSigner
from appliance.services.desk import Desk
from appliance.store.connection import open_database
from web.pages import intake_draft as drafted
from web.pages import intake_fields, intake_form

WRITES = ("INSERT", "UPDATE", "DELETE", "REPLACE")
ORIGIN = "bench/bare/h2c/e1"


@dataclass(slots=True)
class Taken:
    """What was taken down.

    Attributes:
        groups: the writes of each transaction that held entries, in order.
        changes: changes in them.
        journal_bytes: bytes that they added to the journal.
        before: copy of the data directory as it was before.
    """

    before: Path
    groups: list[list[tuple[str, Any]]] = field(default_factory=list)
    changes: int = 0
    journal_bytes: int = 0

    @property
    def rows(self) -> int:
        """Statements in all groups."""
        return sum(len(group) for group in self.groups)


def _journal_size(directory: Path) -> int:
    return sum(path.stat().st_size for path in (directory / "journal").iterdir())


def _changes(desk: Desk, posts: list[Post], logins: list[str]) -> list[Any]:
    changes = []
    for number, (post, login) in enumerate(zip(posts, logins, strict=True)):
        content = drafted.decode(parse_qs(post.body.decode())["application"][0])
        item = intake_form.item_of(desk, content)
        command = drafted.command(content, item, intake_fields.kinds_of(item), post.path.split("/")[2])
        actor = Actor(login, Role.WINDOW_CLERK, f"{number % 6 + 1:02d}")
        changes.append(desk.change(command, actor=actor, key=str(uuid5(NAMESPACE_URL, f"bare {number}"))))
    return changes


def copy_of(directory: Path, target: Path) -> Path:
    """Copy a data directory that nobody owns; gives where to."""
    shutil.copytree(directory, target, ignore=shutil.ignore_patterns("*.sock", "owner.lock"))
    return target


def take_down(directory: Path, posts: list[Post], logins: list[str], *, group: int) -> Taken:
    """Send prepared posts through the real writer, `group` in a transaction, and take down what it writes.

    Args:
        directory: the hall's data directory, owned by nobody.
        posts: their drafts stand in the database.
        logins: the clerk of each post.
        group: changes in one transaction.
    """
    before = copy_of(directory, directory.with_name("before"))
    taken = Taken(before)
    transaction: list[tuple[str, Any]] = []

    def trace(_cursor: Any, sql: str, bindings: Any) -> bool:
        verb = sql.lstrip().partition(" ")[0].upper()
        if verb in WRITES:
            transaction.append((sql, bindings))
        elif verb == "BEGIN":
            transaction.clear()
        elif verb == "COMMIT" and any("INTO entry " in sql for sql, _ in transaction):
            taken.groups.append(list(transaction))
        return True

    with opened(directory) as hall:
        hall.store.writer.local(lambda connection: setattr(connection, "exec_trace", trace)).result()
        size = _journal_size(directory)
        changes = _changes(hall.desk, posts, logins)
        for start in range(0, len(changes), group):
            # The writer is held until the whole group waits, so that it becomes one transaction.
            gate = threading.Event()
            held = hall.store.writer.local(lambda _, gate=gate: gate.wait(10))
            waiting = [hall.store.writer.submit(change) for change in changes[start : start + group]]
            gate.set()
            held.result()
            for future in waiting:
                future.result()
        taken.changes = len(changes)
        taken.journal_bytes = _journal_size(directory) - size
        hall.store.writer.local(lambda connection: setattr(connection, "exec_trace", None)).result()
    return taken


def _runs(group: list[tuple[str, Any]]) -> list[tuple[str, list[Any]]]:
    """Join neighbouring statements of one text, so that the loop can hand them over in one call."""
    runs: list[tuple[str, list[Any]]] = []
    for sql, bindings in group:
        if runs and runs[-1][0] == sql:
            runs[-1][1].append(bindings)
        else:
            runs.append((sql, [bindings]))
    return runs


def write_again(taken: Taken, directory: Path) -> float:
    """Write the rows into a copy of the database as it was, and give changes per second."""
    shutil.rmtree(directory, ignore_errors=True)
    shutil.copytree(taken.before, directory)
    groups = [_runs(group) for group in taken.groups]
    piece = bytes(taken.journal_bytes // len(groups))
    signer = LogSigner(ORIGIN, bytes(range(32)))
    connection = open_database(directory / "hall.db", read_only=False)
    journal = os.open(directory / "bare.journal", os.O_WRONLY | os.O_CREAT, 0o600)
    try:
        began = time.perf_counter()
        for number, group in enumerate(groups):
            connection.execute("BEGIN IMMEDIATE")
            for sql, bindings in group:
                if len(bindings) == 1:
                    connection.execute(sql, bindings[0])
                else:
                    connection.executemany(sql, bindings)
            sign_checkpoint(Checkpoint(ORIGIN, number + 1, bytes(32)), signer)
            connection.execute("COMMIT")
            os.pwrite(journal, piece, number * len(piece))
            os.fdatasync(journal)
        return taken.changes / (time.perf_counter() - began)
    finally:
        os.close(journal)
        connection.close()
        shutil.rmtree(directory)
