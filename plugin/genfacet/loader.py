"""Load products into an index: batches of one request each, a few of them on their way at once."""

import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import orjson
from elasticsearch import ApiError, ConnectionTimeout, Elasticsearch

from genfacet.errors import ServerError
from genfacet.mapping import MappingError, additions
from genfacet.products import Product, Reject

BATCH_BYTES = 4_000_000
BATCH_PRODUCTS = 1_000
SENDERS = 2
WAITING_BATCHES = 4

PAUSES = (0.5, 1.0, 2.0, 4.0, 8.0, 15.0, 30.0, 30.0)
"""Seconds between the attempts of a batch that Elasticsearch is too busy for."""

ANSWER_TIMEOUT = 120.0
"""Seconds to wait for the answer to one batch."""

BUSY = frozenset({429, 502, 503, 504})
TOO_LARGE = 413

DEFAULT_NESTED_LIMIT = 10_000
DEFAULT_FIELDS_LIMIT = 1_000


@dataclass(frozen=True, slots=True)
class Operation:
    """A product as two lines of a bulk request."""

    product: Product
    body: bytes

    @classmethod
    def of(cls, product: Product) -> "Operation":
        """Serialise a product; raises orjson.JSONEncodeError where it is nested too deeply."""
        action = orjson.dumps({"index": {"_id": product.id}}, option=orjson.OPT_APPEND_NEWLINE)
        return cls(product, action + orjson.dumps(product.document, option=orjson.OPT_APPEND_NEWLINE))


@dataclass(frozen=True, slots=True)
class IndexPlan:
    """How an index is made."""

    name: str
    mappings: dict[str, Any]
    shards: int = 1
    replicas: int = 0
    fields: int = 0
    nested_objects: int = 0

    def settings(self) -> dict[str, Any]:
        """Make the settings; limits are named only where the products need higher ones."""
        settings: dict[str, Any] = {
            "number_of_shards": self.shards,
            "number_of_replicas": self.replicas,
            "refresh_interval": "-1",
        }
        if self.fields > DEFAULT_FIELDS_LIMIT:
            settings["mapping.total_fields.limit"] = 2 * self.fields
        if self.nested_objects > DEFAULT_NESTED_LIMIT:
            settings["mapping.nested_objects.limit"] = 2 * self.nested_objects
        return settings


def prepare_index(client: Elasticsearch, plan: IndexPlan, *, recreate: bool = False) -> None:
    """Make the index, or see that the one that is there can take the products.

    Raises MappingError where it cannot.
    """
    there = bool(client.indices.exists(index=plan.name))
    if there and not recreate:
        _extend_index(client, plan)
        return
    if there:
        client.indices.delete(index=plan.name)
    client.indices.create(index=plan.name, settings=plan.settings(), mappings=plan.mappings)


def _extend_index(client: Elasticsearch, plan: IndexPlan) -> None:
    wanted = plan.mappings["properties"]
    for index, entry in client.indices.get_mapping(index=plan.name).items():
        try:
            lacking = additions(wanted, entry["mappings"].get("properties", {}))
        except MappingError as error:
            raise MappingError(
                f"The index {index} cannot take these products ({error}): "
                "use another --index, or --recreate to replace it."
            ) from error
        if lacking:
            client.indices.put_mapping(index=index, properties=lacking)


@contextmanager
def without_refresh(client: Elasticsearch, index: str) -> Iterator[None]:
    """Switch refreshing off for the while, then refresh and restore what was set."""
    client = client.options(request_timeout=ANSWER_TIMEOUT)  # refreshing a large load takes its time
    before = client.indices.get_settings(index=index, name="index.refresh_interval").body
    client.indices.put_settings(index=index, settings={"refresh_interval": "-1"})
    try:
        yield
    finally:
        for name, entry in before.items():
            interval = entry.get("settings", {}).get("index", {}).get("refresh_interval")
            client.indices.put_settings(
                index=name, settings={"refresh_interval": None if interval == "-1" else interval}
            )
        client.indices.refresh(index=index)


