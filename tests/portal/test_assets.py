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


@pytest.mark.parametrize("language", ["id", "en"])
@pytest.mark.parametrize("number", [1, 2, 3])
def test_a_film_is_small_upright_and_has_its_text_in_both_languages(number: int, language: str) -> None:
    script = json.loads((PORTAL / "induction.json").read_text(encoding="utf-8"))
    slides = script["videos"][number - 1]["slides"]
    durations = {rules.videos.seconds for rules in map(scheme_by_key, ("2021", "2022", "2023"))}
    assert durations == {len(slides) * script["seconds_per_slide"]}
    film = (FILMS / f"induction-{number}.{language}.webm").read_bytes()
    assert 0 < len(film) <= 1_000_000
    width, height = (size.to_bytes(2, "big") for size in tool("make_videos").SIZE)
    # WebM's PixelWidth and PixelHeight, two bytes each.
    assert b"\xb0\x82" + width in film[:1000]
    assert b"\xba\x82" + height in film[:1000]
    assert b"A_OPUS" not in film
    assert b"A_VORBIS" not in film
    assert (FILMS / f"induction-{number}.{language}.webp").is_file()
    texts = (FILMS / f"induction-{number}.{language}.vtt").read_text(encoding="utf-8")
    assert texts.startswith("WEBVTT\n")
    assert [cue.splitlines()[2] for cue in texts.strip().split("\n\n")[1:]] == [slide[language] for slide in slides]


def test_the_films_were_made_of_the_words_of_today() -> None:
    assert (FILMS / "made-from.sha256").read_text().strip() == tool("make_videos").words()


@pytest.mark.parametrize("page", [320, 360])
def test_the_smallest_letters_of_a_film_are_16_pixels_high_on_a_narrow_phone(page: int) -> None:
    """15 pixels beside the column and a border of one on both sides: the rest of the page is the film."""
    films = tool("make_videos")
    shown = page - 2 * 15 - 2
    assert min(films.STRIP, films.HEAD, films.BODY) * shown / films.SIZE[0] >= 16
    # In half a page's height that a phone upright has, most of the picture is seen at once.
    assert films.SIZE[1] * shown / films.SIZE[0] <= 480


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
