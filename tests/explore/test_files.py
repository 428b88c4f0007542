"""Files that are dropped onto the page."""

from __future__ import annotations

import asyncio
import base64
import errno
import pickle
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from html import unescape
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from playwright.sync_api import expect

from ppocr_lr import LRConfigError, build_schedule
from ppocr_lr.explore.draft import Draft, opened
from ppocr_lr.explore.files import file_name, read_dropped
from ppocr_lr.explore.look import Details, Dropped, curves_of, details_of, file_of
from ppocr_lr.explore.page import Page
from ppocr_lr.explore.state import State
from ppocr_lr.explore.words import Words
from ppocr_lr.plotting.style import ALERT, GREY
from ppocr_lr.training_config.plan import DEFAULT_CONFIG
from tests import checkpoints
from tests.chinese import not_chinese
from tests.explore.conftest import Visit, curves, yaml_of
from tests.explore.test_page import has_rates
from tests.train_logs import Trainer

COSINE = {"name": "Cosine", "learning_rate": 0.1, "warmup_epoch": 2}
DROP = """([name, content]) => {
    const bytes = Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0));
    const files = new DataTransfer();
    files.items.add(new File([bytes], name));
    const event = new DragEvent('drop', {dataTransfer: files, bubbles: true, cancelable: true});
    document.body.dispatchEvent(event);
}"""


def drop(page: Any, path: Path) -> None:
    page.evaluate(DROP, [path.name, base64.b64encode(path.read_bytes()).decode()])


def log(path: Path, rate: float = 0.1, **run: Any) -> Path:
    path.write_text("".join(f"{line}\n" for line in Trainer({**COSINE, "learning_rate": rate}, 20, 100, **run).train()))
    return path


def test_a_log_becomes_dots(address: str, visit: Visit, tmp_path: Path) -> None:
    page = visit(address)
    drop(page, log(tmp_path / "train.log"))
    has_rates(page, "train.log: 200 as planned", lambda rates: 0.09 < max(rates) <= 0.1)
    expect(page.get_by_text("the run follows the plan")).to_be_visible()
    drop(page, log(tmp_path / "other.log", rate=0.05))
    has_rates(page, "other.log: 200 not as planned", lambda rates: 0.04 < max(rates) <= 0.05)
    page.get_by_role("button", name="Forget these files").click()
    page.wait_for_function("document.querySelector('.plot').data.length === 1")


def test_files_that_are_dropped_at_once_are_all_there(address: str, visit: Visit, tmp_path: Path) -> None:
    page = visit(address)
    checkpoints.save(tmp_path / "latest", COSINE, 20, 100, 500, epoch=5)
    for path in (*(log(tmp_path / f"{number}.log") for number in range(3)), tmp_path / "latest.pdopt"):
        drop(page, path)
    page.wait_for_function("document.querySelector('.plot').data.length === 5")
    assert {name[:5] for name in curves(page)} == {"Cosin", "0.log", "1.log", "2.log", "check"}


def test_a_config_takes_the_place_of_the_draft(address: str, visit: Visit, tmp_path: Path) -> None:
    page = visit(address)
    config = tmp_path / "学习.yml"
    config.write_text(
        "Global: {epoch_num: 3}\nOptimizer:\n  lr:\n    name: Linear   # 学习率\n    learning_rate: 0.5\n"
    )
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Open a file").click()
    chooser.value.set_files(config)
    expect(page.locator(".name")).to_have_text("学习.yml")
    assert yaml_of(page) == "name: Linear   # 学习率\nlearning_rate: 0.5"
    page.get_by_label("iterations per epoch", exact=True).fill("10")
    has_rates(page, "Linear", lambda rates: len(rates) == 30)
    page.get_by_role("button", name="Undo").click()
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".name")).to_have_text("default_config.yml")


def test_a_checkpoint_is_marked(address: str, visit: Visit, tmp_path: Path) -> None:
    page = visit(address)
    checkpoints.save(tmp_path / "latest", COSINE, 20, 100, 500, epoch=5)
    drop(page, tmp_path / "latest.pdopt")
    page.wait_for_function(
        "document.querySelector('.plot').data.some(t => t.name.startsWith('checkpoint, update 500'))"
    )
    assert [rates[1] for name, rates in curves(page).items() if name.startswith("checkpoint")] == [
        pytest.approx(build_schedule(COSINE, 20, 100)(500))
    ]


