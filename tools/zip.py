"""Build dist/payfeed-<version>.zip and dist/extensions.json from what git tracks.

BASE_URL in the environment says where the publisher will serve both.
"""

import hashlib
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FILES = {"config.json", "manifest.json", "LICENSE", "README.md", "CHANGELOG.md"}
FILES |= {"description.md"}
FOLDERS = {"static", "templates"}


def wanted(name: str) -> bool:
    top, _, rest = name.partition("/")
    if rest:
        return top in FOLDERS
    return name in FILES or name.endswith(".py")


def build(target: Path, base_url: str, version: str | None = None) -> Path:
    """The archive's path; `extensions.json` is written beside it."""
    listed = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    config = json.loads((ROOT / "config.json").read_text())
    version = version or config["version"]
    target.mkdir(parents=True, exist_ok=True)
    archive = target / f"payfeed-{version}.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
        for name in sorted(filter(wanted, listed.stdout.splitlines())):
            content = (ROOT / name).read_bytes()
            if name == "config.json":
                content = json.dumps(config | {"version": version}, indent=2).encode()
            info = zipfile.ZipInfo(f"payfeed/{name}", (1980, 1, 1, 0, 0, 0))
            info.external_attr = 0o644 << 16
            info.compress_type = zipfile.ZIP_DEFLATED
            packed.writestr(info, content)
    release = {
        "id": "payfeed",
        "name": config["name"],
        "version": version,
        "archive": f"{base_url}/{archive.name}",
        "hash": hashlib.sha256(archive.read_bytes()).hexdigest(),
        "short_description": config["short_description"],
        "min_lnbits_version": config["min_lnbits_version"],
        "repo": config["repo"],
    }
    listing = {"extensions": [release]}
    (target / "extensions.json").write_text(json.dumps(listing, indent=2) + "\n")
    return archive


if __name__ == "__main__":
    base = os.environ.get("BASE_URL", "").rstrip("/")
    if not base.startswith(("http://", "https://")):
        sys.exit("Say where it will be served: make zip BASE_URL=https://…")
    print(build(ROOT / "dist", base))
