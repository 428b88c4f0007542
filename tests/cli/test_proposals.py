"""Each command line that a message proposes is run, as a user would run it, and does what the message says."""

from __future__ import annotations

import copy
import json
import re
import shlex
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from ppocr_lr.check.rules import RULES
from ppocr_lr.cli.main import COMMANDS
from ppocr_lr.lr_config import MODELS
from ppocr_lr.lr_config.elsewhere import CLASSES_ELSEWHERE
from ppocr_lr.training_config.overrides import with_overrides
from tests.check.test_mistakes import MISTAKES
from tests.check.test_report import CASES, FOR_8_CARDS, config
from tests.checkpoints import save
from tests.conftest import ROOT, Command
from tests.logs.comparing import SECTIONS, times
from tests.logs.test_range_test import RAMP
from tests.logs.test_range_test import lines as range_test_lines
from tests.train_logs import Trainer, dumped, write_config, write_log

REAL = json.loads((ROOT / "tests" / "data" / "paddleocr_lr_sections.json").read_text(encoding="utf-8"))

_SETTING = r"""(?:"[\w.]+=[^"]*"|'[\w.]+=[^']*'|[\w.]+=[^\s;"']+)"""
_OPTION = rf"(?:-o(?: {_SETTING})+|--[a-z]+(?:-[a-z]+)*(?: (?:\d+|paddleocr|[A-Z])\b)?)"
_PROPOSAL = re.compile(rf"{_OPTION}(?: (?:with )?{_OPTION})*")
_STANDS_FOR = {"N": "100", "G": "2", "R": "64"}


def proposals(text: str) -> list[list[str]]:
    """The options that a text names, those of one proposal together; what is a placeholder gets a value."""
    found = [[_STANDS_FOR.get(word, word) for word in shlex.split(match[0]) if word != "with"]
             for match in _PROPOSAL.finditer(text)]  # fmt: skip
    assert sum(words.count("-o") for words in found) == len(re.findall(r"(?<!\S)-o \S+=", text)), text
    return found


def meant(text: str) -> list[str]:
    """The words that a message offers instead of another one."""
    said = re.search(r"did you mean (.*?)\?", text)
    return re.split(r", or | or ", said[1]) if said else []


def changed(content: dict[str, Any], key: str, change: Callable[[Any, Any], None]) -> dict[str, Any]:
    """A config with `change` made to the mapping or list, and the name or index in it, that a dotted key leads to."""
    new = copy.deepcopy(content)
    node: Any = new
    *above, last = key.split(".")
    for part in above:
        node = node[int(part)] if isinstance(node, list) else node[part]
    change(node, int(last) if isinstance(node, list) else last)
    return new


Findings = dict[tuple[str, str], dict[str, Any]]


class Checked:
    """A config, and `check` on it."""

    def __init__(self, command: Command, content: Any, *flags: str) -> None:
        self.command, self.content, self.flags = command, content, flags
        self.findings = self.check()

    def check(self, *more: str, content: Any = None) -> Findings:
        content = self.content if content is None else content
        text = content if isinstance(content, str) else yaml.safe_dump(content, sort_keys=False, allow_unicode=True)
        Path("c.yml").write_text(text, encoding="utf-8")
        done = self.command("check", "c.yml", "--format", "json", *self.flags, *more)
        assert "usage:" not in done.stderr
        assert not done.stderr.startswith("error"), done.stderr
        return {(each["code"], each["key"]): each for each in json.loads(done.stdout)["results"][0]["findings"]}

    def is_better(self, found: dict[str, Any], after: Findings) -> None:
        """The finding is gone, and nothing has come up that makes an exit code."""
        assert (found["code"], found["key"]) not in after, found
        assert not [each for kind, each in after.items() if kind not in self.findings and each["severity"] != "note"]

    def try_all(self) -> Iterator[str]:
        """What is proposed in each finding is tried; the codes of those that were."""
        for found in self.findings.values():
            yield from self._pasted(found)
            yield from self._written(found)

    def _pasted(self, found: dict[str, Any]) -> Iterator[str]:
        for words in proposals(found["hint"]):
            after = self.check(*words)
            if found["code"] == "LR602":  # what it says of the cards stays
                assert "LR100" not in {code for code, _ in after}
                if words[0] == "--reference-gpus":
                    assert "rule: -o" in after["LR602", found["key"]]["hint"]
            elif found["code"] == "LR306":  # a range test stays one, with nothing more to say
                assert not after["LR306", found["key"]]["hint"]
            elif found["code"] == "LR201":  # what hangs on the length of an epoch can be told then
                assert ("LR201", found["key"]) not in after
            else:
                self.is_better(found, after)
            yield f"{found['code']} {words[0]}"

    def _written(self, found: dict[str, Any]) -> Iterator[str]:
        """A key or a value that is written instead."""
        if not isinstance(self.content, dict):
            return
        code, key, text = found["code"], found["key"], found["message"]
        for name in meant(text):
            if code in ("LR101", "LR108"):
                renamed = changed(self.content, key, lambda node, last, name=name: node.update({name: node.pop(last)}))
            elif name in MODELS:
                renamed = changed(self.content, key, lambda node, last, name=name: node.update({last: name}))
            else:
                assert key.endswith("name"), found
                assert set(re.findall(r"[A-Z]\w+", name)) & set(MODELS), found
                continue
            assert (code, key) not in self.check(content=renamed), found
            yield f"{code} did you mean"
        if written := re.search(r"write (\d\S*)$", text):
            number = yaml.safe_load(written[1])
            assert isinstance(number, (int, float))
            rewritten = changed(self.content, key, lambda node, last: node.__setitem__(last, number))
            self.is_better(found, self.check(content=rewritten))
            yield f"{code} write"
        if place := re.fullmatch(r"write it as (\S+)", found["hint"]):
            value = []
            moved = changed(self.content, key, lambda node, last: value.append(node.pop(last)))
            moved = changed(moved, place[1], lambda node, last: node.update({last: value[0]}))
            self.is_better(found, self.check(content=moved))
            yield f"{code} write it as"


