"""Fixtures of the tests of transfers: a demo city with three halls, made once a session and copied for each test."""

import importlib.util
from pathlib import Path

import pytest

SPEC = importlib.util.spec_from_file_location("three_halls", Path(__file__).with_name("three_halls.py"))
halls = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(halls)


@pytest.fixture(scope="session")
def three_halls():
    return halls


@pytest.fixture(scope="session")
def template(tmp_path_factory):
    return halls.make_template(tmp_path_factory.mktemp("three-halls"))


@pytest.fixture
def world(template, tmp_path):
    made = halls.World(template, tmp_path)
    yield made
    made.close()
