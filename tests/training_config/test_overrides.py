from __future__ import annotations

import copy
import re
from typing import Any

import pytest
import yaml

from ppocr_lr import LRConfigError
from ppocr_lr.training_config.overrides import last_given, with_overrides

CONFIG: dict[str, Any] = {
    "Global": {"epoch_num": 20, "use_gpu": True},
    "Optimizer": {"name": "Adam", "lr": {"name": "Piecewise", "decay_epochs": [3, 5], "values": [0.3, 0.2, 0.1]}},
    "Train": {"loader": {"batch_size_per_card": 8}, "dataset": None},
}

GOOD: list[tuple[list[str], list[str], Any]] = [
    # overrides, where to look, what is there
    (["Global.epoch_num=5"], ["Global", "epoch_num"], 5),
    (["Global.use_gpu=false"], ["Global", "use_gpu"], False),
    (["Optimizer.lr.values.0=0.01"], ["Optimizer", "lr", "values"], [0.01, 0.2, 0.1]),
    (["Optimizer.lr.values=[1e-3, 1e-4, 0]"], ["Optimizer", "lr", "values"], [0.001, 0.0001, 0]),
    (["Optimizer.lr.warmup_epoch=5"], ["Optimizer", "lr", "warmup_epoch"], 5),
    (["Optimizer.lr.warmup_epoch=1e-1"], ["Optimizer", "lr", "warmup_epoch"], 0.1),
    (["Optimizer.lr={name: Const, learning_rate: 1e-3}"], ["Optimizer", "lr", "learning_rate"], 0.001),
    (["Optimizer.lr.name=Cosine", "Optimizer.lr.learning_rate=1"], ["Optimizer", "lr", "learning_rate"], 1),
    (["Optimizer.lr.learning_rate=1", "Optimizer.lr.name=Cosine"], ["Optimizer", "lr", "learning_rate"], 1),
    (["Train.dataset.num_samples=100"], ["Train", "dataset", "num_samples"], 100),
    (["Train.loader.drop_last=True"], ["Train", "loader", "drop_last"], True),
    (["Train.sampler.name=MultiScaleSampler"], ["Train", "sampler", "name"], "MultiScaleSampler"),
    (["Global.epoch_num="], ["Global", "epoch_num"], None),
    (["Global.epoch_num=1e2"], ["Global", "epoch_num"], 100),
    (["Optimizer.lr.warmup_epoch=1e400"], ["Optimizer", "lr", "warmup_epoch"], "1e400"),
    (
        [
            "Optimizer.lr={name: MultiStepDecay, learning_rate: 1, gamma: 0.1}",
            "Optimizer.lr.milestones=[5, 9]",
            "Optimizer.lr.milestones.1=8",
        ],
        ["Optimizer", "lr", "milestones"],
        [5, 8],
    ),
    (["Global.epoch_num=5", "Global.epoch_num=6"], ["Global", "epoch_num"], 6),
    ([" Global.epoch_num= 5 "], ["Global", "epoch_num"], 5),
    # As in PaddleOCR, a mapping is added to a whole section and replaces anything inside one.
    (["Global={epoch_num: 5}"], ["Global"], {"epoch_num": 5, "use_gpu": True}),
    (["Optimizer={lr: {name: Const}}"], ["Optimizer"], {"name": "Adam", "lr": {"name": "Const"}}),
    (["Optimizer.lr={name: Const}"], ["Optimizer", "lr"], {"name": "Const"}),
    (["Train=null"], ["Train"], None),
]


@pytest.mark.parametrize(("overrides", "path", "expected"), GOOD, ids=str)
def test_overrides(overrides: list[str], path: list[str], expected: Any) -> None:
    before = copy.deepcopy(CONFIG)
    value: Any = with_overrides(CONFIG, overrides)
    for part in path:
        value = value[part]
    assert value == expected
    assert before == CONFIG


@pytest.mark.parametrize(
    ("given", "counts", "lost", "instead"),
    [
        ([], [], "", ""),
        ([["A.b=1", "C.d=2"]], ["A.b=1", "C.d=2"], "", ""),
        ([["A.b=1"], ["C.d=2"]], ["C.d=2"], "A.b=1;", "-o A.b=1 C.d=2"),
        ([["A.b=1"], ["C.d=2", "A.b=3"]], ["C.d=2", "A.b=3"], "", ""),  # nothing is lost
        (
            [["A.b=1", "A.b=2"], ["C.d={e: f}"], ["G.h=x\x1b"]],
            ["G.h=x\x1b"],
            "A.b=2, C.d={e: f};",
            'A.b=2 "C.d={e: f}"',
        ),
    ],
)
def test_of_several_flags_the_last_counts(given: list[list[str]], counts: list[str], lost: str, instead: str) -> None:
    taken, said = last_given(given)
    assert taken == counts
    assert bool(said) == bool(lost)
    assert lost in said
    assert instead in said
    assert "\x1b" not in said


