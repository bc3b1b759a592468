"""The command line: `python -m etl COMMAND --help`."""

import argparse
import errno
import json
import os
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rich import box
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from etl.aggregate import add_command as add_aggregate
from etl.ending import end
from etl.keeping import add_commands
from etl.load import Loaded, check_files, load_files, rebuild, remove, undo
from etl.logged import log
from etl.months import parse_months
from etl.registry import all_sources, source_named
from etl.release.command import add_release
from etl.schema import SourceError
from etl.status import released, status, warnings
from etl.store import Store
from etl.synthetic.command import add_synthetic


class _Out(Console):
    def on_broken_pipe(self) -> None:
        raise BrokenPipeError


# In a pipe there is no width to keep to: names stay whole.
OUT = _Out(highlight=False, markup=False, width=None if sys.stdout.isatty() else 160)
EQUATION = ("rows_read", "loaded", "merged", "not_relevant", "quarantined")


@contextmanager
def progress_bar() -> Iterator[Callable[[str, float], None]]:
    """A bar on a terminal, nothing in a pipe."""
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f} %"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=OUT, transient=True, disable=not OUT.is_terminal) as bar:
        task = bar.add_task("opening", total=1.0)
        yield lambda what, share: bar.update(task, description=what, completed=share)


def equation_table(entries: list[dict[str, Any]], title: str) -> Table:
    """The row equation of every input table of the given loads. Names stay whole on 80 columns where they can."""
    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("load\n  input table", overflow="fold")
    for name in EQUATION:
        table.add_column(name.replace("_", "\n"), justify="right", no_wrap=True)
    for entry in entries:
        table.add_row(entry["load"])
        for t in entry["tables"]:
            table.add_row(f"  {t['table']}", *[f"{t[n]:,}" for n in EQUATION])
    return table


def cmd_load(args: argparse.Namespace) -> None:
    source = source_named(args.source)
    store = Store(args.data)
    months = parse_months(args.counts_for) if args.counts_for else ()
    files = [(source, path) for path in args.files]
    before = status(store)
    with progress_bar() as bar:
        if args.check:
            done, after = check_files(store, files, counts_for=months, progress=bar)
        else:
            done, after = load_files(store, files, counts_for=months, progress=bar), status(store)
    _say_loaded(done, after, args.check)
    _say_displaced(before, after)
    _say_older(done, before)
    if args.check:
        OUT.print("Checked only: nothing was loaded.")
    elif all(d.already for d in done):
        OUT.print("Nothing was changed.")
    else:
        OUT.print("Served now. `python start.py` shows it; `python -m etl undo` takes it back.")


def _say_loaded(done: list[Loaded], after: list[dict[str, Any]], check: bool) -> None:
    names = [d.load for d in done]
    OUT.print(
        equation_table([e for e in after if e["load"] in names], "read = loaded + merged + not relevant + quarantined")
    )
    for d in done:
        state = "was loaded before: nothing changes" if d.already else "would be loaded" if check else "loaded"
        OUT.print(f"{d.manifest['file']}: {state} ({d.manifest['form']}, {d.load})")
        for note in [] if d.already else d.manifest["notes"]:
            OUT.print(f"  {note}")


def _say_displaced(before: list[dict[str, Any]], after: list[dict[str, Any]]) -> None:
    """Which rows of other files stop counting, or count again, beside these."""
    now = {(e["load"], t["table"]): t["loaded"] for e in after for t in e["tables"]}
    for entry in before:
        for t in entry["tables"]:
            then = now.get((entry["load"], t["table"]), 0)
            if then != t["loaded"]:
                OUT.print(f"{entry['load']}, {t['table']}: {t['loaded']:,} rows counted before, {then:,} beside this")


def _say_older(done: list[Loaded], before: list[dict[str, Any]]) -> None:
    """The file that is loaded last counts as the newest: a mix-up of two downloads should be noticed."""
    for d in done:
        m = d.manifest
        ends = [e["as_of"] for e in before if (e["source"], e["form"]) == (m["source"], m["form"]) and e["as_of"]]
        if not d.already and m["delivery"] == "snapshot" and m["as_of"] and max(ends, default="") > m["as_of"]:
            OUT.print(
                f"{m['file']} ends on {m['as_of']}, before a file loaded earlier, which ends on {max(ends)}. "
                "The one that is loaded last counts as the newer."
            )


def cmd_sources(_: argparse.Namespace) -> None:
    table = Table(box=box.SIMPLE_HEAD)
    for name in ("source", "what", "publisher", "kind"):
        table.add_column(name, overflow="fold")
    for source in all_sources().values():
        if not source.fictional:
            table.add_row(source.name, source.title, source.publisher, source.kind)
    OUT.print(table)


def cmd_status(args: argparse.Namespace) -> None:
    store = Store(args.data)
    entries = status(store)
    if args.json:
        print(json.dumps({"data": str(args.data), "version": store.version(), "loads": entries}, indent=1))
    elif not entries:
        OUT.print(f"Nothing is loaded in {args.data}. Start with `python -m etl load SOURCE FILE`.")
    else:
        OUT.print(equation_table(entries, f"{args.data}, version {store.version()}"))
        OUT.print(released(store))
        for warning in warnings(store):
            OUT.print(warning)


def cmd_sample(args: argparse.Namespace) -> None:
    from etl.sample import write_files, written_files

    store = Store(args.data)
    folder = args.data / "files"
    with progress_bar() as bar:
        files = [] if args.rewrite else written_files(folder)
        if not files:
            bar("writing the files of the fictional county", 0.05)
            files = write_files(folder)
        done = load_files(store, [(source_named(name), path) for name, path in files], progress=bar)
    OUT.print(equation_table([e for e in status(store) if e["load"] in {d.load for d in done}], "The fictional county"))
    OUT.print(f"{len(done)} fictional files are served from {args.data}.")


