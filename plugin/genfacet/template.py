"""``search.template`` of an index: how this shop searches for a shopper's words."""

from collections.abc import Mapping
from typing import Any

from genfacet.body import Body
from genfacet.querytext import PLACEHOLDER


def fill_template(template: Mapping[str, Any], words: str) -> Body:
    """The search body for these words: they stand wherever a string of the template holds ``{{query}}``."""
    return {key: _fill(value, words) for key, value in template.items()}


def _fill(node: Any, words: str) -> Any:
    if isinstance(node, Mapping):
        return {key: _fill(value, words) for key, value in node.items()}
    if isinstance(node, list):
        return [_fill(item, words) for item in node]
    return node.replace(PLACEHOLDER, words) if isinstance(node, str) else node
