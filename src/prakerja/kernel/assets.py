"""The name under which static files may be kept for a year: a folder that carries a hash of all of them.

One hash for all instead of one for each: whatever a file takes from beside it (a script its module) is found under the same
hash, and nothing has to be written into files. A new release has other names, so nothing old is ever shown.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
from functools import cache
from pathlib import Path

import prakerja

PACKAGE = Path(prakerja.__file__).parent
MARK = "v-"
# Whose files pages name beside our own: the console's are the admin's, in unfold's clothes.
_OTHERS = ("Django", "django-unfold")


@cache
def version() -> str:
    """`v-` and twelve hexadecimal digits over the names and contents of the files, as they are when it is first asked."""
    total = hashlib.sha256()
    for path in sorted(path for path in PACKAGE.glob("*/static/**/*") if path.is_file()):
        total.update(str(path.relative_to(PACKAGE)).encode())
        total.update(b"\0")
        total.update(hashlib.sha256(path.read_bytes()).digest())
    for name in _OTHERS:
        total.update(f"{name} {importlib.metadata.version(name)}".encode())
    return MARK + total.hexdigest()[:12]
