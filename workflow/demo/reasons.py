"""Why the demo's people reject, send back, ask for more time or call a thing undone: what is said of every matter, and
what is said of one group of them only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random

Reasons = Mapping[str, Sequence[str]]
"""By group of categories; those of "" fit every matter."""

REJECTS: Reasons = {
    "": (
        "经现场核实未发现所述问题，可能已自行消除。感谢关注，如再出现请补充照片上报。",
        "按所留位置未能找到，电话未接通，请补充清晰照片后重新上报。",
        "所述位置为小区内部，属物业管理范围，已转告物业处理。",
        "所述内容不够具体，无法核实，请补充照片和门牌号后重新上报。",
    ),
    "rubbish": ("该处为物业临时堆放点，当日定时清运，现场核实时已清空。",),
    "parking": ("该处为施划的停放区，车辆停放未超出标线。", "涉及交通事故责任，请拨打 110，由交警现场处理。"),
    "road": ("该路段为已批准的占道施工，许可公示在围挡北侧，有效期内，予以备查。",),
    "safety": ("该处为小区内部，物业已设集中充电点并有人值守，现场未见所述情况。",),
    "food": ("属商家与平台的配送纠纷，不在受理范围，请通过平台客服处理。",),
    "facility": ("该设施为商户自有，已告知商户自行维修。",),
    "works": ("该工地已取得许可并公示，施工时段符合规定，予以备查。",),
    "green": ("该处为养护单位正在进行的换季修整，三日内完成。",),
}
SEND_BACKS: Reasons = {
    "": ("照片所示位置不在本部门管理范围，建议改派。", "经核实该事项不属本部门职责，退回重新派单。"),
    "rubbish": ("现场为物业红线以内，本部门无执法权，退回重新派单。",),
    "parking": ("现场为物业红线以内，本部门无执法权，退回重新派单。",),
    "road": ("该处道路由养护单位管养，不属本部门职责，建议改派。", "问题源头为地下管网，需由权属单位处置，建议改派。"),
    "works": ("照片所示为施工围挡，应由主管部门处理。",),
}
EXTENSIONS: Reasons = {
    "": ("涉及三家权属单位，正在协调会商，申请延期。", "当事人外出，已约定时间上门，申请延期。"),
    "parking": ("停放区重新划线需报批，正在办理，申请延期。",),
    "road": ("连日降雨，路面无法摊铺，待天气转晴后施工。", "需夜间封道施工，正在办理占道手续。"),
    "food": ("已送检，待检验报告出具后作出处理。",),
    "facility": ("所需配件需向厂家定制，预计三个工作日到货。",),
    "works": ("施工单位正在调整方案，需复核后报批。",),
    "green": ("当季不宜补种，已备苗，待气温适宜后栽植。",),
}
SUSPENSIONS: Reasons = {
    "": ("产权归属存在争议，正在走司法程序，待结果明确后处理。", "需待轨道交通工程围挡拆除后方可实施。"),
    "road": ("该路段列入年度大修，拟与大修同步实施，已设警示标志。",),
    "facility": ("该路段灯具列入年度改造，拟同步更换，已设临时照明。",),
    "parking": ("停放区调整列入片区交通改造，待方案批复后实施。",),
    "green": ("列入秋季绿化补植计划，待进场后实施。",),
}
REWORKS: Reasons = {
    "": ("今天又去看了，还是老样子。", "照片不是这个位置，请再核实。", "刚处理完两天又出现了，没有彻底解决。"),
    "rubbish": ("只清了一半，靠墙那边没动。",),
    "parking": ("人一走又停满了。",),
    "road": ("临时垫的土已经被冲掉了。",),
    "works": ("第二天晚上又开始了。",),
}


def fitting(reasons: Reasons, group: str, chance: Random) -> str:
    """One that fits a matter of this group."""
    return chance.choice([*reasons[""], *reasons.get(group, ())])
