"""A fake partner API on a real port and the two programs pointed at it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from jinja2 import FileSystemBytecodeCache
from werkzeug.test import TestResponse

from examples.institution.app import create_app as create_institution
from examples.platform.app import create_app as create_platform
from examples.platform.brands import read_brands
from examples.shared.config import Settings
from examples.tests.fake_prakerja import FakePrakerja, Server, course
from tests.waiting import LIMIT, serving

PORTS = [9101, 9102, 9103, 9104, 9105, 9106, 9107]
PHRASE, WRONG, SHORT = "rahasia-demo", "salah-sekali", "pendek"


class Visitor:
    """A browser without JavaScript: keeps cookies, fills in forms by field name, follows redirects."""

    def __init__(self, client: FlaskClient, base: str) -> None:
        self.client = client
        self.base = base
        self.page: TestResponse | None = None

    @property
    def html(self) -> str:
        """Return the page that is open."""
        assert self.page is not None
        return self.page.text

    def get(self, path: str, status: int = 200) -> str:
        """Open a page."""
        self.page = self.client.get(path, base_url=self.base, follow_redirects=True)
        assert self.page.status_code == status, self.page.text
        return self.html

    def send(self, path: str, status: int = 200, **fields: Any) -> str:
        """Send a form with the CSRF token of the page that is open."""
        token = re.search(r'name="csrf_token" value="([^"]+)"', self.html)
        assert token is not None
        self.page = self.client.post(
            path, base_url=self.base, data={"csrf_token": token[1], **fields}, follow_redirects=True
        )
        assert self.page.status_code == status, self.page.text
        return self.html

    @property
    def path(self) -> str:
        """Return the path that is open after all redirects."""
        assert self.page is not None
        return self.page.request.path

    def text(self, testid: str) -> str:
        """Return the words of the first element with this data-testid."""
        found = re.search(rf'data-testid="{testid}"[^>]*>([^<]*)<', self.html)
        assert found is not None, f"no {testid} in {self.html}"
        return found[1].strip()

    def sign_up(self, prefix: str = "", email: str = "siti@contoh.id") -> None:
        """Open an account."""
        self.get(f"{prefix}/signup")
        self.send(f"{prefix}/signup", name="Siti Contoh", email=email, password=PHRASE)


@pytest.fixture
def fake() -> FakePrakerja:
    """Return a partner API that sells four courses."""
    made = FakePrakerja()
    brands = [brand.code for brand in read_brands()]
    made.keys = {f"client-{code}": f"key-{code}" for code in (*brands, "lpk-satu", "lpk-dua")}
    made.listings = [
        course("python_1", "Python untuk Pemula", 475_000),
        course("kopi_1", "Barista & Kopi <Nusantara>", 300_000, category="Makanan dan Minuman", rating_average=4.9),
        course("excel_1", "Excel Perkantoran", 250_000, institution="lpk-dua", rating_average=None, rating_count=0),
        course("tani_1", "Bertani Hidroponik", 24_000, category="Pertanian", delivery="live"),
    ]
    return made


@pytest.fixture
def api(fake: FakePrakerja) -> Iterator[Server]:
    """Return the fake behind a port."""
    server = Server(fake)
    with serving(server.http):
        yield server


@pytest.fixture
def settings(api: Server, tmp_path: Path) -> Settings:
    """Return settings that point at the fake."""
    partners = tmp_path / "partners.json"
    pairs = {
        "platforms": {
            brand.code: {"client_code": f"client-{brand.code}", "sign_key": f"key-{brand.code}"}
            for brand in read_brands()
        },
        "institutions": {
            code: {"name": name, "client_code": f"client-{code}", "sign_key": f"key-{code}"}
            for code, name in (("lpk-satu", "LPK Satu Karya"), ("lpk-dua", "LPK Dua Cipta"))
        },
    }
    partners.write_text(json.dumps(pairs), encoding="utf-8")
    return Settings(
        api_url=api.url,
        partners_file=partners,
        data_dir=tmp_path,
        host="127.0.0.1",
        portal_url="http://127.0.0.1:8000/",
        phone_url="http://127.0.0.1:8004/phone/",
        institution_url="http://127.0.0.1:8005/",
        timeout_s=LIMIT,
        attendance="commit",
    )


@pytest.fixture(scope="session")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> FileSystemBytecodeCache:
    """Return where templates lie compiled: each test makes its program anew, and compiling took most of its time."""
    return FileSystemBytecodeCache(str(tmp_path_factory.mktemp("templates")))


@pytest.fixture
def platform(settings: Settings, compiled: FileSystemBytecodeCache) -> Iterator[Flask]:
    """Return the shop program."""
    app = create_platform(settings, PORTS)
    app.jinja_env.bytecode_cache = compiled
    yield app
    app.extensions["shop"].client.close()


@pytest.fixture
def institution(settings: Settings, compiled: FileSystemBytecodeCache) -> Iterator[Flask]:
    """Return the class site program."""
    app = create_institution(settings)
    app.jinja_env.bytecode_cache = compiled
    yield app
    app.extensions["school"].client.close()


@pytest.fixture
def buyer(platform: Flask) -> Visitor:
    """Return a visitor of Tokopedia's demo shop, the last port."""
    return Visitor(platform.test_client(), f"http://127.0.0.1:{PORTS[-1]}")


@pytest.fixture
def learner(institution: Flask) -> Visitor:
    """Return a visitor of the class sites."""
    return Visitor(institution.test_client(), "http://127.0.0.1:9105")