def test_a_file_is_called_what_its_owner_calls_it(tmp_path: Path) -> None:
    # Of a checkpoint, its name says when it was saved; the folder is none of anybody's business.
    checkpoints.save(tmp_path / "best_accuracy", COSINE, 20, 100, 500, epoch=5)
    draft = opened(DEFAULT_CONFIG.read_text(encoding="utf-8"), "c.yml")
    same, dropped = read_dropped(tmp_path / "best_accuracy.pdopt", draft, Dropped())
    assert same == draft
    assert dropped.checkpoint is not None
    assert dropped.checkpoint.within_epoch
    states = (
        State(draft),
        State(replace(draft, text=draft.text.replace("epoch_num: 20", "epoch_num: 1"), iters_per_epoch=2**52)),
    )
    for state in states:  # the other one has no update at the epoch that was saved
        verdicts = details_of(state, state.draft.planned, dropped).verdicts
        assert any(line.startswith("best_accuracy.") for line in verdicts)
        assert str(tmp_path) not in "\n".join(verdicts)
    log(tmp_path / "train.log")
    wrong = replace(draft, text=draft.text.replace("epoch_num", "x"), source="学习.yml")
    with pytest.raises(LRConfigError) as error:
        read_dropped(tmp_path / "train.log", wrong, Dropped())
    assert str(error.value.by_file_name()).startswith("学习.yml: ")


