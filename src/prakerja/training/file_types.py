"""What a file is, read from its bytes: whether a reader of its kind could open it, and that it is no page in its place.

A server that has no such file often answers 200 all the same, with a page, an error or a sign-in form. Nothing here opens or
unpacks anything: a file's own marks are looked for, as many as tell a whole file from a name.
"""

from __future__ import annotations

import codecs
import json
import re
import struct
import zlib

from prakerja.kernel.pdf import is_pdf

_BLANK = b" \t\r\n\f\v\0"
# What may stand in a text; the last is the end that old editors write.
_CONTROLS = frozenset(map(chr, range(32))) - frozenset("\t\n\r\f\v") | frozenset(map(chr, range(0x7F, 0xA0)))
_OLD_END = "\x1a"
# Signs above ASCII that plain text in a Western code page has; more of them are no text.
_MOST_HIGH = 0.4
# A page where a file should be. <https://…> and <a@b.id> are addresses of Markdown.
_MARKUP = re.compile(r"<(?:[!?]|(/?[a-z][a-z0-9-]*(?::[a-z][a-z0-9-]*)?)(?=[\s/>]|\Z))", re.IGNORECASE)
_TAGS = frozenset(
    [
        "a",
        "article",
        "b",
        "base",
        "body",
        "br",
        "button",
        "center",
        "div",
        "dl",
        "fieldset",
        "font",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "head",
        "header",
        "hr",
        "html",
        "i",
        "iframe",
        "img",
        "input",
        "label",
        "li",
        "link",
        "main",
        "meta",
        "nav",
        "noscript",
        "ol",
        "p",
        "pre",
        "script",
        "section",
        "span",
        "strong",
        "style",
        "svg",
        "table",
        "title",
        "ul",
    ]
)
# How much of a text is asked whether it is a page.
_LOOKED_AT = 65_536
_SIGN_IN = re.compile(r"<(?:form|input)\b[^>]{0,500}password", re.IGNORECASE)
_WHOLE_PAGE = re.compile(r"<(?:!doctype\s+html|html[\s>]|head[\s>]|body[\s>])", re.IGNORECASE)
_FENCE = re.compile(r"^(?:```|~~~)", re.MULTILINE)
# An object of JSON, also behind the mark that keeps it from being run, also cut off: a program's answer, nobody's work.
_JSON = re.compile(r"""(?:\)\]\}'[^\n]*\n\s*)?\{\s*["'}]""")
# What servers say in a line or two instead of a file.
_LONGEST_ERROR = 600
_ERROR = re.compile(
    r"""
    (?: (?:http(?:/\d(?:\.\d)?)? \s+ | error (?:\s+code)? [\s:#-]* | status [\s:]* | default\ backend\ -\ )?
        [45]\d\d \b [\s:,.-]* (?:\Z | (?:page|file|url)\ not | (?:halaman|berkas|file)\ tidak | error | not\ | bad\ | forbidden
        | unauthori[sz]ed | access | internal | service\ un | gateway | too\ many | method\ not | request | conflict | gone\b
        | tidak\ ditemukan | akses)
    | error \s+ code [\s:#]* \d+
    | (?:the\ )? (?:requested\ |specified\ )? (?:page|file|url|resource|document|object|item|key|bucket|link|route) \b [^.\n]{0,80}
        (?:not\ (?:be\ )?found|does\ not\ exist|doesn't\ exist|no\ longer\ (?:exists|available)|has\ been\ (?:removed|deleted)
        |(?:is|has)\ expired|unavailable|not\ available)
    | not\ found\b | no\ such\ (?:file|key|page|object) | nosuchkey | accessdenied | access\ (?:is\ |was\ )?denied
    | forbidden\b | unauthori[sz]ed\b | permission\ denied | authentication\ (?:is\ )?(?:required|failed)
    | invalid\ (?:token|signature|link) | (?:token|link|session|signature|request)\ (?:has\ |is\ )?expired
    | bad\ (?:request|gateway)\b | (?:internal\ )?server\ error | an\ (?:unexpected\ |internal\ )?error\ (?:has\ )?occur
    | service\ unavailable | gateway\ time-?out | upstream\ (?:connect|request|server|timed) | no\ healthy\ upstream
    | too\ many\ requests | rate\ limit\ exceeded | method\ not\ allowed
    | please\ (?:log|sign)\ ?in\b | (?:log|sign)\ ?in\ (?:is\ )?(?:required|to\ continue|to\ your\ account) | (?:log|sign)\s?in\s*\Z
    | you\ (?:must|need\ to|have\ to)\ (?:be\ )?(?:log|sign)
    | traceback\ \(most | (?:fatal|parse)\ error | (?:error|warning|exception)\s*:
    | (?:halaman|berkas|file|dokumen|tautan)\ (?:ini\ |tersebut\ |yang\ [^.\n]{0,60})?(?:sudah\ )?tidak\ (?:ditemukan|ada\b|tersedia)
    | (?:silakan|silahkan|harap|mohon|anda\ harus|anda\ perlu)\ (?:masuk|login|log\ in|sign\ in)\b
    | akses\ (?:ditolak|dilarang) | sesi\ (?:anda\ )?(?:berakhir|habis|telah) | tautan\ (?:sudah\ |telah\ )?k[ae]dalu?[aw]
    | terjadi\ kesalahan | kesalahan\ (?:server|sistem)
    )""",
    re.IGNORECASE | re.VERBOSE,
)


def type_of(content: bytes) -> str | None:
    """What a file is: pdf, docx, zip, png, jpeg, gif, webp or text; None for what no assignment is handed in as."""
    for name, look in _LOOKS.items():
        if look(content):
            return name
    if _has_head_of_another(content):
        return None
    return "text" if is_text(content) else None


