"""Online backup: a consistent copy of the database in one file, verified before it gets its name."""

import os
from collections.abc import Mapping
from pathlib import Path

from appliance.errors import N_, Conflict, IntegrityFailure
from appliance.ledger.note import VerifierKey
from appliance.store.connection import Connection, open_database
from appliance.store.event_store import checkpoint_of, latest_checkpoint, logs
from appliance.store.journal_files import sync_directory
from appliance.store.verify import LogVerdict, verify_stored


def back_up(connection: Connection, target: Path, verifiers: Mapping[str, VerifierKey]) -> list[LogVerdict]:
    """Copy the database while it is in use.

    ``VACUUM INTO`` reads one snapshot and neither blocks the writer nor starts again when it commits, as the backup
    API does when another connection writes; and what was deleted is not in the copy's free pages.

    Args:
        connection: a reader of the database.
        target: the file to be written; it must not exist.
        verifiers: keys of the logs, by origin; each log that has entries needs one.

    Returns:
        The verdict on each log in the copy; all hold.

    Raises:
        Conflict: `target` exists.
        IntegrityFailure: the copy does not hold; it is removed.
        apsw.Error: the database cannot be read or the copy not be written.
    """
    if target.exists():
        raise Conflict(N_("目标文件已存在"), code="target_exists", subject=target.name)
    unfinished = target.with_name(f".{target.name}.unfinished")
    unfinished.unlink(missing_ok=True)
    try:
        # Made by us, empty, because SQLite would make it readable for everybody on the machine.
        os.close(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
        query_only = connection.execute("PRAGMA query_only").get
        connection.execute("PRAGMA query_only = OFF")
        try:
            connection.execute("VACUUM INTO ?", (str(unfinished),))
        finally:
            connection.execute(f"PRAGMA query_only = {query_only}")
        verdicts = verify_copy(unfinished, verifiers)
        handle = os.open(unfinished, os.O_RDONLY | os.O_CLOEXEC)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
        unfinished.rename(target)
    finally:
        unfinished.unlink(missing_ok=True)
    sync_directory(target.parent)
    return verdicts


def verify_copy(path: Path, verifiers: Mapping[str, VerifierKey]) -> list[LogVerdict]:
    """Open a copy and verify each log in it.

    Raises:
        IntegrityFailure: SQLite finds the file damaged, or a log does not hold.
    """
    copy = open_database(path, read_only=True)
    try:
        state = copy.execute("PRAGMA quick_check(1)").get
        if state != "ok":
            raise IntegrityFailure(N_("备份文件损坏"), code="backup_damaged", subject=path.name)
        verdicts = []
        for row in logs(copy):
            if not row.size:
                continue
            verifier = verifiers.get(row.origin)
            if verifier is None:
                raise IntegrityFailure(N_("缺少核对日志用的公钥"), code="verifier_missing", subject=row.origin)
            verdict = verify_stored(copy, row.origin, verifier)
            if verdict.failure is not None:
                raise verdict.failure
            head = latest_checkpoint(copy, row.origin)
            if head is None or checkpoint_of(head[1]).size != verdict.size:
                raise IntegrityFailure(N_("备份的日志与检查点不符"), code="backup_damaged", subject=row.origin)
            verdicts.append(verdict)
        return verdicts
    finally:
        copy.close()
