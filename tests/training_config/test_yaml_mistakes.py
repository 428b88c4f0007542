from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ppocr_lr import LRConfigError
from ppocr_lr.training_config.yaml_file import read_yaml_text

CONFIG = """\
Global:
  epoch_num: 500  # 训练轮数
  character_dict_path: ppocr/utils/dict.txt
Optimizer:
  name: Adam
  lr:
    name: Piecewise
    decay_epochs: [700, 800]
    values: [0.001, 0.0001]
    warmup_epoch: 5
Train:
  dataset:
    transforms:
      - DecodeImage:
          img_mode: BGR
"""

MISTAKES = [
    ("name: Piecewise", "name:Piecewise", "space is missing after the colon; write 'name: Piecewise'"),
    ("warmup_epoch: 5", "warmup_epoch:5", "space is missing after the colon; write 'warmup_epoch: 5'"),
    (
        "character_dict_path: ppocr",
        "character_dict_path:/data/ppocr",
        "space is missing .* 'character_dict_path: /data",
    ),
    (
        "character_dict_path: ppocr",
        "character_dict_path:D:/ppocr",
        "space is missing .* 'character_dict_path: D:/ppocr",
    ),
    ("warmup_epoch: 5", "warmup_epoch：5", "full-width colon"),
    ("warmup_epoch: 5", "warmup_epoch 5", "c.yml:10:5: is not YAML: a colon is missing after warmup_epoch"),
    ("name: Adam", "name", "a colon is missing after name"),
    ("epoch_num: 500", "epoch_num： 500", "full-width colon"),
    ("[700, 800]", "[700, 800", r"the '\[' in line 8 is not closed"),
    ("[700, 800]", "{700: 800", "the '{' in line 8 is not closed"),
    ("[700, 800]", "[700, 800]]", r"the '\]' closes nothing"),
    ("name: Adam", "name: 'Adam", "the quote that opens in line 5 is not closed"),
    ("ppocr/utils/dict.txt", r'"D:\ocr\dict.txt"', "a backslash in double quotes"),
    ("BGR", "@x", "begins with '@' has to be in quotes"),
    ("BGR", "*.jpg", r"begins with '\*' has to be in quotes"),
    ("BGR", "*jpg", r"begins with '\*' has to be in quotes"),
    ("BGR", "*mode", r"nothing above is marked &mode, so \*mode stands for nothing"),
    ("BGR", "b: c", "': ' in it has to be in quotes"),
    ("    warmup_epoch", "   warmup_epoch", "indentation of the line, 3, matches no level"),
    ("    warmup_epoch", "     warmup_epoch", "indented further than the one above it"),
    ("    warmup_epoch", "\twarmup_epoch", "indented with a tab"),
    ("    values: [0.001, 0.0001]", "    - 0.001", "list items"),
    ("  name: Adam", "  ...", r"c.yml:5:3: is not YAML: '\.\.\.' stands for what an example leaves out"),
    ("  name: Adam", "  ...\n  # more\n\n  name: Adam", r"c.yml:5:3: is not YAML: '\.\.\.' stands for"),
    ("Train:", "...\n\nTrain:", r"c.yml:11:1: is not YAML: '\.\.\.' stands for"),
    ("Global:", "> Global:", "c.yml:1:1: is not YAML: the line begins with '>'"),
    ("Optimizer:", "> Optimizer:", "the line begins with '>'"),
    ("Train:", "---\nTrain:", "second document"),
    ("    decay_epochs", "\u00a0\u00a0\u00a0\u00a0decay_epochs", r"c.yml:8:1: .* indented with U\+00A0, which only looks like a space"),
    ("    values", "\u3000\u3000values", r"c.yml:9:1: .* indented with U\+3000, which only looks like a space"),
    ("DecodeImage:", "DecodeImage", "c.yml:14:9: is not YAML: a colon is missing after DecodeImage"),
    ("Global:\n  epoch_num: 500", " Global:\n  epoch_num: 500\n  custom_list:\n    - exp\nTrain:", "c.yml:5:1: .* the line, 0, matches no level"),
    ("[700, 800]", "{a: 1，b: 2}", "'，' is a full-width comma; write ', '"),
    ("Global:", "```yaml\nGlobal:", "c.yml:1:1: is not YAML: '```' is a mark of Markdown"),
    ("img_mode: BGR\n", "img_mode: BGR\n```\n", "c.yml:16:1: is not YAML: '```' is a mark of Markdown"),
    ("  name: Adam", "<<<<<<< HEAD\n  name: Adam\n=======\n  name: SGD\n>>>>>>> b", "c.yml:5:1: is not YAML: a merge conflict"),
    ("Global:", "<<<<<<< HEAD\nGlobal:", "c.yml:1:1: is not YAML: a merge conflict"),
    ("500  #", "{{ epochs }}  #", r"c.yml:2:15: is not YAML: '\{\{' begins what a template fills in"),
    ("500  #", "{{epochs|int}}  #", r"c.yml:2:15: is not YAML: '\{\{' begins what a template fills in"),
    ("Global:", "--- a/c.yml\n+++ b/c.yml\n@@ -1,3 +1,3 @@\n Global:", "c.yml:3:1: is not YAML: this is a patch"),
]  # fmt: skip


@pytest.mark.parametrize(("right", "wrong", "said"), MISTAKES, ids=[wrong.strip() for _, wrong, _ in MISTAKES])
def test_what_a_person_did_is_said(right: str, wrong: str, said: str) -> None:
    with pytest.raises(LRConfigError, match=said):
        read_yaml_text(CONFIG.replace(right, wrong), "c.yml")


@given(st.data())
def test_a_torn_config_gets_one_line(data: st.DataObject) -> None:
    begin = data.draw(st.integers(0, len(CONFIG)))
    end = data.draw(st.integers(begin, min(len(CONFIG), begin + 20)))
    put = data.draw(st.text("ab:：-[]{}'\"\\*&@#% \n\t|>?!,", max_size=6))
    torn = CONFIG[:begin] + put + CONFIG[end:]
    try:
        read_yaml_text(torn, "c.yml")
        said = ["c.yml:"]
    except LRConfigError as error:
        said = str(error).splitlines()
    assert [line[:6] for line in said] == ["c.yml:"]
