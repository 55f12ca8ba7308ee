#!/usr/bin/env python3
"""Make the three induction videos in both languages, with their texts, from src/prakerja/portal/induction.json.

Needs Pillow, Debian's fonts-dejavu and Debian's ffmpeg; the results are committed, so only somebody who changes the texts
runs this. The videos have no sound, and say so on their page: all that they tell is written in the picture, large enough
for a narrow phone, and more fully below it, where the page shows the text of the moment (decisions.md 43).
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import tempfile
from fractions import Fraction
from math import cos, pi, sin
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw, ImageFont

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src/prakerja/portal/induction.json"
TARGET = ROOT / "src/prakerja/portal/static/portal/videos"
# Of which words the films were made: a test compares it with the words of today.
STAMP = TARGET / "made-from.sha256"
FONTS = Path("/usr/share/fonts/truetype/dejavu")
# Upright, as a phone is held: a page of 320 pixels shows a film 288 wide, where the smallest letters are 16 high.
SIZE = (640, 880)
STRIP, HEAD, BODY = 36, 50, 42
MARGIN = 30
# Below this the picture is empty: players lay their buttons there.
LAST_TEXT = 730
LANGUAGES = ("id", "en")
OF_THREE = {"id": "Video {} dari 3", "en": "Video {} of 3"}
BRAND, DARK, ACCENT, PALE, WHITE = "#0b5f73", "#073c49", "#f2a541", "#d5e9ed", "#ffffff"
LIMIT = 1_000_000


# A picture is a list of (shape, box in a field of 200 by 200, colour).
PICTURES: dict[str, list[tuple[str, tuple[float, ...], str]]] = {
    "book": [
        ("rect", (25, 45, 97, 155), WHITE),
        ("rect", (103, 45, 175, 155), WHITE),
        *[("rect", (x, y, x + 52, y + 6), BRAND) for x in (35, 113) for y in (65, 85, 105, 125)],
    ],
    "coins": [
        *[
            ("ellipse", (35, y, 165, y + 44), colour)
            for y, colour in (
                (130, "#c97f1e"),
                (118, ACCENT),
                (96, "#c97f1e"),
                (84, ACCENT),
                (62, "#c97f1e"),
                (50, ACCENT),
            )
        ]
    ],
    "card": [
        ("round", (15, 50, 185, 155), WHITE),
        ("rect", (15, 72, 185, 92), DARK),
        *[("rect", (30 + 37 * i, 112, 59 + 37 * i, 122), BRAND) for i in range(4)],
        ("round", (30, 132, 70, 146), ACCENT),
    ],
    "survey": [
        ("round", (45, 20, 155, 180), WHITE),
        *[("rect", (82, y, 142, y + 8), BRAND) for y in (52, 88, 124, 150)],
        *[("ellipse", (58, y - 4, 74, y + 12), ACCENT) for y in (52, 88, 124, 150)],
    ],
    "phone": [
        ("round", (60, 15, 140, 185), DARK),
        ("rect", (68, 32, 132, 160), WHITE),
        ("round", (74, 62, 126, 104), ACCENT),
    ],
    "clock": [
        ("ellipse", (25, 25, 175, 175), WHITE),
        ("ellipse", (37, 37, 163, 163), PALE),
        ("rect", (96, 55, 104, 104), DARK),
        ("rect", (96, 96, 142, 104), "#b3261e"),
    ],
    "shops": [
        *[
            ("round", (18 + 58 * (i % 3), 40 + 62 * (i // 3), 66 + 58 * (i % 3), 92 + 62 * (i // 3)), c)
            for i, c in enumerate((WHITE, ACCENT, WHITE, ACCENT, WHITE, ACCENT))
        ],
        ("ellipse", (88, 4, 112, 28), WHITE),
    ],
    "lock": [
        ("ellipse", (60, 20, 140, 120), PALE),
        ("ellipse", (76, 38, 124, 110), BRAND),
        ("round", (45, 85, 155, 175), ACCENT),
        ("ellipse", (90, 112, 110, 132), DARK),
        ("rect", (96, 122, 104, 152), DARK),
    ],
    "ticket": [
        ("round", (15, 60, 185, 145), ACCENT),
        ("ellipse", (2, 88, 28, 116), BRAND),
        ("ellipse", (172, 88, 198, 116), BRAND),
        *[("rect", (48 + 27 * i, 94, 68 + 27 * i, 112), DARK) for i in range(4)],
    ],
    "star": [("star", (20, 20, 180, 180), ACCENT)],
    "bank": [
        ("roof", (15, 25, 185, 80), ACCENT),
        *[("rect", (x, 88, x + 20, 145), WHITE) for x in (32, 70, 110, 148)],
        ("rect", (18, 152, 182, 172), WHITE),
    ],
}


def font(size: int, bold: bool = False) -> ImageFont.FreeTypeFont:
    """A DejaVu face."""
    return ImageFont.truetype(str(FONTS / ("DejaVuSans-Bold.ttf" if bold else "DejaVuSans.ttf")), size)


def wrapped(draw: ImageDraw.ImageDraw, text: str, face: ImageFont.FreeTypeFont, width: int) -> list[str]:
    """Break a text into lines that fit."""
    lines, line = [], ""
    for word in text.split():
        trial = f"{line} {word}".strip()
        if line and draw.textlength(trial, font=face) > width:
            lines.append(line)
            line = word
        else:
            line = trial
    return [*lines, line]


def draw_picture(draw: ImageDraw.ImageDraw, name: str, left: int, top: int) -> None:
    """Draw one of PICTURES with its corner at (left, top)."""
    for shape, box, colour in PICTURES[name]:
        place = tuple(value + (left if index % 2 == 0 else top) for index, value in enumerate(box))
        x0, y0, x1, y1 = place
        if shape == "ellipse":
            draw.ellipse((x0, y0, x1, y1), fill=colour)
        elif shape == "rect":
            draw.rectangle((x0, y0, x1, y1), fill=colour)
        elif shape == "round":
            draw.rounded_rectangle((x0, y0, x1, y1), radius=10, fill=colour)
        elif shape == "roof":
            draw.polygon([(x0, y1), ((x0 + x1) / 2, y0), (x1, y1)], fill=colour)
        else:
            draw.regular_polygon(((x0 + x1) / 2, (y0 + y1) / 2, 50), 5, fill=colour)
            draw.polygon(star_points((x0 + x1) / 2, (y0 + y1) / 2, (x1 - x0) / 2), fill=colour)


def star_points(x: float, y: float, radius: float) -> list[tuple[float, float]]:
    """The ten corners of a five-pointed star."""
    return [
        (x + r * sin(pi * i / 5), y - r * cos(pi * i / 5))
        for i, r in ((i, radius if i % 2 == 0 else radius * 0.42) for i in range(10))
    ]


def draw_slide(number: int, index: int, count: int, slide: dict[str, Any], language: str) -> Image.Image:
    """One slide: a strip that says which video, a picture, a headline and two lines. Raises SystemExit: too many words."""
    image = Image.new("RGB", SIZE, BRAND)
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, SIZE[0], 64), fill=DARK)
    draw.text((MARGIN, 10), OF_THREE[language].format(number), font=font(STRIP, bold=True), fill=ACCENT)
    draw_picture(draw, slide["picture"], (SIZE[0] - 200) // 2, 76)
    y = 292
    for line in wrapped(draw, slide["head"][language], font(HEAD, bold=True), SIZE[0] - 2 * MARGIN):
        draw.text((MARGIN, y), line, font=font(HEAD, bold=True), fill=WHITE)
        y += 60
    y += 14
    for sentence in slide["lines"][language]:
        for line in wrapped(draw, sentence, font(BODY), SIZE[0] - 2 * MARGIN):
            draw.text((MARGIN, y), line, font=font(BODY), fill=PALE)
            y += 52
        y += 10
    if y > LAST_TEXT:
        raise SystemExit(f"video {number}, slide {index + 1}, {language}: {y - LAST_TEXT} pixels too many words")
    draw.rectangle((0, SIZE[1] - 10, SIZE[0] * (index + 1) / count, SIZE[1]), fill=ACCENT)
    return image


def stamp(seconds: float) -> str:
    """A WebVTT time."""
    minutes, rest = divmod(seconds, 60)
    return f"00:{int(minutes):02d}:{rest:06.3f}"


def captions(slides: list[dict[str, Any]], language: str, each: float) -> str:
    """The WebVTT file: one cue per slide."""
    cues = [
        f"{index + 1}\n{stamp(index * each)} --> {stamp((index + 1) * each)}\n{slide[language]}\n"
        for index, slide in enumerate(slides)
    ]
    return "WEBVTT\n\n" + "\n".join(cues)


def encode(folder: Path, each: float, count: int, target: Path) -> None:
    """Slides in, one WebM (VP9) out; four frames a second are plenty for pictures that stand still."""
    # The last picture is held on, because ffmpeg gives the last frame no duration of its own.
    steady = f"tpad=stop_mode=clone:stop_duration={each},fps=4:round=up:start_time=0"
    command = [
        "ffmpeg",
        "-y",
        "-loglevel",
        "error",
        "-framerate",
        str(Fraction(1 / each).limit_denominator(1000)),
    ]
    command += [
        "-i",
        str(folder / "slide-%02d.png"),
        "-vf",
        steady,
        "-t",
        str(each * count),
        "-c:v",
        "libvpx-vp9",
        "-crf",
        "38",
        "-b:v",
        "0",
        "-pix_fmt",
        "yuv420p",
        "-g",
        "40",
    ]
    command += [
        "-row-mt",
        "1",
        "-deadline",
        "good",
        "-cpu-used",
        "2",
        "-fflags",
        "+bitexact",
        "-an",
        str(target),
    ]
    subprocess.run(command, check=True)


def words() -> str:
    """The hash of what the films tell."""
    return hashlib.sha256(SOURCE.read_bytes()).hexdigest()


def main() -> int:
    """Make everything; refuses a film that is too large."""
    script = json.loads(SOURCE.read_text(encoding="utf-8"))
    each = float(script["seconds_per_slide"])
    TARGET.mkdir(parents=True, exist_ok=True)
    for number, video in enumerate(script["videos"], start=1):
        slides = video["slides"]
        for language in LANGUAGES:
            name = f"induction-{number}.{language}"
            with tempfile.TemporaryDirectory() as folder:
                for index, slide in enumerate(slides):
                    picture = draw_slide(number, index, len(slides), slide, language)
                    picture.save(Path(folder) / f"slide-{index:02d}.png")
                    if index == 0:
                        picture.save(TARGET / f"{name}.webp", quality=70)
                target = TARGET / f"{name}.webm"
                encode(Path(folder), each, len(slides), target)
            (TARGET / f"{name}.vtt").write_text(captions(slides, language, each), encoding="utf-8")
            size = target.stat().st_size
            print(f"{target.name}: {size / 1000:.0f} kB, {len(slides) * each:.0f} s")
            if size > LIMIT:
                raise SystemExit(f"{target.name} is larger than {LIMIT} bytes")
    STAMP.write_text(words() + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
