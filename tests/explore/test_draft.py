"""A config while it is edited."""

from __future__ import annotations

from pathlib import Path

import pytest

from ppocr_lr import LRConfigError
from ppocr_lr.explore.draft import Draft, example_curve, opened, schedule_name
from ppocr_lr.lr_config import MODELS, Run
from ppocr_lr.lr_config.parse import parse_lr_config
from ppocr_lr.lr_config.registry import _HOMES
from ppocr_lr.training_config.plan import DEFAULT_CONFIG

TEXT = DEFAULT_CONFIG.read_text(encoding="utf-8")


def draft(section: str = "", train: str = "") -> Draft:
    """Of a config with this section, in block style."""
    lines = "".join(f"    {line}\n" for line in section.splitlines())
    return opened(f"Global:\n  epoch_num: 20\nOptimizer:\n  lr:\n{lines}{train}", "c.yml")


STAGES = """name: Sequence
stages:
  # one
  - name: Const # c
    learning_rate: 0.1
    epochs: 5
  - {name: Linear, learning_rate: 0.1, until_end: true} # z
"""
CALLS = [
    # a section, what is done to it, and the section after it
    ("name: Cosine # c\nlearning_rate: 0.1\n", ("with_values", "Optimizer.lr.learning_rate=1e-3"), "name: Cosine # c\nlearning_rate: 0.001\n"),
    ("# c\nname: Cosine\nlearning_rate: 0.1", ("with_values", "Optimizer.lr.end_lr=0.01"), "# c\nname: Cosine\nlearning_rate: 0.1\nend_lr: 0.01\n"),
    ("name: Cosine\nwarmup_epoch: 2\nlearning_rate: 0.1\n", ("without", "Optimizer", "lr", "warmup_epoch"), "name: Cosine\nlearning_rate: 0.1\n"),
    ("name: Cosine\n", ("without", "Optimizer", "lr", "end_lr"), "name: Cosine\n"),
    ("name: Cosine\nlearning_rate: 0.1 # peak\nend_lr: 0.01\n", ("named", "Const"), "name: Const\nlearning_rate: 0.1 # peak\n"),
    ("learning_rate: 0.1 # peak\n", ("named", "Linear"), "learning_rate: 0.1 # peak\nname: Linear\n"),
    ("name: Const\nlearning_rate: 0.5\n", ("named", "OneCycle"), "name: OneCycle\nmax_lr: 0.5\n"),
    ("name: Const\nlearning_rate: 0.1\nwarmup_epoch: 2\n", ("named", "Piecewise"), "name: Piecewise\nwarmup_epoch: 2\ndecay_epochs: [60%, 85%]\nvalues: [0.1, 0.01, 0.001]\n"),
    ("name: Cyclic\nmax_lr: 0.5\nbase_lr: 0.1\nstep_size_up: 3\n", ("named", "Const"), "name: Const\nlearning_rate: 0.5\n"),
    ("name: Const\nlearning_rate: 0.5\n", ("named", "Cyclic"), "name: Cyclic\nbase_lr: 0.05\nmax_lr: 0.5\nstep_size_up: 12%\n"),
    ("name: PiecewiseLinear\nknots: [[0, 0.1], [5, 0.5], [20, 0]]\n", ("named", "Const"), "name: Const\nlearning_rate: 0.5\n"),
    ("name: Scale\nfactor: 0.5\nschedule: {name: Const, learning_rate: 1}\n", ("named", "OneCycle"), "name: OneCycle\nmax_lr: 0.5\n"),
    ("name: Cosine\nlearning_rate: 0.5\nwarmup_epoch: 2\n", ("named", "OneCycle"), "name: OneCycle\nmax_lr: 0.5\n"),
    ("name: Cosine\nlearning_rate: 0.5\nwarmup_epoch: 2\n", ("named", "Const"), "name: Const\nlearning_rate: 0.5\nwarmup_epoch: 2\n"),
    (STAGES, ("without", "Optimizer", "lr", "stages", 0), "name: Sequence\nstages:\n  # one\n  - {name: Linear, learning_rate: 0.1, until_end: true} # z\n"),
    (STAGES, ("with_stage", "Optimizer", "lr", "stages"), STAGES.replace("until_end: true", "epochs: 10%").replace("# z\n", "# z\n  - {name: Const, learning_rate: 0.1, until_end: true}\n")),
    (STAGES, ("named", "OneCycle", ("Optimizer", "lr", "stages", 1)), STAGES.replace("Linear", "OneCycle").replace("learning_rate: 0.1, until_end: true", "until_end: true, max_lr: 0.1")),
    ("name: OneCycle\nmax_lr: 0.5\n", ("named", "Sequence"), "name: Sequence\nstages: [{name: Const, learning_rate: 0.5, epochs: 50%}, {name: Cosine, learning_rate: 0.5, until_end: true}]\n"),
]  # fmt: skip


