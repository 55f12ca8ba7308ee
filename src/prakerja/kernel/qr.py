"""A QR code as an image that stands in its page: nothing is fetched, and what it says is in no address."""

from __future__ import annotations

from io import BytesIO
from urllib.parse import quote


def qr_image(text: str) -> str:
    """The address (`data:`) of an SVG that says `text` to whoever scans it."""
    return f"data:image/svg+xml,{quote(qr_drawing(text))}"


def qr_drawing(text: str) -> str:
    """The SVG itself."""
    # Loaded with the first picture: it brings a whole library of images with it, which most processes never need.
    import qrcode
    from qrcode.image.svg import SvgPathImage

    drawn = BytesIO()
    qrcode.make(text, image_factory=SvgPathImage).save(drawn)
    return drawn.getvalue().decode()
