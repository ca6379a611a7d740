"""Build dist/: the archive, `extensions.json`, and the files that it names.

BASE_URL in the environment says where the publisher will serve these files. The
repository is the one that manifest.json names.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

from check_imports import PACKAGES

ROOT = Path(__file__).resolve().parent.parent
FILES = {"config.json", "manifest.json", "LICENSE", "README.md", "CHANGELOG.md"}
FILES |= {"description.md"}
FOLDERS = {"static", "templates"}


def is_released(name: str) -> bool:
    top, _, rest = name.partition("/")
    if rest:
        return top in FOLDERS or top in PACKAGES
    return name in FILES or name.endswith(".py")


def build(target: Path, base_url: str, version: str | None = None) -> Path:
    """The archive's path; the other files are written beside it."""
    listed = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    config = json.loads((ROOT / "config.json").read_text())
    version = version or config["version"]
    target.mkdir(parents=True, exist_ok=True)
    archive = target / f"payfeed-{version}.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
        for name in sorted(filter(is_released, listed.stdout.splitlines())):
            content = (ROOT / name).read_bytes()
            if name == "config.json":
                content = json.dumps(config | {"version": version}, indent=2).encode()
            info = zipfile.ZipInfo(f"payfeed/{name}", (1980, 1, 1, 0, 0, 0))
            info.external_attr = 0o644 << 16
            info.compress_type = zipfile.ZIP_DEFLATED
            packed.writestr(info, content)
    shutil.copy(ROOT / "static" / "image" / "payfeed.png", target)
    shutil.copy(ROOT / "description.md", target)
    details = config | {"description_md": f"{base_url}/description.md"}
    (target / "details.json").write_text(json.dumps(details, indent=2) + "\n")
    repo = json.loads((ROOT / "manifest.json").read_text())["repos"][0]
    release = {
        "id": "payfeed",
        "name": config["name"],
        "version": version,
        "archive": f"{base_url}/{archive.name}",
        "hash": hashlib.sha256(archive.read_bytes()).hexdigest(),
        "short_description": config["short_description"],
        "min_lnbits_version": config["min_lnbits_version"],
        "icon": f"{base_url}/payfeed.png",
        "details_link": f"{base_url}/details.json",
        "repo": f"{repo['organisation']}/{repo['repository']}",
    }
    listing = {"extensions": [release]}
    (target / "extensions.json").write_text(json.dumps(listing, indent=2) + "\n")
    return archive


if __name__ == "__main__":
    base = os.environ.get("BASE_URL", "").rstrip("/")
    if not base.startswith(("http://", "https://")):
        sys.exit("Set where it will be served: make zip BASE_URL=https://…")
    print(build(ROOT / "dist", base))
