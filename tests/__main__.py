"""`python -m tests`: pytest, whose closing line is the last that is printed.

After a long run duckdb's binding lists objects that the interpreter had not freed at its very end. They are
harmless (the process is over) but would stand below the line that says whether the tests passed.
"""

import atexit
import os
import sys

import pytest

if __name__ == "__main__":
    code = pytest.main(sys.argv[1:])
    atexit._run_exitfuncs()  # what others left to be done at the end, such as removing temporary folders
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(int(code))
