"""`show`, `diff`, `plot --sweep`, exports, scaling and `schema` as a user runs them."""

from __future__ import annotations

import csv
import json
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ppocr_lr import build_schedule
from ppocr_lr.cli.main import COMMANDS
from ppocr_lr.numbers_text import rate_text
from ppocr_lr.training_config.plan import DEFAULT_CONFIG
from tests.conftest import ROOT, Command

COSINE = str(ROOT / "configs" / "cosine.yml")
PIECEWISE = str(ROOT / "configs" / "piecewise.yml")
CRNN = str(ROOT / "configs" / "rec_crnn.yml")


def test_show(command: Command) -> None:
    done = command("show", PIECEWISE)
    assert (done.returncode, done.stderr) == (0, "")
    assert re.search("[⠁-⣿]{9}", done.stdout)  # the curve
    for part in ("warmup", "11 – 16", "1100 – 1599", "5 epochs", "0 → 9.9e-2", "75 %", "area under the curve: 55.2 %",
                 "6400 samples", "LR403 note", "3 notes in 1 file"):  # fmt: skip
        assert part in done.stdout
    assert "\x1b" not in done.stdout


LCNET = """\
Global: {epoch_num: 20}
Optimizer: {lr: {name: Cosine, learning_rate: 0.001, warmup_epoch: 2}}
Architecture:
  name: DistillationModel
  Models:
    "Old[red]\\e": {freeze_params: true}
    New: {Backbone: {name: PPLCNetV3, lr_mult_list: LIST}}
Train: {dataset: {num_samples: 800}, loader: {batch_size_per_card: 8}}
"""


def test_other_rates(command: Command, tmp_path: Path) -> None:
    (tmp_path / "c.yml").write_text(LCNET.replace("LIST", "[0.5, 1, 1, 1, 1, 1]"), encoding="utf-8")
    plotted, shown = (command(*words) for words in (["plot", "-c", "c.yml", "--out", "c.svg"], ["show", "c.yml"]))
    assert [done.stderr for done in (plotted, shown)] == ["", ""]
    assert [line for line in plotted.stdout.splitlines() if "group" in line] == [
        "  group    × 0.5, peak 5e-4: New: conv1 (New.backbone.conv1.*)",
        "  group    × 0.1, peak 1e-4: New: affine blocks (New.backbone.*.lab.*)",
        "  group    × 0, not trained: Old[red]\\x1b, frozen (Old[red]\\x1b.*)",
    ]
    table = shown.stdout.partition("other rates\n")[2].partition("\n\n")[0]
    assert [re.split(r" {2,}", line.strip())[:4] for line in table.splitlines()] == [
        ["parameters", "times the rate", "peak", "final"],
        ["New: conv1", "0.5", "5e-4", "1.236e-5"],
        ["New: affine blocks", "0.1", "1e-4", "2.472e-6"],
        ["Old[red]\\x1b, frozen", "0", "not trained", "not trained"],
    ]


def test_a_sweep_of_other_rates(command: Command, tmp_path: Path) -> None:
    config = str(ROOT / "configs" / "rec_lcnet.yml")
    key = "Architecture.Backbone.lab_lr"
    done = command("plot", "-c", config, "--sweep", f"{key}=0.1,0.5,1", "--out", "a.csv", "--every", "10000")
    assert (done.returncode, done.stderr) == (0, "")
    assert [line for line in done.stdout.splitlines() if "curve" in line] == [
        f"  curve    factor of backbone.*.lab.* {factor}" for factor in ("0.1", "0.5", "1")
    ]
    header = (tmp_path / "a.csv").read_text(encoding="utf-8").splitlines()[0]
    assert header == "run,iteration,epoch,rate,rate*0.1,rate*0.5"
    refused = command("plot", "-c", config, "--sweep", "Architecture.Backbone.lab_rl=1", "--out", "a.csv")
    assert (refused.returncode, "nothing reads it" in refused.stderr) == (2, True)


