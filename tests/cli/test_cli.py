"""The command as a user runs it: real processes, real files."""

from __future__ import annotations

import io
import os
import signal
import struct
import subprocess
import sys
import time
import zlib
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

import pytest
import yaml

from ppocr_lr.cli.main import run
from ppocr_lr.training_config.plan import DEFAULT_CONFIG
from tests.conftest import ROOT, Command

SCRIPT = ROOT / "tools" / "plot_lr.py"
PNG = b"\x89PNG"


def write(path: Path, lr: Any, **train: Any) -> str:
    config = {"Global": {"epoch_num": 10}, "Optimizer": {"lr": lr}, "Train": train}
    path.write_text(yaml.safe_dump(config, allow_unicode=True), encoding="utf-8")
    return path.name


@pytest.mark.parametrize("script", [SCRIPT, None])
def test_without_arguments_it_draws_the_default_config(process: Command, tmp_path: Path, script: Path | None) -> None:
    done = process(*([] if script else ["plot"]), script=script)
    assert (done.returncode, done.stderr) == (0, "")
    assert "peak     1e-1, first at update 200 (epoch 2)" in done.stdout
    assert done.stdout.splitlines()[-1] == "picture: lr_default_config.png"
    assert (tmp_path / "lr_default_config.png").read_bytes().startswith(PNG)
    assert len(list(tmp_path.iterdir())) == 1


