"""A client that was once seen to sign the stronger form is not accepted with the weaker one any more (ADR 0003).

The published contract leaves two things open: whether the token is signed at `authorize`, and whether the query is at
`oauth/authorize`. Both are accepted from whoever always did so. But a signature without them is good for another token or
another scope too, so whoever has shown that its program signs them is held to it.
"""

from __future__ import annotations

import logging
from typing import Protocol

from prakerja.kernel import clock
from prakerja.partner_api import signing
from prakerja.partners import keys
from prakerja.partners.queries import Credential

_LOG = logging.getLogger(__name__)
_SIGNED_TOKEN = (signing.AuthorizationForm.HEADER, signing.AuthorizationForm.TOKEN)
# What this process has just written down, until its next look at the partner.
_noted: set[tuple[str, str]] = set()


class Spelt(Protocol):
    """The request as it would have been signed."""

    def __call__(self, *, signs_token: bool, signs_query: bool) -> signing.Request: ...


def verify(
    *,
    declared_path: str,
    client: Credential,
    spelt: Spelt,
    signature: str,
    algorithm: signing.Algorithm,
) -> signing.Match | None:
    """`signing.verify` with the forms that this client may still use here."""
    token_form, query_form = f"token {declared_path}", f"query {declared_path}"
    held = frozenset[str]() if client.accepts_weaker_forms else client.strong_forms
    request = spelt(signs_token=token_form in held, signs_query=query_form in held)
    match = signing.verify(request=request, signature=signature, sign_keys=client.sign_keys, algorithm=algorithm)
    if match is None:
        if token_form in held or query_form in held:
            _tell_of_a_weaker_one(declared_path, client, spelt, signature, algorithm)
        return None
    return match


def forms_of(*, declared_path: str, match: signing.Match, query: str) -> tuple[str, ...]:
    """What a right signature showed that its program signs here."""
    token = (f"token {declared_path}",) if match.authorization in _SIGNED_TOKEN else ()
    return (*token, f"query {declared_path}") if query and match.path.endswith(f"?{query}") else token


def note(client: Credential, form: str) -> None:
    """Write it down once, after a call that succeeded: a refused one changes nothing."""
    place = (client.client_code, form)
    if client.accepts_weaker_forms or form in client.strong_forms:
        # Known now, and to be learnt anew when an operator lets it be forgotten.
        _noted.discard(place)
    elif place not in _noted:
        keys.note_strong_form(partner_id=client.partner_id, form=form, at=clock.now())
        _noted.add(place)


def _tell_of_a_weaker_one(
    declared_path: str, client: Credential, spelt: Spelt, signature: str, algorithm: signing.Algorithm
) -> None:
    """Say in the log that this is no stranger: an operator who is called up must see what to do."""
    request = spelt(signs_token=False, signs_query=False)
    if (
        signing.verify(request=request, signature=signature, sign_keys=client.sign_keys, algorithm=algorithm)
        is not None
    ):
        _LOG.warning(
            "client %s signed %s in a weaker form than before and was refused; "
            "`prakerja partner rules --signatures any` would accept it",
            client.client_code,
            declared_path,
        )


def forget() -> None:
    """For tests, which are many processes in one."""
    _noted.clear()
