"""待牵头部门: the joint wholes in which it is the lead department's turn, as a list of the work desk."""

from dataclasses import replace
from functools import cached_property

from appliance.domain.decide.joint import lead_turn
from appliance.domain.states import TERMINAL
from appliance.errors import N_
from appliance.projections import case_lists, joints
from appliance.projections.cases import CaseRow
from appliance.services import joint_facts
from appliance.services.desk import Desk
from web.pages.joint_page import ACT_LABELS
from web.visit import Visit

LATE = "9999-12-31"


class LeadWork:
    """What waits for a lead's handler, read at most once a page."""

    def __init__(self, visit: Visit, desk: Desk, department: str, handlers: tuple[str, ...]) -> None:
        """Remember whose list it is; nothing is read yet.

        Args:
            visit: the request.
            desk: the desk.
            department: the department that leads.
            handlers: the handler, and whom he stands in for today.
        """
        self._visit, self._desk, self._department, self._handlers = visit, desk, department, handlers

    @property
    def offered(self) -> bool:
        """Whether the department leads a set that is offered."""
        facts = self._desk.facts
        sets = facts.wholes.all_current(self._desk.reader(), facts.items)
        return any(one.dept_code == self._department for one in sets)

    @cached_property
    def _found(self) -> dict[str, tuple[CaseRow, str]]:
        """Give, by the lead's case, its line with the whole's name and most pressing day, and where it leads."""
        connection, found = self._desk.reader(), dict[str, tuple[CaseRow, str]]()
        codes = {number: code for code, (number, _) in ACT_LABELS.items()}
        for no in joints.for_lead(connection, self._department):
            whole = joint_facts.find_whole(connection, self._desk.facts.items, no)
            turn = lead_turn(whole.joint, whole.members) if whole is not None else ""
            if whole is None or not turn:
                continue
            rows = {row.no: row for row in case_lists.of_numbers(connection, whole.joint.cases)}
            lead = rows[whole.joint.lead]
            if lead.state not in TERMINAL and lead.handler and lead.handler not in self._handlers:
                continue  # a colleague leads this one
            pressing = min(rows.values(), key=lambda row: row.due or LATE)
            line = replace(
                lead,
                item_name=whole.joint.set_name,
                step=self._visit.text(ACT_LABELS[codes[turn]][1]),
                due=pressing.due,
                due_clock=pressing.due_clock,
            )
            found[line.no] = (line, f"/joints/{no}/acts/{codes[turn]}")
        return dict(sorted(found.items(), key=lambda one: one[1][0].due or LATE))

    def rows(self, limit: int, offset: int) -> list[CaseRow]:
        """Give the lines, the most pressing first."""
        return [row for row, _ in self._found.values()][offset : offset + limit]

    def dues(self, limit: int) -> list[str | None]:
        """Give the days of the first so many."""
        return [row.due for row in self.rows(limit, 0)]

    def href(self, row: CaseRow) -> str:
        """Give the page of the act that waits."""
        return self._found[row.no][1]


LABEL, EMPTY = N_("待牵头部门"), N_("没有等牵头部门统一办理的并联件")
