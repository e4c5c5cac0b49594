"""Make the marked pairs of names in tests/data/premises_pairs.csv: `python -m tools.mark_pairs DICTIONARY`.

DICTIONARY is jieba's (`dict.txt` of the package, or `jieba.dict.utf8` of nodejieba): real names of organisations are
taken from it, those marked nt. How pairs are made is told in tests/data/premises_pairs.md. The rules here know nothing
of the register's own: what they add, drop and swap is listed here alone.
"""

import csv
import random
import re
import sys
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

from opencc import OpenCC
from pypinyin import lazy_pinyin

OUT = Path(__file__).parents[1] / "tests" / "data" / "premises_pairs.csv"
COLUMNS = ("district_a", "district_b", "name_a", "name_b", "same", "variation", "origin", "half")
# Townships of a made-up city: the district of each pair.
TOWNS = (
    "溪口镇 大安镇 新桥镇 石门乡 白沙镇 东坪镇 龙潭乡 青山镇 河西街道 城关镇 双溪乡 官田镇 南岭镇 黄泥乡 岭头镇 枫林镇 "
    "长坑乡 湖头镇 马岭乡 水口镇 云峰街道 古田镇 三岔镇 金沙乡"
).split()
CITY, PROVINCE = "永宁市", "福建省"

_PROPER = (
    "安通 鑫源 惠民 永兴 宏发 福达 金盛 恒泰 顺达 兴隆 万佳 华联 天和 同福 康乐 益民 聚贤 美佳 瑞丰 裕民 昌盛 荣华 广源 宝利 利民 "
    "佳和 德胜 振兴 盛世 中兴 新民 光华 正大 百顺 吉祥 如意 平安 长青 金龙 银河 星光 海天 江南 南方 北方 三友 五洲 四海 九龙 八达 "
    "百合 千禧 红旗 红星 向阳 朝阳 曙光 旭日 明珠 水晶 翠竹 青松 白云 蓝天 绿源 碧水 清泉 龙腾 凤祥 麒麟 鸿运 锦绣 富贵 开泰 迎春 "
    "华侨 友谊 和谐 阳光 春晖 秋实 宏图 大展 万里 腾飞 博爱 仁和 济世 百草 本草 妙手 康宁 颐年 松鹤 夕阳红 金太阳 新世纪 好又多 喜洋洋 "
    "家家乐 万家福 农家旺 老地方 一品香 聚福楼 老渔翁 客家人 闽南人 海之蓝 金海湾 绿野仙踪 安居乐业 诚信通达 宏基伟业 中闽百汇"
).split()
_TRADES = (
    "加油站 超市 石材厂 木材加工厂 茶叶厂 小吃店 饭店 宾馆 幼儿园 五金店 农贸市场 汽车修理厂 竹木制品厂 食品厂 服装厂 养殖场 药店 便利店 "
    "烟花爆竹店 液化气站 机械厂 包装厂 家具厂 网吧 快递站 敬老院 卫生院 小学 水泥制品厂 砖厂 电子厂 酒楼 农家乐 客运站 采石场 碾米厂 石油化工 "
    "建材 物流 电子科技 塑料制品 商贸 装饰工程 生物科技 农业开发 矿业 房地产开发 物业管理 印刷 纺织 鞋业"
).split()
_FIRMS = ("有限公司", "有限责任公司", "股份有限公司")
_FIRM_TRADES = {
    "石油化工",
    "建材",
    "物流",
    "电子科技",
    "塑料制品",
    "商贸",
    "装饰工程",
    "生物科技",
    "农业开发",
    "矿业",
    "房地产开发",
    "物业管理",
    "印刷",
    "纺织",
    "鞋业",
}
_KIN = (
    ("饭店", "酒家"), ("小吃店", "小吃"), ("超市", "商场"), ("便利店", "小店"), ("宾馆", "旅馆"), ("药店", "大药房"), ("汽车修理厂", "汽修厂"),
    ("敬老院", "养老院"), ("酒楼", "饭店"), ("木材加工厂", "木材厂"), ("竹木制品厂", "竹木厂"), ("农贸市场", "菜市场"), ("石材厂", "石材加工厂"),
    ("五金店", "五金商店"), ("茶叶厂", "茶厂"), ("服装厂", "制衣厂"), ("幼儿园", "幼稚园"), ("快递站", "快递点"), ("养殖场", "养猪场"),
)  # fmt: skip
_ADDED = {"超市": ("生活超市", "便民超市", "平价超市"), "加油站": ("加油加气站",), "饭店": ("大饭店",), "宾馆": ("商务宾馆",), "机械厂": ("机械制造厂",),
          "食品厂": ("食品加工厂",), "茶叶厂": ("茶叶加工厂",), "家具厂": ("家具制造厂",), "商贸": ("商贸发展", "贸易"), "建材": ("建筑材料", "新型建材"),
          "养殖场": ("生态养殖场",), "物流": ("物流运输",), "幼儿园": ("艺术幼儿园",), "印刷": ("印刷包装",), "矿业": ("矿业开发",)}  # fmt: skip
