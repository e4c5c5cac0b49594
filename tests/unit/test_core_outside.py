"""Errors of Python and of libraries, raised as they come up, are told in Chinese; only originals are quoted."""

import csv
import io
import json
import pickle
import tomllib
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from chinese import find_chinese, find_english

import taizhang
from taizhang.core.errors import ParameterError, RenderError
from taizhang.core.outside import quote_error, tell_error
from taizhang.core.reasons import Label, Reason

NONE = Path("/no/such/file")


def catch(attempt: Callable[[], object]) -> BaseException:
    with pytest.raises(BaseException) as caught:  # any at all: what is said of it is the test
        attempt()
    return caught.value


def throw(error: BaseException) -> Callable[[], object]:
    def attempt() -> None:
        raise error

    return attempt


def read_csv(text: str) -> object:
    import pandas as pd

    return pd.read_csv(io.StringIO(text))


def read_xlsx(data: bytes) -> object:
    import python_calamine

    return python_calamine.load_workbook(io.BytesIO(data))


def read_parquet(data: bytes) -> object:
    import pyarrow.parquet

    return pyarrow.parquet.read_table(io.BytesIO(data))


def read_layer(data: bytes) -> object:
    import pyogrio

    return pyogrio.read_dataframe(data)


def read_xml(text: str) -> object:
    from lxml import etree

    return etree.fromstring(text)


def typeset(text: str) -> object:
    import typst

    return typst.Compiler(text.encode()).compile()


def open_store(address: str) -> object:
    import fsspec

    return fsspec.url_to_fs(address)


def read_notebook(text: str) -> object:
    import nbformat

    return nbformat.validate(nbformat.reads(text, as_version=4))


def kill_kernel() -> object:
    from nbclient.exceptions import DeadKernelError

    raise DeadKernelError("Kernel died")


@pytest.mark.parametrize(
    ("attempt", "said"),
    [
        (NONE.read_bytes, "没有这个文件或文件夹"),
        (Path(__file__).parent.read_bytes, "这是文件夹，不是文件"),
        ((Path(__file__) / "x").read_bytes, "路径中有一段是文件，不是文件夹"),
        (throw(PermissionError(13, "Permission denied")), "没有权限，或正被别的程序占用"),
        (throw(OSError(28, "No space left on device")), "磁盘满了"),
        (throw(OSError(30, "Read-only file system")), "磁盘或文件夹是只读的"),
        (throw(OSError("odd")), "读写出错（原文：“odd”）"),
        (throw(OSError(999_999, "odd")), "读写出错（原文：“odd”）"),
        (throw(ConnectionResetError(104, "Connection reset by peer")), "连接中断"),
        (throw(MemoryError()), "内存不足"),
        (lambda: b"a\n\nb\xff".decode(), "第3行有不合UTF-8编码的字节"),
        (lambda: zlib.decompress(b"x"), "压缩的内容已损坏"),
        (lambda: zipfile.ZipFile(io.BytesIO(b"PK\3\4")), "压缩包不完整，或已损坏"),
        (lambda: list(csv.reader(["a\rb"])), "引号或分隔不合规范（原文：“new-line character seen in unquoted"),
        (lambda: tomllib.loads("a = 1\nb = "), "不合TOML的写法"),
        (lambda: tomllib.loads("a = 1\nb = \nc = 2"), "不合TOML的写法，看第2行第5个字符"),
        (lambda: json.loads('{\n"a": x}'), "不合JSON的写法，看第2行第6个字符"),
        (lambda: yaml.safe_load("a: 1\nb: [1"), "不合YAML的写法，看第2行第6个字符"),
        (lambda: read_csv(""), "没有内容"),
        (lambda: read_csv('a\n"b'), "各行的列数或引号对不上（原文：“Error tokenizing data"),
        (lambda: read_xlsx(b"PK\3\4xl/"), "内部不合规范（原文：“"),
        (lambda: read_parquet(b"PAR1"), "Parquet的内容不完整，或不合规范"),
        (lambda: read_layer(b"x"), "GDAL打不开（原文：“"),
        (lambda: read_xml("<svg>\n<g></svg>"), "不合XML的写法，看第2行第"),
        (lambda: typeset("#foo"), "Typst排版出错（原文：“unknown variable: foo”）"),
        (lambda: open_store("xyz://a"), "内容不对（原文：“Protocol not known: xyz”）"),
        (lambda: open_store("gs://a/b"), "缺少Python库（原文：“"),
        (lambda: read_notebook("{"), "不是JSON"),
        (lambda: read_notebook('{"nbformat": 4, "nbformat_minor": 5}'), "不合笔记本的格式（原文：“"),
        (kill_kernel, "运行它的进程中断了，可能是内存不足"),
        (lambda: __import__("no_such_module"), "没有安装Python库（原文：“No module named 'no_such_module'”）"),
        (lambda: {}["title"], "缺少一项（原文：“'title'”）"),
        (throw(ZeroDivisionError("division by zero")), "ZeroDivisionError（原文：“division by zero”）"),
        (throw(type("PanicException", (BaseException,), {})("at the disco")), "PanicException（原文：“at the"),
    ],
)  # fmt: skip
def test_an_error_is_told_in_chinese(attempt: Callable[[], object], said: str) -> None:
    error = catch(attempt)
    told = tell_error(error)
    assert told.zh.startswith(said)
    assert find_chinese(told.zh) and find_english(told.zh, [type(error).__name__]) == []
    assert told.en and find_chinese(told.en) == []
    assert pickle.loads(pickle.dumps(told)) == told


