"""What loading a report's code leaves out."""

import subprocess
import sys


def test_the_grammar_of_addresses_is_not_built_and_can_be_loaded_by_others() -> None:
    code = (
        "import sys, taizhang.report.execute as execute;"
        "assert 'rfc3987_syntax' not in sys.modules, 'built';"
        "execute.nbformat.validate(execute.nbformat.v4.new_notebook());"
        "import rfc3987_syntax; print(rfc3987_syntax.is_valid_syntax('iri', 'http://例子.测试/'))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("True\n", "")
