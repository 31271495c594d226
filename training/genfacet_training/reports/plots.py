"""Plots as SVG images that carry their own light and dark colours, and a sentence for those who cannot see them.

Each is embedded as an image, so text of queries and catalogues in it stays inert, and the same report gives the
same bytes: no date, and ids made from a constant salt.
"""

import io
import re
import warnings
from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullLocator

from genfacet_training.reports.report import Examination, Interval, Metric, Report, printable
from genfacet_training.reports.wording import count, direction, number, spread, unit_of

# matplotlib draws in these colours; the image replaces each by a variable that follows light and dark.
INK, FAINT, GOOD, BAD, PLAIN, PAPER = "#010101", "#020202", "#030303", "#040404", "#050505", "#060606"
_COLOURS = {  # drawn: (variable, light, dark)
    INK: ("ink", "#1f2328", "#e6e8eb"),
    FAINT: ("faint", "#c4cad1", "#4a525c"),
    GOOD: ("good", "#0a62b5", "#6cb6ff"),
    BAD: ("bad", "#b3480a", "#ff9d5c"),
    PLAIN: ("plain", "#5c6570", "#9aa4af"),
    PAPER: ("paper", "#ffffff", "#14171b"),
}
_STYLE: Any = {
    "svg.hashsalt": "genfacet",
    "svg.fonttype": "none",
    "text.parse_math": False,  # a label with $ in it is text
    "font.family": "DejaVu Sans",
    "font.size": 9,
    "text.color": INK,
    "axes.labelcolor": INK,
    "axes.edgecolor": FAINT,
    "axes.facecolor": "none",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.unicode_minus": True,
    "axes.axisbelow": True,
    "grid.color": FAINT,
    "grid.linewidth": 0.6,
    "xtick.color": FAINT,
    "ytick.color": FAINT,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "figure.facecolor": "none",
    "savefig.facecolor": "none",
    "legend.frameon": False,
    "legend.fontsize": 8,
}
# Colour, marker and filling say the same, so that no reader depends on colour.
_MARKS = {
    "better": (GOOD, "o", True),
    "worse": (BAD, "X", True),
    "other": (PLAIN, "D", True),
    "noise": (PLAIN, "o", False),
    "unknown": (PLAIN, "s", True),
}
_LABEL = 22


@dataclass(frozen=True)
class Plot:
    """An image and what it shows in words."""

    source: str
    alt: str
    width: int
    """Natural width in CSS pixels."""


def metric_plot(report: Report, metric: Metric) -> Plot:
    """Every arm's mean with its interval; the dashed line is the baseline."""
    arms = [arm for arm in report.arms if _mean(metric, arm) is not None]

    def draw(axes: Axes) -> None:
        for row, arm in enumerate(arms):
            colour, marker, filled = _MARKS[metric.change(arm)]
            figure = metric.arms[arm]
            axes.plot(*_bar(figure, row), color=colour, linewidth=1.6)
            axes.plot([figure.mean or 0], [row], **_marker(colour, marker, filled))
        if (baseline := _mean(metric, report.baseline)) is not None:
            axes.axvline(baseline, color=PLAIN, linewidth=1, linestyle=(0, (4, 3)), zorder=0)
        axes.set_yticks(range(len(arms)), [printable(arm, _LABEL) for arm in arms])
        axes.set_ylim(len(arms) - 0.4, -0.6)
        _scale_figures(axes, [end for arm in arms for end in _ends(metric.arms[arm])])
        axes.grid(axis="x")
        axes.tick_params(length=0)

    figures = "; ".join(f"{printable(arm, 60)} {spread(metric.arms[arm])}{_meaning(metric, arm)}" for arm in arms)
    title = f"{printable(metric.label, 60)}{unit_of(metric)} by source with 95 % intervals, {direction(metric)}"
    return _plot(draw, (4.4, 0.55 + 0.24 * len(arms)), f"{_simulated(report)}{title}: {figures}.", report)


