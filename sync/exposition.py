"""Prometheus's text format 0.0.4, for city and hall: a metric, and its lines."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from appliance.clock import parse_time

MEDIA_TYPE: Final = "text/plain; version=0.0.4"
PREFIX: Final = "hallmark_"


@dataclass(frozen=True, slots=True)
class Metric:
    """A gauge: its name after the prefix and what it says."""

    name: str
    text: str


Sample = tuple[dict[str, str], float]


def told(metric: Metric, samples: list[Sample]) -> Iterator[str]:
    """Give help, type and samples of a metric as lines."""
    name = PREFIX + metric.name
    yield f"# HELP {name} {metric.text}"
    yield f"# TYPE {name} gauge"
    for labels, value in samples:
        inside = ",".join(f'{label}="{_escaped(text)}"' for label, text in labels.items())
        yield f"{name}{{{inside}}} {value:.16g}" if inside else f"{name} {value:.16g}"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def instant(text: str | None) -> float | None:
    """Give seconds since 1970 of an instant as entries write it; None for none."""
    return round(parse_time(text).timestamp(), 3) if text else None