def is_text(content: bytes) -> bool:
    """Whether it is somebody's plain text, in UTF-8, UTF-16 or a Western code page: neither empty, nor an answer in place."""
    text = decoded(content)
    return text is not None and bool(text.strip()) and not _stands_in_place(text)


def decoded(content: bytes) -> str | None:
    """The text of a plain text file, by its mark or by what its bytes can be; None when they are no text."""
    for encoding in _encodings(content):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        text = text.removeprefix("\ufeff").removesuffix(_OLD_END)
        if not _CONTROLS.isdisjoint(text) or "\ufffe" in text:
            continue
        if encoding.startswith("utf-16-") and sum(sign < "\u0250" for sign in text[:_LOOKED_AT]) * 2 < len(
            text[:_LOOKED_AT]
        ):
            # Without a mark any two bytes are some sign; a text that we are handed is mostly Latin.
            continue
        if encoding == "cp1252" and len(text) - len(text.encode("ascii", "ignore")) > _MOST_HIGH * len(text):
            continue
        return text
    return None


def _encodings(content: bytes) -> tuple[str, ...]:
    # UTF-32 first: its little-endian mark begins with that of UTF-16.
    if content.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        return ("utf-32",)
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return ("utf-16",)
    if content.startswith(codecs.BOM_UTF8):
        return ("utf-8-sig",)
    if b"\0" in content[:200]:
        # Without a mark: letters of ours have a zero for their other half.
        return ("utf-16-le", "utf-16-be") if len(content) % 2 == 0 else ()
    return ("utf-8", "cp1252")


def _stands_in_place(text: str) -> bool:
    """Whether a server said something else instead of the file: a page, a program's answer, an error."""
    begin = text.lstrip("\ufeff \t\r\n\f\v")[:_LOOKED_AT]
    if _is_markup(begin) or _JSON.match(begin) or _is_json(text):
        return True
    # Work about web pages shows them as code; a page that is one does not.
    if not _FENCE.search(begin) and (_SIGN_IN.search(begin) or _WHOLE_PAGE.search(begin)):
        return True
    # A script's first line.
    if begin.startswith("#!"):
        return True
    said = begin.strip("#*_-= \t\r\n\"'")
    return len(text) <= _LONGEST_ERROR and _ERROR.match(said) is not None


def _is_markup(begin: str) -> bool:
    """Whether it begins with a tag, a comment or a declaration; a template's <Nama peserta> is none: nothing closes it."""
    found = _MARKUP.match(begin)
    if found is None:
        return False
    name = (found.group(1) or "").lower().removeprefix("/")
    return not name or name in _TAGS or f"</{name}" in begin.lower() or begin[: begin.find(">") + 1].endswith("/>")


def _is_json(text: str) -> bool:
    """Whether a short text is a list, or one of the words, of JSON."""
    if len(text) > _LOOKED_AT or text.strip()[:1] not in ("[", "n", "t", "f"):
        return False
    try:
        read = json.loads(text)
    except (ValueError, RecursionError):
        return False
    return not isinstance(read, str)


def _is_png(content: bytes) -> bool:
    if not content.startswith(b"\x89PNG\r\n\x1a\n") or content[12:16] != b"IHDR" or len(content) < 33:
        return False
    width, height = struct.unpack(">II", content[16:24])
    is_whole = zlib.crc32(content[12:29]) == int.from_bytes(content[29:33], "big")
    return bool(width and height and is_whole and b"IDAT" in content)


def _is_jpeg(content: bytes) -> bool:
    # A frame, and where its picture begins.
    return content.startswith(b"\xff\xd8\xff") and re.search(rb"\xff[\xc0-\xc3\xc5-\xc7\xc9-\xcb\xcd-\xcf]", content) is not None and b"\xff\xda" in content  # fmt: skip


def _is_gif(content: bytes) -> bool:
    return content.startswith((b"GIF87a", b"GIF89a")) and len(content) > 13 and b"," in content[13:]


def _is_webp(content: bytes) -> bool:
    if content[:4] != b"RIFF" or content[8:12] != b"WEBP":
        return False
    return (
        content[12:16] in (b"VP8 ", b"VP8L", b"VP8X") and int.from_bytes(content[4:8], "little") + 8 <= len(content) + 1
    )


def _is_zip(content: bytes) -> bool:
    """An archive with its list of contents, which stands at its end: one that was cut off cannot be opened."""
    if not content.startswith(b"PK\x03\x04"):
        return False
    end = content.rfind(b"PK\x05\x06", max(0, len(content) - 65_557))
    if end < 0 or len(content) < end + 22:
        return False
    entries, size, offset = struct.unpack("<HII", content[end + 10 : end + 20])
    if 0xFFFF in (entries,) or 0xFFFFFFFF in (size, offset):
        # The larger form keeps them elsewhere.
        return b"PK\x06\x06" in content[-65_700:]
    return entries > 0 and size > 0 and content[max(0, end - size) : end].startswith(b"PK\x01\x02")


def _is_docx(content: bytes) -> bool:
    return _is_zip(content) and b"word/document.xml" in content and b"[Content_Types].xml" in content


_LOOKS = {
    "pdf": is_pdf,
    "docx": _is_docx,
    "zip": _is_zip,
    "png": _is_png,
    "jpeg": _is_jpeg,
    "gif": _is_gif,
    "webp": _is_webp,
}
_HEADS = (b"%PDF-", b"PK", b"\x89PNG", b"\xff\xd8\xff", b"GIF87a", b"GIF89a", b"RIFF")


def _has_head_of_another(content: bytes) -> bool:
    """A file that says what it is, and is not whole, is not plain text instead."""
    return content.removeprefix(codecs.BOM_UTF8).lstrip(_BLANK).startswith(_HEADS[:1]) or content.startswith(_HEADS[1:])
