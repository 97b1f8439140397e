"""A demo hall and its city with a few walked cases, made once a session; each test drives the commands on a copy."""

import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from random import Random

import pytest
from click.testing import CliRunner

from appliance.clock import SystemClock
from appliance.services.passwords import HashLimits
from provisioning.console import city, hall
from provisioning.demo import make_demo
from provisioning.stories import JointStory
from provisioning.walk import STORIES, Walker
from sync.hub.hub import make_hub
from sync.opening import open_enrolled
from sync.transports.local import LocalTransport

CHEAP = HashLimits(passes=1, memory_bytes=8192)
# Commands take the machine's clock, so the hall that they are driven on was made by it.
CLOCK = SystemClock()


def walk(directory, names, label="walk"):
    """Walk one case for each story's name; gives their numbers."""
    opened = open_enrolled(directory, CLOCK)
    try:
        walker = Walker(opened.desk, Random(label), CLOCK, name=label)
        found = {story.name: story for story in STORIES}
        return [list(walker.walk_one(found[name]))[-1].case for name in names]
    finally:
        opened.store.close()


def walk_joint(directory, label="joint"):
    """Walk one joint whole to the end; gives its number."""
    opened = open_enrolled(directory, CLOCK)
    try:
        walker = Walker(opened.desk, Random(label), CLOCK, name=label)
        first, *_ = walker.walk_joint(JointStory("joint", "BL0003"))
        return str(first.outcome.result["joint"])
    finally:
        opened.store.close()


@dataclass(frozen=True, slots=True)
class Place:
    """The two data directories and the two programs."""

    hall: Path
    city: Path

    def run(self, *words, code=0, program=hall):
        data = self.city if program is city else self.hall
        arguments = ["--data", str(data), *(str(word) for word in words)]
        answer = CliRunner().invoke(program, arguments)
        assert answer.exit_code == code, (answer.output, answer.exception)
        assert "Traceback" not in answer.output
        return answer

    def told(self, *words, code=0, program=hall):
        """Run with ``--json`` and read the answer, which has standard output for itself."""
        return json.loads(self.run(*words, "--json", code=code, program=program).stdout)

    def halls(self):
        """List what the city knows."""
        return self.told("halls", program=city)

    def walk_joint(self):
        return walk_joint(self.hall)

    def walk(self, *names, label="more"):
        return walk(self.hall, names, label)


@pytest.fixture(scope="session")
def walked(tmp_path_factory):
    """The template: directories, and the numbers of a closed, a granted and a received case."""
    folder = tmp_path_factory.mktemp("commands")
    place = Place(folder / "hall", folder / "city")
    make_demo(place.hall, place.city, hall_port=8600, city_port=8700, clock=CLOCK, limits=CHEAP)
    return place, walk(place.hall, ("ordinary", "correction", "received"))


@pytest.fixture
def numbers(walked):
    return walked[1]


@pytest.fixture
def place(walked, tmp_path):
    for name in ("hall", "city"):
        shutil.copytree(getattr(walked[0], name), tmp_path / name, ignore=shutil.ignore_patterns("owner.*"))
    return Place(tmp_path / "hall", tmp_path / "city")


@pytest.fixture
def city_in_reach(place, monkeypatch):
    """Let ``hall sync once`` reach the city in this process: its own handlers, no socket."""
    opened = []

    class Near:
        def __init__(self, _directory, _url, _clock, **_more):
            self.hub = make_hub(place.city, CLOCK)
            opened.append(self.hub)

        def __enter__(self):
            return LocalTransport(self.hub)

        def __exit__(self, *_):
            self.hub.close()
            opened.remove(self.hub)

    monkeypatch.setattr("sync.commands.city_transport", Near)
    yield
    for hub in opened:
        hub.close()
