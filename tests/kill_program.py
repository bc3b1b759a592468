"""A program of its own: for each line on standard input it makes a change in a child that dies at a chosen step.

A line is {"data", "command", "file", "at"}, the command being load, remove, undo, rebuild or another one of the
command line; the answer is the child's exit code, 9 when it died and 0 when it was done, and how many steps it came to.
Dying is os._exit: no handler runs and nothing is closed, as when the system kills a process.
"""

import json
import mmap
import os
import shutil
import sys
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq

import etl.build
import etl.provenance
from etl.__main__ import main
from etl.load import load_files, rebuild, remove, undo
from etl.registry import source_named
from etl.store import Store

STEPS: tuple[tuple[Any, str], ...] = (
    (os, "replace"),
    (os, "rename"),
    (os, "fsync"),
    (os, "unlink"),
    (os, "mkdir"),
    (shutil, "rmtree"),
    (duckdb, "connect"),
    (pq, "write_table"),
    (etl.build, "union"),
    (etl.build, "add_coverage"),
    (etl.build, "check_equation"),
    (etl.provenance, "union"),
)


def _die_at(step: int, seen: mmap.mmap) -> None:
    def dying(inner: Any, name: str) -> Any:
        def call(*args: Any, **named: Any) -> Any:
            seen[0] += 1
            if seen[0] == step:
                if name == "write_table":  # a file that is half written
                    Path(args[1]).write_bytes(b"PAR1 and no more")
                os._exit(9)
            return inner(*args, **named)

        return call

    for module, name in STEPS:
        setattr(module, name, dying(getattr(module, name), name))


def _change(order: dict[str, Any]) -> None:
    store = Store(Path(order["data"]))
    if order["command"] == "load":
        load_files(store, [(source_named("lapd"), Path(order["file"]))])
    elif order["command"] == "remove":
        remove(store, store.current_loads()[0])
    elif order["command"] in ("undo", "rebuild"):
        {"undo": undo, "rebuild": rebuild}[order["command"]](store)
    elif main([*order["command"].split(), "--data", order["data"]]):
        raise RuntimeError(f"{order['command']} was refused")


def answer() -> None:
    """Answers each line with an exit code."""
    source_named("lapd")  # imports every declaration once
    for line in sys.stdin:
        order = json.loads(line)
        seen = mmap.mmap(-1, 1)  # shared with the child
        child = os.fork()
        if child == 0:
            os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # the answers alone go there
            try:
                _die_at(order["at"], seen)
                _change(order)
            except BaseException as error:
                print(repr(error), file=sys.stderr, flush=True)
                os._exit(1)
            os._exit(0)
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), seen[0], flush=True)


if __name__ == "__main__":
    answer()
