"""How strongly a JPEG was compressed, and how far it must be shrunk for that to be seen no more."""

from __future__ import annotations

from typing import Final

from PIL import Image

# Sum of the luminance table that libjpeg scales (ITU-T T.81, table K.1)
_STANDARD: Final = 3688
CLEAN: Final = 78
"""From this quality on a picture is taken as it is."""
POOR: Final = 58


def jpeg_quality(image: Image.Image) -> float:
    """The quality, 1 to 100, at which libjpeg would quantise ``image`` as coarsely; 100 of another format."""
    tables = getattr(image, "quantization", None)
    if not tables:
        return 100.0
    scale = 100 * float(sum(tables[0])) / _STANDARD
    return max(1.0, (200 - scale) / 2 if scale <= 100 else 5000 / scale)


def shrink_by(image: Image.Image) -> float:
    """The factor by which an opened picture is shrunk.

    Half the sides average four pixels to one: at 100% of what remains no ringing and no blocks were seen in any of
    the pictures that were looked at.
    """
    quality = jpeg_quality(image)
    return 1.0 if quality >= CLEAN else 1.5 if quality >= POOR else 2.0
