"""`ppocr-lr check` and `explain` as a user runs them."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from ppocr_lr.check.formats import FORMATS
from ppocr_lr.check.rules import RULES
from tests.conftest import ROOT, Command

BAD = """Global:
  epoch_num: 20
Optimizer:
  name: Momentum
  lr:
    name: Cosine
    learning_rate: 0.1
    warmup_epochs: 5
"""
CLEAN = "Global: {epoch_num: 20}\nOptimizer: {lr: {name: Const, learning_rate: 0.1}}\n"


@pytest.fixture(autouse=True)
def _files(tmp_path: Path) -> None:
    (tmp_path / "bad.yml").write_text(BAD, encoding="utf-8")
    (tmp_path / "clean.yml").write_text(CLEAN, encoding="utf-8")
    (tmp_path / "unusable.yml").write_text(BAD.replace("Cosine", "cosine"), encoding="utf-8")
    (tmp_path / "torn.yml").write_text("a: [", encoding="utf-8")


def test_text(command: Command) -> None:
    done = command("check", "bad.yml", "--iters-per-epoch", "100")
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout.splitlines() == [
        "bad.yml",
        "  8:5 LR101 warning Optimizer.lr.warmup_epochs: is not a key of Cosine and has no effect; did you mean warmup_epoch?",
        "      |     warmup_epochs: 5",
        "      |     ^^^^^^^^^^^^^",
        "      hint: rename it to warmup_epoch, which brings up LR401",
        "",
        "1 warning in 1 file",
    ]


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (["bad.yml"], 1),
        (["bad.yml", "--fail-on", "error"], 0),
        (["bad.yml", "--ignore", "LR101"], 0),
        (["bad.yml", "--ignore", "LR101", "--fail-on", "note"], 1),
        (["clean.yml"], 0),
        (["clean.yml", "--fail-on", "note"], 1),  # the length of an epoch is not known
        (["clean.yml", "--fail-on", "note", "--iters-per-epoch", "9"], 0),
        (["unusable.yml"], 2),
        (["torn.yml"], 2),
        (["bad.yml", "torn.yml"], 2),
        (["bad.yml", "-o", "Optimizer.lr.warmup_epoch=25", "--fail-on", "error"], 1),
        (["gone.yml"], 2),
        (["bad.yml", "--ignore", "LR1"], 0),
        (["--ignore", "LR101", "bad.yml"], 0),  # a hook puts the files last
        (["--ignore", "LR303,LR101", "bad.yml"], 0),
        (["--ignore", "303, lr-101", "bad.yml"], 0),
        (["--ignore", "LR303", "--ignore", "LR10", "bad.yml"], 0),
        (["--ignore", "LR1", "--select", "LR101", "bad.yml"], 1),  # the longer one counts
        (["--select", "LR3,LR4", "bad.yml"], 0),
        (["--select", "LR9", "bad.yml"], 2),
        (["--select", "L", "bad.yml"], 2),
        (["bad.yml", "--min-severity", "error", "--fail-on", "note"], 0),  # what is hidden does not count
        (["bad.yml", "--ignore", "LR9"], 2),
        ([], 2),
    ],
)
def test_exit_codes(command: Command, arguments: list[str], status: int) -> None:
    done = command("check", *arguments)
    assert done.returncode == status
    assert "Traceback" not in done.stderr
    of_a_file = any(argument.endswith(".yml") for argument in arguments) and not {"LR9", "L"} & {*arguments}
    assert bool(done.stderr) == (status == 2 and not of_a_file)  # a file's error is a finding, said once


def test_what_is_true_of_the_run_is_said_once(command: Command, tmp_path: Path) -> None:
    for index in range(3):
        (tmp_path / f"{index}.yml").write_text(CLEAN, encoding="utf-8")
    words = ("check", "0.yml", "1.yml", "2.yml")
    text = command(*words).stdout
    assert (text.count("LR201"), text.count("; the same in 3 files")) == (1, 1)
    assert command(*words, "--format", "github").stdout.count("LR201") == 1
    results = json.loads(command(*words, "--format", "json").stdout)["results"]
    assert [[finding["code"] for finding in each["findings"]] for each in results] == [["LR201"]] * 3
    assert "the same in" not in command("check", "0.yml").stdout


def test_statistics(command: Command) -> None:
    words = ("check", "bad.yml", "clean.yml", "--statistics")
    done = command(*words)
    assert (done.returncode, done.stdout.splitlines()) == (
        1, [f"2  LR201  {RULES['LR201'].title}", f"1  LR101  {RULES['LR101'].title}"],
    )  # fmt: skip
    counted = json.loads(command(*words, "--format", "json").stdout)["results"]
    assert [(each["code"], each["count"]) for each in counted] == [("LR201", 2), ("LR101", 1)]
    assert command("check", "clean.yml", "--select", "LR3", "--statistics").stdout == "no findings in 1 file\n"


OTHER_YAML = {
    "workflow.yml": "on: push\njobs: {test: {runs-on: x}}\n",
    "list.yaml": "- a\n- b\n",
    "empty.yml": "",
    "predict.yml": "Global: {infer_mode: true}\nArchitecture: {model_type: rec}\nPostProcess: {name: CTC}\n",
    "detection.yml": "LearningRate: {base_lr: 0.1}\n",
    "tags.yml": "LearningRate: {schedulers: [!LinearWarmup {steps: 500}, !CosineDecay [12]]}\n",
    "reader.yml": "TrainReader:\n  transforms:\n  - !DecodeImage {to_rgb: true}\n  - !Permute\n",
    "optimizer.yml": "model: {name: crnn}\noptimizer: {name: adam, lr: 0.001}\nglobal_grad_clip: 5.0\n",
    "pytorch.yml": "Optimizer: {name: Adam, lr: 0.001}\n",
    "mkdocs.yml": "slugify: !!python/name:pymdownx.slugs.uslugify\n",
}
SLIPS = {
    "slip.yml": "Global: {epoch_num: 2}\nOptimiser: {lr: {learning_rate: 0.1}}\n",
    "case.yml": "global: {epoch_num: 2}\noptimizer: {lr: {learning_rate: 0.1}}\n",
    "number.yml": "Global: {epoch_num: 2}\nOptimizer: {lr: 0.1}\n",
    "alone.yml": "Optimizer: {lr: {learning_rate: 0.1}}\n",
    "torn.yml": "Global: {epoch_num: [\n",
    "tag.yml": "Global: {epoch_num: 2}\nOptimizer: {lr: !Cosine {learning_rate: 0.1}}\n",
}


def test_a_folder_walk_passes_by_what_is_no_training_config(command: Command, tmp_path: Path) -> None:
    (tmp_path / "walk").mkdir()
    for name, text in {
        **OTHER_YAML,
        "c.yml": "Global: {epoch_num: 2}\nOptimizer: {lr: {name: Const, learning_rate: 0.1}}\n",
    }.items():
        (tmp_path / "walk" / name).write_text(text, encoding="utf-8")
    done = command("check", "walk", "--iters-per-epoch", "10")
    assert (done.returncode, done.stderr) == (
        0,
        f"note: {len(OTHER_YAML)} YAML files hold no training config of PaddleOCR's; skipped\n",
    )
    for name in OTHER_YAML:  # what is named is meant
        assert command("check", f"walk/{name}", "--iters-per-epoch", "10").returncode == 2
    for name, text in SLIPS.items():
        (tmp_path / "walk" / name).write_text(text, encoding="utf-8")
    done = command("check", "walk", "--iters-per-epoch", "10")
    assert (done.returncode, all(name in done.stdout for name in SLIPS)) == (2, True)


def test_a_folder_without_a_training_config(command: Command, tmp_path: Path) -> None:
    (tmp_path / "walk").mkdir()
    (tmp_path / "walk" / "a.yml").write_text("a: 1\n", encoding="utf-8")
    done = command("check", "walk")
    assert (done.returncode, "holds no training config" in done.stderr) == (2, True)


def test_folders_are_walked_and_one_bad_file_stops_nothing(command: Command, tmp_path: Path) -> None:
    (tmp_path / "deep" / "er").mkdir(parents=True)
    shutil.copy(tmp_path / "bad.yml", tmp_path / "deep" / "er" / "b.YAML")
    done = command("check", ".")
    assert done.returncode == 2
    assert "torn.yml\n  2:1 LR100 error is not YAML" in done.stdout
    assert "deep/er/b.YAML\n  8:5 LR101 warning" in done.stdout
    assert "unusable.yml\n  6:5 LR100 error Optimizer.lr.name: 'cosine' is not a schedule" in done.stdout
    (tmp_path / "empty").mkdir()
    assert (
        command("check", ".", "--ignore", "LR9").stderr
        == "error: --ignore LR9: there is no such code; `ppocr-lr explain` lists all\n"
    )
    assert "error: empty: holds no .yml or .yaml file" in command("check", "empty").stderr


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may read everything")
def test_a_folder_that_cannot_be_read_is_told(command: Command, tmp_path: Path) -> None:
    (tmp_path / "deep" / "closed").mkdir(parents=True)
    (tmp_path / "deep" / "c.yml").write_text(CLEAN)
    (tmp_path / "deep" / "closed").chmod(0)
    try:
        for folder in ("deep", "deep/closed"):
            done = command("check", folder)
            assert done.returncode == 2
            assert "deep/closed\n  1:1 LR100 error cannot be read: Permission denied" in done.stdout
            assert ("deep/c.yml" in done.stdout) == (folder == "deep")
        inside = command("check", "deep/closed/c.yml", "deep/c.yml").stdout
        assert "deep/closed/c.yml\n  1:1 LR100 error cannot be read: Permission denied" in inside
        assert "in 2 files" in inside
    finally:
        (tmp_path / "deep" / "closed").chmod(0o755)


def test_json(command: Command) -> None:
    done = command("check", "bad.yml", "unusable.yml", "--format", "json", "--num-samples", "5")
    assert done.returncode == 2
    bad = json.loads(command("check", "bad.yml", "--format", "json", "--iters-per-epoch", "100").stdout)["results"][0]
    assert bad["config"] == "bad.yml"
    assert (bad["usable"], bad["epochs"], bad["iters_per_epoch"]) == (True, 20, 100)
    assert bad["findings"][0] == {
        "code": "LR101", "severity": "warning", "key": "Optimizer.lr.warmup_epochs", "line": 8, "column": 5,
        "message": "is not a key of Cosine and has no effect; did you mean warmup_epoch?",
        "hint": "rename it to warmup_epoch, which brings up LR401",
    }  # fmt: skip


def test_unusable_files_are_in_the_formats_for_programs(command: Command) -> None:
    report = json.loads(command("check", "torn.yml", "--format", "json").stdout)["results"][0]
    assert (report["config"], report["usable"], report["findings"][0]["code"]) == ("torn.yml", False, "LR100")
    assert "::error file=torn.yml,line=" in command("check", "torn.yml", "--format", "github").stdout
    assert "no findings" not in command("check", "torn.yml").stdout


OUTSIDE = """# a config with a slip
Global:
  epoch_num: 20
