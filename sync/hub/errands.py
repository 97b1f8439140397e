"""Errands of the city's command line: done as the city's owner, or handed to the server that owns `city.db`."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import msgspec

from appliance.clock import SystemClock
from appliance.config import CITY_FILE, CityConfig, load
from appliance.errors import N_, Conflict, NotFound
from appliance.services.owner import SOCKET_NAME, OwnerClient
from sync.enrolment import LEASE_DEFAULT
from sync.hub.hub import SILENT_AFTER, Hub, make_hub

ERRAND_SECONDS_MAX: Final = 3600.0

Errands = Mapping[str, Callable[[Hub, bytes], Any]]
"""By verb: what is done with the city and the errand's bytes; gives plain values."""


def handler(hub: Hub, errands: Errands) -> Callable[[str, bytes], bytes]:
    """Make the owner's handler of some verbs, for the city's socket."""

    def handle(verb: str, payload: bytes) -> bytes:
        errand = errands.get(verb)
        if errand is None:
            raise NotFound(N_("没有这个内部操作"), code="unknown_verb", subject=verb)
        return msgspec.json.encode(errand(hub, payload))

    return handle


def run(directory: Path, verb: str, errand: msgspec.Struct, errands: Errands) -> Any:
    """Carry out an errand as the city's owner, or hand it to the server that is.

    Args:
        directory: the city's data directory.
        verb: which errand.
        errand: what it is about; paths in it are absolute.
        errands: the table that holds the verb.
    """
    payload = msgspec.json.encode(errand)
    path = directory / CITY_FILE
    config = load(path, CityConfig) if path.is_file() else None
    lease = timedelta(days=config.lease_days) if config else LEASE_DEFAULT
    silent = timedelta(seconds=config.silence_seconds) if config else SILENT_AFTER
    try:
        hub = make_hub(directory, SystemClock(), lease=lease, silent_after=silent)
    except Conflict as conflict:
        if conflict.code != "owner_busy":
            raise
        client = OwnerClient(directory / SOCKET_NAME, timeout_seconds=ERRAND_SECONDS_MAX)
        try:
            return msgspec.json.decode(client.call(verb, payload))
        finally:
            client.close()
    try:
        return msgspec.json.decode(handler(hub, errands)(verb, payload))
    finally:
        hub.close()
