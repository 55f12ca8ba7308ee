"""The addresses of the developer site: Indonesian below `/docs/`, English below `/docs/en/`. All of them are public."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from prakerja.developer_site import views
from prakerja.partner_api.errors import Language


def _pages(language: Language, folder: str) -> URLResolver:
    said = {"language": language}
    openapi = "openapi.json" if language == "id" else f"openapi.{language}.json"
    found: list[URLPattern] = [
        path(openapi, views.openapi_file, said, name="openapi"),
        path(folder.removesuffix("/"), views.to_start, said, name="to_start"),
        path(folder, views.start, said, name="start"),
        path(f"{folder}signature", views.signature, said, name="signature"),
        path(f"{folder}sign-in", views.sign_in, said, name="sign_in"),
        path(f"{folder}webhooks", views.webhook_list, said, name="webhooks"),
        path(f"{folder}errors", views.error_list, said, name="errors"),
        path(f"{folder}changelog", views.changelog, said, name="changelog"),
        path(f"{folder}endpoints/<slug:name>", views.endpoint, said, name="endpoint"),
    ]
    if language == "id":
        found += [
            path("", views.to_site, name="to_site"),
            path("docs/style.css", views.style, name="style"),
            path("docs/errors.json", views.error_file, name="error_file"),
        ]
    return path("", include((found, f"docs-{language}")))


pages = [_pages("id", "docs/"), _pages("en", "docs/en/")]
