"""Reports in the forms of other programs, read by their own rules."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import jsonschema
import pytest

from ppocr_lr.check.rules import RULES
from tests.conftest import Command

BAD = (
    "Global: {epoch_num: 20}\nOptimizer:\n  lr:\n    name: Cosine\n    learning_rate: 0.1\n"
    '    "warmup_epochs": 5\n    T_max: 5  # 学习率\n'
)
WORDS = ("check", "a b.yml", "clean.yml", "torn.yml", "--iters-per-epoch", "100", "--min-severity", "warning")


@pytest.fixture(autouse=True)
def _files(tmp_path: Path) -> None:
    (tmp_path / "a b.yml").write_text(BAD, encoding="utf-8")
    (tmp_path / "clean.yml").write_text("Global: {epoch_num: 20}\nOptimizer: {lr: {name: Const, learning_rate: 0.1}}\n")
    (tmp_path / "torn.yml").write_text("Global: {epoch_num: [\n")


PLACES = [("a b.yml", "LR101", 6, 5), ("a b.yml", "LR101", 7, 5), ("torn.yml", "LR100", 2, 1)]


def shown(command: Command, form: str) -> str:
    done = command(*WORDS, "--format", form)
    assert (done.returncode, done.stderr) == (2, "")
    return done.stdout


def test_text_marks_the_key_in_its_line(command: Command) -> None:
    lines = shown(command, "text").splitlines()
    assert lines[2:4] == ['      |     "warmup_epochs": 5', "      |     ^^^^^^^^^^^^^^^"]
    assert lines[lines.index("      |     T_max: 5  # 学习率") :][:2] == [
        "      |     T_max: 5  # 学习率",
        "      |     ^^^^^",
    ]


def test_wide_and_long_lines(command: Command, tmp_path: Path) -> None:
    keys = ", ".join(f"长{index}: {index}" for index in range(90))
    text = f"Global: {{epoch_num: 20}}\nOptimizer: {{x: {{{keys}}}, lr: {{name: Const, learning_rate: 0.1, T_max: 5, {keys}}}}}\n"
    (tmp_path / "c.yml").write_text(text, encoding="utf-8")
    out = command("check", "c.yml", "--select", "LR101", "--iters-per-epoch", "9").stdout.splitlines()
    index = next(index for index, line in enumerate(out) if "Optimizer.lr.T_max" in line)
    line, marks = out[index + 1 : index + 3]
    assert (len(line) < 150, line.count("…")) == (True, 2)
    before = line[: line.index("T_max")]
    assert marks.index("^") == len(before) + sum(each == "长" for each in before)
    assert marks.count("^") == len("T_max")


def test_what_is_overridden_is_not_shown_as_in_the_file(command: Command) -> None:
    done = command("check", "clean.yml", "-o", "Optimizer.lr.learning_rate=9", "--select", "LR601")
    assert "learning_rate: 0.1" not in done.stdout


def test_concise(command: Command) -> None:
    *lines, last = shown(command, "concise").splitlines()
    assert [line.split(": ")[0] for line in lines] == [f"{path}:{line}:{column}" for path, _, line, column in PLACES]
    assert last == "1 error, 2 warnings in 3 files"


def test_json_lines(command: Command) -> None:
    found = [json.loads(line) for line in shown(command, "json-lines").splitlines()]
    assert [(each["config"], each["code"], each["line"], each["column"]) for each in found] == PLACES


def test_gitlab(command: Command, tmp_path: Path) -> None:
    found = json.loads(shown(command, "gitlab"))
    assert [(each["location"]["path"], each["check_name"], each["location"]["lines"]["begin"]) for each in found] == [
        place[:3] for place in PLACES
    ]
    assert [each["severity"] for each in found] == ["minor", "minor", "major"]
    fingerprints = [each["fingerprint"] for each in found]
    assert len({*fingerprints}) == 3
    (tmp_path / "a b.yml").write_text("# moved\n" + BAD, encoding="utf-8")
    assert [each["fingerprint"] for each in json.loads(shown(command, "gitlab"))] == fingerprints
    assert json.loads(command("check", "clean.yml", "--select", "LR3", "--format", "gitlab").stdout) == []


def test_junit(command: Command) -> None:
    root = ElementTree.fromstring(shown(command, "junit").partition("\n")[2])
    assert (root.get("tests"), root.get("failures")) == ("4", "3")
    suites = {suite.get("name"): [case.find("failure") is not None for case in suite] for suite in root}
    assert suites == {"a b.yml": [True, True], "clean.yml": [False], "torn.yml": [True]}


TEXT = {"type": "object", "required": ["text"], "properties": {"text": {"type": "string", "minLength": 1}}}
REGION = {
    "type": "object", "additionalProperties": False,
    "properties": {
        name: {"type": "integer", "minimum": 1} for name in ("startLine", "startColumn", "endLine", "endColumn")
    },
}  # fmt: skip
SARIF: dict[str, Any] = {
    "type": "object", "required": ["version", "runs"], "additionalProperties": False,
    "properties": {
        "$schema": {"type": "string"}, "version": {"const": "2.1.0"},
        "runs": {"type": "array", "minItems": 1, "items": {
            "type": "object", "required": ["tool", "results"], "additionalProperties": False,
            "properties": {
                "columnKind": {"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
                "tool": {"properties": {"driver": {"required": ["name"], "properties": {"rules": {"items": {
                    "required": ["id"], "additionalProperties": False,
                    "properties": {
                        "id": {"type": "string"}, "shortDescription": TEXT, "fullDescription": TEXT, "help": TEXT,
                        "defaultConfiguration": {"properties": {"level": {"enum": ["none", "note", "warning", "error"]}}},
                    },
                }}}}}},
                "results": {"items": {
                    "required": ["message", "ruleId", "level", "locations"],
                    "properties": {
                        "message": TEXT, "level": {"enum": ["none", "note", "warning", "error"]},
                        "ruleIndex": {"type": "integer", "minimum": 0},
                        "locations": {"minItems": 1, "items": {"properties": {"physicalLocation": {
                            "required": ["artifactLocation"],
                            "properties": {
                                "artifactLocation": {"properties": {"uri": {"type": "string", "pattern": r"^[^\s]+$"}}},
                                "region": REGION,
                            },
                        }}}},
                        "fixes": {"minItems": 1, "items": {
                            "required": ["artifactChanges"], "additionalProperties": False,
                            "properties": {
                                "description": TEXT,
                                "artifactChanges": {"minItems": 1, "items": {
                                    "required": ["artifactLocation", "replacements"],
                                    "properties": {"replacements": {"minItems": 1, "items": {
                                        "required": ["deletedRegion"], "additionalProperties": False,
                                        "properties": {
                                            "deletedRegion": REGION,
                                            "insertedContent": {"properties": {"text": {"type": "string"}}},
                                        },
                                    }}},
                                }},
                            },
                        }},
                    },
                }},
            },
        }},
    },
}  # fmt: skip
"""What SARIF 2.1.0 says of the objects that are used here, written down from its schema.

