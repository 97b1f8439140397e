"""Reading service items from TOML: structure checked by msgspec, rules by the validators, errors in Chinese."""

import hashlib
import re
from collections.abc import Iterable
from pathlib import Path

import msgspec
import rfc8785

from appliance.catalogue.departments import Directory
from appliance.catalogue.finding import CHECKS_CLAUSE, Finding
from appliance.catalogue.validators import validate
from appliance.domain.service_item import ServiceItem
from appliance.errors import N_, Invalid

SHIPPED_ITEMS = Path(__file__).with_name("items")
STRUCTURE_RULE = "structure"
UNIQUE_RULE = "code_unique"

# msgspec says what is wrong in English and where as a JSON path; each form has its Chinese message.
_FORMS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"missing required field `(?P<name>[^`]+)`"), N_("缺少必填字段“%(name)s”")),
    (re.compile(r"unknown field `(?P<name>[^`]+)`"), N_("没有名为“%(name)s”的字段")),
    (re.compile(r"Invalid enum value (?P<value>.+?)(?: - at|$)"), N_("取值%(value)s不在允许的范围内")),
    (re.compile(r"Expected `(?P<expected>[^`]+)`, got `(?P<given>[^`]+)`"), N_("类型应为%(expected)s，实为%(given)s")),
)

_TYPES = {
    "int": "整数",
    "str": "文本",
    "bool": "true或false",
    "date": "日期",
    "array": "列表",
    "object": "表",
    "float": "小数",
}


class ItemFileError(Invalid):
    """An item file cannot be used; `findings` names each field and rule.

    Args:
        path: the file's name.
        findings: what is wrong, at least one.
    """

    def __init__(self, path: str, findings: Iterable[Finding]) -> None:
        self.findings = tuple(findings)
        first = self.findings[0]
        super().__init__(
            N_("%(file)s：字段“%(field)s”不符合规则%(rule)s（%(clause)s）：%(reason)s（共%(count)s处）"),
            code="item_invalid",
            subject=path,
            fields={finding.field: finding.text() for finding in self.findings},
            params={
                "file": path,
                "field": first.field,
                "rule": first.rule,
                "clause": first.clause,
                "reason": first.text(),
                "count": len(self.findings),
            },
            next_step=N_("按提示修改该文件后重新校验"),
        )


def _dotted(message: str) -> str:
    found = re.search(r"at `(?:key in )?\$([^`]*)`", message)
    return re.sub(r"\[(\d+|\.\.\.)\]", r".\1", found.group(1)).lstrip(".") if found else ""


def structure_finding(message: str) -> Finding:
    """Turn a validation error of msgspec into a finding.

    Args:
        message: msgspec's message, such as ``Expected `int`, got `str` - at `$.materials[0].copies```.
    """
    where = _dotted(message)
    for form, text in _FORMS:
        found = form.search(message)
        if found:
            params = {name: _TYPES.get(value, value) for name, value in found.groupdict().items()}
            field = ".".join(part for part in (where, params.get("name")) if part)
            return Finding(field, STRUCTURE_RULE, CHECKS_CLAUSE, text, params)
    return Finding(where, STRUCTURE_RULE, CHECKS_CLAUSE, N_("取值不正确：%(reason)s"), {"reason": message})


def load_item(text: str | bytes, path: str | Path) -> ServiceItem:
    """Read one item version; its structure is checked, the rules are not (see `validate`).

    Args:
        text: the TOML text.
        path: the file's name, for errors.

    Raises:
        ItemFileError: the text is not TOML, or a field is missing, unknown or of the wrong type.
    """
    try:
        return msgspec.toml.decode(text, type=ServiceItem)
    except msgspec.ValidationError as error:
        raise ItemFileError(Path(path).name, [structure_finding(str(error))]) from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        message = N_("不是有效的TOML：%(reason)s")
        finding = Finding("", STRUCTURE_RULE, CHECKS_CLAUSE, message, {"reason": str(error)})
        raise ItemFileError(Path(path).name, [finding]) from error


def load_items(directory: Path = SHIPPED_ITEMS, known: Directory | None = None) -> tuple[ServiceItem, ...]:
    """Read and validate every ``*.toml`` of a directory.

    Args:
        directory: where the files are; the shipped sample items by default.
        known: the hall's departments and window groups, checked against when given.

    Returns:
        The items in the order of their basic codes.

    Raises:
        ItemFileError: a file is malformed, breaks a rule, is named otherwise than its code, or repeats a code.
    """
    items: dict[str, ServiceItem] = {}
    for path in sorted(directory.glob("*.toml")):
        item = load_item(path.read_bytes(), path)
        findings = list(validate(item, known))
        if item.catalog_code in items:
            message = N_("基本编码与另一个事项重复")
            findings.append(Finding("catalog_code", UNIQUE_RULE, "GB/T 39554.1-2020", message))
        elif path.stem != item.catalog_code:
            message = N_("文件名应为基本编码：%(code)s.toml")
            params = {"code": item.catalog_code}
            findings.append(Finding("catalog_code", UNIQUE_RULE, "GB/T 39554.1-2020", message, params))
        if findings:
            raise ItemFileError(path.name, findings)
        items[item.catalog_code] = item
    return tuple(items[code] for code in sorted(items))


def canonical_item(item: ServiceItem) -> bytes:
    """Give an item version's canonical bytes: RFC 8785 JSON of all fields, defaults included."""
    return rfc8785.dumps(msgspec.to_builtins(item))


def item_digest(item: ServiceItem) -> str:
    """Give the SHA-256 (hex) of the canonical bytes; a case pins it together with code and version."""
    return hashlib.sha256(canonical_item(item)).hexdigest()
