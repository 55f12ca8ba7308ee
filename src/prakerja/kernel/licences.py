"""Under which terms others let us use their work, and which of those we may take without asking: data and three questions.

A licence is written as SPDX writes it. What packages say of themselves is older than SPDX and spelled in many ways.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

# May be used, changed and passed on, also by whoever sells it, as long as the notice stays.
PERMISSIVE = frozenset(
    (
        "0BSD",
        "Apache-2.0",
        # Fonts: passed on unchanged, or changed under another name.
        "Bitstream-Vera",
        "LPPL-1.3c",
        "BSD",
        "BSD-2-Clause",
        "BSD-3-Clause",
        "ISC",
        "MIT",
        "MIT-0",
        "MIT-CMU",
        "OFL-1.1",
        "PostgreSQL",
        "PSF-2.0",
        "ZPL-2.1",
    )
)
# Packages under other terms, each with the terms that were looked at and why they bind nobody here. A new one is a decision.
ACCEPTED: dict[str, tuple[str, str]] = {
    "psycopg": ("LGPL-3.0-only", "a library that is used unchanged and can be replaced by another version"),
    "psycopg-binary": ("LGPL-3.0-only", "a library that is used unchanged and can be replaced by another version"),
    "psycopg-pool": ("LGPL-3.0-only", "a library that is used unchanged and can be replaced by another version"),
    "python-stdnum": ("LGPL-2.1-or-later", "a library that is used unchanged and can be replaced by another version"),
    "certifi": ("MPL-2.0", "a list of certificates that is used unchanged"),
    "fqdn": ("MPL-2.0", "belongs to the maker of the bill of materials; nothing of it is passed on"),
    "pathspec": ("MPL-2.0", "belongs to tools of development; nothing of it is passed on"),
    "hypothesis": ("MPL-2.0", "belongs to the tests; nothing of it is passed on"),
    "axe-core": ("MPL-2.0", "belongs to the tests; nothing of it is passed on"),
}
# Packages that do not say it in a form that a program can read; looked up in the licence that comes with them.
_LOOKED_UP = {
    "python-dateutil": "Apache-2.0 OR BSD-3-Clause",
    "python-stdnum": "LGPL-2.1-or-later",
    "pytest-django": "BSD-3-Clause",
}
# Needed on other systems only, so that nothing of them is here to be read.
ELSEWHERE = {
    "colorama": "BSD-3-Clause",
    "tzdata": "Apache-2.0",
    "httpx2-jsfetch": "BSD-3-Clause",
}
_SPELLED = {
    "3-clause bsd license": "BSD-3-Clause",
    "apache 2.0": "Apache-2.0",
    "apache software license": "Apache-2.0",
    "bsd": "BSD",
    "bsd 2-clause license": "BSD-2-Clause",
    "bsd license": "BSD",
    "isc license (iscl)": "ISC",
    "mit license": "MIT",
    "mozilla public license 2.0 (mpl 2.0)": "MPL-2.0",
    "python software foundation license": "PSF-2.0",
    "zope public license": "ZPL-2.1",
    "zpl 2.1": "ZPL-2.1",
}
_SPDX = re.compile(r"[A-Za-z0-9.+-]+(?: (?:AND|OR|WITH) [A-Za-z0-9.+-]+)*")
# What only one licence says, the stricter ones first.
_PHRASES = (
    ("GNU AFFERO GENERAL PUBLIC LICENSE", "AGPL-3.0"),
    ("GNU LESSER GENERAL PUBLIC LICENSE", "LGPL"),
    ("GNU GENERAL PUBLIC LICENSE", "GPL"),
    ("Mozilla Public License", "MPL-2.0"),
    ("SIL OPEN FONT LICENSE Version 1.1", "OFL-1.1"),
    ("Apache License Version 2.0", "Apache-2.0"),
    ("Zero-Clause BSD", "0BSD"),
    ("Permission to use, copy, modify, and/or distribute this software", "ISC"),
    ("Permission is hereby granted, free of charge, to any person obtaining a copy", "MIT"),
    ("Redistribution and use in source and binary forms", "BSD"),
)


def licence_of(*, name: str, expression: str, field: str, classifiers: Iterable[str]) -> str:
    """The licence of a Python package by its metadata (License-Expression, License, classifiers); "" when it tells none."""
    if name in _LOOKED_UP:
        return _LOOKED_UP[name]
    if expression:
        return expression
    said = field.strip().splitlines()[0].strip() if field.strip() else ""
    if said.lower() in _SPELLED:
        return _SPELLED[said.lower()]
    # One word with a number or an acronym, as SPDX has them; a sentence is none.
    if said and _SPDX.fullmatch(said) and any(part in PERMISSIVE or "-" in part for part in said.split()):
        return said
    words = [one.rpartition(" :: ")[2] for one in classifiers if one.startswith("License ::")]
    known = sorted({_SPELLED[word.lower()] for word in words if word.lower() in _SPELLED})
    return " OR ".join(known)


def recognise(text: str) -> str:
    """Which licence a text is; "" when it is none that is known here."""
    flat = " ".join(text.split())
    return next((licence for phrase, licence in _PHRASES if phrase in flat), "")


def is_permitted(*, name: str, licence: str) -> bool:
    """Whether we may take this without asking anybody: by its licence, or by a decision about this package and licence."""
    if name in ACCEPTED and ACCEPTED[name][0] == licence:
        return True
    return bool(licence) and any(
        all(one in PERMISSIVE for one in choice.split(" AND ")) for choice in licence.strip("()").split(" OR ")
    )