With the schema itself, sarif-schema-2.1.0.json of oasis-tcs/sarif-spec: `jsonschema -i lr.sarif sarif-schema-2.1.0.json`.
"""


def test_sarif(command: Command, tmp_path: Path) -> None:
    log = json.loads(shown(command, "sarif"))
    jsonschema.validate(log, SARIF)
    (run,) = log["runs"]
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    found = []
    for result in run["results"]:
        assert rules[result["ruleIndex"]] == result["ruleId"]
        assert result["level"] == str(RULES[result["ruleId"]].severity)
        location = result["locations"][0]["physicalLocation"]
        region = location["region"]
        found.append(
            (location["artifactLocation"]["uri"], result["ruleId"], region["startLine"], region["startColumn"])
        )
    assert found == [(path.replace(" ", "%20"), *rest) for path, *rest in PLACES]
    jsonschema.validate(json.loads(command("check", tmp_path / "a b.yml", "--format", "sarif").stdout), SARIF)
    jsonschema.validate(json.loads(command("check", "clean.yml", "--select", "LR3", "--format", "sarif").stdout), SARIF)


SLIPS = "Global: {epoch_num: 20}\nOptimizer:\n  lr:\n    name: Cosine\n    learning_rate: 1e-1\n    T_max: 20\n"


def fixes_in(log: Any) -> dict[str, list[Any]]:
    return {result["ruleId"]: result.get("fixes", []) for result in log["runs"][0]["results"]}


@pytest.mark.parametrize(
    ("code", "after"),
    [("LR102", SLIPS.replace("1e-1", "0.1")), ("LR101", SLIPS.replace("    T_max: 20\n", ""))],
)
def test_sarif_has_the_fixes(command: Command, tmp_path: Path, code: str, after: str) -> None:
    (tmp_path / "slips.yml").write_text(SLIPS, encoding="utf-8")
    done = command("check", "slips.yml", "--iters-per-epoch", "100", "--format", "sarif")
    jsonschema.validate(json.loads(done.stdout), SARIF)
    ((fix,),) = [fixes for each, fixes in fixes_in(json.loads(done.stdout)).items() if each == code]
    ((change,),) = [fix["artifactChanges"]]
    assert change["artifactLocation"] == {"uri": "slips.yml"}
    assert replaced(SLIPS, change["replacements"]) == after


def replaced(text: str, replacements: list[Any]) -> str:
    """`text` after replacements, as SARIF says: an end is behind the last character."""
    begins = [0, *(index + 1 for index, character in enumerate(text) if character == "\n")]
    for each in reversed(replacements):
        region = each["deletedRegion"]
        start, end = (begins[region[f"{one}Line"] - 1] + region[f"{one}Column"] - 1 for one in ("start", "end"))
        text = text[:start] + each["insertedContent"]["text"] + text[end:]
    return text


def test_sarif_of_stdin_has_none(tmp_path: Path) -> None:
    (tmp_path / "slips.yml").write_text("Global: {epoch_num: 5}\n", encoding="utf-8")
    words = ["check", "-", "--stdin-filename", "slips.yml", "--iters-per-epoch", "100", "--format", "sarif"]
    done = subprocess.run(
        [sys.executable, "-m", "ppocr_lr", *words], input=SLIPS, capture_output=True, text=True, cwd=tmp_path
    )
    assert [*fixes_in(json.loads(done.stdout)).values()] == [[], []]