def latency_plot(report: Report, metric: Metric) -> Plot | None:
    """The metric against the median time of a page; None where no arm has both."""
    arms = [arm for arm in report.arms if arm in report.latency and _mean(metric, arm) is not None]
    if not arms:
        return None

    def draw(axes: Axes) -> None:
        for arm in arms:
            colour, marker, filled = _MARKS[metric.change(arm)]
            figure, time = metric.arms[arm], report.latency[arm].median_ms
            low, high = _ends(figure)
            axes.plot([time, time], [low, high], color=colour, linewidth=1.2)
            axes.plot([time], [figure.mean or 0], **_marker(colour, marker, filled))
        axes.set_xlabel("median time of a page [ms]")
        axes.set_ylabel(printable(metric.label, 40) + unit_of(metric))
        _scale_times(axes, [report.latency[arm].median_ms for arm in arms])
        axes.grid()
        axes.tick_params(length=0)
        _label_points(axes, {arm: (report.latency[arm].median_ms, metric.arms[arm].mean or 0) for arm in arms})

    figures = "; ".join(
        f"{printable(arm, 60)} {number(_mean(metric, arm))} at {report.latency[arm].median_ms:.1f} ms" for arm in arms
    )
    title = f"{printable(metric.label, 60)} against median time of a page, {direction(metric)}"
    return _plot(draw, (7.2, 3.6), f"{_simulated(report)}{title}: {figures}.", report)


def differences_plot(report: Report, metric: Metric, title: str, differences: Sequence[float]) -> Plot:
    """The difference of every query, sorted from the worst to the best for the source."""
    ordered = sorted(differences, key=lambda difference: (metric.sign or 1) * difference)
    worse = sum((metric.sign or 1) * d < 0 for d in ordered)
    better = sum((metric.sign or 1) * d > 0 for d in ordered)

    def draw(axes: Axes) -> None:
        colours = [BAD if (metric.sign or 1) * d < 0 else GOOD for d in ordered]
        axes.vlines(range(1, len(ordered) + 1), 0, ordered, colors=colours, linewidth=max(0.8, 250 / len(ordered)))
        axes.axhline(0, color=PLAIN, linewidth=1)
        axes.set_xlabel("queries, worst first")
        axes.set_ylabel("difference" + unit_of(metric))
        axes.grid(axis="y")
        axes.tick_params(length=0)

    same = len(ordered) - worse - better
    alt = (
        f"{_simulated(report)}{title}, by query and worst first: worse for {count(worse, 'query', 'queries')}, "
        f"equal for {same:,}, better for {better:,}; from {number(ordered[0])} to {number(ordered[-1])}."
    )
    return _plot(draw, (7.2, 2.4), alt, report)


def examination_plot(report: Report, layout: str, curves: Examination) -> Plot:
    """How likely a position is looked at: lines as the shoppers have it, dashed as estimated from their clicks."""
    lines = [
        ("facets", curves.facets, GOOD, "-"),
        ("facets, fitted", curves.fitted.facets, GOOD, "--"),
        ("results", curves.results, BAD, "-"),
        ("results, fitted", curves.fitted.results, BAD, "--"),
    ]

    def draw(axes: Axes) -> None:
        for label, chances, colour, style in lines:
            if chances:
                places = range(1, len(chances) + 1)
                line = axes.plot(places, chances, color=colour, linestyle=style, linewidth=1.4, label=label)[0]
                line.set(marker="o" if style == "-" else "s", markersize=3.5)
        axes.set_ylim(0, 1.05)
        axes.set_xlabel("position")
        axes.set_ylabel("chance to be looked at")
        axes.grid()
        axes.tick_params(length=0)
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        if axes.lines:
            axes.legend()

    told = "; ".join(
        f"{label} {', '.join(number(chance) for chance in chances)}" for label, chances, _, _ in lines if chances
    )
    title = f"Chance that a position is looked at, layout {printable(layout, 60)}, from the first position on"
    return _plot(draw, (4.4, 2.7), f"{_simulated(report)}{title}: {told or 'nothing recorded'}.", report)


def _simulated(report: Report) -> str:
    return "Simulated: " if report.is_simulated else ""


def _mean(metric: Metric, arm: str) -> float | None:
    figure = metric.arms.get(arm)
    return figure.mean if figure else None


