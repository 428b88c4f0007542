"""The page: whole in one file, and safe whatever the names are."""

from __future__ import annotations

import io
import json
import re
import sys
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
import yaml

from ppocr_lr.check.report import Report, check_file, check_planned
from ppocr_lr.check.rules import RULES
from ppocr_lr.errors import Place
from ppocr_lr.export import EXPORTS
from ppocr_lr.export.html import write_html
from ppocr_lr.export.plotly_figure import figure
from ppocr_lr.finding import Finding, Severity
from ppocr_lr.language import speaking
from ppocr_lr.training_config.plan import PlannedRun, plan_config
from ppocr_lr.training_config.run_flags import RunFlags
from tests.chinese import not_chinese
from tests.export.runs import BAND, COSINE, planned

EVIL = "</script><script>alert(1)</script><img src=http://x.y/z onerror=alert(2)>&\"'.yml"


class Page(HTMLParser):
    """The elements, their attributes, and the texts outside of scripts and styles."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.texts: list[str] = []
        self.scripts: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs

    def handle_data(self, data: str) -> None:
        if self.lasttag == "script" and data.strip():
            self.scripts.append(data)
        elif data.strip() and self.lasttag != "style":
            self.texts.append(data.strip())


def page(runs: list[PlannedRun], reports: Any = (), log_scale: bool = False) -> str:
    pytest.importorskip("plotly")
    file = io.BytesIO()
    write_html(runs, reports, file, log_scale)
    return file.getvalue().decode("utf-8")


def ours(text: str) -> str:
    """The page without Plotly's own script, which names many addresses that this page never asks for."""
    from plotly.offline import get_plotlyjs

    assert text.count(get_plotlyjs()) == 1
    return text.replace(get_plotlyjs(), "")


def report(path: str = "a.yml", message: str = "the rate ends high", hint: str = "-o a=1") -> Report:
    return Report(
        path,
        (Finding(("Optimizer", "lr", "x"), message, hint, "LR401", Severity.WARNING, Place(path, 3, 5)),),
        None,
    )


def test_a_scaled_run_with_the_one_of_the_config_dashed() -> None:
    config = {"Global": {"epoch_num": 20}, "Optimizer": {"lr": COSINE}, "Train": {"loader": {"batch_size_per_card": 4}}}
    run = plan_config(config, "a.yml", RunFlags(iters_per_epoch=100, reference_gpus=8))
    (scaled, own), layout = figure([run], ["a.yml"])
    assert scaled["name"] == "a.yml: scaled for 4 samples per update (linear)"
    assert own["name"] == "a.yml: as in the config, for 32 samples per<br>update"
    assert (scaled["line"]["dash"], own["line"]["dash"] != "solid") == ("solid", True)
    assert (max(scaled["y"]), max(own["y"])) == (0.0125, 0.1)
    assert layout["yaxis"]["range"][1] > 0.1
    cells = Page(page([run])).texts
    for name, peak in (
        ("scaled for 4 samples per update (linear)", "1.25e-2"),
        ("as in the config, for 32 samples per update", "1e-1"),
    ):
        row = cells.index(f"Cosine: {name}")
        assert f"{peak} at epoch 2" in cells[row : row + 7]


def test_exports() -> None:
    assert EXPORTS == ("csv", "json", "html")


def test_no_request_to_any_network() -> None:
    text = page([planned(), planned("b.yml", **BAND)], [report()])
    assert "http" not in ours(text).replace("http-equiv", "")
    found = Page(text)
    assert not {name for name, _ in found.attributes} & {"src", "href", "data", "action", "srcset"}
    assert not {"link", "img", "iframe", "object"} & set(found.tags)
    assert """content="default-src 'none';""" in text
    assert '"showSendToCloud":false,"plotlyServerURL":""' in found.scripts[-1]  # no button that uploads the chart
    assert "connect-src" not in text.split("<title>")[0]


def test_text_of_the_user_stays_text() -> None:
    runs = [planned(EVIL), planned("other.yml")]  # equal, so that the labels are the file names
    text = page(runs, [report(EVIL, EVIL, EVIL)])
    found = Page(text)
    assert found.tags.count("script") == 2  # Plotly's and ours
    assert "img" not in found.tags
    assert found.texts.count(EVIL) == 3  # config, message, hint
    assert "alert" not in [name for name, _ in found.attributes]
    assert "<" not in found.scripts[-1]
    (curve, *_), _ = figure(runs, [EVIL, "other"])
    assert "<" not in curve["name"].replace("<br>", "")  # Plotly reads tags in names
    assert "&lt;/script&gt;" in curve["name"]