_LOOKS = (
    "未末 己已 土士 侯候 拔拨 栗粟 戊戌 钓钩 竟竞 免兔 鸟乌 治冶 历厉 折拆 析折 班斑 陕狭 徒徙 采彩 辩辨 暑署 茶荼 日曰 人入 天夫 千干 王玉 大太 "
    "木本 科料 泰秦 田由 目且 住往 今令 洁浩 清请 幻幼 技枝 祥样 锋峰 城诚 荣菜 蓝篮 康庚 源原 圆园 洋详 江红 永水 亨享 宇字 健建 达达 远运 盛盔 "
    "凤风 龙尤 东车 伟纬 信伯 恒桓 微徽 丰韦 华毕 升井 旺汪 晶品 昌冒 吴昊 星皇 朋明 顺须 瑞端 珠株 锦棉 铭铬 银根 鑫淼 森林 杨扬 梅海 泉众 波披 "
    "惠恩 思恩 友反 双汉 石右 合台 吉古 兴共 光先 元无 云去 业亚 利刹 和私 春舂 农衣 普晋 景影 欣软 新斫 朗郎 家冢 密蜜 寿秀 向问 阳阴 隆降 雷雪 飞气"
).split()
_LETTERS = "鑫源兴盛发达福顺安泰和瑞丰华美佳宏恒隆昌荣宝利金银龙凤海天明阳春秋红光新永康乐民惠德信诚义仁"
_TRADITIONAL = OpenCC("s2t")
_AGO = ("东风", "东方", "新风", "永丰", "恒丰", "南丰")
# Marked by hand, of real names that stand side by side: one organisation under two names, and what cannot be told.
_SAME = set(
    "北大第一医院/北京大学第一医院 美国耶鲁大学/耶鲁大学 中国石油化工集团公司/中国石油化工集团 社科文献出版社/社会科学文献出版社 中国移动通信公司/中国移动公司 "
    "中国移动通信集团公司/中国移动通信公司 中国移动公司/中国移动通信集团公司 中国石化集团/中国石油化工集团公司 中国石油化工集团/中国石化集团 "
    "伯克利加州大学/伯克利大学 国际商业机器公司/国际商用机器公司 伦敦经济政治学院/伦敦经济学院 中国电影集团公司/中国电影集团 "
    "中国航天科技集团公司/中国航天科技集团 少儿出版社/少年儿童出版社 成都飞机工业集团公司/成都飞机工业公司 北京大学法学院/北大法学院 "
    "哈佛商学院/哈佛大学商学院 广铁集团/广铁集团公司 中国移动集团/中国移动通信集团 西安飞机工业公司/西飞公司 中国移动通信集团/中国移动通信集团公司 世界贸易中心/世贸中心 国防科技大学/国防科学技术大学 中国医学科学院肿瘤医院/中国医科院肿瘤医院 北大人民医院/北京大学人民医院 中国科技馆/中国科学技术馆 "
    "北京大学图书馆/北大图书馆 美国哈佛大学/哈佛大学 美国斯坦福大学/斯坦福大学 美国哥伦比亚大学/哥伦比亚大学 瑞典皇家科学院/皇家瑞典科学院".split()
)
_UNCLEAR = set(
    "大众汽车集团/大众汽车公司 时代华纳公司/时代华纳集团 德国大众汽车集团/德国大众汽车公司 大通银行/大通曼哈顿银行 通用汽车公司/通用公司 松下电器公司/日本松下公司 三星电子公司/三星公司 伯克利加州大学/加州大学 "
    "加利福尼亚州立大学/加州大学 东京帝国大学/东京大学 北京体育大学/北京体育学院 微软中国公司/微软公司 敦煌研究院/敦煌艺术研究所 国民学校/国民小学 "
    "钢铁集团/邯郸钢铁集团 航天中心/肯尼迪航天中心 美国广播公司/美国公司 华西协合大学/华西大学 华西大学/华西医科大学 美国全国广播公司/美国公司 "
    "美国亚利桑那大学/美国伊利诺大学 美国公司/美国杜邦公司 北京医科大学/军医大学 中国国际贸易中心/国际贸易中心".split()
)


