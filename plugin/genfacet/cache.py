"""A bounded cache whose entries age, and the keys of facet lists."""

import hashlib
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Any, Generic, TypeVar

import orjson

from genfacet.body import Body
from genfacet.errors import RequestError
from genfacet.querytext import blank_text
from genfacet.sibling import Search, matching_params, matching_part

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class TtlCache(Generic[K, V]):
    """At most ``entries`` values, the least recently used leave first; each lives ``ttl_s`` seconds."""

    def __init__(self, entries: int, ttl_s: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._entries, self._ttl, self._clock = entries, ttl_s, clock
        self._values: OrderedDict[K, tuple[float, V]] = OrderedDict()
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._values)

    def get(self, key: K) -> V | None:
        """The value; None where there is none or it is too old."""
        with self._lock:
            born, value = self._values.get(key, (0.0, None))
            if value is None:
                return None
            if self._clock() - born > self._ttl:
                del self._values[key]
                return None
            self._values.move_to_end(key)
            return value

    def put(self, key: K, value: V) -> None:
        """Keeps the value."""
        with self._lock:
            self._values[key] = (self._clock(), value)
            self._values.move_to_end(key)
            while len(self._values) > self._entries:
                self._values.popitem(last=False)


def fold(text: str) -> str:
    """A query as it is compared: case and white space folded."""
    return " ".join(text.casefold().split())


def list_key(search: Search, user_query: str | None, **parts: Any) -> str:
    """The sha256 under which the facet list of a search is kept.

    Equal are searches for the same words with the same matching part (the words in it replaced by ``{{query}}``), on
    the same index expression and routing, with equal ``parts``: selections, locale, audience, model, configuration.
    Raises RequestError for what no JSON can hold.
    """
    body: Body = matching_part(search)
    if user_query is not None:
        body = blank_text(body, user_query)
    key = [search.target, matching_params(search), fold(user_query or ""), body, parts]
    try:
        text = orjson.dumps(key, option=orjson.OPT_SORT_KEYS)
    except orjson.JSONEncodeError:  # Elasticsearch takes nothing of such a depth either
        raise RequestError("the search is nested too deeply, or holds what is no JSON") from None
    return hashlib.sha256(text).hexdigest()
