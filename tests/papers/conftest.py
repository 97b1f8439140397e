"""The renderer that the paper tests share, and the text of what it made."""

import importlib.util
import io
import unicodedata
from pathlib import Path

import pypdf
import pytest

from appliance.papers.render import Renderer


def _load_samples():
    spec = importlib.util.spec_from_file_location("paper_samples", Path(__file__).with_name("samples.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def samples():
    return _load_samples()


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
