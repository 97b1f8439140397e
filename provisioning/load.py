"""``hall demo load``: varied demo cases through the real services, beside a running owner or as the owner."""

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import closing, contextmanager
from datetime import date, datetime, time, timedelta
from pathlib import Path
from random import Random
from time import perf_counter
from uuid import NAMESPACE_URL, uuid5

import click
import msgspec
from rich.console import Console
from rich.progress import track

from appliance.clock import SHANGHAI, Clock, FixedClock, SystemClock
from appliance.config import HALL_FILE
from appliance.domain.actor import SYSTEM, Role
from appliance.domain.item_terms import HandlingType
from appliance.domain.states import STATE_NAMES, State
from appliance.errors import N_, Conflict
from appliance.projections import cases, delegations
from appliance.projections.items import Items
from appliance.services.access_days import settle
from appliance.services.instant import GiveDelegation
from appliance.services.opening import Submitter, desk_for_commands
from appliance.services.sweep import sweep
from appliance.store.access import ACCESS_NAME, View, append
from appliance.store.access_book import AccessBook
from appliance.store.connection import Connection
from appliance.store.event_store import log_row
from provisioning.cast import Cast
from provisioning.demo import lay_scans, make_demo
from provisioning.demo_halls import people_at
from provisioning.joint_walk import sizes
from provisioning.stories import JOINT_STORIES
from provisioning.walk import Done, Walker
from provisioning.year import YearPlan, tell
from sync.agent import sync_once
from sync.city_client import CityClient
from sync.hub.hub import make_hub
from sync.opening import keys_of, open_enrolled, require_trust
from sync.transports.local import LocalTransport

TICKET = "ticket.note"
HALL_PORT, CITY_PORT = 8600, 8700  # what `make run` uses when nothing else is said
CASES_MAX = 1_000_000
LOOKED_AT = ("address", "form", "name")
YEAR_DAYS_MIN = 14
"""In the first days of a year there is no year to tell yet: the catalogue begins with it."""


class Loaded(msgspec.Struct, frozen=True, kw_only=True):
    """What a run did.

    Attributes:
        cases: cases walked.
        commands: commands carried out, which are signed changes.
        entries: entries that they wrote.
        size: size of the hall's log afterwards.
        seconds: duration.
        stories: cases by story.
        states: how the cases of this run stand at its end, by state code.
    """

    cases: int
    commands: int
    entries: int
    size: int
    seconds: float
    stories: dict[str, int]
    states: dict[str, int]


def prepare(hall: Path, city: Path, clock: Clock) -> None:
    """Make the demo when the hall's directory is empty; refuse a hall that is not the demo's.

    Raises:
        Conflict: the directory holds a real hall, or a half-made one; invented cases do not belong there.
    """
    if (hall / TICKET).exists():
        if not require_trust(hall).ticket.city.endswith("-demo"):
            raise Conflict(
                N_("这是正式大厅的数据目录，不能装入演示办件"),
                code="not_a_demo",
                subject=hall.name,
                next_step=N_("请用 --data 指明演示大厅的数据目录"),
            )
        lay_scans(hall)
        return
    if hall.exists() and any(hall.iterdir()) and not (hall / HALL_FILE).exists():
        raise Conflict(
            N_("数据目录不是空的，也不是演示大厅"),
            code="directory_in_use",
            subject=hall.name,
            next_step=N_("请用 --data 指明一个空目录"),
        )
    make_demo(hall, city, hall_port=HALL_PORT, city_port=CITY_PORT, clock=clock)


def _head(connection: Connection, origin: str) -> int:
    return log_row(connection, origin).size


def give_delegations(desk: Submitter, name: str, clock: Clock, cast: Cast | None = None) -> None:
    """Let the first handler of each department decide its instant items for half a year (T33), unless he may."""
    today, cast = clock.now().date(), cast or Cast()
    instant: dict[str, list[str]] = {}
    for item in Items().all_current(desk.reader()):
        if item.project_type is HandlingType.INSTANT:
            instant.setdefault(item.dept_code, []).append(item.catalog_code)
    for department, codes in instant.items():
        handler = cast.someone(Role.CASE_HANDLER, department).id
        if any(delegations.valid(desk.reader(), handler, code, today.isoformat()) for code in codes):
            continue
        until = (today + timedelta(days=180)).isoformat()
        command = GiveDelegation(handler=handler, items=tuple(codes), until=until)
        key = str(uuid5(NAMESPACE_URL, f"{name}:{department}"))
        desk.submit_now(command, actor=cast.someone(Role.APPROVER, department), key=key)


def walk_all(walker: Walker, count: int) -> Iterator[Done]:
    """Walk cases one after the other, each to the end of its story; some come as joint wholes."""
    wholes = sizes(JOINT_STORIES, walker.members, count)
    for story in wholes:
        yield from walker.walk_joint(story)
    for _ in range(count - sum(map(walker.members, wholes))):
        yield from walker.walk_one()


def _looked(book: AccessBook, done: Done, at: datetime) -> "Future[None]":
    """Record that whoever sent a command had its case before him, as the pages would; nobody waits for it here."""
    window, address = done.actor.window or "", "127.0.0.1"
    look = View(at, done.actor.id, done.actor.role, "case", done.cases, LOOKED_AT, "", window, address)
    return book.submit(lambda connection: append(connection, [look]))


