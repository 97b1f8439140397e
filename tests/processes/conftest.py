"""Real processes over a demo made once a worker: a hall in a directory of its own, its server, clients over HTTP."""

import contextlib
import http.client
import importlib.util
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from appliance.clock import SystemClock
from appliance.projections.registry import HallProjector
from appliance.services.passwords import HashLimits
from appliance.store.blobs import BlobStore
from appliance.store.connection import open_database
from appliance.store.rebuild import rebuild_and_compare
from appliance.store.verify import verify_stored
from provisioning.demo import make_demo
from sync.opening import log_verifiers, open_enrolled

BENCH = Path(__file__).resolve().parent.parent / "bench"
BIN = Path(sys.executable).parent
ORIGIN = "wuhan-demo/42019901/h2c/e1"
CLIENTS = 8
ANSWER_SECONDS_MAX = 60


def _load(name):
    """Take a file of the benchmarks: prepared posts and free ports are the same there and here."""
    spec = importlib.util.spec_from_file_location(f"bench_{name}", BENCH / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


_intake_posts = _load("intake_posts")
_program = _load("program")


@dataclass
class Answer:
    """What came back: status, where to, text. Status 0 is a connection that broke."""

    status: int
    location: str = ""
    text: str = ""


@dataclass
class Served:
    """A hall's directory, its owner and its pages when they run, and everything that was acknowledged."""

    directory: Path
    log: Path
    port: int = 0
    process: subprocess.Popen | None = None
    owner: subprocess.Popen | None = None
    clients: list = field(default_factory=list)
    posts: list = field(default_factory=list)
    acknowledged: dict = field(default_factory=dict)
    refused: list = field(default_factory=list)
    next_post: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def prepare(self, count, seed=1):
        """Store sessions and drafts for `count` receipts while nobody owns the hall."""
        hall = open_enrolled(self.directory, SystemClock())
        try:
            if not self.clients:
                self.clients = _intake_posts.open_sessions(hall, CLIENTS)
            made = _intake_posts.prepare_posts(hall, self.clients, count, seed=seed)
        finally:
            hall.store.close()
        pairs = [(client, post) for client, own in zip(self.clients, made, strict=True) for post in own]
        self.posts += sorted(pairs, key=lambda pair: pair[1].path)

    def start(self, *before):
        """Start the owner, behind a command like strace if one is given, and the pages; wait until they answer."""
        self.start_owner(*before)
        self.start_pages()

    def start_owner(self, *before):
        """Start the process that writes."""
        self.owner = self._begin(*before, BIN / "hall", "--data", self.directory, "owner", "run")

    def start_pages(self):
        """Start the process that serves the pages, and wait until its port answers."""
        self.port = _program.free_port()
        command = [BIN / "hall", "--data", self.directory, "web", "serve", "--beside", "--port", self.port]
        self.process = self._begin(*command)
        end = time.monotonic() + 60
        while not _program.listening(self.port):
            assert self.process.poll() is None, self.log.read_text(errors="replace")[-3000:]
            assert time.monotonic() < end, "the server did not start"
            time.sleep(0.02)

    def _begin(self, *command):
        with self.log.open("ab") as out:
            return subprocess.Popen([str(word) for word in command], stdout=out, stderr=out)

    def kill(self):
        """End both processes as a power switch would."""
        self.kill_owner()
        self.kill_pages()

    def kill_owner(self):
        """End the process that writes at once; a tracer in front of it would let it live on."""
        self._kill(self.owner)

    def kill_pages(self):
        """End the process that serves the pages at once."""
        self._kill(self.process)
        end = time.monotonic() + 10
        while _program.listening(self.port) and time.monotonic() < end:
            time.sleep(0.01)

    @staticmethod
    def _kill(process):
        for pid in [*(_program.children(process.pid) if process.poll() is None else ()), process.pid]:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        process.wait()

    def stop(self):
        """End pages and owner in order; gives the worse of the two exit statuses."""
        codes = []
        for process in (self.process, self.owner):
            process.send_signal(signal.SIGTERM)
            codes.append(abs(process.wait(20)))
        return max(codes)

    def send(self, client, post):
        """Send one prepared post."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=ANSWER_SECONDS_MAX)
        headers = {
            "Cookie": client.cookie,
            "Content-Type": "application/x-www-form-urlencoded",
            "Sec-Fetch-Site": "same-origin",
        }
        try:
            connection.request("POST", post.path, post.body, headers)
            answer = connection.getresponse()
            return Answer(answer.status, answer.headers.get("Location", ""), answer.read().decode())
        except (OSError, http.client.HTTPException):
            return Answer(0)
        finally:
            connection.close()

    def receive(self, number):
        """Send post `number` and note what was acknowledged or refused."""
        client, post = self.posts[number]
        answer = self.send(client, post)
        with self.lock:
            if answer.status == 303:
                earlier = self.acknowledged.setdefault(number, answer.location)
                assert earlier == answer.location, "one post, two cases"
            elif answer.status:
                self.refused.append((number, answer))
        return answer

    def _take_turns(self, until):
        while not until():
            with self.lock:
                number, self.next_post = self.next_post, self.next_post + 1
            if number >= len(self.posts):
                return
            if self.receive(number).status == 0:
                return

    @contextlib.contextmanager
    def load(self):
        """Keep all clients busy during the block; they end when it ends, or when the server dies."""
        over = threading.Event()
        with ThreadPoolExecutor(CLIENTS) as pool:
            running = [pool.submit(self._take_turns, over.is_set) for _ in range(CLIENTS)]
            try:
                yield
            finally:
                over.set()
        for one in running:
            one.result()

    def check(self):
        """Hold the database: the log verifies, replay equals the tables, every acknowledged case is in both."""
        connection = open_database(self.directory / "hall.db", read_only=True)
        try:
            verdict = verify_stored(connection, ORIGIN, log_verifiers(self.directory)[ORIGIN])
            assert verdict.ok, verdict
            cases = {no for (no,) in connection.execute("SELECT no FROM case_view")}
            logged = [no for (no,) in connection.execute("SELECT case_no FROM entry WHERE type = 'case.received'")]
        finally:
            connection.close()
        for location in self.acknowledged.values():
            no = location.split("/")[2]
            assert no in cases, f"{no} was acknowledged and is not there"
            assert logged.count(no) == 1
        assert len(set(self.acknowledged.values())) == len(self.acknowledged)
        target = self.directory / "replayed.db"
        report = rebuild_and_compare(
            self.directory / "hall.db", target, HallProjector(BlobStore(self.directory / "blobs")), SystemClock()
        )
        for leftover in self.directory.glob("replayed.db*"):
            leftover.unlink()
        assert report.ok, report.first
        return verdict.size

    def hall(self, *words):
        """Run a console command on the hall and give its exit status and its JSON."""
        done = subprocess.run(
            [BIN / "hall", "--data", self.directory, *words], capture_output=True, text=True, check=False, timeout=120
        )
        assert "Traceback" not in done.stderr, done.stderr
        return done.returncode, json.loads(done.stdout) if done.stdout.lstrip().startswith("{") else done.stdout


@pytest.fixture(scope="session")
def program():
    """Free ports, servers with a beginning and an end, process trees."""
    return _program


@pytest.fixture(scope="session")
def intake_posts():
    """Prepared sessions, drafts and posts of the intake endpoint."""
    return _intake_posts


@pytest.fixture(scope="session")
def demo(tmp_path_factory):
    """A demo city and an enrolled hall, made once; tests work on copies."""
    directory = tmp_path_factory.mktemp("demo")
    limits = HashLimits(passes=1, memory_bytes=8192)
    make_demo(directory / "hall", directory / "city", hall_port=1, city_port=2, clock=SystemClock(), limits=limits)
    return directory


@pytest.fixture
def var(demo, tmp_path):
    """A copy of the demo, with ports that are free."""
    target = tmp_path / "var"
    shutil.copytree(demo, target, ignore=shutil.ignore_patterns("*.sock", "owner.lock"))
    return target


@pytest.fixture
def served(var, tmp_path):
    """A hall in a directory of its own; whatever server it started is gone afterwards."""
    hall = Served(var / "hall", tmp_path / "server.log")
    yield hall
    for process in (hall.process, hall.owner):
        if process is not None and process.poll() is None:
            hall._kill(process)


@pytest.fixture
def ports(var):
    """Free ports for hall and city, written into the hall's settings."""
    hall, city = _program.free_port(), _program.free_port()
    settings = var / "hall" / "hall.toml"
    settings.write_text(re.sub(r'city_url = "[^"]*"', f'city_url = "http://127.0.0.1:{city}"', settings.read_text()))
    return hall, city
