"""Pictures put into pages: their ids, their names, and nothing that acts."""

import pytest

from taizhang.core.errors import RenderError
from taizhang.report.svg import embed_picture

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
