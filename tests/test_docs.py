"""The README and the pages of docs/: every command and snippet works, tables are complete, links lead somewhere."""

from __future__ import annotations

import inspect
import json
import math
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path

import pytest
import yaml
from matplotlib import pyplot

import ppocr_lr
from ppocr_lr import build_schedule
from ppocr_lr.check import rules
from ppocr_lr.cli.main import COMMANDS, run
from ppocr_lr.lr_config import MODELS
from ppocr_lr.lr_config.envelope import EVERY
from ppocr_lr.lr_config.kinds import WARMUP_SHAPES
from ppocr_lr.lr_config.registry import IN_PADDLEOCR
from tests import checkpoints, train_logs
from tests.conftest import ROOT, Command

DOCS = ROOT / "docs"
FILES = [*sorted(ROOT.glob("*.md")), *sorted(page for page in DOCS.rglob("*.md") if page.parent != DOCS / "site")]
TEXTS = {path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8") for path in FILES}
README = TEXTS["README.md"]
WRITTEN = {name: text for name, text in TEXTS.items() if name != "docs/gallery.md"}
"""By hand; tests/tools/test_make_gallery.py looks at the other one."""


def blocks(page: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)


def test_the_readme_is_short() -> None:
    assert len(README.splitlines()) <= 200


# Snippets.

SNIPPETS = {
    f"{name}-{number}": snippet
    for name, page in WRITTEN.items()
    for number, snippet in enumerate(blocks(page, "python"), 1)
}
OF_THEIR_OWN = ("enable_static", "register_lr_config")
"""What changes the whole process; such a snippet gets one."""


@pytest.mark.parametrize("name", SNIPPETS)
def test_snippets_run(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    snippet = SNIPPETS[name]
    if any(word in snippet for word in OF_THEIR_OWN):
        done = subprocess.run([sys.executable, "-c", snippet], cwd=tmp_path, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
    else:
        monkeypatch.chdir(tmp_path)
        exec(compile(snippet, name, "exec"), {"__name__": "snippet"})


def test_every_public_function_is_used_in_a_snippet() -> None:
    text = "\n".join(SNIPPETS.values())
    functions = [name for name in ppocr_lr.__all__ if inspect.isfunction(getattr(ppocr_lr, name))]
    assert len(functions) > 10
    assert [name for name in functions if not re.search(rf"\b{name}\(", text)] == []


@pytest.mark.parametrize("path", [*DOCS.rglob("*.ipynb")], ids=lambda path: path.name)
def test_notebooks_run(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The site runs them in Jupyter; here the code alone."""
    monkeypatch.chdir(tmp_path)
    cells = [cell for cell in json.loads(path.read_text(encoding="utf-8"))["cells"] if cell["cell_type"] == "code"]
    assert not any(cell["outputs"] for cell in cells)  # in git they would be old one day
    exec("\n".join("".join(cell["source"]) for cell in cells), {"__name__": "__main__"})
    pyplot.close("all")


@pytest.mark.parametrize(
    "section", [yaml.safe_load(block)["lr"] for block in blocks(TEXTS["docs/schedules.md"], "yaml")]
)
def test_the_sections_of_the_schedules_build_without_a_warning(section: dict[str, object]) -> None:
    assert build_schedule(section, 100, 50, strict=True).extremes(0, 4999)[1] > 0


# Commands.

MAY_FIND_SOMETHING = ("check", "diff", "resume", "compare-log", "find-rate")
"""They end with 0 or 1 where a page does not say with which, by `$ echo $?`."""

WALKED = ("docs/guides/first-training.md",)
"""Each command of theirs needs what those before it have made."""


def commands(name: str) -> Iterator[tuple[str, list[str], str]]:
    """The command lines of a page, what is shown below each, and its exit code where that is shown."""
    line = r"^\$ (?!echo)(.*)\n((?:(?!\$ ).*\n)*)(?:\$ echo \$\?\n(\d+)\n)?"
    for block in blocks(WRITTEN[name], "console"):
        for words, output, status in re.findall(line, block, re.MULTILINE):
            yield words, output.splitlines(), status


SHOWN = [
    pytest.param(*command, id=f"{name}-{command[0]}")
    for name in WRITTEN
    if name not in WALKED
    for command in commands(name)
]


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with what the pages speak of: c.yml, a checkpoint of its run, a log of configs/cosine.yml, slips."""
    folder = tmp_path_factory.mktemp("trained")
    (folder / "output").mkdir()
    (folder / "output/slips.yml").write_text(blocks(TEXTS["docs/fix.md"], "yaml")[0], encoding="utf-8")
    section = {"name": "Cosine", "learning_rate": 0.1}
    (folder / "c.yml").write_text(yaml.safe_dump({"Global": {"epoch_num": 20}, "Optimizer": {"lr": section}}))
    counted = 200  # the log counts anew after epoch 8
    checkpoints.save(folder / "output/latest", section, epochs=20, iters=100, done=1000, epoch=10, global_step=counted)
    section = yaml.safe_load((ROOT / "configs/cosine.yml").read_text())["Optimizer"]["lr"]
    trainer = train_logs.Trainer(section, epochs=20, iters_per_epoch=100)
    lines = list(trainer.train(epochs=8))
    trainer.new_scheduler()  # the optimizer's state was not there
    trainer.global_step = 0
    config = yaml.safe_load((ROOT / "configs/cosine.yml").read_text())
    train_logs.write_log(folder / "output/train.log", train_logs.dumped(config), iter(lines), trainer.train())
    config = yaml.safe_load((ROOT / "configs/range_test.yml").read_text())
    trainer = train_logs.Trainer(
        config["Optimizer"]["lr"], epochs=2, iters_per_epoch=100, window=1, every=1, loss=valley
    )
    train_logs.write_log(folder / "output/range_test.log", train_logs.dumped(config), trainer.train())
    return folder


def valley(rate: float) -> float:
    """Falls from 30 to 10 around a rate of 1.05e-3, between two updates, and rises behind 0.3.

    Around an update's own rate two stretches would be equally steep, and the last bit would decide.
    """
    return 20 - 10 * math.tanh(2 * math.log10(rate / 1.05e-3)) + max(0.0, rate - 0.3) * 20


@pytest.mark.parametrize(("line", "shown", "status"), SHOWN)
def test_commands_run_and_print_what_is_shown(
    line: str, shown: list[str], status: str, command: Command, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    (tmp_path / "configs").symlink_to(ROOT / "configs")
    words = shlex.split(line)
    assert words[0] == "ppocr-lr"
    if "output/" in line:
        shutil.copytree(request.getfixturevalue("trained"), tmp_path, dirs_exist_ok=True)
    assert "--fix" not in words or "configs/" not in line  # those are the ones of this project
    done = command(*words[1:])
    assert not done.stderr or ("--diff" in words and done.stderr.startswith("Would fix"))  # stdout is the patch
    if status or words[1] not in MAY_FIND_SOMETHING:
        assert done.returncode == int(status or 0)
    else:
        assert done.returncode in (0, 1)
    assert not shown or done.stdout.splitlines() == shown
    assert "--out" not in words or (tmp_path / words[words.index("--out") + 1]).stat().st_size > 0


@pytest.mark.parametrize("name", WALKED)
def test_a_tutorial_can_be_walked(name: str, tmp_path: Path) -> None:
    for folder in ("configs", "tools"):
        (tmp_path / folder).symlink_to(ROOT / folder)
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    for line, shown, status in commands(name):
        done = subprocess.run(
            ["bash", "-c", line], cwd=tmp_path, env={**os.environ, "PATH": path}, capture_output=True, text=True
        )
        found = line.split()[1] in MAY_FIND_SOMETHING and not status
        assert done.returncode in ((0, 1) if found else (int(status or 0),)), done.stderr
        assert not shown or done.stdout.splitlines() == shown
        assert "compare-log" not in line or "the run follows the plan" in done.stdout


def test_what_is_shown_is_not_little() -> None:
    shown = {(line.split()[1], bool(output)) for line, output, _ in (param.values for param in SHOWN)}
    assert shown >= {(name, True) for name in ("plot", "check", "diff", "resume", "compare-log")}
    # tests/trainer runs the one in PaddleOCR, tests/explore the other in a browser.
    assert {name for name, _ in shown} == set(COMMANDS) - {"train", "explore"}


# Tables.


def test_the_table_of_codes_is_that_of_the_rules() -> None:
    assert rules.RULES
    table = ["| code | severity | what it says |", "|---|---|---|"]
    table += [f"| {code} | {rule.severity} | {rule.title} |" for code, rule in sorted(rules.RULES.items())]
    assert "\n".join(table) in TEXTS["docs/check.md"]


SHARED = {"H": "hold_epochs", "W": "decay_within_run", "C": "cooldown_epochs", "K": "k_decay", "P": "decay_power"}
WITH_C = {"decay_within_run", "decay_length"}
WARMUP = {"warmup_epoch", "warmup_iters", "warmup_ratio", "warmup_start_lr", "warmup_start_factor", "warmup_mode"}
WARMUP |= {"warmup_power", "warmup_overlap"}


def test_the_readme_counts_the_schedules() -> None:
    """The Chinese one, in digits: PaddleOCR's, the others, and all."""
    counts = [int(count) for count in re.findall(r"(\d+) 种\w*策略", TEXTS["README_ch.md"])]
    assert counts == [len(IN_PADDLEOCR), len(MODELS) - len(IN_PADDLEOCR), len(MODELS)]


@pytest.mark.parametrize("name", sorted(MODELS))
def test_the_table_of_schedules_is_complete(name: str) -> None:
    rows = [line for line in TEXTS["docs/schedules.md"].splitlines() if line.startswith(f"| `{name}`")]
    assert len(rows) == 1
    fields = MODELS[name].model_fields
    for key, field in fields.items():
        if key in {*MODELS[name].takes, *EVERY}:
            continue
        assert f"`{key}`" in rows[0]
        ignored = bool(MODELS[name].ours(key)) and not MODELS[name].nearest_in_paddleocr
        assert (f"*`{key}`*" in rows[0]) == ignored
        value = field.default if field.default != () else None
        default = f"{value:g}" if isinstance(value, float) else str(value).lower()
        assert field.is_required() or default.replace("e-0", "e-") in rows[0]
    marks = re.search(r"\*([HWCKP ]+)\*", rows[0])
    letters = set(marks[1]) - {" "} if marks else set()
    keys = {SHARED[letter] for letter in letters} | (WITH_C if "C" in letters else set())
    assert keys == {*SHARED.values(), *WITH_C} & set(MODELS[name].takes)
    for key in ("warmup_epoch", "last_epoch"):
        assert (f"no `{key}`" in rows[0]) == (key not in fields)


@pytest.mark.parametrize("key", sorted(WARMUP | {*SHARED.values(), *WITH_C, *EVERY}))
def test_the_keys_that_names_share_are_explained(key: str) -> None:
    assert f"`{key}" in TEXTS["docs/schedules.md"].partition("## Warmup")[2]


def test_every_shape_of_a_warmup_is_in_its_table() -> None:
    page = TEXTS["docs/schedules.md"].partition("| warmup_mode | rate of update k < w |\n")[2].partition("\n\n")[0]
    assert re.findall(r"^\| ([\w-]+) \|", page, re.MULTILINE) == [*WARMUP_SHAPES]


def options_of(help_text: str) -> set[str]:
    return set(re.findall(r"--[a-z][a-z-]*", help_text))


def commands_help(capsys: pytest.CaptureFixture[str]) -> str:
    for name in COMMANDS:
        assert run([name, "--help"]) == 0
    assert run(["--help"]) == 0
    return capsys.readouterr().out


def test_every_option_is_in_a_table(capsys: pytest.CaptureFixture[str]) -> None:
    options = options_of(commands_help(capsys)) - {"--help", "--config", "--opt"}
    assert len(options) > 15
    text = "\n".join(WRITTEN.values())
    assert [option for option in sorted(options) if not re.search(rf"`[^`\n]*{option}\b[^`\n]*`", text)] == []


def test_every_option_of_the_digits_is_in_their_table(process: Command) -> None:
    options = options_of(process("--help", script=ROOT / "tools/train_digits.py").stdout)
    options -= {"--help", "--config", "--opt", "--nproc", "--backend"}  # the last two are those of an example
    assert len(options) > 10
    rows = "\n".join(line for line in TEXTS["docs/digits.md"].splitlines() if line.startswith("| `"))
    assert [option for option in sorted(options) if not re.search(rf"`{option}\b", rows)] == []


def test_every_option_that_is_named_exists(capsys: pytest.CaptureFixture[str]) -> None:
    others = {"--nproc_per_node", "--backend", "--exclude-newer"}  # of paddle.distributed.launch and of uv
    known = options_of(commands_help(capsys)) | others
    for script in (ROOT / "tools").rglob("*.py"):
        known |= set(re.findall(r'"(--[a-z-]+)"', script.read_text(encoding="utf-8")))
    named = {option for text in WRITTEN.values() for option in re.findall(r"(?<![\w-])--[a-z][a-z_-]*", text)}
    assert named - known == set()


def test_every_command_is_in_the_readme() -> None:
    rows = [line for line in README.splitlines() if line.startswith("| `")]
    assert [name for name in COMMANDS if not any(row.startswith(f"| `ppocr-lr {name}`") for row in rows)] == []


def test_every_tool_is_in_the_architecture() -> None:
    rows = [line for line in TEXTS["docs/architecture.md"].splitlines() if line.startswith("| `")]
    scripts = re.findall(r"`(tools/[\w*]+\.py)`", "\n".join(rows))
    tools = [path.relative_to(ROOT).as_posix() for path in (ROOT / "tools").glob("*.py")]
    assert [tool for tool in tools if not any(fnmatch(tool, script) for script in scripts)] == []


def test_every_room_is_in_the_architecture() -> None:
    rooms = TEXTS["docs/architecture.md"].partition("## The rooms\n")[2].partition("\n## ")[0]
    named = re.findall(r"`(\w+(?:\.py|/))`", "\n".join(re.findall(r"^\|([^|]*)\|", rooms, re.MULTILINE)))
    package = ROOT / "ppocr_lr"
    there = {f"{path.parent.name}/" for path in package.glob("*/__init__.py")} | {
        path.name for path in package.glob("*.py") if not path.name.startswith("__")
    }
    assert set(named) == there
    contract = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    layers = re.findall(r"\w+", contract.partition("\nlayers = [")[2].partition("]")[0])
    assert [re.sub(r"\W.*", "", room) for room in named] == layers[::-1]


# Links, files and pictures.


def anchors(page: str) -> set[str]:
    """As GitHub makes them of headings."""
    page = re.sub(r"^```.*?^```$", "", page, flags=re.MULTILINE | re.DOTALL)
    titles = [re.sub(r"\[(.*?)\]\(.*?\)", r"\1", title) for title in re.findall(r"^#+ (.*)$", page, re.MULTILINE)]
    return {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("name", TEXTS)
def test_links_lead_somewhere(name: str) -> None:
    page = re.sub(r"^```.*?^```$", "", TEXTS[name], flags=re.MULTILINE | re.DOTALL)
    links = [link for link in re.findall(r"\]\(([^)\s]+)\)", page) if not link.startswith("https://")]
    assert links or name in ("CHANGELOG.md", "SECURITY.md")
    for link in links:
        file, _, anchor = link.partition("#")
        path = ((ROOT / name).parent / file).resolve() if file else ROOT / name
        assert path.is_file(), link
        assert not anchor or anchor in anchors(TEXTS[path.relative_to(ROOT).as_posix()]), link


def test_every_page_is_in_the_readme_or_on_the_site() -> None:
    listed = TEXTS["docs/index.md"].splitlines()
    on_the_site = {f"docs/{line.rpartition('<')[2].rstrip('>')}.md" for line in listed} | {"docs/index.md"}
    assert [name for name in TEXTS if f"]({name})" not in README and name not in {"README.md"} | on_the_site] == []


@pytest.mark.parametrize("name", WRITTEN)
def test_files_that_are_named_exist(name: str) -> None:
    named = re.findall(r"`((?:ppocr_lr|tools|tests|docs|configs|\.ci)/[\w./-]*)`", WRITTEN[name])
    assert [path for path in named if not (ROOT / path).exists()] == []


def test_pictures_are_there_and_shown() -> None:
    shown = {
        ((ROOT / name).parent / picture).resolve()
        for name, page in WRITTEN.items()
        for picture in re.findall(r"!\[.+?\]\((.+?)\)|(?:src|srcset)=\"(.+?)\"", page)
        for picture in filter(None, picture)
    }
    assert shown == {*DOCS.glob("*.png")}
    assert DOCS / "cosine.png" in shown
    assert "<picture>" in README.partition("\n## ")[0]
    assert all(picture.stat().st_size < 150_000 for picture in shown)


# The Chinese pages.

SEVERITIES = {"error": "错误", "warning": "警告", "note": "提示"}


def chinese_rows(page: str) -> dict[str, str]:
    """What stands behind the first cell of each row, where it is Chinese."""
    rows = re.findall(r"^\| `?([A-Z]\w*)`? \| (.*) \|$", TEXTS[f"docs/zh/{page}.md"], re.MULTILINE)
    return {name: words for name, words in rows if re.search(r"[\u4e00-\u9fff]{2}", words)}


def test_every_schedule_has_a_chinese_line() -> None:
    rows = chinese_rows("schedules")
    assert [name for name in MODELS if name not in rows] == []
    assert [row for row in rows if row not in MODELS] == []


def test_every_finding_has_a_chinese_line() -> None:
    rows = {code: words.partition(" ")[0] for code, words in chinese_rows("findings").items()}
    assert rows == {code: SEVERITIES[str(rule.severity)] for code, rule in rules.RULES.items()}