def test_the_words_of_a_message_are_found() -> None:
    """A test of the tests: what is not found is not tried."""
    for text, expected in [
        ('-o "a.b=[1, 2]" makes the same curve', [["-o", "a.b=[1, 2]"]]),
        ("-o a.b=1 lets it end lower; or -o c.d=true c.e=2; or train", [["-o", "a.b=1"], ["-o", "c.d=true", "c.e=2"]]),
        ("give --iters-per-epoch N, or --num-samples N with --gpus G",
         [["--iters-per-epoch", "100"], ["--num-samples", "100", "--gpus", "2"]]),
        ("to plan this run: -o a.b=1 --epochs 20", [["-o", "a.b=1", "--epochs", "20"]]),
        ("add --windows", [["--windows"]]),
    ]:  # fmt: skip
        assert proposals(text) == expected
    with pytest.raises(AssertionError):
        proposals("-o 'a=1")
    assert meant("x; did you mean warmup_epoch or warmup_iters?") == ["warmup_epoch", "warmup_iters"]


EXAMPLES = {
    path.name: yaml.safe_load(path.read_text(encoding="utf-8")) for path in sorted((ROOT / "configs").glob("*.yml"))
}
REAL_CONFIGS = {
    f"{number} {each['source']}": config(each["lr"], each["epochs"], "Adam") for number, each in enumerate(REAL)
}
REAL_SHAPES = {str((each["lr"].get("name"), *sorted(each["lr"]))): each for each in reversed(REAL)}
"""Of the real configs one of each kind: a name with its keys."""
MADE = {
    **{f"{code} {number}": content for number, (code, content, *_) in enumerate(CASES)},
    **{f"{mistake['name']} {number}": config(mistake) for number, (mistake, *_) in enumerate(MISTAKES)},
    **{f"a {name}": config({"name": name, "learning_rate": 0.1}) for name in (*CLASSES_ELSEWHERE, "cosine", "Pice")},
    "for 8 cards": FOR_8_CARDS,
    "with a batch": config(SECTIONS["Cosine"], Train={"loader": {"batch_size_per_card": 8}}),
    "distributed": {**config(SECTIONS["Cosine"]), "Global": {"epoch_num": 20, "distributed": True}},
}
FLAGS = {
    "as it is": (),
    "known": ("--iters-per-epoch", "100"),
    "on 4 cards": ("--iters-per-epoch", "100", "--gpus", "4", "--batch-size", "8"),
    "by PaddleOCR": ("--iters-per-epoch", "100", "--trainer", "paddleocr"),
}
TRIED = {
    "examples": {"LR303 -o", "LR602 -o"},
    "real": {"LR201 --iters-per-epoch", "LR602 -o"},
    "made": {f"{code} -o" for code in ("LR301", "LR303", "LR304", "LR401", "LR402", "LR404", "LR405", "LR406", "LR409",
                                       "LR501", "LR505", "LR602", "LR603", "LR204")}
    | {"LR201 --num-samples", "LR602 --reference-gpus", "LR100 did you mean", "LR101 did you mean", "LR102 write",
       "LR108 did you mean", "LR105 write it as"},
}  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "contents"), [("examples", EXAMPLES), ("real", REAL_CONFIGS), ("made", MADE)], ids=list(TRIED)
)
def test_check(command: Command, kind: str, contents: dict[str, Any]) -> None:
    tried: set[str] = set()
    for content in contents.values():
        for flags in FLAGS.values():
            tried |= set(Checked(command, content, *flags).try_all())
    assert tried >= TRIED[kind], TRIED[kind] - tried


