"""Every error that GenFacet raises on purpose.

    GenFacetError
    ├── SettingsError    the configuration cannot be used: genfacet.yml, an environment variable, an option
    ├── RequestError     `ext.genfacet` or its body is malformed; answered as a 400 in Elasticsearch's shape
    ├── EventError       an event or a query record of a page is malformed; the field is named
    └── ServerError      Elasticsearch answered with an error; its status and body are kept

The message of each is one sentence that says what to do. It holds no credentials and no query text.
"""

from collections.abc import Mapping
from typing import Any


class GenFacetError(Exception):
    """Base of all errors below."""


class SettingsError(GenFacetError):
    """The configuration cannot be used."""


class RequestError(GenFacetError):
    """A request to GenFacet is malformed."""

    status = 400


class EventError(GenFacetError):
    """What a page posted cannot be used.

    ``field`` is the field at fault, ``"event_attributes.object.object_id"`` for example. It is one of the few names
    that GenFacet knows, never text that was sent, so it may label a metric.
    """

    def __init__(self, field: str, what: str) -> None:
        # Both are kept as they came, or the error could not be sent from one process to another.
        super().__init__(field, what)
        self.field = field
        self.what = what

    def __str__(self) -> str:
        return f"[{self.field}] {self.what}"


class ServerError(GenFacetError):
    """Elasticsearch answered with an error."""

    def __init__(self, message: str, *, status: int, body: Mapping[str, Any] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.body = body


def error_body(reason: str, type_: str = "illegal_argument_exception", status: int = 400) -> dict[str, Any]:
    """An error in Elasticsearch's own shape."""
    cause = {"type": type_, "reason": reason}
    return {"error": {"root_cause": [cause], **cause}, "status": status}
