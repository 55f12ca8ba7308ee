"""What PRAKERJA_ENV may say: a word that was mistyped makes neither a demo nor an installation."""

import os
import subprocess
import sys

import pytest


@pytest.mark.parametrize("told", ["prod", "Production", "staging", "sandbox "])
def test_another_word_is_refused(told: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "prakerja.config.worker"],
        env=os.environ | {"PRAKERJA_ENV": told, "DJANGO_SETTINGS_MODULE": "prakerja.config.settings.worker"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 2
    assert f"PRAKERJA_ENV={told} is not known. Choose one of production, sandbox, test." in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("told", "is_demo"), [("", "False"), ("production", "False"), ("sandbox", "True"), ("test", "True")]
)
def test_nothing_said_is_production(told: str, is_demo: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", "from prakerja.config.settings.base import IS_DEMO; print(IS_DEMO)"],
        env=os.environ | {"PRAKERJA_ENV": told},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == is_demo
