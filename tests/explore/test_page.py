"""The page, used as people use it."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest
import yaml
from playwright.sync_api import expect

from ppocr_lr import Run, build_schedule
from ppocr_lr.explore.state import state_of
from tests.explore.conftest import Visit, curves, error_of, served, settled, updates_of, yaml_of

DEFAULT = {"name": "Cosine", "learning_rate": 0.1, "warmup_epoch": 2}


def section(page: Any) -> dict[str, Any]:
    return yaml.safe_load(yaml_of(page))


def choose(page: Any, name: str) -> None:
    page.locator(".chooser").click()
    page.locator(".grid button").filter(has=page.get_by_text(name, exact=True)).click()
    expect(page.locator(".grid")).to_be_hidden()  # the next dialog is not opened while this one fades away
    expect(page.locator(".cm-content")).to_contain_text(f"name: {name}")


def write(page: Any, text: str) -> None:
    """Type into the editor, instead of what is there."""
    page.locator(".cm-content").click()
    page.keyboard.press("Control+A")
    page.keyboard.insert_text(text)


def has_rates(page: Any, name: str, rates: Callable[[list[float]], bool]) -> None:
    """Wait until the curve of this name is so."""
    for _ in range(200):
        found = curves(page).get(name)
        if found is not None and rates(found):
            return
        page.wait_for_timeout(100)
    raise AssertionError((list(curves(page)), curves(page).get(name, [])[:5], yaml_of(page)))


def test_the_curve_is_the_schedule_s(address: str, visit: Visit) -> None:
    page = visit(address)
    schedule = build_schedule(DEFAULT, 20, 100)
    updates = updates_of(page)
    assert curves(page)["Cosine"] == pytest.approx([schedule(update) for update in updates], rel=1e-12)
    assert {0, 199, 200, 1999} < set(updates)
    assert max(map(int.__sub__, updates[1:], updates)) <= 6
    assert section(page) == DEFAULT
    expect(page.get_by_text("20 epochs × 100 iterations = 2000 updates")).to_be_visible()


def test_a_slider_moves_yaml_and_curve(address: str, visit: Visit) -> None:
    page = visit(address)
    slider = page.get_by_label("learning_rate: slider")
    slider.fill("-2")
    has_rates(page, "Cosine", lambda rates: max(rates) == 0.01)
    settled(page)
    assert slider.input_value() == "-2"
    assert yaml_of(page).splitlines()[1] == "learning_rate: 0.01   # the peak, reached when the warmup ends"
    assert page.get_by_label("learning_rate", exact=True).input_value() == "0.01"
    page.get_by_role("button", name="Undo").click()
    has_rates(page, "Cosine", lambda rates: max(rates) == 0.1)
    expect(slider).to_have_value("-1")
    page.get_by_role("button", name="Redo").click()
    has_rates(page, "Cosine", lambda rates: max(rates) == 0.01)


FIELDS = [
    # what is done to the form, and the section after it
    ("learning_rate", "1e-3", {**DEFAULT, "learning_rate": 0.001}),
    ("warmup_epoch", "150it", {**DEFAULT, "warmup_epoch": "150it"}),
    ("warmup_epoch", "0.5", {**DEFAULT, "warmup_epoch": 0.5}),
    ("warmup_epoch", "", {"name": "Cosine", "learning_rate": 0.1}),
    ("end_lr", "1e-6", {**DEFAULT, "end_lr": 1e-6}),
    ("num_cycles", "2.5", {**DEFAULT, "num_cycles": 2.5}),
]


def test_a_field_changes_the_section(address: str, visit: Visit) -> None:
    page = visit(address)
    for key, text, expected in FIELDS:
        page.get_by_label(key, exact=True).fill(text)
        rate = build_schedule(expected, 20, 100)
        has_rates(
            page, "Cosine", lambda rates, rate=rate: rates == pytest.approx([*map(rate, updates_of(page))], rel=1e-12)
        )
        assert section(page) == expected
        assert "# the peak, reached when the warmup ends" in yaml_of(page)
        page.get_by_role("button", name="Undo").click()
        expect(page.get_by_role("button", name="Undo")).to_be_disabled()


def test_units_lists_and_switches(address: str, visit: Visit) -> None:
    page = visit(address)
    page.get_by_label("warmup_epoch: unit").click()
    page.get_by_role("option", name="% of run").click()
    expect(page.locator(".cm-content")).to_contain_text("warmup_epoch: 10%")
    choose(page, "Piecewise")
    page.get_by_label("values 2", exact=True).fill("0.02")
    expect(page.locator(".cm-content")).to_contain_text("values: [0.1, 0.02, 0.001]")
    page.get_by_label("add to decay_epochs").click()
    expect(error_of(page)).to_contain_text("decay_epochs")
    page.get_by_label("decay_epochs 3", exact=True).fill("95%")
    page.get_by_label("add to values").click()
    has_rates(page, "Piecewise", lambda rates: rates[-1] == 0.001)
    expect(error_of(page)).to_be_hidden()
    page.get_by_label("shorten values").click()
    page.get_by_label("shorten decay_epochs").click()
    expect(page.locator(".cm-content")).to_contain_text("decay_epochs: [60%, 85%]")
    choose(page, "PiecewiseLinear")
    page.get_by_label("knots 4", exact=True).fill("0.0005")
    expect(page.locator(".cm-content")).to_contain_text("[10%, 0.0005]")
    choose(page, "Cosine")
    write(page, "name: PiecewiseLinear\n")
    page.get_by_label("add to knots").click()  # the first one
    expect(page.locator(".cm-content")).to_contain_text("knots: [[0, 0]]")
    page.get_by_label("shorten knots").click()
    expect(page.locator(".cm-content")).to_contain_text("knots: []")
    choose(page, "Step")
    page.locator(".q-expansion-item").click()
    page.get_by_role("switch", name="once_per_epoch").click()
    expect(page.locator(".cm-content")).to_contain_text("once_per_epoch: true")


def test_sections_inside_have_fields_of_their_own(address: str, visit: Visit) -> None:
    page = visit(address)
    choose(page, "Sequence")
    page.get_by_label("stages.0.learning_rate", exact=True).fill("0.5")
    has_rates(page, "Sequence", lambda rates: rates[0] == 0.5)
    page.get_by_label("stages.0.epochs", exact=True).fill("25")
    page.get_by_label("stages.0.epochs: unit").wait_for()
    expect(page.locator(".cm-content")).to_contain_text("epochs: 25%")
    page.get_by_role("group", name="stages.1: Cosine").locator(".q-expansion-item").click()
    page.get_by_label("stages.1.end_lr", exact=True).fill("x")
    expect(page.get_by_label("stages.1.end_lr", exact=True)).to_have_accessible_description(re.compile("a number"))
    page.get_by_label("take out stages.1.end_lr").click()
    expect(error_of(page)).to_be_hidden()
    expect(page.locator(".cm-content")).not_to_contain_text("end_lr")
    choose(page, "Scale")
    page.get_by_label("schedule.learning_rate", exact=True).fill("0.5")
    has_rates(page, "Scale", lambda rates: max(rates) == pytest.approx(0.5 * section(page)["factor"]))


def test_stages_are_added_chosen_and_taken_out(address: str, visit: Visit) -> None:
    page = visit(address)
    choose(page, "Sequence")
    page.get_by_label("add to stages").click()
    expect(page.get_by_role("group", name="stages.2: Const")).to_be_visible()
    has_rates(page, "Sequence", lambda rates: len(rates) > 1)
    page.get_by_label("stages.1: Schedule").click()
    page.get_by_role("option", name="OneCycle", exact=True).click()
    page.get_by_label("stages.1.max_lr", exact=True).wait_for()
    page.get_by_label("take out stages.0", exact=True).click()
    expect(page.get_by_role("group", name="stages.0: OneCycle")).to_be_visible()
    assert [(stage["name"], len(stage)) for stage in section(page)["stages"]] == [("OneCycle", 3), ("Const", 3)]
    page.get_by_label("take out stages.1", exact=True).click()
    expect(page.get_by_role("group", name="stages.1: Const")).to_be_hidden()
    assert page.get_by_label("take out stages.0", exact=True).count() == 0  # the last one stays
    choose(page, "Scale")
    page.get_by_label("schedule: Schedule").click()
    page.get_by_role("option", name="Linear", exact=True).click()
    expect(page.locator(".cm-content")).to_contain_text("schedule: {name: Linear")


def test_a_schedule_is_chosen_from_pictures(address: str, visit: Visit) -> None:
    page = visit(address)
    page.locator(".chooser").click()
    shapes = page.locator(".grid button")
    shapes.last.wait_for()
    assert len(shapes.all()) > 29
    for name in ("Cosine", "Tanh"):
        expect(shapes.and_(page.locator("[aria-current=true]"))).to_contain_text(name)
        expect(page.locator(".grid button:focus")).to_contain_text(name)
        page.keyboard.press("Escape")
        expect(shapes.last).to_be_hidden()
        choose(page, "Tanh")
        page.locator(".chooser").click()
        shapes.last.wait_for()
    page.keyboard.press("Escape")
    expect(shapes.last).to_be_hidden()
    for name in ("CosineWarmRestarts", "Sequence", "Noam"):
        choose(page, name)
        has_rates(page, name, lambda rates: len(rates) > 1)
        expect(error_of(page)).to_be_hidden()
    choose(page, "ReduceOnPlateau")
    expect(page.get_by_text("LR412")).to_be_visible()
    expect(error_of(page)).to_be_hidden()


def test_a_schedule_without_a_curve_has_everything_else(address: str, visit: Visit) -> None:
    page = visit(address)
    page.get_by_label("learning_rate", exact=True).fill("0.003")
    choose(page, "ReduceOnPlateau")
    expect(page.locator(".finding").filter(has_text="LR412")).to_be_visible()
    expect(page.get_by_text("ReduceOnPlateau: Optimizer.lr.name: this schedule depends")).to_be_visible()
    for gone in (page.locator(".plot"), page.get_by_role("heading", name="Numbers"), error_of(page)):
        expect(gone).to_be_hidden()
    settled(page)
    assert section(page)["learning_rate"] == 0.003
    expect(page.get_by_label("after the command", exact=True)).to_contain_text("name: ReduceOnPlateau")
    expect(page.get_by_role("button", name="PNG", exact=True)).to_be_hidden()
    choose(page, "Cosine")
    has_rates(page, "Cosine", lambda rates: max(rates) == 0.003)
    expect(page.get_by_role("heading", name="Numbers")).to_be_visible()


def test_broken_yaml_is_told_by_line_and_the_last_curve_stays(address: str, visit: Visit) -> None:
    page = visit(address)
    before = curves(page)
    write(page, "name: Cosine\nlearning_rate: 0.2\nwarmup_epoch 2\n")
    expect(error_of(page)).to_contain_text("line 3, column 1")
    expect(page.locator(".plot")).to_have_class(re.compile("stale"))
    assert curves(page) == before
    write(page, "name: Cosine\nlearning_rate: 2x\n")
    expect(error_of(page)).to_contain_text("line 2, column 1: Optimizer.lr.learning_rate")
    write(page, "name: Cosine\nlearning_rate: 0.2\n")
    has_rates(page, "Cosine", lambda rates: max(rates) == 0.2)
    expect(page.locator(".plot")).not_to_have_class(re.compile("stale"))
    expect(error_of(page)).to_be_hidden()


def test_a_text_that_is_too_long_is_said(address: str, visit: Visit) -> None:
    page = visit(address, permissions=["clipboard-read", "clipboard-write"])
    page.locator(".cm-content").click()
    page.evaluate("navigator.clipboard.writeText('#'.repeat(5 << 20))")
    page.keyboard.press("Control+V")
    expect(page.get_by_text("a text of more than 200000 characters")).to_be_visible()
    page.keyboard.insert_text("#" * 200_001)
    expect(page.locator(".q-notification__badge")).to_have_text("2")  # the same again
    assert section(page) == DEFAULT
    write(page, f"# {'x' * 199_990}\n")
    expect(error_of(page)).to_contain_text("more than 200000 characters")


def test_half_a_character_is_said(address: str, visit: Visit) -> None:
    page = visit(address)
    page.locator(".cm-content").click()
    page.keyboard.press("Control+End")
    page.evaluate("document.execCommand('insertText', false, '# \\ud83d')")
    expect(page.get_by_text("half a character")).to_be_visible()
    page.keyboard.insert_text("# \U0001f600")
    expect(page.get_by_label("the section", exact=True)).to_contain_text("# \U0001f600")


def test_a_field_put_right_is_right_again(address: str, visit: Visit) -> None:
    page = visit(address)
    for name, wrong, right in (("learning_rate", "'", "0.1"), ("cards", "x", "1"), ("end_lr", "2020-01-01", "0.001")):
        page.get_by_label(name, exact=True).fill(wrong)
        expect(error_of(page)).to_be_visible()
        expect(page.locator(".plot")).to_have_class(re.compile("stale"))
        page.get_by_label(name, exact=True).fill(right)
        expect(error_of(page)).to_be_hidden()
        expect(page.locator(".plot")).not_to_have_class(re.compile("stale"))


def test_a_long_list_has_no_fields(address: str, visit: Visit) -> None:
    page = visit(address)
    marks = ", ".join(map(str, range(1, 2000)))
    write(page, f"name: MultiStepDecay\nlearning_rate: 0.1\ngamma: 0.99\nmilestones: [{marks}]\n")
    has_rates(page, "MultiStepDecay", lambda rates: len(rates) > 1)
    assert page.get_by_label("milestones 1", exact=True).count() == 0


def test_pinned_curves_are_named_and_compared(address: str, visit: Visit) -> None:
    page = visit(address)
    page.get_by_role("button", name="Pin this one").click()
    page.get_by_label("name of curve 2").fill("with warmup")
    choose(page, "Linear")
    has_rates(page, "with warmup", lambda rates: max(rates) == 0.1)
    has_rates(page, "Linear", lambda rates: len(rates) > 1)
    looks = page.evaluate("document.querySelector('.plot').data.map(t => t.line.dash)")
    assert len(set(looks)) == 2  # told apart without colour
    page.get_by_role("button", name="Edit: with warmup").click()
    expect(page.locator(".cm-content")).to_contain_text("name: Cosine")
    page.get_by_role("button", name="Remove: with warmup").click()
    page.wait_for_function("document.querySelector('.plot').data.length === 1")


def test_a_name_is_typed_on_after_a_pause(address: str, visit: Visit) -> None:
    page = visit(address)
    page.get_by_role("button", name="Pin this one").click()
    page.get_by_label("name of curve 2").fill("with")
    has_rates(page, "with", lambda rates: max(rates) == 0.1)
    page.keyboard.type(" warmup")
    has_rates(page, "with warmup", lambda rates: max(rates) == 0.1)
    expect(page.get_by_role("button", name="Edit: with warmup")).to_be_visible()


def test_paddleocr_s_own_curve_is_dashed(address: str, visit: Visit) -> None:
    page = visit(address)
    page.get_by_label("end_lr", exact=True).fill("0.05")
    has_rates(page, "Cosine: PaddleOCR's own trainer", lambda rates: rates[-1] < 0.01)


def test_the_run_is_edited(address: str, visit: Visit) -> None:
    page = visit(address)
    page.get_by_label("epochs", exact=True).fill("40")
    has_rates(page, "Cosine", lambda rates: len(rates) > 1)
    expect(page.get_by_text("40 epochs × 100 iterations = 4000 updates")).to_be_visible()
    page.get_by_label("cards", exact=True).fill("4")
    expect(page.get_by_text("40 epochs × 25 iterations = 1000 updates")).to_be_visible()
    page.get_by_label("samples", exact=True).fill("6401")
    expect(page.get_by_text("40 epochs × 26 iterations = 1040 updates")).to_be_visible()
    page.get_by_role("switch", name="drop_last").click()
    expect(page.get_by_text("40 epochs × 25 iterations = 1000 updates")).to_be_visible()
    page.get_by_label("batch size per card", exact=True).fill("32")
    expect(page.get_by_text("40 epochs × 50 iterations = 2000 updates")).to_be_visible()
    page.get_by_label("iterations per epoch", exact=True).fill("7")
    expect(page.get_by_text("40 epochs × 7 iterations = 280 updates")).to_be_visible()
    page.get_by_label("cards", exact=True).fill("many")
    expect(error_of(page)).to_contain_text("many")
    with page.expect_download() as download:
        page.get_by_role("button", name="the whole config").click()
    config = yaml.safe_load(Path(download.value.path()).read_text(encoding="utf-8"))
    assert config["Global"] == {"epoch_num": 40}
    assert config["Train"]["loader"] == {"batch_size_per_card": 32, "drop_last": True}


def test_axis_and_scale(address: str, visit: Visit) -> None:
    page = visit(address)
    last = "document.querySelector('.plot').data[0].x.at(-1)"
    page.get_by_role("button", name="iteration", exact=True).click()
    page.wait_for_function(f"{last} === 1999")
    page.get_by_role("button", name="fraction of the run").click()
    page.wait_for_function(f"{last} < 1")
    page.get_by_role("switch", name="logarithmic").click()
    page.wait_for_function("document.querySelector('.plot').layout.yaxis.type === 'log'")


def test_a_finding_is_applied(address: str, visit: Visit) -> None:
    page = visit(address)
    write(page, "name: Cosine\nlearning_rate: 0.1\nwarmup_epochs: 2   # long\n")
    page.get_by_role("button", name="Apply: LR101").click()
    has_rates(page, "Cosine", lambda rates: updates_of(page)[rates.index(max(rates))] == 200)
    assert yaml_of(page) == "name: Cosine\nlearning_rate: 0.1\nwarmup_epoch: 2   # long"
    expect(page.get_by_text("LR101")).to_have_count(0)


def test_a_link_carries_the_state(address: str, visit: Visit) -> None:
    page = visit(address)
    page.get_by_role("button", name="Pin this one").click()
    choose(page, "WSD")
    page.get_by_role("button", name="iteration", exact=True).click()
    page.wait_for_function("document.querySelector('.plot').data[0].x.at(-1) === 1999")
    page.get_by_label("iterations per epoch", exact=True).fill("50")
    for _ in range(100):
        state = state_of(page.url.partition("?s=")[2])
        if (state.draft.iters_per_epoch, state.axis) == (50, "iters"):
            break
        page.wait_for_timeout(100)
    settled(page)
    link = page.get_by_label("a link to this page", exact=True).inner_text()
    assert link == page.url
    for again in (visit(link), page):
        again.reload()
        again.locator(".plot .scatterlayer .trace").first.wait_for()
        settled(again)
        assert yaml_of(again) == yaml_of(page)
        assert curves(again) == curves(page)
        assert list(curves(again)) == ["WSD", "Cosine 1"]
        assert again.get_by_label("iterations per epoch", exact=True).input_value() == "50"


def test_what_is_taken_home(address: str, visit: Visit, tmp_path: Path) -> None:
    page = visit(address)
    page.get_by_role("button", name="Pin this one").click()
    page.get_by_label("name of curve 2").fill("as planned")
    page.get_by_label("learning_rate", exact=True).fill("0.003")
    has_rates(page, "as planned", lambda rates: max(rates) == 0.1)
    has_rates(page, "Cosine", lambda rates: max(rates) == 0.003)
    expect(page.get_by_label("in Python", exact=True)).to_contain_text("0.003")
    call = page.get_by_label("in Python", exact=True).inner_text()
    built = eval(call, {"build_lr_scheduler": lambda section, epochs, iters_epoch: (section, Run(epochs, iters_epoch))})
    assert built == ({**DEFAULT, "learning_rate": 0.003}, Run(20, 100))
    line = page.get_by_label("after the command", exact=True).inner_text()
    assert line == '-o "Optimizer.lr={name: Cosine, learning_rate: 0.003, warmup_epoch: 2}" Global.epoch_num=20'
    assert page.get_by_label("the section", exact=True).inner_text().startswith("name: Cosine\nlearning_rate: 0.003")
    files = {}
    for kind in ("PNG", "SVG", "CSV", "HTML", "the whole config"):
        with page.expect_download() as download:
            page.get_by_role("button", name=kind, exact=True).click()
        files[download.value.suggested_filename] = Path(download.value.path()).read_bytes()
    assert list(files) == [f"lr_default_config.{kind}" for kind in ("png", "svg", "csv", "html")] + [
        "default_config.yml"
    ]
    assert files["lr_default_config.png"].startswith(b"\x89PNG")
    assert b"<svg" in files["lr_default_config.svg"]
    rows = list(csv.DictReader(files["lr_default_config.csv"].decode().splitlines()))
    assert (len(rows), rows[200]["run"], rows[200]["rate"], rows[2000]["run"]) == (
        4000,
        "Cosine",
        "0.003",
        "as planned",
    )
    assert b"Plotly.newPlot" in files["lr_default_config.html"]
    assert b'"name":"as planned"' in files["lr_default_config.html"]
    assert yaml.safe_load(files["default_config.yml"])["Optimizer"]["lr"]["learning_rate"] == 0.003


def test_texts_are_copied_or_selected(address: str, visit: Visit) -> None:
    page = visit(address, permissions=["clipboard-read", "clipboard-write"])
    copied = "navigator.clipboard.readText()"
    page.get_by_role("button", name="Copy: the section").click()
    expect(page.get_by_text("copied")).to_be_visible()
    assert page.evaluate(copied).strip() == yaml_of(page)
    page.evaluate("() => { window.there = navigator.clipboard.readText.bind(navigator.clipboard); }")
    page.evaluate("Object.defineProperty(navigator, 'clipboard', {value: undefined})")
    page.get_by_role("button", name="Copy: in Python").click()
    expect(page.locator(".q-notification__badge")).to_have_text("2")  # the same again
    assert page.evaluate("window.there()").startswith("build_lr_scheduler({'name': 'Cosine'")
    page.evaluate("() => { document.execCommand = () => false; }")
    page.get_by_role("button", name="Copy: after the command").click()
    expect(page.get_by_text("press Ctrl+C")).to_be_visible()
    assert page.evaluate("getSelection().toString()").startswith("-o ")


def test_the_whole_file_is_edited(address: str, visit: Visit) -> None:
    page = visit(address)
    switch, own = page.get_by_role("switch", name="the whole file"), page.get_by_label("the section", exact=True)
    around = "Global: {epoch_num: 3}\nTrain: {loader: {batch_size_per_card: 64}}\nOptimizer:\n  lr:"
    switch.click()
    expect(page.locator(".cm-content")).to_contain_text("Global:")
    write(page, f"{around} {{name: Linear, learning_rate: 0.5}}\n")
    has_rates(page, "Linear", lambda rates: max(rates) == 0.5)
    page.get_by_label("learning_rate", exact=True).fill("0.25")
    has_rates(page, "Linear", lambda rates: max(rates) == 0.25)
    expect(page.locator(".cm-content")).to_contain_text("lr: {name: Linear, learning_rate: 0.25}")
    expect(own).to_have_text("{name: Linear, learning_rate: 0.25}")
    expect(switch).to_be_disabled()  # the section has no lines of its own
    expect(switch).to_be_checked()
    write(page, f"{around}\n    name: Const\n    learning_rate: 0.2\n")
    has_rates(page, "Const", lambda rates: max(rates) == 0.2)
    switch.click()
    settled(page)
    assert section(page) == {"name": "Const", "learning_rate": 0.2}


OWN = """
from ppocr_lr import LRConfig, kinds, register_lr_config
from ppocr_lr.schedules import Constant

