"""Whatever a comment, a docstring, SQL, a page or a document cites can be opened at the place that it names.

The forms stand in docs/sources.md; there are no others, so that a reader never wonders which book a "default 22" is in.
"""

from __future__ import annotations

import io
import re
import tokenize
from functools import cache
from pathlib import Path

import pytest

from tests.house.source import ROOT, files, shown

DOCS = ROOT / "docs"
# Their places have numbers; every other document is cited as a whole, or by a heading in quotation marks.
NUMBERED = ("rules.md", "decisions.md", "contract.md", "draw.md")
KINDS = (".py", ".sql", ".html", ".txt", ".toml", ".cfg", ".css", ".js", ".md")

_PLACE = r"(?:\d+(?:\.\d+)*|[GPX]\d+)(?![\w.]*\w)"
_BY_NUMBER = re.compile(rf"\b({'|'.join(map(re.escape, NUMBERED))})( {_PLACE}(?:(?:, | and | to ){_PLACE})*)?(?!#)")
_BY_HEADING = re.compile(r"\b([\w-]+\.md)[`)]*,? \"([^\"]+)\"")
_DOCUMENT = re.compile(r"(?<![\w*.])((?:[\w.-]+/)*[\w-]+\.md)\b")
_ADR = re.compile(r"\bADR[ -]?(\d*)")
# What stood in comments before the documents were published, or would be as hard to find.
_UNKNOWN_FORMS = {
    "a default": r"\bdefaults? (?:[A-Z]|#?\d+)\b(?!:)",
    "an example": r"\bexamples? \d+",
    "a decision": r"\bdecisions? \d+",
    "a section": r"\b[Ss]ections? \d+|§",
    "a rule": r"\brules? \d+\b",
    "a draft": r"\bdrafts? [A-Z]\b",
    "a gap or a step": r"\b[GPX]\d{1,2}\b",
    "a book": r"\brule book\b|\bpartner-api \d|\bthe design,|\bthe model,",
    "a mark": r"\b(?:INFERRED|PROPOSED|SEEN)\b",
    "a bare number": r"\(\d{1,2}\.\d{1,2}(?:\)|[,;] )",
}
# Lessons are the demo's world: what stands in a cell of somebody's sheet cites nothing.
_LESSONS = "lessons"
# Other people's documents, by their own numbering.
_FOREIGN = re.compile(r"\b(?:RFC \d+|OpenAPI [\d.]+|Perpres|Permenko)[^.;)]{0,40}")


def _python(text: str) -> list[str]:
    """Comments, neighbouring lines as one, and strings."""
    found: list[str] = []
    last = -1
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT:
            words = token.string.lstrip("#").strip()
            if last == token.start[0] - 1 and found:
                found[-1] += " " + words
            else:
                found.append(words)
            last = token.start[0]
        elif token.type in (tokenize.STRING, getattr(tokenize, "FSTRING_MIDDLE", -1)):
            found.append(token.string)
    # A file's name alone is opened, not cited.
    return [text for text in found if not re.fullmatch(r"[\"'][\w-]+\.md[\"']", text)]


@cache
def passages(path: Path) -> list[str]:
    """What people read in a file, every passage on one line."""
    if path.parent.name == _LESSONS:
        return []
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".py":
        parts = _python(text)
    elif path.suffix == ".md":
        parts = re.sub(r"```.*?```", "", text, flags=re.S).split("\n\n")
    else:
        parts = re.sub(r"^[ \t]*(?:--|#|//|\*)", "", text, flags=re.M).split("\n\n")
    return [re.sub(r"\s+", " ", part) for part in parts]


@cache
def places(name: str) -> frozenset[str]:
    return frozenset(re.findall(r'<a id="([^"]+)"></a>', (DOCS / name).read_text(encoding="utf-8")))


@cache
def headings(name: str) -> frozenset[str]:
    return frozenset(re.findall(r"^#+ (.*)$", (DOCS / name).read_text(encoding="utf-8"), re.M))


def _exists(name: str, beside: Path) -> bool:
    return any((folder / name).is_file() for folder in (DOCS, ROOT, beside.parent))


