"""One JSON object of a hostile sender, read field by field.

An absent field, null and an empty string are the same: the official collector sends empty strings for what it does not
know. Errors name the field and repeat nothing of what was sent.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from math import isfinite
from typing import Any, TypeVar

from genfacet.errors import EventError
from genfacet.events.timestamps import read_timestamp

MAX_ID = 100
MAX_OBJECT_ID = 1025
"""UBI says 256, but a facet's name of 256 characters, escaped, and a value of 512 must fit, as must any ``_id``."""
MAX_MESSAGE = 1024
MAX_QUERY = 1024
MAX_HITS = 1000
MAX_ORDINAL = 100_000
MAX_DEPTH = 8
MAX_FREE_VALUES = 2000
MAX_FREE_CHARACTERS = 65_536
_CONTROLS = frozenset(map(chr, [*range(32), 127]))
T = TypeVar("T")


class Allowance:
    """How much one record may still hold in fields that UBI does not name."""

    def __init__(self) -> None:
        self._values = MAX_FREE_VALUES
        self._characters = MAX_FREE_CHARACTERS

    def spend(self, field: str, characters: int = 0) -> None:
        """Counts one value or key; raises EventError where the record holds too much."""
        self._values -= 1
        self._characters -= characters
        if self._values < 0 or self._characters < 0:
            raise EventError(field, f"holds more than {MAX_FREE_VALUES} values or {MAX_FREE_CHARACTERS} characters")


class Fields:
    """The fields of one object, each taken once; ``rest`` gives those that nobody took.

    ``name`` is what an error calls the object, ``prefix`` stands before the names of its fields. All methods raise
    EventError.
    """

    def __init__(self, value: object, name: str, prefix: str = "", allowance: Allowance | None = None) -> None:
        if not isinstance(value, Mapping):
            raise EventError(name, "must be an object")
        self._left: dict[Any, Any] = dict(value)
        self._name = name
        self._prefix = prefix
        self._allowance = allowance or Allowance()

    def need(self, name: str, value: T | None) -> T:
        """The value that was taken under this name, which must be there."""
        if value is None:
            raise EventError(self._prefix + name, "is missing")
        return value

    def text(self, name: str, most: int) -> str | None:
        """Text of at most ``most`` characters."""
        value = self._left.pop(name, None)
        return None if value is None or value == "" else _text(value, self._prefix + name, most)

    def identifier(self, name: str) -> str | None:
        """Text of at most 100 characters on one line: an id, or the name of an action, an application or a type."""
        text = self.text(name, MAX_ID)
        if text is not None and not _CONTROLS.isdisjoint(text):
            raise EventError(self._prefix + name, "must not contain control characters")
        return text

    def object_id(self, name: str) -> str | None:
        """The id of a document. UBI allows an integer, which is the same as its digits."""
        if _is_integer(self._left.get(name)):
            self._left[name] = str(self._left[name])
        return self.text(name, MAX_OBJECT_ID)

    def ordinal(self, name: str) -> int | None:
        """A place on the page, from 1."""
        value = self._left.pop(name, None)
        if value is None:
            return None
        if not _is_integer(value) or not 1 <= value <= MAX_ORDINAL:
            raise EventError(self._prefix + name, f"must be a whole number from 1 to {MAX_ORDINAL}")
        number: int = value
        return number

    def timestamp(self, name: str) -> datetime | None:
        """A point in time, in UTC."""
        text = self.text(name, MAX_ID)
        return None if text is None else self.checked(name, text, read_timestamp)

    def texts(self, name: str) -> tuple[str, ...] | None:
        """A list of at most 1,000 ids of documents."""
        value = self._left.pop(name, None)
        if value is None:
            return None
        field = self._prefix + name
        if not isinstance(value, list) or len(value) > MAX_HITS:
            raise EventError(field, f"must be a list of at most {MAX_HITS} strings")
        return tuple(_text(item, field, MAX_OBJECT_ID) for item in value)

    def inner(self, name: str) -> "Fields | None":
        """An object within this one. What both hold counts together."""
        value = self._left.pop(name, None)
        field = self._prefix + name
        return None if value is None else Fields(value, field, f"{field}.", self._allowance)

    def rest(self) -> dict[str, Any]:
        """All that was not taken: any JSON within bounds, kept as it is."""
        _check_free(self._left, self._name, MAX_DEPTH, self._allowance)
        return self._left

    def checked(self, name: str, text: str, read: Callable[[str], T]) -> T:
        """What ``read`` makes of a field's text; its ValueError becomes an EventError that names the field."""
        try:
            return read(text)
        except ValueError as error:
            raise EventError(self._prefix + name, str(error)) from None


def _is_integer(value: object) -> bool:
    # A bool is an int in Python; what 64 bits cannot hold, Elasticsearch cannot either.
    return isinstance(value, int) and not isinstance(value, bool) and -(2**63) <= value < 2**63


def _text(value: object, field: str, most: int) -> str:
    if not isinstance(value, str):
        raise EventError(field, "must be a string")
    if len(value) > most:
        raise EventError(field, f"has more than {most} characters")
    if "\0" in value:
        raise EventError(field, "must not contain NUL")
    if not value.isascii():
        _check_unicode(value, field)
    return value


def _check_unicode(text: str, field: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError:
        raise EventError(field, "must not contain half a character") from None


def _check_free(value: object, field: str, depth: int, allowance: Allowance) -> None:
    """Walks through any JSON; depth is bounded, so recursion is."""
    allowance.spend(field, len(value) if isinstance(value, str) else 0)
    if isinstance(value, str):
        _text(value, field, MAX_FREE_CHARACTERS)
    elif isinstance(value, dict | list):
        if depth == 0:
            raise EventError(field, f"is nested more than {MAX_DEPTH} levels deep")
        for part in [*value, *value.values()] if isinstance(value, dict) else value:
            _check_free(part, field, depth - 1, allowance)
        if isinstance(value, dict) and not all(isinstance(key, str) for key in value):
            raise EventError(field, "must have strings as keys")
    elif not (value is None or isinstance(value, bool) or _is_integer(value) or _is_finite(value)):
        raise EventError(field, "must hold nothing but JSON, and no number that is infinite or beyond 64 bits")


def _is_finite(value: object) -> bool:
    return isinstance(value, float) and isfinite(value)
