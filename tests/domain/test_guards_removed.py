"""Each guard of the deciders and of the table of transitions has a test that notices when it is gone.

`guard_mutants.py` finds the guards in the code and takes them away one by one in a process of its own. A new guard is
found by itself; when this test names it, write the test that was missing.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
TESTS = [*sorted(HERE.glob("test_decide_*.py")), HERE / "test_states.py"]

# Guards that no case can reach, and why; each must still exist and still go unnoticed.
UNREACHABLE: dict[str, str] = {
    "joint_supplement.supplement: refusal: raise": "each refusal of one case names its fields; one that did not would"
    " otherwise leave that case out in silence",
}


def without_guards(repository, share, *tests):
    """Remove every guard, or a share in per cent, and give what the program found."""
    done = subprocess.run(
        [sys.executable, str(HERE / "guard_mutants.py"), str(share), *map(str, tests)],
        cwd=repository,
        env=os.environ | {"PYTHONPATH": str(repository)},
        capture_output=True,
        check=True,
        timeout=900,
    )
    return json.loads(done.stdout)


@pytest.mark.programme("guards")
def test_no_guard_can_go_unnoticed(repository, programme, request):
    share = min(programme.count, 100)
    found = without_guards(repository, share, *TESTS)
    request.node.user_properties.append(("programme", f"guards removed: {found['tried']} of {found['all']}"))
    assert found["failed_without"] == []
    assert set(found["unnoticed"]) | set(found["unreached"]) <= UNREACHABLE.keys()
    assert found["all"] >= 600
    if share == 100:
        assert set(found["unnoticed"]) | set(found["unreached"]) == UNREACHABLE.keys()
    programme.done(share)


def test_a_guard_that_no_test_looks_at_is_named(repository, tmp_path):
    """The control: a suite that walks through a guard and checks nothing, and reaches no other."""
    weak = tmp_path / "test_weak.py"
    weak.write_text(
        "from appliance.domain.actor import SYSTEM\n"
        "from appliance.domain.decide import issuance\n"
        "def test_it():\n"
        "    try:\n"
        "        issuance.nothing_tolerated_open(type('Case', (), {'open_tolerance': ('x',), 'no': ''}))\n"
        "    except Exception:\n"
        "        pass\n",
        encoding="utf-8",
    )
    found = without_guards(repository, 100, weak)
    assert found["failed_without"] == []
    assert [name for name in found["unnoticed"] if not name.startswith(("row", "act"))] == [
        name for name in found["unnoticed"] if name.startswith("issuance.nothing_tolerated_open: refusal")
    ]
    assert len(found["unreached"]) > 500
