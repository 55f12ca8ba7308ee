"""What a question to the office may be, how many are taken, and how long they are kept (rules.md 11.6). Pure."""

from __future__ import annotations

from datetime import timedelta

# What a question is about, in the order in which people ask most (rules.md 11.6).
TOPICS = ("sign_in", "identity", "selection", "purchase", "class", "certificate", "payment", "fraud", "site", "other")

FEWEST, LONGEST = 10, 2_000
# What both sides may write in one case.
MOST_ENTRIES = 40
# In a day: of one browser; of an IPv4 address, which may be a village's or a carrier's; of an IPv6 /64, a household's.
DAY = timedelta(days=1)
OF_BROWSER, OF_V4, OF_V6 = 5, 500, 30
# What was asked and answered is wiped so long after it was closed; a case that was answered and not asked again ends by itself.
WIPED_AFTER = timedelta(days=365)
ENDS_AFTER = timedelta(days=30)


def most_of_network(network: str) -> int:
    """How many questions a day are taken from one network (`1.2.3.4`, or an IPv6 /64)."""
    return OF_V6 if ":" in network else OF_V4
