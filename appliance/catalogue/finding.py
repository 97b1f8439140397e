"""A finding 校验意见: one place in an item that breaks one rule, and where the rule comes from."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

import msgspec

from appliance.domain.service_item import ServiceItem

CHECKS_CLAUSE = "DB4201/T 571-2018 5.2.1"
GUIDE_CLAUSE = "DB4201/T 571-2018 5.1.1.2.1"


class Finding(msgspec.Struct, frozen=True):
    """What a validator found.

    Attributes:
        field: path of the field, as in ``materials.2.copies`` (lists count from 0).
        rule: stable machine name of the rule.
        clause: clause or article that the rule comes from.
        message: gettext message id (Chinese) with ``%(name)s`` parameters.
        params: values for the message's parameters.
    """

    field: str
    rule: str
    clause: str
    message: str
    params: dict[str, Any] = {}

    def text(self) -> str:
        """Give the message in Chinese with its parameters filled in."""
        return self.message % self.params if self.params else self.message


class Spot(NamedTuple):
    """What a check yields: the field's path, the message id and its parameters."""

    field: str
    message: str
    params: Mapping[str, Any] = {}


class Rule(NamedTuple):
    """One rule: its stable name, its source, its title for people, and the check that finds what breaks it."""

    code: str
    clause: str
    title: str
    check: Callable[[ServiceItem], Iterator[Spot]]
