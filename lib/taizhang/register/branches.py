"""Which of a firm's places each name tells: rows with one credit code are of one firm, but may be of several places."""

import re
from collections.abc import Sequence

import pandas as pd

from taizhang.register.mentions import Atoms
from taizhang.register.names import ends_in_trade

_HAN = "\u3400-\u9fff"
_UNITS = (
    "店|厂|园|区|站|场|馆|库|楼|矿|井|门店|分店|校区|厂区|院区|园区|分理处|支行|网点|营业厅|仓库|车间|工厂"
)
# 东店, 城东分理处, 西门店, 新店, (南); what stands before it must be whole by itself.
_SIDE = re.compile(rf"^(.{{2,}}?)\(?(城?[东西南北新老旧前后]门?)(?:{_UNITS})?\)?$")
_STREET = re.compile(rf"(?:\(.*?|(?<=.{{4}}))([{_HAN}]{{2}}(?:路|街|巷|大道))(?:店|\))$")
_LETTER = re.compile(rf"[{_HAN}]\(?([a-z])(?:区|座|栋|厂|馆)?\)?$")
_OFFICE = re.compile("公司(.{2,8}?)(?:经营部|项目部|工厂|销售部|门市部|服务部|仓库|车间|营业部)$")


def name_branches(atoms: Atoms) -> list[str | None]:
    """The branch of each atom as its name tells it; empty for the firm itself, None where there is no name."""
    known: dict[str, str] = {}
    told: list[str | None] = []
    for name, folded in zip(atoms.names, atoms.table["folded"].to_numpy(object), strict=True):
        if not folded:
            told.append(None)
        elif name.branch not in ("", "分"):
            told.append(name.branch)
        else:
            if folded not in known:
                known[folded] = _find_place(folded)
            told.append(known[folded] or name.branch)
    return told


def _find_place(folded: str) -> str:
    """Which place a name tells where nothing calls it a branch: 东 of 惠民超市东店; empty for the firm itself."""
    if (side := _SIDE.match(folded)) is not None and (
        ends_in_trade(side[1]) or side[1].endswith(("公司", "有限"))
    ):
        return side[2]
    for form in (_STREET, _LETTER, _OFFICE):
        if (found := form.search(folded)) is not None:
            return found[1]
    if folded.endswith("店") and not ends_in_trade(folded):  # 惠民超市火车站店
        for size in (2, 3, 4):
            if len(folded) - 1 - size >= 3 and ends_in_trade(folded[: -1 - size]):
                return folded[-1 - size : -1]
    return ""


def name_places(atoms: Atoms, branches: Sequence[str | None]) -> list[str]:
    """The branch of each atom with a credit code, and its number where names with this code have several numbers."""
    table = atoms.table
    numbers = [".".join(name.numbers) for name in atoms.names]
    told = pd.DataFrame(
        {"code": table["code"], "branch": [one or "" for one in branches], "number": numbers}, table.index
    )
    coded = told[(told["code"] != "") & (told["number"] != "")]
    several = coded.groupby(["code", "branch"])["number"].nunique()
    split = {key for key, count in several.items() if count > 1}
    keys = zip(told["code"].to_numpy(object), told["branch"].to_numpy(object), strict=True)
    return [
        f"{key[1]} {number}".strip() if key in split else key[1]
        for key, number in zip(keys, numbers, strict=True)
    ]