def load_cases(
    desk: Submitter,
    *,
    origin: str,
    count: int,
    seed: int,
    clock: Clock,
    progress: bool,
    book: AccessBook,
    year: YearPlan | None = None,
) -> Loaded:
    """Walk `count` cases.

    The same seed on the same head gives the same cases; a second run starts from a longer log and adds new ones.

    Args:
        desk: where commands go.
        origin: the hall's own log.
        count: number of cases.
        seed: seed of everything that varies.
        clock: wall clock; for a year, the one that moves through it.
        year: how the cases are spread over a year; None walks one after the other, now.
        progress: whether to draw a progress bar.
        book: the access log; each command is a look at its case.
    """
    head = _head(desk.reader(), origin)
    name = f"demo-load:{origin}:{head}:{seed}"
    cast = Cast(people_at(origin.split("/")[1]))
    give_delegations(desk, name, clock, cast)
    walker = Walker(desk, Random(name), clock, name=name, cast=cast)  # noqa: S311 - invented data, meant to be repeatable
    told = walk_all(walker, count) if year is None else tell(year, walker, name, count)
    if progress:
        console = Console(stderr=True)
        told = iter(track(told, description="装入演示办件", console=console))
    stories: dict[str, str] = {}
    commands = entries = 0
    look: Future[None] | None = None
    started = perf_counter()
    for done in told:
        commands += 1
        entries += done.outcome.count
        stories |= dict.fromkeys(done.cases, done.story.name)
        look = _looked(book, done, clock.now())
    if look is not None:
        look.result()  # its thread takes them in order: after the last one all are on the disk
    found = (cases.find(desk.reader(), no) for no in stories)
    states = Counter(case.state.value for case in found if case is not None)
    return Loaded(
        cases=len(stories),
        commands=commands,
        entries=entries,
        size=_head(desk.reader(), origin),
        seconds=round(perf_counter() - started, 3),
        stories=dict(sorted(Counter(stories.values()).items())),
        states=dict(sorted(states.items())),
    )


@contextmanager
def _new_demo(hall: Path, city: Path, book: AccessBook) -> Iterator[tuple[Submitter, Clock, YearPlan | None]]:
    """Make the demo and open both sides at the year's beginning; each night the sweep runs and they are synced."""
    real = SystemClock()
    now, first = real.now(), datetime.combine(date(real.now().year, 1, 2), time(8, 30), SHANGHAI)
    if now - first < timedelta(days=YEAR_DAYS_MIN):
        first = now
    # Both clocks of the year end where the machine's are, so that the hall that opens next sees no jump (protocol §5).
    clock = FixedClock(first, real.boottime() - (now - first).total_seconds())
    prepare(hall, city, clock)
    opened, hub = open_enrolled(hall, clock), make_hub(city, clock)

    def nightly(day: date) -> None:
        settle(opened.desk, book, today=day.isoformat(), make_key=lambda one: f"access:{one.day}:{one.head[:16]}")
        sweep(opened.desk, actor=SYSTEM, today=day.isoformat(), make_key=lambda no, at: f"sweep:{no}:{at}")
        sync_once(opened.as_sync_port("demo"), CityClient(LocalTransport(hub)), clock)

    try:
        calendar = opened.desk.facts.calendar(opened.desk.reader())
        plan = YearPlan(clock, calendar, now, nightly) if clock.now() < now else None
        yield opened.desk, clock, plan
    finally:
        hub.close()
        opened.store.close()


@contextmanager
def _demo(hall: Path, city: Path, book: AccessBook) -> Iterator[tuple[Submitter, Clock, YearPlan | None]]:
    """Open a demo that is there, or make one that has lived through the year so far."""
    if not (hall / TICKET).exists():
        with _new_demo(hall, city, book) as opened:
            yield opened
        return
    clock = SystemClock()
    prepare(hall, city, clock)
    trust = require_trust(hall)
    keys = keys_of(hall, trust, clock)
    with desk_for_commands(hall, clock=clock, signer=keys.h2c, mirror=trust.c2h) as desk:
        yield desk, clock, None


@click.command("load")
@click.option("--cases", "count", type=click.IntRange(1, CASES_MAX), required=True, help="装入多少件")
@click.option("--seed", type=int, default=1, show_default=True, help="随机种子；同一种子在同样的数据上得到同样的办件")
@click.option(
    "--city", type=click.Path(path_type=Path, file_okay=False), help="演示市级的数据目录，默认在本厅数据目录旁"
)
@click.option("--json", "as_json", is_flag=True, help="输出 JSON")
@click.pass_obj
def demo_load(obj: dict[str, Path], count: int, seed: int, city: Path | None, *, as_json: bool) -> None:
    """装入演示办件：逐件走真实的收件、预审、审核、决定和发件。

    空目录先建立演示大厅和演示市级，办件分布在今年以来的工作日；已有的演示大厅则都收在现在。
    """
    hall, book = obj["data"], AccessBook(obj["data"] / ACCESS_NAME)
    with closing(book), _demo(hall, city or hall / "demo-city", book) as (desk, clock, year):
        loaded = load_cases(
            desk,
            origin=require_trust(hall).ticket.h2c_origin,
            count=count,
            seed=seed,
            clock=clock,
            book=book,
            year=year,
            progress=Console(stderr=True).is_terminal,
        )
    if as_json:
        click.echo(msgspec.json.encode(loaded).decode())
        return
    click.echo(f"已装入 {loaded.cases} 件，{loaded.commands} 次操作，{loaded.entries} 条记录，用时 {loaded.seconds} 秒")
    for code, number in loaded.states.items():
        click.echo(f"  {STATE_NAMES[State(code)]}  {number}")
