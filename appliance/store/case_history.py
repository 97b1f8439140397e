"""How an entry of one hall's log travels inside entries of another log (decision 0030).

Its leaf stands in the leaf of what carries it, for it names nobody; its private part in the private part, so that an
erasure takes the one and leaves the other. Long ones are cut: an entry and a private part may each be as long as those
of what carries them.
"""

import base64
import binascii
from collections.abc import Sequence
from typing import Final

from appliance.domain.entry import EntryMeta, read_event, read_withheld
from appliance.domain.events import Event
from appliance.domain.events.transfer import CaseHistory
from appliance.domain.withheld import ERASED_WORD, RESTRICTED_WORD, is_withheld
from appliance.errors import N_, IntegrityFailure
from appliance.ledger.records import Record, RecordState

ENTRY_LENGTH_MAX: Final = 7_000
"""Characters of an entry in one part: with three bytes each, and quotes escaped, they fit into a leaf."""
PRIVATE_LENGTH_MAX: Final = 200_000
"""Characters of base64 in one part; with salt and the JSON around it, it stays below 256 KiB."""
_WORDS: Final = {RecordState.ERASED: ERASED_WORD, RecordState.RESTRICTED: RESTRICTED_WORD}


def in_parts(leg: int, origin: str, index: int, record: Record) -> tuple[CaseHistory, ...]:
    """Write a record as what carries it; at least one part.

    Args:
        leg: the transfer that it comes with.
        origin: the log that it stands in.
        index: its index there.
        record: the record.
    """
    entry, private = record.entry.decode(), base64.b64encode(record.private or b"").decode()
    count = max(-(-len(entry) // ENTRY_LENGTH_MAX), -(-len(private) // PRIVATE_LENGTH_MAX))
    return tuple(
        CaseHistory(
            leg=leg,
            origin=origin,
            index=index,
            part=part,
            parts=count,
            entry=entry[part * ENTRY_LENGTH_MAX : (part + 1) * ENTRY_LENGTH_MAX],
            state=int(record.state),
            private=private[part * PRIVATE_LENGTH_MAX : (part + 1) * PRIVATE_LENGTH_MAX],
        )
        for part in range(count)
    )


def put_together(parts: Sequence[CaseHistory]) -> Record:
    """Read a record back; what was erased or is restricted where it was carried to has no private part.

    Raises:
        IntegrityFailure: the parts do not give one.
    """
    entry, state = "".join(part.entry for part in parts).encode(), parts[0].state
    withheld = next((part.private for part in parts if is_withheld(part.private)), "")
    if withheld:
        kind = RecordState.RESTRICTED if withheld == RESTRICTED_WORD else RecordState.ERASED
        return Record(entry, kind if state else RecordState.NONE)
    try:
        private = base64.b64decode("".join(part.private for part in parts), validate=True)
        return Record(entry, RecordState(state), private if RecordState(state) is RecordState.PRESENT else None)
    except (binascii.Error, ValueError) as error:
        raise IntegrityFailure(N_("随件转来的记录无法读取"), code="history_unreadable") from error


def read(record: Record) -> tuple[EntryMeta, Event]:
    """Read what was carried, with stand-ins where its private part may not be used."""
    word = _WORDS.get(record.state)
    return read_withheld(record.entry, word) if word is not None else read_event(record.entry, record.private)
