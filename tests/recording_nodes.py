"""Connections of the official client that remember what they sent, to see the bytes of a search and of its siblings."""

import threading
import time
from typing import Any

import orjson
from elastic_transport import AiohttpHttpNode, Urllib3HttpNode

SENT: list[tuple[str, bytes, dict[str, str]]] = []
_LOCK = threading.Lock()


def _remember(target: str, body: bytes | None, headers: Any) -> None:
    with _LOCK:
        SENT.append((target, body or b"", {name.lower(): value for name, value in dict(headers or {}).items()}))


class RecordingNode(Urllib3HttpNode):
    """For ``Elasticsearch``."""

    def perform_request(self, method: str, target: str, body: Any = None, headers: Any = None, **options: Any) -> Any:
        _remember(target, body, headers)
        return super().perform_request(method, target, body=body, headers=headers, **options)


class SlowSiblingsNode(Urllib3HttpNode):
    """For ``Elasticsearch``: siblings are sent a fifth of a second late, long after the hits are there."""

    def perform_request(self, method: str, target: str, body: Any = None, headers: Any = None, **options: Any) -> Any:
        if _is_sibling(body or b""):
            time.sleep(0.2)
        return super().perform_request(method, target, body=body, headers=headers, **options)


class AsyncRecordingNode(AiohttpHttpNode):
    """For ``AsyncElasticsearch``."""

    async def perform_request(
        self, method: str, target: str, body: Any = None, headers: Any = None, **options: Any
    ) -> Any:
        _remember(target, body, headers)
        return await super().perform_request(method, target, body=body, headers=headers, **options)


def forget() -> None:
    """Forgets what was sent."""
    SENT.clear()


def searches() -> list[tuple[str, bytes, dict[str, str]]]:
    """The user's own searches that were sent."""
    return [sent for sent in SENT if "search" in sent[0] and not _is_sibling(sent[1])]


def siblings() -> list[tuple[str, bytes, dict[str, str]]]:
    """The sibling searches that were sent."""
    return [sent for sent in SENT if "search" in sent[0] and _is_sibling(sent[1])]


def stages() -> list[str]:
    """What each sibling was for."""
    return [_stage(orjson.loads(body)["aggs"]) for _, body, _ in siblings()]


def _is_sibling(body: bytes) -> bool:
    return body.startswith(b'{"aggs"') and b'"timeout":"2s"' in body


def _stage(aggregations: dict[str, Any]) -> str:
    if "f0" in aggregations:
        return "counts"
    return "probe" if "terms" in orjson.dumps(aggregations).decode().split("reverse_nested")[0] else "background"
