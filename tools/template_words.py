"""Find the words of Django templates for Babel, which knows Jinja's templates only (babel.cfg).

Django itself turns a template into something that reads like Python calls of gettext; Babel's own reader does the rest.
"""

from __future__ import annotations

import io
from collections.abc import Collection, Iterable, Mapping
from typing import IO, Any

from babel.messages.extract import extract_python
from django.utils.translation.template import templatize


def extract(
    fileobj: IO[bytes], keywords: Mapping[str, Any], comment_tags: Collection[str], options: dict[str, Any]
) -> Iterable[Any]:
    """A Babel extraction method."""
    source = templatize(fileobj.read().decode())
    # What is left of the markup is indented at random, which Python would not forgive.
    lines = "\n".join(line.lstrip() for line in source.splitlines())
    return extract_python(io.BytesIO(lines.encode()), keywords, comment_tags, options)
