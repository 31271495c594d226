"""Surgery on JSON text that leaves every byte outside the cut as it was.

Text is read as Latin-1, so that an offset into it is an offset into the bytes: JSON's own characters are all ASCII.
Whole values are skipped with the C scanner of the standard library.
"""

import json
import re
from codecs import BOM_UTF8
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

EXT = "ext"
SECTION = "genfacet"
_SPACE = b" \t\n\r"
_SKIP = re.compile(r"[ \t\n\r]*")
# Only the ends of values are wanted: numbers stay text, and control characters in strings are not our business.
_SCANNER = json.JSONDecoder(parse_int=str, parse_float=str, strict=False)


class NotJsonError(ValueError):
    """The text is no JSON that could be cut safely. Elasticsearch itself has the better error for it."""


@dataclass(frozen=True, slots=True)
class _Member:
    """A member of an object: its key, where it starts, and where its value starts and ends."""

    key: str
    start: int
    value: int
    end: int


def strip_section(raw: bytes) -> tuple[bytes, Any]:
    """The text without ``ext.genfacet``, and that section parsed; the very same text and None where there is none.

    An ``ext`` that would be empty goes as a whole. With a member goes its comma and the white space between the two.
    Text that cannot hold the section is not looked into. Raises NotJsonError for what is not one JSON object, is nested
    too deeply, or has a key twice on the way to the section.
    """
    if b"genfacet" not in raw and b"\\u" not in raw:
        return raw, None
    text = raw.decode("latin-1")
    members, end = _object(text, _start(raw))
    if _SKIP.fullmatch(text, end) is None:
        raise NotJsonError("something follows the JSON object")
    ext = _only(members, EXT)
    if ext is None or text[ext.value] != "{":
        return raw, None
    inner, _ = _object(text, ext.value)
    section = _only(inner, SECTION)
    if section is None:
        return raw, None
    parsed = _parse(raw[section.value : section.end])
    return (_cut(raw, members, ext) if len(inner) == 1 else _cut(raw, inner, section)), parsed


def splice_section(raw: bytes, section: bytes) -> bytes:
    """The answer with ``"ext": {"genfacet": section}`` added as the last member, within ``ext`` where it has one.

    The answer is looked through only where it may hold an ``ext`` already. Raises NotJsonError where it is no object.
    """
    head = raw.rstrip(_SPACE)
    if not head.endswith(b"}"):
        raise NotJsonError("the answer is no JSON object")
    member = b'"genfacet":' + section
    if b'"ext"' in raw:
        text = raw.decode("latin-1")
        ext = _only(_object(text, _start(raw))[0], EXT)
        if ext is not None and text[ext.value] != "{":
            raise NotJsonError("[ext] of the answer is no object")
        if ext is not None:
            return _append(raw, ext.end - 1, member)
    return _append(raw, len(head) - 1, b'"ext":{' + member + b"}")


def response_spans(raw: bytes) -> list[tuple[int, int]]:
    """Where each element of ``responses`` in an ``_msearch`` answer starts and ends.

    Raises NotJsonError where the answer has no such array.
    """
    text = raw.decode("latin-1")
    responses = _only(_object(text, _start(raw))[0], "responses")
    if responses is None or text[responses.value] != "[":
        raise NotJsonError("the answer has no array [responses]")
    return list(_elements(text, responses.value))


def replace_spans(raw: bytes, spans: Sequence[tuple[int, int]], texts: Sequence[bytes | None]) -> bytes:
    """The text with each span replaced; None leaves one as it is."""
    parts, done = [], 0
    for (start, end), text in zip(spans, texts, strict=True):
        if text is not None:
            parts += [raw[done:start], text]
            done = end
    return b"".join([*parts, raw[done:]])


def _append(raw: bytes, brace: int, member: bytes) -> bytes:
    """The text with a member put before the closing brace at this offset."""
    before = brace
    while before > 0 and raw[before - 1] in _SPACE:
        before -= 1
    comma = b"" if raw[before - 1 : before] == b"{" else b","
    return b"".join([raw[:before], comma, member, raw[before:]])


def _cut(raw: bytes, members: Sequence[_Member], member: _Member) -> bytes:
    at = members.index(member)
    if at + 1 < len(members):
        start, end = member.start, members[at + 1].start
    else:
        start, end = (members[at - 1].end if at else member.start), member.end
    return raw[:start] + raw[end:]


def _only(members: Iterable[_Member], key: str) -> _Member | None:
    found = [member for member in members if member.key == key]
    if len(found) > 1:
        raise NotJsonError(f"[{key}] is there twice")
    return found[0] if found else None


def _start(raw: bytes) -> int:
    return len(BOM_UTF8) if raw.startswith(BOM_UTF8) else 0


def _object(text: str, at: int) -> tuple[list[_Member], int]:
    """The members of the object at this offset, and the offset behind it."""
    members: list[_Member] = []
    at = _expect(text, at, "{")
    while text[at : at + 1] != "}" or members:
        start = at
        if text[at : at + 1] != '"':
            raise NotJsonError(f"a key expected at byte {at}")
        key, at = _value(text, at)
        value = _skip(text, _expect(text, at, ":"))
        end = _value(text, value)[1]
        members.append(_Member(key, start, value, end))
        at = _skip(text, end)
        if text[at : at + 1] == "}":
            break
        at = _expect(text, at, ",")
    return members, at + 1


def _elements(text: str, at: int) -> Iterator[tuple[int, int]]:
    """The spans of the elements of the array at this offset."""
    at = _expect(text, at, "[")
    while text[at : at + 1] != "]":
        end = _value(text, at)[1]
        yield at, end
        at = _skip(text, end)
        if text[at : at + 1] != "]":
            at = _expect(text, at, ",")


def _expect(text: str, at: int, mark: str) -> int:
    """The offset of what follows the mark."""
    at = _skip(text, at)
    if text[at : at + 1] != mark:
        raise NotJsonError(f"[{mark}] expected at byte {at}")
    return _skip(text, at + 1)


def _skip(text: str, at: int) -> int:
    space = _SKIP.match(text, at)
    return space.end() if space else at


def _value(text: str, at: int) -> tuple[Any, int]:
    try:
        return _SCANNER.raw_decode(text, at)
    except (ValueError, RecursionError) as error:
        raise NotJsonError(str(error)) from None


def _parse(section: bytes) -> Any:
    try:
        return json.loads(section, object_pairs_hook=_unique)
    except (ValueError, RecursionError) as error:
        raise NotJsonError(str(error)) from None


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    unique = dict(pairs)
    if len(unique) < len(pairs):
        raise NotJsonError("a key is there twice")
    return unique
