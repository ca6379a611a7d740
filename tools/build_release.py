"""Build dist/: the archive of a commit, and `extensions.json`, which lists it.

Usage: build_release.py. BASE_URL in the environment says where the publisher serves
these files. Without it, they are for GitHub: the archive belongs to the release of the
tag `v<version>`, and extensions.json is the entry for the registry of extensions.
.gitattributes says what the archive leaves out.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import Any

from publisher_names import publisher

ROOT = Path(__file__).resolve().parent.parent
DIST = ROOT / "dist"
MAX_ARCHIVE_BYTES = 400_000
# what the registry's checker looks for:
# https://github.com/lnbits/lnbits-extensions/blob/main/check.py
NEEDED = ("LICENSE", "README.md", "__init__.py", "config.json", "manifest.json")
# the same files give the same archive
FIXED = {
    "GIT_AUTHOR_DATE": "2000-01-01T00:00:00Z",
    "GIT_COMMITTER_DATE": "2000-01-01T00:00:00Z",
    "TZ": "UTC",
} | {
    f"GIT_{who}_{what}": "payfeed"
    for who in ("AUTHOR", "COMMITTER")
    for what in ("NAME", "EMAIL")
}


def git(*arguments: str, **env: str) -> str:
    done = subprocess.run(
        ["git", *arguments],
        cwd=ROOT,
        env=os.environ | FIXED | env,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return done.stdout.strip()


def snapshot() -> str:
    """A commit, on no branch, of the tracked files as they are now."""
    with tempfile.TemporaryDirectory() as folder:
        index = shutil.copy(ROOT / git("rev-parse", "--git-path", "index"), folder)
        git("add", "-u", GIT_INDEX_FILE=index)
        tree = git("write-tree", GIT_INDEX_FILE=index)
    return git("commit-tree", tree, "-m", "snapshot")


def version() -> str:
    """The version of these files."""
    return str(json.loads((ROOT / "config.json").read_text())["version"])


def pack(target: Path, number: str, commit: str) -> Path:
    """The archive `target/<repository>-<version>.zip` of a commit."""
    name = f"{publisher()['repository']}-{number}"
    archive = target / f"{name}.zip"
    git("archive", "--format=zip", f"--prefix={name}/", "-o", str(archive), commit)
    return archive


def entry(archive: Path, number: str, base_url: str) -> dict[str, Any]:
    """The release as LNbits' extension manager and the registry read it."""
    config = json.loads((ROOT / "config.json").read_text())
    repo = config["repo"]
    tag = f"{repo.replace('github.com', 'raw.githubusercontent.com')}/v{number}"
    if base_url:
        place, icon, details = base_url, base_url, f"{base_url}/details.json"
    else:
        place = f"{repo}/releases/download/v{number}"
        icon, details = f"{tag}/static/image", f"{tag}/config.json"
    return {
        "id": config["id"],
        "repo": repo,
        "name": config["name"],
        "version": number,
        "short_description": config["short_description"],
        "min_lnbits_version": config["min_lnbits_version"],
        "icon": f"{icon}/payfeed.png",
        "details_link": details,
        "archive": f"{place}/{archive.name}",
        "hash": hashlib.sha256(archive.read_bytes()).hexdigest(),
    }


def build(
    target: Path,
    base_url: str = "",
    number: str | None = None,
    commit: str | None = None,
) -> Path:
    """The archive's path; the other files are written beside it.

    `number` is the version that is offered. Without `commit`, the archive holds the
    tracked files as they are now.
    """
    config = json.loads((ROOT / "config.json").read_text())
    number = number or version()
    target.mkdir(parents=True, exist_ok=True)
    archive = pack(target, number, commit or snapshot())
    listing = {"extensions": [entry(archive, number, base_url)]}
    (target / "extensions.json").write_text(json.dumps(listing, indent=2) + "\n")
    if base_url:
        shutil.copy(ROOT / "static" / "image" / "payfeed.png", target)
        shutil.copy(ROOT / "description.md", target)
        details = config | {"description_md": f"{base_url}/description.md"}
        (target / "details.json").write_text(json.dumps(details, indent=2) + "\n")
    return archive


def problems(target: Path) -> list[str]:
    """What the registry's checker, or an operator, would reject in `target`."""
    listing = json.loads((target / "extensions.json").read_text())
    (release,) = listing["extensions"]
    archive = target / release["archive"].rpartition("/")[2]
    content = archive.read_bytes()
    top = f"{release['repo'].rpartition('/')[2]}-{release['version']}"
    with zipfile.ZipFile(archive) as packed:
        names = packed.namelist()
        config = json.loads(packed.read(f"{top}/config.json"))
    minimum = "min_lnbits_version"
    rules = {
        "the hash is another": hashlib.sha256(content).hexdigest() == release["hash"],
        "the archive has no single top folder": {n.split("/")[0] for n in names}
        == {top},
        "a needed file is missing": {f"{top}/{n}" for n in NEEDED} <= set(names),
        f"{len(content)} bytes are too many": len(content) < MAX_ARCHIVE_BYTES,
        "the versions differ": config["version"] == release["version"],
        "the lowest LNbits versions differ": config[minimum] == release[minimum],
        "the archive is not in the repository": release["archive"].startswith(
            release["repo"]
        ),
        "the archive's name has no version": release["archive"].endswith(
            f"{release['version']}.zip"
        ),
        "the id has capitals": release["id"].islower(),
        "the name has no capital": release["name"][0].isupper(),
        "the description has no capital": release["short_description"][0].isupper(),
        "the description ends with a stop": release["short_description"][-1] != ".",
    }
    return [problem for problem, is_well in rules.items() if not is_well]


def main() -> None:
    base_url = os.environ.get("BASE_URL", "").rstrip("/")
    if base_url and not base_url.startswith(("http://", "https://")):
        sys.exit(f"BASE_URL must begin with http:// or https://, not {base_url!r}.")
    tag = os.environ.get("TAG") or f"v{version()}"
    if tag != f"v{version()}":
        sys.exit(f"The tag is {tag}, but the version in config.json is {version()}.")
    if git("status", "--porcelain"):
        sys.exit("Commit all changes first: a release is the archive of a commit.")
    shutil.rmtree(DIST, ignore_errors=True)
    archive = build(DIST, base_url, commit="HEAD")
    found = [] if base_url else problems(DIST)
    if found:
        sys.exit(f"{archive.name}: {', '.join(found)}")
    print(archive)


if __name__ == "__main__":
    main()
