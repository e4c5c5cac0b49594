"""Pictures put into pages: their ids, their names, and nothing that acts."""

import re

import pytest

from taizhang.core.errors import RenderError
from taizhang.report.svg import embed_picture, share_looks, write_dark_colours

START = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" {}>{}</svg>'


def embed(inside: str, attributes: str = 'width="20pt" height="10pt"') -> str:
    return str(
        embed_picture(START.format(attributes, inside), prefix="f1", label='a "b" <c>', described_by="s")
    )


def test_ids_and_what_refers_to_them_get_the_prefix() -> None:
    made = embed(
        '<defs><path id="p"/><clipPath id="c"/></defs><use xlink:href="#p"/><use href="#p"/>'
        '<g clip-path="url(#c)" style="fill: url(#c)"/>'
    )
    for part in (
        'id="f1-p"',
        'id="f1-c"',
        'xlink:href="#f1-p"',
        ' href="#f1-p"',
        'clip-path="url(#f1-c)"',
        "fill: url(#f1-c)",
    ):
        assert part in made
    assert "url(#c)" not in made and '"#p"' not in made


def test_a_picture_is_named_and_scales() -> None:
    made = embed("<path/>")
    assert made.startswith('<svg role="img" aria-label="a &#34;b&#34; &lt;c&gt;" aria-describedby="s"')
    assert 'viewBox="0 0 20 10"' in made and "width=" not in made


@pytest.mark.parametrize("scope", ["", "#picture "])
def test_matplotlibs_style_sheet_stays_inside(scope: str) -> None:
    made = embed(
        f"<defs><style>{scope}*{{stroke-linejoin: round; stroke-linecap: butt}}</style></defs><path/>"
    )
    assert "<style" not in made and 'style="stroke-linejoin: round; stroke-linecap: butt"' in made


@pytest.mark.parametrize(
    "inside",
    [
        "<script>alert(1)</script>",
        '<path onclick="alert(1)"/>',
        '<a xlink:href="https://example.org"><path/></a>',
        '<image xlink:href="https://example.org/a.png"/>',
        '<image href="data:image/svg+xml;base64,PHN2Zy8+"/>',
        '<path style="fill: url(https://example.org/a)"/>',
        "<style>path{fill:url(https://example.org)}</style>",
        "<style>body{display:none}</style>",
        "<style>*{fill:url(https://example.org)}</style>",
        '<foreignObject><body xmlns="http://www.w3.org/1999/xhtml"/></foreignObject>',
        '<p xmlns="http://www.w3.org/1999/xhtml">x</p>',
        '<animate attributeName="href" to="javascript:alert(1)"/>',
    ],
)
def test_what_is_not_plain_drawing_becomes_an_image_in_which_nothing_acts(inside: str) -> None:
    made = embed(inside)
    assert made.startswith('<img src="data:image/svg+xml;base64,') and 'alt="a &#34;b&#34; &lt;c&gt;"' in made
    assert "alert" not in made and "example.org" not in made


def test_entities_are_never_expanded() -> None:
    source = '<!DOCTYPE svg [<!ENTITY e "expanded">]><svg xmlns="http://www.w3.org/2000/svg"><text>&e;</text></svg>'
    assert embed_picture(source, prefix="f", label="x").startswith("<img")


def test_a_prefixed_namespace_becomes_an_image() -> None:
    source = '<s:svg xmlns:s="http://www.w3.org/2000/svg"><s:path/></s:svg>'
    assert embed_picture(source, prefix="f", label="x").startswith("<img")


def test_text_stays_text() -> None:
    assert "<text>隐患&lt;b&gt;</text>" in embed("<text>隐患&lt;b&gt;</text>")


def test_a_broken_picture_is_refused() -> None:
    with pytest.raises(RenderError, match="f1"):
        embed_picture("<svg><g></svg>", prefix="f1", label="")


OURS = (
    '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" id="f-svg" '
    'class="taizhang-figure" viewBox="0 0 9 9"><defs><path id="f-m1" d="M0 0"/><clipPath id="f-c"/></defs>'
    '<g id="f-tick"/><g id="f-axes" clip-path="url(#f-c)"><use xlink:href="#f-m1" style="fill: #0068a8"/>'
    '<use xlink:href="#f-m1" style="fill: #0068a8"/><text id="f-t" style="fill: #123456">字</text></g></svg>'
)


def test_a_figure_of_ours_keeps_no_more_than_what_draws() -> None:
    shown = str(embed_picture(OURS, prefix="figure-a", label="图"))
    assert "tick" not in shown and "axes" not in shown
    assert len(set(re.findall(r'href="#(z\w+)-\d"', shown))) == 1 and 'style="clip-path: url(#z' in shown
    other = re.findall(r' id="([^"]+)"', str(embed_picture(OURS, prefix="figure-b", label="图")))
    assert not set(other) & set(re.findall(r' id="([^"]+)"', shown))
    ids = set(re.findall(r' id="([^"]+)"', shown))
    assert set(re.findall(r'(?:href="#|url\(#)([^")]+)', shown)) <= ids and len(ids) == 3


def test_outlines_of_many_corners_are_told_in_steps_of_tenths() -> None:
    """Places that are one to the eye are one; rings stay rings, curves and what has few corners stay as they are."""
    ring = "M 129.91 271.7 L 131.02 270.68 L 131.04 270.7 " + "L 132.02 -0.38 L 133.25 0.04 " * 6 + "z"
    few, curve = "M 1.23 2 L 3 0.04 z", f"{ring} C 1 1 2 2 3 3"
    paths = "".join(
        f'<path d="{one}"/>' for one in (f"{ring} {ring}", few, curve, f"M 1 1 {'L 1 1.01 ' * 12}z")
    )
    shown = str(
        embed_picture(OURS.replace("<text ", f'{paths}<text x="0.449" y="-9.96" '), prefix="a", label="图")
    )
    once = "M129.9 271.7l1.1-1 1-271.1" + " 1.2.4 -1.2-.4".replace(" .4", ".4") * 5 + " 1.2.4z"
    drawn = re.findall(r' d="(M[^"]+)"', shown)[-4:]
    assert drawn[0].replace(" .4", ".4").replace(" -", "-") == f"{once} {once}".replace(" -", "-")
    assert drawn[1:] == [few, curve, "M1 1l0 0z"]
    assert 'x=".4" y="-10"' in shown


def test_colours_of_the_house_are_the_page_s_to_change() -> None:
    shown = str(embed_picture(OURS, prefix="a", label="图"))
    assert "fill: var(--c-0068a8,#0068a8)" in shown and "fill: #123456" in shown
    assert "--c-0068a8:#4fa8e0" in write_dark_colours()
    other = str(embed_picture(OURS.replace("taizhang-figure", "x"), prefix="a", label="图"))
    assert "var(" not in other and 'id="a-f-tick"' in other


def test_looks_that_marks_share_are_said_once() -> None:
    body = f"<p style='color:red'>甲</p>{embed_picture(OURS, prefix='a', label='图')}"
    shared, css = share_looks(body)
    assert css == ".z0{fill: var(--c-0068a8,#0068a8)}"
    assert shared.count('class="z0"') == 2 and "#123456" in shared and "color:red" in shared
    foreign = OURS.replace("taizhang-figure", "x")
    assert share_looks(foreign) == (foreign, "")
