"""The site stands at the partners' door and is read with that door's partners."""

from __future__ import annotations

from tests.partner_api.conftest import fresh_clients, platform, scene

__all__ = ["fresh_clients", "platform", "scene"]