def _is_marked(one: str, other: str, marked: set[str]) -> bool:
    return f"{one}/{other}" in marked or f"{other}/{one}" in marked


def read_real(path: Path) -> list[str]:
    """Names of organisations as premises have them, from four to sixteen characters; nations' offices are left out."""
    ends = (
        "(?:公司|厂|医院|大学|学院|银行|酒店|宾馆|商场|超市|研究所|集团|中学|小学|出版社|学校|商店|饭店|百货|大厦|药业|剧院|中心|车站|电站|图书馆|书店|研究院|"
        "设计院|煤矿|电厂|体育馆|体育场|博物馆)$"
    )
    names = []
    for line in path.read_text("utf-8").splitlines():
        word, *rest = line.split(" ")
        if rest[-1:] == ["nt"] and 4 <= len(word) <= 16 and re.search(ends, word) and "使馆" not in word:
            names.append(word)
    return sorted(set(names))


def read_frequent(path: Path) -> dict[str, list[str]]:
    """Common characters by how they sound."""
    found = []
    for line in path.read_text("utf-8").splitlines():
        word, *rest = line.split(" ")
        if len(word) == 1 and "\u4e00" <= word <= "\u9fff" and rest and int(rest[0]) >= 1500:
            found.append(word)
    by_sound: dict[str, list[str]] = {}
    for one in found:
        by_sound.setdefault(lazy_pinyin(one)[0], []).append(one)
    return by_sound


