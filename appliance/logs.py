"""Logs 运行日志: JSON lines on standard error, one form for every program, with personal data taken out.

The signed log says who did what; these lines say how the programs fare, are read by operators, and therefore carry no
person: values under telling keys are masked, identity and telephone numbers are masked wherever they stand, and of an
exception its type and place are told but not its message, which may quote what was typed.
"""

import logging
import re
import sys
from collections.abc import Mapping, MutableMapping, Sequence
from datetime import datetime
from pathlib import PurePath
from traceback import TracebackException
from typing import Any, Final, TextIO

import msgspec
import structlog
from structlog.typing import Processor

from appliance.clock import Clock, format_time
from appliance.domain.identifiers import uscc
from appliance.errors import HallmarkError

MASK: Final = "***"
HIDDEN_KEYS: Final = frozenset(
    ["password", "secret", "seed", "token", "cookie", "csrf", "authorization", "name", "phone", "address", "id_number"]
)
# 18 characters of an identity number 公民身份号码: area, day of birth, order, check. 15 without century and check.
_IDENTITY = re.compile(r"(?<!\d)\d{17}[\dXx](?!\d)")
_IDENTITY_OLD = re.compile(r"(?<!\d)\d{8}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}(?!\d)")
_BIRTH = re.compile(r"(?:18|19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])")
_MOBILE = re.compile(r"(?<!\d)(?:(?:00)?86[ -]?)?1[3-9]\d[ -]?\d{4}[ -]?\d{4}(?!\d)")
_LANDLINE = re.compile(r"(?<!\d)0\d{2,3}-\d{7,8}(?!\d)")
_HAN = re.compile("[㐀-鿿豈-﫿\U00020000-\U0003ffff·]+")
_WORD = re.compile(r"[^a-z0-9]+")


def _is_uscc(text: str) -> bool:
    return set(text) <= set(uscc.ALPHABET) and uscc.check_character(text[:-1]) == text[-1]


def _identity(match: re.Match[str]) -> str:
    # A credit code of an organisation is public and what an operator searches by, so it stays. What could be a day of
    # birth decides first: a person's number is never kept because it happens to pass for a code.
    number = match[0]
    if not _BIRTH.match(number, 6) and _is_uscc(number.upper()):
        return number
    return MASK


def redact_text(text: str) -> str:
    """Mask identity numbers 公民身份号码 and telephone numbers in a text; credit codes 统一社会信用代码 stay."""
    for pattern, by in ((_IDENTITY, _identity), (_IDENTITY_OLD, MASK), (_MOBILE, MASK), (_LANDLINE, MASK)):
        text = pattern.sub(by, text)
    return text


def _is_hidden(key: str) -> bool:
    words = _WORD.sub("_", key.lower()).strip("_")
    return any(words == hidden or words.endswith(f"_{hidden}") for hidden in HIDDEN_KEYS)


def redact(value: object) -> Any:
    """Give a value as a log line may carry it: plain JSON values, masked; of other objects only their type."""
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, str | PurePath):
        return redact_text(str(value))
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, bytes | bytearray | memoryview):
        return f"<{len(value)} bytes>"
    return _redact_group(value)


def _redact_group(value: object) -> Any:
    if isinstance(value, Mapping):
        return {redact_text(str(key)): _redact_under(str(key), part) for key, part in value.items()}
    if isinstance(value, Sequence | set | frozenset):
        return [redact(part) for part in value]
    return f"<{type(value).__qualname__}>"


def _redact_under(key: str, value: object) -> Any:
    return MASK if _is_hidden(key) and value not in (None, "") else redact(value)


def redact_line(_logger: object, _method: str, line: MutableMapping[str, Any]) -> Mapping[str, Any]:
    """Mask a whole line; a structlog processor, the last one before the line becomes text."""
    masked: Mapping[str, Any] = redact(line)
    return masked


def describe(error: BaseException) -> str:
    """Tell where an exception came from: frames and types, causes first, without messages.

    Of our own errors the code is told, of the operating system's the number: neither quotes data.
    """
    parts: list[str] = []
    reason = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if reason is not None:
        parts.append(describe(reason))
    told = TracebackException.from_exception(error, compact=True)
    parts += [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in told.stack]
    name = type(error).__qualname__
    if isinstance(error, HallmarkError):
        name = f"{name} [{error.code}]"
    elif isinstance(error, OSError) and error.errno is not None:
        name = f"{name} [errno {error.errno}]"
    parts.append(name)
    if isinstance(error, BaseExceptionGroup):
        parts += [describe(part) for part in error.exceptions]
    return "\n".join(parts)


def tell_exception(_logger: object, _method: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Replace ``exc_info`` by a traceback that quotes no data; a structlog processor."""
    held = line.pop("exc_info", None)
    line.pop("exception", None)
    if isinstance(held, tuple):
        held = held[1]
    elif held is True:
        held = sys.exc_info()[1]
    if isinstance(held, BaseException):
        line["traceback"] = describe(held)
    return line


def hide_data(_logger: object, _method: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Mask Chinese in what a library logs: a library speaks none, so it can only be quoted data."""
    line["event"] = _HAN.sub(MASK, str(line.get("event", "")))
    return line


def _stamp(program: str, clock: Clock) -> Processor:
    def stamp(_logger: object, method: str, line: MutableMapping[str, Any]) -> Mapping[str, Any]:
        level = line.pop("level", method)
        return {
            "time": format_time(clock.now()),
            "level": "warning" if level == "warn" else level,
            "program": program,
            "event": line.pop("event", ""),
            **line,
        }

    return stamp


def _to_json(line: Mapping[str, Any], **_rest: object) -> str:
    return msgspec.json.encode(line).decode()


def configure_logs(program: str, *, stream: TextIO, clock: Clock) -> None:
    """Set up logging of a program, once, when it starts; before that nothing is logged by any of our modules.

    Our own events are written from INFO on, those of libraries (through `logging`) from WARNING on. A line is one JSON
    object: ``time`` (ISO 8601, milliseconds, +08:00), ``level``, ``program``, ``event``, then what the event carries.

    Args:
        program: name of the process, such as ``hall-web``.
        stream: where lines go, standard error for programs.
        clock: dates the lines.
    """
    ending: list[Processor] = [
        tell_exception,
        _stamp(program, clock),
        redact_line,
        structlog.processors.JSONRenderer(serializer=_to_json),
    ]
    structlog.configure(
        processors=[structlog.contextvars.merge_contextvars, structlog.processors.add_log_level, *ending],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        context_class=dict,
        logger_factory=structlog.WriteLoggerFactory(file=stream),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.add_log_level, structlog.stdlib.add_logger_name, hide_data],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *ending],
        )
    )
    logging.captureWarnings(capture=True)
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
