"""The front door of a sandbox and the three pages behind it."""

from __future__ import annotations

from django.urls import include, path

from prakerja.sandbox.site import front_door, views

PAGES = [
    path("", front_door.home, name="home"),
    path("enter", front_door.enter, name="enter"),
    path("clock", views.clock_page, name="clock"),
    path("clock/move", views.move, name="move"),
    path("accounts", views.accounts_page, name="accounts"),
    path("authenticator", views.authenticator, name="authenticator"),
    path("language/<str:code>", views.language, name="language"),
]
urlpatterns = [path("", include((PAGES, "sandbox")))]

handler400 = views.bad_request
handler404 = views.not_found
handler500 = views.broken
