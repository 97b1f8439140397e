"""The next official document number 文号 of a department and year, taken with the entry that carries it."""

from appliance.domain.case import Case
from appliance.domain.identifiers import document_no
from appliance.projections import departments, numbers
from appliance.services.facts import today
from appliance.store.change import WriteContext

GRANT_KIND = "许准"
REFUSAL_KIND = "许不"
REJECTION_KIND = "许不受"


def next_document_no(context: WriteContext, case: Case, kind: str) -> str:
    """Give the next 文号; grants, refusals and non-acceptances share one sequence.

    Args:
        context: the write context.
        case: the case; its department's prefix begins the number.
        kind: the words behind the prefix.
    """
    year = today(context).year
    department = departments.get(context.connection, case.department)
    sequence = numbers.next_in(context.connection, numbers.document_scope(case.department, year))
    return document_no.build(f"{department.document_prefix}{kind}", year, sequence)
