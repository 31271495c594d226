"""The mini-languages inside query text: which syntax a text clause reads, and how plain words are written in it.

``query_string`` and ``simple_query_string`` read operators in their text. Words of a shopper or of a model must never
become operators there, so they are escaped; what cannot be escaped becomes a space.
"""

import re
from collections.abc import Mapping
from enum import Enum
from typing import Any


class Syntax(Enum):
    """What Elasticsearch reads in the text of a clause."""

    PLAIN = "words alone"
    LUCENE = "query_string"
    LUCENE_ESCAPED = "query_string with escape: true, which escapes characters but not the words AND, OR, NOT"
    SIMPLE = "simple_query_string"
    SIMPLE_BARE = "simple_query_string whose flags give operators but no escapes"
    SIMPLE_OFF = "simple_query_string whose flags give no operators; a lone * finds everything all the same"


_LUCENE_RESERVED = re.compile(r'[-+=&|!(){}\[\]^"~*?:\\/]')
_LUCENE_WORD = re.compile(r"(?<!\S)(AND|OR|NOT)(?!\S)")
_SIMPLE_RESERVED = re.compile(r'[-+|"*()~\\]')
_COMPARISON = re.compile(r"[<>]")
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
# Of unescaped text: a field name, a grouping, a phrase, a range, a wildcard, a boost, a regular expression, a negation,
# or a sign before a word. A sign within a word ("wi-fi") belongs to the word.
_LUCENE_OPERATOR = re.compile(r'\S:|[(){}\[\]"*?^~<>!/]|&&|\|\||(?<!\S)(?:[-+]|(?:AND|OR|NOT)(?!\S))')
_SIMPLE_OPERATOR = re.compile(r'[()"*|+]|\S~|(?<!\S)-')


def syntax_of(kind: str, options: Mapping[str, Any]) -> Syntax:
    """The syntax that a clause of this kind with these options reads."""
    if kind == "query_string":
        return Syntax.LUCENE_ESCAPED if options.get("escape") in (True, "true") else Syntax.LUCENE
    if kind != "simple_query_string":
        return Syntax.PLAIN
    flags = options.get("flags", "ALL")
    names = {name.strip().upper() for name in flags.split("|")} if isinstance(flags, str) else set()
    if names == {"NONE"}:
        return Syntax.SIMPLE_OFF
    return Syntax.SIMPLE if names & {"ALL", "ESCAPE", ""} else Syntax.SIMPLE_BARE


def write_words(text: str, syntax: Syntax) -> str:
    """The text as a clause of this syntax must hold it, so that it is never more than words."""
    match syntax:
        case Syntax.PLAIN:
            return text
        case Syntax.LUCENE:
            escaped = _LUCENE_RESERVED.sub(r"\\\g<0>", _COMPARISON.sub(" ", text))
            return _LUCENE_WORD.sub(r"\\\1", escaped)
        case Syntax.LUCENE_ESCAPED:
            return _LUCENE_WORD.sub(lambda word: word[0].lower(), _COMPARISON.sub(" ", text))
        case Syntax.SIMPLE:
            return _SIMPLE_RESERVED.sub(r"\\\g<0>", text)
        case Syntax.SIMPLE_BARE:
            return _SIMPLE_RESERVED.sub(" ", text)
        case Syntax.SIMPLE_OFF:
            return "" if text.strip() == "*" else text


def read_words(text: str, syntax: Syntax) -> str | None:
    """The words of a clause's text, escapes undone; None where it holds operators and so is more than words."""
    if holds_operators(text, syntax):
        return None
    return _ESCAPED.sub(r"\1", text) if syntax in (Syntax.LUCENE, Syntax.SIMPLE) else text


def holds_operators(text: str, syntax: Syntax) -> bool:
    """Whether the text means more to Elasticsearch than its words."""
    match syntax:
        case Syntax.LUCENE:
            return _LUCENE_OPERATOR.search(_ESCAPED.sub("x", text)) is not None
        case Syntax.LUCENE_ESCAPED:
            return _LUCENE_WORD.search(text) is not None
        case Syntax.SIMPLE:
            return _SIMPLE_OPERATOR.search(_ESCAPED.sub("x", text)) is not None
        case Syntax.SIMPLE_BARE:
            return _SIMPLE_OPERATOR.search(text) is not None
        case Syntax.SIMPLE_OFF:
            return text.strip() == "*"
        case Syntax.PLAIN:
            return False
