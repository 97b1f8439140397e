"""The renderer that the paper tests share, and the text of what it made."""

import functools
import importlib.util
import io
import sys
import types
import unicodedata
from pathlib import Path

import pypdf
import pytest

from appliance.papers.kinds import KINDS
from appliance.papers.render import Renderer


def _load(name):
    spec = importlib.util.spec_from_file_location(f"paper_{name}", Path(__file__).with_name(f"{name}.py"))
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return vars(module)


@pytest.fixture(scope="session")
def samples():
    """One maker of made-up data for each kind, by the kind's name, and what they are made of."""
    made = map(_load, ("samples", "samples_procedures", "samples_joint", "samples_oversight"))
    found = types.SimpleNamespace(**{name: maker for part in made for name, maker in part.items()})
    found.every_sample = lambda: {kind.name: getattr(found, kind.name)() for kind in KINDS}
    return found


@pytest.fixture(scope="session")
def mandatory():
    """Fixed wording and sample values that domain §2.8 asks of each kind."""
    return _load("mandatory")["MANDATORY"] | _load("mandatory_joint")["MANDATORY"]


@pytest.fixture(scope="session")
def renderer():
    return Renderer()


@pytest.fixture(scope="session")
def squeeze():
    """Text without any space or line break: where a cell breaks its lines is the layout's affair."""

    def without_spaces(text):
        return "".join(one for one in text if not one.isspace() and unicodedata.category(one) != "Zs")

    return without_spaces


@pytest.fixture(scope="session")
def text_of(squeeze):
    def extract(pdf):
        return squeeze("".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages))

    return extract


class Printed:
    """Each sample's first copy as a file and as text, made once a worker and only when asked for."""

    def __init__(self, renderer, samples, text_of):
        self.pdf = functools.cache(lambda name: renderer.render(getattr(samples, name)()))
        self.text = functools.cache(lambda name: text_of(self.pdf(name)))


@pytest.fixture(scope="session")
def printed(renderer, samples, text_of):
    return Printed(renderer, samples, text_of)
