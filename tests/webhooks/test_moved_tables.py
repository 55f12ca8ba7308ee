"""Endpoints and secrets stood in `partners` once: nothing in the database remembers it but what they were sealed with."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from prakerja.access.actors import SYSTEM
from prakerja.kernel.db import rows
from prakerja.kernel.ids import new_id
from prakerja.kernel.secrets import seal
from prakerja.partners.operations import add_partner
from prakerja.webhooks import endpoints
from prakerja.webhooks.models import Secret

AT = datetime(2021, 10, 1, tzinfo=UTC)


@pytest.mark.django_db
def test_a_secret_sealed_under_the_old_name_opens() -> None:
    partner = add_partner(kind="platform", code="toko-lama", name="Toko Lama", actor=SYSTEM, at=AT)
    there, _ = endpoints.set_webhook(partner_id=partner.partner_id, url="https://toko.example/", actor=SYSTEM, at=AT)
    made = new_id()
    sealed = seal("whsec_bGFtYQ==", table="partners_webhooksecret", column="secret_enc", row_id=made)
    Secret.objects.create(id=made, endpoint_id=there.endpoint_id, secret_enc=sealed, created_at=AT)
    assert endpoints.live_secrets(endpoint_id=there.endpoint_id)[0] == "whsec_bGFtYQ=="


@pytest.mark.django_db
def test_no_name_of_the_old_tables_is_left() -> None:
    found = rows(
        "SELECT relname FROM pg_class WHERE relname LIKE %(old)s "
        "UNION SELECT conname FROM pg_constraint WHERE conname LIKE %(old)s",
        {"old": "partners_webhook%"},
    )
    assert found == []
    table = rows("SELECT count(*) FROM pg_constraint WHERE conrelid = 'webhooks_endpoint'::regclass", {})
    assert table[0][0] >= 4