def test_a_config_with_overrides_and_flags(command: Command, tmp_path: Path) -> None:
    name = write(
        tmp_path / "训练.yml",
        {"name": "Piecewise", "decay_epochs": [5], "values": [0.1, 0.01]},
        loader={"batch_size_per_card": 8, "drop_last": True},
    )
    done = command(
        "plot", "-c", name, "-o", "Optimizer.lr.values.0=1e-3", "Optimizer.lr.warmup_epoch=1",
        "--epochs", "8", "--num-samples", "100", "--gpus", "2", "--out", "图.svg", "--log-scale",
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    assert "8 epochs × 6 iterations = 48 updates" in done.stdout
    assert "100 samples (as given) / 2 cards / 8 per batch, rounded down (drop_last) = 6" in done.stdout
    assert "peak     1e-2, first at update 36 (epoch 6)" in done.stdout
    assert (tmp_path / "图.svg").read_bytes().startswith(b"<?xml")


@pytest.mark.parametrize(
    "name", [os.fsdecode(b"\xff a\nb.yml"), "长" * 80 + ".yml", "a" * 250 + ".yml"], ids=["bytes", "wide", "long"]
)
def test_a_config_of_any_name_has_one_picture(command: Command, tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(DEFAULT_CONFIG.read_bytes())
    for _ in range(2):  # the second replaces the first
        assert command("plot", "-c", name).returncode == 0
    assert len(list(tmp_path.iterdir())) == 2


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("pixels", [10_000, 40_000])
def test_a_large_picture_of_a_config_is_replaced_too(command: Command, tmp_path: Path, pixels: int) -> None:
    (tmp_path / "c.yml").write_bytes(DEFAULT_CONFIG.read_bytes())
    command("plot", "c.yml")
    content = (tmp_path / "lr_c.png").read_bytes()
    header = b"IHDR" + struct.pack(">II", pixels, pixels) + content[24:29]
    (tmp_path / "lr_c.png").write_bytes(content[:12] + header + struct.pack(">I", zlib.crc32(header)) + content[33:])
    assert command("plot", "c.yml").stderr == ""
    assert len(list(tmp_path.iterdir())) == 2


def test_label_files_are_counted_where_training_starts(command: Command, tmp_path: Path) -> None:
    (tmp_path / "train.txt").write_text("a\tb\n" * 64, encoding="utf-8")
    name = write(
        tmp_path / "c.yml",
        {"learning_rate": 0.1},
        dataset={"label_file_list": ["./train.txt"], "ratio_list": [0.5]},
        loader={"batch_size_per_card": 8, "drop_last": False},
    )
    done = command("plot", name)
    assert (done.returncode, done.stderr) == (0, "")
    assert "32 samples (1 label file) / 1 card / 8 per batch, rounded up = 4 iterations per epoch" in done.stdout


def test_label_files_are_looked_for_with_the_config_too(command: Command, tmp_path: Path) -> None:
    (tmp_path / "rec").mkdir()
    dataset = {"label_file_list": ["./data/train.txt"]}
    name = write(tmp_path / "rec" / "c.yml", {"learning_rate": 0.1}, dataset=dataset, loader={"batch_size_per_card": 8})
    where = "there is no label file data/train.txt, rec/data/train.txt or rec/train.txt"
    assert f"LR201 note Train: the length of an epoch is not known: {where}" in command("check", f"rec/{name}").stdout
    assert f"{where}; give --iters-per-epoch or --num-samples" in command("show", f"rec/{name}").stderr
    (tmp_path / "rec" / "train.txt").write_text("a\tb\n" * 64, encoding="utf-8")
    for words in (["show"], ["plot", "--out", "a.csv"]):
        assert "64 samples (1 label file in rec)" in command(words[0], f"rec/{name}", *words[1:]).stdout
    assert "LR201" not in command("check", f"rec/{name}").stdout


def test_several_configs_give_one_picture(command: Command, tmp_path: Path) -> None:
    names = [write(tmp_path / f"{rate}.yml", {"name": "Cosine", "learning_rate": rate}) for rate in (0.1, 0.01)]
    done = command("plot", "-c", *names, "--iters-per-epoch", "10", "--out", "both.pdf")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.count("run      10 epochs") == 2
    assert [entry.name for entry in tmp_path.glob("*.p*")] == ["both.pdf"]


def test_warnings_go_to_stderr(command: Command, tmp_path: Path) -> None:
    name = write(tmp_path / "c.yml", {"name": "Cosine", "learning_rate": "1e-3", "warmup_epochs": 2})
    done = command("plot", name, "--iters-per-epoch", "10")
    assert done.returncode == 0
    assert "warning: c.yml: Optimizer.lr.learning_rate: '1e-3' is a string" in done.stderr
    assert "warning: c.yml: Optimizer.lr.warmup_epochs: is not a key of Cosine" in done.stderr
    assert "warning" not in done.stdout


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["plot", "gone.yml"], "error: gone.yml: cannot be read: No such file or directory"),
        (["plot", "emty.yml"], "No such file or directory; did you mean empty.yml?"),
        (["check", "-q", "./Empty.yaml"], "No such file or directory; did you mean empty.yml?"),
        (["plot", "."], "error: .: cannot be read: Is a directory"),
        (["show", str(DEFAULT_CONFIG), "gone.yml"], "error: gone.yml: cannot be read: No such file or directory"),
        (["show", "a\0"], r"error: a\x00: cannot be read: embedded null byte"),
        (["compare-log", "a\0"], r"error: a\x00: cannot be read: embedded null byte"),
        (["plot", "empty.yml"], "error: empty.yml: is empty"),
        (["plot", "tag.yml"], "error: tag.yml:1:4: the tag !!python/object/apply:os.system is not allowed"),
        (["plot", "c.yml"], "error: c.yml: the length of an epoch is not known"),
        (["plot", "c.yml", "--iters-per-epoch", "0"], "--iters-per-epoch 0: must be a positive integer"),
        (["plot", "c.yml", "-o", "Optimizer.lr.learning_rte=3"], "did you mean Optimizer.lr.learning_rate?"),
        (["plot", "--out", "a.bmp"], "error: --out a.bmp: the ending must be one of .png, .svg, .pdf"),
        (["plot", "--out", "no/a.png"], "error: --out no/a.png: there is no folder no"),
        (["plot", "--out", "/proc/a.png"], "error: /proc/a.png: cannot be written"),
        (["plot", "--epochs", "0"], "--epochs 0: must be a positive integer"),
        (["plot", "--size", "2x1.9"], "error: --size 2x1.9: a picture has 2 to 100 inches each way"),
        (["plot", "--size", "9"], "error: --size 9: must be a width and height in inches, such as 3.3x2.4"),
        (["plot", "--epochs", "x"], "error: --epochs x: must be a positive integer"),
        (["show", "--num-samples", "1e3", "--iters-per-epoch", "1"], "--num-samples 1e3: must be a positive integer"),
        (["check", "c.yml", "--batch-size=-1"], "--batch-size -1: must be a positive integer"),
        (["plot", "--every", "1.5"], "error: --every 1.5: must be a positive integer"),
        (["plot", "--every", "10"], "error: --every 10: is for .csv and .json, not for .png"),
        (["plot", "--dpi", "high"], "error: --dpi high: must be a number"),
        (["explore", "--port", "x"], "error: --port x: must be a positive integer"),
        (["explore", "--port", "65536"], "error: --port 65536: must be from 1 to 65535"),
        (["find-rate", "train.py", "--from", "0,1"], "error: --from 0,1: must be a number"),
        (["plot", "--epochs", "1", "--iters-per-epoch", "1", "--log-scale"], "no rate is above 0"),
        (["show", "-"], "directory; standard input is called /dev/stdin here"),
        (["compare-log", "-"], "directory; standard input is called /dev/stdin here"),
        (["compare-log", "-c", "-", "-"], "standard input is called /dev/stdin here"),
        (["find-rate", "--log", "-"], "directory; standard input is called /dev/stdin here"),
        (["show", "https://a.b/c.yml?raw=true"], "error: https://a.b/c.yml?raw=true: cannot be read: No such file or "),
        (["check", "https://a.b/c.yml"], "error: https://a.b/c.yml: cannot be read: No such file or directory; nothing"),
        (["compare-log", "http://a.b/train.log"], "error: http://a.b/train.log: cannot be read: No such file or "),
        (["resume", "c.yml", "--checkpoint", "hdfs://a/latest"], "directory; nothing is read from the web, download"),
        (["show", "C:/c.yml"], "cannot be read: No such file or directory\n"),
        (["show", "none/*.yml"], "directory; no file fits this pattern, or quotes keep the shell from filling it in"),
        (["schema", "-"], "unrecognized arguments: -\n"),
        (["check", ""], "'' is blank; is a variable unset"),
        (["plot", "c.yml", " "], "' ' is blank"),
        (["plot", "c.yml", "--checkpoint", ""], "'' is blank"),
        (["compare-log", ""], "'' is blank"),
        (["check", "-c", "c.yml", "#", "four", "cards"], "#: a comment begins here, which your shell has passed on"),
        (["show", "c.yml", "#the", "--gpus", "parameter"], "#the: a comment begins here"),
        (["show", "tools/train.py", "-c", "c.yml"], "error: tools/train.py: is a script, not a config; write what"),
        (["tools/train.py", "-c", "c.yml"], "to train with tools/train.py: ppocr-lr train tools/train.py -c c.yml"),
        (["python", "-m", "a", "train.py"], "to train with train.py: ppocr-lr train python -m a train.py"),
        (["c.yml", "--epochs", "3"], "name a command first, as in ppocr-lr show c.yml --epochs 3"),
        (["-c", "c.yml"], "name a command first, as in ppocr-lr show -c c.yml"),
        (["plot", "-config", "c.yml"], "error: -config: write --config"),
        (["plot", "c.yml", "-out=a.png"], "error: -out=a.png: write --out=a.png"),
        (["-help"], "error: -help: write --help"),
        (["show", "c.yml", "c"], "error: c.yml: the length of an epoch is not known"),
        (["help", "plott"], "invalid choice: 'plott'"),
        (["diff", "c.yml"], "error: diff: name 2 configs, before -o or after -c; received 1"),
        (["scale", "c.yml", "-c", "c.yml"], "error: scale: name one config, before -o or after -c; received 2"),
        (["resume", "run/latest"], "run/latest: is a checkpoint, not a config; write --checkpoint run/latest"),
        (["resume", "run/latest.states"], "run/latest.states: is a checkpoint, not a config; write --checkpoint run/"),
        (["resume", "--checkpoint", "run/latest"], "received 0; the run's own is run/config.yml"),
        (["resume", "--checkpoint", "latest"], "name one config, before -o or after -c; received 0\n"),
        (["diff", "-", "-"], "directory; standard input is called /dev/stdin here"),
        (["plot", "c.yml", "-o", "a.png"], "Optimizer.lr.learning_rate=0.001; name a picture after --out"),
        (["plot", "--dpi", "9"], "error: --dpi 9.0: must be at least 10, with at most 100 million pixels in all"),
        (["plot", "--dpi", "1e308"], "error: --dpi 1e+308: must be at least 10, with at most 100 million pixels in all"),
        (["plot", "--out="], "error: --out=: nothing follows the =; is a variable unset?"),
        (["diff", "c.yml", "c.yml", "c.yml"], "error: diff: name 2 configs, before -o or after -c; received 3"),
        (["--quiet", "plot"], "error: name the command first: ppocr-lr plot --quiet"),
        (["--import", "a.py", "plot", "c.yml"], "error: name the command first: ppocr-lr plot --import a.py c.yml"),
        (["plot", "--sow"], "unrecognized arguments: --sow"),
        (["show", "c.yml", "-o", "Global.epoch_num=3", "--"], "unrecognized arguments: --\n"),
        (["plot", "—c", "c.yml"], "—c: a web page, a chat or the shell has changed what was typed; write -c"),
        (["plot", "c.yml", " --epochs", "5"], "write --epochs"),
        (["plot", "--epochs\xa05"], "write --epochs 5"),
        (["plot", "-c\u3000c.yml"], "write -c c.yml"),
        (["plot", "\u200b--epochs", "5"], "write --epochs"),
        (["plot", "–-epochs=5"], "write --epochs=5"),
        (["plot", "−−epochs", "5"], "write --epochs"),
        (["plot", "-o", "“Global.epoch_num=5”"], "write Global.epoch_num=5"),
        (["plot", "-o", "Global.epoch_num=“5”"], "write Global.epoch_num=5"),
        (["plott"], "invalid choice: 'plott'"),
        (["train", "-c", "c.yml"], "error: name the script that trains, with its flags after it: tools/train.py -c"),
        (["train", "--no-check", "-o", "Global.epoch_num=3"], "error: name the script that trains"),
    ],
)  # fmt: skip
def test_one_clear_error_and_no_file(command: Command, tmp_path: Path, arguments: list[str], message: str) -> None:
    write(tmp_path / "c.yml", {"learning_rate": 0.1})
    (tmp_path / "run").mkdir()
    for name in ("empty.yml", "run/config.yml", "run/latest.pdopt"):
        (tmp_path / name).touch()
    (tmp_path / "tag.yml").write_text("a: !!python/object/apply:os.system ['touch hacked']", encoding="utf-8")
    before = sorted(tmp_path.iterdir())
    done = command(*arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stderr.count("error:") == 1
    assert sorted(tmp_path.iterdir()) == before


@pytest.mark.skipif(os.name != "posix", reason="a folder in use stays there")
def test_a_picture_that_cannot_be_written_is_named_even_if_nobody_named_it(
    command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir("gone")
    (tmp_path / "gone").rmdir()
    done = command("plot")
    assert done.returncode == 2
    assert done.stderr.startswith("error: lr_default_config.png: cannot be written: ")


def test_a_title_and_names_may_be_any_text(command: Command) -> None:
    words = ["--title", "“Warmup”\u3000", "--label", "“a”", "", "--sweep", "Optimizer.lr.warmup_epoch=0,2"]
    assert command("plot", *words).returncode == 0
    assert command("plot", "--title=－a\u3000b").returncode == 0


def test_several_words_on_both_sides_of_a_flag(command: Command) -> None:
    cosine, step = (str(ROOT / "configs" / name) for name in ("cosine.yml", "step.yml"))
    for words in ([cosine, "--axis", "progress", step], ["--axis", "progress", "-c", cosine, "-c", step]):
        assert command("diff", *words).stdout == command("diff", cosine, step, "--axis", "progress").stdout
    assert "LR402" in command("explain", "LR401", "--lang", "en", "LR402").stdout
    assert "error: b.log: cannot be read" in command("compare-log", "-c", cosine, "--epochs", "3", "b.log").stderr
    assert "error: a.log: cannot be read" in command("compare-log", "a.log", "-c", cosine, "b.log").stderr


def test_show_without_a_screen_says_so_and_keeps_the_picture(process: Command, tmp_path: Path) -> None:
    done = process("plot", "--show")
    assert done.returncode == 2
    assert "error: --show: no window can be opened here (matplotlib backend agg)" in done.stderr
    assert (tmp_path / "lr_default_config.png").exists()
    assert "picture: lr_default_config.png" in done.stdout


def test_without_a_command_there_is_the_list_of_them(command: Command) -> None:
    done = command()
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == command("--help").stdout == command("help").stdout


def test_a_file_that_looks_like_a_flag(command: Command, tmp_path: Path) -> None:
    write(tmp_path / "-x.yml", {"name": "Const", "learning_rate": 0.1})
    refused = command("check", "-x.yml")
    assert (refused.returncode, "write the file as " in refused.stderr) == (2, True)
    told = refused.stderr.split("write the file as ")[1].strip()
    assert command("check", told).returncode == 0


@pytest.mark.parametrize("words", [["plot", "--help"], ["help", "plot"]])
def test_help_has_examples(command: Command, words: list[str]) -> None:
    done = command(*words)
    assert done.returncode == 0
    assert "examples:" in done.stdout
    assert "--num-samples 1000" in done.stdout


def test_headings_of_the_help_are_set_as_sentences(command: Command) -> None:
    assert "ppearance of the picture:\n" in command("plot", "--help").stdout


@pytest.mark.parametrize("columns", ["0", "1", "2", "30", "x", "-1", "999999"])
def test_help_in_a_terminal_of_any_width(command: Command, monkeypatch: pytest.MonkeyPatch, columns: str) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    done = command("plot", "--help")
    assert done.returncode == 0
    assert "examples:" in done.stdout
    assert "--log-scale" in done.stdout


@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize("words", [["plot"], ["--version"], ["--help"], ["--version", "--verbose"]])
def test_a_full_disk_behind_standard_output_is_said(tmp_path: Path, words: list[str], unbuffered: str) -> None:
    done = _with_full("stdout", words, tmp_path, PYTHONUNBUFFERED=unbuffered)
    assert (done.returncode, done.stderr) == (2, "error: No space left on device\n")


@pytest.mark.parametrize("words", [["plot", "gone.yml"], ["check", "--lang"], ["check"]])
def test_a_full_disk_behind_standard_error_leaves_the_exit_code(tmp_path: Path, words: list[str]) -> None:
    done = _with_full("stderr", words, tmp_path)
    assert (done.returncode, done.stdout) == (2, "")


def _with_full(stream: str, words: list[str], folder: Path, **setting: str) -> subprocess.CompletedProcess[str]:
    """A command one of whose streams is on a full disk."""
    with open("/dev/full", "w", encoding="utf-8") as full:
        return subprocess.run(
            [sys.executable, "-m", "ppocr_lr", *words], cwd=folder, text=True, env={**os.environ, **setting},
            stdout=full if stream == "stdout" else subprocess.PIPE,
            stderr=full if stream == "stderr" else subprocess.PIPE,
        )  # fmt: skip


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_reader_that_leaves_loses_no_picture(tmp_path: Path, unbuffered: str) -> None:
    popen = subprocess.Popen(
        [sys.executable, "-m", "ppocr_lr", "plot", *[str(DEFAULT_CONFIG)] * 60, "--out", "a.png"],
        cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONUNBUFFERED": unbuffered},
    )  # fmt: skip
    assert popen.stdout is not None
    assert popen.stderr is not None
    popen.stdout.close()
    assert popen.stderr.read() == b""
    popen.stderr.close()
    assert popen.wait(60) == 0
    assert (tmp_path / "a.png").exists()


@pytest.mark.parametrize("command", [["show"], ["check"], ["explain"], ["schema"]])
def test_a_reader_that_leaves_is_no_failure(tmp_path: Path, command: list[str]) -> None:
    (tmp_path / "c.yml").write_bytes(DEFAULT_CONFIG.read_bytes())
    words = [*command, *["c.yml"] * (command[0] in ("show", "check"))]
    popen = subprocess.Popen(
        [sys.executable, "-m", "ppocr_lr", *words], cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert popen.stdout is not None
    popen.stdout.close()
    _, stderr = popen.communicate(timeout=60)
    assert (popen.returncode, stderr) == (0, b"")


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize("words", [["check"], ["show"]])
@pytest.mark.parametrize(
    ("setting", "coloured"),
    [({}, True), ({"NO_COLOR": ""}, True), ({"NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False)],
)
def test_colours_where_they_are_wanted(
    monkeypatch: pytest.MonkeyPatch, words: list[str], setting: dict[str, str], coloured: bool
) -> None:
    for name in ("NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    for name, value in {"TERM": "xterm", **setting}.items():
        monkeypatch.setenv(name, value)
    with redirect_stdout(Terminal()) as terminal:
        assert run([*words, str(DEFAULT_CONFIG)]) == 0
    assert ("\x1b[1;36mnote" in terminal.getvalue()) == coloured
    assert setting.get("TERM") != "dumb" or "\x1b" not in terminal.getvalue()


def test_ctrl_c_while_a_command_is_loaded(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(name: str) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("ppocr_lr.cli.main.import_module", interrupted)
    done = command("show")
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "interrupted\n")


@pytest.mark.parametrize(
    ("setting", "kind"),
    [
        ({"PYTHONIOENCODING": "ascii"}, "png"),
        ({"MPLBACKEND": "nonsense"}, "png"),
        ({"MPLCONFIGDIR": "/dev/null/x"}, "png"),
        ({"SOURCE_DATE_EPOCH": "nonsense"}, "pdf"),
        ({"SOURCE_DATE_EPOCH": "9" * 17}, "svg"),
    ],
)
def test_odd_environments(tmp_path: Path, setting: dict[str, str], kind: str) -> None:
    words = [sys.executable, "-m", "ppocr_lr", "plot", "--out", f"a.{kind}"]
    done = subprocess.run(words, cwd=tmp_path, capture_output=True, env={**os.environ, **setting})
    assert (done.returncode, done.stderr) == (0, b"")


def test_closed_standard_output(tmp_path: Path) -> None:
    command = f"{sys.executable} -m ppocr_lr plot >&-"
    done = subprocess.run(["bash", "-c", command], cwd=tmp_path, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / "lr_default_config.png").exists()


def test_closed_standard_input(tmp_path: Path) -> None:
    command = f"{sys.executable} -m ppocr_lr check - <&-"
    done = subprocess.run(["bash", "-c", command], cwd=tmp_path, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (2, "error: -: cannot be read: standard input is closed\n")


@pytest.mark.skipif(os.name != "posix", reason="signals")
@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_a_signal_leaves_no_half_of_a_file(tmp_path: Path, name: str) -> None:
    write(tmp_path / "c.yml", {"name": "Cosine", "learning_rate": 0.1})
    words = ["plot", "c.yml", "--iters-per-epoch", "1000000", "--out", "o.csv"]
    number = getattr(signal, name)
    process = subprocess.Popen(
        [sys.executable, "-m", "ppocr_lr", *words], cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        preexec_fn=lambda: signal.signal(number, signal.SIG_DFL),  # the tests may run under nohup
    )  # fmt: skip
    until = time.monotonic() + 60
    while time.monotonic() < until and not list(tmp_path.glob(".o-*.csv")):
        time.sleep(0.05)
    assert list(tmp_path.glob(".o-*.csv"))
    process.send_signal(number)
    assert process.wait(60) == 128 + number
    assert [path.name for path in tmp_path.iterdir()] == ["c.yml"]


def test_a_warning_that_python_shall_raise_is_one_clear_error(tmp_path: Path) -> None:
    """As `-W error` asks for: of a character that no font has."""
    (tmp_path / "\U00013000.yml").write_bytes(DEFAULT_CONFIG.read_bytes())
    done = subprocess.run(
        [sys.executable, "-W", "error:characters that no installed font has", "-m", "ppocr_lr", "plot", "\U00013000.yml"],
        cwd=tmp_path, capture_output=True, text=True, encoding="utf-8",
    )  # fmt: skip
    assert done.returncode == 2
    assert done.stderr.startswith("error: characters that no installed font has")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("plot -c c.yml --out c.png", 0),
        ("show c.yml", 0),
        ("check c.yml", 1),
        ("diff c.yml other.yml", 1),
        ("diff c.yml c.yml", 0),
        ("explain LR401", 0),
        ("schema", 0),
    ],
)
def test_quiet_says_nothing(words: str, code: int, command: Command, tmp_path: Path) -> None:
    write(
        tmp_path / "c.yml",
        {"name": "Cosine", "learning_rate": 0.1, "warmup_epochs": 5},
        dataset={"num_samples": 640},
        loader={"batch_size_per_card": 8},
    )
    write(
        tmp_path / "other.yml", {"learning_rate": 0.2}, dataset={"num_samples": 640}, loader={"batch_size_per_card": 8}
    )
    done = command(*words.split(), "--quiet")
    assert (done.returncode, done.stdout, done.stderr) == (code, "", "")
    assert (tmp_path / "c.png").exists() == ("c.png" in words)


@pytest.mark.parametrize("name", ["plot", "check"])
def test_quiet_tells_errors(command: Command, name: str) -> None:
    done = command(name, "-q", "-c", "missing.yml")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("error: missing.yml")
    assert "cannot be read: No such file" in done.stderr


@pytest.mark.parametrize(
    "words",
    [
        "plot c.yml",
        "show c.yml",
        "check c.yml",
        "diff c.yml c.yml",
        "scale c.yml --reference-gpus 8",
        "find-rate t.py -c c.yml",
    ],
)
@pytest.mark.parametrize("quiet", [False, True])
def test_of_several_overrides_the_last_counts(command: Command, tmp_path: Path, words: str, quiet: bool) -> None:
    write(tmp_path / "c.yml", {"name": "Cosine", "learning_rate": 0.1})
    (tmp_path / "t.py").touch()
    (tmp_path / "ppocr" / "optimizer").mkdir(parents=True)
    (tmp_path / "ppocr" / "optimizer" / "__init__.py").write_text("build_lr_scheduler")
    name, *rest = words.split()
    words_before = [name, *["-q"][:quiet], *rest]
    done = command(*words_before, "-o", "Optimizer.lr.learning_rate=x", "-o", "Global.epoch_nums=1")
    assert done.returncode == 2  # of the last one
    assert "Global.epoch_num?" in done.stderr
    assert ("leaves out Optimizer.lr.learning_rate=x; write all after one" in done.stderr) != quiet
