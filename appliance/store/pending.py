"""A change that waits for its batch to be durable, and what is said of a batch that has to be done again."""

from dataclasses import dataclass
from typing import Any

import msgspec

from appliance.store.change import Outcome

_decode_json = msgspec.json.decode


@dataclass(slots=True)
class Pending:
    """A change that is done inside the batch and waits for its COMMIT."""

    key: str
    actor: str
    digest: bytes
    result: bytes
    answer: dict[str, Any]
    origin: str
    first: int
    count: int
    size: int = 0

    def outcome(self, *, replayed: bool) -> Outcome:
        """Give the answer, once durable."""
        answer = _decode_json(self.result) if replayed else self.answer
        return Outcome(answer, self.origin, self.first, self.count, self.size, replayed)


class BatchSpoiled(Exception):
    """A change failed after it began to write, in a batch without savepoints; its cause is the failure."""
