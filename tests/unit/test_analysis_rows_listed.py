"""Rows of a kind as a table lists them."""

from view_maker import make_table, make_view

from taizhang.analysis.rows import list_rows


def test_rows_are_listed_by_day_and_as_their_files_have_them() -> None:
    """The second column is never filled, the third must be."""
    rows = [{"held_on": "2021-03-02", "name": "b"}, {"held_on": "2021-03-01", "name": "a"},
            {"held_on": "2021-03-02", "name": "c"}, {"held_on": "2020-03-02", "name": "d"}]  # fmt: skip
    table = make_table("drills", rows)
    table["source_file"] = ["y", "z", "x", "x"]
    view = make_view({"drills": table})
    fields = view.kinds["drills"].fields
    assert fields["held_on"].required and not fields["plan"].required
    shown, columns = list_rows(view, "drills", "name", "plan", "held_on")
    assert shown["name"].tolist() == ["a", "c", "b"] and columns == ("name", "held_on")
    # Another period's row fills the ledger's column all the same.
    table.loc[3, "plan"] = "p"
    assert list_rows(make_view({"drills": table}), "drills", "plan")[1] == ("plan",)
    empty, none = list_rows(make_view({"drills": table}, period="2019"), "drills", "name")
    assert empty.empty and none == ()


def test_rows_whose_small_counts_are_withheld_are_not_listed() -> None:
    table = make_table("complaints", [{"received_on": "2021-03-02"}])
    assert list_rows(make_view({"complaints": table}), "complaints", "received_on")[0].empty
    open_ = make_view({"complaints": table}, settings={"suppress": ()})
    assert len(list_rows(open_, "complaints", "received_on")[0]) == 1
