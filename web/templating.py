"""Templates and languages: one Jinja environment a language, strict about names, escaping everything.

The message ids are the Chinese texts themselves; English is the second catalogue. Catalogues are the .po files under
`web/messages/<language>/`, one a room of the interface, compiled in memory at start, so no compiled file can be stale.
"""

import gettext
import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, ClassVar, Protocol

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from appliance.clock import SHANGHAI
from web import markup
from web.assets import Assets

LANGUAGES: Mapping[str, str] = {"zh": "zh-CN", "en": "en"}
# Each language by its own name, as the switch shows it to somebody who reads only that one.
OWN_NAMES: Mapping[str, str] = {"zh": "中文", "en": "English"}


class Page(Protocol):
    """What a page hands to its template: a frozen struct whose fields are the template's only variables."""

    TEMPLATE: ClassVar[str]


def read_catalogue(directory: Path, language: str) -> Catalog:
    """Read all .po files of a language into one catalogue.

    Raises:
        ValueError: two files translate the same text differently.
    """
    merged = Catalog(locale=language, fuzzy=False)
    for path in sorted((directory / language).glob("*.po")):
        with path.open("rb") as file:
            catalogue = read_po(file, locale=language, abort_invalid=True)
        for message in catalogue:
            if not message.id or not message.string:
                continue
            known = merged.get(message.id, message.context)
            if known is not None and known.string != message.string:
                raise ValueError(f"{path.name}: {message.id!r} is translated differently in two files")
            merged.add(message.id, message.string, context=message.context)
    return merged


def load_translations(directory: Path, language: str) -> gettext.NullTranslations:
    """Give the translations of a language; Chinese, the source, needs none."""
    if language == "zh":
        return gettext.NullTranslations()
    compiled = io.BytesIO()
    write_mo(compiled, read_catalogue(directory, language))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


def day_text(value: date | datetime | None) -> str:
    """Write a date as the papers do: 2026-11-23; a dash for none."""
    if value is None:
        return "–"
    return value.astimezone(SHANGHAI).date().isoformat() if isinstance(value, datetime) else value.isoformat()


def minute_text(value: datetime | None) -> str:
    """Write an instant to the minute in Asia/Shanghai: 2026-11-23 09:41; a dash for none."""
    return "–" if value is None else value.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")


def clock_text(value: datetime | None) -> str:
    """Write the time of day: 09:41."""
    return "–" if value is None else value.astimezone(SHANGHAI).strftime("%H:%M")


def count_text(value: int) -> str:
    """Write a count with separators: 5,310."""
    return f"{value:,}"


def make_environment(templates: Path, translations: gettext.NullTranslations, assets: Assets) -> Environment:
    """Make the environment of one language.

    A name that the page's struct does not have is an error, and so is everything that is not escaped.
    """
    environment = Environment(
        loader=FileSystemLoader(templates),
        autoescape=True,
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n", "jinja2.ext.do"],
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.install_gettext_translations(translations, newstyle=True)  # type: ignore[attr-defined]
    environment.globals.update(asset=assets.url, markup=markup)
    environment.filters.update(day=day_text, minute=minute_text, clock=clock_text, count=count_text)
    return environment


@dataclass(frozen=True, slots=True)
class Renderer:
    """Renders a page's struct in a language."""

    environments: Mapping[str, Environment]
    translations: Mapping[str, gettext.NullTranslations]

    def render(self, page: Page, language: str, frame: object) -> str:
        """Fill the page's template with the struct's fields and with `frame`, the layout's own data."""
        template = self.environments[language].get_template(page.TEMPLATE)
        fields: tuple[str, ...] = page.__struct_fields__  # type: ignore[attr-defined]
        return template.render({name: getattr(page, name) for name in fields}, frame=frame)

    def text(self, language: str, message: str, params: Mapping[str, Any] | None = None) -> str:
        """Translate a message id and fill in its parameters.

        A parameter that is itself a text of the interface (a state, a role, the name of an act) is translated too.
        """
        known = self.translations[language].gettext
        translated = known(message) if message else ""
        if not params:
            return translated
        filled = {name: known(part) if isinstance(part, str) and part else part for name, part in params.items()}
        return translated % filled


def make_renderer(root: Path, assets: Assets) -> Renderer:
    """Load all languages from the package's directory `root` (the one that holds templates/ and messages/)."""
    translations = {language: load_translations(root / "messages", language) for language in LANGUAGES}
    make: Callable[[gettext.NullTranslations], Environment] = lambda found: make_environment(  # noqa: E731
        root / "templates", found, assets
    )
    return Renderer({language: make(found) for language, found in translations.items()}, translations)
