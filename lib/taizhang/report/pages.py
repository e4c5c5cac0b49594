"""What all HTML pages share: their words, fonts, and one self-contained file with a strict security policy."""

from base64 import b64encode
from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Any

import jinja2
from lxml import html as lxml_html
from markupsafe import Markup

from taizhang.core import fonts
from taizhang.core.loading import parse_yaml

TAGS: Mapping[str, str] = {"zh": "zh-CN", "en": "en"}
# In both fonts on every page: what style sheets write, and what readers type.
_ALWAYS = "".join(map(chr, range(32, 127))) + "↕↑↓·–—…，。、；：（）《》“”％"
_FOLDER = "templates/html"


@cache
def page_words(lang: str) -> dict[str, str]:
    """Words of the page frame in one language, by dotted key such as ``page.contents``."""
    text = (files("taizhang.metadata") / "pages.yml").read_text(encoding="utf-8")
    groups = parse_yaml(text)
    return {f"{group}.{key}": words[lang] for group in groups for key, words in groups[group].items()}


@cache
def load_environment() -> jinja2.Environment:
    """The templates; everything inserted is escaped unless it is Markup."""
    return jinja2.Environment(
        loader=jinja2.PackageLoader("taizhang.report", _FOLDER),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        keep_trailing_newline=False,
    )


@cache
def _read_asset(name: str) -> str:
    return (files("taizhang.report") / _FOLDER / name).read_text(encoding="utf-8").strip()


def load_all() -> None:
    """Read the words and compile the templates, once, in the process that workers are forked from."""
    for lang in TAGS:
        page_words(lang)
    environment = load_environment()
    for name in environment.list_templates(extensions=["j2"]):
        environment.get_template(name)


def render_body(template: str, **values: Any) -> str:
    """Fill one of the templates of a page's body."""
    return load_environment().get_template(template).render(**values)


def assemble_page(
    body: str,
    *,
    title: str,
    lang: str,
    version: str,
    styles: tuple[str, ...],
    scripts: tuple[str, ...],
    colours: str = "",
) -> str:
    """Put a body, style sheets, fonts and scripts into one HTML file that loads nothing, the same for the same input.

    Elements of class `serif`, and their content except class `sans`, are set in the serif font. Styles and scripts
    are files beside the templates; `colours` is a style sheet. The Content-Security-Policy allows only these,
    pictures and fonts from within the file, and style attributes, which SVG needs.
    """
    sans, serif = _collect_characters(body)
    css = "\n".join(
        [
            fonts.write_face(fonts.SANS, fonts.subset_woff2(fonts.sans_path(), sans + _ALWAYS)),
            fonts.write_face(fonts.SERIF, fonts.subset_woff2(fonts.serif_path(), serif + _ALWAYS)),
            *map(_read_asset, styles),
            colours,
        ]
    )
    js = "\n".join(map(_read_asset, scripts))
    policy = "; ".join(
        [
            "default-src 'none'",
            "img-src data:",
            "font-src data:",
            "style-src 'unsafe-inline'",  # for browsers that do not know the next two
            f"style-src-elem '{_hash_source(css)}'",
            "style-src-attr 'unsafe-inline'",
            f"script-src '{_hash_source(js)}'",
            "base-uri 'none'",
            "form-action 'none'",
        ]
    )
    page = load_environment().get_template("page.html.j2")
    return page.render(
        tag=TAGS[lang],
        title=title,
        version=version,
        policy=Markup(policy),
        css=Markup(css),
        js=Markup(js),
        body=Markup(body),
    )


def _hash_source(text: str) -> str:
    return f"sha256-{b64encode(sha256(text.encode('utf-8')).digest()).decode('ascii')}"


def _collect_characters(body: str) -> tuple[str, str]:
    """Characters set in the sans and in the serif font."""
    sans: set[str] = set()
    serif: set[str] = set()
    # A fragment would lose the attributes of <body>.
    stack: list[tuple[Any, set[str]]] = [(lxml_html.document_fromstring(body), sans)]
    while stack:
        element, used = stack.pop()
        if not isinstance(element.tag, str):
            continue
        classes = (element.get("class") or "").split()
        if "serif" in classes:
            used = serif
        elif "sans" in classes or element.tag == "svg":
            used = sans
        used.update(element.text or "")
        for name in ("placeholder", "data-words", "data-draft"):
            sans.update(element.get(name) or "")
        for child in element:
            used.update(child.tail or "")
            stack.append((child, used))
    return "".join(sorted(sans)), "".join(sorted(serif))