def test_the_same_input_gives_the_same_page() -> None:
    assert page([planned()], [report()]) == page([planned()], [report()])


def test_lengths_and_findings_are_written(tmp_path: Path) -> None:
    path = tmp_path / "c.yml"
    lr = {**COSINE, "warmup_epoch": 5}
    path.write_text(yaml.safe_dump({"Global": {"epoch_num": 20}, "Optimizer": {"lr": lr}}), encoding="utf-8")
    checked = check_file(path, flags=RunFlags(iters_per_epoch=100))
    assert checked.planned is not None
    texts = Page(page([checked.planned], [checked])).texts
    assert "20 epochs × 100 iterations = 2000 updates" in texts
    assert checked.findings
    for finding in checked.findings:
        place = texts.index(finding.message) - 2
        assert texts[place] == str(finding.place)
        assert texts[place - 2 : place] == [str(finding.severity), finding.code]
        assert texts[place + 1] == finding.key


@pytest.mark.parametrize(
    ("section", "hint", "heads"),
    [(COSINE, "", set()), (COSINE, "-o a=1", {"hint"}), ({**COSINE, "end_lr": 0.01}, "", {"trainer"})],
)
def test_a_column_in_which_there_is_nothing_is_left_out(section: dict[str, Any], hint: str, heads: set[str]) -> None:
    texts = Page(page([planned(**section)], [report(hint=hint)])).texts
    assert {"trainer", "hint"} & {*texts} == heads


def test_what_is_said_of_several_runs_stands_once_the_worst_first() -> None:
    runs = [planned(**{**COSINE, "warmup_epoch": warmup}) for warmup in (1, 5, 8)]
    texts = Page(page(runs, [check_planned(run) for run in runs])).texts
    found = texts[texts.index("Findings") :]
    codes = [text for text in found if text in RULES]
    assert codes == ["LR401", "LR401", "LR303", "LR303", "LR303"]  # of each a sentence with other numbers
    assert [found[found.index(code) + 1] for code in ("LR401", "LR303")] == ["warmup_epoch 5", "warmup_epoch 1"]
    twice = Page(page([runs[0], runs[0]], [check_planned(runs[0])] * 2)).texts
    assert twice.count("LR303") == 1


def test_without_findings() -> None:
    assert "Findings" not in Page(page([planned()])).texts
    assert "No findings in 1 file." in Page(page([planned()], [Report("a.yml", (), None)])).texts


def test_a_page_is_in_the_language_of_who_asks_for_it() -> None:
    with speaking("zh"):
        runs = [planned("a.yml", **COSINE), planned("b.yml", **COSINE, cooldown_epochs=2)]
        text = page(runs, [check_planned(run) for run in runs]) + page(runs[:1], [Report("a.yml", (), None)])
    assert not_chinese("\n".join(Page(text).texts)) == []
    assert '<html lang="zh-CN">' in text


def test_without_plotly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "plotly.offline", None)
    file = io.BytesIO()
    with pytest.raises(ImportError, match=re.escape("plotly is not installed: pip install 'ppocr-lr[html]'")):
        write_html([planned()], [], file)
    assert not file.getvalue()


def test_a_name_that_is_no_utf8() -> None:
    assert "\\udcff.yml" in page([planned("\udcff.yml")])


def test_what_many_long_names_share_is_said_once() -> None:
    files = [f"rec_{'很长的名字' * 9}_{number}_v5.yml" for number in (1, 2, 10, 11)]
    runs = [planned(file, 20, name="Cosine", learning_rate=0.1 * n, warmup_epoch=n) for n, file in enumerate(files, 1)]
    text = page(runs)
    _, traces, layout, _ = json.loads(f"[{ours(text).split('Plotly.newPlot(')[1].split(');')[0]}]")
    assert [trace["name"] for trace in traces] == ["1", "2", "10", "11"]
    assert layout["legend"]["title"]["text"].replace("<br>", "") == files[0].replace("_1_", "_…_")
    assert set(files) <= set(Page(ours(text)).texts)
