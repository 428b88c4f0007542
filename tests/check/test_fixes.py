"""What a finding proposes, written into the file: the finding is gone, nothing else came, the rest of the text stays."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from ppocr_lr.check.fixes import Mended, mended
from ppocr_lr.check.report import check_document
from ppocr_lr.finding import Finding, Severity
from ppocr_lr.training_config.changes import yaml_text
from ppocr_lr.training_config.run_flags import RunFlags
from ppocr_lr.training_config.yaml_edit import FileText, read_file_text
from ppocr_lr.training_config.yaml_file import yaml_document
from tests.check.test_report import CASES, KNOWN
from tests.conftest import ROOT

REAL = json.loads((ROOT / "tests" / "data" / "paddleocr_lr_sections.json").read_text(encoding="utf-8"))


def mend(text: str, unsafe: bool = False, flags: RunFlags = KNOWN, **more: Any) -> Mended:
    file = FileText("c.yml", text.encode(), "utf-8", text)
    return mended(file, partial(check_document, flags=flags, **more), unsafe=unsafe)


def codes(done: Mended) -> list[str]:
    return [finding.code for finding in done.fixed]


TOP = "Global:\n  epoch_num: {epochs}  # 轮数\nOptimizer:\n  name: {optimizer}\n  lr:\n"


def file_of(lines: str, epochs: int = 20, optimizer: str = "Momentum") -> str:
    return TOP.format(epochs=epochs, optimizer=optimizer) + "".join(f"    {line}\n" for line in lines.split("\n"))


PIECEWISE = "name: Piecewise\ndecay_epochs: [10, 15]\n"
MULTI = "name: MultiStepDecay\nlearning_rate: 0.1\ngamma: 0.1\n"
COSINE = "name: Cosine\nlearning_rate: 0.1\n"

SMALL = "name: Cosine\nlearning_rate: 0.001"  # enough for an Adam
WHOLE = "Architecture: {model_type: rec}\n"
"""What a config for PaddleOCR's own trainer has."""
SAFE = [
    ("LR102", file_of("name: Cosine\nlearning_rate: 1e-1 # rate"), file_of("name: Cosine\nlearning_rate: 0.1 # rate")),
    ("LR102", file_of(PIECEWISE + "values: [0.1,  '1e-2', 0.001]"), file_of(PIECEWISE + "values: [0.1,  0.01, 0.001]")),
    ("LR501", file_of(PIECEWISE + "values: [0.1, 0.01] # 值"), file_of(PIECEWISE + "values: [0.1, 0.01, 0.01] # 值")),
    ("LR501", file_of("name: Piecewise\ndecay_epochs : [ 10, 20 ] # 20\nvalues: [0.1, 0.01]"),
     file_of("name: Piecewise\ndecay_epochs : [ 10 ] # 20\nvalues: [0.1, 0.01]")),
    ("LR501", file_of(PIECEWISE + "values:\n- 1.0e-1 # 1\n- 1.0e-2"),
     file_of(PIECEWISE + "values:\n- 1.0e-1 # 1\n- 1.0e-2\n- 0.01")),
    ("LR502", file_of("name: Step\nlearning_rate: 0.1\ngamma: 0.5\nstep_size: 2.0 # 轮"),
     file_of("name: Step\nlearning_rate: 0.1\ngamma: 0.5\nstep_size: 2 # 轮")),
    ("LR502", file_of("{name: Const, learning_rate: 1}").replace("lr:\n    ", "lr: "),
     file_of("{name: Const, learning_rate: 1.0}").replace("lr:\n    ", "lr: ")),
    ("LR512", WHOLE + file_of(SMALL).replace("Momentum", "adamw # o"),
     WHOLE + file_of(SMALL).replace("Momentum", "AdamW # o")),
    ("LR512", WHOLE + file_of(COSINE).replace("Momentum", "SGD\n  momentum: 0.9"),
     WHOLE + file_of(COSINE).replace("Momentum", "Momentum\n  momentum: 0.9")),
    ("LR106", file_of("learning_rate: 0.3 # old\n" + COSINE[:-1]), file_of(COSINE[:-1])),
    ("LR104", file_of(COSINE + "epochs: 30 # no\n# end"), file_of(COSINE + "# end")),
    ("LR104", file_of("learning_rate: 0.5\n" + PIECEWISE + "values: [0.1, 0.01, 0.001]"),
     file_of(PIECEWISE + "values: [0.1, 0.01, 0.001]")),
    ("LR104", file_of(COSINE + "warmup_start_factor: 0.1"), file_of(COSINE[:-1])),
    ("LR101", file_of(COSINE + "T_max: 10"), file_of(COSINE[:-1])),
    ("LR108", file_of(COSINE).replace("Momentum", "Adadelta\n  weight_deacy: 0.0\n  regularizer: {name: L2}"),
     file_of(COSINE).replace("Momentum", "Adadelta\n  regularizer: {name: L2}")),
    ("LR102", file_of(COSINE).replace("Momentum", "RMSProp\n  rho: 95e-2 # r"),
     file_of(COSINE).replace("Momentum", "RMSProp\n  rho: 0.95 # r")),
    ("LR305", file_of(COSINE + "warmup_epoch: -1"), file_of(COSINE + "warmup_epoch: 0")),
]  # fmt: skip
UNSAFE = [
    ("LR101", file_of(COSINE + "warmup_epochs: 1 # w"), file_of(COSINE + "warmup_epoch: 1 # w")),
    ("LR101", file_of(COSINE + "eta_min: 1.0e-5"), file_of(COSINE + "end_lr: 1.0e-5")),
    ("LR106", "Optimizer:\n  name: Adam # o\n" + file_of(COSINE[:-1]), file_of(COSINE[:-1])),
    ("LR106", file_of(COSINE[:-1]) + "  lr: 0.1\n", file_of("").replace("  lr:\n    \n", "  lr: 0.1\n")),
    ("LR512", WHOLE + file_of(SMALL).replace("Momentum", "Adamax"), WHOLE + file_of(SMALL).replace("Momentum", "Adam")),
    ("LR512", WHOLE + file_of(COSINE[:-1]), WHOLE + file_of(COSINE[:-1]) + "  momentum: 0.9\n"),
    ("LR512", WHOLE + file_of(COSINE[:-1]).replace("Momentum", "momentum # o"),
     WHOLE + file_of(COSINE[:-1]).replace("Momentum", "Momentum # o") + "  momentum: 0.9\n"),
    ("LR512", WHOLE + file_of(SMALL).replace("Momentum", "Adam\n  learning_rate: 0.1"),
     WHOLE + file_of(SMALL).replace("Momentum", "Adam")),
    ("LR103", file_of("learning_rate: 0.1 # r"), file_of("learning_rate: 0.1 # r\nname: Const")),
    ("LR108", file_of(COSINE).replace("  epoch", "  pretrain_weights: ./a\n  epoch"),
     file_of(COSINE).replace("  epoch", "  pretrained_model: ./a\n  epoch")),
    ("LR108", file_of(COSINE) + "\ntrain: # data\n  dataset: {num_samples: 64}",
     file_of(COSINE) + "\nTrain: # data\n  dataset: {num_samples: 64}"),
    ("LR108", file_of(COSINE).replace("Momentum", "AdamW\n  weight_deacy: 0.1 # w"),
     file_of(COSINE).replace("Momentum", "AdamW\n  weight_decay: 0.1 # w")),
    ("LR204", file_of("name: LinearWarmupCosine\nlearning_rate: 0.1\nwarmup_steps: 1"),
     file_of("name: LinearWarmupCosine\nlearning_rate: 0.1\nwarmup_steps: 100")),
    ("LR301", file_of(COSINE + "warmup_epoch: 25"), file_of(COSINE + "warmup_epoch: 1")),
    ("LR401", file_of(COSINE + "warmup_epoch: 5"), file_of(COSINE + "warmup_epoch: 1")),
    ("LR303", file_of("name: WSD\nlearning_rate: 0.1\nwarmup_epoch: 2"),
     file_of("name: WSD\nlearning_rate: 0.1\nwarmup_epoch: 2\nwarmup_start_factor: 0.01")),
    ("LR304", file_of("name: OneCycle\nmax_lr: 0.1\nwarmup_epoch: 2"),
     file_of("name: OneCycle\nmax_lr: 0.1\nwarmup_epoch: 0")),
    ("LR402", file_of(MULTI + "milestones: [700,   800] # m", 500), file_of(MULTI + "milestones: [394,   450] # m", 500)),
    ("LR307", file_of("name: RangeTest\nupdates: 2050"), file_of("name: RangeTest\nupdates: 2050", 21)),
    ("LR404", file_of(COSINE + "last_epoch: 2500"), file_of(COSINE + "last_epoch: 2500", 26)),
    ("LR405", file_of("name: CyclicalCosine\nlearning_rate: 0.1\ncycle: 8"),
     file_of("name: CyclicalCosine\nlearning_rate: 0.1\ncycle: 10")),
    ("LR406", file_of("name: TwoStepCosine\nlearning_rate: 0.1"), file_of("name: Cosine\nlearning_rate: 0.1")),
    ("LR409", file_of("name: InverseSqrt\nlearning_rate: 0.1\nwarmup_epoch: 10"),
     file_of("name: WSD\nlearning_rate: 0.1\nwarmup_epoch: 10")),
    ("LR505", file_of(COSINE + "warmup_epoch: 150it"), file_of(COSINE + "warmup_epoch: 1.5")),
    ("LR603", file_of("name: Noam\nd_model: 512\nwarmup_iters: 300\nlearning_rate: 0.001"),
     file_of("name: Noam\nd_model: 512\nwarmup_iters: 300\nlearning_rate: 1")),
]  # fmt: skip


