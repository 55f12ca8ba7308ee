#!/usr/bin/env python3
"""Keep the English of the pages: `update` the catalogue from the sources, `compile` it, `check` that nothing is missing.

Indonesian is the source language: the words in the code are the message ids, so a sentence that nobody translated
yet is shown in Indonesian. Babel does the work, because msgfmt is not on a fresh machine; compiled files are not committed.
"""

from __future__ import annotations

import argparse
import string
import sys
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
MAPPING = ROOT / "babel.cfg"
# Which catalogue holds the words of a source file: the longest of these folders that it stands in. The partners' door
# and the developer site have their own, because their readers are programmers and their words many.
CATALOGUES = {
    "src/prakerja/": ROOT / "src/prakerja/portal/locale/en/LC_MESSAGES/django.po",
    "src/prakerja/partner_api/": ROOT / "src/prakerja/partner_api/locale/en/LC_MESSAGES/django.po",
    "src/prakerja/developer_site/": ROOT / "src/prakerja/developer_site/locale/en/LC_MESSAGES/django.po",
}
KEYWORDS = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
}


def extracted() -> dict[Path, Catalog]:
    """Every message of the sources, in a fresh catalogue for each of ours."""
    # babel.cfg names template_words, which stands beside this file, wherever we were started from.
    if str(Path(__file__).parent) not in sys.path:
        sys.path.append(str(Path(__file__).parent))
    with MAPPING.open(encoding="utf-8") as file:
        methods, options = parse_mapping_cfg(file)
    found = {path: Catalog(project="Prakerja", locale="en") for path in CATALOGUES.values()}
    for name, _line, message, comments, context in extract_from_dir(
        ROOT, method_map=methods, options_map=options, keywords=KEYWORDS, directory_filter=wanted
    ):
        # File names without line numbers: an edit above a sentence must not change the catalogue.
        folder = max((folder for folder in CATALOGUES if name.startswith(folder)), key=len)
        found[CATALOGUES[folder]].add(message, None, [(name, 0)], auto_comments=comments, context=context)
    return found


def wanted(folder: str) -> bool:
    """Which folders are read: ours, not what tools left beside them."""
    inside = Path(folder).relative_to(ROOT).parts
    return not inside or inside[0] == "src"


def stored(path: Path) -> Catalog:
    """A committed catalogue; empty before the first `update`."""
    if not path.exists():
        return Catalog(project="Prakerja", locale="en")
    with path.open("rb") as file:
        return read_po(file, locale="en", domain="django")


def update() -> int:
    """Bring the catalogues up to the sources: new sentences come in empty, gone ones go."""
    for path, sources in extracted().items():
        catalogue = stored(path)
        catalogue.update(sources, no_fuzzy_matching=True)
        catalogue.obsolete.clear()
        catalogue.header_comment = "# English of the pages and messages. Made by tools/translations.py update."
        catalogue.fuzzy = False
        # A fixed date: otherwise every update would change the file.
        catalogue.creation_date = catalogue.revision_date = datetime(2021, 9, 27, tzinfo=UTC)
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            write_po(file, catalogue, width=110, sort_output=True, omit_header=False, include_lineno=False)
        missing = [message for message in catalogue if message.id and not is_translated(message)]
        print(f"{path.relative_to(ROOT)}: {len(catalogue)} sentences, {len(missing)} without English", file=sys.stderr)
    return 0


def compile_catalogue() -> int:
    """Write the compiled files beside the catalogues, where they are missing or older."""
    for path in CATALOGUES.values():
        target = path.with_suffix(".mo")
        if not path.exists() or (target.exists() and target.stat().st_mtime >= path.stat().st_mtime):
            continue
        fresh = target.with_suffix(".mo.new")
        with fresh.open("wb") as file:
            write_mo(file, stored(path))
        fresh.replace(target)
    return 0


def check() -> int:
    """Fail on a sentence that is missing, untranslated, fuzzy, superfluous, or has other placeholders than its source."""
    problems = [problem for path, sources in extracted().items() for problem in complaints(stored(path), sources)]
    for problem in problems:
        print(problem, file=sys.stderr)
    return 1 if problems else 0


def complaints(catalogue: Catalog, sources: Catalog) -> list[str]:
    """What is wrong with one catalogue."""
    problems = [f"not in the catalogue (run update): {text(m)}" for m in sources if m.id and m.id not in catalogue]
    for message in catalogue:
        if not message.id:
            continue
        if message.id not in sources:
            problems.append(f"no longer in the sources (run update): {text(message)}")
        elif message.fuzzy:
            problems.append(f"fuzzy: {text(message)}")
        elif not is_translated(message):
            problems.append(f"no English: {text(message)}")
        elif placeholders(message.id) != placeholders(message.string):
            problems.append(f"other placeholders: {text(message)}")
    return problems


def forms(value: str | tuple[str, ...] | list[str]) -> list[str]:
    """Singular and plural of a message, or its one form."""
    return [value] if isinstance(value, str) else list(value)


def text(message: Message) -> str:
    """How a message is named in a complaint."""
    return forms(message.id)[0]


def is_translated(message: Message) -> bool:
    """Whether every form has words."""
    return bool(message.string) and all(forms(message.string))


def placeholders(value: str | tuple[str, ...] | list[str]) -> set[str]:
    """`%(name)s` and `{name}` in any form."""
    names: set[str] = set()
    for form in forms(value):
        names |= {part.split(")")[0] for part in form.split("%(")[1:]}
        if "%(" not in form and "%%{" not in form:
            names |= {name for _, name, _, _ in string.Formatter().parse(form) if name}
    return names


def main() -> int:
    """Command line."""
    verbs = {"update": update, "compile": compile_catalogue, "check": check}
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("verb", choices=sorted(verbs))
    return verbs[parser.parse_args().verb]()


if __name__ == "__main__":
    raise SystemExit(main())
