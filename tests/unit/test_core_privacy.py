import pandas as pd
import pytest

from taizhang.core.privacy import mask_column, mask_numbers


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("联系电话13800138000，已告知", "联系电话***********，已告知"),
        ("身份证350921199003071234", "身份证******************"),
        ("座机0593-1234567", "座机************"),
        ("灭火器3具，压力0.8", "灭火器3具，压力0.8"),
        ("编号202103050001234", "编号202103050001234"),
    ],
)
def test_mask_numbers(text, masked):
    assert mask_numbers(text) == masked


def test_mask_column_keeps_empty_cells_and_the_original():
    values = pd.Series(["打13912345678", None, "无"], dtype="str")
    masked = mask_column(values)
    assert masked.tolist()[0] == "打***********"
    assert masked.isna().tolist() == [False, True, False]
    assert values[0] == "打13912345678"
