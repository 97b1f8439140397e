"""An officer approves on the city's page: the own key comes with the form, signs once in memory and is kept nowhere."""

from collections.abc import Callable
from datetime import timedelta
from typing import Final

from appliance.clock import Clock
from appliance.errors import N_, Forbidden, Invalid
from appliance.ledger.note import VerifierKey
from appliance.ledger.signer import LogSigner
from sync.hub.enrolment_desk import Waiting, approve_request
from sync.hub.hub import Hub
from sync.hub.keyring import Keyring, signer_of_seed
from sync.trust import EnrolRequest, fingerprint

SEED_BYTES: Final = 32
HEARD_GROUPS: Final = 2
"""So many groups at the end of the fingerprint are not shown: the officer enters them as the hall reads them out."""


def signer_of(text: bytes, keyring: Keyring, login: str) -> LogSigner:
    """Read an officer's key as the key file has it, and hold it against the person who is signed in.

    Args:
        text: content of the key file, 64 hex digits.
        keyring: the city's keys; the root certified each officer's.
        login: staff number of who is signed in; the key's name ends with it.

    Raises:
        Invalid: no key file, or a key of nobody whom the root certified.
        Forbidden: another officer's key.
    """
    words = N_("这不是审批员的密钥文件")
    try:
        seed = bytes.fromhex(text.decode("ascii").strip())
    except ValueError as error:
        raise Invalid(words, fields={"key": words}) from error
    if len(seed) != SEED_BYTES:
        raise Invalid(words, fields={"key": words})
    signer = signer_of_seed(seed, keyring)
    if signer is None:
        raise Invalid(words, fields={"key": words})
    name = signer.verifier.name
    if name.rpartition("/")[2].casefold() != login.casefold():
        raise Forbidden(
            N_("这把密钥不是您本人的"),
            code="other_officer",
            subject=name,
            next_step=N_("每名审批员只用自己的账号和自己的密钥"),
        )
    return signer


def told(request: EnrolRequest) -> tuple[str, str]:
    """Split the fingerprint of a request's key: what the page shows, and what the officer has to hear from the hall."""
    groups = fingerprint(VerifierKey.parse(request.hall_vkey)).split(" ")
    return " ".join(groups[:-HEARD_GROUPS]), "".join(groups[-HEARD_GROUPS:])


def approve(
    hub: Hub,
    waiting: Waiting,
    *,
    key: bytes,
    heard: str,
    login: str,
    clock: Clock,
    random: Callable[[int], bytes],
    lease: timedelta,
) -> Waiting:
    """Sign a request as the officer who is signed in; with the second signature the hall is taken in at once.

    Args:
        hub: the city.
        waiting: the request.
        key: content of the officer's key file.
        heard: the end of the fingerprint as the hall read it out.
        login: the officer's staff number.
        clock: dates the ticket.
        random: for the key of the city's log for this hall.
        lease: how long the hall may work alone.

    Raises:
        Invalid: the key, or the fingerprint is another.
        Forbidden: another officer's key.
        Conflict: the hall has a ticket of this epoch already.
    """
    if heard.replace(" ", "").casefold() != told(waiting.request)[1]:
        words = N_("和申请里的密钥不一致：请再听一遍；仍不一致就不要批准")
        raise Invalid(words, fields={"heard": words})
    signer = signer_of(key, hub.keyring, login)
    done = approve_request(hub.directory, waiting.id, signer, hub.keyring, clock, random, lease=lease)
    if done.issued:
        hub.adopt()
    return done
