"""A hall's head as the city vouches for it now: for pages, exports, and whoever asks for it by hand."""

from dataclasses import dataclass

from appliance.errors import N_, IntegrityFailure
from appliance.ledger.checkpoint import cosign, open_checkpoint
from sync.hub.hub import Hub
from sync.hub.reads import checkpoint_note
from sync.trust import Trust


@dataclass(frozen=True, slots=True)
class CosignedHead:
    """A signed checkpoint of a hall with the city's cosignature line, and its size."""

    size: int
    note: bytes


def cosigned_head(hub: Hub, trust: Trust) -> CosignedHead | None:
    """Give the newest durable head of a hall's log, cosigned as an empty append would be (protocol §4).

    The hall's signature and the root over the stored entries are checked before the city signs.

    Args:
        hub: the city.
        trust: the hall.

    Returns:
        The head, or None before the hall's first append.

    Raises:
        SignatureError: the stored note does not verify.
        IntegrityFailure: the stored tree has another root than the note.
    """
    stored = hub.stored(trust.h2c)
    note = checkpoint_note(hub.store.reader(), trust.h2c, stored.size, at_most=None)
    if note is None:
        return None
    checkpoint = open_checkpoint(note, trust.h2c)
    if (checkpoint.size, checkpoint.root) != (stored.size, stored.root):
        raise IntegrityFailure(N_("已存日志与其签名的日志头不符"), code="head_differs", subject=trust.ticket.hall)
    return CosignedHead(checkpoint.size, note + cosign(checkpoint, hub.keyring.cosigner).encode())