def test_the_texts_of_show_plot_and_diff(command: Command, tmp_path: Path) -> None:
    """They propose what `check` does, and the scaled rates, which are taken and make the rate that they tell."""
    flags, tried, before = ("--iters-per-epoch", "100", "--batch-size", "8"), set(), ""
    real = {f"{number}.yml": config(each["lr"], each["epochs"]) for number, each in enumerate(REAL_SHAPES.values())}
    for name, content in {**EXAMPLES, **real, "for 8 cards": yaml.safe_load(FOR_8_CARDS)}.items():
        if content["Optimizer"]["lr"].get("name") == "ReduceOnPlateau":
            continue
        (tmp_path / name).write_text(yaml.safe_dump(content), encoding="utf-8")
        for words in (("show",), ("plot", "--out", "a.csv", "--every", "1000"), *[("diff", before)] * bool(before)):
            scaling = ("--reference-gpus", "2") if words[0] != "diff" else ()
            done = command(*words, name, *flags, *scaling)
            assert done.returncode in (0, 1), done.stderr
            for proposed in proposals(done.stdout + done.stderr):
                again = command(*words, name, *flags, *proposed)
                assert again.returncode == 0, (proposed, again.stderr)
                tried.add(words[0])
                if words[0] == "plot":
                    half, peak = (float(text.split("peak ")[1].split(",")[0]) for text in (again.stdout, done.stdout))
                    assert half == pytest.approx(peak / 2, rel=1e-2)
        before = name
    assert tried == {"show", "plot"}


CHECKPOINTS: dict[str, tuple[dict[str, Any], int, int, int, str]] = {
    # saved with; epochs, and iterations, done; epochs of the run; the optimizer
    "finished": (SECTIONS["Cosine"], 20, 1000, 20, "Adam"),
    "finished without warmup": (SECTIONS["Linear"], 20, 1000, 20, "Adam"),
    "half": (SECTIONS["Linear"], 10, 500, 20, "Adam"),
    "on Windows": (SECTIONS["Cosine"], 10, 490, 20, "Adam"),
    "of another optimizer": (SECTIONS["Cosine"], 10, 500, 20, "Momentum"),
}


@pytest.mark.parametrize("name", CHECKPOINTS)
def test_resume(command: Command, tmp_path: Path, name: str) -> None:
    section, epoch, done, epochs, optimizer = CHECKPOINTS[name]
    save(tmp_path / "latest", section, epochs, 50, done, epoch=epoch, kind=optimizer)
    tried = []
    real = (each["lr"] for each in REAL_SHAPES.values() if name == "finished")
    for with_section in (*SECTIONS.values(), *real, {**section, "end_lr": 1e-5}):
        Path("c.yml").write_text(yaml.safe_dump(config(with_section, 20, "Adam")), encoding="utf-8")
        words = ("resume", "c.yml", "--checkpoint", "latest", "--iters-per-epoch", "50", "--format", "json")
        (result,) = json.loads(command(*words).stdout)["results"]
        for remark in result["remarks"]:
            for proposed in proposals(remark["hint"]):
                tried.append(proposed)
                again = command(*words, *proposed)
                assert again.returncode in (0, 1), again.stderr
                (after,) = json.loads(again.stdout)["results"]
                if "Global.checkpoints=null" in proposed:  # a new run with these weights
                    run = command("plot", "c.yml", "--iters-per-epoch", "50", "--out", "a.csv", *proposed)
                    assert run.returncode == 0, run.stderr
                    assert Path(proposed[1].partition("=")[2] + ".pdparams").is_file()
                else:
                    assert remark["message"] not in [each["message"] for each in after["remarks"]]
                    stops = after["paddleocr"]["stops_with"]
                    assert stops is None or stops == result["paddleocr"]["stops_with"]
    assert tried


