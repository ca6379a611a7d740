"""Write the lock files again: every package pinned by hash, no addresses."""

import subprocess
import tempfile
from pathlib import Path

from setup import ROOT, uv

FLAGS = "--universal --python-version 3.10 --generate-hashes --no-emit-index-url"
FLAGS += " --no-header --no-config --no-annotate -q"


def compile_lock(source: Path, target: Path) -> None:
    subprocess.run(
        [uv(), "pip", "compile", *FLAGS.split(), str(source), "-o", str(target)],
        check=True,
    )


def main() -> None:
    for name in ("tools/js", "tests/axe", "tests/node", "tests/wscat"):
        npm = ["npm", "update", "--package-lock-only", "--no-audit", "--no-fund"]
        subprocess.run(npm, cwd=ROOT / name, check=True)
    folder = ROOT / "requirements"
    compile_lock(folder / "uv.in", folder / "uv.txt")
    dev = (folder / "dev.in").read_text()
    for lock in sorted(folder.glob("lnbits-*.txt")):
        version = lock.stem.removeprefix("lnbits-")
        with tempfile.NamedTemporaryFile("w", suffix=".in") as source:
            source.write(f"lnbits=={version}\n{dev}")
            source.flush()
            compile_lock(Path(source.name), lock)


if __name__ == "__main__":
    main()