def test_the_difference_of_other_rates(command: Command, tmp_path: Path) -> None:
    config = str(ROOT / "configs" / "rec_lcnet.yml")
    text = (ROOT / "configs" / "rec_lcnet.yml").read_text(encoding="utf-8")
    (tmp_path / "b.yml").write_text(text.replace("scale: 0.95", "lr_mult_list: [0.5, 1, 1, 1, 1, 1]"), encoding="utf-8")
    done = command("diff", config, "b.yml")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[1:] == [
        "  factor of backbone.conv1.*: 1 → 0.5", "  the lr settings are equal", "  the curves are equal",
    ]  # fmt: skip
    settings = json.loads(command("diff", config, "b.yml", "--format", "json").stdout)["results"][0]["settings"]
    assert settings == [{"key": "factor of backbone.conv1.*", "values": [1.0, 0.5]}]


@pytest.mark.parametrize("words", [["show", "c.yml"], *(["plot", "-c", "c.yml", "--out", f"c.{kind}"] for kind in ("png", "csv", "html"))])  # fmt: skip
def test_other_rates_that_paddleocr_stops_at(command: Command, tmp_path: Path, words: list[str]) -> None:
    (tmp_path / "c.yml").write_text(LCNET.replace("LIST", "[0.5]"), encoding="utf-8")
    done = command(*words)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        "error: c.yml: Architecture.Models.New.Backbone.lr_mult_list: [0.5] is not allowed; it must be a list of 6 "
        "factors, one for each stage\n"
    )
    assert [path.name for path in tmp_path.iterdir()] == ["c.yml"]


@pytest.mark.parametrize(
    "overrides", [["Optimizer.lr.warmup_epoch=2"], ["Optimizer.lr.warmup_epoch=1", "Optimizer.momentum=null"]]
)
def test_one_empty_line_between_two_blocks_of_show(command: Command, overrides: list[str]) -> None:
    """Also where all rates are 0, so that there is no area."""
    done = command("show", COSINE, "--iters-per-epoch", "1", "--epochs", "1", "-o", *overrides)
    assert (done.returncode, done.stderr) == (0, "")
    assert "\n\n\n" not in done.stdout


@pytest.mark.parametrize("columns", [40, 5, 0])
def test_show_in_a_terminal_of_any_width(command: Command, monkeypatch: pytest.MonkeyPatch, columns: int) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    tables, _, picture = command("show", COSINE).stdout.partition("area under")
    assert "  decay   2 – 20  200 – 1999  18 epochs  1e-1 → 2.472e-3\n" in tables  # the terminal folds a line
    assert max(map(len, re.findall("^.*[┤│].*$", picture, re.MULTILINE))) == (columns and 40) or 100