class Maker:
    """Makes variations of names, and names of others that look like them."""

    def __init__(self, dictionary: Path, seed: int) -> None:
        self.random = random.Random(seed)
        self.real = read_real(dictionary)
        self.by_sound = read_frequent(dictionary)
        self.alike: dict[str, set[str]] = {}
        for one, other in map(tuple, _LOOKS):
            if one != other:
                self.alike.setdefault(one, set()).add(other)
                self.alike.setdefault(other, set()).add(one)

    # ---------------------------------------------------------- slips of a character

    def slip_sound(self, name: str, places: range) -> str:
        for at in self.random.sample(list(places), len(places)):
            others = [one for one in self.by_sound.get(lazy_pinyin(name[at])[0], []) if one != name[at]]
            if others:
                return name[:at] + self.random.choice(others) + name[at + 1 :]
        return ""

    def slip_look(self, name: str, places: range) -> str:
        for at in self.random.sample(list(places), len(places)):
            if others := sorted(self.alike.get(name[at], ())):
                return name[:at] + self.random.choice(others) + name[at + 1 :]
        return ""

    # ---------------------------------------------------------- variations of any name

    def vary_form(self, name: str, town: str) -> Iterator[tuple[str, str, str]]:
        """Ways of writing any name: (name, name, what was varied)."""
        rand = self.random
        yield name, f"{town}{name}", "township before"
        yield name, f"{CITY}{name}", "city before"
        yield name, f"{PROVINCE}{CITY}{town}{name}", "province, city and township before"
        yield name, f"{PROVINCE[:-1]}{CITY[:-1]}{town[:-1]}{name}", "places before, without their kind"
        yield (
            name,
            "".join(chr(ord(one) + 0xFEE0) if "!" <= one <= "~" else one for one in f" {name} ").replace(
                " ", "\u3000"
            ),
            "wide blanks",
        )
        at = rand.randrange(1, len(name))
        yield name, f"{name[:at]} {name[at:]}", "blank within"
        yield name, str(_TRADITIONAL.convert(name)), "traditional"
        yield name, f"“{name}”", "quotes"
        yield name, f"{name}。", "full stop"
        if not name.endswith(("公司", "集团")):
            yield name, f"{name}{rand.choice(_FIRMS)}", "company form added"
            yield name, f"{name}（个体工商户）", "trader's form added"
        elif name.endswith("有限公司"):
            yield name, name.replace("有限公司", "有限责任公司"), "company form other"
            yield name, name.removesuffix("有限公司"), "company form dropped"
        elif name.endswith("公司") and not name.endswith(("责任公司", "总公司")):
            yield name, f"{name[:-2]}有限公司", "company form other"
            yield name, f"{name[:-2]}（{PROVINCE[:-1]}）有限公司", "place in brackets"
        if name.endswith("集团"):
            yield name, f"{name}有限公司", "company form added"
            yield name, f"{name.removesuffix('集团')}（集团）有限公司", "group in brackets"
        other = f"{rand.choice(_PROPER)}{rand.choice(_TRADES)}"
        yield name, f"{name}（原{other}）", "former name told"
        yield name, f"{other}（原名：{name}）", "former name"

    def vary_real(self, name: str, town: str) -> Iterator[tuple[str, str, str]]:
        yield from self.vary_form(name, town)
        body = range(0, max(2, len(name) - 2))
        if slipped := self.slip_sound(name, body):
            yield name, slipped, "slip: sound"
        if slipped := self.slip_look(name, body):
            yield name, slipped, "slip: look"
        if len(name) >= 6:
            at = self.random.randrange(1, len(name) - 2)
            yield name, name[:at] + name[at + 1 :], "character missing"
            yield name, name[:at] + name[at] + name[at:], "character twice"
            yield name, name[:at] + name[at + 1] + name[at] + name[at + 2 :], "characters swapped"
        for long, short in (
            ("中国石油化工", "中石化"), ("中国石化", "中石化"), ("工商银行", "工行"), ("农业银行", "农行"), ("建设银行", "建行"), ("师范大学", "师大"),
            ("医科大学", "医大"), ("中国科学院", "中科院"), ("科学技术", "科技"), ("第一中学", "一中"), ("研究所", "所"), ("北京大学", "北大"), ("清华大学", "清华"),
            ("附属医院", "附院"), ("第一", "一"), ("第二", "二"), ("第三", "三"), ("工业大学", "工大"), ("农业大学", "农大"), ("人民医院", "医院"), ("科学研究院", "研究院"),
            ("电影制片厂", "电影厂"), ("汽车制造厂", "汽车厂"), ("百货商店", "百货"), ("有色金属", "有色"), ("进出口", ""), ("总公司", "公司"), ("股份有限", ""),
            ("国际", ""), ("工程", ""), ("计算机", "电脑"), ("科技", "科学技术"),
        ):  # fmt: skip
            if long in name and len(name) - len(long) + len(short) >= 4 and name.replace(long, short) != name:
                yield name, name.replace(long, short), "shortened"
        for digit, word in zip("123456789", "一二三四五六七八九", strict=True):
            if f"第{word}" in name:
                yield name, name.replace(f"第{word}", f"第{digit}"), "figures"

    # ---------------------------------------------------------- made-up names

    def make_base(self) -> tuple[str, str]:
        return self.random.choice(_PROPER), self.random.choice(_TRADES)

    def vary_made(self, proper: str, trade: str, town: str) -> Iterator[tuple[str, str, str]]:
        rand = self.random
        firm = rand.choice(_FIRMS) if trade in _FIRM_TRADES else ""
        name = f"{proper}{trade}{firm}"
        short = town[:-2] if town.endswith("街道") else town[:-1]
        yield from self.vary_form(name, town)
        yield f"{short}{name}", f"{town}{name}", "township, with and without its kind"
        yield f"{short}{name}", f"{town}{proper}{trade}{rand.choice(_FIRMS)}", "township and company form"
        yield f"{CITY}{name}", f"{CITY}{town}{name}", "township between"
        yield f"{name}（{short}）", f"{short}{name}", "township in brackets"
        yield (
            f"{proper}{trade}（{PROVINCE[:-1]}）{firm or '有限公司'}",
            f"{PROVINCE[:-1]}{proper}{trade}{firm or '有限公司'}",
            "province moved",
        )
        body = range(0, len(proper))
        if slipped := self.slip_sound(proper, body):
            yield name, f"{slipped}{trade}{firm}", "slip: sound, proper"
        if slipped := self.slip_look(proper, body):
            yield name, f"{slipped}{trade}{firm}", "slip: look, proper"
        if slipped := self.slip_sound(trade, range(0, len(trade))):
            yield name, f"{proper}{slipped}{firm}", "slip: sound, trade"
        for one, other in _KIN:
            if one == trade:
                yield name, f"{proper}{other}", "trade by another word"
        for other in _ADDED.get(trade, ()):
            yield name, f"{proper}{other}{firm}", "trade told longer"
        if trade == "加油站":
            yield f"中国石化{short}加油站", f"中石化{short}站", "chain shortened"
            yield (
                f"中国石油化工股份有限公司{PROVINCE[:-1]}{CITY[:-1]}石油分公司{proper}加油站",
                f"中石化{proper}加油站",
                "chain in full",
            )
            yield f"中国石油{proper}加油站", f"中石油{proper}站", "chain shortened"
            yield name, f"中国石化{name}", "chain added"
        number, figure = rand.choice((("二", "2"), ("三", "3"), ("一", "1"), ("四", "4")))
        if trade in ("超市", "药店", "便利店", "五金店"):
            yield f"{name}第{number}门店", f"{name}{number}号店", "branch's number written otherwise"
            yield f"{name}（{number}店）", f"{name}{figure}店", "branch's number written otherwise"
            yield f"{name}第{number}分店", f"{name}第{figure}分店", "branch's number in figures"
        if trade == "小学":
            yield f"{short}第{number}小学", f"{town}第{figure}小学", "ordinal in figures"
            yield f"{short}中心小学", f"{town}中心小学", "central school"
            yield f"{CITY}第{number}中学", f"{CITY[:-1]}{number}中", "school shortened"
        if trade == "卫生院":
            yield f"{town}卫生院", f"{CITY}{town}卫生院", "township's own"
        if trade == "敬老院":
            yield f"{town}敬老院", f"{short}敬老院", "township's own"

    # ---------------------------------------------------------- others that look alike

    def oppose_made(self, proper: str, trade: str, town: str) -> Iterator[tuple[str, str, str]]:
        rand = self.random
        name = f"{proper}{trade}{'有限公司' if trade in _FIRM_TRADES else ''}"
        short = town[:-2] if town.endswith("街道") else town[:-1]
        others = [one for one in _LETTERS if one not in proper]
        at = rand.randrange(len(proper))
        yield (
            name,
            name.replace(proper, proper[:at] + rand.choice(others) + proper[at + 1 :]),
            "one character other",
        )
        if (
            (heard := self.slip_sound(proper, range(len(proper))))
            and len(proper) == 2
            and heard[-1] in _LETTERS + heard[-1]
        ):
            yield name, name.replace(proper, heard), "other firm that sounds alike"
        other = rand.choice(
            [one for one in _TRADES if one != trade and one[-2:] != trade[-2:] and one not in _FIRM_TRADES]
        )
        yield f"{proper}{trade}", f"{proper}{other}", "other trade"
        yield (
            name,
            name.replace(proper, rand.choice([one for one in _PROPER if one != proper])),
            "other firm of the trade",
        )
        one, two = rand.sample("一二三四五六", 2)
        yield f"{short}第{one}小学", f"{short}第{two}小学", "other ordinal"
        yield f"{proper}{trade}第{one}分店", f"{proper}{trade}第{two}分店", "other branch"
        yield f"{proper}{trade}", f"{proper}{trade}第{two}门店", "firm and branch"
        yield f"{proper}{trade}有限公司", f"{proper}{trade}有限公司{short}分公司", "firm and branch"
        yield f"{proper}{trade}（城东店）", f"{proper}{trade}（城西店）", "other branch"
        yield f"{proper}东{trade}", f"{proper}西{trade}", "other direction"
        yield f"{proper}{trade}", f"新{proper}{trade}", "new and old"
        yield f"{proper}{trade}", f"{proper}{rand.choice(others)}{trade}", "one character more"
        yield f"{proper}{one}厂", f"{proper}{two}厂", "other works"
        village, next_one = rand.sample(("上坪", "下坪", "大洋", "小洋", "桥头", "桥尾", "黄坑", "李坑"), 2)
        yield f"{village}村{trade}", f"{next_one}村{trade}", "other village"
        yield (
            f"{short}{rand.choice(('加油站', '卫生院', '小学'))}",
            f"{proper}{trade}",
            "township's own and another",
        )
        yield (
            f"{_AGO[rand.randrange(3)]}{trade}",
            f"{_AGO[3 + rand.randrange(3)]}{trade}",
            "other firm of the trade",
        )
        yield f"{short}中学", f"{short}中心小学", "other school"
        yield f"{proper}幼儿园", f"{proper}小学", "other school"