@pytest.mark.parametrize(("code", "before", "after"), SAFE)
def test_safe(code: str, before: str, after: str) -> None:
    done = mend(before)
    assert (codes(done), done.text) == ([code], after)
    assert not {(each.code, each.path) for each in check(after)} - {(each.code, each.path) for each in check(before)}


@pytest.mark.parametrize(("code", "before", "after"), UNSAFE)
def test_unsafe(code: str, before: str, after: str) -> None:
    alone = mend(before)
    assert (alone.text, alone.fixed, alone.unsafe > 0) == (before, (), True)
    others = {finding.code for finding in alone.report.findings} - {code}
    done = mend(before, unsafe=True, ignore=others)
    assert (codes(done), done.text) == ([code], after)


def test_every_code_with_a_fix_stands_in_a_table() -> None:
    fixed = set()
    for _, content, _, _ in CASES:
        text = content if isinstance(content, str) else yaml.safe_dump(content, sort_keys=False, allow_unicode=True)
        done = mend(text, unsafe=True)
        fixed |= set(codes(done))
        before = {(each.code, each.path) for each in mend(text, ignore=set(codes(done))).report.findings}
        after = {(each.code, each.path): each.severity for each in done.report.findings}
        assert not after.keys() & {(each.code, each.path) for each in done.fixed}
        assert all(severity == Severity.NOTE for kind, severity in after.items() if kind not in before)
        assert mend(done.text, unsafe=True).text == done.text
    assert fixed == {code for code, _, _ in [*SAFE, *UNSAFE]}


