"""Districts that changed since the year before, and whether they can be compared with it."""

from taizhang.analysis.view import View
from taizhang.metadata.facts import ALL


def list_changed(view: View) -> dict[str, list[str]]:
    """Names of the view's districts by change: merged, renamed, split.

    Also lost, without names, if rows of a split district are set aside.
    """
    if view.vintages.empty:
        return {}
    names = view.districts.set_index("code")["name"]
    codes = names.index if view.district == ALL else [view.district]
    changed = view.vintages[view.vintages["code"].isin(codes)]
    found = {
        str(change): [str(names[code]) for code in own] for change, own in changed.groupby("change")["code"]
    }
    return found | ({"lost": []} if (view.vintages["change"] == "lost").any() else {})
