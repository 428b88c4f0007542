"""Reading logs: what is in a line, where a process starts, how long an epoch is."""

from __future__ import annotations

import bz2
import codecs
import gzip
import textwrap
import warnings
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ppocr_lr import LRConfigError
from ppocr_lr.logs.evaluations import read_metrics
from ppocr_lr.logs.lines import LogReader
from ppocr_lr.logs.train_log import TrainLog, read_log, train_log
from ppocr_lr.training_config.log_text import LogDecoder, plain
from ppocr_lr.training_config.logged_config import run_in_log
from tests.conftest import ROOT
from tests.train_logs import Trainer, dumped, write_log

REAL = ROOT / "tests" / "data" / "logs"
COSINE = {"name": "Cosine", "learning_rate": 0.1, "warmup_epoch": 1}


def newer(epoch: int, step: int, rate: str = "0.000513", total: int = 100) -> str:
    return f"[2022/09/29 02:59:23] ppocr INFO: epoch: [{epoch}/{total}], global_step: {step}, lr: {rate}, acc: 0.000000, loss: 1.692174"


def older(epoch: int, step: int, rate: str = "0.000820", total: int = 10) -> str:
    return f"[2021/03/20 11:54:28] root INFO: epoch: [{epoch}/{total}], iter: {step}, lr: {rate}, loss: 0.973238"


START = "[2022/09/29 02:59:21] ppocr INFO: train dataloader has 40 iters"


def parsed(folder: Path, *lines: str) -> TrainLog:
    path = folder / "train.log"
    path.write_text("\n".join(lines), encoding="utf-8")
    return read_log(path)


def test_real_excerpts() -> None:
    log = read_log(REAL / "older.log")
    assert log.counts.tolist() == [30, 31, 32, 33, 34, 35, 58, 59, 60, 61, 62, 63]
    assert log.rates[[0, 5, 11]].tolist() == [0.00082, 0.000727, 0.000147]
    assert (set(log.epochs), set(log.totals), log.step_key) == ({4, 8}, {10}, "iter")
    log = read_log(REAL / "newer.log")
    assert log.counts.tolist() == log.epochs.tolist() == [69, 70, 71, 72]
    assert (log.rates.tolist(), log.lengths) == ([0.000972, 0.000971, 0.00097, 0.000969], (1,))
    assert log.place(1) == "global_step 70 in epoch 70"


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (newer(3, 90), (3, 100, 90, 0.000513)),
        (older(4, 29), (4, 10, 30, 0.00082)),
        ("[2024/08/06 18:03:31] openrec INFO: epoch: [1/2], global_step: 100, lr: 0.000005, loss: 69.376022,", (1, 2, 100, 5e-6)),
        ("[2021/01/01 10:00:00] root INFO: epoch: [1/500], iter: 10, 'lr': 1e-05, 'loss': 3.2", (1, 500, 11, 1e-5)),
        ("epoch: [2/5], global_step: 7, acc: 0.5, lr: 0.001000\r", (2, 5, 7, 0.001)),
        ("epoch:  [2/5],  global_step:  7,  lr:  0.001000,  acc: 0.5", (2, 5, 7, 0.001)),
        ("epoch: [2/5],\tglobal_step: 7,\tlr:\t0.001000,\tacc: 0.5", (2, 5, 7, 0.001)),
        ("epoch: [2/5]\tglobal_step: 7\tlr: 0.001000\tacc: 0.5", (2, 5, 7, 0.001)),
        ("epoch: [2/5] iter: 7 lr: 0.001000 acc: 0.5", (2, 5, 8, 0.001)),
        # ppstructure/vqa in PaddleOCR 2.4
        ("epoch: [2/200], iter: [1/19], global_step:21, train loss: 1.935008, lr: 0.000002, avg_reader_cost: 0.61", (2, 200, 21, 2e-6)),
        ("学习 epoch: [1/1], global_step: 1, lr: 0.000000, 损失", (1, 1, 1, 0.0)),
        ("eval model:: 50%\r[…] ppocr INFO: epoch: [1/9], global_step: 3, lr: 0.250000, loss: 1", (1, 9, 3, 0.25)),
    ],
)  # fmt: skip
def test_lines(tmp_path: Path, line: str, expected: tuple[int, int, int, float]) -> None:
    log = parsed(tmp_path, line, "")
    assert [log.epochs[0], log.totals[0], log.counts[0], log.rates[0]] == list(expected)