BAD = [
    ("Global.save_model_dir=./a=b", r"Global\.save_model_dir=./a=b: PaddleOCR stops at a second ="),
    ("Global.epoch_num=5 Global.use_gpu=false", "PaddleOCR stops at a second =; each KEY=VALUE is a word of its own"),
    ("Global.epoch_num = 5", r"leave out the space before the =, as in Global\.epoch_num=5; PaddleOCR ignores the key"),
    ("Optimizer.lr.warmup_epochs=5", "nothing reads it; did you mean Optimizer.lr.warmup_epoch[?]"),
    ("Optimizer.lr.warmup_steps=5", "did you mean Optimizer.lr.warmup_iters or Optimizer.lr.warmup_epoch[?]"),
    ("Optimizer.lr.learning_rate=0.1", "nothing reads it"),  # Piecewise does not
    ("Optimizer.lr.gamma=0.1", "nothing reads it; gamma is a key of MultiStepDecay and Step$"),
    (
        "Optimizer.lr.warmup_steps=5",
        "it; warmup_steps is a key of LinearWarmupCosine; did you mean Optimizer.lr.warmup_iters",
    ),
    ("Optimizer.lr.epochs=5", "nothing reads it; the length of the run is Global.epoch_num$"),
    ("Optimizer.lr.epoch_num=5", r"did you mean Global\.epoch_num[?]$"),
    ("Optimizer.lr.last_epochs=5", r"did you mean Optimizer\.lr\.last_epoch[?]$"),
    ("Optimizer.lr.zzz=5", "nothing reads it$"),
    ("Optimizer.backbone_lr_mult=0.1", "nothing reads it$"),
    ("wandb.name=a", "nothing reads it$"),  # PaddleOCR stops where the config has no such section
    ("Optimizer.base_lr=0.1", "the config has no such key and nothing reads it"),
    ("Global.epochs_num=5", "did you mean Global.epoch_num[?]"),
    ("epoch_num=5", "did you mean Global.epoch_num[?]"),
    ("Train.batch_size_per_card=5", "did you mean Train.loader.batch_size_per_card[?]"),
    ("Nothing.at.all=5", "nothing reads it$"),
    ("Optimizer.lr.values.3=0.1", "Optimizer.lr.values is a list; its items are numbered 0 to 2"),
    ("Optimizer.lr.values.-1=0.1", "Optimizer.lr.values is a list"),
    ("Optimizer.lr.values.x=0.1", "Optimizer.lr.values is a list"),
    (f"Optimizer.lr.values.{'9' * 5000}=0.1", "Optimizer.lr.values is a list"),
    ("Optimizer.lr.values.0.1=0.1", "Optimizer.lr.values.0 is a plain value and has no keys"),
    ("Global.epoch_num.x=1", "Global.epoch_num is a plain value and has no keys"),
    ("Global.epoch_num", "write KEY=VALUE"),
    ("=5", "write KEY=VALUE"),
    ("a." * 3000 + "b=1", "a key has at most 30 parts"),
    ("Global..epoch_num=5", "write KEY=VALUE"),
    ("Global.epoch_num=a: b: c", r"Global\.epoch_num: .*is not YAML"),
    ("Global.epoch_num=[1", r"Global\.epoch_num: '\[1' has no end; .*in quotes, as in \"Global\.epoch_num=\[1…\"$"),
    ("Global.eval_batch_step=[0,", r"Global\.eval_batch_step: '\[0,' has no end; the shell splits words at spaces"),
    ("Optimizer.lr={name:", r"Optimizer\.lr: '\{name:' has no end"),
    ("Train.sampler.scales=[[320, 32],", r"Train\.sampler\.scales: '.*' has no end"),
    ("Global.pretrained_model={path/to}/best", r"Global\.pretrained_model: .*is not YAML"),
    ("Global.epoch_num=!!python/name:os.system", "the tag !!python/name:os.system is not allowed"),
]


@pytest.mark.parametrize(("override", "message"), BAD)
def test_overrides_that_nothing_would_read(override: str, message: str) -> None:
    with pytest.raises(LRConfigError, match=message):
        with_overrides(CONFIG, [override])


def test_an_item_of_an_empty_list() -> None:
    with pytest.raises(LRConfigError, match=r"Optimizer\.lr\.values\.0: Optimizer\.lr\.values is an empty list$"):
        with_overrides(CONFIG, ["Optimizer.lr.values=[]", "Optimizer.lr.values.0=0.1"])