def logs(folder: Path) -> Iterator[tuple[Path, Path]]:
    """Logs of runs that left their plan in one way or another, each with the config that it is held against."""
    for name, section in SECTIONS.items():
        runs = {
            "factor": Trainer(times(section, 0.25), 20, 50),
            "third": Trainer(times(section, 1 / 3), 20, 50),
            "epochs": Trainer(section, 30, 50),
            "length": Trainer(section, 20, 40),
            "both": Trainer(times(section, 0.5), 20, 40),
            "warmup": Trainer({**section, "warmup_epoch": 5}, 20, 50),
            "no warmup": Trainer({**section, "warmup_epoch": 0}, 20, 50),
            "window": Trainer(times(section, 2), 20, 50, window=1),
            "Windows": Trainer(times(section, 0.25), 20, 50, left_out=1),
        }
        planned = write_config(folder / f"{name}.yml", section, 20, 50)
        for kind in runs if name in ("Cosine", "Piecewise") else ("factor", "warmup"):
            trainer = runs[kind]
            yield planned, write_log(folder / f"{name} {kind}.log", trainer.train())
        own = write_config(folder / f"{name} own.yml", {**section, "warmup_start_factor": 0.1}, 20, 50)
        yield own, write_log(folder / f"{name} own.log", Trainer(section, 20, 50).train())
        resumed = Trainer(section, 20, 50)
        parts = [list(resumed.train(10))]
        resumed.new_scheduler()
        yield planned, write_log(folder / f"{name} resumed.log", *map(iter, parts), resumed.train())
    for number, each in enumerate(REAL_SHAPES.values()):
        real = write_config(folder / f"real {number}.yml", each["lr"], each["epochs"], 5)
        yield (
            real,
            write_log(folder / f"real {number}.log", Trainer(times(each["lr"], 0.25), each["epochs"], 5).train()),
        )
    in_the_warmup = Trainer({**SECTIONS["Const"], "warmup_epoch": 4}, 20, 50).train(2)  # or 3/4 of the rate
    yield folder / "Const.yml", write_log(folder / "in the warmup.log", in_the_warmup)
    held = yaml.safe_load(planned.read_text(encoding="utf-8"))
    yield planned, write_log(folder / "dumped.log", dumped(held), Trainer(times(section, 0.25), 20, 50).train())


def test_compare_log(command: Command, tmp_path: Path) -> None:
    tried: set[str] = set()
    several = False
    for plan, log in logs(tmp_path):
        words = ("compare-log", "-c", str(plan), str(log))
        done = command(*words)
        for proposed in proposals(done.stdout.replace(str(tmp_path), "")):
            again = command(*words, *proposed)
            assert again.returncode == 0, (log.name, proposed, again.stdout)
            tried |= {word.partition("=")[0] for word in proposed if not word.isdigit()}
        if "cannot tell them apart" in done.stdout:  # the flags of each are in the JSON
            (result,) = json.loads(command(*words, "--format", "json").stdout)["results"]
            for each in (each for diagnosis in result["diagnoses"] for each in diagnosis["explanations"]):
                if each["of_these_lines"]:  # and the other start does not follow it
                    continue
                flags = [cause["flag"] for cause in each["causes"]]
                assert not all(flags) or command(*words, *shlex.split(" ".join(flags))).returncode == 0, (log, flags)
                several |= all(flags)
    assert several
    assert tried >= {"-o", "--epochs", "--iters-per-epoch", "--trainer", "Optimizer.lr.learning_rate", "paddleocr",
                     "Optimizer.lr.warmup_epoch", "Optimizer.lr.values", "Optimizer.lr.max_lr"}  # fmt: skip


@pytest.mark.parametrize(
    "contents", [EXAMPLES, {key: config(each["lr"], each["epochs"]) for key, each in REAL_SHAPES.items()}]
)
def test_find_rate(command: Command, tmp_path: Path, contents: dict[str, Any]) -> None:
    """The rate that is told becomes the peak of any config; a range test's own is not asked."""
    write_log(tmp_path / "test.log", range_test_lines(RAMP))
    for content in contents.values():
        Path("c.yml").write_text(yaml.safe_dump(content), encoding="utf-8")
        found = command("find-rate", "--log", "test.log", "-c", "c.yml")
        assert found.returncode == 0, found.stderr
        (proposed,) = proposals(found.stdout)
        if content["Optimizer"]["lr"].get("name") != "RangeTest":
            again = command("find-rate", "--log", "test.log", "-c", changed_by(content, proposed[1:]))
            assert again.stdout.endswith(" is the rate of c.yml already.\n"), (proposed, again.stdout)


