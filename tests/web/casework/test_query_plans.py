"""No page of the desk reads a growing table from end to end, or sorts one: its cost must not grow with the cases."""

import asyncio
import re
from collections import defaultdict
from urllib.parse import quote

import pytest

from web.routes import CASEWORK, INTAKE

ROLES = {
    "W0312": "window_clerk",
    "C1001": "case_handler",
    "R2001": "reviewer",
    "A3001": "approver",
    "M4001": "hall_manager",
    "S5001": "supervisor",
}
STAGES = ("received", "taken", "handled", "reviewed", "ready")
SEARCHES = (
    "q=示范", "q=示", "q=sfxcd", "q=s", "q=0013", "q=13800000000", "item=420100001000", "state=in_review",
    "state=closed", "since=2026-11-01", "until=2026-12-01", "since=2026-11-23&until=2026-11-23",
    "item=420100001000&state=closed", "item=420100001000&since=2026-11-01", "state=closed&until=2026-12-01",
    "item=420100001000&state=closed&since=2026-11-01&page=3", "q=示范&item=420100001000", "q=sf&since=2026-11-01",
)  # fmt: skip
# Tables that stay small however many cases there are; everything else may not be read from end to end.
SMALL = {
    "absence", "calendar_year", "city_hall", "city_waiting", "conflict_open", "department", "delegation",
    "item_version", "joint_set", "log", "pack", "seal", "setting", "site_district", "staff", "staff_change",
}  # fmt: skip
# Lists that are all of what they are read from, in its own order, and stop when the page is full.
IN_ORDER = (
    "a USING INDEX city_answer_by_time", "e USING INDEX conflict_end_by_time",
    "case_view USING INDEX case_by_tolerated", "complaint USING INDEX complaint_newest",
    "pii_request USING INDEX pii_request_newest",
    "case_view USING INDEX case_to_tell", "warning",
    "fallback_entry USING INDEX fallback_settled", "fallback_entry USING INDEX fallback_waiting",
    "fallback_pad USING INDEX fallback_by_print", "fallback_period USING INDEX fallback_by_begin",
    "site USING INDEX site_by_since",
    "g USING INDEX number_gap_newest",
    "handover USING INDEX handover_waiting", "result_place USING COVERING INDEX result_unplaced",
)  # fmt: skip
# An index of no more rows than the settings have places on the shelf: one place holds one result.
BOUNDED = ("result_place USING COVERING INDEX result_by_location",)
READ = re.compile(r"^(SCAN|SEARCH) (\S+)(.*)$")
NAMED = re.compile(r"\b(\w+)(?: AS)? (\w+)\b")


def problems(connection, sql, bindings):
    """Give the lines of a statement's plan that grow with the hall."""
    aliases = {alias: table for table, alias in NAMED.findall(sql)}
    levels = defaultdict(list)
    for _, parent, _, detail in connection.execute(f"EXPLAIN QUERY PLAN {sql}", bindings):
        levels[parent].append(detail)
    found = []
    for details in levels.values():
        reads = [match for detail in details if (match := READ.match(detail))]
        growing = [read for read in reads if not _is_small(read, aliases)]
        scans = [read[0] for read in growing if read[1] == "SCAN"]
        for scan in scans:
            source = scan.removeprefix("SCAN ")
            if source not in BOUNDED and not (source in IN_ORDER and " LIMIT " in sql):
                found.append(scan)
        if any("TEMP B-TREE FOR" in detail for detail in details):
            found += [f"sorted: {read[0]}" for read in growing if "INTEGER PRIMARY KEY" not in read[3]]
    return found


def _is_small(read, aliases):
    name = read[2]
    derived = name.startswith("(") or name == "CONSTANT" or "VIRTUAL TABLE" in read[3]
    return derived or name in SMALL or aliases.get(name) in SMALL


def addresses(role, cases):
    """Give the pages that a role may open: those that stand alone, and those of the cases at each stage."""
    for route in (*CASEWORK, *INTAKE):
        if route.method != "GET" or role not in route.access.roles:
            continue
        if "{" not in route.path:
            yield route.path
        elif route.path.count("{") == 1 and "{no:str}" in route.path:
            yield from (route.path.replace("{no:str}", no) for no in cases)
    yield from (f"/cases?{quote(asked, safe='=&')}" for asked in SEARCHES)


@pytest.fixture(scope="module")
def asked(module_hall):
    """Everything that the pages asked the database, by statement, with the bindings of the last time."""
    statements = {}
    numbers = [module_hall.bring(stage) for stage in STAGES]

    def trace(_cursor, sql, bindings):
        if sql.lstrip().upper().startswith(("SELECT", "WITH")):
            statements[sql] = bindings
        return True

    async def look(login, role):
        async with module_hall.as_(login) as person:
            connection = module_hall.store.reader()
            connection.exec_trace = trace
            try:
                for address in addresses(role, numbers):
                    page = await person.open(address)
                    for tab in [link for link in page.links if "tab=" in link]:
                        await person.open(tab)
            finally:
                connection.exec_trace = None

    for login, role in ROLES.items():
        asyncio.run(look(login, role))
    return statements


def test_no_page_reads_or_sorts_a_table_that_grows(module_hall, asked):
    reader = module_hall.store.reader()
    found = {sql: wrong for sql, bindings in asked.items() if (wrong := problems(reader, sql, bindings))}
    assert not found, "\n".join(f"{wrong}: {' '.join(sql.split())}" for sql, wrong in found.items())


def test_the_pages_asked_for_lists_cases_entries_and_searches(asked):
    text = " ".join(asked)
    for word in (
        "case_waiting", "case_by_handler", "case_unclaimed", "case_by_step", "case_by_desk", "case_by_proposal",
        "case_of_item", "case_of_state", "case_by_receipt", "case_search MATCH", "FROM case_code", "FROM entry",
        "FROM warning", "tell IS NOT NULL", "promise_due", "tolerance_due",
    ):  # fmt: skip
        assert word in text, word


def test_a_missing_index_is_noticed(module_hall, asked):
    def without_one(connection):
        connection.execute("SAVEPOINT without")
        connection.execute("DROP INDEX case_by_acceptance")
        try:
            found = [line for sql, bindings in asked.items() if "INDEXED" not in sql
                     for line in problems(connection, sql, bindings)]  # fmt: skip
        finally:
            connection.execute("ROLLBACK TO without")
            connection.execute("RELEASE without")
        return found

    assert any("SCAN case_view" in line for line in module_hall.store.writer.local(without_one).result())


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT idx FROM warning",
        "SELECT no FROM case_view WHERE applicant_name = '示例'",
        "SELECT no FROM case_view WHERE open = 1 AND state = 'in_review' ORDER BY applicant_name LIMIT 3",
        "SELECT e.idx FROM entry e WHERE e.type = 'case.received'",
    ],
)
def test_a_statement_that_grows_is_noticed(module_hall, sql):
    assert problems(module_hall.store.reader(), sql, None)
