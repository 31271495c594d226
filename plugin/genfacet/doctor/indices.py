"""Checks of one configured index: is it there, are its fields what the configuration says, does its search run."""

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Any

from elasticsearch import ApiError, AuthorizationException, Elasticsearch, NotFoundError, TransportError

from genfacet.discovery.fields import KEYWORDS, NUMBERS, TEXTS
from genfacet.doctor.checks import Check, refused
from genfacet.querytext import PLACEHOLDER, find_text
from genfacet.settings import IndexSettings
from genfacet.template import fill_template

_KINDS = {"keyword": KEYWORDS, "number": NUMBERS, "boolean": frozenset({"boolean"})}

Caps = Mapping[str, Mapping[str, Any]]


def check_readable(client: Elasticsearch, name: str) -> Check:
    """Whether the index can be searched, and holds anything."""
    about = f"{name}: index"
    try:
        answer = client.search(index=name, size=0, track_total_hits=True)
    except NotFoundError:
        return Check(about, "fail", "there is no such index, alias or data stream", "correct the name in indices")
    except AuthorizationException as error:
        return refused(about, error, "grant `genfacet doctor --role search`")
    except (ApiError, TransportError) as error:
        return refused(about, error)
    total = int(answer["hits"]["total"]["value"])
    shards = answer["_shards"]
    found = f"{total:,} documents in {shards['total']} shard{'s' if shards['total'] > 1 else ''}"
    if not shards["total"] or not total:
        return Check(about, "warn", "it holds no documents", "load some, or correct the name in indices")
    if shards["failed"]:
        return Check(about, "warn", f"{found}, {shards['failed']} of which failed", "look at the cluster's health")
    return Check(about, "ok", found)


def check_fields(client: Elasticsearch, name: str, index: IndexSettings) -> list[Check]:
    """Whether every configured field exists with the right type and can be counted."""
    about = f"{name}: fields"
    try:
        caps: Caps = client.field_caps(index=name, fields="*")["fields"]
    except (ApiError, TransportError) as error:
        return [refused(about, error, "grant `genfacet doctor --role search`")]
    wanted = list(_wanted(index))
    bad = [
        Check(about, "fail", problem, remedy)
        for path, kinds, counted in wanted
        if (problem := _problem(path, kinds, counted, caps))
        for remedy in [_nearest(path, kinds, caps)]
    ]
    if bad:
        return bad
    if not index.facets and not index.families:
        return [Check(about, "warn", "no facets and no families are configured", "write some, or run `genfacet init`")]
    return [Check(about, "ok", f"all {len(wanted)} configured fields are there and can be counted")]


def _wanted(index: IndexSettings) -> Iterator[tuple[str, frozenset[str], bool]]:
    """Path, allowed types, and whether values are counted, of every field that the configuration names."""
    for field in index.search.text_fields:
        if "*" not in field:
            yield field.partition("^")[0], TEXTS | KEYWORDS, False
    for facet in index.facets.values():
        if facet.field is not None:
            flattened = frozenset({"flattened"})
            yield facet.field, flattened if facet.flattened else _KINDS[facet.type], True
    for family in index.families:
        yield family.path, frozenset({"nested"}), False
        yield family.name, KEYWORDS, True
        if family.text:
            yield family.text, KEYWORDS, True
        if family.number:
            yield family.number, NUMBERS, True
    if index.category:
        yield index.category, KEYWORDS, True
    if index.popularity:
        yield index.popularity, NUMBERS, False


def _problem(path: str, kinds: frozenset[str], counted: bool, caps: Caps) -> str | None:
    own = _own(path, kinds, caps)
    if not own:
        return f"{path} does not exist"
    wrong = sorted(set(own) - kinds)
    if wrong:
        return f"{path} is {' and '.join(wrong)}, not {_either(kinds)}"
    if counted and not all(cap["aggregatable"] for cap in own.values()):
        return f"{path} cannot be counted (its doc_values are off)"
    if path and not all(cap["searchable"] for kind, cap in own.items() if kind != "nested"):
        return f"{path} cannot be filtered (it is not indexed)"
    return None


def _own(path: str, kinds: frozenset[str], caps: Caps) -> Mapping[str, Any]:
    """The capabilities of a field by type; a key of a flattened field has those of the field."""
    if kinds == {"flattened"}:
        parts = path.split(".")
        parents = (".".join(parts[:n]) for n in range(len(parts) - 1, 0, -1))
        path = next((parent for parent in parents if parent in caps), path)
    return {kind: cap for kind, cap in caps.get(path, {}).items() if kind != "unmapped"}


def _either(kinds: frozenset[str]) -> str:
    for name, known in (("text", TEXTS | KEYWORDS), ("a number", NUMBERS), ("keyword", KEYWORDS)):
        if kinds == known:
            return name
    return " or ".join(sorted(kinds))


def _nearest(path: str, kinds: frozenset[str], caps: Caps) -> str:
    if f"{path}.keyword" in caps and kinds == KEYWORDS:
        return f"use {path}.keyword"
    fitting = [name for name, own in caps.items() if set(own) <= kinds and not name.startswith("_")]
    near = get_close_matches(path, fitting, n=1, cutoff=0.6)
    return f"did you mean {near[0]}?" if near and near[0] != path else "correct the configuration, or remove it there"


def check_template(client: Elasticsearch, name: str, index: IndexSettings, queries: list[str]) -> list[Check]:
    """Whether ``search.template`` takes the shopper's words, runs, and finds something."""
    about = f"{name}: search.template"
    checks: list[Check] = []
    place = find_text(index.search.template)
    if place is None or PLACEHOLDER not in place:
        found = f"no text query holds {PLACEHOLDER}"
        checks.append(
            Check(about, "warn", found, "put it where the words go; until then rewrites fall back to filters")
        )
    hits: list[int] = []
    try:
        for words in queries:
            body = {**fill_template(index.search.template, words), "size": 0, "track_total_hits": True}
            hits.append(int(client.search(index=name, body=body)["hits"]["total"]["value"]))
    except (ApiError, TransportError) as error:
        return [*checks, refused(about, error, "correct search.template: it is sent as it stands")]
    return [*checks, *_judge_hits(about, queries, hits)]


def _judge_hits(about: str, queries: list[str], hits: list[int]) -> Iterator[Check]:
    if not queries:
        yield Check(about, "warn", "no queries to try it with", "give some with --queries")
        return
    empty = [words for words, found in zip(queries, hits, strict=True) if not found]
    found = f"runs; {len(queries) - len(empty)} of {len(queries)} queries find something"
    if 2 * len(empty) > len(queries):
        yield Check(about, "warn", found, f"nothing for {', '.join(empty[:3])}: look at search.template")
    else:
        yield Check(about, "ok", found)


def check_request_cache(client: Elasticsearch, name: str) -> Check:
    """Whether the shard request cache is on: it answers the counts of repeated queries."""
    about = f"{name}: request cache"
    setting = "index.requests.cache.enable"
    try:
        answer = client.indices.get_settings(index=name, name=setting, include_defaults=True, flat_settings=True)
    except (ApiError, TransportError):
        return Check(about, "ok", "on unless someone switched it off (these credentials may not see the setting)")
    off = [
        index
        for index, entry in answer.items()
        if {**entry.get("defaults", {}), **entry.get("settings", {})}.get(setting) == "false"
    ]
    if off:
        return Check(
            about, "warn", f"off in {', '.join(off)}", f"set {setting} to true: repeated counts cost nothing then"
        )
    return Check(about, "ok", "on")
