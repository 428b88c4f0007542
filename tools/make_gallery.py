"""Make docs/gallery.md and its pictures: python tools/make_gallery.py [FOLDER]

Formulas and sources come from the docstrings of `ppocr_lr.schedules`, keys and what PaddleOCR does instead from the
models in `ppocr_lr.lr_config`, the YAML from configs/, and everything else from gallery.yml.
"""

from __future__ import annotations

import argparse
import io
import re
import shlex
from collections.abc import Callable, Iterator, Mapping, Sequence
from inspect import getdoc
from itertools import takewhile
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from matplotlib import rc_context
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from PIL import Image
from pydantic.fields import FieldInfo

from ppocr_lr.curve.polyline import trace
from ppocr_lr.curve.summary import summarize
from ppocr_lr.logs.simulated import plan_simulated_run
from ppocr_lr.lr_config import MODELS, LRConfig, envelope
from ppocr_lr.lr_config.base import DECAY_SHAPES
from ppocr_lr.output import write_whole
from ppocr_lr.plotting.figure import number_ticks
from ppocr_lr.plotting.style import GREY, STYLE, WARMUP, WIDTH, beside_limits, line_style, look
from ppocr_lr.schedules import Bent, Decay, HeldAfter, Schedule, Warmup
from ppocr_lr.schedules import Sequence as Stages
from ppocr_lr.training_config.plan import PlannedRun, plan_run
from ppocr_lr.training_config.yaml_file import read_yaml_file

ROOT = Path(__file__).parent.parent
CONFIGS = ROOT / "configs"
TEXTS = Path(__file__).with_name("gallery.yml")

_COLOURS = 64
_CURES = ("hold_epochs", "decay_within_run", "cooldown_epochs", "decay_length")
_AROUND = {**{key: key for key in _CURES}, "k_decay": "bends", "decay_power": "bends"}
"""Keys around a curve, and where the page shows them."""

_HEAD = """\
# Gallery of schedules

Every `name` that an lr section may have, with its curve, its formula, an example and when to use it. If you do not know
where to start, read [Which schedule should I use?](choosing.md) `python tools/make_gallery.py` makes this page.

In the formulas k is the optimizer update, counted from 0 at the end of the warmup; lengths are in updates.
`peak` is `learning_rate` (or `max_lr`, `values[0]`), `end` is `end_lr` (or `eta_min`, `min_lr`), and N is the length of
the run unless a key gives another one. Formulas are those of the Python classes in `ppocr_lr.schedules`; other names in
them are parameters of these classes. In YAML a [length](schedules.md#lengths) is in epochs, iterations (`"500it"`) or a
share of the run (`"10%"`). A key in *italics* is one that PaddleOCR ignores under this name. The grey part of
a picture is the warmup.
"""


_VALUES: Mapping[str, tuple[str, Callable[[PlannedRun], Schedule]]] = {
    "lr": ("learning rate", lambda run: run.schedule),
    "regularizer": ("weight decay", lambda run: run.weight_decay),
    "momentum": ("momentum", lambda run: run.momentum),
}
"""What a section of Optimizer is of, and how it comes from a run."""


class Line(NamedTuple):
    """A curve of a picture."""

    run: PlannedRun
    label: str | None = None
    style: tuple[str, tuple[float, ...]] = look(0)


def main(folder: Path) -> None:
    """Write gallery.md and gallery/*.png into `folder`; if nothing has changed, the files are identical."""
    texts = read_yaml_file(TEXTS)
    (folder / "gallery").mkdir(parents=True, exist_ok=True)
    blocks = [_HEAD, *_overview(texts), *_schedules(texts["groups"], folder)]
    for section in texts["keys"]:
        blocks += _curves(section, folder)
    blocks += _cures(texts["cures"], folder)
    page = "\n\n".join(block.strip() for block in blocks if block)
    linked = re.sub(r"arXiv (\d{4}\.\d{5})", r"[arXiv \1](https://arxiv.org/abs/\1)", page)
    (folder / "gallery.md").write_text(f"{linked}\n", encoding="utf-8", newline="\n")


def _overview(texts: Mapping[str, Any]) -> Iterator[str]:
    names = [name for group in texts["groups"] for name in group["names"]]
    rows = [f"| [{name}](#{name.lower()}) | {_paragraphs(MODELS[name])[0]} |" for name in names]
    yield "\n".join(["| `name` | its curve |", "|---|---|", *rows])
    titles = {section["title"].lower(): section.get("of", "lr") == "lr" for section in texts["keys"]}
    keys, values = (
        [f"[{title}](#{title.replace(' ', '-')})" for title, of_rates in titles.items() if of_rates == wanted]
        for wanted in (True, False)
    )
    yield f"Keys that go with many names: {', '.join(keys)} and [cures](#cures)."
    yield f"What else can follow a schedule: {' and '.join(values)}."


