"""Programs for Node, with the client as npm packs it."""

import subprocess
import tarfile
import tempfile
from functools import cache
from pathlib import Path

from needs import need
from npm import exclusive, pack, packages

ROOT = Path(__file__).resolve().parent.parent


def install(target: Path, content: bytes) -> None:
    """Leaves a file with this content as it is: another process may be reading it."""
    target.parent.mkdir(exist_ok=True)
    if not target.exists() or target.read_bytes() != content:
        target.write_bytes(content)


@cache
def node_folder() -> Path:
    """The files of tests/node, beside package ws and the packed client."""
    need("npm")
    folder = packages(ROOT / "tests" / "node")
    with (
        tempfile.TemporaryDirectory() as temporary,
        exclusive(folder),
        tarfile.open(pack(Path(temporary))) as packed,
    ):
        for name in packed.getnames():
            content = packed.extractfile(name)
            assert content
            target = folder / "node_modules" / "lnbits-payfeed"
            install(target / name.removeprefix("package/"), content.read())
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
