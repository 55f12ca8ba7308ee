"""Who may do what: roles, verbs and the pairs of roles that nobody holds together, all as data (ADR 0018).

A verb stands here once, with the roles that may use it. `access.operations.permitted` asks this table and nothing else
does; `tests/house/test_permissions.py` finds verbs that are missing on either side.
"""

from __future__ import annotations

from itertools import combinations

# An operator may hold several; a CHECK repeats them.
ROLES = (
    # Looks, and changes nothing.
    "viewer",
    # Helps participants, and may see how to reach them.
    "helper",
    # Accepts courses and prices.
    "curator",
    # Looks after platforms and institutions: their keys, networks and webhooks.
    "partner_manager",
    # The three who let money go: each gives one signature. The first prepares as well.
    "approver",
    "authoriser",
    "releaser",
    # Makes operators and gives them roles.
    "administrator",
)
EVERYBODY = frozenset(ROLES)


def _only(*roles: str) -> frozenset[str]:
    return frozenset(roles)


# role × verb.
PERMISSIONS: dict[str, frozenset[str]] = {
    "data.browse": EVERYBODY,
    # Every version that runs here: for those who keep it safe and those who look into it, and of use to whoever attacks.
    "installation.look": _only("viewer", "administrator"),
    "person.reveal": _only("helper"),
    # Who changes a phone decides who can sign in: both the old and the new one are told, and money stays with others.
    "person.correct_contact": _only("helper"),
    # A lost phone is replaced by two of them, after days in which its owner can object.
    "lost_phone.propose": _only("helper"),
    "lost_phone.confirm": _only("helper"),
    "lost_phone.refuse": _only("helper"),
    "lost_phone.reveal": _only("helper"),
    # Only what a person asked for, and never before they could take it back.
    "erasure.answer": _only("helper"),
    # Whether documents show that an identity is theirs; nobody's phone or NIK is handed over by it.
    "registration.decide": _only("helper"),
    "registration.reveal": _only("helper"),
    # What anybody asks the office by its form: to read it, to answer, to close it.
    "case.answer": _only("helper"),
    # What nobody could be told for days.
    "message.send_again": _only("helper"),
    "message.let_go": _only("helper"),
    "course.decide": _only("curator"),
    "price.decide": _only("curator"),
    # What people wrote about a training, when it harms somebody.
    "review.moderate": _only("curator"),
    # A class whose institution is silent; and what becomes of codes that were entered before a class was cancelled.
    "class.cancel": _only("partner_manager"),
    "class.resolve": _only("approver"),
    "partner.add": _only("partner_manager"),
    "partner.change": _only("partner_manager"),
    "partner.key": _only("partner_manager"),
    "partner.webhook": _only("partner_manager"),
    # The budget that arrives: one prepares it by its letter, another books it, who awards nobody from it.
    "programme.fund": _only("approver"),
    "programme.confirm": _only("authoriser"),
    "programme.take_back": _only("approver", "authoriser"),
    # A wave that people may join; what of it may still change, and when, is a rule (rules.md 4.7).
    "wave.open": _only("approver"),
    "wave.change": _only("approver"),
    # Money is promised by it, and people plan by it: two people answer for it.
    "wave.confirm": _only("authoriser"),
    "wave.take_back": _only("approver", "authoriser"),
    # The letter of somebody who failed three times: nothing is promised or moved by an answer.
    "letter.answer": _only("helper"),
    # A list awards thousands: one has it read, another confirms it with the same file.
    "results.import": _only("approver"),
    "results.confirm": _only("authoriser"),
    "results.take_back": _only("approver", "authoriser"),
    # Who stands on a list that will not come again gets nothing by it: two people say so.
    "results.give_up": _only("approver", "authoriser"),
    # A wrong announcement is corrected by two people: nobody holds both roles.
    "announcement.correct": _only("approver"),
    "announcement.confirm": _only("authoriser"),
    "announcement.take_back": _only("approver", "authoriser"),
    # A list of another office that excludes people, or puts them first: two people answer for it.
    "roster.import": _only("approver"),
    "roster.confirm": _only("authoriser"),
    # Of what waits, whoever prepared it thinks better of it, or two send it back.
    "roster.take_back": _only("approver", "authoriser"),
    # A draw: each step is prepared by one and confirmed by another, and nobody holds both roles. What a source gave proves itself.
    "draw.prepare": _only("approver"),
    "draw.confirm": _only("authoriser"),
    # Counting what a wave would come to: nothing is decided, and nobody is named.
    "draw.simulate": _only("approver", "authoriser"),
    "draw.enter": _only("approver", "authoriser"),
    # Whoever prepared a step thinks better of it, or two send it back; what was decided and has not begun is cancelled by two.
    "draw.take_back": _only("approver", "authoriser"),
    # A witness is known by the word of two.
    "draw.witness": _only("administrator", "authoriser"),
    # Revocations that wait because we were down.
    "award.extend_held": _only("approver"),
    "award.release_held": _only("approver"),
    "award.suspend": _only("approver"),
    "award.reinstate": _only("approver"),
    "award.revoke": _only("approver"),
    "award.annul": _only("approver"),
    # A wrong report of an institution whose certificate the person has seen.
    "completion.correct": _only("helper", "approver"),
    "completion.withdraw": _only("helper", "approver"),
    "payment.retry": _only("approver"),
    # Whoever says which of two payments is true brings none about and lets none go.
    "payment.resolve": _only("authoriser"),
    "batch.approve": _only("approver"),
    "batch.authorise": _only("authoriser"),
    "batch.release": _only("releaser"),
    "operator.manage": _only("administrator"),
}
# What brings a payment about, and what lets it go.
PREPARES = frozenset(
    (
        "results.import",
        "announcement.correct",
        "draw.prepare",
        "award.extend_held",
        "award.reinstate",
        "award.revoke",
        "award.annul",
        "payment.retry",
        "batch.approve",
    )
)
RELEASES = frozenset(("batch.authorise", "batch.release"))
# A person signs; neither the programme nor whoever sits at its machine does it in their place.
OPERATORS_ONLY = frozenset(("batch.approve", "batch.authorise", "batch.release"))
# Nobody holds both: each signature is another person's, and whoever gives roles touches no money. A trigger repeats them.
INCOMPATIBLE = frozenset(
    frozenset(pair) for pair in combinations(("approver", "authoriser", "releaser", "administrator"), 2)
)


def incompatible(roles: frozenset[str]) -> list[tuple[str, str]]:
    """The pairs among these roles that nobody may hold together, in the order of `ROLES`."""
    held = [role for role in ROLES if role in roles]
    return [(one, other) for one, other in combinations(held, 2) if frozenset((one, other)) in INCOMPATIBLE]


def allows(*, roles: frozenset[str], verb: str) -> bool:
    """Whether somebody with these roles may. A verb that is not in the table is a mistake of the program (KeyError)."""
    return not PERMISSIONS[verb].isdisjoint(roles)