@pytest.mark.parametrize("words", [["plot"], ["check", str(DEFAULT_CONFIG)], ["show"]], ids=lambda words: words[0])
def test_the_first_commands_need_no_extra(tmp_path: Path, words: list[str]) -> None:
    extras = ["argcomplete", "nicegui", "paddle", "plotille", "plotly", "rich_argparse", "visualdl"]
    code = (
        f"import sys; sys.modules |= dict.fromkeys({extras}); from ppocr_lr.cli.main import run; sys.exit(run({words}))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    if words == ["show"]:
        assert "full height 1e-1" in done.stdout
        assert {"▁", "█"} <= set(done.stdout)


def test_diff(command: Command, tmp_path: Path) -> None:
    done = command("diff", PIECEWISE, COSINE, "--out", "d.png")
    assert (done.returncode, done.stderr) == (1, "")
    assert "warmup_epoch: 1 → 2" in done.stdout
    assert "largest ratio: the second is 20.61 times as high as the first at epoch 16" in done.stdout
    assert (tmp_path / "d.png").read_bytes().startswith(b"\x89PNG")
    assert command("diff", PIECEWISE).returncode == 2
    assert "the ending must be one of .png, .svg, .pdf" in command("diff", PIECEWISE, COSINE, "--out", "d.csv").stderr


def test_sweep(command: Command, tmp_path: Path) -> None:
    done = command("plot", COSINE, "--sweep", "Optimizer.lr.warmup_epoch=0,2,5", "--x", "progress", "--out", "s.png")
    assert (done.returncode, done.stderr) == (0, "")
    assert [line for line in done.stdout.splitlines() if "warmup " in line][2].startswith("  warmup   5 epochs")
    wrong = command("plot", COSINE, "--sweep", "Optimizer.lr.warmup=1,2").stderr
    assert "--sweep Optimizer.lr.warmup: the config has no such key and nothing reads it" in wrong
    assert [entry.name for entry in tmp_path.iterdir()] == ["s.png"]


def test_csv_and_json(command: Command, tmp_path: Path) -> None:
    section = {"name": "Cosine", "learning_rate": 0.1, "warmup_epoch": 2}
    schedule = build_schedule(section, 20, 100)
    assert command("plot", COSINE, "--out", "a.csv").returncode == 0
    with open(tmp_path / "a.csv", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 2000
    assert [float(row["rate"]) for row in rows] == schedule(range(2000)).tolist()
    assert command("plot", COSINE, "--out", "a.json", "--every", "300").returncode == 0
    content = json.loads((tmp_path / "a.json").read_text(encoding="utf-8"))["results"][0]
    assert [row[0] for row in content["rows"]] == [0, 300, 600, 900, 1200, 1500, 1800, 1999]
    assert "--every 0: must be a positive integer" in command("plot", COSINE, "--out", "a.csv", "--every", "0").stderr


def test_html(command: Command, tmp_path: Path) -> None:
    done = command("plot", COSINE, "-o", "Optimizer.lr.warmup_epochs=3", "--out", "a.html")
    assert done.returncode == 2  # nothing reads that key
    done = command("plot", COSINE, "--out", "a.html")
    assert (done.returncode, done.stderr) == (0, "")
    text = (tmp_path / "a.html").read_text(encoding="utf-8")
    assert "LR303" in text
    code = f"import sys; sys.modules['plotly'] = None; from ppocr_lr.cli.main import run; sys.exit(run(['plot', {COSINE!r}, '--out', 'b.html']))"
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (2, "error: plotly is not installed: pip install 'ppocr-lr[html]'\n")
    assert not (tmp_path / "b.html").exists()


CURED = str(ROOT / "configs" / "cosine_cured.yml")
WSD = str(ROOT / "configs" / "wsd.yml")
IGNORES = "PaddleOCR's own trainer ignores warmup_iters, warmup_start_factor, hold_epochs, decay_within_run, end_lr: its final rate is 6.169e-8"


@pytest.mark.parametrize("arguments", [["plot", CURED], ["show", CURED], ["diff", CURED, COSINE]], ids=lambda a: a[0])
def test_paddleocrs_own_end_stands_beside_ours(command: Command, arguments: list[str]) -> None:
    assert IGNORES in " ".join(command(*arguments).stdout.split())
    plain = command(*arguments, "--trainer", "paddleocr").stdout
    assert "PaddleOCR's own trainer ignores" not in plain
    assert "PaddleOCR's own trainer, without this project's builder" in plain


def test_a_curve_with_the_same_end_is_not_said_to_end_elsewhere(command: Command) -> None:
    shown = command("plot", COSINE, "-o", "Optimizer.lr.warmup_mode=cosine", "--out", "a.csv").stdout
    assert "trainer ignores warmup_mode; only the final rate, 2.472e-3, is the same" in shown
    assert "here it is" not in shown


def test_the_html_page_says_it_and_draws_it(command: Command, tmp_path: Path) -> None:
    assert command("plot", CURED, "--out", "a.html").returncode == 0
    text = (tmp_path / "a.html").read_text(encoding="utf-8")
    assert "ignores warmup_iters" in text
    assert r"PaddleOCR\u0026#x27;s own trainer" in text  # the name of a curve


@pytest.mark.parametrize("name", ["plot", "show"])
def test_what_paddleocr_cannot_train_is_an_error(command: Command, name: str) -> None:
    done = command(name, WSD, "--trainer", "paddleocr")
    assert (done.returncode, done.stdout) == (2, "")
    assert "Optimizer.lr.name: 'WSD' is not a schedule of PaddleOCR" in done.stderr


def test_check_for_paddleocrs_trainer(command: Command) -> None:
    done = command("check", WSD, "--trainer", "paddleocr")
    assert done.returncode == 2
    assert "LR100 error Optimizer.lr.name: 'WSD' is not a schedule of PaddleOCR" in done.stdout
    done = command("check", CURED, "--trainer", "paddleocr")
    assert "LR104 warning Optimizer.lr.end_lr" in done.stdout


@pytest.mark.parametrize(
    ("flags", "parts"),
    [
        (
            ["--reference-gpus", "1"],
            [
                "1024 samples per update against 256: linear rule, rates 4 times as high as those written",
                "Optimizer.lr.learning_rate=0.002",
            ],
        ),
        (
            ["--reference-gpus", "1", "--scaling", "sqrt"],
            ["sqrt rule, rates 2 times as high as those written", "Optimizer.lr.learning_rate=0.001"],
        ),
        (["--reference-gpus", "1", "--scaling", "none"], ["nothing changes"]),
        (["--reference-batch", "512"], ["against 512", "learning_rate=0.001"]),
        (
            ["--reference-batch", "512", "--batch-size", "64", "--accumulate", "2"],
            ["512 samples per update against 512", "nothing"],
        ),
        ([], []),
    ],
)
def test_scaling_is_shown_when_asked_for(command: Command, flags: list[str], parts: list[str]) -> None:
    for name in ("show", "plot"):
        done = command(name, CRNN, "--num-samples", "100000", "--gpus", "4", *flags)
        assert (done.returncode, done.stderr) == (0, "")
        assert all(part in done.stdout for part in parts)
        assert ("scaling" in done.stdout) == bool(flags)
        assert "5e-4" in done.stdout  # the curve itself is the config's


def test_show_ends_with_the_option_to_paste(command: Command) -> None:
    """In a block of its own, in each of several configs."""
    done = command("show", CRNN, CRNN, "--gpus", "4", "--reference-gpus", "1")
    said = "1024 samples per update against 256: linear rule, rates 4 times as high as those written"
    block = f" in 1 file\n\nscaling\n  {said}\n  -o Optimizer.lr.learning_rate=0.002\n"
    assert done.stdout.count(f"{block}\n{CRNN}: Const\n") == 1
    assert done.stdout.endswith(block)


@pytest.mark.parametrize("ending", ["png", "svg", "pdf", "html"])
@pytest.mark.parametrize("flags", [["--reference-gpus", "1"], ["--reference-batch", "512", "--scaling", "sqrt"]])
def test_the_scaled_curve_is_drawn_too(command: Command, tmp_path: Path, ending: str, flags: list[str]) -> None:
    run = ["plot", COSINE, "--gpus", "4", "--iters-per-epoch", "50"]
    for name, more in (("a", []), ("b", flags)):
        done = command(*run, *more, "--out", f"{name}.{ending}")
        assert (done.returncode, done.stderr) == (0, "")
    plain, scaled = ((tmp_path / f"{name}.{ending}").read_bytes() for name in "ab")
    assert len(scaled) > len(plain)
    if ending == "html":
        assert b"scaled for 256 samples per update" in scaled


def test_show_draws_the_scaled_curve_too(command: Command) -> None:
    done = command("show", COSINE, "--gpus", "4", "--reference-gpus", "1")
    assert "scaled for 256 samples per update (linear)" in done.stdout
    assert "as in the config, for 64 samples per update" in done.stdout
    assert "samples per update (linear)" not in command("show", COSINE, "--gpus", "4").stdout


def test_bad_references(command: Command) -> None:
    assert "--reference-gpus 0: must be a positive integer" in command("show", CRNN, "--reference-gpus", "0").stderr
    assert command("show", CRNN, "--reference-gpus", "1", "--reference-batch", "2").returncode == 2


def test_a_bad_reference_is_told_before_anything_is_written(command: Command, tmp_path: Path) -> None:
    done = command("plot", CRNN, "--reference-gpus", "0", "--out", "a.csv")
    assert (done.returncode, done.stdout, list(tmp_path.iterdir())) == (2, "", [])


def test_a_terminated_export_leaves_nothing(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "ppocr_lr", "plot", COSINE, "--iters-per-epoch", "4000000", "--out", "a.csv"],
        cwd=tmp_path,
    )
    while process.poll() is None and not list(tmp_path.iterdir()):
        time.sleep(0.05)
    process.terminate()
    assert process.wait(60) == 143
    assert list(tmp_path.iterdir()) == []


def test_windows_and_accumulation_change_the_length(command: Command) -> None:
    done = command("plot", COSINE, "--windows")
    assert "20 epochs × 99 iterations = 1980 updates" in done.stdout
    assert "on Windows 99 of them run, the schedule counts all" in done.stdout
    rate = build_schedule({"name": "Cosine", "learning_rate": 0.1, "warmup_epoch": 2}, 20, 100)(1979)
    assert f"final    {rate_text(rate, 4)}" in done.stdout
    assert "50 iterations = 1000 updates" in command("plot", COSINE, "--accumulate", "2").stdout
    # It is a batch that the trainer leaves out, not an update.
    for every, updates in ((2, 980), (3, 660), (4, 480), (99, 20)):
        assert f" = {updates} updates" in command("plot", COSINE, "--windows", "--accumulate", str(every)).stdout
    refused = command("plot", COSINE, "--windows", "--accumulate", "100")
    assert refused.returncode == 2
    assert "--windows: the 99 of 100 batches of an epoch that run there make no update of 100" in refused.stderr
    assert "--windows: an epoch of 1 iteration" in command("plot", COSINE, "--iters-per-epoch", "1", "--windows").stderr


def test_schema(command: Command) -> None:
    whole, section = (json.loads(command("schema", *more).stdout) for more in ([], ["--section"]))
    assert "Optimizer" in whole["properties"]
    assert "Optimizer" not in json.dumps(section.get("properties", {}))


@pytest.mark.parametrize(
    ("arguments", "suggestion"),
    [
        (["shw"], "did you mean show?"),
        (["plot", "--swep", "a=1"], "did you mean --sweep?"),
        (["check", "--formt=json"], "did you mean --format?"),
        (["schema", "--out", "x"], "unrecognized arguments: --out x\n"),
        (
            ["plot", "--sweep", "A=1,2", "B=3"],
            "B=3: there is no such file; KEY=VALUE goes after -o, each sweep after",
        ),
        (["check", "B=3"], "B=3: there is no such file; KEY=VALUE goes after -o\n"),
        (["check", "--reference-gpu", "8"], "--reference-gpu; did you mean --reference-gpus?"),
        (["resume", "--reference-gpu", "8"], "unrecognized arguments: --reference-gpu\n"),  # no flag of this command
    ],
)
def test_near_commands_and_flags_are_suggested(command: Command, arguments: list[str], suggestion: str) -> None:
    done = command(*arguments)
    assert done.returncode == 2
    assert suggestion in done.stderr


@pytest.mark.parametrize(
    ("arguments", "flag"),
    [
        (["plot", "--out", "a.svg", "--out", "b.svg"], "--out"),
        (["show", "--epochs", "1", "--gpus", "2", "--epochs=1"], "--epochs"),
        (["plot", "--axis", "iters", "--x", "epochs"], "--x"),
        (["compare-log", "-c", "a.yml", "--config", "b.yml", "train.log"], "-c/--config"),
        (["find-rate", "--quiet", "--updates", "5", "train.py", "--updates", "6"], "--updates"),
    ],
)
def test_a_flag_that_takes_one_value_is_given_once(
    command: Command, tmp_path: Path, arguments: list[str], flag: str
) -> None:
    done = command(*arguments)
    assert (done.returncode, done.stdout, list(tmp_path.iterdir())) == (2, "", [])
    assert done.stderr.endswith(f"error: argument {flag}: can be given only once\n")


@pytest.mark.parametrize("name", COMMANDS)
def test_every_help_has_examples_and_fits_a_narrow_terminal(
    command: Command, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """A command to paste stays on its line, and the values of a flag are one word."""
    monkeypatch.setenv("COLUMNS", "80")
    text = command(name, "--help").stdout
    assert f"examples:\n  ppocr-lr {name}" in text
    lines = [line for line in text.splitlines() if not line.startswith(("  ppocr-lr ", "  python "))]
    assert [line for line in lines if len(line) > 80 and "{" not in line] == []


@pytest.mark.parametrize("arguments", [["check", COSINE], ["show", COSINE], ["diff", COSINE, PIECEWISE], ["explain"], ["schema"], ["plot", COSINE, "--out", "a.csv"]])  # fmt: skip
def test_text_commands_import_neither_paddle_nor_matplotlib(tmp_path: Path, arguments: list[str]) -> None:
    code = f"import sys; from ppocr_lr.cli.main import run; run({arguments!r}); print([m for m in ('paddle', 'matplotlib') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"
