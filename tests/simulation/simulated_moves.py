"""Cases that move between the simulator's halls, and what must hold of them: one owner, or visibly under way.

Loaded by path, no test itself. The functions take the `World` of `simulated`.
"""

import importlib.util
from contextlib import suppress
from pathlib import Path

from appliance.domain.entry import read_meta
from appliance.domain.events.transfer import CaseTakenOver, CaseTransferred
from appliance.domain.states import TERMINAL
from appliance.domain.transfer import Phase
from appliance.domain.transitions import require_here
from appliance.errors import Refusal
from appliance.projections import cases, transfers
from appliance.store.case_entries import entries_of
from appliance.store.change import Change, Decision, NewEntry
from sync.hub import cases as hub_cases

SPEC = importlib.util.spec_from_file_location("simulated_hall", Path(__file__).with_name("simulated_hall.py"))
hall = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(hall)


def act(world, site, event, number, row="T01"):
    """Write an event about a case, if the case is this hall's: the owner is asked where the product asks it."""

    def decide(context):
        case = cases.find(context.connection, number)
        require_here(case, hall.CLERK, row)
        return Decision((NewEntry(event=event, case=number),), {"number": number})

    world.counter += 1
    change = site.change_of(NewEntry(event=event, case=number), world.counter, str(world.counter).encode())
    with suppress(Refusal):
        site.send(Change(key=change.key, actor=change.actor, content=change.content, decide=decide))


def held(site):
    """Give the cases that a hall has, signed for and not at their end, in order."""
    return [case for case in cases.every(site.store.reader()) if case.hand is None and case.state not in TERMINAL]


def move(world):
    """A hall hands one of its cases to another one; and whoever has one waiting may sign for it."""
    site = world.random.choice(world.sites)
    mine, others = held(site), sorted({other.code for other in world.sites} - {site.code})
    if mine and others:
        case, to = world.random.choice(mine), world.random.choice(others)
        event = CaseTransferred(leg=case.legs + 1, to=to, to_name=to, purpose="handle", reason="送区大厅办理")
        act(world, site, event, case.no)
    sign(world, world.random.choice(world.sites))


def sign(world, site):
    """Somebody signs for what came to a hall."""
    for row in transfers.waiting(site.store.reader(), came=True)[:2]:
        act(world, site, CaseTakenOver(leg=row.leg), row.case_no, "T39")


def check_owners(world):
    """7: at every moment a case has one owner, or one hall shows it as given up and waits to hear of it."""
    honest = [site for site in world.sites if not site.lost_past]
    if len(honest) < len(world.sites):
        return  # a twin, or a disk that went back: what its people see is what its gate stops
    seen, owners, away = set(), {}, {}
    for site in honest:
        for case in cases.every(site.store.reader()):
            seen.add(case.no)
            (away if case.away else owners).setdefault(case.no, []).append(site.code)
    for number in sorted(seen):
        have = owners.get(number, [])
        world.require(len(have) <= 1, f"{number} has the owners {have}")
        if not have:
            shown = [
                row.case_no
                for site in honest
                for row in (*transfers.waiting(site.store.reader(), came=False), *transfers.away(site.store.reader()))
            ]
            world.require(number in shown, f"{number} has no owner and nobody shows it as under way")


def check_moved(world):
    """After healing every case that moved is where the city says, with all of its history and its scans."""
    city = world.hub.store.reader()
    honest = {site.code: site for site in world.sites if not site.lost_past}
    for (number,) in city.execute("SELECT DISTINCT case_no FROM hub_transfer ORDER BY case_no").fetchall():
        legs = hub_cases.legs(city, number)
        at, state, gone = city.execute("SELECT hall, state, gone FROM hub_case WHERE case_no = ?", (number,)).fetchone()
        concerned = {at, *(leg.from_hall for leg in legs), *(leg.to_hall for leg in legs)}
        if not concerned <= honest.keys():
            continue
        world.require(not gone, f"{number} is still at the city")
        here = cases.find(honest[at].store.reader(), number)
        world.require(here is not None and not here.away, f"{number} is not at the hall that the city says")
        world.require((here.state, here.legs) == (state, legs[-1].leg), f"{number} is told differently")
        world.require((here.hand is None) == bool(legs[-1].taken_at), f"{number} is signed for at one side only")
        said = [
            (one.origin, one.index) for one in entries_of(honest[at].store.reader(), number) if "/h2c/" in one.origin
        ]
        world.require(sorted(said) == written(world, number), f"{number} came without its whole history")
        for digest in scans(world, number):
            if world.hub.store.blobs.has(digest):
                world.require(honest[at].store.blobs.has(digest), f"a scan of {number} did not follow")
        for code in concerned - {at}:
            there = cases.find(honest[code].store.reader(), number)
            world.require(there is not None and there.away, f"{number} has two owners")
            told = (there.hand.phase, there.hand.state, there.hand.taken)
            world.require(told == (Phase.SENT, state, bool(legs[-1].taken_at)), f"{code} was not told of {number}")


def rows_of(world, number):
    """Give log, index and bytes of every entry that halls wrote about a case, as the city holds them."""
    return (
        world.hub.store.reader()
        .execute(
            "SELECT l.origin, e.idx, e.body FROM entry e JOIN log l ON l.id = e.log"
            " WHERE e.case_no = ? AND l.own = 0 ORDER BY l.origin, e.idx",
            (number,),
        )
        .fetchall()
    )


def written(world, number):
    return [(origin, index) for origin, index, _ in rows_of(world, number)]


def scans(world, number):
    return {digest for _, _, body in rows_of(world, number) for digest in read_meta(body).blobs}
