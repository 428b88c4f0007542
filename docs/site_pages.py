"""The pages of the site that have their source elsewhere: README, rules, argparse, models, docstrings."""

from __future__ import annotations

import argparse
import inspect
import re
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from types import ModuleType
from typing import Any

from pydantic import TypeAdapter, ValidationError

import ppocr_lr
from ppocr_lr.check.rules import RULES
from ppocr_lr.cli.main import COMMANDS, _parser

README = {
    "README.md": "quick-start",
    "README_ch.md": "quick-start-zh",
    "CONTRIBUTING.md": "contributing",
    "CHANGELOG.md": "changelog",
    "SECURITY.md": "security",
}
"""Pages of the root folder, and what they are called on the site."""


TYPES = (
    "finding.Change",
    "finding.Severity",
    "finding.Proposal",
    "find_rate.measured.Choice",
    "find_rate.measured.Stretch",
    "errors.Place",
    "lr_config.base.InIterations",
    "lr_config.base.LedPlateau",
    "lr_config.kinds.Ours",
    "lr_config.length.Length",
    "lr_config.parse.ParsedLRConfig",
    "schedules.base.Corners",
    "schedules.base.End",
    "schedules.base.Lead",
    "schedules.shapes.Shape",
    "training_config.epoch_length.EpochLength",
    "training_config.groups.Group",
    "training_config.plan.Reduction",
    "training_config.plan.Simulation",
)
"""What the public names take and give; Sphinx names one that is missing here."""


def write_pages(root: Path, folder: Path) -> None:
    """Write them into `folder`; a page that has not changed keeps its time, so that Sphinx need not read it again."""
    pages = {name: _of_the_root((root / file).read_text(encoding="utf-8")) for file, name in README.items()}
    pages |= {"commands": _commands(), "keys": _keys(), "python": _python(), **_findings()}
    folder.mkdir(exist_ok=True)
    for old in folder.glob("*.md"):
        if old.stem not in pages:
            old.unlink()
    for name, text in pages.items():
        path = folder / f"{name}.md"
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")


def _of_the_root(text: str) -> str:
    """A page of the root folder, with its links as they are from here; what the sidebar says is left out."""
    chinese = text.startswith("[English]")
    text = text[text.index("# ") :].replace("# ppocr_lr\n", f"# {'快速上手' if chinese else 'Quick start'}\n", 1)
    text = text.partition("\n## Where to read on\n")[0]
    text = re.sub(r"<picture>.*?</picture>", _picture, text, flags=re.DOTALL)
    text = text.replace("](docs/", "](../")
    return re.sub(r"\]\((\w+\.md)", lambda link: f"]({README.get(link[1], link[1])}.md", text).rstrip() + "\n"


def _picture(html: re.Match[str]) -> str:
    """The one of two pictures that fits the look of the page, as furo tells them apart."""
    sources = re.findall(r'(?:srcset|src)="docs/(.+?)"', html[0])
    alt = re.findall(r'alt="(.+?)"', html[0])[0]
    looks = zip(sources, ("only-dark", "only-light"), strict=True)
    return "\n\n".join(f"```{{image}} ../{source}\n:alt: {alt}\n:class: {look}\n```" for source, look in looks)


def page_of_code(code: str) -> str:
    """The page that a finding stands on."""
    return f"findings-{RULES[code].family}"


def _findings() -> dict[str, str]:
    """A page for each family of codes."""
    rules = sorted(RULES.values(), key=lambda rule: (rule.family, rule.code))
    pages = {}
    for members in (list(family) for _, family in groupby(rules, lambda rule: rule.family)):
        module = inspect.getmodule(members[0].find)
        codes, _, title = (inspect.getdoc(module) or "").partition("\n")[0].rstrip(".").partition(": ")
        lines = [
            f"# {codes}: {title}",
            "",
            "Findings of `ppocr-lr check`, with what `ppocr-lr explain` says about them.",
            "",
        ]
        for rule in members:
            lines += [f"## {rule.code}", "", f"**{rule.title}** · {rule.severity}", "", _prose(rule.why), ""]
            lines += [f"Example: `{rule.example}`", "", f"Source: {_linked(_prose(rule.source))}", ""]
        pages[page_of_code(members[0].code)] = "\n".join(lines)
    return pages


def _prose(text: str) -> str:
    """Plain text as Markdown: code stays code, and nothing else has a meaning."""
    parts = re.split(r"(`[^`]*`)", text)
    return "".join(part if part.startswith("`") else re.sub(r"([\\*_\[\]<>#|])", r"\\\1", part) for part in parts)


def _linked(source: str) -> str:
    """Papers, and threads as in `PaddleOCR #72 \\#3622`, lead to their pages."""
    source = re.sub(r"arXiv (\d{4}\.\d{4,5})", r"[\g<0>](https://arxiv.org/abs/\1)", source)
    return re.sub(r"\b([a-zA-Z]+)((?: \\#\d+)+)", _threads, source)


def _threads(found: re.Match[str]) -> str:
    owner = "PaddlePaddle" if found[1].startswith("Paddle") else "huggingface"
    page = f"https://github.com/{owner}/{found[1]}/issues"
    return found[1] + re.sub(r"\\#(\d+)", rf"[\\#\1]({page}/\1)", found[2])


