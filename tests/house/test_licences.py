"""Nothing stands in the house under terms that nobody looked at, and what browsers get carries its notice."""

from __future__ import annotations

import json
import re
from importlib.metadata import version
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from prakerja.cli.command import main
from prakerja.kernel.components import BUILT, Component, built_assets, components
from prakerja.kernel.licences import ACCEPTED, ELSEWHERE, is_permitted, licence_of, recognise
from tests.house.source import ROOT, files, shown


def refused(found: list[tuple[str, str]]) -> list[str]:
    return [
        f"{name}: {licence or 'says nothing'}"
        for name, licence in found
        if not is_permitted(name=name, licence=licence)
    ]


def by_name() -> dict[str, Component]:
    return {one.name: one for one in components() if not one.inside}


def test_every_installed_package_may_be_used() -> None:
    assert len(by_name()) > 80
    assert refused([(one.name, one.licence) for one in components()]) == []


@pytest.mark.parametrize("path", sorted((ROOT / "requirements").glob("*.txt")), ids=shown)
def test_every_locked_package_was_looked_at(path: Path) -> None:
    """Those that are needed elsewhere only cannot be read here: their licence is written down."""
    locked = [Requirement(line.rstrip(" \\")) for line in path.read_text().splitlines() if re.match(r"[a-z0-9]", line)]
    assert locked != []
    here = [one for one in locked if one.marker is None or one.marker.evaluate()]
    assert {one.name: str(one.specifier) for one in here} == {one.name: f"=={version(one.name)}" for one in here}
    assert [one.name for one in here if one.name not in by_name()] == []
    others = [one.name for one in locked if one not in here]
    assert refused([(name, ELSEWHERE.get(name, "")) for name in others]) == []


def test_every_package_of_the_other_lock_file_may_be_used() -> None:
    packages = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    names = [
        (name.rpartition("node_modules/")[2], about.get("license", "")) for name, about in packages.items() if name
    ]
    assert len(names) > 5
    assert refused(names) == []


def test_every_exception_is_one_that_is_needed() -> None:
    packages = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    there = {name: one.licence for name, one in by_name().items()}
    there |= {name.rpartition("node_modules/")[2]: about.get("license", "") for name, about in packages.items()}
    assert {name: there.get(name) for name in ACCEPTED} == {name: licence for name, (licence, _) in ACCEPTED.items()}


@pytest.mark.parametrize(
    ("name", "licence", "may"),
    [
        ("anything", "MIT", True),
        ("anything", "MIT AND PSF-2.0", True),
        ("anything", "GPL-3.0-only OR MIT", True),
        ("anything", "MIT AND GPL-3.0-only", False),
        ("anything", "GPL-3.0-only", False),
        ("anything", "LGPL-3.0-only", False),
        ("anything", "Proprietary", False),
        ("anything", "", False),
        ("psycopg", "LGPL-3.0-only", True),
        # Another release under other terms is another decision.
        ("psycopg", "AGPL-3.0-only", False),
    ],
)
def test_what_may_be_used(name: str, licence: str, may: bool) -> None:
    assert is_permitted(name=name, licence=licence) is may


@pytest.mark.parametrize(
    ("expression", "field", "classifiers", "licence"),
    [
        ("MIT", "whatever", [], "MIT"),
        ("", "Apache 2.0", [], "Apache-2.0"),
        ("", "", ["License :: OSI Approved :: BSD License"], "BSD"),
        ("", "Free for everybody", [], ""),
        ("", "UNKNOWN", [], ""),
        ("", "", ["License :: Other/Proprietary License"], ""),
    ],
)
def test_what_a_package_says(expression: str, field: str, classifiers: list[str], licence: str) -> None:
    assert licence_of(name="anything", expression=expression, field=field, classifiers=classifiers) == licence


def test_built_files_carry_the_notices_of_whose_work_is_in_them() -> None:
    """`make setup` builds them; GOV.UK's package brings no licence file, and its script went out without a word."""
    [govuk] = built_assets()
    locked = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    assert (govuk.name, govuk.version, govuk.licence) == (
        "govuk-frontend",
        locked["node_modules/govuk-frontend"]["version"],
        "MIT",
    )
    assert recognise(govuk.notice) == "MIT"
    for name in ("portal.css", "govuk-frontend.min.js"):
        head = (BUILT.parent / name).read_text(encoding="utf-8-sig")[:2000]
        assert head.startswith(f"/*!\ngovuk-frontend {govuk.version}, MIT")
        assert "Crown Copyright" in head
        assert "The above copyright notice and this permission notice shall be included" in head


def test_fonts_and_scripts_inside_packages_are_listed() -> None:
    found = {(one.name, one.inside): one.licence for one in components() if one.kind == "asset"}
    assert found[("inter", "django-unfold")] == "OFL-1.1"
    assert found[("material-symbols", "django-unfold")] == "Apache-2.0"
    assert found[("htmx", "django-unfold")] == "0BSD"
    assert found[("jquery", "django")] == "MIT"


def test_nothing_of_others_lies_among_our_own_files() -> None:
    """Fonts, minified scripts and copied libraries would need their notice beside them and a line in the list."""
    named = re.compile(r"Copyright|\(c\) ?\d{4}|SPDX-License|@license", re.I)
    kinds = [".woff", ".woff2", ".ttf", ".otf", ".eot"]
    found = [shown(path) for kind in kinds for path in files(kind)]
    for path in [*files(".js"), *files(".css"), *files(".svg")]:
        if "static" in path.parts and "build" not in path.parts and named.search(path.read_text(encoding="utf-8")):
            found.append(shown(path))
    assert found == []


def test_the_command_prints_every_notice_that_goes_with_a_copy(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["versions", "--notices"]) == 0
    printed = capsys.readouterr().out
    for part in ("The Prakerja contributors", "Crown Copyright", "SIL OPEN FONT LICENSE", "Django Software Foundation"):
        assert part in printed
    assert "\npytest " not in printed
