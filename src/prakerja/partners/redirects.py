"""Where browsers may be sent back for an institution: filed beforehand, compared to the letter (contract.md 2.6)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from prakerja.access.actors import Actor
from prakerja.access.permitting import permitted
from prakerja.audit.operations import record
from prakerja.kernel.db import requires_transaction, transaction
from prakerja.kernel.errors import Refused
from prakerja.partners.locking import lock_partner
from prakerja.partners.models import Partner
from prakerja.partners.policies import is_redirectable


@permitted("partner.change")
def register_redirect_uris(*, code: str, redirect_uris: Sequence[str], actor: Actor, at: datetime) -> None:
    """File the addresses of a partner; they replace what was filed, at once, also for pages that are open.

    Raises Refused: not_permitted, partner_unknown, redirect_uri_invalid (uri).
    """
    require_redirectable(redirect_uris)
    with transaction():
        _file(lock_partner(code=code), list(dict.fromkeys(redirect_uris)), actor=actor, at=at)


@permitted("partner.change")
def add_redirect_uris(*, code: str, redirect_uris: Sequence[str], actor: Actor, at: datetime) -> list[str]:
    """File further addresses of a partner beside those that it has; returns all of them.

    Raises Refused: not_permitted, partner_unknown, redirect_uri_invalid (uri).
    """
    require_redirectable(redirect_uris)
    with transaction():
        partner = lock_partner(code=code)
        after = list(dict.fromkeys((*partner.redirect_uris, *redirect_uris)))
        _file(partner, after, actor=actor, at=at)
    return after


@permitted("partner.change")
def remove_redirect_uris(*, code: str, redirect_uris: Sequence[str], actor: Actor, at: datetime) -> list[str]:
    """Take addresses off a partner's list; returns those that stay. Pages that are open lead there no more.

    Raises Refused: not_permitted, partner_unknown, redirect_uri_unknown (uri).
    """
    with transaction():
        partner = lock_partner(code=code)
        filed: list[str] = partner.redirect_uris
        for uri in redirect_uris:
            if uri not in filed:
                raise Refused("redirect_uri_unknown", uri=uri)
        after = [uri for uri in filed if uri not in redirect_uris]
        _file(partner, after, actor=actor, at=at)
    return after


@requires_transaction
def _file(partner: Partner, after: list[str], *, actor: Actor, at: datetime) -> None:
    before, partner.redirect_uris = partner.redirect_uris, after
    partner.save(update_fields=["redirect_uris"])
    record(
        action="partner.redirect_uris_registered",
        at=at,
        actor=actor,
        subject_kind="partner",
        subject_id=partner.id,
        before=before,
        after=after,
    )


def require_redirectable(redirect_uris: Sequence[str]) -> None:
    """Raise Refused (redirect_uri_invalid, uri) for what no browser may be sent to."""
    for uri in redirect_uris:
        if not is_redirectable(uri):
            raise Refused("redirect_uri_invalid", uri=uri)
