"""The text format of the student, for both tasks: the only code that renders its prompts and reads what it answers.

A prompt is made of lines, and what a line is, its first characters say::

    facets: sfp transceiver                     the query
    kinds: Transceivers 70, Cables 30           shares of categories, where the index has them
    trends: 10gbase                             words that many search for now
    - Cisco 10GBASE-SR SFP Module               titles of the first results
    A9 Price: 22 64 180                         candidates in the ranker's order: marker, bucket of the score,
    B5 Connector: LC, SC                        label, and quartiles or the first values
    near: sfp module                            a plan for a similar query, in the form of the answer
    ~How far apart
    - same server room = T 850nm, sx
    >

An answer lists facets, the best first: a closed one by its marker alone, an open one by its label and its values. Their
meaning names attributes by marker, and spells numbers, values as they are shown, and phrases (``T``)::

    ~How far apart
    - same server room = T 850nm, sx
    - around one building = C 500..5000 & B LC
    A

Values are spelled: that a woman's shoe is one for "Women" a small model knows; that this is the second of a list, it
would have to count.

The other task asks for a better query, and its answer is one line::

    rewrite: sfp transceiver
    - Cisco 10GBASE-SR SFP Module
    How far apart = same server room & 850nm, sx
    >

Text of a catalogue, a shopper or a client cannot take the part of structure: it stands on one line, without the signs
that part a line.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import exp

from genfacet.facets import Selections
from genfacet.probe import AttributeProbe, Probe
from genfacet.sources.definitions import define, is_discrete, usable_values
from genfacet.sources.ranking import words as compared
from genfacet.values import (
    MAX_CONSTRAINTS,
    MAX_LENGTH,
    TEXT,
    Constraint,
    OpenValue,
    read_open,
    read_range,
    write_open,
)

PROMPT_VERSION = 2
"""Another number for every change of the format: a model is trained for one."""

MARKERS = "ABCDEFGHIJKLMNOPQRSUVWXYZ"
"""Names of candidates; T is left to phrases."""
CANDIDATES = 10
SHOWN_VALUES = 4
TITLES = 2
KINDS = 3
TRENDS = 5
FACETS = 6
"""Most facets of an answer."""
OPEN_VALUES = 6
"""Most values of an open facet."""
PHRASES = 8
"""Most phrases of a constraint."""

_LABEL, _VALUE, _TITLE, _WORDS, _QUERY = 26, 18, 56, 60, 256
"""Characters of each piece of text that are shown."""
_PHRASE = "T"
_SIGNS = re.compile(r"[=&~<>|:;,\\]")
_LOG = re.compile(r"-?[0-9]{1,10}\.[0-9]{1,9}")


@dataclass(frozen=True, slots=True)
class Candidate:
    """An attribute as the prompt shows it. ``values`` are raw values by how they are shown; none beside quartiles."""

    marker: str
    bucket: int
    seen: AttributeProbe
    values: Mapping[str, str]

    @property
    def is_spread(self) -> bool:
        """Whether it is shown by quartiles, and meant by ranges."""
        return not self.values


@dataclass(frozen=True, slots=True)
class Proposed:
    """A facet of an answer: a closed one by the name of its attribute, without values; an open one with all it has."""

    name: str
    label: str
    values: tuple[str, ...] = ()

    @property
    def is_open(self) -> bool:
        """Whether it brings words of its own."""
        return self.name.startswith("~")


@dataclass(frozen=True, slots=True)
class Near:
    """A plan for a similar query: its open facets."""

    query: str
    facets: tuple[Proposed, ...]


@dataclass(frozen=True, slots=True)
class FacetPrompt:
    """A prompt for facets and what its markers stand for."""

    text: str
    candidates: Mapping[str, Candidate]

    def of_attribute(self, name: str) -> Candidate | None:
        """The candidate of that attribute."""
        return next((one for one in self.candidates.values() if one.seen.attribute.name == name), None)


@dataclass(frozen=True, slots=True)
class Reading:
    """What an answer says. ``rejected`` names in a few words what of it could not be used."""

    facets: tuple[Proposed, ...]
    rejected: tuple[str, ...] = ()


def candidates_of(ranked: Iterable[tuple[float, AttributeProbe]]) -> dict[str, Candidate]:
    """The first attributes, by marker, that could be a facet; ``ranked`` are scores and attributes, best first."""
    usable = [(score, seen) for score, seen in ranked if define(seen, "student", SHOWN_VALUES) is not None]
    best = max((score for score, _ in usable), default=0.0)
    return {
        marker: Candidate(marker, round(9 * exp(min(0.0, score - best))), seen, _shown_values(seen))
        for marker, (score, seen) in zip(MARKERS, usable[:CANDIDATES], strict=False)
    }


def facet_prompt(
    query: str | None,
    probe: Probe,
    candidates: Mapping[str, Candidate],
    *,
    trends: Sequence[str] = (),
    near: Near | None = None,
) -> FacetPrompt:
    """The prompt for facets of a query whose results are the probe's."""
    prompt = FacetPrompt("", candidates)
    lines = [_task("facets", query), *_kinds(probe.categories), *_trends(trends), *_titles(probe.titles)]
    lines += map(_candidate_line, candidates.values())
    if near is not None:
        body = write_facets(prompt, near.facets)
        lines += [f"near: {clean(near.query, _QUERY)}", body] if body else []
    return replace(prompt, text="\n".join([*lines, ">", ""]))


