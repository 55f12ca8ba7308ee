"""The pictures of the shops, drawn here: a sign for each kind of course on each brand's own ground. SVG, some hundred bytes."""

from __future__ import annotations

import zlib

WIDTH, HEIGHT = 320, 160
# A sign for each kind of course, in strokes on a field of 64 by 64.
SIGNS = {
    "Makanan dan Minuman": "M14 24h30v14a14 14 0 0 1-14 14h-2a14 14 0 0 1-14-14zM44 28h4a6 6 0 0 1 0 12h-4M22 10v8M30 8v10M38 10v8",
    "Teknologi Informasi": "M8 14h48v32H8zM24 54h16M32 46v8M22 24l-6 6 6 6M42 24l6 6-6 6M35 22l-6 16",
    "Pertanian": "M32 56V28M32 34c-14 0-18-8-18-18 12 0 18 6 18 18zM32 28c0-12 6-18 18-18 0 10-4 18-18 18M18 56h28",
    "Penjualan dan Pemasaran": "M12 22h40l-4 32H16zM22 22v-4a10 10 0 0 1 20 0v4M24 34l6 6 12-12",
    "Perkantoran": "M16 8h24l10 10v38H16zM40 8v10h10M24 28h18M24 36h18M24 44h12",
    "Keuangan": "M10 18h44v30H10zM32 25a8 8 0 1 0 0 16 8 8 0 0 0 0-16zM16 24v18M48 24v18",
    "Bahasa Asing": "M8 12h34v24H22l-8 8v-8H8zM48 22h8v22h-6v8l-8-8H28M16 20h18M16 28h12",
    "Gaya Hidup": "M32 54 12 34a12 12 0 0 1 20-14 12 12 0 0 1 20 14z",
    "Manajemen": "M26 8h12v12H26zM8 44h12v12H8zM26 44h12v12H26zM44 44h12v12H44zM32 20v24M14 44V32h36v12",
    "Sosial dan Perilaku": "M22 12a8 8 0 1 0 0 16 8 8 0 0 0 0-16zM44 18a6 6 0 1 0 0 12 6 6 0 0 0 0-12zM8 52c0-12 6-18 14-18s14 6 14 18M38 38c10-4 18 2 18 14",
}
ANY = "M8 20l24-10 24 10-24 10zM18 26v14c8 8 20 8 28 0V26M56 20v16"


def draw(*, category: str, motif: str, accent: str, code: str = "") -> str:
    """Return the picture of a kind of course; with the code of a course its ground is that course's own."""
    turn = zlib.crc32(code.encode()) if code else zlib.crc32(category.encode())
    sign = SIGNS.get(category, ANY)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}">'
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="{accent}" fill-opacity=".09"/>'
        f'<g fill="none" stroke="{accent}" stroke-opacity=".28" stroke-width="3">{_ground(motif, turn)}</g>'
        f'<circle cx="160" cy="80" r="52" fill="#fff"/>'
        f'<path transform="matrix(1.35 0 0 1.35 117 37)" d="{sign}" fill="none" stroke="{accent}" stroke-width="3"'
        ' stroke-linecap="round" stroke-linejoin="round"/></svg>'
    )


def _ground(motif: str, turn: int) -> str:
    shift = turn % 40
    if motif == "tickets":
        marks = [
            f"M{x} {20 + (x + shift) % 90}h34v20h-34zM{x + 24} {20 + (x + shift) % 90}v20" for x in range(6, 300, 62)
        ]
    elif motif == "confetti":
        marks = [f"M{(n * 53 + shift * 7) % 312} {(n * 37 + shift) % 152}l{8 - n % 3 * 6} 8" for n in range(26)]
    elif motif == "pages":
        marks = [f"M0 {y}h{WIDTH}" for y in range(14 + shift % 8, HEIGHT, 18)] + ["M28 0v160"]
    elif motif == "rays":
        marks = [f"M160 80L{(n * 64 + shift) % 384 - 32} {0 if n % 2 else HEIGHT}" for n in range(14)]
    elif motif == "waves":
        marks = [f"M-20 {y}" + "q20 -16 40 0t40 0" * 5 for y in range(10 + shift % 14, HEIGHT + 10, 26)]
    elif motif == "leaves":
        marks = [
            f"M{x} {y}q14 -22 28 0q-14 22 -28 0h28"
            for x, y in (((n * 71 + shift * 5) % 300, (n * 43 + shift) % 150) for n in range(11))
        ]
    else:
        marks = []
    return f'<path d="{"".join(marks)}"/>'
