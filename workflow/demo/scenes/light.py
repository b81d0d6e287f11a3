"""The light of an hour: sky, tint of everything under it, how many windows are lit."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Light:
    """Colours are '#rrggbb'; `tint` multiplies red, green and blue of all that does not shine by itself."""

    name: str
    sky_top: str
    sky_low: str
    haze: str
    cloud: str
    tint: tuple[float, float, float]
    shadow: float
    windows_lit: float = 0.0
    sun: str | None = None

    @property
    def lamps_on(self) -> bool:
        return self.windows_lit > 0

    @property
    def dim(self) -> bool:
        return self.name == "night"


MORNING = Light("morning", "#8fc3d8", "#fbe6c6", "#f3dfc4", "#fff4df", (1.02, 0.985, 0.93), 0.24, sun="#fff3cf")
NOON = Light("noon", "#62abd9", "#d9edf0", "#d3e6ea", "#f7fbf8", (1.0, 1.0, 0.985), 0.26, sun="#fffbe6")
AFTERNOON = Light("afternoon", "#79b0cc", "#fcdcaa", "#f5d7ae", "#ffedd0", (1.05, 0.97, 0.87), 0.3, sun="#fff0c0")
OVERCAST = Light("overcast", "#a9b8c0", "#dde3e1", "#d0d8d8", "#c3ced2", (0.91, 0.94, 0.95), 0.15)
DUSK = Light("dusk", "#56619a", "#f7ae86", "#d7958a", "#c98a94", (0.87, 0.73, 0.75), 0.26, 0.45, sun="#ffd9a0")
NIGHT = Light("night", "#0d1533", "#35407a", "#262f5c", "#1d2750", (0.4, 0.43, 0.64), 0.4, 0.45)

DAY = (NOON, AFTERNOON, MORNING, OVERCAST)
EVENING = (NIGHT,)
ANY = (*DAY, DUSK)
