"""Static files, also under the release's own folder, where browsers may keep them for a year (`kernel.assets`)."""

from __future__ import annotations

import re
from typing import Any

from django.http import HttpRequest, HttpResponse
from whitenoise.middleware import WhiteNoiseMiddleware
from whitenoise.responders import Response

from prakerja.kernel.assets import MARK, version

KEPT = "max-age=31536000, public, immutable"
_OF_A_RELEASE = re.compile(rf"{MARK}[0-9a-f]{{12}}/")


class StaticFiles(WhiteNoiseMiddleware):  # type: ignore[misc]
    """WhiteNoise, which finds every file under `/static/<version>/` too.

    While a new release starts beside an old one, a page of the one may ask the other for a file: it is given what it has, to be
    kept no longer than an unversioned file.
    """

    def add_files_from_finders(self) -> None:
        super().add_files_from_finders()
        ours = f"{self.static_prefix}{version()}/"
        for address, file in list(self.files.items()):
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
