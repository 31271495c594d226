"""Which text fields carry a shopper's words, and how a search over them looks."""

from collections.abc import Iterator, Mapping
from typing import Any

from genfacet.discovery.fields import TEXTS, IndexField, IndexFields
from genfacet.discovery.names import BRANDS, CATEGORIES, code_or_link, holds, is_title, rank_among
from genfacet.discovery.names import TEXTS as TEXT_WORDS
from genfacet.discovery.samples import Sample
from genfacet.querytext import PLACEHOLDER

MOST = 10
"""Text fields of a search; the likeliest ones."""

MATCHING = "2<70%"
"""Of one or two words all must match, of more seven in ten."""


def find_text_fields(fields: IndexFields, sample: Sample) -> list[str]:
    """Text fields with boosts, the likeliest first: title 3 (a second one 2), brand 2, others 1."""
    ranked = sorted((_rank(field, sample), field.path) for field in _candidates(fields, sample))
    written: list[str] = []
    titles = 0
    for rank, path in ranked[:MOST]:
        boost = {0: 3 if titles == 0 else 2, 1: 2}.get(rank[0], 1)
        titles += rank[0] == 0
        written.append(f"{path}^{boost}" if boost > 1 else path)
    return written


def is_cross_searchable(text_fields: list[str], fields: IndexFields) -> bool:
    """Whether one analyzer serves all the fields, which `cross_fields` needs to look at them as one."""
    return len({fields.fields[plain(field)].analyzer for field in text_fields if plain(field) in fields.fields}) <= 1


def make_template(text_fields: list[str], cross: bool) -> dict[str, Any]:
    """The body of a search over these fields."""
    if not text_fields:
        return {"query": {"multi_match": {"query": PLACEHOLDER, "fields": ["*"], "lenient": True}}}
    match: dict[str, Any] = {"query": PLACEHOLDER, "fields": text_fields, "minimum_should_match": MATCHING}
    match |= {"type": "cross_fields"} if cross else {"type": "best_fields", "tie_breaker": 0.3}
    return {"query": {"multi_match": match}}


def fields_of_template(template: Any) -> list[str]:
    """The text fields (with boosts) that a shop's own body searches; those with wildcards left out."""
    return list(dict.fromkeys(field for field in _named(template) if "*" not in field))


def plain(field: str) -> str:
    """The field without its boost."""
    return field.partition("^")[0]


def _candidates(fields: IndexFields, sample: Sample) -> Iterator[IndexField]:
    texts = {f.path for f in fields.plain() if f.type in TEXTS and f.searchable}
    for path in texts:
        field = fields.fields[path]
        if field.parent in texts or not _holds_words(field, sample):
            continue
        if code_or_link(field.base) is None:
            yield field


def _holds_words(field: IndexField, sample: Sample) -> bool:
    """Whether the sample holds values of it, which are no links; without a sample the name decides alone."""
    if not sample.documents:
        return True
    values = sample.of(field.base)
    return values.docs > 0 and values.links * 2 < values.total


def _rank(field: IndexField, sample: Sample) -> tuple[int, int, int]:
    """Titles first, then brands, texts, categories, others; within them whole words of names, and what is fuller."""
    name = field.base.rpartition(".")[2]
    docs = -sample.of(field.base).docs
    if holds(name, BRANDS):
        return 1, 0, docs
    if is_title(name):
        return 0, int(name.lower() not in {"title", "product_title", "product_name"}), docs
    if holds(name, TEXT_WORDS):
        return 2, 0, docs
    return (3 if rank_among(name, CATEGORIES) is not None else 4), 0, docs


def _named(node: Any) -> Iterator[str]:
    if isinstance(node, list):
        for item in node:
            yield from _named(item)
    elif isinstance(node, Mapping):
        for key, value in node.items():
            if key == "fields" and isinstance(value, list):
                yield from (field for field in value if isinstance(field, str))
            elif key in {"match", "match_phrase"} and isinstance(value, Mapping):
                yield from value
            else:
                yield from _named(value)
