"""Papers to keep: a receipt and a certificate as PDF, set by typst from the templates beside this file.

What stands in them comes as data and is never read as markup; no file, font or address of the machine is looked at.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any, Literal

FOLDER = Path(__file__).parent


@cache
def _template(name: str) -> bytes:
    return (FOLDER / f"{name}.typ").read_bytes()


def paper(*, sheet: Literal["receipt", "certificate"], data: dict[str, Any]) -> bytes:
    """The PDF of this sheet with this data, readable for screen readers (PDF/UA-1)."""
    # Loaded when the first paper is asked for: a door that makes none does not carry it.
    import typst

    made: bytes = typst.compile(
        _template(sheet),
        format="pdf",
        sys_inputs={"data": json.dumps(data)},
        ignore_system_fonts=True,
        pdf_standards=["ua-1"],
    )
    return made