def test_what_is_only_said_is_not_written() -> None:
    """Another optimizer, or the rate for another number of cards."""
    text = file_of("name: Const\nlearning_rate: 0.001\nwarmup_epoch: 0", optimizer="AdamW")
    text = WHOLE + text.replace("  lr:", "  regularizer: {name: CosineL2Decay}\n  lr:")
    done = mend(text, unsafe=True, flags=RunFlags(iters_per_epoch=100, gpus=4, batch_size=8))
    assert {"LR508", "LR602"} <= {finding.code for finding in done.report.findings}
    assert (done.text, done.fixed) == (text, ())


def test_a_slip_that_hides_a_wrong_value_is_not_written() -> None:
    """The value would count, and a warning would come instead."""
    text = file_of(COSINE + "warmup_epochs: 5")
    done = mend(text, unsafe=True)
    assert (done.text, done.fixed) == (text, ())


@pytest.mark.parametrize("text", [file_of(COSINE[:-1]) + "  lr:\n", file_of(COSINE + "learning_rate: # ?")])
def test_a_value_is_not_taken_out_for_an_empty_one(text: str) -> None:
    done = mend(text, unsafe=True)
    assert [each.hint for each in done.report.findings if each.code == "LR106"] == [""]
    assert (done.text, done.fixed) == (text, ())


