"""待牵头部门: the joint wholes in which it is the lead department's turn, as a list of the work desk."""

from dataclasses import replace

from appliance.errors import N_
from appliance.projections import case_lists, joint_turns
from appliance.projections.cases import CaseRow
from appliance.services.desk import Desk
from web.pages.joint_page import ACT_LABELS
from web.visit import Visit


class LeadWork:
    """What waits for a lead's handler."""

    def __init__(self, visit: Visit, desk: Desk, department: str, handlers: tuple[str, ...]) -> None:
        """Remember whose list it is; nothing is read yet.

        Args:
            visit: the request.
            desk: the desk.
            department: the department that leads.
            handlers: the handler, and whom he stands in for today.
        """
        self._visit, self._desk, self._department, self._handlers = visit, desk, department, handlers
        self._addresses: dict[str, str] = {}

    @property
    def offered(self) -> bool:
        """Whether the department leads a set that is offered."""
        facts = self._desk.facts
        sets = facts.wholes.all_current(self._desk.reader(), facts.items)
        return any(one.dept_code == self._department for one in sets)

    def rows(self, limit: int, offset: int) -> list[CaseRow]:
        """Give the lines, the most pressing first: the lead's case with the whole's name and most pressing day."""
        connection = self._desk.reader()
        turns = joint_turns.waiting(connection, self._department, self._handlers, limit=limit, offset=offset)
        leads = {row.no: row for row in case_lists.of_numbers(connection, tuple(one.lead for one in turns))}
        codes = {number: code for code, (number, _) in ACT_LABELS.items()}
        found = []
        for one in turns:
            code = codes[one.turn]
            self._addresses[one.lead] = f"/joints/{one.joint}/acts/{code}"
            step = self._visit.text(ACT_LABELS[code][1])
            lead = leads[one.lead]
            found.append(replace(lead, item_name=one.set_name, step=step, due=one.due, due_clock=one.due_clock))
        return found

    def dues(self, limit: int) -> list[str | None]:
        """Give the days of the first so many."""
        return joint_turns.dues(self._desk.reader(), self._department, self._handlers, limit=limit)

    def href(self, row: CaseRow) -> str:
        """Give the page of the act that waits."""
        return self._addresses[row.no]


LABEL, EMPTY = N_("待牵头部门"), N_("没有等牵头部门统一办理的并联件")