def test_only_gzip_is_unpacked(tmp_path: Path) -> None:
    (tmp_path / "train.log").write_bytes(bz2.compress(b"epoch: [3/100], global_step: 90, lr: 0.5, acc: 1\n"))
    with pytest.raises(LRConfigError, match=r"train\.log: is compressed \(bzip2\); unpack it first"):
        read_log(tmp_path / "train.log")
    with pytest.raises(LRConfigError, match=r"is compressed \(bzip2\)"):
        read_metrics(tmp_path / "train.log", {})


@pytest.mark.parametrize(
    "line",
    [
        "[2022/09/29 02:59:23] ppocr INFO: cur metric, acc: 0.5, best_epoch: 1",
        "[2022/09/29 02:59:23] ppocr INFO: epoch: [3/100], global_step: 90, l",
        "[2022/09/29 02:59:23] ppocr INFO: epoch: [3/100], global_step: 90, lr: 0.00051",  # torn: the number may go on
        "[2022/09/29 02:59:23] ppocr INFO: epoch: [3/100], global_step: 90, lr: nan, loss: 1",
        "[…] epoch: [3/100], global_step: 90, [2022/09/29 02:59:23] eval, lr: 0.5, acc: 1",
        "epoch: [3/100], global_step: 90, teacher_lr: 0.5, acc: 1",
        "epoch: [99999999999999999999/1], global_step: 90, lr: 0.5, acc: 1",
        "",
    ],
)
def test_lines_without_a_rate(tmp_path: Path, line: str) -> None:
    with pytest.raises(LRConfigError, match=r"train\.log: holds no line with a learning rate; PaddleOCR writes"):
        parsed(tmp_path, line)


@pytest.mark.parametrize(
    ("line", "trainer"),
    [
        ("[04/12 11:03:47] ppdet.engine INFO: Epoch: [0] [   0/1250] learning_rate: 0.000333 loss: 3.1", "PaddleDetection"),
        ("[2021/10/10 10:00:00] ppcls INFO: [Train][Epoch 1/120][Iter: 0/312]lr(Cosine): 0.00125000, top1: 0.1", "PaddleClas"),
        ("2020-10-11 04:29:30,253-INFO: epoch: 38, iter: 727, lr: 0.000001, 'acc': 0.0, 'loss': 50.36, time: 0.068", "PaddleOCR 1"),
        ("> 2020-11-10 17：44：42,034-INFO：epoch：0，iter：1280，lr：0.001000，'loss'：5045.652 ，'acc'：0.05957", "PaddleOCR 1"),
        ("2019-12-31 00:21:04,166 - INFO - Epoch [1][1550/23454]\tlr: 0.00050, eta: 1 day, 19:58:30, loss: 5.5", "OpenMMLab"),
        ("10/14 09:22:01 - mmengine - INFO - Epoch(train)  [1][  50/7330]  lr: 1.9e-03  eta: 1:20:01  loss: 5.5", "OpenMMLab"),
        ("2021-08-12 10:00:00 [INFO]\t[TRAIN] epoch: 1, iter: 10/1000, loss: 2.6, lr: 0.009919, batch_cost: 0.1", "PaddleSeg"),
    ],
)  # fmt: skip
def test_logs_of_other_trainers_are_named(tmp_path: Path, line: str, trainer: str) -> None:
    with pytest.raises(
        LRConfigError, match=f"is a log of {trainer}.*; only those of PaddleOCR from 2.0 on can be compared"
    ):
        parsed(tmp_path, line, "")


@pytest.mark.parametrize(
    ("rate", "rounding"),
    [("0.001234", 5e-7), ("1.23e-03", 5e-6), ("4.00e-04", 5e-7), ("1e-05", 5e-7), ("0.000435383", 5e-7), ("2e-03", 5e-4)],
)  # fmt: skip
def test_how_exactly_a_rate_is_written(tmp_path: Path, rate: str, rounding: float) -> None:
    assert parsed(tmp_path, newer(1, 10, rate)).rounding.tolist() == pytest.approx([rounding])


