"""Made-up hazards worded as offices word them, labelled, for the tests of suggestions.

Two offices, `first` and `second`, with no sentence in common: what is learned from the one can be tried on the other,
as on a new township. Inspectors differ (some hazards are filed under either of two categories), mistype, write several
hazards into one cell, and repeat themselves. None of it comes from the sample's vocabulary.
"""

from datetime import date, timedelta

import numpy as np
import pandas as pd

# By category: hazards in the wording of the first office, then of the second; | is another category that some choose.
HAZARDS = {
    "消防": (
        "灭火器压力不足指针在红区;灭火器箱被货架挡住|安全管理;疏散通道堆放纸箱;安全出口上锁;消火栓无水;应急灯不亮;疏散指示标志损坏;防火门常闭式被砖头顶开;"
        "烟感报警器被拆除;楼梯间停放电动车|用电;未按每五十平方米配两具灭火器;消防水带老化漏水;防火卷帘下放货;可燃装修材料未做阻燃处理;喷淋头被遮挡",
        "干粉灭火器已过有效期两个月;室内消火栓箱内缺水枪;逃生门从里面打不开;安全疏散标识缺失;消防控制室无人值班|安全管理;通往二楼的逃生路线被杂物占用;"
        "自动喷水系统末端压力为零;住人的阁楼未设第二出口;灭火毯、灭火器摆放位置不当;常闭防火门闭门器脱落;楼道里电瓶车飞线充电|用电",
    ),
    "用电": (
        "配电箱未接地;插座烧焦仍在使用;电线私拉乱接;电缆拖地无套管;空气开关无漏电保护;配电箱前堆放杂物|消防;临时用电未审批|安全管理;照明灯具电线裸露;"
        "大功率电器共用一个插线板;电焊机二次线绝缘破损;配电柜门敞开;线路老化外皮开裂",
        "开关盒缺盖板、铜线外露;一闸多机;移动插排串接使用;宿舍内用热得快烧水|消防;配电房挡鼠板缺失;漏保试跳不动作;电箱内积灰未清理;用铜丝代替保险丝;"
        "架空线低垂触及铁皮棚;设备金属外壳无保护接零;穿墙电线没有穿管",
    ),
    "燃气": (
        "液化气瓶与灶台距离不足;燃气软管穿墙;未装可燃气体报警器;使用超期未检钢瓶;软管长度超过两米;气瓶间通风不良;热水器烟道未伸出室外;"
        "厨房存放三个以上液化气罐;调压阀老化;连接胶管用铁丝绑扎;报警器未与切断阀联动",
        "煤气罐放在地下室;灶具没有熄火保护;橡胶管龟裂漏气;可燃气体探测器断电;瓶装气存放间与明火无隔断|消防;角阀有轻微泄漏声;私自改动天然气管道;"
        "燃气表箱内放物品;用气场所窗户封死;减压阀到期未换",
    ),
    "特种设备": (
        "叉车未年检;叉车司机无证上岗|安全管理;起重机吊钩防脱装置失效;电梯轿厢内无检验标志;压力容器安全阀超期未校验;行车限位器失灵;储气罐压力表未检定;"
        "锅炉水位计模糊;货梯载人;电梯应急呼叫不通",
        "厂内机动车辆无牌照;空压机储气罐没有使用登记证;龙门吊夹轨器损坏;升降平台限速器未定检;钢丝绳断丝超标仍吊装;锅炉工证件过期|安全管理;"
        "扶梯梳齿板缺齿;安全阀铅封丢失;叉车转向灯喇叭都坏",
    ),
    "危险化学品": (
        "油漆与稀释剂混放;化学品仓库无防静电措施;氧气瓶与乙炔瓶间距不足五米;危化品未设安全标签;酒精存放超量;无安全技术说明书|安全管理;"
        "甲醇桶未加盖;废机油随意存放;酸碱同柜存放;防爆区使用普通灯具|用电",
        "天那水放在车间角落;剧毒品未双人双锁;气瓶无防倾倒链条;卸油口没有静电接地夹;危险品库未设围堰;双氧水露天堆放暴晒;易制爆品台账与实物不符|安全管理;"
        "胶水桶敞口摆放气味浓;加油机防爆接线盒少螺栓",
    ),
    "高处临边": (
        "脚手架未设踢脚板;洞口无盖板;临边未设防护栏杆;作业人员未系安全带;爬梯无护笼;外架连墙件缺失;卸料平台超载;屋面采光板处无警示|警示标识",
        "电梯井口没有防护门;吊篮钢丝绳无配重;移动式操作架没有锁轮;二层平台边缘敞口;高空作业不挂双钩;安全网破洞;人字梯缺防滑脚;楼层周边防护被拆未恢复",
    ),
    "机械防护": (
        "冲床无双手按钮;皮带轮无防护罩;砂轮机托架间隙过大;切割机防护罩拆除;搅拌机急停按钮失灵;剪板机前无挡板;传动链条裸露;木工圆锯无分料刀",
        "折弯机光栅被短接;输送机转动部位外露;注塑机安全门联锁失效;台钻工人戴手套操作|安全管理;联轴器没有护罩;和面机缺少护栏;压延机没有拉绳开关;车床卡盘缺防护",
    ),
    "安全管理": (
        "无安全培训记录;应急预案未演练;未与承租方签订安全协议;隐患自查记录缺失;特种作业证过期|特种设备;未设专职安全员;未进行三级教育;值班记录不全;"
        "未开展风险辨识;操作规程未上墙|警示标识",
        "新员工未经教育即上岗;安全责任书没签;外包队伍资质未审核;劳动防护用品发放无签字;没有有限空间作业票;年度安全费用未提取;主要负责人未取证;"
        "安全例会台账空白;应急救援物资清单与实物不一致",
    ),
    "警示标识": (
        "有限空间无警示标志;配电箱无当心触电标识|用电;危险区域未贴禁止烟火;职业危害告知牌缺失;安全色标脱落;限速牌被遮挡;四色图未张贴",
        "污水池旁没有挂牌提醒;消防器材点位没有编号贴|消防;岗位风险告知卡褪色看不清;当心坠落的牌子掉了;管道无介质流向标记;安全出口处地面标线磨掉|消防",
    ),
    "建筑结构": (
        "墙体开裂;阳台栏杆松动;屋顶渗水吊顶脱落;承重柱被凿开;违规加建夹层;外墙瓷砖空鼓;围墙倾斜;钢结构雨棚锈蚀",
        "房梁有明显裂缝;二楼楼板下沉;擅自拆除承重墙;广告牌支架焊缝脱开;地基沉降门框变形;彩钢板屋面被风掀起;护坡挡墙鼓肚",
    ),
}  # fmt: skip
TRADES = {
    "餐饮": ("饭店 酒楼 小吃店 火锅店 快餐店", (5, 3, 9, 0, 0, 0, 0, 2, 0, 1)),
    "商贸": ("超市 商行 便利店 服装店 建材店", (9, 4, 0, 1, 1, 0, 0, 2, 1, 1)),
    "工业": ("五金厂 塑料厂 机械有限公司 家具厂 纸箱厂", (4, 5, 0, 4, 2, 1, 7, 4, 2, 1)),
    "建筑施工": ("建设工程项目部 安置房工地 桥梁施工处", (1, 4, 0, 3, 0, 9, 1, 4, 2, 1)),
    "危险化学品": ("加油站 化工有限公司 油漆店", (2, 2, 0, 1, 9, 0, 0, 2, 2, 0)),
    "教育": ("小学 幼儿园 中学 培训中心", (6, 3, 2, 1, 0, 0, 0, 4, 1, 2)),
    "住宅": ("小区 公寓 出租屋 自建房", (8, 6, 4, 1, 0, 0, 0, 0, 0, 4)),
}
_BRANDS = "鼎晟 嘉禾 润泽 佳园 宏图 立方 百川 万和 新岸 春来 远帆 恒裕 金榜 乐邻 大观 清源 长亭 联创 广厦 明湖".split()
_PLACES = (
    "一楼",
    "二层",
    "车间东侧",
    "仓库",
    "后厨",
    "大厅",
    "门口",
    "三号楼",
    "宿舍",
    "办公室",
    "",
    "",
    "",
    "",
)
_LEADS = ("现场检查发现", "存在", "经查，", "", "", "", "", "")
_TAILS = ("，存在安全隐患", "。", "，要求立即整改", "", "", "", "（已拍照）")


