"""What the text commands and the page of `explore` say, in the languages that there are catalogues of."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from string import Formatter
from typing import Any, get_args

import pytest
from babel.messages.pofile import read_po

import ppocr_lr
from ppocr_lr.check.formats import FORMATS
from ppocr_lr.check.rules import RULES
from ppocr_lr.curve.phases import Kind
from ppocr_lr.explore.draft import summary_of
from ppocr_lr.finding import Severity
from ppocr_lr.language import LANGUAGES, catalogue, of_locale, speaking, tr
from ppocr_lr.lr_config.registry import MODELS
from ppocr_lr.training_config.scaling import ScalingRule
from tests.check.test_mistakes import MISTAKES
from tests.check.test_report import CASES, findings
from tests.check.test_report import config as plan
from tests.chinese import UNCHINESE, not_chinese, numbers
from tests.conftest import ROOT, Command

EXAMPLE = str(ROOT / "configs/cosine.yml")
PACKAGE = Path(ppocr_lr.__file__).parent
TRANSLATED = [language for language in LANGUAGES if language != "en"]

# Where the message stands among the arguments; the others are values. The last three are the page's.
SAYS = {"tr": 0, "later": 0, "amount": 1, "words": 0, "button": 0, "titled": 1}


def written_in_the_code(files: Iterable[Path] = ()) -> Iterator[str]:
    for file in files or PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            match node:
                case ast.Call(ast.Attribute(ast.Name("ui"))):
                    continue
                case ast.Call(ast.Name(name) | ast.Attribute(attr=name), [*arguments]) if name in SAYS and arguments:
                    message = arguments[SAYS[name]]
                    if isinstance(message, ast.Constant):
                        yield f"{{count}} {message.value}" if name == "amount" else message.value
                    assert not isinstance(message, (ast.JoinedStr, ast.IfExp)), f"{file}:{node.lineno}: no literal"


def declared() -> Iterator[str]:
    """What rules and sections have as their attributes."""
    for severity in Severity:
        yield from (str(severity), f"{{count}} {severity}")  # alone, and counted
    yield from get_args(Kind)
    yield from get_args(ScalingRule)
    for rule in RULES.values():
        yield from (rule.title, rule.why, rule.family)
    for name, model in MODELS.items():
        yield summary_of(name)
        yield model.nearest_in_paddleocr
        yield from (rule.why for rule in model.no_effect.values())
        for name, field in model.model_fields.items():
            mark = model.ours(name)
            yield mark.instead if mark else ""
            yield field.description or ""


MESSAGES = {message for message in (*written_in_the_code(), *declared()) if message}


def placeholders(message: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(message) if name is not None}


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_message_has_a_translation(language: str) -> None:
    missing = sorted(MESSAGES - catalogue(language).keys())
    entries = "\n".join(f'msgid {json.dumps(each)}\nmsgstr ""\n' for each in missing)
    assert not missing, f"to be translated in languages/{language}.po:\n\n{entries}"
    assert not sorted(catalogue(language).keys() - MESSAGES), "no longer said"
    assert not [message for message, said in catalogue(language).items() if not said]


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_translation_has_the_values_of_its_message(language: str) -> None:
    for message, said in catalogue(language).items():
        assert placeholders(said) == placeholders(message), message


@pytest.mark.parametrize("language", TRANSLATED)
def test_the_catalogue_is_one_of_gettext(language: str) -> None:
    with open(PACKAGE / "languages" / f"{language}.po", "rb") as file:
        theirs = read_po(file, locale=language, abort_invalid=True)
    assert not [each.id for each in theirs if each.fuzzy and each.id]
    assert {each.id: each.string for each in theirs if each.id} == catalogue(language)


def test_chinese_is_set_as_chinese() -> None:
    quoted = re.compile("“[^一-鿿”]*”")  # what is said of English marks
    assert not [said for said in catalogue("zh").values() if UNCHINESE.search(quoted.sub("“”", said))]


@pytest.mark.parametrize("config", [*(case[1] for case in CASES), *(plan(case[0]) for case in MISTAKES)], ids=str)
def test_no_finding_is_half_translated(config: Any, tmp_path: Path) -> None:
    with speaking("zh"):
        found = findings(tmp_path, config)
    assert not_chinese("\n".join(text for each in found for text in (each.message, each.hint))) == []


def test_the_library_has_arguments_and_no_flags() -> None:
    """Its reader may have called it from Python: `called` says what a command line has for an argument."""
    library = [file for file in PACKAGE.rglob("*.py") if "cli" not in file.parts]
    assert [message for message in written_in_the_code(library) if "--" in message] == []


def test_english_is_what_stands_in_the_code() -> None:
    assert tr("the first update has a rate of 0{second}", second="!") == "the first update has a rate of 0!"
    with speaking("zh"):
        assert "学习率" in tr("the first update has a rate of 0{second}", second="")
        with speaking("en"):
            assert tr("warmup") == "warmup"
        assert tr("warmup") == "预热"
        assert tr("") == ""  # in a file of gettext's, the entry of the file itself
        assert tr("what nobody has translated: {key}", key=1) == "what nobody has translated: 1"


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({}, "en"),
        ({"LANG": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "zh_CN.UTF-8", "LC_MESSAGES": "en_US.UTF-8"}, "en"),
        ({"LANG": "de_DE.UTF-8", "LC_ALL": "zh_TW"}, "zh"),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": ""}, "zh"),
        ({"LANG": "C", "LC_ALL": "POSIX"}, "en"),
    ],
)
def test_the_locale_says_the_language(environment: dict[str, str], language: str) -> None:
    assert of_locale(environment) == language


WARMUP = ("check", EXAMPLE, "-o", "Optimizer.lr.warmup_epoch=5")


@pytest.mark.parametrize("words", [WARMUP, (*WARMUP, "--statistics"), ("explain",), ("explain", "LR401")], ids=str)
def test_check_and_explain_speak_the_language(
    words: tuple[str, ...], command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    english = command(*words)
    chinese = command(*words, "--lang", "zh")
    assert ("衰减被截断" in chinese.stdout) or ("却没有缩短" in chinese.stdout)
    assert chinese.returncode == english.returncode
    assert re.findall(r"LR\d+", chinese.stdout) == re.findall(r"LR\d+", english.stdout)
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    assert command(*words).stdout == chinese.stdout
    assert command(*words, "--lang", "en").stdout == english.stdout


REPORTS = [
    ("show", "det_db.yml", "--gpus", "4", "--reference-gpus", "1", "--windows", "--accumulate", "2"),
    ("show", "cosine_cured.yml", "rec_lcnet.yml", "-o", "Optimizer.name=Momentum"),
    ("show", "cyclic.yml", "--epochs", "200"),
    ("show", "reduce_on_plateau.yml", "--metrics", "reduce_on_plateau.txt"),
    ("diff", "cosine.yml", "cosine.yml"),
    ("diff", "cosine_cured.yml", "rec_lcnet.yml"),
    ("diff", "step.yml", "rec_crnn.yml", "--axis", "iters"),
    ("diff", "rec_crnn.yml", "wsd.yml", "--axis", "progress"),
    ("scale", "det_db.yml", "--reference-gpus", "8"),
    ("scale", "det_db.yml", "--reference-batch", "8", "--rule", "sqrt", "--out", "scaled.yml"),
    ("scale", "det_db.yml"),
    ("show", "nosuch.yml"),
    ("show", "learning_rate=0.1"),
    ("show", "cosine.yml", "-o", "Optimizer.lr.nam=Cosine"),
    ("show", "cosine.yml", "-o", "Optimizer.lr"),
    ("show", "cosine.yml", "-o", "Optimizer.lr={name: MultiStepDecay, learning_rate: 1, milestones: [7, 5]}"),
    ("show", "cosine.yml", "-o", "Global.epoch_num=9", "-o", "Optimizer.lr.learning_rate=0.2"),
    ("diff", "cosine.yml", "wsd.yml", "--out", "curve.txt"),
    ("resume", "cosine.yml"),
    ("compare-log", "cosine.yml"),
    ("plot", "det_db.yml", "--gpus", "1", "--reference-gpus", "8", "--size", "3x2", "--momentum", "--out", "x.png"),
    ("plot", "rec_lcnet.yml", "wsd.yml", "-o", "Optimizer.lr.last_epoch=9", "--weight-decay", "--out", "x.csv"),
    ("plot", "reduce_on_plateau.yml", "--metrics", "reduce_on_plateau.txt", "--out", "x.json"),
    ("plot", "det_db.yml", "scale.yml", "--out", "x.csv"),
    ("plot", "cosine.yml", "--sweep", "warmup_epoch"),
    ("plot", "cosine.yml", "--sweep", "Global.seed=1", "--sweep", "Global.seed=2"),
    ("plot", "cosine.yml", "--sweep", "Optimizer.lr.warmup_epoch=0,1,2,3,4,5,6,7,8,9,10,11,12"),
    ("plot", "cosine.yml", "--title", "T", "--out", "x.csv"),
    ("plot", "cosine.yml", "--every", "2"),
    ("plot", "cosine.yml", "--every", "9", "--out", "x.csv", "--iters-per-epoch", "100000000"),
    ("plot", "cosine.yml", "--dpi", "9999"),
    ("plot", "cosine.yml", "--label", "a", "b"),
    ("plot", "cosine.yml", "--style", "ggplt"),
    ("plot", "cosine.yml", "--log", "train.log", "--out", "x.csv"),
    ("plot", "cosine.yml", "--log", "train.log", "--metrics", "loss.txt"),
    ("find-rate",),
    ("find-rate", "-c", "cosine.yml"),
    ("find-rate", "train.py"),
    ("find-rate", "--log", "train.log", "train.py"),
    ("find-rate", "--log", "train.log"),
    ("check",),
    ("check", "cosine.yml", "--write-baseline"),
    ("check", "cosine.yml", "--unsafe-fixes"),
    ("explain", "LR999"),
    ("explain", "warmup"),
    ("check", "cosine.yml", "--select", "LR9"),
]  # fmt: skip
_PATCH = re.compile(r"^(---|\+\+\+|@@|[-+ ] ).*\n", re.MULTILINE)


def with_paths(words: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(str(ROOT / "configs" / word) if (ROOT / "configs" / word).is_file() else word for word in words)


@pytest.mark.parametrize("words", REPORTS, ids=str)
def test_reports_are_in_chinese(words: tuple[str, ...], command: Command) -> None:
    words = with_paths(words)
    english, chinese = (command(words[0], "--lang", language, *words[1:]) for language in LANGUAGES)
    assert chinese.returncode == english.returncode
    told = chinese.stdout if words[0] != "scale" else _PATCH.sub("", chinese.stdout)
    assert not_chinese(told + chinese.stderr.removeprefix("error: ")) == []
    assert numbers(chinese.stdout + chinese.stderr) == numbers(english.stdout + english.stderr)


PLATEAU = ("plot", "reduce_on_plateau.yml", "--metrics", "reduce_on_plateau.txt")
FILES = [
    ("plot", "rec_lcnet.yml", "--weight-decay", "--out", "x.svg"),
    ("plot", "det_db.yml", "--num-samples", "900", "--reference-gpus", "8", "--out", "x.svg"),
    ("plot", "det_db.yml", "scale.yml", "--out", "x.csv"),
    ("plot", "det_db.yml", "scale.yml", "--out", "x.svg"),
    (*PLATEAU, "--out", "x.svg"),
    (*PLATEAU, "--out", "x.csv"),
    (*PLATEAU, "--out", "x.json"),
    ("diff", "rec_lcnet.yml", "det_db.yml", "--out", "x.svg"),
]


@pytest.mark.parametrize("words", FILES, ids=str)
def test_pictures_and_data_are_english(words: tuple[str, ...], command: Command, tmp_path: Path) -> None:
    """Not every machine has a font for Chinese, and programs read the others."""
    files = []
    for language in LANGUAGES:
        command(*with_paths(words), "--lang", language)
        files.append((tmp_path / words[-1]).read_bytes())
    assert files[0] == files[1]


def test_a_page_is_for_people(command: Command, tmp_path: Path) -> None:
    assert command("plot", EXAMPLE, "--out", "x.html", "--lang", "zh").returncode == 0
    assert '<html lang="zh-CN">' in (tmp_path / "x.html").read_text(encoding="utf-8")


def test_english_reads_no_catalogue(command: Command) -> None:
    catalogue.cache_clear()
    assert command("show", EXAMPLE).returncode == 0
    assert catalogue.cache_info().currsize == 0


@pytest.mark.parametrize("form", ["json", *FORMATS])
def test_what_programs_read_is_english(form: str, command: Command) -> None:
    assert command(*WARMUP, "--format", form, "--lang", "zh").stdout == command(*WARMUP, "--format", form).stdout


def test_a_baseline_is_for_every_language(command: Command, tmp_path: Path) -> None:
    (tmp_path / "c.yml").write_text(
        "# ppocr-lr: ignore LR304\nGlobal: {epoch_num: 5}\nOptimizer: {lr: {learning_rate: 0.1}}\n"
    )
    assert command("check", "c.yml", "--baseline", "known", "--write-baseline").returncode == 0
    assert command("check", "c.yml", "--baseline", "known", "--lang", "zh").stdout == "1 个文件：没有发现问题\n"
