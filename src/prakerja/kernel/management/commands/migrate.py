"""Django's `migrate`, which draws fewer models: the tables of an empty database take less than half the time.

For each model, index, constraint and field that a migration adds, Django draws anew everything that is related to it, twenty models and
more. None of them is another one by a new model, or by what Django calls a delayed change; the model itself is enough. What
RunPython gets is drawn from the beginning all the same, as Django does it after every delayed change.
"""

from __future__ import annotations

from typing import Any

from django.core.management.commands import migrate
from django.db.migrations.state import ProjectState

_reload_model = ProjectState.reload_model


class Command(migrate.Command):
    def handle(self, *args: Any, **options: Any) -> None:
        ProjectState.reload_model = _reload_less  # type: ignore[method-assign, assignment]
        try:
            super().handle(*args, **options)
        finally:
            ProjectState.reload_model = _reload_model  # type: ignore[method-assign]


def _reload_less(state: ProjectState, app_label: str, model_name: str, delay: bool = False) -> None:
    # Whoever asks for its apps in any other way has them all drawn.
    if "apps" not in state.__dict__:
        return
    if delay or model_name.lower() not in state.apps.all_models[app_label]:
        state.is_delayed = True
        state._reload({(app_label, model_name.lower())})  # type: ignore[attr-defined]
    else:
        _reload_model(state, app_label, model_name)