@pytest.mark.parametrize(
    ("encode", "name"),
    [
        (lambda text: text.encode("utf-8-sig"), "bom.log"),
        (lambda text: text.encode("gbk"), "gbk.log"),
        (lambda text: text.encode("utf-16"), "powershell.log"),
        (lambda text: text.replace("\n", "\r\n").encode(), "windows.log"),
        (lambda text: gzip.compress(text.encode()), "train.log.gz"),
        (lambda text: b"\x00\xff\xfe" + text.encode() + b"\x80" * 50, "broken.log"),
        (lambda text: ("x" * 3_000_000 + "\n" + text).encode(), "long.log"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_encodings(tmp_path: Path, encode: object, name: str) -> None:
    text = "\n".join(["[2022/09/29 02:59:20] 训练开始", newer(1, 10), "评估", newer(1, 20), newer(2, 30), ""])
    (tmp_path / name).write_bytes(encode(text))  # type: ignore[operator]
    assert read_log(tmp_path / name).counts.tolist() == [10, 20, 30]


@given(
    st.sampled_from(["utf-8", "utf-8-sig", "gbk", "utf-16", "utf-16-le", "utf-16-be", "utf-32"]),
    st.sampled_from(["\n", "\r\n"]),
    st.lists(st.text(st.characters(codec="gbk", exclude_characters="\r\n"), max_size=30), max_size=4),
    st.integers(1, 9),
)
def test_what_shells_write(
    tmp_path_factory: pytest.TempPathFactory, encoding: str, end: str, between: list[str], first: int
) -> None:
    """PowerShell writes UTF-16, and without its mark where it goes on in a file; a Chinese Windows writes GBK."""
    path = tmp_path_factory.mktemp("log") / "train.log"
    lines = [line for step in (first, first + 10) for line in (*between, newer(1, step))]
    path.write_bytes((end.join(lines) + end).encode(encoding))
    assert read_log(path).counts.tolist() == [first, first + 10]


@given(
    st.lists(st.tuples(st.integers(0, 3000), st.binary(max_size=40), st.integers(0, 40)), max_size=20), st.booleans()
)
def test_any_bytes(
    tmp_path_factory: pytest.TempPathFactory, damage: list[tuple[int, bytes, int]], packed: bool
) -> None:
    """Bytes of a log that are replaced, put in or left out: no exception but ours, and no warning of a library."""
    path = tmp_path_factory.mktemp("log") / "train.log"
    text = [
        START,
        "[2022/09/29 02:59:03] ppocr INFO: Global : ",
        *(newer(step // 40 + 1, step) for step in range(5, 100, 5)),
    ]
    content = bytearray("\n".join(text).encode())
    content = bytearray(gzip.compress(content)) if packed else content
    for at, new, old in damage:
        content[at : at + old] = new
    path.write_bytes(content)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with suppress(LRConfigError):
            log = read_log(path)
            assert len(log) <= 30
            assert (log.counts > 0).all() or not log.step_key


def test_unreadable_files(tmp_path: Path) -> None:
    with pytest.raises(LRConfigError, match="cannot be read: No such file"):
        read_log(tmp_path / "none.log")
    with pytest.raises(LRConfigError, match="cannot be read: Is a directory"):
        read_log(tmp_path)
    (tmp_path / "torn.gz").write_bytes(gzip.compress(newer(1, 10).encode())[:12])
    with pytest.raises(LRConfigError, match=r"torn\.gz: cannot be read"):
        read_log(tmp_path / "torn.gz")


def steps(count: int) -> str:
    """The text of a log, with a start, that cannot be packed well."""
    lines = [
        f"[2022/09/29 02:59:20] 训练开始 {number * 7919 % 10007}\n{newer((number - 1) // 40 + 1, number, total=999)}"
        for number in range(1, count + 1)
    ]
    return "\n".join([START, *lines, ""])


ENCODINGS: dict[str, Callable[[str], bytes]] = {
    "utf-16, big": lambda text: codecs.BOM_UTF16_BE + text.encode("utf-16-be"),
    **{name: partial(str.encode, encoding=name) for name in ("utf-16", "utf-8", "utf-8-sig", "gbk")},
}


@pytest.mark.parametrize("first", ENCODINGS)
@pytest.mark.parametrize("second", ENCODINGS)
@pytest.mark.parametrize("count", [3, 4000])
def test_a_second_tool_goes_on_in_another_encoding(tmp_path: Path, first: str, second: str, count: int) -> None:
    parts = [newer(1, 1), START, "训练开始", newer(1, 2), ""], [START, newer(2, 41), "评估", newer(2, 42), ""]
    begin = "\n".join(parts[0]) if count < 10 else steps(count).replace(f"{START}\n", "") + START + "\n"
    log_file = tmp_path / "train.log"
    log_file.write_bytes(ENCODINGS[first](begin) + ENCODINGS[second]("\r\n".join(parts[1])))
    log = read_log(log_file)
    assert log.counts[-2:].tolist() == [41, 42]
    assert len(log) == (4 if count < 10 else count + 2)
    assert log.remarks == ()


@given(
    st.lists(st.tuples(st.sampled_from(list(ENCODINGS)), st.integers(0, 9)), min_size=1, max_size=6), st.integers(1, 80)
)
def test_many_tools_go_on_in_one_file(parts: list[tuple[str, int]], size: int) -> None:
    """Each leaves a line of so many bytes less behind, also in the middle of a character; read in blocks of any size."""
    written = b""
    for number, (encoding, cut) in enumerate(parts):
        torn = ENCODINGS[encoding](f"[训练 {number}]\n{newer(1, number + 1)}\n{newer(1, 99)}")
        written += torn[: len(torn) - cut]
    decoder = LogDecoder(written[:2])
    text = plain("".join(decoder.decode(written[at : at + size]) for at in range(0, len(written), size)))
    for number in range(len(parts)):
        assert newer(1, number + 1) in text


def test_the_config_behind_another_encoding(tmp_path: Path) -> None:
    text = [
        [
            "".join(f"{line}\n" for line in dumped({"Global": {"epoch_num": epochs}, "Optimizer": {"lr": COSINE}})),
            newer(1, 1),
            "",
        ]
        for epochs in (3, 7)
    ]
    first, second = ("\n".join(part) for part in text)
    (tmp_path / "train.log").write_bytes(first.encode("utf-16") + second.encode())
    assert run_in_log(tmp_path / "train.log").config["Global"] == {"epoch_num": 7}


@pytest.mark.parametrize("wrap", [
    lambda line, width: [line[at : at + width] for at in range(0, len(line), width)],
    textwrap.wrap,
], ids=["fold", "words"])  # fmt: skip
@pytest.mark.parametrize("width", [24, 30, 37, 40, 41, 60, 72, 80, 100, 120])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_wrapped_lines(tmp_path: Path, wrap: Callable[[str, int], list[str]], width: int, end: str) -> None:
    rows = [START, *(newer((step - 1) // 40 + 1, step, f"{step * 1e-6:.6f}") for step in range(10, 1200, 10))]
    text = end.join(part for row in rows for part in wrap(row, width)) + end
    (tmp_path / "train.log").write_bytes(text.encode())
    log = read_log(tmp_path / "train.log")
    assert log.counts.tolist() == list(range(10, 1200, 10))
    assert log.rates.tolist() == [float(f"{step * 1e-6:.6f}") for step in range(10, 1200, 10)]
    assert log.lengths == (40,)
    assert log.remarks == (("the lines of the file are wrapped; their parts were joined",) if width < 85 else ())


@pytest.mark.parametrize("form", ["g", ".4f", ".3e"])
def test_a_loop_that_writes_nothing_after_the_rate(tmp_path: Path, form: str) -> None:
    """A short rate at the end of a line is whole, unless all lines end at one width, as those that are cut."""
    written = [format(step * 1e-4, form) for step in range(10, 400, 10)]
    rows = [f"epoch: [1/9], global_step: {10 * number}, lr: {rate}" for number, rate in enumerate(written, 1)]
    log = parsed(tmp_path, *rows, "")
    assert log.rates.tolist() == list(map(float, written))


def test_a_growing_log_of_a_loop_that_writes_nothing_after_the_rate(tmp_path: Path) -> None:
    """Line by line, so that the others do not show that theirs are of several widths."""
    path = tmp_path / "train.log"
    path.write_text("", encoding="utf-8")
    reader = LogReader(path)
    for step in (10, 20, 30):
        with path.open("a", encoding="utf-8") as file:
            file.write(f"epoch: [1/9], global_step: {step}, lr: 0.0010\n")
        assert reader.read_on()
    assert train_log(reader).counts.tolist() == [10, 20, 30]


@pytest.mark.parametrize(
    ("rates", "rounding"),
    [
        (["0.0010", "0.0009", "0.0008"], 5e-5),  # rounded to four decimals
        (["0.001", "0.0009", "0.0008"], 5e-7),  # as Python writes them in full
        (["0.0011", "0.0009", "0.0008"], 5e-7),  # perhaps in full
        (["0.001000", "0.000900"], 5e-7),
        (["0.0", "0.5"], 5e-7),
    ],
)
def test_a_loop_that_rounds_to_fewer_decimals(tmp_path: Path, rates: list[str], rounding: float) -> None:
    log = parsed(tmp_path, *(newer(1, step, rate) for step, rate in enumerate(rates, 1)), "")
    assert log.rounding.tolist() == [rounding] * len(rates)


def test_wrapped_lines_of_two_blocks(tmp_path: Path) -> None:
    text = steps(8000)
    rows = [line[at : at + 40] for line in text.splitlines() for at in range(0, len(line), 40)]
    (tmp_path / "train.log").write_text("\n".join(rows), encoding="utf-8")
    assert read_log(tmp_path / "train.log").counts.tolist() == list(range(1, 8001))


@pytest.mark.parametrize(("colon", "comma"), [("：", "，"), ("：", ", "), (": ", "，"), ("： ", "， ")])
def test_punctuation_of_a_chinese_chat(tmp_path: Path, colon: str, comma: str) -> None:
    lines = [newer(1, step).replace(": ", colon).replace(", ", comma) for step in (10, 20)]
    log = parsed(tmp_path, *lines, "")
    assert (log.counts.tolist(), log.rates.tolist(), log.losses.tolist()) == ([10, 20], [0.000513] * 2, [1.692174] * 2)
    mixed = [newer(1, step).replace("lr: ", "lr：") for step in (10, 20)]
    assert parsed(tmp_path, *mixed, "").counts.tolist() == [10, 20]


@pytest.mark.parametrize("damage", [lambda data: data[: len(data) // 2], lambda data: data[:-4], lambda data: data[:-20], lambda data: data[: len(data) // 2] + b"\0" * 99 + data[len(data) // 2 :], lambda data: data + b"no archive"])  # fmt: skip
@pytest.mark.parametrize("count", [300, 8000])
def test_a_torn_archive_is_read_as_far_as_it_goes(tmp_path: Path, damage: Callable[[bytes], bytes], count: int) -> None:
    """As a copy that was stopped."""
    (tmp_path / "train.log.gz").write_bytes(damage(gzip.compress(steps(count).encode())))
    log = read_log(tmp_path / "train.log.gz")
    assert count // 3 < len(log) <= count + 1
    assert log.counts[: count // 3].tolist() == list(range(1, count // 3 + 1))
    assert log.remarks[0] == "the file is a truncated archive: what comes after these lines could not be unpacked"


@pytest.mark.parametrize(
    ("lines", "starts", "ranges"),
    [
        # in epoch e, count g says g/e ≤ length < g/(e − 1)
        ([newer(30, 690), newer(31, 700)], [0] * 2, [(23, 23)]),
        ([newer(100, 200, total=200), newer(105, 210, total=200)], [0] * 2, [(2, 2)]),
        ([newer(1, 100), newer(2, 110)], [0] * 2, [(100, 109)]),
        ([newer(3, 90)], [0], [(30, 44)]),
        ([newer(1, 10), newer(1, 20)], [0] * 2, [(20, None)]),
        # an epoch's last line is written even where its count is none at which one is due
        ([newer(1, 10), newer(1, 19), newer(2, 20), newer(2, 38), newer(3, 40)], [0] * 5, [(19, 19)]),
        ([newer(5, 90), newer(5, 95), newer(6, 100), newer(6, 114), newer(7, 120)], [0] * 5, [(19, 19)]),
        ([newer(1, 10), newer(1, 19)], [0] * 2, [(19, 19)]),
        ([newer(49, 970), newer(49, 980), newer(50, 990), newer(50, 1000, total=50)], [0] * 4, [(20, 20)]),
        ([newer(2, 20, total=2), newer(2, 30, total=2)], [0] * 2, [(15, 19)]),
        # a part of a log, which says nothing of where an epoch ends
        ([newer(1, 160), newer(1, 170)], [0] * 2, [(170, None)]),
        ([older(1, 20), older(1, 30)], [0] * 2, [(31, None)]),
        ([newer(12, 590, total=12), newer(12, 600, total=12)], [0] * 2, [(50, 53)]),
        # and of a process that counts anew, from an epoch that is not shown
        ([newer(11, 30), newer(11, 40)], [0] * 2, [(11, None)]),
        ([newer(270, 300, total=300), newer(271, 310, total=300)], [0] * 2, [(6, 309)]),
        ([newer(98, 2), newer(98, 4)], [0] * 2, [(4, None)]),
        # not on Windows
        ([newer(1, 10), newer(1, 20), newer(2, 30), newer(2, 40), newer(3, 50)], [0] * 5, [(20, 24)]),
        ([newer(1, 10), newer(1, 20), newer(2, 30), newer(2, 40), newer(3, 50), newer(3, 60), newer(3, 70), newer(4, 80)], [0] * 8, [(24, 24)]),
        # the data loader's own word
        ([START, newer(1, 10), newer(1, 20)], [0] * 2, [(40, 40)]),
        # a resume, with and without the line that tells it
        ([START, newer(1, 40), START, newer(2, 50)], [0, 1], [(40, 40), (40, 40)]),
        ([newer(1, 10), newer(2, 20), newer(2, 10), newer(2, 20)], [0, 0, 1, 1], [(10, 19), (20, None)]),
        ([newer(9, 90, total=50), newer(1, 10, "0.100000")], [0, 1], [(10, 11), (10, None)]),
        # a crash whose last lines are written again
        ([START, newer(1, 10), newer(1, 20), START, newer(1, 10), newer(1, 20)], [0, 0, 1, 1], [(40, 40), (40, 40)]),
        # ranks that all write, one behind the other
        ([newer(1, 10), newer(1, 10), newer(1, 20), newer(1, 20)], [0, 0], [(20, None)]),
        ([newer(1, 10), newer(1, 20), newer(1, 10), newer(1, 20), newer(1, 30)], [0, 0, 0], [(30, None)]),
        # the older format: counted over all epochs, within each epoch, or anew in each process
        ([older(1, 0), older(1, 6), older(2, 7), older(2, 13), older(3, 14)], [0] * 5, [(7, 7)]),
        ([older(1, 0), older(1, 6), older(2, 0), older(2, 6), older(3, 3)], [0] * 5, [(7, 7)]),
        ([older(1, 6), older(2, 13), older(3, 0), older(3, 6), older(4, 13)], [0, 0, 1, 1, 1], [(7, 7), (7, 7)]),
        ([older(0, 6), older(1, 13), older(2, 20)], [0] * 3, [(7, 7)]),
        # both formats in one file: PaddleOCR was updated between
        ([older(1, 6), newer(1, 7), newer(2, 14)], [0, 1, 1], [(7, None), (7, 13)]),
    ],
)  # fmt: skip
def test_processes_and_lengths(
    tmp_path: Path, lines: list[str], starts: list[int], ranges: list[tuple[int, int | None]]
) -> None:
    log = parsed(tmp_path, *lines)
    told = [process.length and process.length[:2] for process in log.processes]
    assert (log.starts.tolist(), told) == (starts, ranges)
    assert log.remarks == () or "are repeated" in log.remarks[0]


def test_of_very_many_starts_the_last_are_looked_at(tmp_path: Path) -> None:
    """As where a script starts a training again whenever it stops, and it stops at once."""
    log = parsed(tmp_path, *[START, newer(1, 10), newer(1, 20)] * 3000)
    assert (len(log), len(log.lengths)) == (2000, 1000)
    assert log.remarks == ("the training was started 3000 times; the last 1000 starts are examined",)


def test_a_count_within_the_epoch_becomes_one_over_all(tmp_path: Path) -> None:
    lines = [older(1, 0), older(1, 6), older(2, 0), older(2, 6), older(3, 3)]
    assert parsed(tmp_path, *lines).counts.tolist() == [1, 7, 8, 14, 18]


@pytest.mark.parametrize("older_format", [False, True])
def test_a_whole_run(tmp_path: Path, older_format: bool) -> None:
    trainer = Trainer(COSINE, 6, 23, every=5)
    log = read_log(
        write_log(tmp_path / "train.log", trainer.train(3, older=older_format), trainer.train(older=older_format))
    )
    assert log.lengths == (23, 23)
    assert log.starts.tolist() == [0] * int((log.counts <= 69).sum()) + [1] * int((log.counts > 69).sum())
    assert log.counts[-1] == 138
    assert log.is_over(23)


def test_reading_on(tmp_path: Path) -> None:
    path = tmp_path / "train.log"
    path.write_text(newer(1, 10)[:70], encoding="utf-8")
    reader = LogReader(path)
    assert reader.read_on()
    assert not reader.read_on()
    assert len(train_log(reader)) == 0
    with path.open("a", encoding="utf-8") as file:
        file.write(newer(1, 10)[70:])  # whole, but for its end
        file.flush()
        assert reader.read_on()
        assert train_log(reader).counts.tolist() == [10]
        file.write("\n" + newer(1, 20) + "\n")
    assert reader.read_on()
    assert train_log(reader).counts.tolist() == [10, 20]
    path.write_text(newer(1, 5) + "\n", encoding="utf-8")  # truncated by a new run
    assert reader.read_on()
    assert train_log(reader).counts.tolist() == [5]
    path.rename(tmp_path / "train.log.1")  # rotated
    assert not reader.read_on()
    path.write_text("\n".join([newer(1, 7), newer(1, 8), newer(1, 9)]) + "\n", encoding="utf-8")
    assert reader.read_on()
    assert train_log(reader).counts.tolist() == [7, 8, 9]


def test_a_large_log_is_streamed(tmp_path: Path) -> None:
    path = tmp_path / "train.log"
    noise = "[2022/09/29 02:59:23] ppocr INFO: " + "x" * 500 + "\n"
    with path.open("w", encoding="utf-8") as file:
        for step in range(1, 5001):
            file.write(noise + newer(1 + (step - 1) // 1000, step) + "\n")
    assert read_log(path).counts.tolist() == list(range(1, 5001))


def test_a_stream_without_a_line_of_a_log_ends() -> None:
    with pytest.raises(LRConfigError, match="/dev/urandom: holds no line with a learning rate in its first 16 MiB"):
        read_log("/dev/urandom")


def test_a_log_may_begin_with_much_else(tmp_path: Path) -> None:
    path = tmp_path / "train.log"
    path.write_text(
        ("x" * 79 + "\n") * 1000
        + "epoch: [1/2], global_step: 10, lr: 0.000513, loss: 1\n"
        + ("y" * 99 + "\n") * 200_000
    )
    assert len(read_log(path).rates) == 1


SHORT = "epoch: [1/2], global_step: 10, lr: 0.000513, loss: 1\n"


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ([SHORT, "epoch: [1\n" * 1_200_000], "holds more than 1200000 training lines; give a part of it"),
        ([SHORT, "INFO: a : 1\n" * 1_200_000], "holds more than 1200000 training lines"),
        ([SHORT, *["\0" * (1 << 20)] * 1024], "holds more than 1 GiB; give a part of it"),
    ],
    ids=["torn lines", "lines of configs", "bytes"],
)
def test_what_is_too_much_is_refused_with_the_bound(tmp_path: Path, parts: list[str], message: str) -> None:
    with gzip.open(tmp_path / "train.log", "wt", compresslevel=1) as file:
        file.writelines(parts)
    with pytest.raises(LRConfigError, match=rf"train\.log: {message}"):
        read_log(tmp_path / "train.log")


@pytest.mark.parametrize(
    "text",
    [
        "epoch: [1/2], global_step: 11, lr: " + "1" * 10**6 + "x\n",
        "INFO: save model in x" * 10**5 + "\n",
        "INFO: " + " " * 10**6 + "\n",
        "epoch: [1/2], global_step: 11, " + "lr: " * 10**5 + "\n",
        "[" * 10**6 + "\n",
    ],
    ids=["a rate without end", "models", "spaces", "rates", "brackets"],
)
def test_a_long_line_costs_no_more_than_many_short_ones(tmp_path: Path, text: str) -> None:
    """With a search that goes back over the line, such a one takes hours."""
    (tmp_path / "train.log").write_text(SHORT + text)
    assert len(read_log(tmp_path / "train.log")) == 1
