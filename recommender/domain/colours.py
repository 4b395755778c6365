"""Colours as numbers: luminance and contrast of WCAG 2.2, and the nearest lightness that can be read."""

import colorsys
import re
from collections.abc import Callable, Iterator

_HEX = re.compile(r"#(?:[0-9a-f]{3}){1,2}", re.IGNORECASE)
_STEPS = 256


def written_out(colour: str) -> str:
    """Return `#rgb` or `#rrggbb` as `#rrggbb` in small letters; raises ValueError for anything else."""
    if not _HEX.fullmatch(colour):
        raise ValueError(f"{colour!r} is not a colour")
    digits = colour[1:].lower()
    return f"#{digits}" if len(digits) == 6 else "#" + "".join(digit * 2 for digit in digits)


def inverted(colour: str) -> str:
    """Return what a mail program that forces a dark mode may make of `#rrggbb`: every channel turned over."""
    return f"#{0xFFFFFF - int(colour[1:], 16):06x}"


def luminance(colour: str) -> float:
    """Return the relative luminance of `#rrggbb`, 0 (black) to 1 (white)."""
    red, green, blue = (_linear(channel) for channel in _channels(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colours, 1 to 21."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def nearest_lightness(colour: str, passes: Callable[[str], bool]) -> str | None:
    """Return the colour of the same hue and saturation, nearest in lightness, that `passes`; or None."""
    hue, lightness, saturation = colorsys.rgb_to_hls(*_channels(colour))
    for wanted in _around(lightness):
        channels = colorsys.hls_to_rgb(hue, wanted, saturation)
        found = "#" + "".join(f"{round(channel * 255):02x}" for channel in channels)
        if passes(found):
            return found
    return None


def _around(lightness: float) -> Iterator[float]:
    """Yield lightnesses from 0 to 1, the nearest to `lightness` first."""
    for step in range(_STEPS):
        away = step / (_STEPS - 1)
        yield from (wanted for wanted in (lightness - away, lightness + away) if 0 <= wanted <= 1)


def _channels(colour: str) -> tuple[float, float, float]:
    red, green, blue = (int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))
    return red, green, blue


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4