def test_what_an_override_brings_about_is_not_written() -> None:
    text = file_of(COSINE + "warmup_epoch: 1")
    done = mend(text, unsafe=True, overrides=["Optimizer.lr.warmup_epoch=5"])
    assert "LR401" in {finding.code for finding in done.report.findings}
    assert (done.text, done.fixed) == (text, ())


def test_a_key_that_an_override_sets_is_not_taken_out() -> None:
    done = mend(file_of(COSINE + "T_max: 10\nepochs: 3"), overrides=["Optimizer.lr.T_max=5"])
    assert (done.text, done.refused) == (file_of(COSINE + "T_max: 10"), ())


def test_an_ignored_finding_is_not_mended() -> None:
    text = file_of("name: Cosine\nlearning_rate: 1e-1 # ppocr-lr: ignore LR102\nepochs: 30")
    done = mend(text)
    assert (codes(done), done.text) == (["LR104"], text.replace("    epochs: 30\n", ""))
    assert mend(text, ignore=["LR104"]).text == text


HOSTILE = [
    # before, after; the same where it is left with a message
    ("Optimizer: {lr: {name: Cosine, learning_rate: 1e-1, epochs: 30}}", "Optimizer: {lr: {name: Cosine, learning_rate: 0.1}}"),
    ("Optimizer:\n  lr: &lr\n    name: Cosine\n    learning_rate: 1e-1", "Optimizer:\n  lr: &lr\n    name: Cosine\n    learning_rate: 0.1"),
    ("base: &b {name: Cosine}\nOptimizer:\n  lr:\n    <<: *b\n    learning_rate: 1e-1",
     "base: &b {name: Cosine}\nOptimizer:\n  lr:\n    <<: *b\n    learning_rate: 0.1"),
    ("base: &b {learning_rate: 1e-1}\nOptimizer:\n  lr:\n    <<: *b\n    name: Cosine",
     "base: &b {learning_rate: 1e-1}\nOptimizer:\n  lr:\n    <<: *b\n    name: Cosine\n    learning_rate: 0.1"),
    ("Optimizer:\n  lr:\t# tab\n    name: Cosine\t\n    learning_rate: 1e-1\t# tab",
     "Optimizer:\n  lr:\t# tab\n    name: Cosine\t\n    learning_rate: 0.1\t# tab"),
    ("base: &b {name: Cosine, learning_rate: 1e-1}\nOptimizer: {lr: *b}", ""),
    ("base: &b 1e-1\nOptimizer: {lr: {name: Cosine, learning_rate: *b}}", ""),
    ("Optimizer: {lr: {name: Cosine, learning_rate: &b 1e-1}}\nbase: *b", ""),
]  # fmt: skip


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize(("before", "after"), HOSTILE)
def test_mended_right_or_left_alone(before: str, after: str, newline: str) -> None:
    before, after = (
        f"Global: {{epoch_num: 20}}\n{each}\n".replace("\n", newline) for each in (before, after or before)
    )
    done = mend(before)
    assert done.text == after
    assert [str(error).partition(" cannot be changed")[1] for error in done.refused] == (
        [" cannot be changed"] if before == after else []
    )


def test_one_that_cannot_be_mended_stops_no_other() -> None:
    """They are tried at once first."""
    before = file_of("name: Cosine\nlearning_rate: &r 1e-1\nepochs: 30\nT_max: 5") + "base: *r\n"
    done = mend(before)
    assert (codes(done), done.text) == (["LR101", "LR104"][::-1], before.replace("    epochs: 30\n    T_max: 5\n", ""))
    assert len(done.refused) == 1


# Real lr sections, as PaddleOCR's files have them, and what people do to them.


def real_text(entry: dict[str, Any]) -> str:
    """A file with the section, each key on a line with a comment."""
    lines = [f"{key}: {yaml_text(value)} # 键 {key}" for key, value in entry["lr"].items()]
    return file_of("\n".join(lines), entry["epochs"], "Adam")