def _schedules(groups: Sequence[Mapping[str, Any]], folder: Path) -> Iterator[str]:
    examples = _examples()
    for group in groups:
        yield f"## {group['title']}"
        yield group.get("text", "")
        for name, when in group["names"].items():
            yield f"### {name}"
            yield from _schedule(name, examples[name], when, folder)


def _schedule(name: str, example: Path, when: str, folder: Path) -> Iterator[str]:
    model = MODELS[name]
    what, *formula = _paragraphs(model)
    metrics = example.with_suffix(".txt")
    run = plan_simulated_run(example, metrics) if metrics.exists() else plan_run(example)
    yield _picture(name, [Line(run)], folder)
    if run.simulation is None:
        core = _core(run.schedule, name)
        formula = _paragraphs(core)
        if "decay_shape" in model.model_fields:
            formula = [*_paragraphs(type(core)), "The formulas of `decay_shape` are under [Shapes](#shapes)."]
    yield what
    yield from (text for text in formula if not text.startswith("Source:"))
    yield f"```yaml\nOptimizer:\n  lr:\n{_section_text(example)}\n```"
    yield f"**When to use it.** {when}"
    yield _keys(model)
    if model.nearest_in_paddleocr:
        yield f"PaddleOCR does not know this name. The nearest it has: {model.nearest_in_paddleocr}."
    yield from (text for text in formula if text.startswith("Source:"))


def _curves(texts: Mapping[str, Any], folder: Path) -> Iterator[str]:
    """A section with several settings of a key, or of a few that belong together."""
    yield f"## {texts['title']}"
    of = texts.get("of", "lr")
    settings = [[*texts["set"], *curve.split()] for curve in texts["curves"]]
    labels = [curve.replace(" ", ", ") for curve in texts["curves"]]
    lines = [
        Line(_run(texts["config"], each, of), label, look(i))
        for i, (each, label) in enumerate(zip(settings, labels, strict=True))
    ]
    yield _picture(texts["title"].lower().replace(" ", "_"), lines, folder, of)
    yield texts["text"]
    if texts["title"] == "Shapes":
        yield _table_of_shapes()
    yield _command(texts["config"], settings[-1], of)


def _cures(cures: Sequence[Mapping[str, Any]], folder: Path) -> Iterator[str]:
    yield "## Cures"
    yield "Keys for what PaddleOCR's schedules lack, off unless you write them. Grey is the curve without them."
    for cure in cures:
        key, config, settings = cure["key"], cure["config"], cure["set"]
        after = _run(config, settings)
        model = type(after.parsed.config)
        field, ours = model.model_fields[key], model.ours(key)
        assert ours is not None
        yield f"### {key}"
        yield _picture(key, [Line(_run(config, []), None, (GREY, ())), Line(after, ", ".join(settings))], folder)
        yield cure["text"]
        yield _command(config, settings)
        yield f"`{key}`: {field.description}. PaddleOCR ignores it; in its place: {ours.instead}."


def _examples() -> dict[str, Path]:
    """The example config of each name; where there are several, the one that is called like it."""
    names = {path: read_yaml_file(path)["Optimizer"]["lr"]["name"] for path in sorted(CONFIGS.glob("*.yml"))}
    by_likeness = sorted(names, key=lambda path: names[path].lower().startswith(path.stem.replace("_", "")))
    return {names[path]: path for path in by_likeness}  # the last one stays


def _overrides(settings: Sequence[str], of: str) -> list[str]:
    if of == "lr":
        return [f"Optimizer.lr.{setting}" for setting in settings]
    return [f"Optimizer.{of}={{{', '.join(settings).replace('=', ': ')}}}"]  # in place of a number, perhaps


def _run(config: str, settings: Sequence[str], of: str = "lr") -> PlannedRun:
    return plan_run(CONFIGS / config, _overrides(settings, of))


def _command(config: str, settings: Sequence[str], of: str = "lr") -> str:
    overrides = shlex.join(_overrides(settings, of))
    flag = "" if of == "lr" else f" --{_VALUES[of][0].replace(' ', '-')}"
    return f"```console\n$ ppocr-lr plot -c configs/{config} -o {overrides}{flag}\n```"


def _core(schedule: Schedule, name: str) -> Schedule:
    """The schedule that `name` stands for, without what is before and behind it."""
    if isinstance(schedule, Warmup):
        return _core(schedule.after, name)
    if isinstance(schedule, HeldAfter):
        return _core(schedule.schedule, name)
    if isinstance(schedule, Stages) and name != "Sequence":
        return _core(schedule.last, name)
    return schedule


def _paragraphs(described: object) -> list[str]:
    """The paragraphs of a docstring; of a decay and of its shape."""
    own = (getdoc(described) or "").split("\n\n")
    if not isinstance(described, Decay | Bent):
        return own
    rate, *more = _paragraphs(described.shape)
    return [rate, *(own if isinstance(described, Bent) else own[:1]), *more]


