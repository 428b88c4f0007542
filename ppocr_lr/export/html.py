"""One self-contained page: the curves to explore with Plotly, the lengths of the runs, and the findings."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from html import escape
from itertools import compress
from pathlib import PurePath
from types import MappingProxyType
from typing import Any, BinaryIO

from ppocr_lr.check.report import Report
from ppocr_lr.check.rules import RULES
from ppocr_lr.curve.axis import Axis, epoch_text
from ppocr_lr.curve.summary import length_text, simulation_lines, summarize, trainer_text
from ppocr_lr.errors import MissingExtraError
from ppocr_lr.export.plotly_figure import CONFIG, LETTERS, figure, legend_name, with_scaled
from ppocr_lr.finding import Finding
from ppocr_lr.language import tr
from ppocr_lr.numbers_text import amount, rate_text
from ppocr_lr.plotting.names import BESIDE, HANDLE, shared
from ppocr_lr.plotting.style import PANEL_ROOM
from ppocr_lr.schedules import Schedule
from ppocr_lr.training_config.labels import labels
from ppocr_lr.training_config.plan import PlannedRun

_DIV = "ppocr-lr-curves"

# The policy makes the promise good: whatever a script tries, the browser sends no request.
_PAGE = """<!DOCTYPE html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'unsafe-inline'; \
style-src 'unsafe-inline'; img-src data: blob:">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
body {{ font: 15px/1.45 system-ui, sans-serif; margin: 1.5rem; color: #222; background: #fff; }}
h1 {{ font-size: 1.3rem; margin: 0 0 .6rem; }}
h2 {{ font-size: 1.1rem; margin: 1.2rem 0 .6rem; }}
.wide {{ overflow-x: auto; }}
table {{ border-collapse: collapse; }}
th, td {{ text-align: left; vertical-align: top; padding: .25rem .9rem .25rem 0; border-bottom: 1px solid #ddd; }}
td {{ overflow-wrap: break-word; }}
td.path {{ overflow-wrap: anywhere; min-width: 11em; }}
td.number {{ white-space: nowrap; }}
td.error {{ color: #b00020; font-weight: 600; }}
td.warning {{ color: #8a5a00; font-weight: 600; }}
code {{ font-size: .92em; }}
#{div} {{ height: calc({height:g} * clamp(30rem, 65vh, 44rem)); }}
</style>
</head>
<body>
<h1>{title}</h1>
<div id="{div}"></div>
<h2>{runs}</h2>
{lengths}
{findings}
<script>{plotly}</script>
<script>Plotly.newPlot({figure});</script>
</body>
</html>
"""


def write_html(
    runs: Sequence[PlannedRun],
    reports: Sequence[Report],
    file: BinaryIO,
    log_scale: bool = False,
    axis: Axis = "epochs",
    beside: Mapping[str, Sequence[Schedule]] = MappingProxyType({}),
    names: Sequence[str] = (),
) -> None:
    """Write one HTML page that needs no other file and no network, the same bytes for the same input.

    Rates along `axis` as lines (a band where a line would have more corners than the page has columns), the numbers
    of a point when it is pointed at, curves switched in the legend, buttons for a linear and a logarithmic axis;
    beneath them the lengths of the runs and the findings.

    Args:
        runs: at least one.
        reports: the findings to show; none, and there is no table.
        file: open for writing in binary.
        log_scale: begin with the logarithmic axis.
        axis: the horizontal one.
        beside: a small panel below for each, with a schedule for each run: a weight decay, a momentum.
        names: one for each run; without them, what tells it from the others.

    Raises:
        ImportError: plotly is not installed.
        LRConfigError: `log_scale` with a curve that has no rate above 0.
        OSError: the file cannot be written.
    """
    plotly = _plotly_js()
    names = names or labels(runs)
    title, left = shared(names, BESIDE * (LETTERS + HANDLE))
    traces, layout = figure(runs, left, log_scale, axis, beside)
    layout["legend"]["title"] = {"text": legend_name(title)}
    page = _PAGE.format(
        language=tr("en"),
        runs=tr("Runs"),
        title=_text(_title(runs)),
        div=_DIV,
        height=1 + len(beside) * PANEL_ROOM,
        lengths=_lengths(runs, names),
        findings=_findings(reports, dict(zip(map(id, runs), names, strict=True))) if reports else "",
        plotly=plotly,
        figure=", ".join(_script(part) for part in (_DIV, traces, layout, CONFIG)),
    )
    file.write(page.encode("utf-8", "backslashreplace"))  # a file name that is not UTF-8


def _plotly_js() -> str:
    try:
        from plotly.offline import get_plotlyjs
    except ModuleNotFoundError:
        raise MissingExtraError("plotly", "html") from None
    return str(get_plotlyjs())


def _title(runs: Sequence[PlannedRun]) -> str:
    others = len({run.source for run in runs}) - 1
    name = PurePath(runs[0].source).name
    if others:
        return tr("Learning rate of {config} and {count} more", config=name, count=others)
    return tr("Learning rate of {config}", config=name)


def _lengths(runs: Sequence[PlannedRun], names: Sequence[str]) -> str:
    rows = []
    for planned, name in (each for pair in zip(runs, names, strict=True) for each in with_scaled(*pair)):
        run = planned.run
        summary = summarize(planned.schedule, run)
        told = tr("; ").join(filter(None, (*simulation_lines(planned), trainer_text(planned))))
        peak = tr("{rate} at epoch {epoch}", rate=rate_text(summary.peak, 4), epoch=epoch_text(summary.peak_step, run))
        rows.append((
            _text(name),
            f'<td class="path">{_text(planned.source)}</td>',
            length_text(run),
            _text(planned.length.arithmetic),
            _text(told),
            f'<td class="number">{peak}</td>',
            f'<td class="number">{rate_text(summary.final, 4)}</td>',
        ))  # fmt: skip
    heads = (tr("name"), tr("config"), tr("length"), tr("epoch"), tr("trainer"), tr("peak"), tr("final"))
    return _table(heads, rows)


def _findings(reports: Sequence[Report], names: Mapping[int, str]) -> str:
    """The table, the worst first; what is the same for several runs appears once. `names` by the id of the run."""
    found: dict[Finding, list[str]] = {}
    for report in reports:
        name = names.get(id(report.planned), report.path)
        for finding in report.findings:  # findings about overrides and flags are in no file
            found.setdefault(finding, []).append(str(finding.place or name))
    if not found:
        nothing = tr("No findings in {files}.", files=amount(len(reports), "file"))
        return f"<h2>{tr('Findings')}</h2>\n<p>{nothing}</p>"
    rows = [
        (
            f'<td class="{finding.severity}">{tr(str(finding.severity))}</td>',
            f'<td title="{_text(tr(RULES[finding.code].title))}">{_text(finding.code)}</td>',
            f'<td class="path">{_text(", ".join(places))}</td>',
            f"<code>{_text(finding.key)}</code>",
            _text(finding.message),
            f"<code>{_text(finding.hint)}</code>" if finding.hint else "",
        )
        for finding, places in sorted(found.items(), key=lambda item: -item[0].severity)
    ]
    heads = (tr("severity"), tr("code"), tr("where"), tr("key"), tr("what will happen"), tr("hint"))
    return f"<h2>{tr('Findings')}</h2>\n{_table(heads, rows)}"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """An HTML table of the columns in which there is something; the cells are HTML, with or without their `<td>`."""
    filled = [any(column) for column in zip(*rows, strict=True)]
    lines = [[f"<th>{name}</th>" for name in compress(head, filled)]]
    for row in rows:
        lines.append([cell if cell.startswith("<td") else f"<td>{cell}</td>" for cell in compress(row, filled)])
    table = "\n".join(f"<tr>{''.join(line)}</tr>" for line in lines)
    return f'<div class="wide"><table>\n{table}\n</table></div>'


def _text(text: str) -> str:
    return escape(" ".join(text.split()))  # a file name may hold a line break


def _script(value: Any) -> str:
    """`value` for a script element, which `</script>` and `<!--` would end or open wherever they stand."""
    text = json.dumps(value, ensure_ascii=True, allow_nan=False, separators=(",", ":"))
    for character in "<>&":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text
