"""Departments 部门 and window groups of a hall, read from `departments.toml`."""

from pathlib import Path

import msgspec

from appliance.errors import N_, Invalid


class Department(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One department 职能部门.

    Attributes:
        code: unified social credit code (GB 32100), 18 characters.
        name: full name as printed on papers.
        short_name: name for lists and screens.
        document_prefix: 机关代字 of official paper numbers, as in 示市监〔2026〕12号.
        phone: consultation telephone.
        management_body: True for the body that manages the hall itself 政务服务管理部门.
    """

    code: str
    name: str
    short_name: str
    document_prefix: str
    phone: str
    management_body: bool = False


class WindowGroup(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Windows that take the same items; `prefix` is the letter of their queue tickets."""

    code: str
    name: str
    prefix: str


class Directory(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Everything in `departments.toml`."""

    departments: tuple[Department, ...]
    window_groups: tuple[WindowGroup, ...]

    def department(self, code: str) -> Department | None:
        """Find a department by its credit code."""
        return next((department for department in self.departments if department.code == code), None)

    def window_group(self, code: str) -> WindowGroup | None:
        """Find a window group by its code."""
        return next((group for group in self.window_groups if group.code == code), None)


SHIPPED_DEPARTMENTS = Path(__file__).with_name("departments.toml")


def load_departments(path: Path = SHIPPED_DEPARTMENTS) -> Directory:
    """Read departments and window groups.

    Args:
        path: the TOML file; the demo district's by default.

    Raises:
        Invalid: the file is not TOML of this shape, or a code occurs twice.
    """
    try:
        directory = msgspec.toml.decode(path.read_bytes(), type=Directory)
    except msgspec.MsgspecError as error:
        raise Invalid(N_("部门名录无法读取：%(reason)s"), subject=path.name, params={"reason": str(error)}) from error
    for codes in ([d.code for d in directory.departments], [g.code for g in directory.window_groups]):
        twice = sorted({code for code in codes if codes.count(code) > 1})
        if twice:
            raise Invalid(N_("部门名录中代码重复：%(codes)s"), subject=path.name, params={"codes": "、".join(twice)})
    return directory