def _commands() -> str:
    """What `--help` says, of every command."""
    chosen = next(action for action in _parser(())._actions if isinstance(action, argparse._SubParsersAction))
    lines = ["# Options of every command", "", "What `ppocr-lr COMMAND --help` prints.", ""]
    for name in COMMANDS:
        command = chosen.choices[name]
        lines += [f"## ppocr-lr {name}", "", _prose(command.description), ""]
        for group in command._action_groups:
            options = [
                option for option in group._group_actions if option.dest != "help" and option.help != argparse.SUPPRESS
            ]
            lines += [f"**{group.title}**", "", *_options(command.prog, options)] if options else []
        lines += ["```text", command.epilog.rstrip(), "```", ""] if command.epilog else []
    return "\n".join(lines)


def _options(program: str, options: list[argparse.Action]) -> Iterator[str]:
    formatter = argparse.HelpFormatter(program, width=1000)
    for option in options:
        names = formatter._format_action_invocation(option).split(", -")
        yield ", ".join(f"`{name}`" for name in (names[0], *(f"-{other}" for other in names[1:])))
        yield f": {_prose(formatter._expand_help(option))}"
        yield ""


def _keys() -> str:
    """The keys that are read outside `Optimizer.lr`."""
    schema = ppocr_lr.config_schema()
    lines = [
        "# Keys of a config",
        "",
        "The keys of a training YAML that this project reads; it ignores all others.",
        "Those of `Optimizer.lr` are on the pages [Schedules](../schedules.md) and [Gallery](../gallery.md).",
        "",
    ]
    for name, section in schema["properties"].items():
        lines += [f"## {name}", "", section["description"], "", "| key | default | meaning |", "|---|---|---|"]
        lines += [f"| `{key}` | {default} | {words} |" for key, default, words in _rows(section)] + [""]
    return "\n".join(lines)


def _rows(section: dict[str, Any], path: str = "") -> Iterator[tuple[str, str, str]]:
    for name, key in section["properties"].items():
        inner = key.get("properties") if (path + name) not in ("lr", "regularizer") else None
        if inner:
            yield from _rows(key, f"{path}{name}.")
        else:
            required = name in section.get("required", ())
            default = "required" if required else f"`{str(key['default']).lower()}`" if "default" in key else "–"
            yield f"{path}{name}", default, _prose(key.get("description", ""))


def _python() -> str:
    """Every name of `ppocr_lr`, by autodoc."""
    lines = [
        "# Python interface",
        "",
        "Everything that `import ppocr_lr` offers. An update is one step of the optimizer, counted from 0.",
        "",
        "Examples that run are on the pages [Training](../training.md), [Check](../check.md#from-python),",
        "[Notebooks](../notebooks.md), [Groups](../groups.md#groups-of-your-own),",
        "[Resume](../resume.md#any-state-into-any-scheduler) and [Range test](../range_test.md). The formulas of the",
        "schedules are in the [Gallery](../gallery.md).",
        "",
    ]
    kinds: dict[str, list[str]] = {"Functions": [], "Classes": [], "Errors and warnings": [], "Modules": []}
    for name in sorted(ppocr_lr.__all__, key=str.lower):
        thing = getattr(ppocr_lr, name)
        if inspect.ismodule(thing):
            kinds["Modules"] += [f"### ppocr_lr.{name}", "", _prose(inspect.getdoc(thing) or ""), "", *_contents(thing)]
        elif inspect.isclass(thing):
            error = issubclass(thing, Exception)
            kinds["Errors and warnings" if error else "Classes"] += [
                f"### {name}", "", f"```{{eval-rst}}\n.. auto{'exception' if error else 'class'}:: ppocr_lr.{name}",
                "   :members:", "   :inherited-members: BaseModel, BaseException, tuple",
                "   :special-members: __call__", "   :exclude-members: model_config", "```", "",
            ]  # fmt: skip
        else:
            kinds["Functions"] += [f"### {name}", "", f"```{{eval-rst}}\n.. autofunction:: ppocr_lr.{name}\n```", ""]
    kinds["Types that these take and return"] = [
        f"```{{eval-rst}}\n.. autoclass:: ppocr_lr.{name}\n   :members:\n```\n" for name in TYPES
    ]
    for title, entries in kinds.items():
        lines += [f"## {title}", "", *entries]
    return "\n".join(lines)


def _contents(module: ModuleType) -> list[str]:
    """What a section of one's own takes from `kinds` or `envelope`: what a type allows, which keys come together."""
    public = {name: thing for name, thing in vars(module).items() if not name.startswith("_")}
    rows = [f"| `{name}` | {_allowed(thing)} |" for name, thing in public.items() if hasattr(thing, "__metadata__")]
    if rows:
        return ["| type | what is allowed |", "|---|---|", *rows, ""]
    groups = {name: thing for name, thing in public.items() if name.isupper()}
    rows = [f"| `{name}` | {', '.join(f'`{key}`' for key in keys)} |" for name, keys in groups.items()]
    return ["| name | its keys |", "|---|---|", *rows, ""]


def _allowed(kind: Any) -> str:
    """As the error for a value says it that no key takes."""
    try:
        TypeAdapter(kind).validate_python({})
    except ValidationError as error:
        return str(error.errors()[0]["ctx"]["allowed"])
    raise TypeError(f"{kind} takes anything")