@pytest.mark.parametrize(("before", "call", "after"), CALLS)
def test_a_change_keeps_the_rest_of_the_text(before: str, call: tuple[str, ...], after: str) -> None:
    changed = getattr(draft(before), call[0])(*call[1:])
    assert changed.excerpt.text == after


def test_a_section_goes_with_its_last_key() -> None:
    left = opened(TEXT, "c.yml").without("Global", "epoch_num")
    assert list(left.config) == ["Optimizer", "Train"]


@pytest.mark.parametrize("text", ["0", "-1", "x", "1.5", "null"])
def test_a_batch_of_nothing_is_refused(text: str) -> None:
    with pytest.raises(LRConfigError, match="batch_size_per_card"):
        Draft(TEXT, "c.yml", 100).with_batch_size(text)


@pytest.mark.parametrize("name", sorted(_HOMES))
@pytest.mark.parametrize("other", ["Cosine", "OneCycle", "Piecewise", "ReduceOnPlateau"])
def test_every_name_can_be_chosen_after_another(name: str, other: str) -> None:
    before = opened(TEXT, "c.yml").named(other)
    chosen = before.named(name)
    assert schedule_name(chosen) == name
    if name != "ReduceOnPlateau":
        assert chosen.planned.schedule(0) >= 0
    assert not [finding for finding in chosen.report().findings if finding.code == "LR101"]  # no key is left over


@pytest.mark.parametrize("name", sorted(_HOMES))
def test_every_name_has_an_example(name: str) -> None:
    run = Run(20, 100)
    assert parse_lr_config({"name": name, **MODELS[name].example}, run).remarks == ()
    assert (example_curve(name, run) is None) == (name == "ReduceOnPlateau")


def test_label_files_are_counted_for_the_command_line_alone(tmp_path: Path) -> None:
    labels = tmp_path / "labels.txt"
    labels.write_text("a\n" * 50)
    train = f"Train:\n  dataset: {{label_file_list: ['{labels}']}}\n  loader: {{batch_size_per_card: 10}}\n"
    text = f"Global: {{epoch_num: 2}}\nOptimizer:\n  lr: {{name: Const, learning_rate: 0.1}}\n{train}"
    assert opened(text, str(tmp_path / "c.yml"), counted=True).planned.run.iters_per_epoch == 5
    for stranger in (opened(text, "c.yml"), Draft(text, "c.yml")):
        assert stranger.is_assumed
        assert stranger.planned.run.iters_per_epoch == 1000
        assert "as given" not in stranger.planned.length.arithmetic
        assert stranger.report().planned


def test_the_line_to_paste_leaves_out_what_no_line_can_say() -> None:
    strange = draft("name: Const\nlearning_rate: 0.1\na: !!set {x, y}\nb: [{c: !!binary aGk=}]\nd: 2020-01-01\n")
    assert strange.override_line == (
        '-o "Optimizer.lr={name: Const, learning_rate: 0.1, d: 2020-01-01}" Global.epoch_num=20'
    )


@pytest.mark.parametrize("values", [(0, None, 1), (None, 0, 1), (None, 5, 0)])
def test_nothing_is_no_length(values: tuple[int | None, int | None, int]) -> None:
    with pytest.raises(LRConfigError, match="0"):
        _ = Draft(TEXT, "c.yml", *values).planned


@pytest.mark.parametrize("text", ["a: 1", "Optimizer: {lr: [1]}", "Optimizer: [1]", "", "- a", f"{TEXT}Train: 5\n"])
def test_a_config_without_a_section_is_not_edited(text: str) -> None:
    with pytest.raises(LRConfigError):
        opened(text, "c.yml")


def test_a_config_says_how_long_its_epochs_are() -> None:
    assert opened(TEXT, "a/b/c.yml").planned.run.iters_per_epoch == 100
    assert opened(TEXT, "a/b/c.yml").source == "c.yml"
