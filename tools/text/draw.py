"""Render the images, in a separate environment with trdg: python draw.py FOLDER

Numbers to be read (`rec`), and words that are upright or upside down (`cls`). No text of the test set is in the
training set.
"""

from __future__ import annotations

import random
import sys
from pathlib import Path

import numpy as np
import trdg
from trdg.generators import GeneratorFromStrings

TRAIN, TEST = 2000, 500


def numbers(rng: random.Random) -> list[str]:
    """Numbers of two to four digits, each once."""
    found: dict[str, None] = {}
    while len(found) < TRAIN + TEST:
        found["".join(rng.choices("0123456789", k=rng.choice([2, 3, 4])))] = None
    return list(found)


def words(rng: random.Random) -> list[str]:
    """English words of four to seven letters, each once."""
    lines = (Path(trdg.__file__).parent / "dicts" / "en.txt").read_text(encoding="utf-8").split()
    known = sorted({line.lower() for line in lines if line.isascii() and line.isalpha() and 4 <= len(line) <= 7})
    return rng.sample(known, TRAIN + TEST)


def draw(folder: Path, texts: list[str], fonts: list[str], rng: random.Random, *, turned: bool) -> None:
    """Write the images and their label files, as PaddleOCR reads them."""
    for name, part in {"train": texts[:TRAIN], "test": texts[TRAIN:]}.items():
        (folder / name).mkdir(parents=True, exist_ok=True)
        lines = []
        for index, text in enumerate(part):
            look = {"fonts": [rng.choice(fonts)], "size": 32, "text_color": "#000000,#888888", "background_type": 1}
            picture, _ = next(GeneratorFromStrings([text], count=1, skewing_angle=2, random_skew=True, **look))
            label = text
            if turned:
                label = rng.choice(["0", "180"])
                picture = picture.rotate(int(label))
            picture.convert("L").save(folder / name / f"{index}.png")
            lines.append(f"{name}/{index}.png\t{label}\n")
        (folder / f"{name}.txt").write_text("".join(lines), encoding="utf-8")  # last: with it the set is whole


def main() -> None:
    """Write both sets, the same ones each time."""
    folder = Path(sys.argv[1])
    fonts = sorted(map(str, (Path(trdg.__file__).parent / "fonts" / "latin").iterdir()))
    for name, texts, turned in (("rec", numbers, False), ("cls", words, True)):
        rng = random.Random(name)
        random.seed(name)  # trdg's own: skew and colour
        np.random.seed(0)  # and its background
        draw(folder / name, texts(rng), fonts, rng, turned=turned)
    (folder / "digits.txt").write_text("".join(f"{digit}\n" for digit in range(10)), encoding="utf-8")


if __name__ == "__main__":
    main()
