"""What lies beside the pages: films and captions, the translation, the lock file, the style's sources."""

from __future__ import annotations

import gzip
import importlib.util
import json
import re
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from django.contrib.staticfiles import finders
from django.http import HttpResponse
from django.test import Client, RequestFactory

from prakerja.config.static_files import StaticFiles
from prakerja.kernel.assets import version
from prakerja.programmes.schemes import scheme_by_key
from tests.portal import world

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


def test_of_the_style_only_what_some_page_uses_is_kept() -> None:
    sheet = (
        '@charset "UTF-8";.a{color:red}.a .gone,.b:hover,.c\\!-x{top:0}.gone{left:0}@media print{.gone{top:1px}}'
        "@media (min-width: 40em){.tag--blue{top:2px}.gone:not(.a){top:3px}h1{top:4px}}@keyframes k{from{top:0}to{top:1px}}"
    )
    texts = ['<p class="a b c!-x tag--{{ colour }}">']
    assert tool("build_assets").used_only(sheet, texts) == (
        '@charset "UTF-8";.a{color:red}.b:hover,.c\\!-x{top:0}'
        "@media (min-width: 40em){.tag--blue{top:2px}h1{top:4px}}@keyframes k{from{top:0}to{top:1px}}"
    )


BUILT = PORTAL / "static/build"
TEMPLATES = (PORTAL / "templates", PORTAL.parent / "sandbox/site/templates")
_NAMES = re.compile(r"\.((?:\\.|[A-Za-z_-])(?:\\.|[\w-])*)")


def test_no_class_that_a_template_uses_is_missing() -> None:
    """Of a component that nobody put into the style, or of a rule that was taken for unused."""
    dressed = (ROOT / "node_modules/govuk-frontend/dist/govuk/govuk-frontend.min.css").read_text(encoding="utf-8")
    own = re.sub(r"//[^\n]*", "", (PORTAL / "styles/portal.scss").read_text(encoding="utf-8"))
    known = set(_NAMES.findall(dressed)) | set(_NAMES.findall(own))
    there = {name.replace("\\", "") for name in _NAMES.findall((BUILT / "portal.css").read_text(encoding="utf-8"))}
    used = {
        (name, path.name)
        for folder in TEMPLATES
        for path in folder.rglob("*.html")
        for text in re.findall(r'class="([^"]*)"', path.read_text(encoding="utf-8"))
        for name in re.sub(r"\{[{%].*?[%}]\}", " ", text).split()
    }
    assert len(used) > 200
    assert {(name, where) for name, where in used if name in known and name not in there} == set()


# What a first visit brings beside the page: style, our script and the one that it takes, the picture of the tab.
FIRST = (
    BUILT / "portal.css.gz",
    BUILT / "portal.js.gz",
    BUILT / "govuk-frontend.min.js.gz",
    PORTAL / "static/portal/favicon.svg",
)


@pytest.mark.parametrize("address", ["/", "/dashboard", "/pelatihan"])
def test_a_first_visit_weighs_at_most_60_kb_and_each_later_one_15(
    portal: Client, enter: Callable[[uuid.UUID], Client], address: str
) -> None:
    client = enter(world.award(videos=3).person_id) if address == "/dashboard" else portal
    for number in range(12):
        world.course(title=f"Kursus yang cukup panjang namanya {number}")
    answer = client.get(address, headers={"Accept-Encoding": "gzip"})
    assert answer["Content-Encoding"] == "gzip"
    assert len(answer.content) <= 15_000
    assert len(answer.content) + sum(path.stat().st_size for path in FIRST) <= 60_000


@pytest.fixture
def static(settings: Any) -> Iterator[StaticFiles]:
    settings.STATICFILES_DIRS = [PORTAL / "static"]
    settings.STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
    settings.STATIC_URL, settings.WHITENOISE_USE_FINDERS, settings.WHITENOISE_MAX_AGE = "/static/", True, 300
    finders.get_finder.cache_clear()
    yield StaticFiles(lambda request: HttpResponse(status=404))
    finders.get_finder.cache_clear()


def asked(static: StaticFiles, address: str) -> HttpResponse:
    answer: HttpResponse = static(RequestFactory().get(address, headers={"Accept-Encoding": "gzip"}))
    answer.close()
    return answer


@pytest.mark.django_db
def test_the_files_of_this_release_are_kept_for_a_year_and_packed(static: StaticFiles) -> None:
    for name in ("build/portal.css", "build/portal.js", "build/govuk-frontend.min.js", "portal/favicon.svg"):
        ours = asked(static, f"/static/{version()}/{name}")
        assert (ours.status_code, ours["Cache-Control"]) == (200, "max-age=31536000, public, immutable")
        assert ours.headers.get("Content-Encoding") == (None if name.endswith("svg") else "gzip")
    plain = asked(static, "/static/build/portal.css")
    assert plain["Cache-Control"] == "max-age=300, public"
    # A page of another release, while both run: what there is, and not for a year.
    other = asked(static, "/static/v-0123456789ab/build/portal.css")
    assert (other.status_code, other["Cache-Control"]) == (200, "max-age=300, public")
    assert asked(static, "/static/v-0123456789ab/build/gone.css").status_code == 404


def test_pages_name_the_files_of_their_release(portal: Client) -> None:
    text = portal.get("/").text
    assert re.findall(r'(?:href|src)="(/static/[^"]+)"', text) == [
        f"/static/{version()}/{name}" for name in ("portal/favicon.svg", "build/portal.css", "build/portal.js")
    ]


@pytest.mark.django_db
def test_what_other_packages_bring_is_packed_too_when_it_is_asked_for(settings: Any) -> None:
    """The console's style alone is 330 kB as unfold ships it."""
    settings.STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.AppDirectoriesFinder"]
    settings.STATIC_URL, settings.WHITENOISE_USE_FINDERS, settings.WHITENOISE_MAX_AGE = "/static/", True, 300
    finders.get_finder.cache_clear()
    served = StaticFiles(lambda request: HttpResponse(status=404))
    address = f"/static/{version()}/unfold/css/styles.css"
    answer = served(RequestFactory().get(address, headers={"Accept-Encoding": "gzip, br"}))
    text = answer.getvalue()
    assert (answer["Content-Encoding"], answer["Vary"], int(answer["Content-Length"])) == (
        "gzip",
        "Accept-Encoding",
        len(text),
    )
    assert answer["Cache-Control"] == "max-age=31536000, public, immutable"
    plain = served(RequestFactory().get(address))
    whole = plain.getvalue()
    assert "Content-Encoding" not in plain
    assert gzip.decompress(text) == whole
    assert len(text) < len(whole) / 5
    # Of a part, and of what is packed already, nothing is packed.
    part = served(RequestFactory().get(address, headers={"Accept-Encoding": "gzip", "Range": "bytes=0-9"}))
    assert (part.status_code, part.getvalue()) == (206, whole[:10])
    letters = served(
        RequestFactory().get("/static/unfold/fonts/inter/Inter-Bold.woff2", headers={"Accept-Encoding": "gzip"})
    )
    assert "Content-Encoding" not in letters
    same = served(RequestFactory().get(address, headers={"Accept-Encoding": "gzip", "If-None-Match": answer["ETag"]}))
    assert (same.status_code, same["Vary"]) == (304, "Accept-Encoding")
    for one in (answer, plain, part, letters, same):
        one.close()
    finders.get_finder.cache_clear()
