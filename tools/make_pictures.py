"""Makes the pictures of the README, of docs/commands.md and of docs/groups.md: python tools/make_pictures.py"""

from __future__ import annotations

from pathlib import Path

from ppocr_lr.plotting.figure import draw, save
from ppocr_lr.training_config.plan import plan_run

ROOT = Path(__file__).parent.parent
CONFIGS, DOCS = ROOT / "configs", ROOT / "docs"


def main() -> None:
    """Write every picture; each is the same file when nothing has changed."""
    DOCS.mkdir(exist_ok=True)
    cosine = CONFIGS / "cosine.yml"
    save(draw([plan_run(cosine)]), DOCS / "cosine.png")
    pair = [plan_run(CONFIGS / f"compare_{name}.yml") for name in ("piecewise", "cosine")]
    save(draw(pair, title="Piecewise decay against cosine decay"), DOCS / "piecewise_vs_cosine.png")
    warmups = [plan_run(cosine, [f"Optimizer.lr.warmup_epoch={epochs}"]) for epochs in (0, 2, 5)]
    save(draw(warmups, title="Cosine with 0, 2 and 5 epochs of warmup"), DOCS / "warmup.png")
    save(draw([plan_run(CONFIGS / "rec_lcnet.yml")]), DOCS / "groups.png")


if __name__ == "__main__":
    main()
