"""Writes to LOCAL tables that other processes may ask the owner for: a closed list of functions over a connection.

Such a write makes no entry and goes on while the gate is closed. In the owner's process the function is called as it
is; from another one its name and its arguments travel over the owner's socket. JSON, because it keeps a time's offset.
"""

import inspect
from collections.abc import Callable
from functools import cache
from typing import Any, Concatenate, Final, ParamSpec, TypeVar, get_type_hints

import msgspec

from appliance.errors import N_, NotFound
from appliance.store import credentials, drafts, queue, sessions, tray
from appliance.store.connection import Connection
from appliance.store.writer import Writer

T = TypeVar("T")
P = ParamSpec("P")

LISTED: Final[tuple[Callable[..., Any], ...]] = (
    credentials.put,
    credentials.settle,
    drafts.create,
    drafts.delete,
    drafts.replace,
    queue.call_next,
    queue.draw,
    queue.finish,
    queue.move,
    queue.set_window,
    queue.transfer,
    sessions.begin,
    sessions.delete,
    sessions.delete_of_login,
    sessions.record_access,
    sessions.set_locked,
    sessions.touch,
    tray.take,
)


def name_of(write: Callable[..., Any]) -> str:
    """Give a function's name on the socket: ``drafts.delete``."""
    return f"{write.__module__.rpartition('.')[2]}.{write.__name__}"


_BY_NAME: Final = {name_of(write): write for write in LISTED}


class Call(msgspec.Struct, frozen=True):
    """A listed write on its way to the owner: its name, and its arguments by name."""

    name: str
    arguments: dict[str, Any]


async def run(writer: Writer, write: Callable[Concatenate[Any, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Carry out a listed write in the owner's own process; raises LookupError for one that is not listed."""
    _require_listed(write)
    return await writer.local_async(lambda connection: write(connection, *args, **kwargs))


def encode_call(write: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> bytes:
    """Write a call of a listed function; raises LookupError for one that is not listed."""
    _require_listed(write)
    bound = inspect.signature(write).bind(None, *args, **kwargs).arguments
    return msgspec.json.encode(Call(name_of(write), dict(list(bound.items())[1:])))


def decode_call(payload: bytes) -> Callable[[Connection], bytes]:
    """Read a call, its arguments by the types of the function's signature; what it gives is the answer as JSON.

    Raises:
        NotFound: no such function is listed.
        msgspec.MsgspecError: the arguments are not the function's.
    """
    call = msgspec.json.decode(payload, type=Call)
    write = _BY_NAME.get(call.name)
    if write is None:
        raise NotFound(N_("没有这个内部操作"), code="unknown_verb", subject=call.name[:64])
    arguments = msgspec.convert(call.arguments, _arguments_of(write))
    values = {name: getattr(arguments, name) for name in arguments.__struct_fields__}
    return lambda connection: msgspec.json.encode(write(connection, **values))


def decode_answer(write: Callable[..., T], answer: bytes) -> T:
    """Read the answer of a listed function."""
    value: T = msgspec.json.decode(answer, type=_hints(write)["return"])
    return value


def _require_listed(write: Callable[..., Any]) -> None:
    if _BY_NAME.get(name_of(write)) is not write:
        raise LookupError(f"{name_of(write)} is not in the list of LOCAL writes")


@cache
def _hints(write: Callable[..., Any]) -> dict[str, Any]:
    return get_type_hints(write)


@cache
def _arguments_of(write: Callable[..., Any]) -> type[msgspec.Struct]:
    """Make a struct of a function's parameters but the connection, so that they are read by their types."""
    fields: list[Any] = []
    for name, parameter in list(inspect.signature(write).parameters.items())[1:]:
        one = (name, _hints(write)[name])
        fields.append(one if parameter.default is inspect.Parameter.empty else (*one, parameter.default))
    return msgspec.defstruct("Arguments", fields, kw_only=True, forbid_unknown_fields=True)
