"""How long it takes to link premises by name: `python -m benchmarks.link_names [--names 10000 100000 1000000]`.

Names are made of syllables, trades and townships, each premises under one to four spellings; none has a number or an
address, which is the slowest case. Told are seconds, the most memory, and growth against a linear one.
"""

import argparse
import random
import resource
import sys
import time

import pandas as pd

from taizhang.register import link_premises

_LETTERS = (
    "安通鑫源惠民永兴宏发福达金盛恒泰顺隆万佳华联天和同康乐益聚贤美瑞丰裕昌荣广宝利德胜振世中新光正大百吉祥如意平"
    "长青龙银河星海江南方北友五洲四九八合千禧红旗向阳朝旭日明珠水晶翠竹松白云蓝绿碧清泉腾凤麒麟鸿运锦绣富贵开迎春侨"
    "谊谐晖秋实图展里飞博爱仁济草本妙手宁颐年鹤"
)
_TRADES = (
    "加油站 超市 石材厂 木材加工厂 茶叶厂 小吃店 饭店 宾馆 幼儿园 五金店 汽车修理厂 竹木制品厂 食品厂 服装厂 养殖场 "
    "药店 便利店 机械厂 包装厂 家具厂 水泥制品厂 砖厂 电子厂 采石场 建材有限公司 物流有限公司 电子科技有限公司 "
    "商贸有限公司 农业开发有限公司 矿业有限公司"
).split()
TOWNSHIPS = 1000  # of a province; each has so many names as there are for it


def make_mentions(
    count: int, townships: int, seed: int = 1
) -> tuple[pd.DataFrame, dict[str, tuple[str, ...]]]:
    """Names with their township, `count` different ones, and the names of the townships."""
    rand = random.Random(seed)
    towns = [f"{a}{b}镇" for a in _LETTERS[:60] for b in _LETTERS[60:]][:townships]
    codes = [f"35{at:07d}" for at in range(len(towns))]
    seen: dict[tuple[str, str], None] = {}
    while len(seen) < count:
        at = rand.randrange(len(towns))
        proper = "".join(rand.choices(_LETTERS, k=rand.choice((2, 2, 2, 3, 3, 4))))
        trade = rand.choice(_TRADES)
        name = proper + trade
        twice = f"{proper[0]}{proper}{trade}"  # a slip
        written = (name, f"{towns[at]}{name}", f"{name}有限公司", twice, f"{towns[at][:2]} {name}")
        for spelling in rand.sample(written, rand.choice((1, 2, 2, 3, 4))):
            seen[codes[at], spelling] = None
    table = pd.DataFrame(list(seen)[:count], columns=["district_code", "name"])
    return table, {code: (town, "永宁市", "福建省") for code, town in zip(codes, towns, strict=True)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--names", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--townships", type=int, default=TOWNSHIPS)
    given = parser.parse_args()
    before: tuple[int, float] | None = None
    for count in given.names:
        mentions, places = make_mentions(count, given.townships)
        start, worked = time.perf_counter(), time.process_time()
        linked = link_premises(mentions, places=places)
        took, work = time.perf_counter() - start, time.process_time() - worked
        most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (
            1024**2 if sys.platform != "darwin" else 1024**3
        )
        growth = "" if before is None else f", growth {work / before[1] / (count / before[0]):.2f} x linear"
        account = linked.account
        print(f"{count:,} names: {took:.1f} s ({work:.1f} s of processor), {most:.2f} GB{growth};", end=" ")
        print(f"{account['candidates']:,} pairs compared, {account['premises']:,} premises,", end=" ")
        print(f"{account['doubtful']:,} doubtful", flush=True)
        before = count, work


if __name__ == "__main__":
    main()