def _ends(figure: Interval) -> tuple[float, float]:
    mean = figure.mean or 0
    return (figure.low if figure.low is not None else mean), (figure.high if figure.high is not None else mean)


def _bar(figure: Interval, row: int) -> tuple[list[float], list[float]]:
    return list(_ends(figure)), [row, row]


def _marker(colour: str, marker: str, filled: bool) -> dict[str, Any]:
    face = colour if filled else PAPER
    return {"color": colour, "marker": marker, "markerfacecolor": face, "markersize": 6, "linestyle": "none"}


def _meaning(metric: Metric, arm: str) -> str:
    change = metric.change(arm)
    return f" ({change} than the baseline)" if change in ("better", "worse") else ""


def _scale_figures(axes: Axes, ends: Sequence[float]) -> None:
    """Few ticks; figures that are all the same are shown between 0 and 1 if they can be, not under a magnifier."""
    axes.xaxis.set_major_locator(MaxNLocator(5))
    if max(ends) - min(ends) < 1e-9:
        axes.set_xlim((-0.03, 1.03) if 0 <= ends[0] <= 1 else (ends[0] - 1, ends[0] + 1))


def _scale_times(axes: Axes, times: Sequence[float]) -> None:
    """From 0, or in powers where a slow source would push all others into a corner."""
    if min(times) <= 0 or max(times) / min(times) < 8:
        axes.set_xlim(left=0)
        return
    axes.set_xscale("log")
    axes.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda time, _: f"{time:,g}"))
    axes.xaxis.set_minor_locator(NullLocator())


def _label_points(axes: Axes, points: Mapping[str, tuple[float, float]]) -> None:
    """Name each point in a column to the right, in the order of height, so that no two names overlap."""
    low, high = axes.get_ylim()
    step = (high - low) / max(12, len(points))
    ordered = sorted(points, key=lambda arm: (points[arm][1], arm))
    places = _spread_out([points[arm][1] for arm in ordered], step, high)
    for arm, place in zip(ordered, places, strict=True):
        axes.annotate(
            printable(arm, _LABEL),
            points[arm],
            xytext=(1.03, (place - low) / (high - low)),
            textcoords="axes fraction",
            va="center",
            arrowprops={"arrowstyle": "-", "color": FAINT, "linewidth": 0.8, "shrinkB": 4},
        )


def _spread_out(heights: Sequence[float], step: float, high: float) -> list[float]:
    """Heights at least `step` apart and at most `high`; ascending, as they come."""
    places: list[float] = []
    for height in heights:
        places.append(max(height, places[-1] + step) if places else height)
    bound = high
    for place in reversed(range(len(places))):
        places[place] = min(places[place], bound)
        bound = places[place] - step
    return places


def _plot(draw: Callable[[Axes], None], inches: tuple[float, float], alt: str, report: Report) -> Plot:
    with rc_context(_STYLE), warnings.catch_warnings():
        # Names in scripts that the measuring font lacks: the reader's browser has fonts of its own.
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        figure = Figure(figsize=inches, layout="constrained")
        axes = figure.add_subplot()
        draw(axes)
        if report.is_simulated:
            axes.set_title("simulated", loc="right", fontsize=8, fontstyle="italic")
        file = io.StringIO()
        figure.savefig(file, format="svg", metadata={"Date": None, "Creator": None})
    image = _recolour(file.getvalue())
    return Plot("data:image/svg+xml;base64," + b64encode(image.encode()).decode(), alt, round(inches[0] * 96))


def _recolour(svg: str) -> str:
    """Let colours follow the reader's light or dark."""
    for drawn, (name, _, _) in _COLOURS.items():
        svg = svg.replace(drawn, f"var(--{name})")
    light, dark = (";".join(f"--{c[0]}:{c[place]}" for c in _COLOURS.values()) for place in (1, 2))
    style = f"<style>:root{{{light}}}@media(prefers-color-scheme:dark){{:root{{{dark}}}}}</style>"
    return re.sub(r"(<svg\b[^>]*>)", lambda found: found[1] + style, svg, count=1)
