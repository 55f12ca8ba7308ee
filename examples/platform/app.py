"""Puts the shop together: one program, the brand chosen by the port that was asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from flask import Flask, Response, request

from examples.platform import demo, orders, views_orders, views_shop, webhooks
from examples.platform.brands import Brand, read_brands
from examples.platform.catalogue import Catalogue
from examples.platform.checkout import CardMemory, Checkout, LastWords
from examples.shared import store, web
from examples.shared.accounts import accounts_blueprint
from examples.shared.config import PartnersFile, Settings
from examples.shared.demo import printed_passwords
from examples.shared.prakerja_client import Credentials, PrakerjaClient
from examples.shared.texts import Translator

HERE = Path(__file__).parent
KIND = "platforms"


@dataclass(frozen=True)
class Shop:
    """What the pages of every brand share."""

    client: PrakerjaClient
    partners: PartnersFile
    catalogue: Catalogue
    cards: CardMemory
    words: LastWords
    brands: dict[str, Brand]
    ports: dict[str, int]
    host: str

    def credentials(self, brand: str) -> Credentials:
        """Return a brand's own credentials."""
        return self.partners.credentials(KIND, brand)

    def checkout(self) -> Checkout:
        """Return the purchase steps for the brand of this request."""
        brand = self.brands[web.site().code]
        return Checkout(
            client=self.client,
            credentials=self.credentials(brand.code),
            orders=orders.Orders(web.database()),
            cards=self.cards,
            words=self.words,
            brand=brand.code,
            invoice_prefix=brand.invoice_prefix,
        )

    def address(self, path: str) -> str:
        """Return the public address of a path of this request's brand; the visitor's Host header is not trusted."""
        return f"http://{self.host}:{self.ports[web.site().code]}{path}"


def _sites(brands: Sequence[Brand], ports: Sequence[int]) -> dict[str, web.Site]:
    return {
        str(port): web.Site(
            code=brand.code,
            name=brand.name,
            accent=brand.accent,
            tagline=brand.tagline,
            cookie=f"shop_{brand.code}",
            cookie_path="/",
            home_endpoint="shop.home",
            language_cookie=f"shop_{brand.code}_language",
        )
        for brand, port in zip(brands, ports, strict=True)
    }


def create_app(settings: Settings, ports: Sequence[int]) -> Flask:
    """Make the program; `ports` are in the order of brands.json."""
    brands = read_brands()
    sites = _sites(brands, ports)
    database = settings.data_dir / "platform.sqlite3"
    store.prepare(database, orders.SCHEMA, webhooks.SCHEMA)
    demo.open_demo_accounts(database, settings.demo_accounts)
    program = web.Program(
        settings=settings,
        database=database,
        translator=Translator(HERE.parent / "shared" / "english.json", HERE / "english.json"),
        find_site=lambda: sites.get(request.environ.get("SERVER_PORT", "")),
        front=next(iter(sites.values())),
        machine_endpoints=frozenset({"webhooks.receive"}),
    )
    app = web.build_app("platform", HERE, program)
    client = PrakerjaClient(base_url=settings.api_url, timeout_s=settings.timeout_s, language=web.language)
    partners = PartnersFile(settings.partners_file)
    app.extensions["shop"] = Shop(
        client=client,
        partners=partners,
        catalogue=Catalogue(client, lambda code: partners.credentials(KIND, code)),
        cards=CardMemory(),
        words=LastWords(),
        brands={brand.code: brand for brand in brands},
        ports={brand.code: port for brand, port in zip(brands, ports, strict=True)},
        host=settings.host,
    )
    app.add_url_rule("/accent.css", "accent", _accent)
    app.register_blueprint(accounts_blueprint(printed=printed_passwords(settings.demo_accounts, KIND)))
    app.register_blueprint(views_shop.pages)
    app.register_blueprint(views_orders.pages)
    app.register_blueprint(webhooks.pages)
    return app


def _accent() -> Response:
    """The brand's colour and look; a file of its own, because the pages' policy allows no inline style."""
    brand = views_shop.current_brand()
    return Response(f":root {{ --accent: {brand.accent}; }}\n{brand.look}", mimetype="text/css")
