"""Every rule with its code: its severity, why it matters, an example, a source. One place for
`ppocr-lr explain`, the table in docs/check.md and the severity of each finding.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any, NamedTuple, TypeVar

from ppocr_lr.check.selection import code_of
from ppocr_lr.check.subject import Subject
from ppocr_lr.errors import SECTION_PATH, LRConfigError, nearest
from ppocr_lr.finding import Finding, Severity
from ppocr_lr.language import tr

Find = TypeVar("Find", bound=Callable[..., Iterable[Finding]])


class Rule(NamedTuple):
    """One kind of finding, and what finds it."""

    code: str
    severity: Severity
    title: str
    example: str
    source: str
    find: Callable[[Any], Iterable[Finding]]
    about: type
    """What it looks at."""
    of_paddleocrs_builder: bool = False
    """It applies only to PaddleOCR's builder, and is skipped where another one trains."""

    @property
    def why(self) -> str:
        """What it means, and why it matters: the docstring of the function."""
        return " ".join((inspect.getdoc(self.find) or "").split())

    @property
    def family(self) -> str:
        """The rules that it belongs to: the module of the function."""
        return self.find.__module__.rpartition(".")[2]

    def found(self, finding: Finding) -> Finding:
        """`finding` with this rule's code and severity."""
        return finding._replace(code=self.code, severity=self.severity)

    def __call__(self, about: Any) -> Iterator[Finding]:
        """What the rule finds in `about`."""
        yield from map(self.found, self.find(about))

    def explanation(self) -> tuple[str, ...]:
        """Its lines in `ppocr-lr explain`."""
        severity, family, title = tr(str(self.severity)), tr(self.family), tr(self.title)
        head = tr(
            "{code} ({severity}, {family}): {title}", code=self.code, severity=severity, family=family, title=title
        )
        return head, "", tr(self.why), "", f"{tr('example: ')}{self.example}", f"{tr('source:  ')}{self.source}"


RULES: dict[str, Rule] = {}
"""By code. `check/rules` fills it."""


def explain(code: str) -> str:
    """What a finding with this code means, why it matters, an example and its source.

    Args:
        code: such as `LR401`, `lr401` or `401`; or the title of a finding.

    Raises:
        LRConfigError: there is no such code; names those of its kind, those with such a title, or the families.
    """
    titles = {title: known for known, rule in sorted(RULES.items()) for title in (rule.title, tr(rule.title))}
    spelt = titles.get(code) or code_of(code)
    if found := RULES.get(spelt):
        return "\n".join(found.explanation())
    meant = nearest(code, list(titles)) or [title for title in titles if code.casefold() in title.casefold()]
    if family := [known for known in sorted(RULES) if known.startswith(spelt[:3].upper())]:
        others = tr("the codes of this kind are {codes}; ppocr-lr explain lists all", codes=", ".join(family))
    elif meant:
        names = (tr("{code} ({title})", code=titles[title], title=tr(title)) for title in meant)
        others = tr("did you mean {names}?", names=tr(", ").join(names))
    else:
        families = ", ".join(sorted({known[:3] for known in RULES}))
        others = tr("the families are {codes}; ppocr-lr explain lists all", codes=families)
    raise LRConfigError(tr("{code}: there is no such code; {others}", code=code, others=others))


def example(text: str) -> Callable[[Find], Find]:
    """What the rule finds, in a config or on a command line."""
    return partial(_with_note, "example", text)


def source(text: str) -> Callable[[Find], Find]:
    """Where to read about what the rule finds."""
    return partial(_with_note, "source", text)


def _with_note(note: str, text: str, find: Find) -> Find:
    setattr(find, note, text)
    return find


def rule(
    code: str, severity: Severity, title: str, *, of_paddleocrs_builder: bool = False
) -> Callable[[Callable[[Any], Iterable[Finding]]], Rule]:
    """Make a function the rule that finds `code`; its docstring says why that matters, and below this decorator come
    those with its `example` and its `source`.

    The function yields findings without code or severity. It gets what its parameter is annotated with: a `Subject`, or
    a `CurveSubject` if it needs a curve.

    Raises:
        ValueError: the code is taken.
    """

    def declare(find: Callable[[Any], Iterable[Finding]]) -> Rule:
        if code in RULES:
            raise ValueError(f"{code} is already found by {RULES[code].find.__name__}")
        about, _ = inspect.get_annotations(find, eval_str=True).values()
        notes = vars(find)
        RULES[code] = Rule(code, severity, title, notes["example"], notes["source"], find, about, of_paddleocrs_builder)
        return RULES[code]

    return declare


def findings_about(thing: object) -> Iterator[Finding]:
    """What the rules find that look at things of this kind; in a run also what was noticed as its section was read."""
    remarks, trains_here = tuple[Finding, ...](), False
    if isinstance(thing, Subject):
        remarks, trains_here = thing.planned.parsed.remarks, thing.trains_here
    for each in RULES.values():
        if isinstance(thing, each.about) and not (each.of_paddleocrs_builder and trains_here):
            yield from (each.found(remark.under(*SECTION_PATH)) for remark in remarks if remark.code == each.code)
            yield from each(thing)