def complaints(text: str, beside: Path) -> list[str]:
    """What is wrong with the citations of one passage that stands in `beside`."""
    found = [f"no such document: {name}" for name in _DOCUMENT.findall(text) if not _exists(name, beside)]
    for name, cited in _BY_NUMBER.findall(text):
        if not cited and beside.suffix != ".md":
            found.append(f"no place named: {name}")
        found += [f"no such place: {name} {place}" for place in re.findall(_PLACE, cited) if place not in places(name)]
    for name, heading in _BY_HEADING.findall(text):
        if (DOCS / name).is_file() and heading not in headings(name):
            found.append(f'no such heading: {name} "{heading}"')
    for number in _ADR.findall(text):
        if not list((DOCS / "adr").glob(f"{number}-*.md")) if len(number) == 4 else number:
            found.append(f"no such decision: ADR {number}")
    rest = _FOREIGN.sub("", _BY_HEADING.sub("", _BY_NUMBER.sub("", text)))
    if beside.parent != DOCS or beside.name not in (*NUMBERED, "sources.md"):
        found += [
            f"not a form that resolves ({kind}): {match.group()} in “{rest[max(0, match.start() - 40) : match.end() + 20]}”"
            for kind, pattern in _UNKNOWN_FORMS.items()
            for match in re.finditer(pattern, rest)
        ]
    return found


def _cited() -> list[Path]:
    here = Path(__file__)
    return [path for path in files(*KINDS) if "/locale/" not in str(path) and path != here]


@pytest.mark.parametrize("top", ["src", "tests", "examples", "tools", "bench", "docs", ""])
def test_every_citation_resolves(top: str) -> None:
    mine = [path for path in _cited() if (path.relative_to(ROOT).parts[0] == top if top else path.parent == ROOT)]
    assert mine
    wrong = [f"{shown(path)}: {one}" for path in mine for text in passages(path) for one in complaints(text, path)]
    assert wrong == []


def test_sources_in_brackets_stand_in_the_bibliography() -> None:
    listed = set(re.findall(r"^\| ([\w-]+) \|", (DOCS / "sources.md").read_text(encoding="utf-8"), re.M))
    cited = set(
        re.findall(
            r"\[([a-z]\w*(?:-\w+)+|skillacademy|mustikaraja|datapribadi|dppkspsi)\](?!\()",
            (DOCS / "rules.md").read_text(),
        )
    )
    assert len(cited) > 100
    assert cited - listed == set()


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("As programme.md 5.4 says.", "no such document: programme.md"),
        ("(rules.md 5.44)", "no such place: rules.md 5.44"),
        ("(rules.md 5.3, 14.99)", "no such place: rules.md 14.99"),
        ("(rules.md)", "no place named: rules.md"),
        ("(decisions.md, deadline)", "no place named: decisions.md"),
        ('(architecture.md "Hot cakes")', 'no such heading: architecture.md "Hot cakes"'),
        ("(ADR 9999)", "no such decision: ADR 9999"),
        ("(ADR 12)", "no such decision: ADR 12"),
        ("The review cut-off has passed (default 22).", "not a form that resolves (a default)"),
        ("(worked example 3)", "not a form that resolves (an example)"),
        ("closed for life (P10)", "not a form that resolves (a gap or a step)"),
        ("(5.3, end)", "not a form that resolves (a bare number)"),
    ],
)
def test_a_citation_that_leads_nowhere_is_found(text: str, complaint: str) -> None:
    assert [one for one in complaints(text, ROOT / "src" / "prakerja" / "some.py") if one.startswith(complaint)]


@pytest.mark.parametrize(
    "text",
    ["rules.md 5.4, 14.1 and 12.5", "contract.md 2.1 to 2.5; decisions.md 58", "contract.md G4", "rules.md P10", "ADR 0012",
     'architecture.md "Hot calls"', "contract.md 2.14 c", "RFC 9110, section 5.3", "docs/money.md", "0.5 of 12.5 s"],
)  # fmt: skip
def test_a_citation_that_resolves_is_left_alone(text: str) -> None:
    assert complaints(text, ROOT / "src" / "prakerja" / "some.py") == []
