"""A picture that somebody sent is decoded under limits, turned upright, made smaller and written anew.

What we keep is never what was sent: no position, no camera and nothing that hides behind the picture comes along.
"""

from __future__ import annotations

import io
import warnings

from PIL import Image, ImageOps, UnidentifiedImageError

from prakerja.kernel.errors import Refused

# As the programme had it: JPEG or PNG of 2 MB at most.
MOST_BYTES = 2 * 1024 * 1024
KEPT_SIDE = 1600
_KINDS = ("JPEG", "PNG")
# Decoding costs by the pixel, whatever the file weighs.
_MOST_PIXELS = 50_000_000
_QUALITY = 85


def decoded(content: bytes) -> Image.Image:
    """The picture, upright and in plain colours. Whatever a file can do to a decoder comes to a refusal.

    Raises Refused: photo_missing, photo_too_big, photo_kind, photo_unreadable.
    """
    if not content:
        raise Refused("photo_missing")
    if len(content) > MOST_BYTES:
        raise Refused("photo_too_big")
    try:
        with warnings.catch_warnings():
            # A picture that is far larger than its file is a warning to Pillow, and a refusal to us.
            warnings.simplefilter("error")
            opened = Image.open(io.BytesIO(content), formats=_KINDS)
            width, height = opened.size
            if width * height > _MOST_PIXELS:
                raise Refused("photo_too_big")
            # A JPEG is decoded at the size that is wanted: a fraction of the work.
            opened.draft("RGB", (KEPT_SIDE, KEPT_SIDE))
            opened.load()
            upright = ImageOps.exif_transpose(opened)
            # What can be seen through is white, as on paper.
            if upright.mode in ("RGBA", "LA", "P", "PA"):
                through = upright.convert("RGBA")
                paper = Image.new("RGBA", through.size, "white")
                paper.alpha_composite(through)
                upright = paper
            return upright.convert("RGB")
    except Refused:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise Refused("photo_too_big") from None
    except UnidentifiedImageError:
        raise Refused("photo_kind") from None
    except Exception:
        raise Refused("photo_unreadable") from None


def written_anew(picture: Image.Image) -> bytes:
    """JPEG without anything but the picture, as large as it is."""
    out = io.BytesIO()
    picture.save(out, format="JPEG", quality=_QUALITY)
    return out.getvalue()
