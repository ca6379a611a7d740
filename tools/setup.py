"""Prepare `.cache/venv-<LNbits version>` from its lock file; prints its Python.

Usage: setup.py <LNbits version>. Needs Python 3.10 to 3.12 with venv.
"""

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CACHE = ROOT / ".cache"


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


def uv() -> str:
    venv, lock = CACHE / "uv", ROOT / "requirements" / "uv.txt"
    if not up_to_date(venv, lock):
        make_venv(find_python(), venv)
        pip = [str(venv / "bin" / "pip"), "install", "-q", "--no-deps"]
        run(
            [*pip, "--require-hashes", "-r", str(lock)],
            "Packages could not be downloaded; is there a network?",
        )
        (venv / "lock.sha256").write_text(digest(lock))
    return str(venv / "bin" / "uv")


def main(version: str) -> None:
    lock = ROOT / "requirements" / f"lnbits-{version}.txt"
    if not lock.exists():
        known = sorted(p.stem.removeprefix("lnbits-") for p in lock.parent.glob("ln*"))
        sys.exit(f"LNbits {version} is not one of {', '.join(known)}.")
    CACHE.mkdir(exist_ok=True)
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