# What people paste after PaddleOCR's own commands; the configs that they run have none of these.
PASTED = [
    "Global.use_amp=True", "Global.checkpoints=./output/latest", "Global.pretrained_model=./best_accuracy",
    "Global.scale_loss=1024.0", "Global.use_dynamic_loss_scaling=True", "Global.amp_level=O2",
    "Global.load_static_weights=false", "Global.use_gpu=false", "Global.distributed=true",
    "Global.save_model_dir=./output", "Global.print_batch_step=1", "Global.save_epoch_step=3",
    "Global.eval_batch_step=[0,2000]", "Global.character_dict_path=dict.txt", "Global.log_smooth_window=1",
    "Train.loader.num_workers=0", "Train.loader.shuffle=True", "Train.loader.use_shared_memory=False",
    "Train.dataset.data_dir=./train", "Train.dataset.name=SimpleDataSet", "Train.dataset.data_ext_ratio=[0.1]", "Eval.dataset.data_dir=./val",
    "Eval.loader.batch_size_per_card=1", "Eval.dataset.label_file_list=[val.txt]", "Architecture.Backbone.scale=0.5",
    "Architecture.Head.name=CTCHead", "Loss.name=CTCLoss", "PostProcess.thresh=0.3", "Metric.main_indicator=acc",
    "Optimizer.beta1=0.9", "Optimizer.training_step=LF_2", "Optimizer.clip_norm=10", "Optimizer.name=AdamW", "profiler_options=null",
]  # fmt: skip


@pytest.mark.parametrize("override", PASTED)
def test_what_paddleocr_reads_is_taken(override: str) -> None:
    key, _, value = override.partition("=")
    node: Any = with_overrides(CONFIG, [override])
    for part in key.split("."):
        node = node[part]
    assert node == yaml.safe_load(value)


@pytest.mark.parametrize(("section", "key"), [("wandb", "name"), ("Test", "batch_size_per_card")])
def test_any_section_of_the_config_is_taken_as_paddleocr_takes_it(section: str, key: str) -> None:
    config = with_overrides({**CONFIG, section: {"a": 1}}, [f"{section}.{key}=2"])
    assert config[section] == {"a": 1, key: 2}


# A slip in a key that decides the curve or the length of the run is an error all the same.
SLIPS = [
    ("Global.epoch_nums=5", "Global.epoch_num"), ("Global.epochs=5", "Global.epoch_num"),
    ("Global.num_epochs=5", "Global.epoch_num"), ("Global.max_epoch=5", "Global.epoch_num"),
    ("Global.total_epochs=5", "Global.epoch_num"),
    ("Global.EpochNum=5", "Global.epoch_num"), ("Gobal.epoch_num=5", "Global.epoch_num"),
    ("Train.loader.batch_size_per_cards=5", "Train.loader.batch_size_per_card"),
    ("Train.loader.batch_size=5", "Train.loader.batch_size_per_card"),
    ("Train.loader.num_samples=5", "Train.dataset.num_samples"), ("Train.dataset.ratios_list=1", "Train.dataset.ratio_list"),
    ("Train.sampler.first_batch=5", "Train.sampler.first_bs"), ("Global.values=[1]", "Optimizer.lr.values"),
    ("Global.warmup_epoch=5", "Optimizer.lr.warmup_epoch"), ("warmup_epoch=5", "Optimizer.lr.warmup_epoch"),
    # other signs between the names
    ("Optimizer/lr/warmup_epoch=5", "Optimizer.lr.warmup_epoch"), ("Global/epoch_num=5", "Global.epoch_num"),
    ("Optimizer_lr_warmup_epoch=5", "Optimizer.lr.warmup_epoch"), ("Global．epoch_num=5", "Global.epoch_num"),
    ("Optimizer['lr']['warmup_epoch']=5", "Optimizer.lr.warmup_epoch"), ("Global:epoch_num=5", "Global.epoch_num"),
    ("Optimizer.regularizer.factors=5", "Optimizer.regularizer.factor"),
]  # fmt: skip


@pytest.mark.parametrize(("override", "meant"), SLIPS)
def test_a_slip_in_a_key_that_counts_is_an_error(override: str, meant: str) -> None:
    with pytest.raises(LRConfigError, match=rf"nothing reads it; did you mean .*{re.escape(meant)}\b.*[?]$"):
        with_overrides(CONFIG, [override])