def write_facets(prompt: FacetPrompt, facets: Iterable[Proposed]) -> str:
    """The answer that names these facets, as far as the prompt's markers can: what they cannot is left out."""
    lines: list[str] = []
    for facet in facets:
        if facet.is_open:
            values = [line for value in facet.values[:OPEN_VALUES] if (line := _value_line(prompt, value))]
            label = clean(facet.label, _WORDS)
            if values and label:
                lines += [f"~{label}", *dict.fromkeys(values)]
        elif (candidate := prompt.of_attribute(facet.name)) is not None:
            lines.append(candidate.marker)
    return "\n".join(lines)


def read_facets(prompt: FacetPrompt, answer: str) -> Reading:
    """The facets of an answer, each once. Whatever the text is, only what is well formed comes back."""
    found: dict[str, Proposed] = {}
    rejected: list[str] = []
    label: str | None = None
    for line in answer.split("\n"):
        if line.startswith("- "):
            if label is None:
                rejected.append("a value without a facet")
                continue
            value = _read_value(prompt, line[2:])
            name = open_name(label)
            known = found.get(name, Proposed(name, label))
            if value is None:
                rejected.append("a value with a meaning that is none")
            elif value in known.values or len(known.values) == OPEN_VALUES:
                rejected.append("a value too many")
            else:
                found[name] = replace(known, values=(*known.values, value))
            continue
        label = _read_label(line)
        if label is not None:
            if open_name(label) in found:
                rejected.append("a facet twice")
                label = None
        elif line in prompt.candidates:
            attribute = prompt.candidates[line].seen.attribute
            found.setdefault(attribute.name, Proposed(attribute.name, attribute.label))
        elif line.strip():
            rejected.append("a line that is none")
    return Reading(tuple(found.values())[:FACETS], tuple(rejected))


def write_scores(scores: Mapping[str, float]) -> str:
    """Log-probabilities by marker, the likeliest first."""
    return "\n".join(f"{marker} {log:.4f}" for marker, log in sorted(scores.items(), key=lambda pair: -pair[1]))


def read_scores(prompt: FacetPrompt, answer: str) -> dict[str, float]:
    """Log-probabilities by attribute; lines that are none are left out."""
    found: dict[str, float] = {}
    for line in answer.split("\n"):
        marker, _, number = line.partition(" ")
        if marker in prompt.candidates and _LOG.fullmatch(number):
            found[prompt.candidates[marker].seen.attribute.name] = float(number)
    return found


def rewrite_prompt(query: str | None, titles: Sequence[str], selections: Selections, labels: Mapping[str, str]) -> str:
    """The prompt for a better query once values are selected. ``labels`` are those of facets and attributes by name."""
    lines = [_task("rewrite", query), *_titles(titles)]
    lines += [_selection_line(name, value, labels) for name, values in selections.items() for value in values]
    return "\n".join([*lines, ">", ""])


def write_rewrite(query: str) -> str:
    """The answer that is this query."""
    return clean(query, _QUERY)


def read_rewrite(answer: str) -> str | None:
    """The query of an answer; None where it has none."""
    return clean(answer.split("\n", 1)[0], _QUERY) or None


def open_name(label: str) -> str:
    """The name of an open facet: its label's words, so that a label can be made of it again."""
    return "~" + re.sub(r"\W+", "_", label.casefold()).strip("_")


def clean(text: str, most: int) -> str:
    """A text without what could be read as structure: one line of ``most`` characters, without signs."""
    shown = "".join(c if unicodedata.category(c)[0] not in "CZ" else " " for c in text[: 4 * most])
    return " ".join(_SIGNS.sub(" ", shown).split())[:most].strip()


def _task(task: str, query: str | None) -> str:
    return f"{task}: {clean(query or '', _QUERY)}"


def _kinds(categories: Mapping[str, float]) -> Iterator[str]:
    shares = sorted(categories.items(), key=lambda pair: -pair[1])[:KINDS]
    shown = [f"{clean(kind, _LABEL)} {round(100 * share)}" for kind, share in shares if share >= 0.05]
    if shown:
        yield f"kinds: {', '.join(shown)}"


def _trends(trends: Sequence[str]) -> Iterator[str]:
    shown = [word for trend in trends[:TRENDS] if (word := clean(trend, _VALUE))]
    if shown:
        yield f"trends: {', '.join(shown)}"


def _titles(titles: Sequence[str]) -> Iterator[str]:
    """Titles that add something: of many that differ in a number alone, one."""
    told: list[frozenset[str]] = []
    for title in titles:
        shown, said = clean(title, _TITLE), compared(title)
        if shown and len(told) < TITLES and said not in told:
            told.append(said)
            yield f"- {shown}"