def changed_by(content: dict[str, Any], overrides: list[str]) -> str:
    Path("c.yml").write_text(yaml.safe_dump(with_overrides(content, overrides)), encoding="utf-8")
    return "c.yml"


SHOW = ("show", "c.yml", "--iters-per-epoch", "9")
WITH_BATCH = {"Train": {"loader": {"batch_size_per_card": 1}}}
ERRORS: list[tuple[tuple[str, ...], dict[str, Any], str, tuple[str, ...]]] = [
    # a command line that is refused, its config, what is proposed instead, and that written
    (("plot", "c.yml"), {}, "; give --iters-per-epoch\n", ("plot", "c.yml", "--iters-per-epoch", "9")),
    (("plot", "c.yml"), WITH_BATCH, " or --num-samples\n", ("plot", "c.yml", "--num-samples", "9")),
    (("diff", "c.yml", "c.yml"), {"Global": {}}, "; give --epochs\n", ("check", "c.yml", "--epochs", "9")),
    ((*SHOW, "-o", "Optimizer.lr.learning_rte=1"), {}, "did you mean Optimizer.lr.learning_rate?",
     (*SHOW, "-o", "Optimizer.lr.learning_rate=1")),
    ((*SHOW, "-o", "Optimizer.base_lr=1"), {}, "did you mean Optimizer.lr.learning_rate?",
     (*SHOW, "-o", "Optimizer.lr.learning_rate=1")),
    ((*SHOW, "-o", "Global.epoch_nums=4"), {}, "did you mean Global.epoch_num?", (*SHOW, "-o", "Global.epoch_num=4")),
    ((*SHOW, "--epoch", "4"), {}, "did you mean --epochs?", (*SHOW, "--epochs", "4")),
    ((*SHOW, "--reference-gpu=4", "--batch-size=1"), {}, "did you mean --reference-gpus?",
     (*SHOW, "--reference-gpus=4", "--batch-size=1")),
    (("shwo", *SHOW[1:]), {}, "did you mean show?", SHOW),
    (("explain", "LR999"), {}, "ppocr-lr explain lists all", ("explain",)),
    (("explain", "LR499"), {}, "the codes of this kind are LR401, ", ("explain", "LR401")),
    (("check", "c.yml", "--ignore", "LR999"), {}, "`ppocr-lr explain` lists all", ("explain",)),
    (("resume", *SHOW[1:]), {}, "; give --checkpoint\n", ("resume", *SHOW[1:], "--checkpoint", "latest")),
    (("resume", *SHOW[1:], "--checkpoint", "lates"), {}, "did you mean latest?",
     ("resume", *SHOW[1:], "--checkpoint", "latest")),
]  # fmt: skip


@pytest.mark.parametrize(("words", "more", "said", "instead"), ERRORS, ids=lambda value: str(value)[:50])
def test_errors(
    command: Command, tmp_path: Path, words: tuple[str, ...], more: dict[str, Any], said: str, instead: tuple[str, ...]
) -> None:
    """What an error names instead is taken."""
    Path("c.yml").write_text(yaml.safe_dump({**config(SECTIONS["Cosine"], 20), **more}), encoding="utf-8")
    if words[0] == "resume":
        save(tmp_path / "latest", SECTIONS["Cosine"], 20, 9, 9, epoch=1)
    refused = command(*words)
    assert refused.returncode == 2
    assert said in refused.stderr
    again = command(*instead)
    assert again.returncode in (0, 1), again.stderr


def test_what_explain_and_the_helps_propose_is_a_command_line(command: Command) -> None:
    Path("c.yml").write_text(FOR_8_CARDS, encoding="utf-8")
    texts = [(name, command(name, "--help").stdout) for name in COMMANDS]
    texts += [(code, command("explain", code).stdout) for code in RULES]
    lines = [(place, line) for place, text in texts for line in re.findall(r"ppocr-lr ([a-z-]+ (?!\[-h\]).*)", text)]
    for place, line in lines:
        words = shlex.split(re.split(r"  | > |   #", line)[0], comments=True)
        if words[0] == "explore":  # does not end by itself: tests/explore
            continue
        done = command(*words)
        assert "usage:" not in done.stderr, (place, line, done.stderr)
        assert place not in RULES or done.returncode in (0, 1), (place, line, done.stderr)
    assert len(lines) > 25


def test_schema_proposes_nothing(command: Command) -> None:
    assert proposals(command("schema").stdout) == []