@pytest.mark.parametrize("key", ["start", "end", "end_lr", "hold_epochs", "decay_within_run"])
def test_keys_of_a_weight_decay_that_follows_a_schedule(key: str) -> None:
    optimizer = {**CONFIG["Optimizer"], "regularizer": {"name": "Cosine", "start": 0.1}}
    config = with_overrides({**CONFIG, "Optimizer": optimizer}, [f"Optimizer.regularizer.{key}=1"])
    assert config["Optimizer"]["regularizer"][key] == 1
    with pytest.raises(LRConfigError, match=r"Optimizer.regularizer.hold_epoch: .* did you mean .*hold_epochs\?$"):
        with_overrides(config, ["Optimizer.regularizer.hold_epoch=1"])


def test_a_key_of_another_name_is_suggested_under_its_name_here() -> None:
    config = {**CONFIG, "Optimizer": {"lr": {"name": "Cosine", "learning_rate": 0.1}}}
    with pytest.raises(LRConfigError, match=r"did you mean Optimizer\.lr\.learning_rate\?"):
        with_overrides(config, ["Optimizer.base_lr=0.01"])


SEQUENCE = {
    "Optimizer": {
        "lr": {
            "name": "Sequence",
            "stages": [
                {"name": "Linear", "learning_rate": 0.1, "epochs": 5},
                {"name": "Scale", "factor": 2, "schedule": {"name": "Step", "step_size": 5}, "until_end": True},
            ],
        }
    }
}


@pytest.mark.parametrize(
    ("config", "override"),
    [
        ({"Optimizer": {"lr": {"name": "Cosine"}}}, "Optimizer.lr.warmup_iters=500"),
        ({"Optimizer": {"lr": {"name": "Cosine"}}}, "Optimizer.lr.warmup_epoch=10%"),
        ({"Optimizer": {"lr": {"name": "Cosine"}}}, "Optimizer.lr.end_lr=1e-5"),
        ({"Optimizer": {"lr": {"name": "REX"}}}, "Optimizer.lr.eta_min=1e-5"),
        ({"Optimizer": {"lr": {"name": "Noam"}}}, "Optimizer.lr.warmup_steps=500"),
        (SEQUENCE, "Optimizer.lr.stages.0.hold_epochs=3it"),
        (SEQUENCE, "Optimizer.lr.stages.1.epochs=5"),
        (SEQUENCE, "Optimizer.lr.stages.1.schedule.gamma=0.1"),
        ({"Optimizer": {"lr": {"name": "Scale", "times": {"name": "Linear"}}}}, "Optimizer.lr.times.warmup_epoch=2"),
    ],
)
def test_keys_of_this_project_and_of_sections_inside_are_read(config: dict[str, Any], override: str) -> None:
    key, value = override.split("=")
    node: Any = with_overrides(config, [override])
    for part in key.split("."):
        node = node[int(part) if part.isdigit() else part]
    assert str(node) == str({"1e-5": 1e-5}.get(value, value))


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("Optimizer.lr.stages.0.eta_min=1", "did you mean Optimizer.lr.stages.0.end_lr[?]"),
        ("Optimizer.lr.stages.0.epoch=1", "did you mean Optimizer.lr.stages.0.epochs[?]"),
        ("Optimizer.lr.stages.2.end_lr=1", "Optimizer.lr.stages is a list; its items are numbered 0 to 1"),
        ("Optimizer.lr.stages.1.schedule.decay_rate=1", "did you mean Optimizer.lr.stages.1.schedule.gamma[?]"),
        ("Optimizer.lr.learning_rate=1", "nothing reads it"),
    ],
)
def test_keys_that_no_section_inside_reads(override: str, message: str) -> None:
    with pytest.raises(LRConfigError, match=message):
        with_overrides(SEQUENCE, [override])


@pytest.mark.parametrize("key", ["name", "learning_rate"])
def test_a_stage_where_there_are_none(key: str) -> None:
    config = {"Optimizer": {"lr": {"name": "Cosine", "learning_rate": 0.1}}}
    with pytest.raises(LRConfigError, match=rf"did you mean Optimizer\.lr\.{key}\?$"):
        with_overrides(config, [f"Optimizer.lr.stages.0.{key}=1"])


@pytest.mark.parametrize("key", ["Train.sampler", "Train", "Global.log_smooth_window", "Global.checkpoints"])
def test_whole_sections_and_what_other_commands_read_may_be_set(key: str) -> None:
    assert with_overrides({"Optimizer": {"lr": {"learning_rate": 0.1}}}, [f"{key}=null"])


def test_a_section_is_not_what_a_wrong_key_was_meant_to_be() -> None:
    config = {"Optimizer": {"name": "Adam", "momentum": 0.9, "lr": {"learning_rate": 0.1}}}
    with pytest.raises(LRConfigError, match=r"did you mean Optimizer\.name or Optimizer\.lr or Optimizer\.momentum\?$"):
        with_overrides(config, ["Optimizer.beta3=0.5"])
