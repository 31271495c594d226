"""Writes findings as a commented ``genfacet.yml``."""

import json
import re
from collections.abc import Iterable, Iterator
from textwrap import indent
from typing import Any
from urllib.parse import urlsplit

import yaml

from genfacet.discovery.attributes import FoundFacet
from genfacet.discovery.fields import Remark
from genfacet.discovery.findings import DescribedFamily, Findings


def write_config(findings: Findings, url: str) -> str:
    """The text of the file. Passwords in ``url`` are left out: credentials belong into the environment."""
    lines = [
        f"# GenFacet for {comment(findings.index)}, written by `genfacet init` from its mapping, {findings.total:,}",
        f"# documents and a sample of {findings.sampled:,}. Read it, change it; `genfacet doctor` checks it.",
        "",
        "elasticsearch:",
        "  # ELASTICSEARCH_URL, ELASTIC_API_KEY and ELASTIC_BASIC_AUTH win over this file; keep credentials there.",
        f"  url: {scalar(_without_password(url))}",
        "",
        "indices:",
        f"  # {_behind(findings)}",
        f"  {scalar(findings.index)}:",
        *_indented(4, _index(findings)),
    ]
    return "\n".join(lines).rstrip() + "\n"


def scalar(value: str) -> str:
    """A text as YAML, quoted where it has to be."""
    if not value.isprintable():
        return quoted(value)
    return yaml.safe_dump(value, width=10_000, allow_unicode=True, default_flow_style=True).splitlines()[0].strip()


def quoted(value: str) -> str:
    """A text as YAML in double quotes."""
    return yaml.safe_dump(value, width=10_000, allow_unicode=True, default_style='"').strip()


def comment(text: str) -> str:
    """A text that may stand in a comment: on one line, odd characters replaced."""
    return "".join(sign if sign.isprintable() else "\ufffd" for sign in " ".join(text.split()))


def flow(values: Iterable[str]) -> str:
    """A list on one line."""
    return f"[{', '.join(map(_in_flow, values))}]"


def _without_password(url: str) -> str:
    parts = urlsplit(url)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()


def _behind(findings: Findings) -> str:
    if findings.backing == (findings.index,):
        return "The name as searches write it in their path."
    names = ", ".join(findings.backing[:5]) + (", …" if len(findings.backing) > 5 else "")
    return f"The name as searches write it in their path. Behind it: {comment(names)}."


def _indented(by: int, lines: Iterable[str]) -> Iterator[str]:
    return (" " * by + line if line else "" for line in lines)


def _index(findings: Findings) -> Iterator[str]:
    yield "# never: facets for searches that ask for them in ext.genfacet; always: for every search."
    yield "inject: never"
    yield "search:"
    yield from _indented(2, _search(findings))
    yield from _special("category", findings.category, "keyword field of the product category: none was found")
    yield from _special("popularity", findings.popularity, "numeric field of popularity: none was found")
    yield ""
    yield from _facets(findings)
    yield from _families(findings)
    yield from _remarks("Left out:", findings.left_out)
    yield from _remarks("Not supported:", findings.problems)


def _search(findings: Findings) -> Iterator[str]:
    yield "# The text fields that carry the shoppers' words, with their boosts."
    yield f"text_fields: {flow(findings.text_fields)}"
    if findings.own_template:
        yield "# How this shop searches; {{query}} stands for the shoppers' words."
    else:
        yield "# How this shop searches; {{query}} stands for the shoppers' words. A guess: put the body that the shop"
        yield "# really sends here (or give it to `genfacet init --template FILE.json`)."
    yield "template: |"
    yield from indent(_body(findings.template), "  ").splitlines()


def _body(template: Any) -> str:
    text = json.dumps(template, indent=2, ensure_ascii=False)
    return _UNREADABLE.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


# What YAML refuses, or takes for the end of a line.
_UNREADABLE = re.compile(r"[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")


def _special(key: str, field: str | None, missing: str) -> Iterator[str]:
    yield f"{key}: {scalar(field)}" if field else f"# {key}: {missing}."


def _facets(findings: Findings) -> Iterator[str]:
    if not findings.facets and not findings.labels:
        yield "facets: {}"
        return
    yield "# Attributes with a field of their own; the most frequent first. scale times the stored number is shown."
    yield "facets:"
    for facet in findings.facets:
        yield f"  {scalar(facet.name)}: {{{_options(facet)}}}  # {facet.note}"
    if findings.labels:
        yield "  # Labels of attributes of the families below, where the name alone reads badly."
    for name, label in findings.labels.items():
        yield f"  {scalar(name)}: {{label: {_in_flow(label)}}}"


def _options(facet: FoundFacet) -> str:
    options = [f"field: {_in_flow(facet.field)}", f"type: {facet.type}", f"label: {_in_flow(facet.label)}"]
    if facet.scale != "1":
        options.append(f"scale: {facet.scale}")
    if facet.most is not None:
        options.append(f"most: {facet.most}")
    if facet.flattened:
        options.append("flattened: true")
    if facet.type == "number":
        options.append('unit: ""')
    return ", ".join(options)


def _in_flow(value: str) -> str:
    if not value.isprintable():
        return quoted(value)
    return yaml.safe_dump([value], width=10_000, allow_unicode=True, default_flow_style=True).strip()[1:-1]


def _families(findings: Findings) -> Iterator[str]:
    if not findings.families:
        return
    yield ""
    yield "# Nested name/value attributes: every name is an attribute. strip removes prefixes of raw names."
    yield "families:"
    for described in findings.families:
        yield from _family(described)
    yield ""
    yield f"# Attributes of families that no shopper filters by (* is any text); {findings.offered:,} are offered."
    if not findings.exclude:
        yield "exclude: []"
        return
    yield "exclude:"
    for exclusion in findings.exclude:
        yield f"  # {exclusion.reason[:1].upper()}{exclusion.reason[1:]} ({exclusion.names:,} attributes)"
        yield from (f"  - {quoted(pattern)}" for pattern in exclusion.patterns)


def _family(described: DescribedFamily) -> Iterator[str]:
    family = described.family
    yield f"  # {described.attributes:,} attributes"
    yield f"  - path: {scalar(family.path)}"
    yield f"    name: {scalar(family.name)}"
    if family.text:
        yield f"    text: {scalar(family.text)}"
    if family.number:
        yield f"    number: {scalar(family.number)}"
    if described.strip:
        yield f"    strip: {flow(described.strip)}"


def _remarks(title: str, remarks: Iterable[Remark]) -> Iterator[str]:
    listed = sorted(remarks, key=lambda remark: remark.path)
    if listed:
        yield ""
        yield f"# {title}"
    for remark in listed:
        yield f"#   {comment(remark.path)}: {comment(remark.reason)}"
