"""Whether a student's memory stays bounded: python tests/benchmarks/endurance.py MODEL [--count 2000] [--swap OTHER]

Threads ask for ever other answers, of hostile and of plain prompts, some without patience; every answer must parse.
Prints the resident memory (MiB) after each tenth, and how long the askers waited beyond their patience. With --swap the
model is a version of a registry, and after each tenth the registry points to the other one.
"""

import random
import string
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import click

from genfacet.catalog import Attribute
from genfacet.generation import Generation, facets_generation
from genfacet.probe import AttributeProbe, Probe
from genfacet.prompt import FacetPrompt, candidates_of, facet_prompt, read_facets, read_rewrite, rewrite_prompt
from genfacet.student.card import CURRENT
from genfacet.student.worker import LocalStudent, Options

PATIENCES_S = (0.0, 0.05, 0.25)
LETTERS = string.ascii_letters + "  \u202e\u0301\n|=&~<>,äß漢"


def drawn_prompt(drawing: random.Random) -> FacetPrompt:
    """A prompt of hostile text: no two are the same."""

    def text(most: int) -> str:
        return "".join(drawing.choices(LETTERS, k=drawing.randint(1, most)))

    ranked = []
    for place in range(drawing.randint(0, 12)):
        attribute = Attribute(f"a{place}", text(40), "keyword")
        values = tuple((text(30), 3) for _ in range(drawing.randint(2, 6)))
        ranked.append((-float(place), AttributeProbe(attribute, 9, tuple(dict(values).items()))))
    titles = tuple(text(90) for _ in range(drawing.randint(0, 3)))
    return facet_prompt(text(60), Probe(40, 40, {}, {}, {}, titles), candidates_of(ranked))


def resident_mib() -> float:
    """Resident memory of this process."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * 4096 / 2**20


@click.command()
@click.argument("model", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--count", default=2000, show_default=True)
@click.option("--threads", default=8, show_default=True)
@click.option("--samples", default=0, show_default=True)
@click.option("--swap", type=click.Path(exists=True, file_okay=False, path_type=Path))
def main(model: Path, count: int, threads: int, samples: int, swap: Path | None) -> None:
    """Asks and looks at the memory."""
    with tempfile.TemporaryDirectory() as room:
        registry = Path(room)
        for name, folder in (("first", model), ("second", swap or model)):
            (registry / name).symlink_to(folder.resolve())
        run(registry, count, threads, samples)


def run(registry: Path, count: int, threads: int, samples: int) -> None:
    """The same over a registry of two versions."""
    (registry / CURRENT).write_text("first")
    student = LocalStudent(registry, Options(line=threads, generation_s=2.0))

    def ask(number: int) -> float:
        drawing = random.Random(number)
        prompt, patience = drawn_prompt(drawing), drawing.choice(PATIENCES_S)
        rewrite = rewrite_prompt(prompt.text[:40], (), {"a": ("b",)}, {})
        for generation in (
            Generation("rewrite", rewrite, (), patience, samples),
            facets_generation(prompt, patience, samples),
        ):
            started = time.monotonic()
            said = student.ask(generation)
            late = time.monotonic() - started - patience
            for text in said.texts:
                if generation.task == "facets" and read_facets(prompt, text).rejected:
                    raise click.ClickException(f"an answer to prompt {number} does not parse")
                if generation.task == "rewrite" and read_rewrite(text) is None:
                    raise click.ClickException(f"a rewrite of prompt {number} is none")
            lates.append(late)
        while len(student._asked) >= threads:  # so that most questions are answered, and the line is full all the time
            time.sleep(0.005)
        return late

    lates: list[float] = []
    started = time.monotonic()
    click.echo(f"at the start: {resident_mib():.0f} MiB")
    with ThreadPoolExecutor(threads) as pool:
        for tenth in range(10):
            part = range(tenth * count // 10, (tenth + 1) * count // 10)
            list(pool.map(ask, part))
            told = f"after {part.stop:,}: {resident_mib():.0f} MiB, {time.monotonic() - started:.0f} s"
            click.echo(f"{told}, version {student.version}")
            (registry / CURRENT).write_text("first" if tenth % 2 else "second")
    lates.sort()
    told = [1000 * lates[min(len(lates) - 1, int(share * len(lates)))] for share in (0.5, 0.99, 1)]
    click.echo("beyond patience: median {:.1f}, 99 % {:.1f}, most {:.1f} ms".format(*told))
    student.close()


if __name__ == "__main__":
    main()
