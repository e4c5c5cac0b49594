"""The account of a review."""

import json
from hashlib import sha256
from pathlib import Path

import pytest

from taizhang.core.errors import ParameterError
from taizhang.core.reasons import choose_language
from taizhang.report.manifest import Outputs, list_versions, open_manifest, read_manifest, write_manifest

ENTRY = {"district": "350921101", "status": "made", "files": {}}


def test_a_manifest_is_read_back_with_its_reports_in_order(tmp_path: Path) -> None:
    assert read_manifest(tmp_path) == {"reports": {}}
    write_manifest(tmp_path, {"title": "滨江县", "reports": {"b.zh": ENTRY, "a.zh": ENTRY}})
    assert list(read_manifest(tmp_path)["reports"]) == ["a.zh", "b.zh"]
    assert "滨江县" in (tmp_path / "manifest.json").read_text("utf-8")


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"reports": []}', "{}", '{"reports": {"a": 1}}', '{"reports": {}, "rows": [1]}']
)
def test_a_broken_manifest_is_kept_under_another_name_and_told(tmp_path: Path, text: str) -> None:
    choose_language("en")
    for number in (1, 2):
        (tmp_path / "manifest.json").write_text(text)
        with pytest.raises(ParameterError, match="again"):
            read_manifest(tmp_path)
        manifest, told = open_manifest(tmp_path)
        assert manifest == {"reports": {}}
        assert f"renamed manifest.unreadable-{number}.json" in str(told)
        assert (tmp_path / f"manifest.unreadable-{number}.json").read_text() == text
    assert open_manifest(tmp_path) == ({"reports": {}}, None)


def test_a_file_is_whole_while_it_is_what_was_made(tmp_path: Path) -> None:
    kept, page = tmp_path / "cache" / "outputs.json", tmp_path / "a.html"
    page.write_text("one", "utf-8")
    outputs = Outputs(tmp_path, kept)
    made = sha256(b"one").hexdigest()
    outputs.enter("a.html", made)
    outputs.save()
    assert Outputs(tmp_path, kept).is_whole("a.html", made)
    page.touch()  # another time, the same bytes
    assert Outputs(tmp_path, kept).is_whole("a.html", made)
    page.write_text("two", "utf-8")
    assert not Outputs(tmp_path, kept).is_whole("a.html", made)
    assert not outputs.is_whole("b.html", made)  # not there
    kept.write_text("{", "utf-8")  # only quicker with it
    assert Outputs(tmp_path, kept).is_whole("a.html", sha256(b"two").hexdigest())


def test_versions_name_what_made_the_reports() -> None:
    assert {"taizhang", "python", "papermill", "typst"} <= set(json.loads(json.dumps(list_versions())))
