"""Which joint wholes the sweep is given."""

import apsw

from appliance.domain.joint import JointState
from appliance.projections import joints


def test_only_a_whole_that_still_runs_has_its_provisional_limit_computed_again():
    """One that is decided, withdrawn or ended keeps its limit; it would be tried every night and refused."""
    connection = apsw.Connection(":memory:")
    connection.execute(joints.SCHEMA)
    for state in JointState:
        for provisional in (0, 1):
            connection.execute(
                "INSERT INTO joint_view (no, version, state, set_code, set_name, department, applicant_name,"
                " provisional, concluded, received_at, body) VALUES (?, 1, ?, '', '', '', '', ?, 0, '', x'')",
                (f"{state}{provisional}", state.value, provisional),
            )
    assert joints.provisional(connection) == ["in_review1"]
