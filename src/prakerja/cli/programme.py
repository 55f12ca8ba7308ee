"""`prakerja programme …`: the money that the state gives the programme."""

from __future__ import annotations

import argparse
from typing import Any

from prakerja.cli.arguments import OPERATOR_SENTENCES, CommandError, acting, answer, by_operator, common
from prakerja.cli.database import database
from prakerja.kernel.errors import Refused

_SENTENCES = {
    **OPERATOR_SENTENCES,
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
}


def add_to(subparsers: Any) -> None:
    family = subparsers.add_parser("programme", help="the programme's money")
    verbs = family.add_subparsers(dest="verb", required=True, metavar="fund|money")
    fund = by_operator(common(verbs.add_parser("fund", help="book a budget that arrived; awards are made of it")))
    fund.add_argument("--amount", type=int, required=True, metavar="N", help="whole rupiah")
    fund.add_argument(
        "--reference", required=True, metavar="LETTER", help="the letter by which it came; each counts once"
    )
    fund.set_defaults(run=fund_programme)
    common(verbs.add_parser("money", help="what is left for awards")).set_defaults(run=show_money)


def fund_programme(arguments: argparse.Namespace) -> int:
    """Book a budget."""
    with database(arguments.data_dir):
        from prakerja.kernel.clock import now
        from prakerja.programmes import funding

        try:
            holds = funding.fund_programme(
                amount=arguments.amount, reference=arguments.reference, actor=acting(arguments), at=now()
            )
        except Refused as refused:
            raise CommandError(*_SENTENCES[refused.reason]) from refused
        answer({"booked": arguments.amount, "reference": arguments.reference, "programme_funds": holds})
    return 0


def show_money(arguments: argparse.Namespace) -> int:
    """Print what the programme holds, in rupiah."""
    with database(arguments.data_dir):
        from prakerja.ledger.chart import Chart
        from prakerja.ledger.queries import holds

        answer({"programme_funds": holds(account=Chart.PROGRAMME_FUNDS)})
    return 0