def draw_hazards(
    office: str, count: int, *, seed: int = 0, without: tuple[str, ...] = (), empty: float = 0.0
) -> pd.DataFrame:
    """Rows as a ledger table has them, five or so to a visit and many visits to the same premises.

    `without`: categories that this office does not find. `empty`: the share of labels left out at random.
    """
    rng = np.random.default_rng(seed)
    at, rows = ("first", "second").index(office), []
    names = {
        trade: [f"{b}{e}" for b in _BRANDS for e in kinds.split()] for trade, (kinds, _) in TRADES.items()
    }
    day = date(2021, 1, 1)
    while len(rows) < count:
        trade = str(rng.choice(list(TRADES)))
        premises = names[trade][int(len(names[trade]) * rng.random() ** 2)] + ("" if at == 0 else "（二店）")
        weights = np.array([0 if c in without else w for c, w in zip(HAZARDS, TRADES[trade][1], strict=True)])
        day, visit = day + timedelta(days=int(rng.integers(0, 2))), f"JC{len(rows):06d}"
        for category in rng.choice(list(HAZARDS), 1 + rng.poisson(2), p=weights / weights.sum()):
            said, _, other = str(rng.choice(HAZARDS[category][at].split(";"))).partition("|")
            filed = other if other and rng.random() < 0.4 and other not in without else str(category)
            if rng.random() < 0.02:  # filed wrongly
                filed = str(rng.choice([one for one in HAZARDS if one not in without]))
            major = {"建筑结构": 0.2, "危险化学品": 0.15, "燃气": 0.1}.get(str(category), 0.02)
            rows.append(
                {
                    "district_code": f"35092110{rng.integers(1, 5)}", "found_on": pd.Timestamp(day),
                    "description": _word(said, rng), "premises": premises, "premises_type": pd.NA,
                    "inspection_id": visit, "trade": trade, "category": filed,
                    "severity": "major" if rng.random() < major else "general",
                    "source_file": f"data/raw/{office}.xlsx", "source_sheet": "台账", "source_row": len(rows) + 2,
                }
            )  # fmt: skip
    table = pd.DataFrame(rows[:count]).astype({"severity": "category"})
    for column in ("category", "trade", "severity"):
        table.loc[rng.random(count) < empty, column] = pd.NA
    return table


def _word(said: str, rng: np.random.Generator) -> str:
    """A hazard as one inspector types it."""
    if rng.random() < 0.06 and len(said) > 4:  # a character too few
        at = int(rng.integers(0, len(said)))
        said = said[:at] + said[at + 1 :]
    text = f"{rng.choice(_LEADS)}{rng.choice(_PLACES)}{said}{rng.choice(_TAILS)}"
    return f"1.{text}2.{rng.choice(_PLACES)}卫生较差" if rng.random() < 0.04 else text
