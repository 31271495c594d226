"""``filter_path`` for what is added to an answer: the same patterns keep the same members, as in Elasticsearch."""

from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase
from typing import Any

Pattern = tuple[str, ...]
_NOTHING = object()


def filter_member(value: Any, above: Sequence[str], filter_path: str | None) -> Any:
    """The value of the member with these names above it, filtered; None where nothing of it is left."""
    if not filter_path:
        return value
    wrapped = value
    for name in reversed(above):
        wrapped = {name: wrapped}
    patterns = [pattern.strip() for pattern in filter_path.split(",") if pattern.strip()]
    dropped = [_parts(pattern[1:]) for pattern in patterns if pattern.startswith("-")]
    kept = [_parts(pattern) for pattern in patterns if not pattern.startswith("-")]
    if dropped:
        wrapped = _drop(wrapped, dropped)
    if kept:
        wrapped = _keep(wrapped, kept)
    for name in above:
        if not isinstance(wrapped, dict) or name not in wrapped:
            return None
        wrapped = wrapped[name]
    return wrapped


def _parts(pattern: str) -> Pattern:
    return tuple(pattern.split("."))


def _step(patterns: Iterable[Pattern], key: str) -> tuple[list[Pattern], bool]:
    """What of the patterns is left below a key, and whether one ends there."""
    left: list[Pattern] = []
    ends = False
    for pattern in patterns:
        for variant in _variants(pattern):
            if variant[0] == "**":
                left.append(variant)
                ends = ends or len(variant) == 1
            elif fnmatchcase(key, variant[0].replace("[", "[[]").replace("?", "[?]")):
                ends = ends or len(variant) == 1
                left += [variant[1:]] if len(variant) > 1 else []
    return left, ends


def _variants(pattern: Pattern) -> Iterable[Pattern]:
    """``**`` stands for any number of keys, none included."""
    yield pattern
    if pattern[0] == "**" and len(pattern) > 1:
        yield from _variants(pattern[1:])


def _keep(node: Any, patterns: Sequence[Pattern]) -> Any:
    if isinstance(node, list):
        return _full(item for item in (_keep(item, patterns) for item in node) if item is not _NOTHING)
    if not isinstance(node, dict):
        return _NOTHING
    kept = {}
    for key, value in node.items():
        left, ends = _step(patterns, key)
        inner = value if ends else _keep(value, left) if left else _NOTHING
        if inner is not _NOTHING:
            kept[key] = inner
    return kept or _NOTHING


def _full(items: Iterable[Any]) -> Any:
    return list(items) or _NOTHING


def _drop(node: Any, patterns: Sequence[Pattern]) -> Any:
    if isinstance(node, list):
        return [_drop(item, patterns) for item in node]
    if not isinstance(node, dict):
        return node
    kept = {}
    for key, value in node.items():
        left, ends = _step(patterns, key)
        if not ends:
            kept[key] = _drop(value, left) if left else value
    return kept