def cmd_fetch(args: argparse.Namespace) -> None:
    from etl.fetch import fetch

    source = source_named(args.source)
    with progress_bar() as bar:
        path = fetch(
            source,
            args.to or args.data / "downloads",
            limit_bytes=int(args.limit_gb * 1024**3),
            progress=lambda done, total: bar(source.name, done / total if total else 0.0),
            url=args.url,
        )
    # A command to be copied is never broken into lines.
    OUT.print(f"Saved as {path}. Load it with: python -m etl load {source.name} {path}", soft_wrap=True)


def cmd_directory(args: argparse.Namespace) -> None:
    from datetime import date

    from etl.directory import keep, published, read

    found = read(args.file, date.today())
    for number, why in found.bad:
        OUT.print(f"Record {number} is left out: {why}.")
    if found.not_read:
        OUT.print(f"{found.not_read} columns are not declared and were not read.")
    said = f"{len(found.entries)} services, {len(published(found.entries))} of them for everybody"
    if args.check:
        OUT.print(f"{said}. Nothing was changed.")
        return
    where = keep(args.data, found)
    OUT.print(f"{said}, kept as {', '.join(path.name for path in where)}.")
    if len(where) == 1:
        OUT.print("There is no public file yet: run this again after the first release, to publish them.")


def cmd_remove(args: argparse.Namespace) -> None:
    gone = remove(Store(args.data), *args.loads)
    OUT.print(f"Removed from what is served: {', '.join(gone)}. `python -m etl undo` brings it back.")


def cmd_undo(args: argparse.Namespace) -> None:
    OUT.print(f"Undone: {undo(Store(args.data))}")


def cmd_rebuild(args: argparse.Namespace) -> None:
    rebuild(Store(args.data))
    OUT.print("The warehouse was built again from its loads.")


def parser() -> argparse.ArgumentParser:
    """All commands. Each takes --data DIR."""
    top = argparse.ArgumentParser(prog="python -m etl", description="Files in, one warehouse out.")
    commands = top.add_subparsers(dest="command", required=True)

    def command(
        name: str, run: Callable[[argparse.Namespace], None], text: str, data: str = "data"
    ) -> argparse.ArgumentParser:
        one = commands.add_parser(name, help=text, description=text)
        one.add_argument(
            "--data", type=Path, default=Path(data), metavar="DIR", help=f"folder of the warehouse (default {data})"
        )
        one.set_defaults(run=run)
        return one

    load = command("load", cmd_load, "Read files of a source and serve them.")
    load.add_argument("source")
    load.add_argument("files", nargs="+", type=Path, metavar="FILE")
    load.add_argument("--check", action="store_true", help="say what would change and load nothing")
    load.add_argument("--counts-for", metavar="MONTHS", help="months (2022-01..2022-11) for which these files count")
    command("sources", cmd_sources, "List the sources that can be loaded.")
    shown = command("status", cmd_status, "Show what is loaded and where every row went.")
    shown.add_argument("--json", action="store_true", help="the same for programs")
    sample = command("sample", cmd_sample, "Write the files of a fictional county and serve them.", "data/sample")
    sample.add_argument("--rewrite", action="store_true", help="write the files again even when they are there")
    fetched = command("fetch", cmd_fetch, "Download a source's file from its publisher.")
    fetched.add_argument("source")
    fetched.add_argument("--to", type=Path, metavar="FOLDER", help="where to save it (default DIR/downloads)")
    fetched.add_argument("--url", help="another address than the declared one")
    fetched.add_argument("--limit-gb", type=float, default=10.0, help="stop above this size (default 10)")
    listed = command("directory", cmd_directory, "Keep a directory of local services from a csv file.")
    listed.add_argument("file", type=Path, metavar="FILE")
    listed.add_argument("--check", action="store_true", help="say what would be left out and keep nothing")
    removed = command("remove", cmd_remove, "Take loads out of what is served.")
    removed.add_argument("loads", nargs="+", metavar="LOAD", help="its name, or the beginning of it; see status")
    command("undo", cmd_undo, "Serve what was served before the last change.")
    command("rebuild", cmd_rebuild, "Build the warehouse again from its loads.")
    add_commands(command)
    add_release(command)
    add_synthetic(command)
    add_aggregate(commands)
    return top


def main(arguments: list[str] | None = None) -> int:
    """Runs a command. 0: done; 1: refused, with one message, and nothing changed."""
    args = parser().parse_args(arguments)
    try:
        args.run(args)
        log(args)
        sys.stdout.flush()
    except BrokenPipeError:
        # Whoever read the output has seen enough. The work was done before anything was written.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except SourceError as error:
        return _refuse(str(error))
    except KeyboardInterrupt:
        return _refuse("Stopped. Nothing was changed.")
    except OSError as error:
        if error.errno == errno.ENOSPC:
            return _refuse("The disk is full. Nothing was changed; make room and try again.")
        if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
            return _refuse(
                f"No permission to write in {args.data}. Nothing was changed; choose another folder with --data."
            )
        why = (
            os.strerror(error.errno) if error.errno else f"A file could not be read or written ({type(error).__name__})"
        )
        return _refuse(f"{why}. Nothing was changed.")
    except Exception as error:
        # A library's message can quote a value of a record: only its kind and place are shown.
        at = traceback.extract_tb(error.__traceback__)[-1]
        return _refuse(
            f"An unexpected error ({type(error).__name__} at {Path(at.filename).name}:{at.lineno}). "
            "Nothing was changed. Please report it with the command that you ran, without the file."
        )
    return 0


def _refuse(message: str) -> int:
    print(" ".join(message.split()), file=sys.stderr)
    return 1


if __name__ == "__main__":
    end(main())
