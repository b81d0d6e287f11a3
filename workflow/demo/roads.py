"""Where riders stop: places along a few roads of each street office, inside the pack's own areas.

The roads' names are of the park; where they run is invented, as the areas are approximate.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sin
from random import Random

from models.units import Area, Unit
from workflow.places import AreaIndex

ROADS: dict[str, tuple[Sequence[str], Sequence[str]]] = {
    "loufeng": (("杨枝塘路", "葑谊街", "金鸡湖路", "娄江大道"), ("东环路", "群星一路", "苏安街", "通园路")),
    "xietang": (("金堰路", "东延路", "港田路", "淞北路"), ("松涛街", "星塘街", "长阳街", "莲花新街")),
    "weiting": (("至和西路", "亭平路", "夷亭路", "葑亭大道"), ("青苑路", "跨塘街", "唯华路", "唯文路")),
    "shengpu": (("通江路", "吴浦路", "兴浦路", "金胜路"), ("浪花街", "胜浦路", "银胜路", "界浦路")),
    "jinjihu": (("金鸡湖大道", "旺墩路", "苏惠路", "现代大道"), ("星海街", "星桂街", "南施街", "星湖街")),
}
"""Of each street office: roads from west to east, the southernmost first, and from south to north."""
OTHERS = (("南一路", "人民路", "北环路"), ("西街", "中街", "东街"))
"""Of a street office in another pack."""
LANDMARKS = (
    "公交站", "地铁口", "菜场门口", "小区南门", "小区东门", "便利店门口", "快递驿站门口", "小学门口", "奶茶店门口",
    "商场后门", "写字楼南侧", "外卖柜旁", "幼儿园对面", "卫生服务站旁", "红绿灯路口", "桥头", "加油站旁", "停车场入口",
)  # fmt: skip
STEPS = 60
WOBBLE_DEGREES = 0.00018
SPOTS_A_ROAD = 7


@dataclass(frozen=True)
class Spot:
    """A place as a rider would say it and as a map shows it (WGS-84 degrees)."""

    latitude: float
    longitude: float
    street: str
    road: str
    landmark: str
    address: str

    def near(self, chance: Random) -> tuple[float, float]:
        """Where somebody stands who means this place: within some twelve metres, as a telephone knows it."""
        return (
            round(self.latitude + chance.uniform(-1, 1) * 0.0001, 6),
            round(self.longitude + chance.uniform(-1, 1) * 0.0001, 6),
        )


def spots(units: Sequence[Unit], areas: Sequence[Area], chance: Random) -> list[Spot]:
    """The places of a city, some seven a road; in an order that a weight may follow, the liveliest first."""
    by_id = {each.id: each for each in units}
    index = AreaIndex((each.unit_id, each.geometry) for each in areas)
    found: list[Spot] = []
    for area in areas:
        street = by_id[area.unit_id]
        if street.kind == "street":
            found += _of_street(street, area, by_id, index, chance)
    chance.shuffle(found)
    return found


def _of_street(
    street: Unit, area: Area, by_id: dict[int, Unit], index: AreaIndex[int], chance: Random
) -> list[Spot]:
    found = []
    for across, names in enumerate(ROADS.get(street.code, OTHERS)):
        for number, name in enumerate(names):
            line = _line(area, across == 1, (number + 0.6) / (len(names) + 0.2))
            inside = [
                (step, place, covering)
                for step, place in enumerate(line)
                if street.id in (covering := index.covering(*place))
            ]
            for step, place, covering in sorted(chance.sample(inside, min(SPOTS_A_ROAD, len(inside)))):
                community = by_id[covering[0]]
                found.append(_spot(street, community, name, step, place, chance))
    return found


def _spot(
    street: Unit, community: Unit, road: str, step: int, place: tuple[float, float], chance: Random
) -> Spot:
    landmark = chance.choice(LANDMARKS)
    if community.kind == "community" and landmark.startswith("小区"):
        landmark = community.name_zh.removesuffix("社区") + landmark.removeprefix("小区")
    address = f"{street.name_zh}{road} {12 + step * 6 + chance.randrange(6)} 号（{landmark}）"
    return Spot(place[0], place[1], street.code, road, landmark, address)


def _line(area: Area, upwards: bool, share: float) -> list[tuple[float, float]]:
    """Points along a road that is nearly straight: `share` of the way across the area's box."""
    points = []
    for step in range(STEPS):
        along, bend = (step + 0.5) / STEPS, WOBBLE_DEGREES * sin(step / 5 + share * 40)
        tilt = (along - 0.5) * 0.06
        latitude_share, longitude_share = (along, share + tilt) if upwards else (share + tilt, along)
        points.append((
            area.south + (area.north - area.south) * latitude_share + (0 if upwards else bend),
            area.west + (area.east - area.west) * longitude_share + (bend if upwards else 0),
        ))
    return points
