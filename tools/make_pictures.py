"""Make the pictures of the README, docs/commands.md and docs/groups.md: python tools/make_pictures.py"""

from __future__ import annotations

import argparse
from pathlib import Path

from ppocr_lr.plotting.figure import draw, save
from ppocr_lr.plotting.style import STYLE, use_style
from ppocr_lr.training_config.plan import plan_run

ROOT = Path(__file__).parent.parent
CONFIGS, DOCS = ROOT / "configs", ROOT / "docs"

GITHUB = "#0d1117"
"""The background of its pages in dark mode."""


def main() -> None:
    """Write every picture; if nothing has changed, the files are identical."""
    DOCS.mkdir(exist_ok=True)
    cosine = CONFIGS / "cosine.yml"
    save(draw([plan_run(cosine)]), DOCS / "cosine.png")
    pair = [plan_run(CONFIGS / f"compare_{name}.yml") for name in ("piecewise", "cosine")]
    save(draw(pair, title="Piecewise decay against cosine decay"), DOCS / "piecewise_vs_cosine.png")
    warmups = [plan_run(cosine, [f"Optimizer.lr.warmup_epoch={epochs}"]) for epochs in (0, 2, 5)]
    save(draw(warmups, title="Cosine with 0, 2 and 5 epochs of warmup"), DOCS / "warmup.png")
    save(draw([plan_run(CONFIGS / "rec_lcnet.yml")]), DOCS / "groups.png")
    settings = ["momentum={name: OneCycle}", "regularizer={name: Cosine, start: 1e-5, end: 1e-4}"]
    one_cycle = plan_run(CONFIGS / "one_cycle.yml", [f"Optimizer.{setting}" for setting in settings])
    beside = {"weight decay": [one_cycle.weight_decay], "momentum": [one_cycle.momentum]}
    save(draw([one_cycle], beside=beside), DOCS / "momentum.png")

    use_style("dark_background")  # from here on
    STYLE.update(
        {"figure.facecolor": GITHUB, "axes.facecolor": GITHUB, "savefig.facecolor": GITHUB, "grid.color": "#30363d"}
    )
    save(draw([plan_run(cosine)]), DOCS / "cosine_dark.png")


if __name__ == "__main__":
    argparse.ArgumentParser(description=__doc__).parse_args()
    main()
