"""Demo halls for tests: a template made once a session, and open copies of it."""

import importlib.util
from pathlib import Path

import pytest

SPEC = importlib.util.spec_from_file_location("demo_hall", Path(__file__).parents[1] / "services" / "demo_hall.py")
demo_hall = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(demo_hall)


@pytest.fixture(scope="session")
def demo_template(tmp_path_factory):
    """The folder of a made demo hall; tests take copies."""
    return demo_hall.make_template(tmp_path_factory.mktemp("demo"))


@pytest.fixture
def hall(demo_template, tmp_path):
    """An open demo hall of the test's own, on Monday 2026-11-23 at half past nine."""
    made = demo_hall.DemoHall(demo_template, tmp_path)
    yield made
    made.close()


@pytest.fixture(scope="module")
def shared_hall(demo_template, tmp_path_factory):
    """An open demo hall that the tests of a module fill together."""
    made = demo_hall.DemoHall(demo_template, tmp_path_factory.mktemp("shared"))
    yield made
    made.close()
