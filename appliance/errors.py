"""The one family of errors of the appliance.

Three kinds, told apart by who has to act:

* `Refusal`: a person asked for something that cannot be done as asked. Nothing was written. The page shows the
  message, names the field, says what to do next, and keeps what was typed.
* `IntegrityFailure`: stored or received bytes contradict their proof. It closes the gate and is never retried.
* `TransportFailure`: a peer could not be reached or did not answer. It is retried with back-off.

Messages are gettext message ids in Chinese with named parameters (``%(name)s``); they are translated where they are
shown. Errors are raised or returned, never logged and passed over.
"""

from collections.abc import Mapping
from typing import Any, Self


def N_(text: str) -> str:  # noqa: N802 - the gettext convention that extractors look for
    """Mark a Chinese message id for extraction; it is translated where it is shown."""
    return text


class Message(str):
    """A message beside a field: it reads as its Chinese text and keeps id and parameters for other languages.

    Args:
        msgid: gettext message id with ``%(name)s`` parameters.
        params: their values.
    """

    __slots__ = ("msgid", "params")

    msgid: str
    params: dict[str, Any]

    def __new__(cls, msgid: str, **params: Any) -> Self:
        """Format the message in the source language."""
        message = super().__new__(cls, msgid % params if params else msgid)
        message.msgid = msgid
        message.params = params
        return message


class HallmarkError(Exception):
    """Root of the appliance's own errors.

    Args:
        message: gettext message id (Chinese) with ``%(name)s`` parameters.
        code: stable machine name, lower snake case; defaults to the class's own.
        subject: what it is about: a field, a case number, a path inside the data directory.
        next_step: message id saying what the reader should do now.
        params: values for the message's parameters.
    """

    code = "error"
    status = 500

    def __init__(
        self,
        message: str,
        *,
        code: str | None = None,
        subject: str = "",
        next_step: str = "",
        params: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code or type(self).code
        self.subject = subject
        self.next_step = next_step
        self.params = dict(params or {})

    def text(self) -> str:
        """Give the message in the source language (Chinese) with its parameters filled in."""
        return self.message % self.params if self.params else self.message

    def __str__(self) -> str:
        """Give code, subject, message and next step on one line, for logs and the command line."""
        parts = [self.code, self.subject, self.text(), self.next_step % self.params if self.params else self.next_step]
        return " · ".join(part for part in parts if part)


class Refusal(HallmarkError):
    """A person's request cannot be carried out as asked; nothing was written."""

    code = "refused"
    status = 400

    def __init__(
        self,
        message: str,
        *,
        fields: Mapping[str, str] | None = None,
        current: Mapping[str, Any] | None = None,
        **rest: Any,
    ) -> None:
        super().__init__(message, **rest)
        self.fields = {
            name: text if isinstance(text, Message) else Message(text) for name, text in (fields or {}).items()
        }
        self.current = dict(current or {})


class Invalid(Refusal):
    """One or more fields are not acceptable; `fields` maps each to its message."""

    code = "invalid"
    status = 422


class NotFound(Refusal):
    """The thing named does not exist here."""

    code = "not_found"
    status = 404


class Forbidden(Refusal):
    """The actor's role, or the separation of duties (domain §2.6), does not allow this act."""

    code = "forbidden"
    status = 403


class Conflict(Refusal):
    """Someone else changed the thing first, or a key was used for other content; `current` has today's values."""

    code = "conflict"
    status = 409


class WrongState(Refusal):
    """The case's state does not allow this transition (domain §2.3)."""

    code = "wrong_state"
    status = 409


class TooLarge(Refusal):
    """An upload, entry or request exceeds its limit."""

    code = "too_large"
    status = 413


class GateClosed(Refusal):
    """The gate (protocol §5) does not allow this kind of entry now."""

    code = "gate_closed"
    status = 503


class OutOfSpace(Refusal):
    """The disk cannot take the change; nothing was acknowledged."""

    code = "out_of_space"
    status = 507


class IntegrityFailure(HallmarkError):
    """Bytes contradict their digest, signature, proof or order."""

    code = "integrity"


class TransportFailure(HallmarkError):
    """A peer did not answer, or answered something that is not the protocol."""

    code = "transport"
