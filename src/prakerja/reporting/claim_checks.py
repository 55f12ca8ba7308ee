"""Each value that is unique across people against the row that it belongs to: checks of the proof."""

from __future__ import annotations


def _claim(name: str, claim: str, row: str, on: str, key: str) -> tuple[str, str, str]:
    """Every claim has its row, and every row its claim."""
    return (
        name,
        claim,
        f"SELECT claimed.{key} AS claim, target.id AS target FROM {claim} claimed FULL JOIN {row} target ON {on} "
        f"WHERE claimed.{key} IS NULL OR target.id IS NULL",
    )


CLAIM_CHECKS = [
    _claim(
        "each NIK claim has its person and back",
        "people_nikclaim",
        "people_person",
        "target.id = claimed.person_id",
        "person_id",
    ),
    _claim(
        "each card claim has its award and back",
        "awards_cardclaim",
        "awards_award",
        "target.person_id = claimed.person_id AND target.id = claimed.award_id",
        "award_id",
    ),
    _claim(
        "each code claim has its voucher and back",
        "vouchers_codeclaim",
        "vouchers_voucher",
        "target.person_id = claimed.person_id AND target.id = claimed.voucher_id",
        "voucher_id",
    ),
    _claim(
        "each invoice claim has its purchase and back",
        "purchases_invoiceclaim",
        "purchases_purchase",
        "target.person_id = claimed.person_id AND target.id = claimed.purchase_id "
        "AND target.platform_id = claimed.platform_id AND target.invoice_code = claimed.invoice_code",
        "purchase_id",
    ),
    _claim(
        "each reference claim has its purchase and back",
        "purchases_referenceclaim",
        "purchases_purchase",
        "target.person_id = claimed.person_id AND target.id = claimed.purchase_id "
        "AND target.reference = claimed.reference",
        "purchase_id",
    ),
    _claim(
        "each rail's reference has its payment and back",
        "disbursements_referenceclaim",
        "disbursements_paymentinstruction",
        "target.person_id = claimed.person_id AND target.id = claimed.instruction_id "
        "AND target.rail = claimed.rail AND target.reference = claimed.reference",
        "instruction_id",
    ),
    _claim(
        "each certificate link's claim has its open link and back",
        "training_certificateshareclaim",
        "(SELECT * FROM training_certificateshare WHERE closed_at IS NULL)",
        "target.person_id = claimed.person_id AND target.id = claimed.share_id",
        "share_id",
    ),
    _claim(
        "each contact claim has its live contact point and back",
        "people_contactclaim",
        "(SELECT * FROM people_contactpoint WHERE retired_at IS NULL)",
        "target.person_id = claimed.person_id AND target.kind = claimed.kind",
        "person_id",
    ),
]
