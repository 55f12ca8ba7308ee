"""The Jinja2 environment of the pages: gettext, the formats, links and the addresses of the other sites."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, ClassVar

from django.conf import settings
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import get_language, gettext, ngettext, override
from jinja2 import Environment, PackageLoader, StrictUndefined, nodes, pass_environment
from jinja2.bccache import Bucket
from jinja2.visitor import NodeTransformer
from markupsafe import Markup, escape

from prakerja.kernel import dates
from prakerja.kernel.compiled_templates import CompiledTemplates
from prakerja.portal import formats
from prakerja.portal.contact import contact
from prakerja.portal.tongues import tongue_of


def asset(path: str) -> str:
    """The address of a static file, under which a browser may keep it for a year."""
    return static(path)


def language() -> str:
    """`id` or `en`: the language of this request."""
    return "en" if get_language() == "en" else "id"


def beginning(value: datetime, province_code: str = "") -> str:
    """An instant from which something may be done, by the reader's clock too, or by that of the province where it happens."""
    return dates.beginning(value, province_code=province_code)


@pass_environment
def as_written(env: Environment, value: str, declared: str = "") -> str:
    """Words of an institution or of a participant: a page in the other language says so, for whoever has it read out.

    `declared`: the language of whoever wrote them, where they told it.
    """
    tongue = (declared or tongue_of(value)) if value else ""
    if tongue in ("", getattr(env, "page_language", "id")):
        return value
    return Markup('<span lang="{}">{}</span>').format(tongue, value)


@pass_environment
def marked(env: Environment, text: str, written: Sequence[str]) -> str:
    """A sentence in which those parts are an institution's words, each `as_written`."""
    parts = sorted({part for part in written if part}, key=len, reverse=True)
    pieces = re.split("(" + "|".join(map(re.escape, parts)) + ")", text) if parts else [text]
    return Markup("").join(as_written(env, piece) if piece in parts else piece for piece in pieces)


def is_elsewhere(mode: str, there: str, here: str) -> bool:
    """Whether a class is taught, wholly or in part, in another province than its reader's, as far as both are known."""
    return mode != "online" and bool(there and here) and there != here


class Constants(NodeTransformer):
    """Replace what is the same at every visit by its value when a template is compiled.

    A page has a hundred words and twenty addresses; looking them up at each visit cost a third of its time.
    """

    KNOWN: ClassVar[dict[str, Callable[..., str]]] = {
        "_": gettext,
        "url": reverse,
        "asset": asset,
        "language": language,
    }

    def __init__(self, ask: Callable[..., str]) -> None:
        self._ask = ask

    def visit_Call(self, node: nodes.Call) -> nodes.Node:
        self.generic_visit(node)
        name = node.node.name if isinstance(node.node, nodes.Name) else ""
        arguments = [argument.value for argument in node.args if isinstance(argument, nodes.Const)]
        dynamic = node.kwargs or node.dyn_args or node.dyn_kwargs or len(arguments) < len(node.args)
        if name not in self.KNOWN or dynamic:
            return node
        text = self._ask(name, *arguments)
        # Words come from the catalogue, which is as much ours as the template; `%%` is how they write one percent sign.
        safe = text.replace("%%", "%") if name == "_" else escape(text)
        return nodes.MarkSafe(nodes.Const(str(safe)), lineno=node.lineno)


class PageEnvironment(Environment):
    """The environment of one language."""

    page_language = "id"
    bytecode_cache: CompiledTemplates

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        with override(self.page_language):
            constants = Constants(self.bytecode_cache.ask)
            tree: nodes.Template = constants.visit(super()._parse(source, name, filename))
        return tree


class PageTemplates(CompiledTemplates):
    """The compiled pages of one language, whose words are looked up again before they are believed."""

    def __init__(self, page_language: str) -> None:
        super().__init__(f"portal-{page_language}", made_in=__file__, known=Constants.KNOWN)
        self._page_language = page_language

    def load_bytecode(self, bucket: Bucket) -> None:
        with override(self._page_language):
            super().load_bytecode(bucket)


def indonesian(**options: Any) -> Environment:
    """Called once by Django's Jinja2 backend with the options of the settings."""
    return _environment("id", options)


def english(**options: Any) -> Environment:
    """The same pages in English."""
    return _environment("en", options)


def _environment(page_language: str, options: dict[str, Any]) -> Environment:
    options["loader"] = PackageLoader("prakerja.portal")
    options.pop("autoescape", None)
    options["undefined"] = StrictUndefined
    options["trim_blocks"] = True
    options["lstrip_blocks"] = True
    options["extensions"] = [*options.get("extensions", []), "jinja2.ext.i18n"]
    env = PageEnvironment(autoescape=True, bytecode_cache=PageTemplates(page_language), **options)
    env.page_language = page_language
    env.install_gettext_callables(gettext, ngettext, newstyle=True)  # type: ignore[attr-defined]
    env.globals.update(
        {
            "asset": asset,
            "url": reverse,
            "language": language,
            "is_elsewhere": is_elsewhere,
            "office": contact,
            "is_demo": settings.IS_DEMO,
            "platform_urls": settings.PLATFORM_URLS,
            "institution_url": settings.INSTITUTION_URL,
            "phone_url": settings.PHONE_URL if settings.IS_DEMO else "",
            "sandbox_url": settings.SANDBOX_URL if settings.IS_DEMO else "",
        }
    )
    env.filters.update(
        {
            "rupiah": formats.rupiah,
            "instant": dates.instant,
            "until": dates.weekday_until,
            "beginning": beginning,
            "as_written": as_written,
            "marked": marked,
            "day": dates.day,
            "weekday": dates.weekday,
            "wib_day": dates.wib_day,
            "plain_day": dates.plain_day,
            "hour": dates.hour,
            "grouped": formats.grouped,
            "thousands": formats.thousands,
            "decimal": formats.decimal,
            "sized": formats.sized,
            "masked": formats.masked,
            "masked_phone": formats.masked_phone,
        }
    )
    return env
