"""What people read where no page of Django's can be shown: a request that was not understood, a stranger's name, an empty refusal.

One page says it in both languages: whose language it is nobody has looked up yet. It has no style and loads nothing, so that no
word of its heading may be longer than a small phone is wide.
"""

from __future__ import annotations

from functools import cache
from html import escape

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext, gettext_noop

from prakerja.kernel.logs import request_id

HTML = "text/html; charset=utf-8"
# Where the request's own id goes in a page that is made once.
_ITS_ID = b"@request@"
_UNREADABLE = (
    gettext_noop("Kiriman tidak terbaca"),
    gettext_noop("Kembali ke halaman sebelumnya, muat ulang, lalu coba lagi."),
)
# By the status; whatever is not here could not be read.
_WORDS = {
    "405": (
        gettext_noop("Halaman ini hanya untuk formulir"),
        gettext_noop("Kembali ke halaman sebelumnya, lalu tekan tombolnya di sana."),
    ),
    "408": (
        gettext_noop("Kiriman Anda tidak sampai lengkap"),
        gettext_noop("Sambungan terputus atau terlalu lambat. Coba lagi."),
    ),
    "413": (
        gettext_noop("Kiriman terlalu besar"),
        gettext_noop(
            "Kembali ke halaman sebelumnya, kurangi tulisan atau pilih berkas yang lebih kecil, lalu kirim lagi."
        ),
    ),
    "421": (
        gettext_noop("Alamat ini bukan alamat situs kami"),
        gettext_noop("Tautan yang Anda buka menyesatkan. Ketik sendiri alamat situs kami."),
    ),
    "503": (
        gettext_noop("Situs sedang ramai"),
        gettext_noop("Tunggu beberapa detik, lalu muat ulang halaman ini."),
    ),
}


def plain_page(status: str) -> tuple[str, str, bytes]:
    """The status line, the content type and the page for a status line: what a door's server says, too (`serving.answering.Unread`)."""
    return status, HTML, _page(status[:3], bool(settings.IS_DEMO)).replace(_ITS_ID, request_id().encode())


@cache
def _page(code: str, is_demo: bool) -> bytes:
    heading, text = _WORDS.get(code, _UNREADABLE)
    with translation.override("en"):
        english, english_text = gettext(heading), gettext(text)
        english_demo = gettext("Demo, bukan situs resmi; jangan masukkan data asli.")
    demo = (
        '<aside aria-label="Demo"><p><strong>Demo, bukan situs resmi; jangan masukkan data asli.</strong>'
        f' <span lang="en">{escape(english_demo)}</span></p></aside>\n'
        if is_demo
        else ""
    )
    help_line = english_help = ""
    if settings.HELP_PHONE:
        # A stranger's name leads to no page of ours, so the telephone is all that can be named here.
        number = escape(settings.HELP_PHONE)
        dialled = "".join(sign for sign in settings.HELP_PHONE if sign.isdigit() or sign == "+")
        help_line = f'<p>Perlu bantuan? <a href="tel:{dialled}">{number}</a></p>\n'
        with translation.override("en"):
            english_help = f"<p>{escape(gettext('Perlu bantuan?'))} {number}</p>\n"
    named = f"<p>Nomor jejak: {_ITS_ID.decode()}</p>\n"
    with translation.override("en"):
        english_help += f"<p>{escape(gettext('Nomor jejak:'))} {_ITS_ID.decode()}</p>\n"
    return (
        f'<!DOCTYPE html>\n<html lang="id">\n<head>\n<meta charset="utf-8">\n<title>{escape(heading)} – Prakerja</title>\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n<link rel="icon" href="data:,">\n</head>\n'
        f"<body>\n{demo}<main>\n<h1>{escape(heading)}</h1>\n<p>{escape(text)}</p>\n{help_line}{named}"
        f'<div lang="en">\n<h2>{escape(english)}</h2>\n<p>{escape(english_text)}</p>\n{english_help}</div>\n</main>\n</body>\n</html>\n'
    ).encode()
