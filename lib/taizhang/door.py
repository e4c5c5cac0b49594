"""How a workbook shows itself in a notebook: its ledgers with rows and days, and a small map of its districts."""

from html import escape
from typing import TYPE_CHECKING

import pandas as pd

from taizhang.metadata.style import load_style
from taizhang.metadata.words import label

if TYPE_CHECKING:
    import geopandas as gpd

    from taizhang.workbook import Workbook

_WIDTH = 220  # px of the map


def show_workbook(book: "Workbook") -> str:
    """A workbook as HTML.

    Parameters
    ----------
    book : Workbook

    Returns
    -------
    str
        Its title, a table of its ledgers (name, title, rows, first and last day), and its districts' outlines.
    """
    lang, rows = book.config.lang, []
    for line in book.spans.itertuples():
        title = book.kinds[str(line.kind)].title[lang]
        days = "" if pd.isna(line.first) else f"{line.first:%Y-%m-%d} – {line.last:%Y-%m-%d}"
        rows.append(
            f"<tr><td><code>book.{escape(str(line.kind))}</code></td><td>{escape(title)}</td>"
            f'<td style="text-align:right">{line.rows:,}</td><td>{days}</td></tr>'
        )
    heads = (label("column.ledger", lang), "", label("word.rows", lang), label("lab.days", lang))
    head = "".join(f"<th>{escape(text)}</th>" for text in heads)
    table = f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>"
    count = label("lab.districts", lang, n=len(book.districts))
    return (
        f"<p><strong>{escape(book.config.title)}</strong><br>{escape(count)}</p>"
        f'<div style="display:flex;gap:2em;align-items:flex-start">{table}{draw_outlines(book.districts)}</div>'
    )


def draw_outlines(districts: "gpd.GeoDataFrame") -> str:
    """Districts as a small SVG, each named on hovering.

    Parameters
    ----------
    districts : geopandas.GeoDataFrame
        code, name, geometry in longitude and latitude.

    Returns
    -------
    str
    """
    import numpy as np
    from shapely.affinity import affine_transform

    west, south, east, north = districts.total_bounds
    # A degree of longitude is shorter than one of latitude by the cosine of the latitude.
    across = (east - west) * np.cos(np.radians((south + north) / 2))
    scale = _WIDTH / max(across, north - south, 1e-9)
    x, width, height = scale * across / max(east - west, 1e-9), scale * across, scale * (north - south)
    shapes = districts.geometry.simplify(1 / scale)
    paths = [
        f"<g><title>{escape(str(name))}</title>"
        + affine_transform(shape, [x, 0, 0, -scale, -x * west, scale * north]).svg(
            scale_factor=0.5, fill_color=load_style().roles["before"], opacity=0.5
        )
        + "</g>"
        for name, shape in zip(districts["name"], shapes, strict=True)
        if not shape.is_empty
    ]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0f}" height="{height:.0f}" '
        f'viewBox="-2 -2 {width + 4:.0f} {height + 4:.0f}">{"".join(paths)}</svg>'
    )