def numbers_of(lr: dict[str, Any]) -> list[str]:
    """The keys whose value PaddleOCR does not convert from text."""
    strings = ("learning_rate",) if lr.get("name") not in ("LinearWarmupCosine", "Piecewise") else ()
    return [key for key in (*strings, "max_lr", "gamma") if isinstance(lr.get(key), float)]


def line_of(text: str, key: str) -> str:
    return next(line for line in text.split("\n") if line.strip().startswith(f"{key}:"))


def as_string(text: str, lr: dict[str, Any]) -> str | None:
    """A number that YAML 1.1 reads as text; it comes back in digits."""
    for key in numbers_of(lr):
        return text.replace(line_of(text, key), f"    {key}: '{lr[key]}' # 键 {key}")
    return None


def twice(text: str, lr: dict[str, Any]) -> str:
    return text.replace("    name:", "    name: Old # old\n    name:") if "name" in lr else text


def of_the_run(text: str, lr: dict[str, Any]) -> str:
    return text + ("    step_each_epoch: 7 # 七\n" if "epochs" in lr else "    epochs: 7 # 七\n")


def of_another_library(text: str, lr: dict[str, Any]) -> str:
    return text.replace("  lr:\n", "  lr:\n    T_max: 3\n")


def misspelt(text: str, lr: dict[str, Any]) -> str | None:
    counts = lr.get("warmup_epoch") and lr.get("name") != "DecayLearningRate"
    return text.replace("warmup_epoch:", "warmup_epochs:") if counts else None


DAMAGE = [as_string, twice, of_the_run, of_another_library, misspelt]


def check(text: str) -> list[Finding]:
    return list(check_document(yaml_document(text, "c.yml"), flags=KNOWN).findings)


@pytest.mark.parametrize("entry", REAL, ids=[entry["source"] for entry in REAL])
def test_a_real_section_is_as_before(entry: dict[str, Any]) -> None:
    text = real_text(entry)
    others = {finding.code for finding in check(text)}
    for damage in DAMAGE:
        damaged = damage(text, entry["lr"])
        if damaged is None or damaged == text:
            continue
        done = mend(damaged, unsafe=True, ignore=others - {"LR101"})
        assert len(done.fixed) == 1, damage
        assert yaml.safe_load(done.text) == yaml.safe_load(text)
        expected = text
        if damage is as_string:  # the number as it is written here, its comment as it was
            key = numbers_of(entry["lr"])[0]
            mended_line = line_of(done.text, key)
            expected = text.replace(line_of(text, key), mended_line)
            assert mended_line.endswith(f" # 键 {key}")
        assert done.text == expected, damage


@given(st.sampled_from(REAL), st.lists(st.sampled_from(DAMAGE), unique=True), st.booleans(), st.booleans())
def test_any_damage_to_a_real_section(entry: Any, damages: list[Any], unsafe: bool, windows: bool) -> None:
    text = real_text(entry)
    for damage in damages:
        text = damage(text, entry["lr"]) or text
    text = text.replace("\n", "\r\n") if windows else text
    before = {(each.code, each.path): each.severity for each in check(text)}
    done = mend(text, unsafe)
    after = {(each.code, each.path): each.severity for each in check(done.text)}
    assert not after.keys() & {(each.code, each.path) for each in done.fixed}
    new = {severity for kind, severity in after.items() if kind not in before}
    assert new <= ({Severity.NOTE} if unsafe else set())
    assert not [each for each in done.report.findings if each.fix and each.fix.safe]
    assert mend(done.text, unsafe).text == done.text
    kept = {line.rstrip() for line in done.text.split("\n")} & {line.rstrip() for line in text.split("\n")}
    assert len(kept) >= 4  # what is above the section
    assert done.text.count("\r\n") == (done.text.count("\n") if windows else 0)


def test_a_file_of_four_mebibytes(tmp_path: Path) -> None:
    path = tmp_path / "c.yml"
    text = "# 占位\n" * 400_000 + file_of("name: Cosine\nlearning_rate: 1e-1 # rate")
    path.write_text(text, encoding="utf-8")
    done = mended(read_file_text(path), partial(check_document, flags=KNOWN))
    done.write()
    assert path.read_text(encoding="utf-8") == text.replace("1e-1", "0.1")
