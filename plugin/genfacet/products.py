"""Products in a JSON Lines file, gzipped or not, and the lines that are none."""

import gzip
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Self

import orjson

from genfacet.errors import GenFacetError

LONGEST_LINE = 50_000_000
"""Bytes of the longest line that is read: half of what Elasticsearch takes in one request by default."""

LONGEST_ID = 512
"""Bytes of the longest document id that Elasticsearch takes."""

GZIP_MAGIC = b"\x1f\x8b"


class ProductFileError(GenFacetError):
    """The file cannot be read, or holds no product."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the file; `number` counts from 1."""

    number: int
    raw: bytes


@dataclass(frozen=True, slots=True)
class Product:
    """A line that is a product."""

    line: Line
    id: str
    document: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Reject:
    """A line that is set aside, and why."""

    line: Line
    reason: str


def read_lines(path: Path, on_progress: Callable[[int], None] | None = None) -> Iterator[Line]:
    """Read the lines that are not blank.

    `on_progress` gets the bytes of the file (compressed ones) read so far.
    Raises ProductFileError where the file cannot be opened or its compression is damaged.
    """
    number = 0
    try:
        with path.open("rb") as file:
            for number, raw in enumerate(_raw_lines(_unpacked(file)), start=1):
                if on_progress is not None:
                    on_progress(file.tell())
                if raw:
                    yield Line(number, raw)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        damage = "is cut off" if isinstance(error, EOFError) else "is damaged"
        raise ProductFileError(f"{path.name} {damage} after line {number} (gzip): fetch or pack it again.") from error
    except OSError as error:
        raise ProductFileError(f"{path} cannot be read: {error.strerror or error}.") from error


def _unpacked(file: BinaryIO) -> BinaryIO:
    """Look at the first bytes, not at the name, to tell a gzipped file."""
    packed = file.read(2) == GZIP_MAGIC
    file.seek(0)
    return gzip.GzipFile(fileobj=file) if packed else file  # type: ignore[return-value]


def _raw_lines(file: BinaryIO) -> Iterator[bytes]:
    first = True
    while raw := file.readline(LONGEST_LINE + 1):
        if len(raw) > LONGEST_LINE:
            _skip_line(file)
        yield (raw.removeprefix(b"\xef\xbb\xbf") if first else raw).strip()
        first = False


def _skip_line(file: BinaryIO) -> None:
    while (rest := file.readline(LONGEST_LINE)) and not rest.endswith(b"\n"):
        pass


def read_product(line: Line, id_field: str = "id") -> Product | Reject:
    """Parse a line; one that is no JSON object with an id becomes a Reject."""
    if len(line.raw) > LONGEST_LINE:
        return Reject(line, f"longer than {LONGEST_LINE:,} bytes")
    try:
        document = orjson.loads(line.raw)
    except orjson.JSONDecodeError as error:
        return Reject(line, f"not JSON: {error}")
    if not isinstance(document, dict):
        return Reject(line, "not a JSON object")
    identity = document.get(id_field)
    if isinstance(identity, bool) or not isinstance(identity, str | int) or identity == "":
        return Reject(line, f'no text or whole number in "{id_field}" to be its id')
    if len(str(identity).encode()) > LONGEST_ID:
        return Reject(line, f"its id is longer than {LONGEST_ID} bytes")
    return Product(line, str(identity), document)


def without_repeats(products: Iterator[Product | Reject]) -> Iterator[Product | Reject]:
    """Reject each product whose id a line before had."""
    seen: dict[str, int] = {}
    for product in products:
        if isinstance(product, Product):
            first = seen.setdefault(product.id, product.line.number)
            if first != product.line.number:
                yield Reject(product.line, f"line {first} has the same id")
                continue
        yield product


class RejectedFile:
    """JSON Lines of rejects: line number, reason and the raw line.

    The file appears with the first reject; one of an earlier run goes away.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.count = 0
        self._file: BinaryIO | None = None

    def __enter__(self) -> Self:
        self.path.unlink(missing_ok=True)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file is not None:
            self._file.close()

    def write(self, reject: Reject) -> None:
        """Set a line aside."""
        if self._file is None:
            self._file = self.path.open("wb")
        raw = reject.line.raw.decode("utf-8", "backslashreplace")
        entry = {"line": reject.line.number, "reason": reject.reason, "raw": raw}
        self._file.write(orjson.dumps(entry, option=orjson.OPT_APPEND_NEWLINE))
        self.count += 1
