"""Licences: codes verified a second, the CPU of making one with all that is on it, a lookup among the whole city's."""

import time
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from random import Random

from figure import CHEAP, Bench, Figure, fastest, median, opened, quantile, rounded, say, seconds_of

from appliance.clock import SystemClock, format_time
from appliance.domain.identifiers import licence_id
from appliance.papers.document import Form
from appliance.papers.render import Renderer
from appliance.projections import certificates, licence_status, licences
from appliance.projections.licences import Licence
from appliance.services import papers
from appliance.services.issuance import ProduceResult
from appliance.services.licence_check import VALID, check_file, judge
from appliance.signing.authority import public_of, read_certificate
from appliance.signing.code import CodeReader, write_code
from appliance.signing.values import LicenceClaims
from appliance.store.connection import Connection, open_database
from provisioning.demo import make_demo
from provisioning.walk import STORIES, Walker
from sync.opening import OpenHall

VERIFIED_MIN = 2_000
CPU_MILLISECONDS_MAX = 300.0
RATIO_MAX = 3.0
CITY_FULL, SMALL = 2_000_000, 20_000
CODES, ISSUED, LOOKUPS = 2_000, 12, 6_000
TYPE, ISSUER = "11420199MBDEM004XU001", "11420199MBDEM004XU"
DAY = date(2026, 11, 23)


def issue(owner: OpenHall) -> tuple[dict[str, float], bytes]:
    """Give the median CPU milliseconds of record and signed paper of some licences, and the last one's file."""
    renderer, reader = Renderer(key=lambda: owner.keys.document), owner.store.reader
    walker = Walker(owner.desk, Random("issue"), SystemClock(), name="issue")
    story = next(one for one in STORIES if one.name == "ordinary")
    records, sheets, body = [], [], b""
    while len(sheets) <= ISSUED:  # the first one warms the compiler up
        walk = walker.walk_one(story)
        while True:
            began = time.process_time()
            done = next(walk, None)
            spent = time.process_time() - began
            if done is None or isinstance(done.command, ProduceResult):
                break
        if done is None:
            continue
        no = done.command.case
        refs = papers.list_papers(reader(), no, owner.desk.durable_size)
        ref = next((one for one in refs if one.kind == "licence"), None)
        if ref is None:
            continue
        began = time.process_time()
        now = SystemClock().now()
        _, paper, marks = papers.build(reader(), owner.desk.facts, ref.id, owner.desk.durable_size, at=now)
        if marks.signing is None:
            raise RuntimeError("the licence would not be signed")
        body = renderer.render(paper, Form.PDF, marks)
        sheets.append(time.process_time() - began)
        records.append(spent)
    found = {"record": median(records[1:]) * 1e3, "pdf_qr_signatures": median(sheets[1:]) * 1e3}
    return found | {"whole": sum(found.values())}, body


def identifier(number: int) -> str:
    """Give the identifier of the nth licence of the made-up city."""
    return str(licence_id.build(TYPE, ISSUER, f"{number:020d}"))


def holder_code(number: int) -> str:
    """Give the code of its holder, in another order than the identifiers."""
    return f"92{number * 7919 % 10**14:014d}XC"


def fill(path: Path, count: int) -> Connection:
    """Make a cache of so many licences."""
    connection = open_database(path, read_only=False, synchronous="OFF")
    for model in (licences.MODEL, licence_status.MODEL):
        connection.execute(model.schema)
    rows: Iterator[Licence] = (
        Licence(
            identifier=identifier(number), type_code=TYPE, type_name="食品经营许可证", number=f"JY{number:014d}",
            holder_name=f"示范店{number}（示例）", holder_code=holder_code(number),
            issuer_name="示范区市场监督管理局", issued_on="2026-11-23", valid_to="2031-11-22", status="valid",
            source=licences.CITY, case_no=None, as_of="2026-11-23T09:00:00.000+08:00", fields="{}",
        )
        for number in range(count)
    )  # fmt: skip
    with connection:
        licences.put_cached(connection, rows)
    return connection


