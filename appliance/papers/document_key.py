"""The renderer's document key: the one secret that it reads, from the file that the command line names."""

import stat
from pathlib import Path

from appliance.errors import N_
from appliance.papers.document import RenderFailure
from appliance.signing.keys import DocumentKey


def read_document_key(path: Path | None) -> DocumentKey | None:
    """Read the key; None when no file is named or there is none, as in a hall that was enrolled without one.

    Raises:
        RenderFailure: others can read the file, or it is no key.
    """
    if path is None or not path.is_file():
        return None
    try:
        if stat.S_IMODE(path.stat().st_mode) & 0o077:
            raise PermissionError(path.name)
        return DocumentKey(bytes.fromhex(path.read_text().strip()))
    except (OSError, ValueError) as error:
        raise RenderFailure(
            N_("文书签名密钥文件不能使用"),
            code="bad_document_key",
            subject=path.name,
            next_step=N_("请把权限改为 0600"),
        ) from error