def pick(
    rand: random.Random, found: Iterator[tuple[str, str, str]], times: dict[str, int], most: int
) -> tuple[str, str, str] | None:
    """One of the pairs, of the kinds that were taken least so far."""
    listed = [one for one in found if one[0] != one[1] and times.get(one[2], 0) < most]
    if not listed:
        return None
    fewest = min(times.get(one[2], 0) for one in listed)
    chosen = rand.choice([one for one in listed if times.get(one[2], 0) == fewest])
    times[chosen[2]] = times.get(chosen[2], 0) + 1
    return chosen


def oppose_real(real: list[str]) -> list[tuple[str, str, str]]:
    """Real names of two that have most of their characters in common, and so stand side by side in a list."""
    from rapidfuzz import fuzz, process

    found = []
    for at, name in enumerate(real):
        near = process.extract(
            name, real[max(0, at - 40) : at] + real[at + 1 : at + 41], scorer=fuzz.ratio, limit=2
        )
        found += [
            (name, other, "real names alike") for other, ratio, _ in near if 55 <= ratio < 90 and name < other
        ]
    return found


def make_rows(dictionary: Path) -> list[dict[str, str]]:
    """Rows of the marked set: two halves, each of other real names and drawn by another seed."""
    return [*_make_half(dictionary, "tune", 0), *_make_half(dictionary, "report", 1)]


