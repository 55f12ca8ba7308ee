"""Indonesian is the source language; nobody who chose English may fall back into it by an oversight."""

from __future__ import annotations

import ast
import io
import re
import subprocess
import sys

from babel.messages.pofile import read_po

from tests.house.source import PACKAGE, ROOT, files, shown
from tests.waiting import LIMIT

_SAID = ("_", "gettext", "gettext_lazy", "gettext_noop", "ngettext", "ngettext_lazy")


def test_every_sentence_is_translated() -> None:
    result = subprocess.run(
        [sys.executable, "tools/translations.py", "check"], cwd=ROOT, capture_output=True, text=True, timeout=LIMIT
    )
    assert result.returncode == 0, result.stdout + result.stderr


def test_every_package_that_has_sentences_is_read_for_them() -> None:
    """Words of a folder that the extraction passes over are asked of nobody, and Indonesian on English pages."""
    known = {
        message.id if isinstance(message.id, str) else message.id[0]
        for path in PACKAGE.rglob("django.po")
        for message in read_po(io.BytesIO(path.read_bytes()))
    }
    lost = []
    for path in files(".py", below=PACKAGE):
        text = path.read_text(encoding="utf-8")
        if "gettext" not in text:
            continue
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in _SAID and node.args:
                said = node.args[0]
                if isinstance(said, ast.Constant) and isinstance(said.value, str) and said.value not in known:
                    lost.append(f"{shown(path)}:{node.lineno}")
    assert lost == []


def test_no_script_stands_in_a_page() -> None:
    """The content policy would refuse it, and the page would be broken for everybody."""
    inline = re.compile(r"<script(?![^>]*\bsrc=)|\son\w+=[\"']|javascript:", re.I)
    found = [
        f"{shown(path)}:{number}"
        for path in files(".html", below=PACKAGE)
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if inline.search(line)
    ]
    assert found == []


def test_pages_fetch_nothing_from_elsewhere() -> None:
    """No fonts, scripts, pictures or counters of strangers: a visit is nobody else's business."""
    foreign = re.compile(
        r"(?:src|href)=[\"'](?:https?:)?//(?!127\.0\.0\.1|localhost)[^\"'{]*\.(?:js|css|woff2?|png|svg|gif)"
    )
    found = [
        f"{shown(path)}:{number}"
        for path in files(".html")
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if foreign.search(line)
    ]
    assert found == []


def test_what_scrolls_sideways_can_be_scrolled_by_keyboard() -> None:
    """On a narrow screen the console's tables are wider than the page; only what takes the focus follows the arrow keys."""
    pages = {shown(path): path.read_text(encoding="utf-8") for path in files(".html", below=PACKAGE / "console")}
    assert sum(text.count('class="scroll"') for text in pages.values()) > 10
    unreachable = re.compile(r'<div class="scroll"(?![^>]*tabindex="0")')
    assert [name for name, text in pages.items() if unreachable.search(text)] == []
