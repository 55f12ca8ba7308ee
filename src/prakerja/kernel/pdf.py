"""Whether a file is a PDF that a reader can open, read from its bytes, and whether it says that it does more than show pages."""

from __future__ import annotations

import codecs
import re

# A reader looks for a PDF's head in its first kilobyte, and for its end in its last ones.
_HEAD = 1024
_BLANK = b" \t\r\n\f\v\0"
# A program, a file inside, a form that sends, a lock. Names may be written with their signs as numbers; what is packed is not seen.
_ACTIVE = re.compile(
    rb"/(?:JavaScript|JS|Launch|EmbeddedFiles?|SubmitForm|ImportData|XFA|RichMedia|Encrypt)(?![A-Za-z])"
)
_NUMBERED = re.compile(rb"#([0-9A-Fa-f]{2})")


def is_pdf(content: bytes) -> bool:
    """Readers take what stands before the head: a mark of the encoding, blank lines, a mailer's words; but no page."""
    at = content.find(b"%PDF-", 0, _HEAD)
    if at < 0 or re.match(rb"\d", content[at + 5 : at + 6]) is None:
        return False
    before = content[:at].removeprefix(codecs.BOM_UTF8).strip(_BLANK)
    if before.startswith((b"<", b"{", b"[")):
        return False
    # A file that was cut off has no end; without one and without objects there is nothing to open.
    return re.search(rb"\bobj\b", content) is not None and (b"%%EOF" in content or b"startxref" in content)


def is_active(content: bytes) -> bool:
    """Whether a PDF says that it runs, holds or sends something, or is locked. One that hides it in packed objects is not seen through:
    whoever opens it does so as a file of a stranger."""
    plain = _NUMBERED.sub(lambda found: bytes([int(found[1], 16)]), content)
    return _ACTIVE.search(content) is not None or _ACTIVE.search(plain) is not None