def _make_half(dictionary: Path, half: str, part: int) -> list[dict[str, str]]:
    maker = Maker(dictionary, 20211130 + part)
    rand = maker.random
    rows: list[dict[str, str]] = []
    taken: set[tuple[str, str]] = set()

    def add(pair: tuple[str, str, str], town: str, other: str, same: bool, origin: str) -> bool:
        """Add a pair, unless one of its names is another's in that township already."""
        one, two = (town, pair[0]), (other, pair[1])
        if one in taken or two in taken:
            return False
        taken.update((one, two))
        first, second = (one, two) if rand.random() < 0.5 else (two, one)
        values = (first[0], second[0], first[1], second[1], str(int(same)), pair[2], origin, half)
        rows.append(dict(zip(COLUMNS, values, strict=True)))
        return True

    names = [name for name in maker.real if zlib.crc32(name.encode()) % 2 == part]
    near = oppose_real(names)
    rand.shuffle(names)
    times: dict[str, int] = {}
    for name in names[:310]:
        town = rand.choice(TOWNS)
        if pair := pick(rand, maker.vary_real(name, town), times, 60):
            add(pair, town, town, True, "real")
    rand.shuffle(near)
    for one, two, what in near[:235]:
        town = rand.choice(TOWNS)
        same = _is_marked(one, two, _SAME)
        if not _is_marked(one, two, _UNCLEAR):
            add((one, two, "real names of one" if same else what), town, town, same, "real")
    for name in names[-30:]:
        town, other = rand.sample(TOWNS, 2)
        add((name, f"{other}{name}", "the same name in two townships"), town, other, False, "real")
    made: list[tuple[Callable[[str, str, str], Iterator[tuple[str, str, str]]], bool, int]] = [
        (maker.vary_made, True, 260),
        (maker.oppose_made, False, 210),
    ]
    for make, same, count in made:
        times = {}
        while count:
            proper, trade = maker.make_base()
            town = rand.choice(TOWNS)
            pair = pick(rand, make(proper, trade, town), times, 60)
            if pair and add(pair, town, town, same, "made"):
                count -= 1
    return rows


def main() -> None:
    rows = make_rows(Path(sys.argv[1]))
    with OUT.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


if __name__ == "__main__":
    main()
