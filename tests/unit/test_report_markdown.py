"""Markdown as plain data."""

import pytest

from taizhang.report.html import render_markdown
from taizhang.report.markdown import read_nodes


def test_marks_nest_and_line_ends_follow_the_language() -> None:
    assert read_nodes("甲**乙*丙***\n丁", lang="zh") == [
        {
            "type": "paragraph",
            "runs": [
                {"text": "甲"},
                {"text": "乙", "strong": True},
                {"text": "丙", "strong": True, "em": True},
                {"text": "丁"},
            ],
        }
    ]
    assert read_nodes("one\ntwo", lang="en")[0]["runs"] == [{"text": "one two"}]


def test_links_are_kept_for_known_schemes_alone() -> None:
    runs = read_nodes("[a](https://example.org) [b](notes.md)", lang="en")[0]["runs"]
    assert runs == [{"text": "a", "link": "https://example.org"}, {"text": " b"}]


def test_lists_quotes_code_and_tables() -> None:
    nodes = read_nodes("3. a\n   - b\n\n> q\n\n```\n#x\n```\n\n---\n\n|h|n|\n|-|-:|\n|1|2|", lang="en")
    assert [node["type"] for node in nodes] == ["list", "quote", "code", "rule", "table"]
    assert (nodes[0]["ordered"], nodes[0]["start"], nodes[0]["items"][0][1]["ordered"]) == (True, 3, False)
    assert nodes[2]["text"] == "#x"
    assert nodes[4]["columns"] == [
        {"label": "h", "unit": "", "align": "left"},
        {"label": "n", "unit": "", "align": "right"},
    ]
    assert nodes[4]["rows"] == [[{"text": "1", "note": ""}, {"text": "2", "note": ""}]]


@pytest.mark.parametrize(
    "address",
    [
        "//host/share", "../up.html", "/etc/passwd", "beside.html", "\\\\\\\\host\\\\share", "file:///etc/passwd",
        "FILE:x", "data:text/html,x", "javascript:alert", "JaVaScript:x", "java&#115;cript:x", "vbscript:x", "ftp://host/x",
        "C:/x", "http:host", "https:///host", "http:\\\\host", "?q=1", "tel:1", "ms-word:ofe|u|http://h",
    ],
)  # fmt: skip
def test_of_a_link_to_elsewhere_than_the_web_the_words_stay(address: str) -> None:
    text = f"见[**附件**]({address})，[又][x]。\n\n[x]: {address}"
    assert "".join(run["text"] for run in read_nodes(text, lang="zh")[0]["runs"]) == "见附件，又。"
    assert not any("link" in run for run in read_nodes(text, lang="zh")[0]["runs"])
    assert "href" not in render_markdown(text, lang="zh")
    picture = render_markdown(f"![图]({address})", lang="zh")
    assert picture == "<p>[图]</p>\n"
    assert read_nodes(f"![图]({address})", lang="zh")[0]["runs"] == [{"text": "图"}]


@pytest.mark.parametrize(
    "address", ["http://a.example/x", "HTTPS://a.example", "mailto:a@b.example", "#hazards-trend"]
)
def test_links_to_the_web_and_within_the_report_stay(address: str) -> None:
    assert read_nodes(f"[x]({address})", lang="zh")[0]["runs"] == [{"text": "x", "link": address}]
    assert f'href="{address}"' in render_markdown(f"[x]({address})", lang="zh")