@pytest.mark.parametrize("name", ["c.yaml", "C.YML", "c.yml.txt", "config"])
def test_a_config_is_told_by_its_ending_or_by_what_is_in_it(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(DEFAULT_CONFIG.read_bytes())
    draft, _ = read_dropped(tmp_path / name, Draft(""), Dropped())
    assert draft.source == name


def test_a_schedule_without_a_curve_is_compared_with_nothing(tmp_path: Path) -> None:
    draft = opened(DEFAULT_CONFIG.read_text(encoding="utf-8"), "c.yml")
    draft, dropped = read_dropped(log(tmp_path / "train.log"), draft, Dropped())
    state = State(draft.named("ReduceOnPlateau"))
    details = details_of(state, state.draft.planned, dropped)
    assert details == Details(findings=details.findings, overrides=details.overrides, call=details.call)
    assert "LR412" in {finding.code for finding in details.findings}
    [note] = curves_of(state).notes
    assert "depends on a metric" in note


def test_a_log_may_have_the_name_that_the_page_gives_to_something_else(tmp_path: Path) -> None:
    draft = opened(DEFAULT_CONFIG.read_text(encoding="utf-8"), "c.yml")
    _, dropped = read_dropped(log(tmp_path / "draft"), draft, Dropped())
    assert [each.source for each in dropped.logs] == ["draft"]


def test_a_full_disk_is_told_in_the_language_of_the_visitor() -> None:
    async def save(path: Path) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    said: list[str] = []
    page: Any = SimpleNamespace(turn=asyncio.Lock(), words=Words("zh"), say=said.append)
    event: Any = SimpleNamespace(file=SimpleNamespace(name="train.log", save=save))
    with ThreadPoolExecutor() as elsewhere:  # this thread may have the loop of Playwright
        elsewhere.submit(asyncio.run, Page._uploaded(page, event)).result()
    assert said == ["train.log: 磁盘空间不足"]


@pytest.mark.parametrize(("kind", "begin"), [("png", b"\x89PNG"), ("svg", b"<?xml"), ("csv", b"iter")])
def test_a_download_needs_no_room_on_the_disk(kind: str, begin: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", "/not/there")
    draft = opened(DEFAULT_CONFIG.read_text(encoding="utf-8"), "c.yml")
    assert file_of(State(draft), kind).startswith(begin)


@pytest.mark.parametrize(("rate", "colour"), [(0.1, GREY), (0.05, ALERT)])
def test_dots_have_the_colours_of_a_picture(tmp_path: Path, rate: float, colour: str) -> None:
    draft = opened(DEFAULT_CONFIG.read_text(encoding="utf-8"), "c.yml")
    compared, dropped = read_dropped(log(tmp_path / "a.log", rate), draft, Dropped())
    [dots] = details_of(State(compared), compared.planned, dropped).dots
    assert dots["marker"]["color"] == colour


def test_a_name_is_no_html(tmp_path: Path) -> None:
    draft = opened(DEFAULT_CONFIG.read_text(encoding="utf-8"), "c.yml")
    compared, dropped = read_dropped(log(tmp_path / "a<b>c&lt;.log"), draft, Dropped())
    [dots] = details_of(State(compared), compared.planned, dropped).dots
    assert "<" not in dots["name"]
    assert unescape(dots["name"]).startswith("a<b>c&lt;.log")


@given(st.text(max_size=300) | st.sampled_from(["", ".", "..", "a/..", "学" * 300, "a\0b", "\ud800", "/", "\\", " . "]))
def test_every_name_is_one_that_a_file_can_have(told: str) -> None:
    name = file_name(told)
    assert Path(name).name == name
    assert 0 < len(name.encode()) <= 255
    assert name.isprintable()


class _Harm:
    def __reduce__(self) -> Any:
        return eval, ("open('harm', 'w')",)


UNUSABLE = {
    "notes.txt": b"nothing of interest\n",
    "c.yml": b"a: [",
    "python.yml": b"a: !!python/object/apply:os.system ['touch harm']",
    "latest.pdopt": pickle.dumps(_Harm()),
    "../../up.yml": b"",
    "empty.log": b"",
    "no_section.yml": b"a: 1\n",
    "x" * 300 + ".log": b"nothing\n",
    "torn.log.gz": b"\x1f\x8b torn",
    "bomb.yml": b"a: &a [x,x,x,x,x,x,x,x,x]\n" + b"".join(
        b"%c: &%c [%s]\n" % (98 + n, 98 + n, b",".join([b"*%c" % (97 + n)] * 9)) for n in range(9)
    ),
}  # fmt: skip


def test_other_files_are_one_message_each(address: str, visit: Visit) -> None:
    page = visit(address)
    for name, content in UNUSABLE.items():
        page.evaluate(DROP, [name, base64.b64encode(content).decode()])
        message = page.locator(".q-notification").filter(has_text=Path(name).name[-50:])
        expect(message).to_have_count(1)
        assert "/tmp" not in message.inner_text()
    assert list(curves(page)) == ["Cosine"]


TOLD = """() => {
    document.querySelectorAll('.copy pre, .editor, .q-icon').forEach((code) => code.remove());
    const plot = document.querySelector('.plot');
    const drawn = plot.data.flatMap((trace) => [trace.name, trace.hovertemplate ?? '']);
    const axes = [plot.layout.xaxis.title.text, plot.layout.yaxis.title.text];
    const labels = [...document.querySelectorAll('[aria-label]')].map((each) => each.ariaLabel);
    return [document.body.innerText, ...drawn, ...axes, ...labels].join('\\n');
}"""


def test_everything_is_told_in_chinese(address: str, visit: Visit, tmp_path: Path) -> None:
    page = visit(address, locale="zh-CN")
    drop(page, log(tmp_path / "train.log"))
    has_rates(page, "train.log：200 个与计划一致", lambda rates: 0.09 < max(rates) <= 0.1)
    drop(page, log(tmp_path / "other.log", rate=0.05))
    checkpoints.save(tmp_path / "latest", COSINE, 20, 100, 500, epoch=5)
    drop(page, tmp_path / "latest.pdopt")
    expect(page.get_by_text("检查点 → 配置")).to_be_visible()
    expect(page.get_by_text("训练没有按计划进行")).to_be_visible()
    page.get_by_label("end_lr", exact=True).fill("0.05")
    has_rates(page, "Cosine：PaddleOCR 自带的训练程序", lambda rates: rates[-1] < 0.01)
    page.get_by_label("卡数", exact=True).fill("x")
    expect(page.locator(".complaint:visible")).to_have_count(1)
    for name in ("notes.txt", "latest.pdopt", "empty.log", "bomb.yml"):
        page.evaluate(DROP, [name, base64.b64encode(UNUSABLE[name]).decode()])
        page.locator(".q-notification").filter(has_text=name).wait_for()
    told = not_chinese(page.evaluate(TOLD))
    assert not told, "\n".join(told)
