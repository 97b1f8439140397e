"""A city and its halls in one process: real handlers and stores, a clock, a network and disks that obey a seed.

Loaded by path, no test itself. One `World` is one schedule: `run` takes random steps, and after each of them `check`
holds the world against the invariants of protocol §6. What breaks one raises `Broken` with the seed and the steps.
"""

import hashlib
import importlib.util
import io
import shutil
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from random import Random

from appliance.clock import FixedClock, format_time
from appliance.domain.city_commands import Kind as Ask
from appliance.domain.conflicts import rule_of
from appliance.domain.events import CaseGranted, CommandAnswered, ConflictResolved
from appliance.domain.gate import GateState
from appliance.errors import Refusal
from appliance.projections import city_commands, conflicts
from appliance.store.acknowledgements import acknowledged
from appliance.store.rebuild import rebuild_and_compare
from sync.enrolment import read_seed
from sync.hub import following
from sync.hub.carried import export_to_hall, import_from_hall
from sync.hub.conservation import balances, summary
from sync.hub.hub import RECEIPTS_SEED
from sync.hub.keyring import load_epochs
from sync.hub.projections import HubProjector
from sync.hub.publish import publish_pack
from sync.hub.requests import Request, send

SPEC = importlib.util.spec_from_file_location("simulated_hall", Path(__file__).with_name("simulated_hall.py"))
hall = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(hall)
make_template = hall.make_template
SPEC = importlib.util.spec_from_file_location("simulated_moves", Path(__file__).with_name("simulated_moves.py"))
moves = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(moves)

STEPS = 24
HEALING_ROUNDS = 3
FAULTS = ("lost", "answer_lost", "twice", "late", "garbled_there", "garbled_back", "city_dies")


class Broken(AssertionError):
    """An invariant does not hold."""


