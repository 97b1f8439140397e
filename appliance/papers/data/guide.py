"""The service guide, a paper about an item."""

import datetime as dt
from typing import Annotated

import msgspec

from appliance.papers.data.parts import Field, Head, Phones, Text


class GuideSection(msgspec.Struct, frozen=True, kw_only=True):
    """One section of a service guide: its title and its rows; an empty section says so on the paper."""

    title: Text
    rows: tuple[Field, ...] = ()


class ServiceGuide(msgspec.Struct, frozen=True, kw_only=True):
    """Service guide 服务指南 (clause 5.1.1.2; DB42/T 1282) of one version of an item."""

    head: Head
    version: Text
    effective_on: dt.date
    sections: Annotated[tuple[GuideSection, ...], msgspec.Meta(min_length=1)]
    phones: Phones
