"""The account of a review."""

import json
from pathlib import Path

import pytest

from taizhang.core.errors import ParameterError
from taizhang.report.manifest import fingerprint, list_versions, read_manifest, write_manifest


def test_a_manifest_is_read_back_with_its_reports_in_order(tmp_path: Path) -> None:
    assert read_manifest(tmp_path) == {"reports": {}}
    write_manifest(tmp_path, {"title": "滨江县", "reports": {"b.zh": {"status": "made"}, "a.zh": {}}})
    assert list(read_manifest(tmp_path)["reports"]) == ["a.zh", "b.zh"]
    assert "滨江县" in (tmp_path / "manifest.json").read_text("utf-8")


@pytest.mark.parametrize("text", ["{", "[]", '{"reports": []}', "{}"])
def test_a_broken_manifest_is_an_error_not_an_empty_one(tmp_path: Path, text: str) -> None:
    (tmp_path / "manifest.json").write_text(text)
    with pytest.raises(ParameterError, match="move it away"):
        read_manifest(tmp_path)


def test_fingerprints_differ_when_any_part_does_and_not_by_order() -> None:
    assert fingerprint(a=1, b="x") == fingerprint(b="x", a=1)
    assert len({fingerprint(a=1, b="x"), fingerprint(a=2, b="x"), fingerprint(a=1, c="x")}) == 3


def test_versions_name_what_made_the_reports() -> None:
    assert {"taizhang", "python", "papermill", "typst"} <= set(json.loads(json.dumps(list_versions())))
