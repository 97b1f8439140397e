"""A hall and a city for the tests of erasure and restriction."""

import importlib.util
from pathlib import Path

import pytest

SPEC = importlib.util.spec_from_file_location("both_sides", Path(__file__).with_name("both_sides.py"))
both_sides = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(both_sides)


@pytest.fixture(scope="session")
def demo_template(tmp_path_factory):
    """The folder of a made demo hall, its city beside it; tests take copies."""
    return both_sides.demo_hall.make_template(tmp_path_factory.mktemp("demo"))


@pytest.fixture
def both(demo_template, tmp_path):
    """An open hall and city of the test's own."""
    made = both_sides.Both.made(demo_template, tmp_path)
    yield made
    made.close()


@pytest.fixture(scope="session")
def sides():
    """The module of the rig."""
    return both_sides
