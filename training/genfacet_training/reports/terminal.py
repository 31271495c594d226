"""The report in a terminal: what to choose and why, then every metric by source."""

from collections.abc import Iterator, Sequence

from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from genfacet_training.reports.leads import rank
from genfacet_training.reports.report import Metric, Report, printable
from genfacet_training.reports.verdict import Verdict, judge
from genfacet_training.reports.wording import count, direction, number, seconds, spread, unit_of

_MARKS = {"better": ("▲", "green"), "worse": ("▼", "red"), "other": ("◆", "cyan"), "noise": ("≈", "dim")}
PROBLEMS = 6
"""Kinds of problems that the terminal names."""
LEGEND = "Against the baseline: ▲ better, ▼ worse, ◆ differs where neither way is better, ≈ not more than noise."
_NAME, _ARM, _FIGURE, _FRAME = 34, 24, 9, 3
"""Characters at most of a metric's and an arm's name; of a marked figure; of what is drawn around a cell."""


def print_report(report: Report, console: Console) -> None:
    """Print the verdict, the metric that decides, all metrics, problems and where the time went."""
    verdict = judge(report)
    console.print(Text(verdict.headline + _simulated(report), style="bold"), soft_wrap=True)
    for reason in verdict.reasons:
        console.print(Text(f"  {reason}"), soft_wrap=True)
    if verdict.metric:
        console.print()
        console.print(_decisive_table(report, report.metrics[verdict.metric], verdict))
    for arms in _columns(report, console.width):
        console.print()
        console.print(_metrics_table(report, arms))
    console.print(Text(LEGEND, style="dim"), soft_wrap=True)
    for line in _footer(report):
        console.print(Text(line), soft_wrap=True)


def _simulated(report: Report) -> str:
    return " (simulated)" if report.is_simulated else ""


def _decisive_table(report: Report, metric: Metric, verdict: Verdict) -> Table:
    title = f"{printable(metric.label, 60)}{unit_of(metric)}, {direction(metric)}{_simulated(report)}"
    table = Table(title=Text(title), title_justify="left")
    table.add_column("source")
    for head in ("mean (95 % interval)", f"minus {printable(report.baseline, 30)}", "n", "median ms"):
        table.add_column(Text(head), justify="right")
    for arm in rank(report, metric):
        latency = report.latency.get(arm)
        difference = "baseline" if arm == report.baseline else spread(metric.differences.get(arm), signed=True)
        table.add_row(
            Text(printable(arm, 30)),
            spread(metric.arms[arm]),
            _marked(metric, arm, difference),
            f"{metric.arms[arm].n:,}",
            f"{latency.median_ms:.1f}" if latency else "–",
            style="bold" if arm == verdict.choice else None,
        )
    return table


def _columns(report: Report, width: int) -> Iterator[list[str]]:
    """The arms in as many tables as the terminal needs; the baseline leads each."""
    names = (cell_len(_name(metric)) for metric in report.metrics.values())
    room = width - min(_NAME, max(names, default=0)) - _FRAME - 1
    arms, used = [report.baseline], _width(report.baseline)
    for arm in (arm for arm in report.arms if arm != report.baseline):
        if used + _width(arm) > room and len(arms) > 1:
            yield arms
            arms, used = [report.baseline], _width(report.baseline)
        arms.append(arm)
        used += _width(arm)
    yield arms


def _width(arm: str) -> int:
    """Characters of a column of means."""
    return max(_FIGURE, cell_len(printable(arm, _ARM))) + _FRAME


def _name(metric: Metric) -> str:
    arrow = {"higher": "↑", "lower": "↓", "neither": ""}[metric.better]
    return f"{printable(metric.label, 60)}{unit_of(metric)} {arrow}".rstrip()


def _metrics_table(report: Report, arms: Sequence[str]) -> Table:
    table = Table(title=f"Means by source{_simulated(report)}", title_justify="left")
    table.add_column("metric", max_width=_NAME)
    for arm in arms:
        table.add_column(Text(printable(arm, _ARM)), justify="right")
    group = None
    for metric in _by_group(report):
        if group not in (None, metric.group):
            table.add_section()
        group = metric.group
        table.add_row(Text(_name(metric)), *(_marked(metric, arm, number(_mean(metric, arm))) for arm in arms))
    return table


def _by_group(report: Report) -> list[Metric]:
    """All metrics, those of a group together, groups in the order of the report."""
    groups = list(dict.fromkeys(metric.group for metric in report.metrics.values()))
    return sorted(report.metrics.values(), key=lambda metric: groups.index(metric.group))


def _mean(metric: Metric, arm: str) -> float | None:
    return metric.arms[arm].mean if arm in metric.arms else None


def _marked(metric: Metric, arm: str, figure: str) -> Text:
    mark, style = _MARKS.get(metric.change(arm), ("", ""))
    return Text.assemble(figure, (f" {mark}" if mark else "  ", style))


def _footer(report: Report) -> Iterator[str]:
    queries = report.queries
    yield f"{queries.judged:,} queries judged, {queries.used:,} used."
    counted = sorted(queries.problems.items(), key=lambda found: (-found[1], found[0]))
    problems = [f"{printable(what)}: {times:,}" for what, times in counted[:PROBLEMS]]
    if len(counted) > PROBLEMS:
        problems.append(f"{len(counted) - PROBLEMS} other kinds (in report.html)")
    failed = sum(row.problem is not None for row in report.per_query)
    if failed:
        problems.append(f"{count(failed, 'page', 'pages')} with a problem (named in report.html)")
    if problems:
        yield f"Problems: {'; '.join(problems)}."
    stages = sorted(report.stages.items(), key=lambda stage: -stage[1])
    told = ", ".join(f"{printable(stage, 40)} {seconds(spent)}" for stage, spent in stages)
    yield f"{seconds(report.seconds)} in all{': ' + told if told else ''}."
