"""`python -m tests`: pytest, whose closing line is the last that is printed.

The whole suite runs in two processes, a file of tests in one of them; what is named by its file or chosen by -k runs in
this one, where a debugger works and nothing is collected twice.
After a long run duckdb's binding would list objects that the interpreter had not freed, below the line that says
whether the tests passed: so `end`.
"""

import sys

import pytest

from etl.ending import end

# The slow ones, in tests/browser, are collected first and begin first, so that none of them is left alone at the end.
IN_TWO = ("-n", "2", "--dist", "loadfile", "--no-loadscope-reorder")
ONE_WILL_DO = {
    "-n",
    "--numprocesses",
    "--dist",
    "--pdb",
    "--trace",
    "-s",
    "-k",
    "--co",
    "--collect-only",
    "-h",
    "--help",
}


def processes(arguments: list[str]) -> tuple[str, ...]:
    """What pytest is told about processes: nothing where files are named, or where somebody has said it."""
    named = any(a.endswith(".py") or "::" in a for a in arguments)
    return () if named or ONE_WILL_DO & {a.partition("=")[0] for a in arguments} else IN_TWO


if __name__ == "__main__":
    code = pytest.main([*processes(sys.argv[1:]), *sys.argv[1:]])
    end(int(code))