def _shown_values(seen: AttributeProbe) -> dict[str, str]:
    if not is_discrete(seen, SHOWN_VALUES):
        return {}
    shown: dict[str, str] = {}
    for value, _ in usable_values(seen)[:SHOWN_VALUES]:
        shown.setdefault(clean(value, _VALUE), value)
    return {text: value for text, value in shown.items() if text}


def _candidate_line(candidate: Candidate) -> str:
    seen = candidate.seen
    if candidate.is_spread:
        shown = " ".join(map(_number, seen.quantiles[1:4]))
        shown += f" {clean(seen.attribute.unit, _LABEL)}" if seen.attribute.unit else ""
    else:
        shown = ", ".join(candidate.values)
    return f"{candidate.marker}{candidate.bucket} {clean(seen.attribute.label, _LABEL)}: {shown}"


def _number(number: float) -> str:
    """Three significant digits, without an exponent."""
    return f"{float(f'{number:.3g}'):.6f}".rstrip("0").rstrip(".")


def _value_line(prompt: FacetPrompt, value: str) -> str | None:
    """The line of an open value; None where its meaning cannot be said with the prompt's markers."""
    try:
        read = read_open(value)
    except ValueError:
        return None
    words = clean(read.words, _WORDS)
    meaning = [_constraint_text(prompt, constraint) for constraint in read.constraints]
    if not words or not all(meaning):
        return None
    return f"- {words} = {' & '.join(part for part in meaning if part)}" if meaning else f"- {words}"


def _constraint_text(prompt: FacetPrompt, constraint: Constraint) -> str | None:
    if constraint.name == TEXT:
        phrases = [phrase for alternative in constraint.alternatives if (phrase := clean(alternative, _WORDS))]
        return f"{_PHRASE} {', '.join(dict.fromkeys(phrases[:PHRASES]))}" if phrases else None
    candidate = prompt.of_attribute(constraint.name)
    if candidate is None:
        return None
    if constraint.range is not None:
        return f"{candidate.marker} {constraint.range}" if candidate.seen.is_numeric else None
    known = [shown for shown, value in candidate.values.items() if value in constraint.alternatives]
    return f"{candidate.marker} {', '.join(known)}" if known else None


def _read_label(line: str) -> str | None:
    label = line[1:] if line.startswith("~") else ""
    return label if label and label == clean(label, _WORDS) and open_name(label) != "~" else None


def _read_value(prompt: FacetPrompt, text: str) -> str | None:
    words, equals, meaning = text.partition(" = ")
    if not words or words != clean(words, _WORDS):
        return None
    if not equals:
        return write_open(OpenValue(words))
    parts = meaning.split(" & ")
    read = [_read_constraint(prompt, part) for part in parts]
    constraints = tuple(constraint for constraint in read if constraint is not None)
    if len(constraints) < len(parts) or len(parts) > MAX_CONSTRAINTS:
        return None
    written = write_open(OpenValue(words, constraints))
    return written if len(written) <= MAX_LENGTH else None


def _read_constraint(prompt: FacetPrompt, text: str) -> Constraint | None:
    marker, _, rest = text.partition(" ")
    if marker == _PHRASE:
        phrases = tuple(rest.split(", "))
        sound = all(phrase and phrase == clean(phrase, _WORDS) for phrase in phrases)
        return Constraint(TEXT, alternatives=phrases) if sound and len(phrases) <= PHRASES else None
    candidate = prompt.candidates.get(marker)
    if candidate is None:
        return None
    if ".." in rest:
        span = read_range(rest)
        return Constraint(candidate.seen.attribute.name, range=span) if span and candidate.seen.is_numeric else None
    named = rest.split(", ")
    if not all(name in candidate.values for name in named) or len(set(named)) < len(named):
        return None
    return Constraint(candidate.seen.attribute.name, alternatives=tuple(candidate.values[name] for name in named))


def _selection_line(name: str, value: str, labels: Mapping[str, str]) -> str:
    label = clean(labels.get(name, name.lstrip("~")), _LABEL)
    if not name.startswith("~"):
        return f"{label} = {clean(value, _WORDS)}"
    try:
        read = read_open(value)
    except ValueError:
        return f"{label} = {clean(value, _WORDS)}"
    meaning = [_told(constraint, labels) for constraint in read.constraints]
    return " & ".join([f"{label} = {clean(read.words, _WORDS)}", *meaning])


def _told(constraint: Constraint, labels: Mapping[str, str]) -> str:
    """A constraint in words, for a reader who needs no markers."""
    shown = constraint.alternatives[:PHRASES] if constraint.range is None else (str(constraint.range),)
    told = ", ".join(clean(one, _WORDS) for one in shown)
    return told if constraint.name == TEXT else f"{clean(labels.get(constraint.name, constraint.name), _LABEL)} {told}"
