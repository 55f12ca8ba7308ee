"""Puts the class sites together: `/` lists the institutions, `/<code>/` is one site with its own visitors."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Flask, g, request

from examples.institution import assignments, demo, door, enrolments, pages, views, views_door
from examples.institution.attendance import Attendance
from examples.institution.classes import Classes
from examples.institution.dresses import dress_of
from examples.institution.study import Study
from examples.shared import store, web
from examples.shared.accounts import accounts_blueprint
from examples.shared.config import VERIFICATION, PartnersFile, Settings
from examples.shared.demo import printed_passwords
from examples.shared.prakerja_client import Credentials, PrakerjaClient
from examples.shared.texts import Translator

HERE = Path(__file__).parent
KIND = "institutions"
LANGUAGE_COOKIE = "class_language"


@dataclass(frozen=True)
class School:
    """What the pages of every institution share."""

    client: PrakerjaClient
    partners: PartnersFile
    classes: Classes
    verifies: bool
    own_url: str
    portal_url: str
    teacher_password: str

    def credentials(self, institution: str) -> Credentials:
        """Return an institution's own credentials."""
        return self.partners.credentials(KIND, institution)

    def study(self) -> Study:
        """Return the steps of a class for the institution of this request."""
        code = web.site().code
        return Study(
            client=self.client,
            credentials=self.credentials(code),
            enrolments=enrolments.Enrolments(web.database()),
            institution=code,
        )

    def assignments(self) -> assignments.Assignments:
        """Return the assignments at the institution of this request."""
        code = web.site().code
        return assignments.Assignments(
            client=self.client,
            credentials=self.credentials(code),
            connection=web.database(),
            institution=code,
            files_url=f"{(self.own_url or request.host_url).rstrip('/')}/{code}/files",
        )

    def door(self) -> door.Door:
        """Return the door of the institution of this request."""
        code = web.site().code
        return door.Door(
            client=self.client,
            credentials=self.credentials(code),
            connection=web.database(),
            institution=code,
        )

    def attendance(self) -> Attendance:
        """Return the attendances of the institution of this request."""
        code = web.site().code
        base = self.own_url or request.host_url
        return Attendance(
            client=self.client,
            credentials=self.credentials(code),
            enrolments=enrolments.Enrolments(web.database()),
            institution=code,
            redirect_uri=f"{base.rstrip('/')}/{code}/callback",
            at_the_door=self.door().attended,
        )

    def institutions(self) -> dict[str, str]:
        """Return the names of all institutions by code."""
        return {code: entry["name"] for code, entry in self.partners.entries(KIND).items()}


FRONT = web.Site(
    code="",
    name="Lembaga Pelatihan",
    accent="#374151",
    cookie="class_front",
    cookie_path="/",
    home_endpoint="front",
    language_cookie=LANGUAGE_COOKIE,
)


def _find_site(partners: PartnersFile) -> web.Site | None:
    code = g.get("site_code")
    if code is None:
        return FRONT
    entries = partners.entries(KIND)
    if code not in entries:
        return None
    return web.Site(
        code=code,
        name=entries[code]["name"],
        accent=dress_of(code).accent,
        cookie=f"class_{code}",
        cookie_path=f"/{code}/",
        home_endpoint="classes.home",
        language_cookie=LANGUAGE_COOKIE,
    )


def create_app(settings: Settings) -> Flask:
    """Make the program."""
    database = settings.data_dir / "institution.sqlite3"
    store.prepare(database, enrolments.SCHEMA, assignments.SCHEMA, door.SCHEMA)
    demo.open_demo_accounts(database, settings.demo_accounts)
    partners = PartnersFile(settings.partners_file)
    program = web.Program(
        settings=settings,
        database=database,
        translator=Translator(HERE.parent / "shared" / "english.json", HERE / "english.json"),
        find_site=lambda: _find_site(partners),
        front=FRONT,
        may_lead_to_portal=settings.attendance == VERIFICATION,
    )
    app = web.build_app("institution", HERE, program)
    client = PrakerjaClient(base_url=settings.api_url, timeout_s=settings.timeout_s, language=web.language)
    app.extensions["school"] = School(
        client=client,
        partners=partners,
        classes=Classes(client, lambda code: partners.credentials(KIND, code)),
        verifies=settings.attendance == VERIFICATION,
        own_url=settings.institution_url,
        portal_url=settings.portal_url,
        teacher_password=settings.teacher_password,
    )

    @app.url_value_preprocessor
    def take_site(endpoint: str | None, values: dict[str, Any] | None) -> None:
        g.site_code = values.pop("site_code", None) if values else None
        # Before anything reads the form: only here does one carry a file.
        if endpoint == "classes.tasks":
            request.max_content_length = assignments.UPLOAD_BYTES + web.FORM_BYTES

    @app.url_defaults
    def give_site(endpoint: str, values: dict[str, Any]) -> None:
        if g.get("site_code") and app.url_map.is_endpoint_expecting(endpoint, "site_code"):
            values.setdefault("site_code", g.site_code)

    app.add_url_rule("/", "front", views.front)
    app.add_url_rule("/accent.css", "accent", views.accent)
    app.register_blueprint(
        accounts_blueprint(url_prefix="/<site_code>", printed=printed_passwords(settings.demo_accounts, KIND))
    )
    app.register_blueprint(pages.pages, url_prefix="/<site_code>")
    app.register_blueprint(views_door.teaching, url_prefix="/<site_code>/teacher")
    return app
