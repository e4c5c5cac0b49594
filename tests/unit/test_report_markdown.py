"""Markdown as plain data."""

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
