"""The made-up papers of the tests, one of each kind."""

import importlib.util
import sys
from pathlib import Path

from appliance.papers.data import PaperData
from appliance.papers.kinds import KINDS

SAMPLES = Path(__file__).resolve().parent.parent / "papers"


def every_sample() -> dict[str, PaperData]:
    """Give one full paper of each kind, by the kind's name."""
    found = {}
    for path in sorted(SAMPLES.glob("samples*.py")):
        spec = importlib.util.spec_from_file_location(f"paper_{path.stem}", path)
        module = importlib.util.module_from_spec(spec)
        sys.modules[spec.name] = module
        spec.loader.exec_module(module)
        found |= vars(module)
    return {kind.name: found[kind.name]() for kind in KINDS}