def _table_of_shapes() -> str:
    rows = ["| `decay_shape` | rate | source |", "|---|---|---|"]
    for name, shape in DECAY_SHAPES.items():
        *rate, source = (" ".join(text.split()) for text in _paragraphs(shape))
        rows.append(f"| `{name}` | {' '.join(rate)} | {source.removeprefix('Source: ')} |")
    return "\n".join(rows)


def _section_text(path: Path) -> str:
    """The lr section as it stands in the file, comments included."""
    lines = iter(path.read_text(encoding="utf-8").splitlines())
    for line in lines:
        if line.startswith("  lr:"):
            break
    return "\n".join(takewhile(lambda line: line.startswith("    "), lines))


def _keys(model: type[LRConfig]) -> str:
    """A table of the name's own keys, and which of the common ones go with it."""
    around = {*model.takes} & {*envelope.ALL} | {*envelope.EVERY}
    own = {key: field for key, field in model.model_fields.items() if key not in around}
    rows = [f"| {_marked(model, key)} | {_default(field)} | {field.description} |" for key, field in own.items()]
    whole = "warmup_iters" in model.takes
    warmup = [_marked(model, key) for key in envelope.WARMUP_MODE if key in model.takes]
    common = ["the keys of a [warmup](#warmups)"] if whole else warmup
    common += [f"[{_marked(model, key)}](#{place})" for key, place in _AROUND.items() if key in model.takes]
    also = f"\n\nAlso: {', '.join(common)}." if common else ""
    return "\n".join(["| key | default | meaning |", "|---|---|---|", *rows]) + also


def _marked(model: type[LRConfig], key: str) -> str:
    """In italics, under a name of PaddleOCR, where PaddleOCR ignores the key."""
    return f"*`{key}`*" if model.ours(key) and not model.nearest_in_paddleocr else f"`{key}`"


def _default(field: FieldInfo) -> str:
    value = field.default
    if field.is_required():
        return "required"
    if value in (None, ()):
        return "–"
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:g}".replace("e-0", "e-") if isinstance(value, float) else str(value)


@rc_context(STYLE)
def _picture(name: str, lines: Sequence[Line], folder: Path, of: str = "lr") -> str:
    """Draw the runs; the Markdown that shows the picture."""
    labels = [line.label for line in lines if line.label]
    below = len(labels) > 1  # several curves leave no corner to the legend
    columns = 2 if max(map(len, labels), default=0) < 30 else 1
    legend = 0.12 + 0.17 * -(-len(labels) // columns) if below else 0  # inches
    height = 2.3 + legend
    figure = Figure(figsize=(5.2, height), dpi=100)
    axes = figure.add_axes((0.12, (0.414 + legend) / height, 0.86, 1.794 / height))
    what, value_of = _VALUES[of]
    curves = [trace(value_of(line.run), line.run.run.total_iters) for line in lines]
    for line, curve in zip(lines, curves, strict=True):
        colour, dashes = line.style
        positions = curve.steps / line.run.run.iters_per_epoch
        axes.plot(positions, curve.high, color=colour, linestyle=line_style(dashes), linewidth=WIDTH, label=line.label)
    run = lines[-1].run
    shade, opacity = WARMUP
    warmup = summarize(run.schedule, run.run).warmup_iters / run.run.iters_per_epoch
    axes.axvspan(0, warmup, color=shade, alpha=opacity, linewidth=0)
    axes.set_xlim(0, run.run.epochs)
    axes.set_ylim(*((0, axes.get_ylim()[1]) if of == "lr" else beside_limits(curves)[1:]))
    axes.set_xlabel("epoch", fontsize=8, labelpad=1)
    axes.tick_params(labelsize=8)
    axes.xaxis.set_major_locator(MaxNLocator(nbins=10, integer=True))
    axes.yaxis.set_major_locator(MaxNLocator(nbins=5, steps=[1, 2, 2.5, 5, 10]))
    number_ticks(axes)
    axes.spines[["top", "right"]].set_visible(False)
    if below:
        figure.legend(fontsize=8, loc="lower center", ncols=columns, handlelength=3)
    elif labels:
        axes.legend(fontsize=8, handlelength=3, framealpha=1)
    write_whole(folder / "gallery" / f"{name}.png", lambda file: _save(figure, file))
    return f"![The {what} with {' and with '.join(labels) or name}](gallery/{name}.png)"


def _save(figure: Figure, file: BinaryIO) -> None:
    """As a PNG of few colours: a third of the size."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png")
    Image.open(buffer).convert("RGB").quantize(_COLOURS, dither=Image.Dither.NONE).save(file, "png", optimize=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="?", type=Path, default=ROOT / "docs", help="where to write (docs)")
    main(parser.parse_args().folder)
