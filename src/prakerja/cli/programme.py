"""`prakerja programme …`: the money that the state gives the programme."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from prakerja.cli.arguments import (
    OPERATOR_SENTENCES,
    SECOND_NEEDED,
    CommandError,
    acting,
    answer,
    by_operator,
    common,
    progress,
)
from prakerja.cli.database import database
from prakerja.kernel.errors import Refused

if TYPE_CHECKING:
    from prakerja.programmes.funding import ProposedFunding

_SENTENCES = {
    **OPERATOR_SENTENCES,
    "operator_needed": ("Sebutkan operatornya: --operator.", "Say which operator: --operator."),
    "funding_amount": (
        "--amount adalah rupiah bulat, lebih dari nol dan masuk akal.",
        "--amount is whole rupiah, more than nothing and of a size that exists.",
    ),
    "funding_reference": (
        "--reference menyebut surat anggaran itu, paling panjang 100 huruf.",
        "--reference names the budget's letter, in 100 signs at most.",
    ),
    "funding_known": (
        "Anggaran dari surat itu sudah dibukukan. Tidak ada yang berubah.",
        "The budget of that letter is booked already. Nothing was changed.",
    ),
    "funding_waits": (
        "Petugas lain sudah menyiapkan anggaran dari surat itu. Bukukan, atau tarik dahulu: prakerja programme take-back. "
        "Tidak ada yang diubah.",
        "Another operator has prepared the budget of that letter. Confirm it, or take it back first: prakerja programme take-back. "
        "Nothing was changed.",
    ),
    "nothing_prepared": (
        "Tidak ada anggaran yang menunggu dengan kode itu: sudah dibukukan, diganti atau ditarik. Lihat: prakerja programme money.",
        "No budget waits by that code: it was booked, replaced or taken back. See prakerja programme money.",
    ),
    "same_operator": (
        "Yang menyiapkan anggaran itu tidak membukukannya.",
        "Whoever prepared that budget does not book it.",
    ),
}


def add_to(subparsers: Any) -> None:
    family = subparsers.add_parser("programme", help="the programme's money")
    verbs = family.add_subparsers(dest="verb", required=True, metavar="fund|confirm|take-back|money")
    fund = by_operator(
        common(verbs.add_parser("fund", help="prepare a budget that arrived; another operator books it"))
    )
    fund.add_argument("--amount", type=int, required=True, metavar="N", help="whole rupiah")
    fund.add_argument(
        "--reference", required=True, metavar="LETTER", help="the letter by which it came; each counts once"
    )
    fund.set_defaults(run=prepare_fund)
    confirmed = by_operator(
        common(verbs.add_parser("confirm", help="another operator books a budget that was prepared"))
    )
    confirmed.set_defaults(run=confirm_fund)
    back = by_operator(common(verbs.add_parser("take-back", help="let nobody book what was prepared any more")))
    back.set_defaults(run=take_fund_back)
    for one in (confirmed, back):
        one.add_argument(
            "--digest", required=True, metavar="DIGEST", help="of what waits, as `programme money` says it"
        )
    common(verbs.add_parser("money", help="what is left for awards, and what waits to be booked")).set_defaults(
        run=show_money
    )


def prepare_fund(arguments: argparse.Namespace) -> int:
    """Prepare a budget."""
    with database(arguments.data_dir):
        from prakerja.kernel.clock import now
        from prakerja.programmes import funding

        try:
            made = funding.prepare_funding(
                amount=arguments.amount, reference=arguments.reference, actor=acting(arguments), at=now()
            )
        except Refused as refused:
            raise CommandError(*_SENTENCES[refused.reason]) from refused
    answer(_as_json(made))
    progress(f"another operator now books it: prakerja programme confirm --digest {made.digest}")
    return 0


def confirm_fund(arguments: argparse.Namespace) -> int:
    """Book a budget that another operator prepared."""
    with database(arguments.data_dir):
        from prakerja.kernel.clock import now
        from prakerja.programmes import funding

        try:
            holds = funding.confirm_funding(digest=arguments.digest, actor=acting(arguments), at=now())
        except Refused as refused:
            raise CommandError(*_SENTENCES[refused.reason]) from refused
    answer({"is_booked": True, "programme_funds": holds})
    return 0


def take_fund_back(arguments: argparse.Namespace) -> int:
    """Take a budget that waits back: their own alone, another's by two."""
    with database(arguments.data_dir):
        from prakerja.kernel.clock import now
        from prakerja.programmes import funding

        try:
            is_back = funding.take_back_funding(digest=arguments.digest, actor=acting(arguments), at=now())
        except Refused as refused:
            raise CommandError(*_SENTENCES[refused.reason]) from refused
    answer({"is_taken_back": is_back})
    if not is_back:
        progress(SECOND_NEEDED)
    return 0


def show_money(arguments: argparse.Namespace) -> int:
    """Print what the programme holds, in rupiah, and what waits for another operator."""
    with database(arguments.data_dir):
        from prakerja.ledger.chart import Chart
        from prakerja.ledger.queries import holds
        from prakerja.programmes.funding import waiting_fundings

        answer(
            {
                "programme_funds": holds(account=Chart.PROGRAMME_FUNDS),
                "waiting": [_as_json(one) for one in waiting_fundings()],
            }
        )
    return 0


def _as_json(one: ProposedFunding) -> dict[str, Any]:
    return {
        "amount": one.amount,
        "reference": one.reference,
        "confirm": one.digest,
        "prepared_by": one.prepared_by,
        "prepared_at": one.prepared_at.isoformat(),
        "back_asked_by": one.back_asked_by,
    }
