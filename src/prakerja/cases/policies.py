"""What a question to the office may be, how many are taken, and how long they are kept (rules.md 11.6). Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from prakerja.kernel.clock import WIB

# What a question is about, in the order in which people ask most (rules.md 11.6).
TOPICS = ("sign_in", "identity", "selection", "purchase", "class", "certificate", "payment", "fraud", "site", "other")

FEWEST, LONGEST = 10, 2_000
# What both sides may write in one case.
MOST_ENTRIES = 40
# In a day: of one browser; of an IPv4 address, which may be a village's or a carrier's; of an IPv6 /64, a household's. Beyond it a
# network is not shut out: one of its questions is taken every so often.
DAY = timedelta(days=1)
# From one account.
OF_PERSON = 5
OF_BROWSER, OF_V4, OF_V6 = 5, 500, 30
PAUSE_V4, PAUSE_V6 = timedelta(minutes=1), timedelta(minutes=20)
# What was asked and answered is wiped so long after it was closed; a case that was answered and not asked again ends by itself.
WIPED_AFTER = timedelta(days=365)
ENDS_AFTER = timedelta(days=30)


FILE_KINDS = ("photo", "pdf")
# In one case; each with something that was written.
MOST_FILES = 10


@dataclass(frozen=True)
class FileTerms:
    """From a day (WIB) on. `kept`: so long after a case is closed its photos and PDFs go, long before its words."""

    since: date
    kept: timedelta


# A change is a new line.
FILE_TERMS = (FileTerms(since=date(2020, 4, 11), kept=timedelta(days=30)),)


def file_terms(at: datetime) -> FileTerms:
    """The rule at an instant."""
    held = [one for one in FILE_TERMS if one.since <= at.astimezone(WIB).date()]
    return max(held or FILE_TERMS[:1], key=lambda one: one.since)


def most_of_network(network: str) -> int:
    """How many questions a day are taken from one network (`1.2.3.4`, or an IPv6 /64)."""
    return OF_V6 if ":" in network else OF_V4


def pause_of_network(network: str) -> timedelta:
    """How far apart questions of one network are taken beyond that."""
    return PAUSE_V6 if ":" in network else PAUSE_V4
