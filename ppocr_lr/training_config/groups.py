"""Which parameters of PaddleOCR's models train at another rate than the schedule's, and by which factor.

Paddle multiplies the rate of a parameter by the `learning_rate` of its `ParamAttr`, or of its group. This module knows
where PaddleOCR sets one that is not 1, and where it freezes parameters. A key is validated where it is used.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from textwrap import shorten
from typing import Annotated, Any, NamedTuple

from annotated_types import Ge, Lt
from pydantic import BeforeValidator

from ppocr_lr import schedules
from ppocr_lr.bounds import in_words, inside
from ppocr_lr.errors import LRConfigError, Path, Problem
from ppocr_lr.language import later, tr
from ppocr_lr.lr_config.kinds import LARGEST_RATE, key, refused
from ppocr_lr.schedules import Schedule
from ppocr_lr.training_config.sections import ConfigSection, read

FACTOR_KEYS = ("lr_mult_list", "lab_lr", "loc_lr", "freeze_params", "freeze_norm")
"""What they are called in `Architecture`, in the parts that read them."""
_MODELS: Path = ("Architecture", "Models")
_MOST_MODELS = 100
_LINE = 160  # characters
_FACTOR = (Ge(0), Lt(LARGEST_RATE))

GROUP_LR: Path = ("Optimizer", "group_lr")


class Group(NamedTuple):
    """Parameters that train at `factor` times the rate."""

    label: str
    """What they are, in words or as a part of their names."""
    factor: float
    parameters: tuple[str, ...]
    """Patterns of their names in the model, as `fnmatch` reads them; a parameter is in the first group that matches."""
    key: Path
    """What decides the factor, in the file or by default."""

    @property
    def trains(self) -> bool:
        """False where the factor is 0."""
        return self.factor > 0

    @property
    def factor_text(self) -> str:
        """The factor as people write it; 0.2·0.1 is a bit more than 0.02."""
        return f"{self.factor:.12g}".replace("e-0", "e-")

    @property
    def title(self) -> str:
        """What a curve of theirs is called: `× 0.1: affine blocks`."""
        return shorten(f"× {self.factor_text}: {self.label}", 60, placeholder=" …")

    @property
    def names(self) -> str:
        """The patterns, one after the other, cut to a line."""
        return shorten(", ".join(self.parameters), _LINE, placeholder=" …")

    def of(self, schedule: Schedule) -> Schedule:
        """The rates of these parameters, if the others have those of `schedule`."""
        return schedules.Scaled(schedule, self.factor)

    def inside(self, name: str) -> Group:
        """The same group, named from the layer around its own, which is called `name` there."""
        return self._replace(parameters=tuple(f"{name}.{pattern}" for pattern in self.parameters))


def by_factor(groups: Iterable[Group]) -> tuple[Group, ...]:
    """One group for each factor that is not 1, the largest first."""
    merged: dict[str, Group] = {}
    for group in groups:
        same = merged.setdefault(group.factor_text, group)
        if same is not group:
            label = shorten(f"{same.label}, {group.label}", _LINE, placeholder=" …")
            parameters = (*same.parameters, *group.parameters)
            merged[group.factor_text] = same._replace(label=label, parameters=parameters)
    groups = (group for factor, group in merged.items() if factor != "1")
    return tuple(sorted(groups, key=lambda group: group.factor, reverse=True))


def rate_groups(config: Mapping[str, Any], piecewise: float | None = None) -> tuple[Group, ...]:
    """The groups of a whole training config, in their order; also those of factor 1, where a later one is wider.

    Args:
        config: the training config. Never changed.
        piecewise: the first of `values`, if PaddleOCR's scheduler has them, which is Piecewise without a warmup.

    Raises:
        LRConfigError: a factor cannot be used; names the key, the value and what is allowed.
    """
    if groups := tuple(_of_vision_lan(config["Optimizer"], piecewise)):
        return groups  # they replace the factors of single parameters
    architecture = config.get("Architecture")
    if not isinstance(architecture, Mapping):
        return ()
    if architecture.get("name") != "DistillationModel":
        return tuple(_of_model(architecture, ("Architecture",)))
    models = architecture.get("Models")
    return tuple(_of_models(models)) if isinstance(models, Mapping) else ()


def _of_models(models: Mapping[Any, Any]) -> Iterator[Group]:
    if len(models) > _MOST_MODELS:
        raise LRConfigError(
            Problem(
                _MODELS,
                tr("has {count} models; at most {most} are read", count=len(models), most=_MOST_MODELS),
            )
        )
    for name, model in models.items():
        path = (*_MODELS, name)
        if not isinstance(model, Mapping):
            continue
        if model.get("freeze_params"):
            yield Group(tr("{name}, frozen", name=name), 0.0, (f"{name}.*",), (*path, "freeze_params"))
        else:
            for group in _of_model(model, path):
                yield group._replace(label=f"{name}: {group.label}").inside(str(name))


def _of_model(model: Mapping[str, Any], path: Path) -> Iterator[Group]:
    for (part, name), groups in _PARTS.items():
        section = model.get(part)
        if isinstance(section, Mapping) and section.get("name") == name:
            yield from (group.inside(part.lower()) for group in groups(section, (*path, part)))


def _factor(value: Any) -> float:
    number = None if isinstance(value, bool) or not isinstance(value, (int, float)) else value
    if number is None or not inside(number, _FACTOR):
        raise refused(tr("a number {bounds}, such as 0.1", bounds=in_words(_FACTOR, number)))
    return float(number)


def _six(value: Any) -> Any:
    if not isinstance(value, (list, tuple)) or len(value) != len(_LCNET):
        raise refused(tr("a list of 6 factors, one for each stage"))
    return value


def _five(value: Any) -> Any:
    if not isinstance(value, (list, tuple)) or len(value) < len(_HGNET):
        raise refused(tr("a list of 5 factors, one for each stage"))
    return value[: len(_HGNET)]  # PaddleOCR does not look at more


_LCNET = ("conv1", "blocks2", "blocks3", "blocks4", "blocks5", "blocks6")
_LCNET_V4_READS = {
    "tiny": ("blocks2", "blocks4", "blocks5"),
    "small": ("conv1", "blocks2", "blocks4", "blocks5"),
    "medium": ("conv1", "blocks2", "blocks3", "blocks4", "blocks5"),
}
_HGNET = ("stem", "stages.0", "stages.1", "stages.2", "stages.3")

Factor = Annotated[float, Ge(0), BeforeValidator(_factor)]
Six = Annotated[list[Factor], BeforeValidator(_six)]
Five = Annotated[list[Factor], BeforeValidator(_five)]

Groups = Callable[[Mapping[str, Any], Path], Iterator[Group]]


class _Factors(ConfigSection):
    lr_mult_list: Six = key("factor of each stage", [1.0] * 6)
    lab_lr: Factor = key("factor of the affine blocks, times that of their stage", 0.1)
    loc_lr: Factor = key("factor of the last layers of the localization network", 1.0)


class _HGNetV2(ConfigSection):
    lr_mult_list: Five = key("factor of each stage", [1.0] * 5)


def _lcnet_v3(section: Mapping[str, Any], path: Path) -> Iterator[Group]:
    keys = read(_Factors, section, path, "lr_mult_list", "lab_lr")
    factors = dict(zip(_LCNET, keys.lr_mult_list, strict=True))
    blocks = {stage: factor for stage, factor in factors.items() if stage != "conv1"}  # which has no affine block
    if len(set(blocks.values())) == 1:
        blocks = {"*": blocks["blocks2"]}
    for stage, factor in blocks.items():
        label = tr("affine blocks") if stage == "*" else tr("affine blocks of {stage}", stage=stage)
        pattern = "*.lab.*" if stage == "*" else f"{stage}.*.lab.*"
        yield Group(label, factor * keys.lab_lr, (pattern,), (*path, "lab_lr"))
    yield from _stages(factors, path)


def _lcnet_v4(section: Mapping[str, Any], path: Path) -> Iterator[Group]:
    """Of a recognition model: the factors reach only the stem and the squeeze-and-excitation blocks (SE)."""
    if section.get("det"):
        return
    factors = read(_Factors, section, path, "lr_mult_list").lr_mult_list
    reads = _LCNET_V4_READS.get(str(section.get("model_size", "small")), ())
    for index, (stage, factor) in enumerate(zip(_LCNET, factors, strict=True)):
        if stage in reads:
            label, pattern = (
                (stage, f"{stage}.*") if stage == "conv1" else (tr("SE of {stage}", stage=stage), f"{stage}.*.se.*")
            )
            yield Group(label, factor, (pattern,), (*path, "lr_mult_list", index))


def _hgnet_v2(section: Mapping[str, Any], path: Path) -> Iterator[Group]:
    factors = read(_HGNetV2, section, path, "lr_mult_list").lr_mult_list
    yield from _stages(dict(zip(_HGNET, factors, strict=True)), path)


def _stages(factors: Mapping[str, float], path: Path) -> Iterator[Group]:
    for index, (stage, factor) in enumerate(factors.items()):
        yield Group(stage, factor, (f"{stage}.*",), (*path, "lr_mult_list", index))


def _localization(*patterns: str) -> Groups:
    def groups(section: Mapping[str, Any], path: Path) -> Iterator[Group]:
        factor = read(_Factors, section, path, "loc_lr").loc_lr
        yield Group(tr("localization"), factor, patterns, (*path, "loc_lr"))

    return groups


def _fixed(label: str, pattern: str, *needed: str) -> Groups:
    """Parameters that never train; if keys are named, only where the section has each of them."""

    def groups(section: Mapping[str, Any], path: Path) -> Iterator[Group]:
        if all(section.get(key) for key in needed):
            yield Group(tr(label), 0.0, (pattern,), (*path, needed[-1] if needed else "name"))

    return groups


_PARTS: dict[tuple[str, str], Groups] = {
    ("Backbone", "PPLCNetV3"): _lcnet_v3,
    ("Backbone", "PPLCNetV4"): _lcnet_v4,
    ("Backbone", "PPHGNetV2_B4"): _hgnet_v2,
    ("Transform", "TPS"): _localization("loc_net.fc1.weight", "loc_net.fc2.*"),
    ("Transform", "GA_SPIN"): _localization("stucture_fc2.*"),
    ("Transform", "TSRN"): _fixed(later("recognizer of the loss, frozen"), "r34_transformer.*"),
    ("Transform", "TBSRN"): _fixed(later("recognizer of the loss, frozen"), "transformer.*"),
    ("Neck", "FCEFPN"): _fixed(later("norms, frozen"), "*.norm.*", "norm_type", "freeze_norm"),
}
"""By part of a model and its name. Constants that PaddleOCR keeps as parameters without a rate (the grid of TPS, the
first norm of DRRG's graph) are left out, as nothing trains them.
"""


def _of_vision_lan(optimizer: Mapping[str, Any], piecewise: float | None) -> Iterator[Group]:
    """PaddleOCR makes groups for one model, in the last step of its training."""
    if optimizer.get("name") != "Adam" or not optimizer.get("group_lr") or optimizer.get("training_step") != "LF_2":
        return
    if piecewise is None:
        problem = tr("takes `values` of the scheduler, which only Piecewise without a warmup has; PaddleOCR stops")
        raise LRConfigError(Problem(GROUP_LR, problem))
    language = tuple(f"head.MLM_VRM.{name}.*" for name in ("MLM", "Prediction.pp_share", "Prediction.w_share"))
    yield Group(tr("language module"), 1.0, language, GROUP_LR)
    yield Group(tr("all but the language module"), piecewise * 0.1, ("*",), GROUP_LR)
