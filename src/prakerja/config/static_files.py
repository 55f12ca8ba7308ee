"""Static files, also under the release's own folder, where browsers may keep them for a year (`kernel.assets`).

What the build packed is sent as it lies there; what other packages bring (the console's style and scripts) is packed when it is first
asked for, and kept in memory.
"""

from __future__ import annotations

import gzip
import re
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

from django.contrib.staticfiles.storage import StaticFilesStorage
from django.http import HttpRequest, HttpResponse
from whitenoise.middleware import WhiteNoiseMiddleware
from whitenoise.responders import Response

from prakerja.kernel.assets import MARK, version

KEPT = "max-age=31536000, public, immutable"
# Pictures, letters and films are packed by themselves; below this a packet is a packet.
_PACKS = re.compile(r"\.(css|js|json|svg|txt|html)$")
_WORTH_IT, _AT_MOST = 1_000, 1_000_000
_OF_A_RELEASE = re.compile(rf"{MARK}[0-9a-f]{{12}}/")


class NamedForTheRelease(StaticFilesStorage):
    """`{% static %}` gives the address under the release's own folder, in templates of others too."""

    def url(self, name: str | None) -> str:
        return str(super().url(f"{version()}/{name}"))


class StaticFiles(WhiteNoiseMiddleware):  # type: ignore[misc]
    """WhiteNoise, which finds every file under `/static/<version>/` too.

    While a new release starts beside an old one, a page of the one may ask the other for a file: it is given what it has, to be
    kept no longer than an unversioned file.
    """

    def add_files_from_finders(self) -> None:
        super().add_files_from_finders()
        ours = f"{self.static_prefix}{version()}/"
        for address, file in list(self.files.items()):
            if len(getattr(file, "alternatives", ())) == 1 and _is_worth_packing(file.alternatives[0][1]):
                file = self.files[address] = _Packed(file)
            self.files[ours + address.removeprefix(self.static_prefix)] = self.kept(file)

    def kept(self, file: Any) -> Any:
        """The same file with its alternatives, to be kept for a year."""
        return _Kept(file)

    def __call__(self, request: HttpRequest) -> HttpResponse:
        address = request.path_info
        if address not in self.files and address.startswith(self.static_prefix):
            name = address.removeprefix(self.static_prefix)
            found = _OF_A_RELEASE.match(name)
            if found is not None and (file := self.files.get(self.static_prefix + name[found.end() :])) is not None:
                return self.serve(file, request)  # type: ignore[no-any-return]
        return super().__call__(request)  # type: ignore[no-any-return]


class _Kept:
    """A static file whose answers say that it never changes under this address."""

    def __init__(self, file: Any) -> None:
        self._file = file

    def get_response(self, method: str, headers: Any) -> Any:
        response = self._file.get_response(method, headers)
        fields = [(name, value) for name, value in response.headers if name.lower() != "cache-control"]
        return Response(response.status, [*fields, ("Cache-Control", KEPT)], response.file)


class _Packed:
    """A static file for which no packed one lies there."""

    def __init__(self, file: Any) -> None:
        self._file = file

    def get_response(self, method: str, headers: Any) -> Any:
        response = self._file.get_response(method, headers)
        if response.status not in (200, 304) or "HTTP_RANGE" in headers:
            return response
        fields = [*response.headers, ("Vary", "Accept-Encoding")]
        if response.status == 304 or "gzip" not in headers.get("HTTP_ACCEPT_ENCODING", ""):
            return Response(response.status, fields, response.file)
        text = _packed(self._file.alternatives[0][1])
        fields = [(name, value) for name, value in fields if name.lower() != "content-length"]
        fields += [("Content-Encoding", "gzip"), ("Content-Length", str(len(text)))]
        if response.file is not None:
            response.file.close()
        return Response(response.status, fields, BytesIO(text) if response.file is not None else None)


def _is_worth_packing(path: str) -> bool:
    return bool(_PACKS.search(path)) and _WORTH_IT <= Path(path).stat().st_size <= _AT_MOST


@cache
def _packed(path: str) -> bytes:
    return gzip.compress(Path(path).read_bytes(), 9, mtime=0)