def load(
    client: Elasticsearch,
    index: str,
    operations: Iterable[Operation],
    on_reject: Callable[[Reject], None],
) -> int:
    """Send all operations and return how many products were taken.

    Products that Elasticsearch refuses go to `on_reject`, in this thread.
    Raises ServerError when Elasticsearch stays too busy.
    """
    loaded = 0
    stopped = threading.Event()
    waiting: deque[tuple[int, Future[list[Reject]]]] = deque()

    def take_oldest() -> int:
        size, answer = waiting.popleft()
        rejects = answer.result()
        for reject in rejects:
            on_reject(reject)
        return size - len(rejects)

    with ThreadPoolExecutor(SENDERS, thread_name_prefix="bulk") as pool:
        try:
            for batch in batches(operations):
                if len(waiting) >= WAITING_BATCHES:
                    loaded += take_oldest()
                waiting.append((len(batch), pool.submit(send_batch, client, index, batch, stopped.wait)))
            while waiting:
                loaded += take_oldest()
        finally:  # after an error or Ctrl-C, leave without waiting for the pauses of busy batches
            stopped.set()
            pool.shutdown(wait=False, cancel_futures=True)
    return loaded


def batches(operations: Iterable[Operation]) -> Iterator[list[Operation]]:
    """Group operations into requests of bounded size."""
    batch: list[Operation] = []
    size = 0
    for operation in operations:
        if batch and (size + len(operation.body) > BATCH_BYTES or len(batch) == BATCH_PRODUCTS):
            yield batch
            batch, size = [], 0
        batch.append(operation)
        size += len(operation.body)
    if batch:
        yield batch


def send_batch(
    client: Elasticsearch, index: str, batch: list[Operation], wait: Callable[[float], object] = time.sleep
) -> list[Reject]:
    """Send one batch, again and again while Elasticsearch is too busy for some of it.

    Sending a product twice is harmless, because each has an id. Nothing is sent once `wait` returns True.
    """
    client = client.options(request_timeout=ANSWER_TIMEOUT, max_retries=0)
    rejects: list[Reject] = []
    for pause in (*PAUSES, None):
        batch, refused, status = _send_once(client, index, batch)
        rejects += refused
        if not batch:
            return rejects
        if pause is None or wait(pause):
            break
    raise ServerError(
        f"Elasticsearch stayed too busy for {sum(PAUSES):.0f} seconds (HTTP {status}): load the file again later.",
        status=status,
    )


def _send_once(client: Elasticsearch, index: str, batch: list[Operation]) -> tuple[list[Operation], list[Reject], int]:
    """Return what to send again, what was refused, and the status that says why to send again."""
    lines: list[Any] = [operation.body for operation in batch]  # the client sends bytes as they are
    try:
        answer = client.bulk(
            index=index,
            operations=lines,
            filter_path="errors,items.*.status,items.*.error",
        )
    except ConnectionTimeout:
        return batch, [], 504
    except ApiError as error:
        status = error.meta.status
        if status in BUSY:
            return batch, [], status
        if status != TOO_LARGE:
            raise
        return _send_halves(client, index, batch)
    if not answer["errors"]:
        return [], [], 200
    again: list[Operation] = []
    refused: list[Reject] = []
    for operation, item in zip(batch, answer["items"], strict=True):
        outcome = item["index"]
        if outcome["status"] in BUSY:
            again.append(operation)
        elif "error" in outcome:
            refused.append(Reject(operation.product.line, _reason(outcome["error"])))
    return again, refused, 429


def _send_halves(
    client: Elasticsearch, index: str, batch: list[Operation]
) -> tuple[list[Operation], list[Reject], int]:
    if len(batch) == 1:
        reason = f"Elasticsearch takes no request of {len(batch[0].body):,} bytes"
        return [], [Reject(batch[0].product.line, reason)], TOO_LARGE
    middle = len(batch) // 2
    first = _send_once(client, index, batch[:middle])
    second = _send_once(client, index, batch[middle:])
    return first[0] + second[0], first[1] + second[1], max(first[2], second[2])


def _reason(error: dict[str, Any]) -> str:
    """Name the error and its innermost cause."""
    reason = f"{error.get('type')}: {error.get('reason')}"
    cause = error
    while isinstance(cause.get("caused_by"), dict):
        cause = cause["caused_by"]
    return reason if cause is error else f"{reason} ({cause.get('reason')})"
