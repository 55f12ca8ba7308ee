"""What lies beside the pages: films and captions, the translation, the lock file, the style's sources."""

from __future__ import annotations

import importlib.util
import json
import re
from pathlib import Path
from types import ModuleType

import pytest

from prakerja.programmes.schemes import scheme_by_key

ROOT = Path(__file__).resolve().parents[2]
PORTAL = ROOT / "src/prakerja/portal"
FILMS = PORTAL / "static/portal/videos"


def tool(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, ROOT / f"tools/{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("number", [1, 2, 3])
def test_a_film_is_small_and_has_captions_in_both_languages(number: int) -> None:
    script = json.loads((PORTAL / "induction.json").read_text(encoding="utf-8"))
    slides = script["videos"][number - 1]["slides"]
    assert len(slides) * script["seconds_per_slide"] == scheme_by_key("2021").videos.seconds
    assert 0 < (FILMS / f"induction-{number}.webm").stat().st_size <= 1_000_000
    for language in ("id", "en"):
        captions = (FILMS / f"induction-{number}.{language}.vtt").read_text(encoding="utf-8")
        assert captions.startswith("WEBVTT\n")
        assert captions.rstrip().endswith(slides[-1][language])
        assert captions.count(" --> ") == len(slides)


def test_every_sentence_has_its_english() -> None:
    assert tool("translations").check() == 0


def test_the_lock_file_names_no_registry() -> None:
    lock = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))
    assert not [name for name, package in lock["packages"].items() if "resolved" in package]
    assert all("integrity" in package for name, package in lock["packages"].items() if name)


def test_the_style_takes_neither_crown_nor_foreign_fonts() -> None:
    sources = (PORTAL / "styles/portal.scss").read_text(encoding="utf-8")
    used = re.findall(r'components/([a-z-]+)"', sources)
    assert "header" not in used
    assert "footer" not in used
    assert "@font-face" not in sources
