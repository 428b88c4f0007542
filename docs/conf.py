"""The site of these pages: sphinx-build -W -n -b html docs output/site (extra `docs`)."""

from __future__ import annotations

import re
import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

from site_pages import README, page_of_code, write_pages  # noqa: E402
from sphinx.search import languages  # noqa: E402
from sphinx.search.en import SearchEnglish  # noqa: E402

from ppocr_lr import __version__  # noqa: E402

write_pages(HERE.parent, HERE / "site")

project = "ppocr_lr"
author = "The ppocr_lr developers"
release = version = __version__
html_title = f"ppocr_lr {version}"
html_show_copyright = False

extensions = ["myst_nb", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
myst_enable_extensions = ["attrs_block", "deflist"]
nb_execution_mode = "force"  # a notebook is in git without what it prints
nb_execution_raise_on_error = True
nb_merge_streams = True
myst_heading_anchors = 6  # as GitHub makes them
smartquotes = False  # -- is the beginning of a flag
highlight_language = "none"
suppress_warnings = ["misc.highlighting_failure"]  # JSON and shell with an ellipsis

html_theme = "furo"
html_static_path = ["static"]
html_css_files = ["site.css"]
html_copy_source = False
html_theme_options = {"navigation_with_keys": True}
templates_path: list[str] = []
pygments_style = "default"
pygments_dark_style = "github-dark"

# The Python interface, as its docstrings have it. Paddle is not needed for that.
autodoc_mock_imports = ["paddle"]
autodoc_typehints = "description"
autodoc_typehints_description_target = "documented_params"
autodoc_member_order = "bysource"
autodoc_preserve_defaults = True
# Of Python and other libraries; no page of theirs is asked for at build time. Only type checkers know the short names.
nitpick_ignore_regex = [
    ("py:.*", r"(collections\.abc|pathlib|numpy|np)\.\w+"),
    ("py:class", "ArrayLike|Axes|Axis|ConfigDict|Given|GradScaler|LRScheduler|Layer|Model|NDArray|Optimizer|Ramp"),
    ("py:class", r"ppocr_lr\.training_config\.run_flags\.LoggedLength"),  # what only commands hand over
]


def for_the_site(app: object, docname: str, source: list[str]) -> None:
    """Links to the README lead to its page of the site, and the way back to it is the sidebar."""
    text = re.sub(r"^\[(?:README|中文首页)\]\((?:\.\./)+README(?:_ch)?\.md\) · ", "", source[0], flags=re.MULTILINE)
    depth = docname.count("/")
    text = re.sub(r"\]\((?:\.\./)+(\w+\.md)", lambda link: _link(link, depth), text)
    codes = re.compile(r"^\| (?:LR\d+,? )+", re.MULTILINE)  # a row that begins with some
    source[0] = codes.sub(lambda row: re.sub(r"LR\d+", lambda code: _code(code[0], depth), row[0]), text)


def _code(code: str, depth: int) -> str:
    """A code at the beginning of a row leads to what `ppocr-lr explain` says."""
    return f"[{code}]({'../' * depth}site/{page_of_code(code)}.md#{code.lower()})"


def _link(link: re.Match[str], depth: int) -> str:
    page = README.get(link[1])
    return f"]({'../' * depth}site/{page}.md" if page else link[0]


def language_of_the_page(
    app: object, pagename: str, template: str, context: dict[str, object], doctree: object
) -> None:
    """For screen readers, hyphenation and the choice of glyphs; Sphinx leaves the level of a sidebar's headings out."""
    tree = str(context["furo_navigation_tree"])
    context["furo_navigation_tree"] = tree.replace('role="heading"', 'role="heading" aria-level="2"')
    if pagename.startswith("zh/") or pagename.endswith("-zh"):
        context["language"] = "zh-CN"


def _breaks(code: re.Match[str]) -> str:
    return re.sub(r"/|(?<=[A-Za-z])\.(?=\w+\.)", r"\g<0><wbr>", code[0])


def for_narrow_screens(app: object, pagename: str, template: str, context: dict[str, object], tree: object) -> None:
    """A line breaks in a path or a key, where no browser would, but not at ±; a picture leads to its full size."""
    body = str(context.get("body", ""))
    body = re.sub(r"(?<=\d) (?:± [\d.]+( %)?|%(?=[\s.,:;)<]))", lambda found: found[0].replace(" ", "&#160;"), body)
    body = re.sub(r"(?<=</span>)(--[a-z][\w-]*)", r'<span class="flag">\1</span>', body)
    body = re.sub(r'(?<=<span class="pre">)[^<]+', _breaks, body)
    body = re.sub(r'(?<=<p>)<img [^>]*src="([^"]+)"[^>]*>', r'<a href="\1">\g<0></a>', body)
    body = re.sub(r"(</em>(?:</a>)?\)|</strong>(?:</a>)?) -- ", r"\1 – ", body)  # of the fields of a docstring
    context["body"] = re.sub(r'<span class="pre">(?=--?[a-z])', '<span class="pre flag">', body)


class EnglishAndChinese(SearchEnglish):
    """Finds Chinese words of two characters too: the search looks for parts of a word from three on."""

    def split(self, text: str) -> list[str]:
        """The words, and each pair of Chinese characters in them."""
        words = super().split(text)
        return words + [pair for word in words for pair in re.findall(r"(?=([\u4e00-\u9fff]{2}))", word)]


languages["en"] = EnglishAndChinese


def code_in_docstrings(app: object, what: str, name: str, thing: object, options: object, lines: list[str]) -> None:
    """Code between single backticks, as in Markdown; before napoleon, which takes what is before a colon for a type."""
    if lines and lines[0].startswith("Alias for field number"):  # Python's words for what has none
        lines.clear()
    first = ["\\ "] if what in ("attribute", "property") else []
    lines[:] = first + re.sub(r"(?<!`)`([^`]+)`(?!`)", r"``\1``", "\n".join(lines)).split("\n")


def setup(app: object) -> None:
    """Sphinx calls it."""
    app.connect("source-read", for_the_site)  # type: ignore[attr-defined]
    app.connect("autodoc-process-docstring", code_in_docstrings, priority=100)  # type: ignore[attr-defined]
    app.connect("html-page-context", language_of_the_page, priority=900)  # type: ignore[attr-defined]
    app.connect("html-page-context", for_narrow_screens)  # type: ignore[attr-defined]
