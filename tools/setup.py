"""Prepare `.cache/venv-<LNbits version>` from its lock file; prints its Python.

Usage: setup.py <LNbits version>. Needs Python 3.10 to 3.12 with venv. The version
`latest` is LNbits' newest release or pre-release, locked when it is prepared.
"""

import hashlib
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CACHE = ROOT / ".cache"
LOCK_FLAGS = "--universal --generate-hashes --no-emit-index-url"
LOCK_FLAGS += " --no-header --no-config --no-annotate -q"


def find_python() -> str:
    for name in (sys.executable, "python3.12", "python3.11", "python3.10"):
        path = shutil.which(name)
        if not path:
            continue
        code = "import sys; print(sys.version_info[:2] in ((3,10),(3,11),(3,12)))"
        result = subprocess.run([path, "-c", code], capture_output=True, text=True)
        if result.stdout.strip() == "True":
            return path
    sys.exit("Payfeed needs Python 3.10, 3.11 or 3.12; none was found.")


def run(command: list[str], failure: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        (CACHE / "setup.log").write_text(done.stdout + done.stderr)
        sys.exit(f"{failure} (details: .cache/setup.log)")


def up_to_date(venv: Path, lock: Path) -> bool:
    stamp = venv / "lock.sha256"
    return stamp.exists() and stamp.read_text() == digest(lock)


def digest(lock: Path) -> str:
    return hashlib.sha256(lock.read_bytes()).hexdigest()


def make_venv(python: str, venv: Path, *options: str) -> None:
    shutil.rmtree(venv, ignore_errors=True)
    run(
        [python, "-m", "venv", *options, str(venv)],
        "A virtual environment could not be made; is Python's venv installed?",
    )


def tool(name: str, program: str | None = None) -> str:
    """The program of a package that has a lock file and an environment of its own.

    program: default: the package's name.
    """
    venv, lock = CACHE / name, ROOT / "requirements" / f"{name}.txt"
    if not up_to_date(venv, lock):
        make_venv(find_python(), venv)
        pip = [str(venv / "bin" / "pip"), "install", "-q", "--no-deps"]
        run(
            [*pip, "--require-hashes", "-r", str(lock)],
            "Packages could not be downloaded; is there a network?",
        )
        (venv / "lock.sha256").write_text(digest(lock))
    return str(venv / "bin" / (program or name))


def uv() -> str:
    return tool("uv")


def compile_lock(requirements: str, target: Path, oldest: str = "3.10") -> None:
    """Write a lock file: every package pinned by hash, no addresses.

    oldest: the oldest Python that it is for.
    """
    CACHE.mkdir(exist_ok=True)
    with tempfile.NamedTemporaryFile("w", suffix=".in", dir=CACHE) as source:
        source.write(requirements)
        source.flush()
        run(
            [
                uv(),
                "pip",
                "compile",
                *LOCK_FLAGS.split(),
                *("--python-version", oldest),
                source.name,
                "-o",
                str(target),
            ],
            "No versions of the packages fit together.",
        )


def latest_lock() -> Path:
    """Made again by each run of CI; `make clean` removes it."""
    lock = CACHE / "lnbits-latest.txt"
    if not lock.exists():
        dev = (ROOT / "requirements" / "dev.in").read_text()
        # names a pre-release, so pre-releases of LNbits are considered
        compile_lock(f"lnbits>={supported()[-1]}.dev0\n{dev}", lock)
    return lock


def supported() -> list[str]:
    """The LNbits versions that have lock files."""
    locks = (ROOT / "requirements").glob("lnbits-*.txt")
    return sorted((lock.stem.removeprefix("lnbits-") for lock in locks), key=numbers)


def numbers(version: str) -> list[int]:
    return [int(part) for part in version.split(".")]


def find_lock(version: str) -> Path:
    if version == "latest":
        return latest_lock()
    if version not in supported():
        known = ", ".join(supported())
        sys.exit(f"LNbits {version} is not one of {known}, and not latest.")
    return ROOT / "requirements" / f"lnbits-{version}.txt"


def main(version: str) -> None:
    CACHE.mkdir(exist_ok=True)
    lock = find_lock(version)
    venv = CACHE / f"venv-{version}"
    python = venv / "bin" / "python"
    if not up_to_date(venv, lock):
        tool = uv()
        print(f"Installing LNbits {version} …", file=sys.stderr)
        make_venv(find_python(), venv, "--without-pip")
        command = [tool, "pip", "sync", "-q", "--no-config", "--require-hashes"]
        # compiled, or each start of LNbits does it where Python may not write bytecode
        run(
            [*command, "--compile-bytecode", "--python", str(python), str(lock)],
            "Packages could not be downloaded; is there a network?",
        )
        (venv / "lock.sha256").write_text(digest(lock))
    print(python)


if __name__ == "__main__":
    main(sys.argv[1])
