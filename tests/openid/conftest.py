"""The provider is asked by an institution whose participant sits in front of a browser."""

from __future__ import annotations

from tests.grants.conftest import portal, sign_in

__all__ = ["portal", "sign_in"]
