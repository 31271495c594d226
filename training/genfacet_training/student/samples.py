"""The training set: prompts with the answers that are wanted, as a parquet file."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Literal

import pyarrow as pa
import pyarrow.parquet as pq

Task = Literal["facets", "rewrite"]
Order = Literal["ranker", "coverage"]
"""What the candidates of a prompt are ordered by."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One prompt and its answer. ``teacher`` says who answered, ``origin`` what kind of query it is, ``index`` whose.

    ``weight`` is how much its loss counts.
    """

    task: Task
    prompt: str
    answer: str
    query: str
    index: str
    teacher: str
    origin: str
    weight: float = 1.0


_SCHEMA = pa.schema(
    [pa.field(f.name, pa.float32() if f.name == "weight" else pa.string(), nullable=False) for f in fields(Sample)]
)


def write_samples(file: Path, samples: Iterable[Sample]) -> None:
    """Writes a parquet file, at once: an interruption leaves the old one."""
    anew = file.with_name(file.name + ".new")
    pq.write_table(pa.Table.from_pylist([asdict(sample) for sample in samples], _SCHEMA), anew, compression="zstd")
    anew.replace(file)


def read_samples(file: Path) -> list[Sample]:
    """The samples of a file; raises ValueError where it is none of samples."""
    try:
        table = pq.read_table(file, schema=_SCHEMA)
    except (OSError, pa.ArrowException) as error:
        raise ValueError(f"{file} is no training set ({type(error).__name__})") from None
    return [Sample(**row) for row in table.to_pylist()]


def of_task(samples: Sequence[Sample], task: Task) -> list[Sample]:
    """The samples of one task."""
    return [sample for sample in samples if sample.task == task]
