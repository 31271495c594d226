"""How a training went: a CSV file as it goes, and a plot."""

import csv
from collections.abc import Mapping
from pathlib import Path
from typing import Any

COLUMNS = (
    "step",
    "epoch",
    "seconds",
    "tokens",
    "facets",
    "rewrite",
    "rate",
    "tokens_per_s",
    "held_facets",
    "held_rewrite",
    "score",
)


def add_point(file: Path, point: Mapping[str, Any]) -> None:
    """Adds one line of `COLUMNS`; what is not known stays empty."""
    is_new = not file.exists()
    with file.open("a", newline="") as opened:
        writer = csv.DictWriter(opened, COLUMNS, extrasaction="ignore")
        if is_new:
            writer.writeheader()
        writer.writerow({name: _short(value) for name, value in point.items()})


def cut_after(file: Path, step: int) -> None:
    """Forgets points after a step: a training that goes on there makes them again."""
    if not file.exists():
        return
    with file.open(newline="") as opened:
        kept = [row for row in csv.DictReader(opened) if int(row["step"]) <= step]
    file.unlink()
    for row in kept:
        add_point(file, row)


def plot_curves(file: Path, out: Path) -> None:
    """Losses of both tasks over steps, those of held-out samples beside them, as a picture."""
    from matplotlib.figure import Figure

    with file.open(newline="") as opened:
        rows = list(csv.DictReader(opened))
    figure = Figure(figsize=(9, 4.5), layout="constrained")
    axes = figure.subplots(1, 2)
    for one, task in zip(axes, ("facets", "rewrite"), strict=True):
        for column, style in ((task, "-"), (f"held_{task}", "o--")):
            points = [(int(row["step"]), float(row[column])) for row in rows if row[column]]
            if points:
                one.plot(*zip(*points, strict=True), style, label="held out" if "held" in column else "training")
        one.set(title=task, xlabel="step", ylabel="loss (nats a token)")
        one.legend()
    figure.savefig(out, dpi=120)


def _short(value: Any) -> Any:
    return f"{value:.5g}" if isinstance(value, float) else value
