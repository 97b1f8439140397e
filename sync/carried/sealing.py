"""Encryption of what is carried: age files to a named recipient, read and written as streams (age-encryption.org/v1).

Whoever seals is a recipient too, so that the sender can say what is on the stick and go on where writing was cut off.
"""

import os
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO, Final, TypeAlias

import pyrage
from pyrage import x25519

from appliance.errors import N_, IntegrityFailure, Invalid, OutOfSpace, Refusal

KEY_FILE: Final = "bundle.age"
Identity: TypeAlias = x25519.Identity


def read_identity(path: Path) -> Identity | None:
    """Read a private age key (file, mode 0600); None when there is none.

    Raises:
        IntegrityFailure: others can read it, or it is no age key.
    """
    if not path.is_file():
        return None
    if path.stat().st_mode & 0o077:
        raise IntegrityFailure(
            N_("密钥文件 %(name)s 能被其他用户读取"),
            code="key_permissions",
            subject=path.name,
            params={"name": path.name},
            next_step=N_("请把权限改为 0600，并考虑更换密钥"),
        )
    try:
        return x25519.Identity.from_str(path.read_text().strip())
    except (pyrage.IdentityError, UnicodeDecodeError) as error:
        raise IntegrityFailure(
            N_("密钥文件 %(name)s 已损坏"), code="bad_key", subject=path.name, params={"name": path.name}
        ) from error


def ensure_identity(path: Path, write: Callable[[Path, bytes], None]) -> Identity:
    """Give the private age key, made when it is absent; an existing one is never replaced.

    Args:
        path: the key file.
        write: writes a small file whole, with mode 0600.
    """
    held = read_identity(path)
    if held is None:
        held = x25519.Identity.generate()
        write(path, f"{held}\n".encode())
    return held


def public_of(identity: Identity) -> str:
    """Give the recipient that belongs to a private key."""
    return str(identity.to_public())


def seal(source: BinaryIO, target: Path, recipients: tuple[str, ...]) -> None:
    """Encrypt a stream into a file: written beside it, fsynced, renamed. A file under its own name is whole.

    Raises:
        Invalid: a recipient is no age key.
        OutOfSpace: the medium is full or gone.
    """
    try:
        keys = [x25519.Recipient.from_str(recipient) for recipient in recipients]
    except pyrage.RecipientError as error:
        raise Invalid(N_("收件方的数据包公钥不正确"), code="bad_recipient") from error
    part = target.with_name(f".{target.name}.part")
    try:
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as handle:
            pyrage.encrypt_io(source, handle, keys)
            handle.flush()
            os.fsync(handle.fileno())
        part.replace(target)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise OutOfSpace(
            N_("写不进 %(name)s：介质已满、已拔出或不可写"),
            code="medium_failed",
            subject=target.name,
            params={"name": target.name},
            next_step=N_("请换一个 U 盘或腾出空间后用同一命令再导出，已写好的分卷会接着用"),
        ) from error


def unseal(path: Path, target: BinaryIO, identity: Identity) -> None:
    """Decrypt a file into a stream. What was written before an error must be thrown away by the caller.

    Raises:
        Refusal: it is not for this key, or no bundle at all.
        IntegrityFailure: it was cut off or changed.
    """
    try:
        with path.open("rb") as handle:
            pyrage.decrypt_io(handle, target, [identity])
    except FileNotFoundError as error:
        raise Refusal(N_("找不到文件 %(name)s"), code="no_file", params={"name": path.name}) from error
    except pyrage.DecryptError as error:
        raise _unreadable(str(error), path) from error
    except OSError as error:
        raise _damaged(path) from error


def _unreadable(reason: str, path: Path) -> Refusal | IntegrityFailure:
    if "No matching keys" in reason:
        return Refusal(
            N_("数据包 %(name)s 不是给这里的：它加密给了另一个单位"),
            code="wrong_recipient",
            subject=path.name,
            params={"name": path.name},
            next_step=N_("请核对 U 盘上的文件名，或请对方重新导出给本单位"),
        )
    with path.open("rb") as handle:
        if handle.read(21) == b"age-encryption.org/v1":
            return _damaged(path)
    return Refusal(
        N_("%(name)s 不是数据包"),
        code="not_a_bundle",
        subject=path.name,
        params={"name": path.name},
        next_step=N_("请选择由 hall bundle export 或 city bundle export 写出的文件"),
    )


def _damaged(path: Path) -> IntegrityFailure:
    return IntegrityFailure(
        N_("数据包 %(name)s 不完整或被改动过，什么都没有装入"),
        code="bundle_damaged",
        subject=path.name,
        params={"name": path.name},
        next_step=N_("请重新拷贝；仍然不行就请对方重新导出"),
    )
