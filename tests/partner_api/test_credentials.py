"""Keys that rotate, end and are seen to be used; where calls may come from; how many there may be."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from prakerja.access.actors import SYSTEM
from prakerja.audit.models import Record
from prakerja.kernel import clock
from prakerja.kernel.db import rows
from prakerja.kernel.errors import Refused
from prakerja.kernel.ids import new_id
from prakerja.partner_api import clients
from prakerja.partners import epoch, keys
from prakerja.partners.models import ApiCredential
from prakerja.partners.operations import NewCredential
from tests.partner_api.partner import PAYMENT, Partner, Scene, refused
from tests.partner_api.signer import AT

DENIED = "Akses ditolak. Periksa kredensial dan waktu server Anda."


def quota(scene: Scene, credential: NewCredential | None = None, **headers: str) -> tuple[int, Any]:
    partner = Partner(credential or scene.world.platform)
    codes = {"course_code": scene.course.code, "schedule_code": scene.run.code}
    return partner.post(f"{PAYMENT}/quota-schedule", codes, **headers)


def test_two_keys_live_side_by_side_until_one_is_revoked(scene: Scene, let_pass: Callable[[float], None]) -> None:
    code = scene.world.platform.client_code
    fresh = keys.add_key(actor=SYSTEM, code=code, at=AT)
    let_pass(epoch.READ_EVERY)
    assert [quota(scene)[0], quota(scene, fresh)[0]] == [200, 200]
    old, new = keys.keys_of(code=code)
    assert (old.revoked_at, new.revoked_at) == (None, None)
    assert keys.revoke_key(actor=SYSTEM, code=code, key_id=old.key_id, at=AT) is True
    let_pass(epoch.READ_EVERY)
    assert refused(quota(scene)) == (401, "ERRINT40192", DENIED)
    assert quota(scene, fresh)[0] == 200
    assert keys.revoke_key(actor=SYSTEM, code=code, key_id=old.key_id, at=AT) is False
    assert keys.revoke_key(actor=SYSTEM, code=code, key_id=new.key_id, at=AT) is True
    let_pass(epoch.READ_EVERY)
    assert refused(quota(scene, fresh)) == (401, "ERRINT40194", DENIED)
    actions = list(
        Record.objects.filter(action__startswith="partner.key").order_by("id").values_list("action", flat=True)
    )
    assert actions == ["partner.key_added", "partner.key_revoked", "partner.key_revoked"]
    assert fresh.sign_key not in str(list(Record.objects.values_list("data", flat=True)))


def test_what_is_remembered_is_asked_for_again_only_after_a_change(
    scene: Scene, django_assert_num_queries: Any, let_pass: Callable[[float], None]
) -> None:
    code = scene.world.platform.client_code
    clients.client_of_code(client_code=code)
    with django_assert_num_queries(0):
        assert clients.client_of_code(client_code=code) is not None
    let_pass(epoch.READ_EVERY)
    with django_assert_num_queries(1):  # the epoch alone
        clients.client_of_code(client_code=code)
    keys.add_key(actor=SYSTEM, code=code, at=AT)
    let_pass(epoch.READ_EVERY)
    with django_assert_num_queries(2):
        clients.client_of_code(client_code=code)


def test_only_so_many_keys_live(scene: Scene) -> None:
    code = scene.world.platform.client_code
    for _ in range(keys.MAX_LIVE_KEYS - 1):
        keys.add_key(actor=SYSTEM, code=code, at=AT)
    with pytest.raises(Refused, match="too_many_keys"):
        keys.add_key(actor=SYSTEM, code=code, at=AT)
    keys.revoke_key(actor=SYSTEM, code=code, key_id=keys.keys_of(code=code)[0].key_id, at=AT)
    keys.add_key(actor=SYSTEM, code=code, at=AT)


def test_a_key_of_somebody_else_cannot_be_revoked(scene: Scene) -> None:
    foreign = keys.keys_of(code=scene.world.institution.client_code)[0]
    for key_id in (foreign.key_id, new_id()):
        with pytest.raises(Refused, match="key_unknown"):
            keys.revoke_key(actor=SYSTEM, code=scene.world.platform.client_code, key_id=key_id, at=AT)
    with pytest.raises(Refused, match="partner_unknown"):
        keys.add_key(actor=SYSTEM, code="nobody", at=AT)
    assert keys.keys_of(code=scene.world.institution.client_code)[0].revoked_at is None


def test_the_last_use_is_written_once_a_minute(scene: Scene, django_assert_num_queries: Any) -> None:
    code = scene.world.platform.client_code
    before = clock.wall()
    quota(scene)
    (key,) = keys.keys_of(code=code)
    assert key.last_used_at is not None
    assert before <= key.last_used_at <= clock.wall()
    client = clients.client_of_code(client_code=code)
    assert client is not None
    with django_assert_num_queries(0):
        clients.note_key_use(client=client, key_index=0)
    # Another process does not write within the minute either; after it, it does.
    clients.forget_clients()
    quota(scene)
    assert keys.keys_of(code=code) == (key,)
    early = key.last_used_at - keys.USED_EVERY - timedelta(seconds=1)
    ApiCredential.objects.filter(id=key.key_id).update(last_used_at=early)
    clients.forget_clients()
    quota(scene)
    again = keys.keys_of(code=code)[0].last_used_at
    assert again is not None
    assert again >= key.last_used_at


def test_a_wrong_signature_uses_no_key(scene: Scene) -> None:
    wrong = NewCredential(scene.world.platform.partner_id, scene.world.platform.client_code, "0" * 32)
    assert refused(quota(scene, wrong)) == (401, "ERRINT40192", DENIED)
    assert keys.keys_of(code=wrong.client_code)[0].last_used_at is None


@pytest.fixture
def walled(scene: Scene) -> Scene:
    keys.set_rules(
        actor=SYSTEM, code=scene.world.platform.client_code, allowed_networks=["203.0.113.0/24", "2001:db8::/32"], at=AT
    )
    clients.forget_clients()
    return scene


NOT_REGISTERED = (403, "ERRINT40391", "Alamat IP Anda tidak terdaftar.")


@pytest.mark.parametrize("address", ["203.0.113.7", "2001:db8::1", "::ffff:203.0.113.7"])
def test_calls_from_registered_networks(walled: Scene, address: str) -> None:
    walled.shop.http.defaults["REMOTE_ADDR"] = address
    codes = {"course_code": walled.course.code, "schedule_code": walled.run.code}
    assert walled.shop.post(f"{PAYMENT}/quota-schedule", codes)[0] == 200


@pytest.mark.parametrize("address", ["127.0.0.1", "203.0.114.7", "::ffff:10.0.0.1", "2001:db9::1", "", "unix"])
def test_calls_from_elsewhere(walled: Scene, address: str) -> None:
    walled.shop.http.defaults["REMOTE_ADDR"] = address
    codes = {"course_code": walled.course.code, "schedule_code": walled.run.code}
    assert refused(walled.shop.post(f"{PAYMENT}/quota-schedule", codes)) == NOT_REGISTERED
    # Nobody trusts what a caller writes of itself.
    forged = {"Forwarded": "for=203.0.113.7"}
    assert refused(walled.shop.post(f"{PAYMENT}/quota-schedule", codes, **forged)) == NOT_REGISTERED
    # Only this partner has a list.
    assert walled.lms.get("/api/v1/partner/course-runs")[0] == 200


def test_rules_are_checked_before_they_are_kept(scene: Scene) -> None:
    code = scene.world.platform.client_code
    for broken in ("203.0.113.7/24", "anywhere", ""):
        with pytest.raises(Refused, match="network_invalid"):
            keys.set_rules(actor=SYSTEM, code=code, allowed_networks=[broken], at=AT)
    with pytest.raises(Refused, match="rate_invalid"):
        keys.set_rules(actor=SYSTEM, code=code, rate_limit_per_minute=-1, at=AT)
    assert keys.set_rules(actor=SYSTEM, code=code, at=AT) == {
        "allowed_networks": [],
        "rate_limit_per_minute": 6000,
        "legacy_commit": False,
        "accepts_weaker_forms": False,
        "strong_forms": [],
    }
    assert rows("SELECT number FROM partners_epoch") == []


def test_too_many_calls(scene: Scene) -> None:
    keys.set_rules(actor=SYSTEM, code=scene.world.platform.client_code, rate_limit_per_minute=12, at=AT)
    clients.forget_clients()
    assert [quota(scene)[0] for _ in range(3)] == [200, 200, 429]
    codes = json.dumps({"course_code": scene.course.code, "schedule_code": scene.run.code}).encode()
    from tests.partner_api.signer import Signer

    headers = Signer(scene.world.platform).headers("POST", f"{PAYMENT}/quota-schedule", codes)
    meta: dict[str, Any] = {"HTTP_" + name.upper(): value for name, value in headers.items()}
    response = scene.shop.http.generic(
        "POST", f"{PAYMENT}/quota-schedule", codes, content_type="application/json", **meta
    )
    assert response.status_code == 429
    assert response["Retry-After"] == "5"
    assert json.loads(response.content) == {
        "code": "ERRINT42990",
        "message": "Terlalu banyak permintaan. Coba lagi sebentar.",
        "success": False,
    }
    # Another client is not held up.
    assert scene.lms.get("/api/v1/partner/course-runs")[0] == 200
