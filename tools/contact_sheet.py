#!/usr/bin/env python3
"""Make the contact sheets of docs/sheets: every page and state that the crawl of the browser tests meets, small, side by side.

Runs tests/browser/test_every_page.py with a camera, and the tests that lead to the few pages that it cannot reach: each look is a
picture at 360 pixels (first visit, mistake, nothing found, one row, many, after the form), Indonesian and English, and for each
address one with letters twice as large. So a page that is added stands on a sheet as soon as a test looks at it. Everything on them
is invented.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

ROOT = Path(__file__).resolve().parent.parent
TO = ROOT / "docs/sheets"
WIDTH, HEIGHT, CAPTION, GAP = 120, 246, 14, 6
COLUMNS, MOST_ROWS = 10, 8
MOST_BYTES_IN_ALL = 3_000_000
# The test that met the pages, and how its sheets are called.
SHEETS = {
    "test_every_page_of_the_portal": "portal",
    "test_every_page_of_a_shop_and_of_an_institution": "shop-and-institution",
    "test_the_front_page_of_every_shop": "shops",
    "test_every_page_of_phone_bank_and_registry": "phone-bank-registry",
    "test_every_page_of_the_sandbox": "demo",
    "test_every_page_of_the_console": "console",
    # What `ELSEWHERE` of that test names.
    **dict.fromkeys(
        (
            "test_from_the_sms_to_the_schedule_of_the_incentive",
            "test_a_participant_by_the_code_on_the_phone",
            "test_a_test_code_and_its_face",
            "test_sign_in_with_prakerja",
            "test_a_webinar_of_three_meetings",
        ),
        "other-ways",
    ),
}


def main() -> int:
    """Photograph, lay out, write; 1 when a test failed or the sheets are too large."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--from", type=Path, dest="taken", help="pictures that were taken before")
    taken: Path | None = parser.parse_args().taken
    with tempfile.TemporaryDirectory() as made:
        folder, code = taken or Path(made), 0
        if taken is None:
            code = _photograph(folder)
        TO.mkdir(parents=True, exist_ok=True)
        for old in TO.glob("*.webp"):
            old.unlink()
        for name in dict.fromkeys(SHEETS.values()):
            tests = [test for test, sheet in SHEETS.items() if sheet == name]
            lay_out([path for test in tests for path in sorted(folder.glob(f"{test}*/*.jpg"))], name)
    sheets = sorted(TO.glob("*.webp"))
    total = sum(sheet.stat().st_size for sheet in sheets)
    print(f"{total:,} bytes in {len(sheets)} sheets")
    if total > MOST_BYTES_IN_ALL:
        print(f"Too large: at most {MOST_BYTES_IN_ALL:,} bytes.", file=sys.stderr)
        return 1
    return code


def _photograph(folder: Path) -> int:
    words = ["-m", "pytest", "tests/browser", "-q", "-n", "0", "-k", " or ".join(SHEETS)]
    around = {**os.environ, "PRAKERJA_TEST_PICTURES": str(folder)}
    return subprocess.run([sys.executable, *words], cwd=ROOT, env=around, check=False).returncode


def lay_out(pictures: list[Path], name: str) -> None:
    """Sheets of eighty pictures, each with its address and language below it."""
    each = COLUMNS * MOST_ROWS
    for number, first in enumerate(range(0, len(pictures), each), 1):
        some = pictures[first : first + each]
        rows = -(-len(some) // COLUMNS)
        size = (COLUMNS * (WIDTH + GAP) + GAP, rows * (HEIGHT + CAPTION + GAP) + GAP)
        sheet = Image.new("RGB", size, "#d0d4d8")
        pen, font = ImageDraw.Draw(sheet), ImageFont.load_default(size=10)
        for place, path in enumerate(some):
            x = GAP + place % COLUMNS * (WIDTH + GAP)
            y = GAP + place // COLUMNS * (HEIGHT + CAPTION + GAP)
            with Image.open(path) as picture:
                small = picture.resize((WIDTH, round(picture.height * WIDTH / picture.width)), Image.Resampling.LANCZOS)
            sheet.paste(small.crop((0, 0, WIDTH, min(HEIGHT, small.height))), (x, y))
            _number, _, words = path.stem.partition(" ")
            pen.text((x, y + HEIGHT), words.replace("›", "/")[-22:], fill="#101820", font=font)
        sheet.save(TO / f"{name}-{number}.webp", quality=14, method=6)


if __name__ == "__main__":
    sys.exit(main())
