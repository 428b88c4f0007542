from __future__ import annotations

import random
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ppocr_lr import LRConfigError
from ppocr_lr.training_config.epoch_length import epoch_length
from ppocr_lr.training_config.run_flags import RunFlags

LOADER = {"loader": {"batch_size_per_card": 8, "drop_last": False}}
DROP = {"loader": {"batch_size_per_card": 8, "drop_last": True}}

TABLE: list[tuple[dict[str, Any], dict[str, Any], int, str]] = [
    ({}, {"iters_per_epoch": 7}, 7, "7 iterations per epoch, as given"),
    ({}, {"iters_per_epoch": 7, "num_samples": 100}, 7, "as given"),
    ({}, {"iters_per_epoch": 7, "iters_from": "from a log"}, 7, "7 iterations per epoch, from a log"),
    (LOADER, {"num_samples": 100}, 13, "100 samples (as given) / 1 card / 8 per batch, rounded up = 13 iterations"),
    (DROP, {"num_samples": 100}, 12, "rounded down (drop_last) = 12 iterations per epoch"),
    ({"loader": {"batch_size_per_card": 8}}, {"num_samples": 100}, 13, "rounded up"),
    (LOADER, {"num_samples": 100, "gpus": 3}, 5, "100 samples (as given) / 3 cards / 8 per batch"),
    (
        LOADER,
        {"num_samples": 1234567},
        154321,
        "1234567 samples (as given) / 1 card / 8 per batch, rounded up = 154321",
    ),
    ({"loader": {"batch_size_per_card": 8, "drop_last": 1}}, {"num_samples": 100}, 12, "rounded down"),
    (DROP, {"num_samples": 100, "batch_size": 10}, 10, "10 per batch"),
    (DROP, {"num_samples": 100, "accumulate": 5}, 2, "= 12 iterations per epoch; 5 of them for one update = 2 updates"),
    ({}, {"iters_per_epoch": 7, "accumulate": 3}, 2, "3 of them for one update = 2 updates per epoch"),
    (DROP, {"num_samples": 8, "gpus": 1}, 1, "= 1 iteration per epoch"),
    ({**LOADER, "dataset": {"num_samples": 64}}, {}, 8, "num_samples of the config"),
    ({**LOADER, "dataset": {"num_samples": 64}}, {"num_samples": 16}, 2, "16 samples (as given)"),
]


@pytest.mark.parametrize(("train", "flags", "iters", "words"), TABLE)
def test_arithmetic(train: dict[str, Any], flags: dict[str, Any], iters: int, words: str) -> None:
    length = epoch_length(train, RunFlags(**flags))
    assert length.iters == iters
    assert words in length.arithmetic
    assert not length.estimate


@given(st.integers(1, 500), st.integers(1, 40), st.integers(1, 8), st.booleans())
def test_it_is_paddles_sampler(samples: int, batch: int, gpus: int, drop_last: bool) -> None:
    paddle = pytest.importorskip("paddle")
    dataset = paddle.io.TensorDataset([paddle.zeros([samples, 1])])
    sampler = paddle.io.DistributedBatchSampler(dataset, batch, num_replicas=gpus, rank=0, drop_last=drop_last)
    train = {"loader": {"batch_size_per_card": batch, "drop_last": drop_last}}
    if len(sampler):
        assert epoch_length(train, RunFlags(num_samples=samples, gpus=gpus)).iters == len(sampler)
    else:
        with pytest.raises(LRConfigError, match="an epoch has no iteration"):
            epoch_length(train, RunFlags(num_samples=samples, gpus=gpus))


@pytest.mark.parametrize(("flags", "iters"), [({}, 18), ({"gpus": 2}, 9), ({"batch_size": 100}, 10)])
def test_a_data_set_that_makes_batches_itself(flags: dict[str, Any], iters: int) -> None:
    dataset = {"name": "LaTeXOCRDataSet", "batch_size_per_pair": 56}
    length = epoch_length(
        {"loader": {"batch_size_per_card": 1}, "dataset": dataset}, RunFlags(num_samples=1000, **flags)
    )
    assert (length.iters, length.estimate) == (iters, True)
    assert length.arithmetic.endswith("; LaTeXOCRDataSet may count differently")


