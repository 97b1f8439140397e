"""The simulated city and halls, loaded by path, and the template that every schedule starts from."""

import importlib.util
import shutil
import tempfile
from pathlib import Path

import pytest

from sync.hub import following

SPEC = importlib.util.spec_from_file_location("simulated", Path(__file__).with_name("simulated.py"))
loaded = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(loaded)


@pytest.fixture(scope="session")
def simulated():
    """The module `simulated.py`."""
    return loaded


@pytest.fixture(scope="session")
def memory():
    """A folder in memory where there is one: power cuts have a programme of their own, here a sync may cost nothing."""
    shared = Path("/dev/shm")  # noqa: S108 - the kernel's own, and a folder of ours in it
    folder = Path(tempfile.mkdtemp(prefix="simulated-", dir=shared if shared.is_dir() else None))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def template(memory):
    """A city with two enrolled halls, made once."""
    return loaded.make_template(memory / "template")


@pytest.fixture
def schedule(template, memory, monkeypatch):
    """Run one schedule: `schedule(seed)`; raises Broken, with seed and steps, when an invariant does not hold."""
    # A backlog, as far as the city's read models are concerned, begins with the second entry of an append.
    monkeypatch.setattr(following, "AT_ONCE_MAX", 1)
    monkeypatch.setattr(following, "STEP_ENTRIES", 2)

    def run(seed, **more):
        loaded.schedule(template, Path(tempfile.mkdtemp(dir=memory)) / f"seed-{seed}", seed, **more)

    return run
