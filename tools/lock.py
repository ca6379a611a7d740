"""Write the lock files again: every package pinned by hash, no addresses."""

import subprocess

from setup import ROOT, compile_lock


def main() -> None:
    for name in (
        "tools/js",
        "tests/axe",
        "tests/node",
        "tests/node-red",
        "tests/wscat",
    ):
        npm = ["npm", "update", "--package-lock-only", "--no-audit", "--no-fund"]
        subprocess.run(npm, cwd=ROOT / name, check=True)
    folder = ROOT / "requirements"
    for name in ("uv", "twine"):
        compile_lock((folder / f"{name}.in").read_text(), folder / f"{name}.txt")
    home_assistant = folder / "homeassistant.in"
    compile_lock(home_assistant.read_text(), home_assistant.with_suffix(".txt"), "3.11")
    dev = (folder / "dev.in").read_text()
    for lock in sorted(folder.glob("lnbits-*.txt")):
        version = lock.stem.removeprefix("lnbits-")
        compile_lock(f"lnbits=={version}\n{dev}", lock)


if __name__ == "__main__":
    main()
