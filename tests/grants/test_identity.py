"""The keyset that signs who signed in: made once with the others, private in its folder, public by address."""

from __future__ import annotations

import base64
import io
import json
import stat
from pathlib import Path

import tink
from tink import cleartext_keyset_handle, jwt

from prakerja.grants.identity import public_keys
from prakerja.kernel.secrets import create_keys, identity_keyset


def test_it_is_made_once_and_only_its_owner_may_read_it(tmp_path: Path) -> None:
    folder = tmp_path / "keys"
    create_keys(folder)
    path = folder / "identity.json"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    before = path.read_bytes()
    create_keys(folder)
    assert path.read_bytes() == before


def test_an_older_installation_gets_it_at_its_next_start(tmp_path: Path) -> None:
    folder = tmp_path / "keys"
    create_keys(folder)
    others = {path.name: path.read_bytes() for path in folder.iterdir() if path.name != "identity.json"}
    (folder / "identity.json").unlink()
    create_keys(folder)
    assert {path.name: path.read_bytes() for path in folder.iterdir()}.items() > others.items()
    assert (folder / "identity.json").exists()


def test_a_new_key_is_published_before_it_signs() -> None:
    """Rotation: the second key of a keyset stands in the public set while the first one still signs."""
    jwt.register_jwt_signature()
    document = json.loads(_cleartext(identity_keyset()))
    second = json.loads(_cleartext(tink.new_keyset_handle(jwt.jwt_rs256_2048_f4_template())))
    document["key"] += second["key"]
    both = cleartext_keyset_handle.read(tink.JsonKeysetReader(json.dumps(document)))
    published = json.loads(jwt.jwk_set_from_public_keyset_handle(both.public_keyset_handle()))["keys"]
    [now] = json.loads(public_keys())["keys"]
    assert len(published) == 2
    assert now in published
    raw = jwt.new_raw_jwt(issuer="i", without_expiration=True)
    kid = json.loads(_part(both.primitive(jwt.JwtPublicKeySign).sign_and_encode(raw)))["kid"]
    assert kid == now["kid"]


def _cleartext(handle: tink.KeysetHandle) -> str:
    text = io.StringIO()
    cleartext_keyset_handle.write(tink.JsonKeysetWriter(text), handle)
    return text.getvalue()


def _part(token: str) -> bytes:
    head = token.split(".")[0]
    return base64.urlsafe_b64decode(head + "=" * (-len(head) % 4))