Optimizer:
  lr: {name: Const, learning_rate: 0.1}
Train:
  loader:
    batch_size_per_card: 8
"""


@pytest.mark.parametrize(
    ("right", "wrong", "words", "key", "place", "carets"),
    [
        ("epoch_num: 20", "epoch_num: abc", [], "Global.epoch_num", (3, 3), 9),
        ("card: 8", "card: x", ["--num-samples", "9"], "Train.loader.batch_size_per_card", (8, 5), 19),
        ("    batch_size_per_card: 8", "", ["--num-samples", "9"], "Train.loader.batch_size_per_card", (7, 3), 6),
        ("\n    batch_size_per_card: 8", " [8]", [], "Train.loader", (7, 3), 6),
        ("lr: {name: Const, learning_rate: 0.1}", "lr: 0.1", [], "Optimizer.lr", (5, 3), 2),
        ("\n  lr: {name: Const, learning_rate: 0.1}", " 5", [], "Optimizer", (4, 1), 9),
        ("", "", ["-o", "Global.epoch_num=abc"], "Global.epoch_num", (3, 3), 0),
    ],
)
def test_errors_outside_the_section_are_at_their_key(
    right: str, wrong: str, words: list[str], key: str, place: tuple[int, int], carets: int,
    command: Command, tmp_path: Path,
) -> None:  # fmt: skip
    (tmp_path / "c.yml").write_text(OUTSIDE.replace(right, wrong), encoding="utf-8")
    line, column = place

    def shown(form: str) -> str:
        done = command("check", "c.yml", *words, "--format", form)
        assert (done.returncode, done.stderr) == (2, "")
        return done.stdout

    assert shown("concise").startswith(f"c.yml:{line}:{column}: LR100 error {key}: ")
    assert shown("github").startswith(f"::error file=c.yml,line={line},col={column},title=LR100::{key}: ")
    (found,) = json.loads(shown("json"))["results"][0]["findings"]
    assert (found["key"], found["line"], found["column"]) == (key, line, column)
    (result,) = json.loads(shown("sarif"))["runs"][0]["results"]
    assert result["locations"][0]["physicalLocation"]["region"] == {"startLine": line, "startColumn": column}
    assert shown("text").count("^") == carets


@pytest.mark.parametrize(
    ("content", "place", "key"),
    [
        (CLEAN.replace("epoch_num", "epoch_nums"), "Global: ", "Global.epoch_num"),
        (CLEAN.replace("20", ""), "epoch_num: ", "Global.epoch_num"),
        (CLEAN.replace("lr: {", "rate: {"), "Optimizer: ", "Optimizer"),
        (CLEAN.replace("Optimizer: ", "Optimiser: "), "", ""),
        (CLEAN.replace("Const", "\udcff"), "\udcff", ""),
    ],
)
def test_what_is_missing_is_placed_where_it_should_be(
    content: str, place: str, key: str, command: Command, tmp_path: Path
) -> None:
    content = f"# a comment of a config\n{content}"
    (tmp_path / "c.yml").write_bytes(content.encode(errors="surrogateescape"))
    before = content[: content.index(place)]
    done = command("check", "c.yml", "--format", "json")
    (found,) = json.loads(done.stdout)["results"][0]["findings"]
    assert (found["code"], found["key"]) == ("LR100", key)
    assert (found["line"], found["column"]) == (before.count("\n") + 1, len(before) - before.rfind("\n"))
    assert done.returncode == 2


@pytest.mark.parametrize(
    ("content", "frame"),
    [
        (CLEAN.replace("}}", "]}").encode("utf-16"), ["Optimizer: {lr: {name: Const, learning_rate: 0.1]}"]),
        (CLEAN.encode("utf-16-le"), []),
        (b"\xff\xfe\x00\xd8junk, junk", []),
        (b"Global: {}\nOptimizer: \xff\n", []),
    ],
    ids=["UTF-16", "UTF-16 without its mark", "junk after its mark", "another encoding"],
)
def test_lines_are_shown_only_of_what_is_text(
    content: bytes, frame: list[str], command: Command, tmp_path: Path
) -> None:
    (tmp_path / "c.yml").write_bytes(content)
    lines = [line.partition("| ")[2] for line in command("check", "c.yml").stdout.splitlines() if "| " in line]
    assert lines[:1] == frame


def test_github(command: Command) -> None:
    done = command("check", "bad.yml", "--format", "github", "--iters-per-epoch", "100")
    assert done.stdout.splitlines()[0] == (
        "::warning file=bad.yml,line=8,col=5,title=LR101::Optimizer.lr.warmup_epochs: "
        "is not a key of Cosine and has no effect; did you mean warmup_epoch? "
        "(rename it to warmup_epoch, which brings up LR401)"
    )


@pytest.mark.parametrize("code", sorted(RULES))
def test_explain(command: Command, code: str) -> None:
    text = command("explain", code.lower()).stdout
    assert text.startswith(f"{code} ({RULES[code].severity}, ")
    assert "example:" in text
    assert "source:" in text


@pytest.mark.parametrize("words", [["explain", "LR101"], ["schema"], ["schema", "--section"]])
def test_without_docstrings_there_is_nothing_to_say(words: list[str]) -> None:
    done = subprocess.run([sys.executable, "-OO", "-m", "ppocr_lr", *words], capture_output=True, text=True, cwd=ROOT)
    said = "its texts are docstrings, which Python leaves out with -OO; run it without"
    assert (done.returncode, done.stdout, done.stderr) == (2, "", f"error: {words[0]}: {said}\n")


def test_explain_lists_all(command: Command) -> None:
    assert len(command("explain").stdout.splitlines()) == len(RULES)


@pytest.mark.parametrize(
    ("words", "codes"),
    [
        ("LR 401", ["LR401"]),
        ("401,lr402 LR-403", ["LR401", "LR402", "LR403"]),
        ("no name, so the rate is constant", ["LR103"]),
        ("TwoStepCosine and its 200 epochs", ["LR406"]),
    ],
)
def test_explain_takes_codes_as_people_type_them(words: str, codes: list[str], command: Command) -> None:
    assert re.findall(r"^(LR\d+) \(", command("explain", *words.split()).stdout, re.MULTILINE) == codes


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("LR999", "LR999: there is no such code; the families are LR1, LR2, LR3"),
        ("4", "4: there is no such code; the codes of this kind are LR401, LR402"),
        ("a cosine that rises", "did you mean LR404 (a cosine that rises again)?\n"),
        ("cosine", "did you mean LR404 (a cosine that rises again), LR406 (TwoStepCosine and its 200 epochs)?\n"),
        (",", ",: there is no such code"),
    ],
)
def test_explain_names_what_may_have_been_meant(words: str, message: str, command: Command) -> None:
    done = command("explain", *words.split())
    assert (done.returncode, done.stdout, message in done.stderr) == (2, "", True)


def test_two_hundred_files(command: Command, tmp_path: Path) -> None:
    for index in range(200):
        shutil.copy(ROOT / "configs" / "det_db.yml", tmp_path / f"{index}.yml")
    (tmp_path / "torn.yml").unlink()
    (tmp_path / "unusable.yml").unlink()
    done = command("check", ".", "--fail-on", "error")
    assert done.returncode == 0
    assert done.stdout.splitlines()[-1].endswith("in 202 files")


FOREIGN = "a\x1b[31m\n::error file=x::pwn\u202e\x9b2J"


@pytest.mark.parametrize("format", ["text", "json", *FORMATS])
def test_what_a_file_says_reaches_no_terminal_raw(command: Command, tmp_path: Path, format: str) -> None:
    lr = {"name": "Cosine", "learning_rate": 0.1, FOREIGN: 1}
    config = {
        "Global": {"epoch_num": 2, FOREIGN: 1},
        "Optimizer": {"lr": lr, "regularizer": {"name": "L2", FOREIGN: 1}},
        "Train": {"dataset": {"label_file_list": [FOREIGN]}, "sampler": {"name": FOREIGN}},
    }
    (tmp_path / f"c{FOREIGN.replace('/', '')}.yml").write_text(yaml.safe_dump(config))
    good = f"g{FOREIGN.replace('/', '')}.yml"
    (tmp_path / good).write_text(yaml.safe_dump({**config, "Optimizer": {"lr": lr}}))
    (tmp_path / "d.yml").write_text(yaml.safe_dump({**config, "Optimizer": {"lr": {**lr, "name": FOREIGN}}}))
    (tmp_path / "e.yml").write_text(FOREIGN)
    other = {"name": FOREIGN, "lr": lr, "regularizer": {"name": FOREIGN, FOREIGN: FOREIGN}}
    (tmp_path / "f.yml").write_text(yaml.safe_dump({**config, "Optimizer": other}))
    for words in (
        ["plot", good, "--iters-per-epoch", "9", "--out", f"{FOREIGN}.csv".replace("/", "")], ["schema", FOREIGN],
        ["diff", good, "f.yml", "--iters-per-epoch", "9"], ["check", good, FOREIGN], ["check", good, f"--{FOREIGN}"],
        ["diff", good, "f.yml", "--iters-per-epoch", "9", "--out", f"{FOREIGN}.svg".replace("/", "")],
        ["check", "."], ["check", ".", "--num-samples", "9", "--batch-size", "1"], ["explain", FOREIGN],
        ["check", ".", "--ignore", FOREIGN], ["check", ".", "-o", f"{FOREIGN}=1"], ["show", FOREIGN],
        ["check", ".", "-o", f"Optimizer.lr.learning_rate={FOREIGN}"], ["compare-log", FOREIGN],
        ["plot", good, "--iters-per-epoch", "9", "--out", "a.csv"], ["diff", good, good, "--iters-per-epoch", "9"],
        ["show", good, "--iters-per-epoch", "9"], ["plot", good, good, "--iters-per-epoch", "9", "--out", "a.csv"],
    ):  # fmt: skip
        done = command(*words, *(["--format", format] if words[0] == "check" else []))
        for line in (done.stdout + done.stderr).splitlines():
            assert not line.startswith("::error file=x")
            assert line.isprintable()


def test_json_holds_foreign_text_as_it_is(command: Command, tmp_path: Path) -> None:
    """In escapes where a terminal would act on it."""
    name = FOREIGN.replace("/", "")
    shutil.copy(ROOT / "configs" / "cosine.yml", tmp_path / name)
    done = command("check", name, "--format", "json")
    assert json.loads(done.stdout)["results"][0]["config"] == name
    assert all(map(str.isprintable, done.stdout.splitlines()))


def test_a_wrong_reference_is_told_before_anything_is_written(command: Command, tmp_path: Path) -> None:
    lr = {"name": "Linear", "learning_rate": 1e99}
    config = {"Global": {"epoch_num": 2}, "Optimizer": {"lr": lr}, "Train": {"loader": {"batch_size_per_card": 8}}}
    (tmp_path / "c.yml").write_text(yaml.safe_dump(config))
    words = ("--iters-per-epoch", "9", "--gpus", "100", "--reference-gpus", "1", "--out", "a.png")
    done = command("plot", "c.yml", *words)
    assert (done.returncode, (tmp_path / "a.png").exists()) == (2, False)
    assert "after scaling by 100, is not allowed" in done.stderr
    lr |= {"learning_rate": 0.1, "stages": 5}
    (tmp_path / "c.yml").write_text(yaml.safe_dump(config))
    done = command("plot", "c.yml", *words)
    assert (done.returncode, (tmp_path / "a.png").exists()) == (0, True)
    assert "-o Optimizer.lr.learning_rate=10" in done.stdout


@pytest.mark.parametrize(
    "words",
    ["a.yml --ignore LR303 b.yml", "--ignore LR303 a.yml b.yml", "a.yml b.yml --ignore LR303", "a.yml -q b.yml"],
)
def test_files_may_stand_around_a_flag(words: str, command: Command, tmp_path: Path) -> None:
    for name in ("a.yml", "b.yml"):
        shutil.copy(ROOT / "configs" / "cosine.yml", tmp_path / name)
    done = command("check", *words.replace("-q", "--format concise").split(), "--min-severity", "warning")
    assert (done.returncode, done.stdout) == (0, "no findings in 2 files\n")


def test_a_flag_that_does_not_exist_is_still_told(command: Command) -> None:
    done = command("check", "a.yml", "--ignored", "b.yml")
    assert (done.returncode, "unrecognized arguments: --ignored b.yml" in done.stderr) == (2, True)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("a.yml --stdin-filename b.yml", "error: --stdin-filename: goes with a config -"),
        ("a.yml --statistics --format sarif", "error: --statistics: has the formats text and json, not sarif"),
        ("--ignore a.yml", "error: --ignore a.yml: there is no such code"),
        ("- --diff", "error: --diff: what comes from stdin is not a file that could be fixed"),
        ("- --fix-only", "error: --fix-only: what comes from stdin is not a file that could be fixed"),
    ],
)
def test_flags_without_sense_are_told(words: str, message: str, command: Command) -> None:
    done = command("check", *words.split())
    assert (done.returncode, done.stdout, done.stderr.startswith(message)) == (2, "", True)


def test_a_file_is_checked_once(command: Command, tmp_path: Path) -> None:
    (tmp_path / "x" / "deep").mkdir(parents=True)
    for name in ("x/a.yml", "x/deep/b.yml", "-"):
        shutil.copy(ROOT / "configs" / "cosine.yml", tmp_path / name)
    (tmp_path / "x" / "ppocr-lr.toml").write_text("exclude = ['deep']", encoding="utf-8")
    for words, files in (
        ("x/a.yml ./x/a.yml x", ["x/a.yml"]),
        ("x x/deep/b.yml x/a.yml", ["x/deep/b.yml", "x/a.yml"]),  # what is named counts as named
        ("./-", ["-"]),  # a file of that name
    ):
        found = json.loads(command("check", *words.split(), "--format", "json").stdout)["results"]
        assert [each["config"] for each in found] == files