def test_english_is_the_librarys_own_in_one_line() -> None:
    assert tell_error(ValueError("\nbad magic number\nmore")).en == "bad magic number"
    assert tell_error(ValueError("x" * 200)).en == "x" * 160
    assert tell_error(MemoryError()).en == "MemoryError"
    assert tell_error(ValueError("odd"), named=True).en == "ValueError: odd"


def test_our_own_errors_say_what_they_say() -> None:
    error = ParameterError.of([Reason("draw.input.nothing"), Reason("core.none")])
    assert tell_error(error, named=True) == Label(
        zh="名录里没有检查对象\n  无", en="there are no entities to draw from\n  none"
    )
    assert RenderError.__name__ == "RenderError" and quote_error("RenderError", "画不出来").zh == "画不出来"


def test_an_error_of_a_cell_is_a_name_and_a_quotation() -> None:
    assert quote_error("NameError", "name 'x' is not defined") == Label(
        zh="NameError（原文：“name 'x' is not defined”）", en="NameError: name 'x' is not defined"
    )
    assert quote_error("SystemExit", "").zh == "SystemExit"
    assert quote_error("DeadKernelError", "the kernel died").zh == "运行它的进程中断了，可能是内存不足"
    assert (
        quote_error("CellTimeoutError", "longer than 1 s").zh == "运行太久，已中止（原文：“longer than 1 s”）"
    )


def test_words_are_chinese_and_of_classes_that_there_are() -> None:
    words = yaml.safe_load((Path(taizhang.__file__).parent / "metadata" / "outside.yml").read_text("utf-8"))
    for key, said in words.items():
        name, _, attribute = key.partition(".")
        assert find_english(said.format(what="", line=1, column=1, encoding="", said="", name="")) == []
        if key in ("place", "line"):
            continue
        module = {
            "errno": "errno",
            "taizhang": "taizhang.core.loading",
            "pyogrio": "pyogrio.errors",
            "lxml": "lxml.etree",
        }.get(name, name)
        module = {"nbformat": "nbformat.reader", "nbclient": "nbclient.exceptions"}.get(name, module)
        module = {"pandas": "pandas.errors", "warm_kernels": "warm_kernels.client"}.get(name, module)
        module = {"distributed": "distributed.scheduler", "jsonschema": "jsonschema.exceptions"}.get(
            name, module
        )
        found = __import__(module, fromlist=["x"]) if attribute else __import__("builtins")
        assert hasattr(found, attribute or name), key