class World:
    """One schedule.

    Args:
        template: what `make_template` made.
        folder: an empty directory for this schedule.
        seed: everything that varies follows from it.
    """

    def __init__(self, template, folder, seed):
        self.seed, self.random, self.folder = seed, Random(seed), folder
        self.clock = FixedClock(hall.START)
        self.steps, self.counter, self.copies, self.seen, self.letters = [], 0, {}, {}, []
        self.kept_city = None
        shutil.copytree(template, folder / "world")
        self.city = folder / "world" / "city"
        self.hub = hall.open_city(self.city, self.clock, self.random)
        codes = sorted(path.name for path in (folder / "world").iterdir() if path.name.isdigit())
        self.sites = [hall.Site(self, code, folder / "world" / code) for code in codes]

    # ---- what may happen

    def follow(self):
        """The city's read models catch up with what was stored, and conflicts are looked for in it."""
        for trust in list(following.lagging(self.hub)):
            following.catch_up(self.hub, trust)

    def write(self):
        site = self.random.choice(self.sites)
        for _ in range(self.random.randint(1, 4)):
            self.counter += 1
            blobs = ()
            if self.random.random() < 0.25:
                blobs = (site.store.blobs.put(io.BytesIO(self.random.randbytes(self.random.choice((0, 40, 3000))))),)
            change = site.change(self.counter, blobs)
            site.commands.append((change, site.send(change)))

    def ask_again(self):
        """A form is sent a second time: the same answer, and nothing new in the log."""
        site = self.random.choice(self.sites)
        answered = [(change, first) for change, first in site.commands if first is not None]
        if not answered or site.lost_past:
            return
        change, first = self.random.choice(answered)
        size = site.store.durable_size(site.h2c)
        again = site.send(change)
        self.require(again is not None and again.result == first.result, "a repeated command got another answer")
        self.require(site.store.durable_size(site.h2c) == size, "a repeated command was written again")

    def contact(self):
        site = self.random.choice(self.sites)
        faults = [self.random.choice((*FAULTS, *["ok"] * 9)) for _ in range(40)]
        report = site.sync(faults, self.random.choice((1, 2, 100)))
        if report.state == "equal":
            self.require_equal(site)
            site.unaware = False

    def quiet_contact(self):
        site = self.random.choice(self.sites)
        if site.sync().state == "equal":
            self.require_equal(site)
            site.unaware = False

    def publish(self):
        self.counter += 1
        rows = [{"id": f"C{self.counter:04d}", "name": "李四"}]
        with suppress(Refusal):  # after a restore every hall must be heard first
            publish_pack(self.hub, self.random.choice(("staff", "licences")), {"rows": rows})

    def ask(self):
        """The city asks a hall something; it may be about a case that the hall has decided meanwhile."""
        self.counter += 1
        site = self.random.choice(self.sites)
        cases = self.hub.store.reader().execute("SELECT case_no FROM hub_case ORDER BY case_no").fetchall()
        mine = [case for (case,) in cases if case[1:9] == site.code]
        choices = [(Ask.DISABLE_STAFF, hall.CLERK.id), (Ask.WITHDRAW_ITEM, "food")]
        choices += [(Ask.WITHDRAW, self.random.choice(mine))] if mine else []
        kind, subject = self.random.choice(choices)
        with suppress(Refusal):  # after a restore every hall must be heard first
            send(self.hub, site.code, Request(f"c-{self.counter}", kind, subject, "请依法办理"))

    def answer(self):
        """A hall answers what it was asked, and resolves the conflicts that are its own."""
        site = self.random.choice(self.sites)
        reader, now = site.store.reader(), format_time(self.clock.now())
        mine = [one for one in conflicts.listing(reader, only_open=True) if one.owner == site.code]
        events = [
            ConflictResolved(conflict=one.conflict, choice=next(iter(rule_of(one.kind).choices)), by="C1", at=now)
            for one in mine
        ]
        events += [
            CommandAnswered(command=one.command, outcome="carried_out")
            for one in city_commands.listing(reader, only_open=True)
        ]
        for event in events[:3]:
            self.counter += 1
            site.send(site.change_of(hall.NewEntry(event=event), self.counter, str(self.counter).encode()))

    def decide(self):
        """A hall decides one of its cases, whatever the city has asked meanwhile."""
        site = self.random.choice(self.sites)
        numbers = hall.cases_of(site.store, site.h2c)
        if numbers:
            self.counter += 1
            event = CaseGranted(decided_on="2026-11-23", document_no="1", deadlines=(), content="准予")
            moves.act(self, site, event, self.random.choice(numbers))

    def move(self):
        moves.move(self)

    def wait(self):
        self.clock.advance(timedelta(minutes=self.random.choice((1, 30, 60 * 13))))

    def kill_city(self):
        """The city's machine is switched off and on: what it wrote without a sync is kept, what it held is gone."""
        after = self.spot("city")
        shutil.copytree(self.city, after, ignore=shutil.ignore_patterns("owner.*"))
        self.hub.close()
        shutil.rmtree(self.city)
        shutil.copytree(after, self.city)
        self.hub = hall.open_city(self.city, self.clock, self.random)
        for site in self.sites:
            site.wire.hub = self.hub

    def kill_hall(self):
        site = self.random.choice(self.sites)
        spot = self.spot("cut")
        site.snapshot(spot)
        site.replace(spot)

    def keep(self):
        """Remember how a box is now, for a database or a disk that goes back to this."""
        site = self.random.choice(self.sites)
        if not site.lost_past:
            spot = self.spot("kept")
            site.snapshot(spot)
            self.copies[site.code] = (spot, len(site.promised))

    def old_database(self):
        """A database from yesterday beside today's journal: the start must heal it, and nobody notices."""
        site = self.random.choice(self.sites)
        if site.code in self.copies and not site.lost_past:
            site.replace(self.copies[site.code][0], ("hall.db",))

    def old_disk(self):
        """The whole disk of a hall goes back: promises are gone, and only the city can tell."""
        site = self.random.choice(self.sites)
        if self.random.random() < 0.3 and site.code in self.copies and not site.lost_past:
            spot, promised = self.copies[site.code]
            site.replace(spot)
            site.lost_past, site.promised = True, site.promised[:promised]

    def twin(self):
        """A hall's disk is cloned and both boxes run: two signed histories, of which the city takes one."""
        site = self.random.choice(self.sites)
        if self.random.random() < 0.2 and not site.lost_past and len(self.sites) < 4:
            copy = self.spot("twin")
            site.snapshot(copy)
            other = hall.Site(self, site.code, copy)
            other.promised, other.unaware = list(site.promised), site.unaware
            site.lost_past = other.lost_past = True
            self.sites.append(other)

    def carry(self):
        """A clerk takes a bundle to the city and may bring the answer back; sticks get lost, and old ones turn up."""
        site = self.random.choice(self.sites)
        self.clock.advance(timedelta(seconds=self.random.choice((0, 5))))
        self.letters.append((site.code, "h2c", site.write_letter(self.spot("letter"))))
        if self.random.random() < 0.8:
            self.post(self.random.choice(self.letters[-3:]))
        self.clock.advance(timedelta(seconds=self.random.choice((0, 5))))
        if self.random.random() < 0.8:
            target = self.spot("answer")
            export_to_hall(self.hub, site.code, target)
            self.letters.append((site.code, "c2h", target))
            self.post(self.random.choice(self.letters[-3:]))

    def post(self, letter):
        """Take a letter in where it belongs; what is missing before it is told in words."""
        code, direction, path = letter
        with suppress(Refusal):
            if direction == "h2c":
                import_from_hall(self.hub, path)
                return
            site = self.random.choice([site for site in self.sites if site.code == code])
            before, aware = acknowledged(site.store.reader(), site.h2c).cosigned, not site.unaware
            (found,) = site.read_letter(path)
            after = acknowledged(site.store.reader(), site.h2c).cosigned
            self.require(after >= before or not aware, "an old letter took back what the city holds")
            if found.state == "equal" and not site.lost_past:
                log = site.store.log(site.c2h)
                self.require(log.applied == log.size, "equal was said before everything was applied")

    def keep_city(self):
        """The city's nightly backup."""
        if self.kept_city is None:
            self.kept_city = self.spot("city-backup")
            shutil.copytree(self.city, self.kept_city, ignore=shutil.ignore_patterns("owner.*"))

    def restore_city(self):
        """The city's disk dies and last night's backup is put back; its operator says so, as the runbook asks."""
        if self.kept_city is None or self.random.random() < 0.5:
            return
        self.hub.close()
        shutil.rmtree(self.city)
        shutil.copytree(self.kept_city, self.city)
        self.kept_city = None
        self.hub = hall.open_city(self.city, self.clock, self.random)
        self.hub.was_restored()
        self.seen = {}
        for site in self.sites:
            site.wire.hub, site.unaware = self.hub, True

    def lose_disk(self):
        """A box dies for good, and another one becomes the hall in the next epoch."""
        site = self.random.choice(self.sites)
        alone = sum(other.code == site.code for other in self.sites) == 1
        if self.random.random() < 0.7 or not alone or site.lost_past:
            return
        survived = self.random.random() < 0.5
        faults = [[self.random.choice((*FAULTS, *["ok"] * 9)) for _ in range(60)] for _ in range(2)]
        site.move_to_new_box(self.spot("box"), faults, with_journal=survived)
        self.copies.pop(site.code, None)
        self.kept_city = None  # a backup without the ticket of the new epoch
        site.unaware = False
        if not survived:  # what only the dead box had is gone, and so are the answers to its forms
            held = {origin: hall.entries(site.store, origin) for origin in {promise[0] for promise in site.promised}}
            site.promised = [one for one in site.promised if one[1] < len(held[one[0]])]
            site.commands = []

    ACTIONS = (
        (write, 6), (ask_again, 2), (contact, 6), (quiet_contact, 2), (follow, 2), (publish, 1), (ask, 1),
        (answer, 1), (decide, 1), (move, 2), (wait, 1), (kill_city, 1), (kill_hall, 1), (carry, 1), (keep_city, 1),
        (restore_city, 1), (lose_disk, 1), (keep, 1), (old_database, 1), (old_disk, 1), (twin, 1),
    )  # fmt: skip

    def run(self, steps=STEPS, focus=()):
        """Take random steps, check after each, then heal and compare; those of `focus` come eight times as often."""
        actions = [action for action, _ in self.ACTIONS]
        weights = [weight * (8 if action.__name__ in focus else 1) for action, weight in self.ACTIONS]
        for _ in range(steps):
            action = self.random.choices(actions, weights)[0]
            self.steps.append(action.__name__)
            action(self)
            self.check()
        self.steps.append("heal")
        self.follow()
        self.heal()

    # ---- what must hold (protocol §6)

    def require(self, holds, words):
        if not holds:
            raise Broken(f"{words}; seed {self.seed}; {' '.join(self.steps)}")

    def check(self):
        """Invariants 1 to 5, 7 and 9, at hall and city, after every step."""
        moves.check_owners(self)
        for site in self.sites:
            here = hall.entries(site.store, site.h2c)
            durable = site.store.durable_size(site.h2c)
            self.require(durable == len(here), "the log is longer than what is durable")
            logs = {origin: hall.entries(site.store, origin) for origin in {one[0] for one in site.promised}}
            for origin, index, entry in site.promised:  # 1: acknowledged is durable
                kept = logs[origin]
                self.require(index < len(kept) and kept[index][0] == entry, f"promise {index} of {origin} is gone")
            self.check_cosignatures(site)
        for trust in [trust for one in self.hub.halls for trust in self.hub.epochs(one.ticket.hall)]:
            origin = trust.ticket.h2c_origin
            there = hall.entries(self.hub.store, origin)
            before = self.seen.get(origin, [])
            self.require(there[: len(before)] == before, "the city's copy changed or shrank")  # 2, 3, 5
            self.seen[origin] = there
            self.check_signed(trust, there)
            honest = [site for site in self.sites if site.code == trust.ticket.hall and not site.lost_past]
            for site in honest:  # 4: pushed is durable at the hall, byte for byte
                same = not there or hall.entries(site.store, origin)[: len(there)] == there
                self.require(same, "the city holds what the hall has not")

    def check_signed(self, trust, there):
        stored = self.hub.stored(trust.h2c)
        self.require(stored.size == len(there), "the city's size is not what it holds")
        self.require(
            stored.root == hall.root_of([entry for entry, _ in there]), "the city's root is not that of its entries"
        )

    def check_cosignatures(self, site):
        if not site.unaware:  # else the city went back and this hall has not heard of it yet
            self.require(hall.lines_hold(site, self.hub), "a stored cosignature does not hold, or is over too much")

    def require_equal(self, site):
        """Whoever says equal must be equal: both logs, applied to the end, and every scan at the city."""
        for origin in (site.h2c, site.c2h):
            same = hall.entries(site.store, origin) == hall.entries(self.hub.store, origin)
            self.require(same, f"{site.code} said equal and {origin} differs")
        log = site.store.log(site.c2h)
        self.require(log.applied == log.size, "equal was said before everything was applied")

    def heal(self):
        """12: a whole network and three rounds make every honest hall equal; a hall that lost its past has stopped."""
        for site in self.sites:
            reports = [site.sync().state for _ in range(HEALING_ROUNDS)]
            site.unaware = False
            if site.lost_past:
                self.check_fallen(site, reports[-1])
                continue
            self.require(reports[-1] == "equal", f"{site.code} is {reports} after healing")
            self.require_equal(site)
            for old in self.hub.epochs(site.code)[:-1]:
                self.require(self.hub.stored(old.h2c).closed, "an old epoch is open beside the new one")
                same = hall.entries(site.store, old.h2c.name) == hall.entries(self.hub.store, old.h2c.name)
                self.require(same, "the old epoch is not the same on both sides")
            for _, digests in site.hall.blob_names(0, site.store.durable_size(site.h2c)):
                for digest in digests:
                    self.require(self.hub.store.blobs.has(digest), "a scan never reached the city")
            for digest in {path.name for path in (self.city / "blobs").rglob("*") if len(path.name) == 64}:
                with self.hub.store.blobs.open(digest) as handle:
                    self.require(
                        hashlib.sha256(handle.read()).hexdigest() == digest, "a scan is not what its name says"
                    )
        for _ in range(HEALING_ROUNDS):  # what was found in one hall's entries is told to the others
            for site in self.sites:
                site.sync()
                self.follow()
        for site in self.sites:
            site.sync()
        self.check()
        self.check_agreed()
        moves.check_moved(self)
        self.check_projections()

    def check_agreed(self):
        """12, 13: requests and conflicts are the same at every honest hall and at the city, and nobody is left out."""
        city = self.hub.store.reader()
        everything = conflicts.listing(city, limit=10_000)
        for site in self.sites:
            if site.lost_past:
                continue
            self.require_equal(site)
            here = site.store.reader()
            for asked in city_commands.listing(city, hall=site.code, limit=10_000):
                self.require(city_commands.find(here, asked.command) == asked, f"{asked.command} is told differently")
            for found in everything:
                concerned = {found.owner, *(one.origin.split("/")[1] for one in found.evidence)}
                if site.code in concerned:
                    self.require(conflicts.find(here, found.conflict) == found, f"{found.kind} is not the same here")
        total = summary(balances(self.hub.view, load_epochs(self.city, self.hub.keyring.root)))
        self.require(total["holds"], "issued is not accepted, flagged and in flight together")

    def check_fallen(self, site, state):
        """A hall whose past is other than the city's stops; one whose past is a beginning of it says that too."""
        here, there = hall.entries(site.store, site.h2c), hall.entries(self.hub.store, site.h2c)
        if here[: len(there)] == there:
            self.require(state == "equal", f"a hall with the whole past is {state}")
            return
        beginning = here == there[: len(here)]
        expected = (GateState.ROLLED_BACK,) if beginning else hall.BARRED
        self.require(site.store.gate in expected, f"the gate is {site.store.gate}, it should be {expected}")
        self.counter += 1
        before = len(here)
        site.send(site.change(self.counter, ()))
        self.require(len(hall.entries(site.store, site.h2c)) == before, "a hall that lost its past wrote on")  # 9

    def check_projections(self):
        """6: at hall and city the read models are what a replay of the logs gives, and the city's have seen all."""
        self.require(not list(following.lagging(self.hub)), "the city's read models stopped behind a backlog")
        halls = [(site.directory / "hall.db", hall.HallTables(site.store.blobs)) for site in self.sites]
        compared = [(self.city / "city.db", HubProjector(read_seed(self.city / "keys" / RECEIPTS_SEED))), *halls]
        for number, (database, projector) in enumerate(compared):
            report = rebuild_and_compare(database, self.spot(f"replay{number}"), projector, self.clock)
            self.require(report.ok, f"{database.name}: {report.first}")

    def spot(self, name):
        self.counter += 1
        return self.folder / f"{name}-{self.counter}"

    def close(self):
        for site in self.sites:
            with suppress(Exception):
                site.store.close()
        with suppress(Exception):
            self.hub.close()
        shutil.rmtree(self.folder, ignore_errors=True)


def schedule(template, folder, seed, steps=STEPS, focus=()):
    """Run one schedule to its end; raises Broken."""
    Path(folder).mkdir(parents=True)
    world = World(template, Path(folder), seed)
    try:
        world.run(steps, focus)
    finally:
        world.close()