class TestLabelFiles:
    def test_lines_are_counted(self, tmp_path: Path) -> None:
        one, two, three = (tmp_path / name for name in ("1.txt", "2.txt", "3.txt"))
        one.write_text("a\tb\n" * 30, encoding="utf-8")
        two.write_text("a\tb\n" * 20 + "the last line has no end", encoding="utf-8")
        three.write_bytes(b"")
        files = [str(one), str(two), str(three)]
        length = epoch_length({**LOADER, "dataset": {"label_file_list": files}}, RunFlags())
        assert (length.iters, length.arithmetic[:43]) == (7, "51 samples (30 + 21 + 0 lines of 3 label fi")
        ratios = epoch_length(
            {**LOADER, "dataset": {"label_file_list": files, "ratio_list": [0.5, 1.0, 1]}}, RunFlags()
        )
        assert ratios.iters == 5  # 15 + 21
        assert epoch_length({**LOADER, "dataset": {"label_file_list": files, "ratio_list": 0.5}}, RunFlags()).iters == 4
        assert epoch_length({**LOADER, "dataset": {"label_file_list": str(one)}}, RunFlags(gpus=2)).iters == 2
        assert (
            epoch_length({**LOADER, "dataset": {"label_file_list": files, "num_samples": 800}}, RunFlags()).iters == 7
        )
        assert epoch_length({**LOADER, "dataset": {"label_file_list": files}}, RunFlags(num_samples=800)).iters == 100

    def test_a_large_file_is_counted_in_blocks(self, tmp_path: Path) -> None:
        path = tmp_path / "large.txt"
        lines = random.Random(0).choices(["x\n", "longer\tline\n", "\n"], k=300_000)
        path.write_text("".join(lines), encoding="utf-8")
        assert epoch_length({**LOADER, "dataset": {"label_file_list": [str(path)]}}, RunFlags()).iters == 300_000 // 8

    @pytest.mark.parametrize(
        ("listed", "written", "samples", "words"),
        [
            (["./data/a.txt"], ["rec/data/a.txt"], 40, "40 samples (1 label file in rec)"),
            (["./data/a.txt"], ["rec/a.txt"], 30, "(1 label file in rec)"),
            (["./data/a.txt"], ["data/a.txt", "rec/data/a.txt", "rec/a.txt"], 10, "10 samples (1 label file)"),
            (["./data/a.txt"], ["rec/a.txt", "rec/data/a.txt"], 40, "(1 label file in rec)"),
            (["/nowhere/a.txt"], ["rec/a.txt"], 30, "(1 label file in rec)"),
            (
                ["data/a.txt", "data/b.txt"],
                ["data/b.txt", "rec/a.txt"],
                40,
                "(30 + 10 lines of 2 label files, 1 of them in rec)",
            ),
        ],
    )
    def test_they_may_be_with_the_config(
        self, listed: list[str], written: list[str], samples: int, words: str,
        tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    ) -> None:  # fmt: skip
        monkeypatch.chdir(tmp_path)
        lines = {"data": 10, "rec": 30, "rec/data": 40}
        for name in written:
            path = Path(name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("a\tb\n" * lines[str(path.parent)], encoding="utf-8")
        train = {"loader": {"batch_size_per_card": 1}, "dataset": {"label_file_list": listed}}
        length = epoch_length(train, RunFlags(folder=Path("rec")))
        assert length.iters == samples
        assert words in length.arithmetic

    @pytest.mark.parametrize(
        ("listed", "written", "message"),
        [
            (["./data/a.txt"], [], "there is no label file data/a.txt, rec/data/a.txt or rec/a.txt; give"),
            (["a.txt"], [], "there is no label file a.txt or rec/a.txt; give"),
            (["/nowhere/a.txt"], [], "there is no label file /nowhere/a.txt or rec/a.txt; give"),
            # one file beside the config is not two
            (["x/a.txt", "y/a.txt"], ["rec/a.txt"], "there is no label file x/a.txt or rec/x/a.txt; give"),
        ],
    )
    def test_it_says_where_it_looked(
        self, listed: list[str], written: list[str], message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(tmp_path)
        Path("rec").mkdir()
        for name in written:
            Path(name).write_text("a\n", encoding="utf-8")
        with pytest.raises(LRConfigError, match=re.escape(message)):
            epoch_length({**LOADER, "dataset": {"label_file_list": listed}}, RunFlags(folder=Path("rec")))

    @pytest.mark.parametrize(
        ("dataset", "message"),
        [
            ({"ratio_list": [1.0, 1.0]}, r"ratio_list: \[1\.0, 1\.0\].*a list of one for each of the 1 label file"),
            ({"ratio_list": [1.5]}, "a number from 0 to 1"),
            ({"ratio_list": "1"}, "a number from 0 to 1"),
            ({"ratio_list": [True]}, "a number from 0 to 1"),
            ({"ratio_list": 0}, "files with at least one line used"),
        ],
    )
    def test_bad_ratios(self, dataset: dict[str, Any], message: str, tmp_path: Path) -> None:
        (tmp_path / "1.txt").write_text("a\n", encoding="utf-8")
        files = [str(tmp_path / "1.txt")]
        with pytest.raises(LRConfigError, match=message):
            epoch_length({**LOADER, "dataset": {"label_file_list": files, **dataset}}, RunFlags())


SCALES = [[320, 32], [320, 48], [320, 64]]


@pytest.mark.parametrize(
    ("sampler", "samples", "gpus", "iters"),
    [
        # batches of 128, 85 and 64 go round until the samples are used: 277 a round
        ({"scales": SCALES, "first_bs": 128, "fix_bs": False, "divided_factor": [8, 16]}, 277, 1, 3),
        ({"scales": SCALES, "first_bs": 128, "fix_bs": False, "divided_factor": [8, 16]}, 278, 1, 6),
        ({"scales": SCALES, "first_bs": 128, "fix_bs": False}, 1000, 2, 6),
        ({"scales": SCALES, "first_bs": 10}, 31, 1, 6),
        ({"scales": [32, 64], "first_bs": 10, "fix_bs": False}, 12, 1, 2),
        ({"scales": SCALES}, 1, 1, 3),
    ],
)
def test_multi_scale_sampler(sampler: dict[str, Any], samples: int, gpus: int, iters: int) -> None:
    length = epoch_length(
        {"sampler": {"name": "MultiScaleSampler", **sampler}}, RunFlags(num_samples=samples, gpus=gpus)
    )
    assert length.iters == iters
    assert length.estimate
    assert "an estimate" in length.arithmetic


def test_an_unknown_sampler_is_said_to_be_unknown() -> None:
    length = epoch_length({**LOADER, "sampler": {"name": "Own"}}, RunFlags(num_samples=80))
    assert (length.iters, length.estimate) == (10, True)
    assert "Own may count differently" in length.arithmetic


BAD: list[tuple[dict[str, Any], dict[str, Any], str]] = [
    ({}, {}, "the config names no label files; give iters_per_epoch$"),
    (LOADER, {}, "the config names no label files; give iters_per_epoch or num_samples$"),
    ({}, {"batch_size": 4}, "give iters_per_epoch or num_samples$"),
    ({"sampler": {"name": "MultiScaleSampler", "scales": SCALES}}, {}, "give iters_per_epoch or num_samples$"),
    ({"dataset": {"label_file_list": ["gone.txt"]}}, {}, r"there is no label file gone\.txt; give iters_per_epoch"),
    ({"dataset": {"label_file_path": "a.txt", 5: 5}}, {}, "names no label files; label_file_path is not read under this name; give"),
    ({"dataset": {"label_file_list": []}}, {}, "names no label files; give iters_per_epoch"),
    ({"dataset": {"name": "LMDBDataSet"}}, {}, "the samples of LMDBDataSet are not counted here; give iters_per_epoch"),
    # PaddleOCR does not read them, even if they are there
    ({"dataset": {"name": "MultiScaleLMDBDataSet", "label_file_list": [__file__]}}, {}, "of MultiScaleLMDBDataSet are not counted"),
    ({"dataset": {"label_file_list": 5}}, {}, "Train.dataset.label_file_list: 5.*a list of file names"),
    ({"dataset": {"label_file_list": [5]}}, {}, "a list of file names"),
    ({"dataset": [1]}, {}, r"Train.dataset: \[1\].*a mapping"),
    ({"dataset": {"num_samples": 0}}, {}, "Train.dataset.num_samples: 0.*a positive integer"),
    ({}, {"num_samples": 5}, "Train.loader.batch_size_per_card: null.*a positive integer"),
    ({"loader": 5}, {"num_samples": 5}, "Train.loader: 5.*a mapping"),
    ({"loader": {"batch_size_per_card": 2.5}}, {"num_samples": 5}, "batch_size_per_card: 2.5"),
    ({"loader": {"batch_size_per_card": True}}, {"num_samples": 5}, "batch_size_per_card: true"),
    ({"loader": {"batch_size_per_card": 2, "drop_last": "no"}}, {"num_samples": 5}, "drop_last: 'no'.*true or false"),
    (DROP, {"num_samples": 7}, "an epoch has no iteration.*lower Train.loader.batch_size_per_card"),
    (DROP, {"num_samples": 7, "batch_size": 9}, "an epoch has no iteration.*lower the batch size or set Train.loader.drop"),
    (LOADER, {"num_samples": 0}, "num_samples 0: must be a positive integer"),
    (LOADER, {"num_samples": 5, "gpus": 0}, "gpus 0: must be a positive integer"),
    ({}, {"iters_per_epoch": -3}, "iters_per_epoch -3: must be a positive integer"),
    (LOADER, {"num_samples": 5, "batch_size": 0}, "batch_size 0: must be a positive integer"),
    (LOADER, {"num_samples": 5, "accumulate": 0}, "accumulate 0: must be a positive integer"),
    (LOADER, {"num_samples": 5, "accumulate": 2}, "accumulate 2: an epoch has only 1 batch"),
    ({"dataset": {"label_file_list": ["a" * 300]}}, {}, "label_file_list: .* cannot be read: File name too long"),
    ({"dataset": {"label_file_list": ["/proc/self/mem"]}}, {}, "label_file_list: .* cannot be read|there is no label file"),
    ({"dataset": {"label_file_list": ["a/" + "a" * 300]}}, {}, "label_file_list: .* cannot be read|there is no label file"),
    ({"sampler": 3}, {"num_samples": 5}, "Train.sampler: 3.*a mapping"),
    ({"sampler": {"name": "MultiScaleSampler"}}, {"num_samples": 5}, "Train.sampler.scales: null"),
    ({"sampler": {"name": "MultiScaleSampler", "scales": [[1, 2, 3]]}}, {"num_samples": 5}, "scales"),
    ({"sampler": {"name": "MultiScaleSampler", "scales": ["ab"]}}, {"num_samples": 5}, r"scales\.0: 'ab'"),
    ({"sampler": {"name": "MultiScaleSampler", "scales": SCALES, "first_bs": 0}}, {"num_samples": 5}, "first_bs: 0"),
    ({"sampler": {"name": "MultiScaleSampler", "scales": [[4, 4]], "fix_bs": False}}, {"num_samples": 5},
     "sizes of at least divided_factor"),
    ({"sampler": {"name": "MultiScaleSampler", "scales": SCALES, "fix_bs": False, "divided_factor": 8}},
     {"num_samples": 5}, "divided_factor: 8.*two positive integers"),
]  # fmt: skip


@pytest.mark.parametrize(("train", "flags", "message"), BAD, ids=[message[:40] for *_, message in BAD])
def test_what_gives_no_length(train: dict[str, Any], flags: dict[str, Any], message: str) -> None:
    with pytest.raises(LRConfigError, match=message):
        epoch_length(train, RunFlags(**flags))