@register_lr_config("Own")
class Own(LRConfig):
    learning_rate: kinds.PositiveRate = kinds.key("the rate")
    point: kinds.Knot = kinds.key("an epoch and a rate")

    def curve(self, window):
        return Constant(self.learning_rate)
"""


def test_a_pair_in_a_schedule_of_ones_own_is_left_to_the_editor(tmp_path: Path) -> None:
    lr = "{name: Own, learning_rate: 0.1, point: [2, 0.05]}"
    (tmp_path / "c.yml").write_text(f"Global: {{epoch_num: 3}}\nOptimizer: {{lr: {lr}}}\n")
    (tmp_path / "own.py").write_text(OWN)
    with served(tmp_path, "c.yml", "--import", "own.py") as address, urlopen(address) as answer:
        page = answer.read().decode()
    assert "in the YAML" in page
    assert "add to point" not in page


def test_configs_of_the_command_line(visit: Visit, tmp_path: Path) -> None:
    for name, rate in (("a.yml", 0.5), ("b.yml", 0.25)):
        text = f"Global: {{epoch_num: 3}}\nOptimizer:\n  lr:\n    name: Linear   # {name}\n    learning_rate: {rate}\n"
        (tmp_path / name).write_text(
            text + "Train: {dataset: {label_file_list: [labels.txt]}, loader: {batch_size_per_card: 2}}\n"
        )
    (tmp_path / "labels.txt").write_text("a\n" * 9)
    with served(tmp_path, "a.yml", "b.yml") as address:
        page = visit(address)
        assert {name: max(rates) for name, rates in curves(page).items()} == {"Linear": 0.5, "learning_rate 0.25": 0.25}
        expect(page.get_by_text("3 epochs × 5 iterations = 15 updates")).to_be_visible()
        page.close()


def test_a_config_without_a_curve_says_where_the_reason_is(browser: Any, tmp_path: Path) -> None:
    (tmp_path / "c.yml").write_text("Global: {epoch_num: 3}\nOptimizer:\n  lr: {name: Linear, learning_rate: -1}\n")
    with served(tmp_path, "c.yml") as address:
        page = browser.new_page()
        page.goto(address)
        expect(page.get_by_text("There is no curve yet.")).to_be_visible()
        expect(error_of(page)).to_contain_text("learning_rate")
        expect(page.get_by_role("region", name="Numbers")).to_be_hidden()
        page.get_by_label("learning_rate", exact=True).fill("0.5")
        page.locator(".plot .scatterlayer .trace").first.wait_for()
        expect(page.get_by_text("There is no curve yet.")).to_be_hidden()
        expect(page.get_by_role("region", name="Numbers")).to_be_visible()
        page.close()


AT_FIELDS = [
    # a field, what is typed, what is said of it, and what puts it right
    ("learning_rate", "-1", "above 0", "0.1"),
    ("learning_rate", "'", "is not YAML", "0.1"),
    ("learning_rate", "", "is missing", "0.1"),
    ("end_lr", "x", "a number", ""),
    ("epochs", "0", "a positive integer", "20"),
    ("epochs", "", "is missing", "20"),
    ("batch size per card", "-1", "a positive integer", "32"),
    ("cards", "many", "a positive integer", "2"),
    ("samples", "0", "a positive integer", ""),
    ("iterations per epoch", "9" * 5000, "a positive integer", "7"),
]


def test_what_is_wrong_is_said_at_its_field(address: str, visit: Visit) -> None:
    page = visit(address)
    for key, wrong, said, right in AT_FIELDS:
        field = page.get_by_label(key, exact=True)
        field.fill(wrong)
        expect(field).to_have_attribute("aria-invalid", "true")
        expect(field).to_have_accessible_description(re.compile(said))
        expect(page.locator(".complaint:visible")).to_have_count(1)
        field.fill(right)
        expect(page.locator(".complaint:visible")).to_have_count(0)
        expect(field).not_to_have_attribute("aria-invalid", "true")
        expect(error_of(page)).to_be_hidden()


def test_fields_that_change_at_once_all_count(address: str, visit: Visit) -> None:
    page = visit(address)
    for key, text in (("learning_rate", "0.2"), ("end_lr", "0.01"), ("epochs", "30"), ("cards", "2")):
        page.get_by_label(key, exact=True).fill(text)
    expect(page.get_by_text("30 epochs × 50 iterations = 1500 updates")).to_be_visible()
    settled(page)
    assert section(page) == {**DEFAULT, "learning_rate": 0.2, "end_lr": 0.01}


def test_an_emptied_field_counts_as_its_default(address: str, visit: Visit) -> None:
    page = visit(address)
    page.get_by_label("cards", exact=True).fill("4")
    expect(page.get_by_text("20 epochs × 25 iterations = 500 updates")).to_be_visible()
    page.get_by_label("cards", exact=True).fill("")
    expect(page.get_by_text("20 epochs × 100 iterations = 2000 updates")).to_be_visible()
    page.get_by_label("samples", exact=True).fill("")
    expect(page.get_by_text("assumed, as it is not known").first).to_be_visible()
    page.get_by_label("batch size per card", exact=True).fill("")
    page.get_by_role("switch", name="the whole file").click()
    expect(page.locator(".cm-content")).not_to_contain_text("batch_size_per_card")


BROKEN = "name: Cosine\nlearning_rate: 0.2\nwarmup_epoch 2   # hard to think of again\n"
BESIDE = [
    # what is done while a text in the editor cannot be used
    lambda page: page.get_by_role("switch", name="logarithmic").click(),
    lambda page: page.get_by_role("button", name="iteration", exact=True).click(),
    lambda page: page.get_by_role("button", name="Pin this one").click(),
    lambda page: page.get_by_label("name of curve 2").fill("as planned"),
    lambda page: page.get_by_role("button", name="中文").click(),
    lambda page: page.get_by_role("button", name="English").click(),
]


def test_a_text_that_cannot_be_used_yet_stays(address: str, visit: Visit) -> None:
    page = visit(address)
    write(page, BROKEN)
    expect(error_of(page)).to_contain_text("line 3")
    for act in BESIDE:
        act(page)
        page.wait_for_timeout(1000)  # in which something could happen
        assert yaml_of(page) == BROKEN.rstrip("\n")
        expect(error_of(page)).to_contain_text("3")
        expect(page.locator(".plot")).to_have_class(re.compile("stale"))
    assert list(curves(page)) == ["Cosine", "as planned"]
    for part in ("Run", "Keys"):
        expect(page.locator(f'section[aria-label="{part}"]')).to_have_attribute("inert", "")
    for _ in range(5):  # the four steps since, and then this text
        page.get_by_role("button", name="Undo").click()
    expect(error_of(page)).to_be_hidden()
    settled(page)
    assert section(page) == DEFAULT
    assert list(curves(page)) == ["Cosine"]


SLIDE = """position => {
    const slider = document.querySelector('input[aria-label="learning_rate: slider"]');
    slider.value = position;
    slider.dispatchEvent(new Event('input'));
}"""


def test_a_slider_does_not_win_over_a_text_that_is_just_refused(address: str, visit: Visit) -> None:
    page = visit(address)
    write(page, BROKEN)
    page.evaluate(SLIDE, -2)
    expect(page.get_by_text("A change beside the editor was not kept")).to_be_visible()
    expect(error_of(page)).to_contain_text("line 3")
    page.wait_for_timeout(1000)  # in which something could happen
    assert yaml_of(page) == BROKEN.rstrip("\n")


def test_undo_in_the_editor_is_the_editor_s(address: str, visit: Visit) -> None:
    page = visit(address)
    page.locator(".cm-content").click()
    page.keyboard.press("Control+End")
    page.keyboard.type("end_lr: 0.01")
    expect(page.get_by_label("end_lr", exact=True)).to_have_value("0.01")
    page.keyboard.press("Control+Z")
    expect(page.get_by_label("end_lr", exact=True)).to_have_value("0")
    page.keyboard.press("Control+Z")  # nothing is left to undo there, and nothing comes back
    page.wait_for_timeout(1000)
    assert section(page) == DEFAULT
    page.keyboard.press("Control+Y")
    expect(page.get_by_label("end_lr", exact=True)).to_have_value("0.01")
    page.locator("h1").click()
    page.keyboard.press("Control+Z")  # a step of the page, and none of the editor
    expect(page.get_by_label("end_lr", exact=True)).to_have_value("0")
    settled(page)
    assert section(page) == DEFAULT
