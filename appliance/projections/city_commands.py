"""What the city asked of halls 市平台请求 and what was answered; the same tables at a hall and at the city.

No personal data is kept here: the words of a request and of its answer are read from their entries.
"""

from dataclasses import dataclass

from appliance.domain.city_commands import Kind, Standing
from appliance.domain.entry import read_event
from appliance.domain.events import CommandAnswered, CommandSent
from appliance.errors import N_, NotFound
from appliance.projections.read_model import ReadModel
from appliance.store.change import AppliedEntry
from appliance.store.connection import Connection
from appliance.store.event_store import read_entry

# An answer may be applied before its request: logs of one hall are merged by `seen`, but a city that lost its newest
# entries hears of an answer first.
SCHEMA = """
CREATE TABLE city_command (
    command      TEXT    NOT NULL PRIMARY KEY,
    origin       TEXT    NOT NULL,
    idx          INTEGER NOT NULL,
    kind         TEXT    NOT NULL,
    subject      TEXT    NOT NULL,
    item_version INTEGER NOT NULL,
    sent         TEXT    NOT NULL,
    due          TEXT    NOT NULL,
    files        TEXT    NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX city_command_by_subject ON city_command (kind, subject);
CREATE TABLE city_answer (
    command TEXT    NOT NULL PRIMARY KEY,
    origin  TEXT    NOT NULL,
    idx     INTEGER NOT NULL,
    seen    INTEGER NOT NULL,
    outcome TEXT    NOT NULL,
    ground  TEXT    NOT NULL,
    made    TEXT    NOT NULL,
    files   TEXT    NOT NULL,
    at      TEXT    NOT NULL,
    by      TEXT    NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX city_answer_by_time ON city_answer (at DESC, command);
CREATE TABLE city_waiting (
    due     TEXT NOT NULL,
    command TEXT NOT NULL,
    PRIMARY KEY (due, command)
) STRICT, WITHOUT ROWID;
CREATE INDEX city_answer_by_entry ON city_answer (origin, idx);
"""


@dataclass(frozen=True, slots=True)
class Asked:
    """One request and its answer.

    Attributes:
        command: its id.
        origin: the city's log that holds it, and its index there.
        kind: `Kind`, or that of a newer version.
        subject: what it is about.
        item_version: version of the item, 0 where there is none.
        sent: instant it was signed.
        due: last day for the answer.
        answer_origin: the hall's log with the answer, its index there (-1 for none).
        outcome: empty while unanswered.
        ground: why it was refused.
        made: the case that it became.
        answered_at: when, and by whom.
    """

    command: str
    origin: str
    index: int
    kind: str
    subject: str
    item_version: int
    sent: str
    due: str
    answer_origin: str
    answer_index: int
    outcome: str
    ground: str
    made: str
    answered_at: str
    answered_by: str

    @property
    def standing(self) -> Standing:
        """Whether it was answered, and how."""
        return Standing(self.outcome) if self.outcome in set(Standing) else Standing.OPEN

    @property
    def hall(self) -> str:
        """Code of the hall it was sent to."""
        return hall_of(self.origin)


def hall_of(origin: str) -> str:
    """Give the hall's code in the name of a log ``<city>/<hall>/…``."""
    return origin.split("/")[1]


def _joined(files: tuple[str, ...]) -> str:
    return " ".join(sorted(files))


def digests(event: CommandSent) -> tuple[str, ...]:
    """Give the digests of all files that came with a request, each once."""
    return tuple(dict.fromkeys(file.sha256 for material in event.materials for file in material.files))


def apply(connection: Connection, applied: AppliedEntry) -> None:
    """Keep a request or an answer; the first of an id counts."""
    event, meta = applied.event, applied.meta
    if isinstance(event, CommandSent):
        connection.execute(
            "INSERT OR IGNORE INTO city_command (command, origin, idx, kind, subject, item_version, sent, due, files)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                event.command, applied.origin, applied.index, event.kind, event.subject, event.item_version, meta.t,
                event.due, _joined(digests(event)),
            ),
        )  # fmt: skip
    elif isinstance(event, CommandAnswered):
        connection.execute(
            "INSERT OR IGNORE INTO city_answer (command, origin, idx, seen, outcome, ground, made, files, at, by)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                event.command, applied.origin, applied.index, meta.seen, event.outcome, event.ground, event.made,
                _joined(event.files), meta.t, meta.actor.id,
            ),
        )  # fmt: skip
    else:
        return
    # Waiting is what was asked and not answered, whichever of the two is applied first.
    connection.execute("DELETE FROM city_waiting WHERE command = ?", (event.command,))
    connection.execute(
        "INSERT INTO city_waiting (due, command) SELECT due, command FROM city_command"
        " WHERE command = ?1 AND NOT EXISTS (SELECT 1 FROM city_answer a WHERE a.command = ?1)",
        (event.command,),
    )


