"""Files that anybody may take: sent piece by piece, from any byte on, and kept by whoever asks for as long as they stay the same."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import parse_etags

from prakerja.draw.public import PublicFile

_PIECE = 128 * 1024
_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")
# Of a published draw, which never changes again; and of one that is on its way.
_FOR_EVER, _FOR_A_MINUTE = "public, max-age=31536000, immutable", "public, max-age=60"
_KINDS = {".json": "application/json", ".zip": "application/zip"}


def file_answer(request: HttpRequest, found: PublicFile, *, saved_as: str = "") -> HttpResponseBase:
    """The file, a part of it (one `Range`), or that it is the same still. `saved_as`: what it is called when it is saved."""
    about = found.path.stat()
    tag = f'"{found.sha256 or f"{about.st_mtime_ns:x}-{about.st_size:x}"}"'
    headers = {
        "ETag": tag,
        "Cache-Control": _FOR_EVER if found.sha256 else _FOR_A_MINUTE,
        "Accept-Ranges": "bytes",
    }
    asked = parse_etags(request.headers.get("If-None-Match", ""))
    if tag in asked or "*" in asked:
        return HttpResponse(status=304, headers=headers)
    if saved_as:
        headers["Content-Disposition"] = f'attachment; filename="{saved_as}"'
    headers["Content-Type"] = _KINDS.get(found.path.suffix, "text/plain; charset=utf-8")
    size = about.st_size
    is_part = request.headers.get("If-Range", tag) == tag
    span = _span(request.headers.get("Range", ""), size) if is_part else None
    if span is None:
        begin, end, status = 0, size, 200
    else:
        begin, end = span
        if begin >= end:
            return HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"})
        headers["Content-Range"], status = f"bytes {begin}-{end - 1}/{size}", 206
    headers["Content-Length"] = str(end - begin)
    if request.method == "HEAD":
        return HttpResponse(status=status, headers=headers)
    return StreamingHttpResponse(_pieces(found.path, begin, end), status=status, headers=headers)


def _span(asked: str, size: int) -> tuple[int, int] | None:
    """The bytes of one range, the end exclusive; None for whatever is no such range, which is answered as if it were not there."""
    match = _RANGE.fullmatch(asked.strip())
    if match is None or asked.strip() == "bytes=-":
        return None
    first, last = match.groups()
    if not first:
        return max(size - int(last), 0), size
    if last and int(last) < int(first):
        return None
    return int(first), min(int(last) + 1, size) if last else size


def _pieces(path: Path, begin: int, end: int) -> Iterator[bytes]:
    with path.open("rb") as file:
        file.seek(begin)
        while begin < end and (piece := file.read(min(_PIECE, end - begin))):
            begin += len(piece)
            yield piece
