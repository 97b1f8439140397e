"""The states of a case as a diagram and a table, written from `TRANSITIONS` (``make diagram``)."""

import sys

from appliance.domain.actor import ROLE_NAMES
from appliance.domain.joint import JOINT_STATE_NAMES, JOINT_TRANSITIONS, JointTransition
from appliance.domain.states import STATE_NAMES, TERMINAL, State
from appliance.domain.transitions import ACTS, TRANSITIONS, Transition

HEAD = """# 办件的状态与转换

This page is written by `make diagram` from `appliance/domain/transitions.py`; a test fails when they part. Transitions
that leave the state as it is stand in the table only. `[*]` is where nothing is registered yet, and the end.
"""
TABLE_HEAD = "| 编号 | 转换 | 从 | 到 | 谁 | 事件 | 依据 |\n|---|---|---|---|---|---|---|"

JOINT_HEAD = """## 并联件

The state of a joint whole is derived from its members' states (`appliance/domain/joint/states.py`); what is done to it
leads nowhere by itself.
"""
JOINT_TABLE_HEAD = "| 编号 | 做什么 | 整体处于 | 谁 | 事件 | 依据 |\n|---|---|---|---|---|---|"


def _lines() -> list[str]:
    names: dict[tuple[State | None, State], list[str]] = {}
    for row in TRANSITIONS.values():
        for source in sorted(row.sources, key=str):
            if row.target is not None and row.target is not source:
                names.setdefault((source, row.target), []).append(f"{row.number} {row.name}")
    lines = [f"    {state.value}: {name}" for state, name in STATE_NAMES.items()]
    for (source, target), labels in names.items():
        lines.append(f"    {source.value if source else '[*]'} --> {target.value}: {'、'.join(labels)}")
    lines += [f"    {state.value} --> [*]" for state in sorted(TERMINAL, key=str)]
    return lines


def _row(row: Transition) -> str:
    sources = "、".join(STATE_NAMES[state] if state else "—" for state in sorted(row.sources, key=str))
    proposed = next((act for act in ACTS.values() if act.number == row.number), None)
    who = "、".join(sorted(ROLE_NAMES[role] for role in row.roles))
    if proposed is not None:
        first = "、".join(sorted(ROLE_NAMES[role] for role in proposed.proposers))
        who = f"{first}提请，{who}确认"
    target = STATE_NAMES[row.target] if row.target else "不变"
    return f"| {row.number} | {row.name} | {sources} | {target} | {who} | `{row.event}` | {row.source} |"


def _joint_row(row: JointTransition) -> str:
    sources = "、".join(JOINT_STATE_NAMES[state] if state else "—" for state in sorted(row.sources, key=str))
    who = "、".join(sorted(ROLE_NAMES[role] for role in row.roles))
    return f"| {row.number} | {row.name} | {sources} | {who} | `{row.event}` | {row.source} |"


def page() -> str:
    """Write the page: a mermaid state diagram, every transition with who does it and on what basis, then the wholes."""
    diagram = "\n".join(("```mermaid", "stateDiagram-v2", *_lines(), "```"))
    table = "\n".join((TABLE_HEAD, *map(_row, TRANSITIONS.values())))
    whole = "\n".join((JOINT_TABLE_HEAD, *map(_joint_row, JOINT_TRANSITIONS.values())))
    return f"{HEAD}\n{diagram}\n\n{table}\n\n{JOINT_HEAD}\n{whole}\n"


if __name__ == "__main__":
    sys.stdout.write(page())
