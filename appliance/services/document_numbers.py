"""The next official document number 文号 or licence number: from a block of the city's where it leases them.

A number is taken with the entry that carries it. Where no block of a sequence was ever leased to this hall, it counts
by itself; where one was and none is left, the refusal comes before anything is written.
"""

from dataclasses import dataclass

from appliance.domain.case import Case
from appliance.domain.events.numbers import NumberTaken
from appliance.domain.identifiers import document_no
from appliance.domain.number_blocks import GRANT_KIND, REFUSAL_KIND, REJECTION_KIND, document_scope, exhausted
from appliance.projections import departments, number_blocks, numbers
from appliance.services.facts import today
from appliance.store.change import NewEntry, WriteContext
from appliance.store.connection import Connection

__all__ = ["GRANT_KIND", "REFUSAL_KIND", "REJECTION_KIND", "Given", "next_document_no", "next_number"]


@dataclass(frozen=True, slots=True)
class Given:
    """A number, and the entries by which it leaves its block; none where this hall counts by itself."""

    text: str
    taken: tuple[NewEntry, ...]


def next_number(connection: Connection, scope: str, subject: str) -> tuple[int, tuple[NewEntry, ...]] | None:
    """Give the next number of a leased sequence with the entry that takes it; None where the city leases none.

    Args:
        connection: the writer's.
        scope: the sequence (`appliance.domain.number_blocks`).
        subject: the case that gets it.

    Raises:
        NumbersExhausted: the city leases this sequence, and none of its numbers is left here.
    """
    block = number_blocks.current(connection, scope)
    if block is not None:
        return block.next, (NewEntry(NumberTaken(block=block.block, number=block.next, subject=subject)),)
    if number_blocks.is_leased(connection, scope):
        raise exhausted(scope)
    return None


def next_document_no(context: WriteContext, case: Case, kind: str) -> Given:
    """Give the next 文号; grants, refusals and non-acceptances share one sequence.

    Args:
        context: the write context.
        case: the case; its department's prefix begins the number.
        kind: the words behind the prefix.

    Raises:
        NumbersExhausted: see `next_number`.
    """
    year, connection = today(context).year, context.connection
    department = departments.get(connection, case.department)
    prefix = department.document_prefix
    leased = next_number(connection, document_scope(prefix, year), case.no)
    sequence, taken = leased or (numbers.next_in(connection, numbers.document_scope(case.department, year)), ())
    return Given(document_no.build(f"{prefix}{kind}", year, sequence), taken)