MODEL = ReadModel("city_commands", SCHEMA, apply, frozenset({CommandSent, CommandAnswered}))

_COLUMNS = (
    "c.command, c.origin, c.idx, c.kind, c.subject, c.item_version, c.sent, c.due, coalesce(a.origin, ''),"
    " coalesce(a.idx, -1), coalesce(a.outcome, ''), coalesce(a.ground, ''), coalesce(a.made, ''), coalesce(a.at, ''),"
    " coalesce(a.by, '')"
)
_SELECT = f"SELECT {_COLUMNS} FROM city_command c LEFT JOIN city_answer a ON a.command = c.command"  # noqa: S608 - literals
_OF_HALL = "(?1 = '' OR c.origin LIKE '%/' || ?1 || '/%')"
_WAITING = (
    f"SELECT {_COLUMNS} FROM city_waiting CROSS JOIN city_command c"  # noqa: S608 - literals
    " ON c.command = city_waiting.command LEFT JOIN city_answer a ON a.command = c.command"
    f" WHERE {_OF_HALL} ORDER BY city_waiting.due, city_waiting.command LIMIT ?2"
)
_ANSWERED = (
    f"SELECT {_COLUMNS} FROM city_answer a CROSS JOIN city_command c ON c.command = a.command"  # noqa: S608 - literals
    f" WHERE {_OF_HALL} ORDER BY a.at DESC, a.command LIMIT ?2"
)


def listing(connection: Connection, *, hall: str = "", only_open: bool = False, limit: int = 200) -> list[Asked]:
    """List requests of one hall or of all: those that wait by their last day, then the answered, the last first."""
    rows = list(connection.execute(_WAITING, (hall, limit)))
    if len(rows) < limit and not only_open:
        rows += connection.execute(_ANSWERED, (hall, limit - len(rows)))
    return [Asked(*row) for row in rows]


def find(connection: Connection, command: str) -> Asked | None:
    """Give one request by its id, or None."""
    row = connection.execute(f"{_SELECT} WHERE c.command = ?", (command,)).fetchone()
    return None if row is None else Asked(*row)


def words_of(connection: Connection, asked: Asked) -> CommandSent:
    """Read a request from its entry, with what is personal in it; raises NotFound when the log holds another thing."""
    record = read_entry(connection, asked.origin, asked.index)
    _, event = read_event(record.entry, record.private)
    if not isinstance(event, CommandSent):
        raise NotFound(N_("日志中没有这一条"), code="entry_unknown", subject=f"{asked.origin}:{asked.index}")
    return event


def answer_of(connection: Connection, asked: Asked) -> CommandAnswered | None:
    """Read the answer from its entry, or None while there is none."""
    if asked.answer_index < 0:
        return None
    record = read_entry(connection, asked.answer_origin, asked.answer_index)
    _, event = read_event(record.entry, record.private)
    return event if isinstance(event, CommandAnswered) else None


class Ended:
    """Whom the city has disabled and what it has stopped, kept for as long as its log stays as it is."""

    def __init__(self) -> None:
        self._kept: tuple[int, dict[tuple[Kind, str, int], bool]] = (0, {})

    def has(self, connection: Connection, kind: Kind, subject: str, version: int = 0, *, seen: int = 0) -> bool:
        """Tell whether the city has disabled a staff member or stopped a version of an item.

        Args:
            connection: a reader, or the writer's.
            kind: `DISABLE_STAFF` or `WITHDRAW_ITEM`.
            subject: the staff number, or the item's code.
            version: the item's version.
            seen: applied size of the city's log, when the caller knows it: nothing else changes the answer.
        """
        if not seen:
            return _ended(connection, kind, subject, version)
        if self._kept[0] != seen:
            self._kept = (seen, {})
        kept, key = self._kept[1], (kind, subject, version)
        if key not in kept:
            kept[key] = _ended(connection, kind, subject, version)
        return kept[key]


def _ended(connection: Connection, kind: Kind, subject: str, version: int) -> bool:
    row = connection.execute(
        "SELECT 1 FROM city_command WHERE kind = ? AND subject = ? AND item_version IN (0, ?) LIMIT 1",
        (kind, subject, version),
    ).fetchone()
    return row is not None


def open_about(connection: Connection, subject: str) -> bool:
    """Tell whether a request about a case waits for its answer."""
    row = connection.execute(
        "SELECT 1 FROM city_command c JOIN city_waiting w ON w.due = c.due AND w.command = c.command"
        " WHERE c.kind IN (?, ?, ?) AND c.subject = ? LIMIT 1",
        (Kind.WITHDRAW, Kind.SUPPLEMENT, Kind.SUPERVISE, subject),
    ).fetchone()
    return row is not None


def waiting(connection: Connection) -> int:
    """Count the requests that nobody has answered."""
    number: int = connection.execute("SELECT count(*) FROM city_waiting").get
    return number
