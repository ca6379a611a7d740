"""Programs for Node, with the client as npm packs it."""

import subprocess
import tarfile
from functools import cache
from pathlib import Path

from needs import need
from npm import packages

ROOT = Path(__file__).resolve().parent.parent
CLIENT = ROOT / "clients" / "js"


@cache
def node_folder() -> Path:
    """The files of tests/node, beside package ws and the packed client."""
    npm = need("npm")
    folder = packages(ROOT / "tests" / "node")
    options = ["--silent", "--pack-destination", str(folder)]
    subprocess.run(
        [npm, "pack", *options], cwd=CLIENT, check=True, stdout=subprocess.DEVNULL
    )
    (archive,) = folder.glob("lnbits-payfeed-*.tgz")
    with tarfile.open(archive) as packed:
        names = {"package.json", "README.md", "index.d.ts", "payfeed-client.js"}
        assert set(packed.getnames()) == {f"package/{name}" for name in names}
        for name in names:
            content = packed.extractfile(f"package/{name}")
            assert content
            target = folder / "node_modules" / "lnbits-payfeed" / name
            target.parent.mkdir(exist_ok=True)
            target.write_bytes(content.read())
    archive.unlink()
    return folder


def node(*words: str, stdin: str = "", seconds: float = 60) -> str:
    """Run a file of tests/node; what it printed."""
    command = [need("node"), *words]
    done = subprocess.run(
        command,
        cwd=node_folder(),
        input=stdin,
        capture_output=True,
        text=True,
        timeout=seconds,
    )
    assert not done.returncode, done.stderr
    return done.stdout