def lookups(connection: Connection, count: int, seed: int) -> dict[str, float]:
    """Give p99 in microseconds of lookups by identifier, by number and by holder with type, each of a random one."""
    random = Random(seed)
    today = DAY.isoformat()
    kinds: dict[str, tuple[Callable[[int], str], Callable[[str], object]]] = {
        "identifier": (identifier, lambda key: licences.find(connection, key)),
        "number": (lambda number: f"JY{number:014d}", lambda key: licences.find(connection, key)),
        "holder": (holder_code, lambda key: licences.usable(connection, key, (TYPE,), today)),
    }
    found = {}
    for name, (key_of, look) in kinds.items():
        times = []
        for key in [key_of(random.randrange(count)) for _ in range(LOOKUPS)]:
            began = time.perf_counter()
            answer = look(key)
            times.append(time.perf_counter() - began)
            if not answer:
                raise RuntimeError(f"no licence {key} by {name}")
        found[name] = quantile(times[LOOKUPS // 10 :], 0.99) * 1e6
    return found


def verified(owner: OpenHall, cache: Connection) -> float:
    """Give how many codes of different licences are read, checked and judged in a second."""
    now = SystemClock().now().replace(microsecond=0)
    reader = owner.store.reader()
    credential = certificates.in_force(reader, format_time(now))
    if credential is None or owner.keys.document is None:
        raise RuntimeError("the hall has no document key")
    codes = [
        write_code(
            LicenceClaims(
                identifier=identifier(number), number=f"JY{number:014d}", type_name="食品经营许可证",
                issuer="示范区市场监督管理局", holder=f"示范店{number}（示例）", holder_code="92420199MADEM002XC",
                valid_from=DAY, valid_to=date(2031, 11, 22), issued_at=now, digest=bytes(16),
            ),
            owner.keys.document,
            credential.code,
        )
        for number in range(CODES)
    ]  # fmt: skip
    codes_reader = CodeReader([public_of(read_certificate(one)) for one in certificates.authorities(reader)])

    def each() -> None:
        for code in codes:
            found = judge(cache, codes_reader.read(code), now, format_time(now))
            if found.verdict != VALID:
                raise RuntimeError(found.text())

    return CODES / fastest(each)


def measure(bench: Bench) -> Figure:
    """Make a city's cache, look into it, verify codes beside it, and issue licences of a demo hall."""
    count = max(SMALL, bench.scaled(CITY_FULL))
    small, large = fill(bench.directory / "small.db", SMALL), fill(bench.directory / "large.db", count)
    size = (bench.directory / "large.db").stat().st_size
    rounds = [(lookups(small, SMALL, seed), lookups(large, count, seed)) for seed in range(3)]
    few = {name: min(one[name] for one, _ in rounds) for name in rounds[0][0]}
    many = {name: min(one[name] for _, one in rounds) for name in rounds[0][1]}
    ratio = max(many[name] / few[name] for name in few)
    say(f"{count} licences: p99 {many} µs, {ratio:.2f} times those of {SMALL}")
    hall = bench.directory / "hall"
    make_demo(hall, bench.directory / "city", hall_port=8600, city_port=8700, clock=SystemClock(), limits=CHEAP)
    with opened(hall) as owner:
        rate = verified(owner, large)
        cost, body = issue(owner)
        now = SystemClock().now()
        check = median(
            [seconds_of(lambda: check_file(owner.store.reader(), body, now, format_time(now))) for _ in "12345"]
        )
    small.close()
    large.close()
    return Figure(
        name="licence",
        unit="codes verified a second: signature, chain, dates and state",
        value=rounded(rate, 0),
        baseline=rounded(max(few.values()), 1),
        baseline_of=f"microseconds, p99 of the slowest lookup in {SMALL} licences; ratio: the same in {count}",
        ratio=rounded(ratio),
        target=f">= {VERIFIED_MIN} a second; ratio <= {RATIO_MAX}; issue <= {CPU_MILLISECONDS_MAX} ms of CPU",
        met=rate >= VERIFIED_MIN and ratio <= RATIO_MAX and cost["whole"] <= CPU_MILLISECONDS_MAX,
        beside={
            "issue_cpu_milliseconds": {name: rounded(spent, 1) for name, spent in cost.items()},
            "lookup_p99_microseconds": {name: rounded(spent, 1) for name, spent in many.items()},
            "lookup_p99_microseconds_small": {name: rounded(spent, 1) for name, spent in few.items()},
            "cache_licences": count,
            "cache_bytes_per_licence": round(size / count),
            "pdf_checked_milliseconds": rounded(check * 1e3, 1),
        },
    )
