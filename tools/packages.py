"""Build the Python client's package as it would be published, and check it."""

import subprocess
import tempfile
from pathlib import Path

import setup

CLIENT = setup.ROOT / "clients" / "python"


def build(target: Path) -> tuple[Path, Path]:
    """The wheel and the source distribution, in `target`."""
    command = [setup.uv(), "build", "-q", "--no-config", "--wheel", "--sdist"]
    subprocess.run([*command, "-o", str(target), str(CLIENT)], check=True)
    (wheel,), (sdist,) = target.glob("*.whl"), target.glob("*.tar.gz")
    return wheel, sdist


def check() -> None:
    with tempfile.TemporaryDirectory() as target:
        files = [str(file) for file in build(Path(target))]
        command = [setup.tool("twine"), "--no-color", "check", "--strict", *files]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode:
            raise SystemExit(done.stdout + done.stderr)


if __name__ == "__main__":
    check()
