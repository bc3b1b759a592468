"""Which data the app is to serve, and the fictional sample when there are none."""

import hashlib
import shutil
import subprocess
import time
from pathlib import Path

from launcher import Problem
from launcher.environment import child_env, read_json, require_writable, venv_python

SAMPLE_STAMP = "sample-built-from.txt"
SAVED = ("state.sqlite", "audit")  # dashboard/state.py with the log beside it, and dashboard/audit


def has_warehouse(data: Path) -> bool:
    """Whether a data folder holds a warehouse that can be served."""
    return (data / "warehouse" / "current.json").is_file()


def choose_data(root: Path, given: str | None) -> Path:
    """The data folder to serve: the one named, else your own data, else the sample. Raises Problem."""
    own, sample = root / "data", root / "data" / "sample"
    data = Path(given).expanduser().resolve() if given else own if has_warehouse(own) else sample
    if data == sample:
        build_sample(root)
    elif not has_warehouse(data):
        what = "holds no data yet" if data.is_dir() else "does not exist"
        raise Problem(
            f"The folder {data} {what}. Load a file into it:\n"
            f'    {venv_python(root)} -m etl load SOURCE FILE --data "{data}"\n'
            "or leave out --data to see the fictional sample."
        )
    return data


def choose_public_data(root: Path, given: str | None) -> Path:
    """The data folder whose public view is served: the one named, else your own, else the fictional sample."""
    own, sample = root / "data", root / "data" / "sample"
    if given:
        return Path(given).expanduser().resolve()
    if has_warehouse(own) or (own / "public" / "current.json").is_file():
        return own
    build_sample(root)
    if not (sample / "public" / "current.json").is_file():
        print("Making the protected public view of the sample ...", flush=True)
        command = [str(venv_python(root)), "-m", "etl", "release", "--data", str(sample)]
        quiet = subprocess.DEVNULL
        subprocess.run(command, cwd=root, stdin=quiet, stdout=quiet, env=child_env(), check=False)
    return sample


def sample_key(root: Path) -> str:
    """Changes when the sample's files or the code that loads them do."""
    digest = hashlib.sha256()
    files = [*(root / "etl").rglob("*.py"), *(root / "data" / "sample" / "files").rglob("*")]
    for file in sorted(f for f in files if f.is_file()):
        digest.update(file.relative_to(root).as_posix().encode() + file.read_bytes())
    return digest.hexdigest()


def _remove_built(folder: Path) -> None:
    """Everything but what people saved: groups and the like, which no file can bring back."""
    for path in folder.iterdir():
        if path.name.startswith(SAVED):
            continue
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()
    if not any(folder.iterdir()):
        folder.rmdir()


def build_sample(root: Path) -> None:
    """Build the fictional county's warehouse when there is none, or when an update made it out of date."""
    sample = root / "data" / "sample"
    stamp = sample / "warehouse" / SAMPLE_STAMP
    if has_warehouse(sample) and stamp.is_file() and stamp.read_text(encoding="utf-8") == sample_key(root):
        return
    sample.mkdir(parents=True, exist_ok=True)
    require_writable(sample)
    if read_json(sample / "warehouse" / "current.json").get("fictional") is True:
        _remove_built(sample / "warehouse")  # only ever the fictional one: it can be built again
    print("Building the fictional sample ...", flush=True)
    command = [str(venv_python(root)), "-m", "etl", "sample", "--data", str(sample)]
    begun = time.monotonic()
    quiet = subprocess.DEVNULL  # its tables are for those who load their own files; errors still show
    built = subprocess.run(command, cwd=root, stdin=quiet, stdout=quiet, env=child_env(), check=False)
    if built.returncode or not has_warehouse(sample):
        raise Problem("The sample could not be built; the lines above say why.")
    stamp.write_text(sample_key(root), encoding="utf-8")  # after it: the build writes the files too
    print(f"Built in {time.monotonic() - begun:.0f} s.", flush=True)
