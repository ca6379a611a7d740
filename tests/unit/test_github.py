"""What GitHub reads: workflows, issue forms, badges. actionlint is in `make check`."""

import re
import subprocess
from pathlib import Path
from typing import Any

import publisher_names
import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent.parent
WORKFLOWS = ROOT / ".github" / "workflows"


def workflow(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((WORKFLOWS / f"{name}.yml").read_text())
    return loaded


def suites() -> list[str]:
    """The names of the suites in .ci/run."""
    table = (ROOT / ".ci" / "run").read_text().split("<<END\n")[1].split("\nEND")[0]
    return [line.split()[0] for line in table.splitlines()]


def commands() -> list[str]:
    """The commands of all workflows that check, test or build."""
    jobs = [
        job
        for path in WORKFLOWS.glob("*.yml")
        for job in workflow(path.stem)["jobs"].values()
    ]
    runs = [step.get("run", "") for job in jobs for step in job["steps"]]
    return [run for run in runs if run.startswith((".ci/run", "make"))]


def test_the_workflow_runs_every_suite_but_that_with_the_latest_lnbits() -> None:
    matrix = workflow("tests")["jobs"]["tests"]["strategy"]["matrix"]["suite"]
    assert [*matrix, "latest"] == suites()


def test_workflows_call_what_a_developer_calls() -> None:
    assert sorted(commands()) == [
        '.ci/run "$SUITE"',
        ".ci/run check",
        ".ci/run latest",
        'make release TAG="$GITHUB_REF_NAME"',
    ]


def test_an_unknown_suite_is_refused() -> None:
    done = subprocess.run(
        [ROOT / ".ci" / "run", "nonsense"], capture_output=True, text=True
    )
    assert done.returncode != 0
    assert "nonsense" in done.stderr


def test_only_the_release_may_write_to_the_repository() -> None:
    permissions = {
        path.stem: workflow(path.stem)["permissions"]
        for path in WORKFLOWS.glob("*.yml")
    }
    assert permissions.pop("release") == {"contents": "write"}
    assert set(map(str, permissions.values())) == {"{'contents': 'read'}"}


def test_the_latest_lnbits_may_fail() -> None:
    assert workflow("latest")["jobs"]["latest"]["continue-on-error"] is True


@pytest.mark.parametrize("tag", ["v1.2.3", "v0.2.0"])
def test_a_tag_with_a_version_is_released(tag: str) -> None:
    # yaml reads the key `on` as true
    (pattern,) = workflow("release")[True]["push"]["tags"]
    assert re.fullmatch(pattern.replace(".", r"\."), tag)


def test_every_badge_is_of_a_workflow_in_the_repository() -> None:
    names = publisher_names.publisher()
    base = f"https://github.com/{names['organisation']}/{names['repository']}"
    badges = re.findall(r"\[!\[.*?\]\((.*?)\)\]", (ROOT / "README.md").read_text())
    assert badges
    for badge in badges:
        found = re.fullmatch(rf"{base}/actions/workflows/(.+)/badge\.svg", badge)
        assert found, badge
        assert (WORKFLOWS / found[1]).exists()


def test_a_bug_report_asks_for_the_doctors_output() -> None:
    form = yaml.safe_load((ROOT / ".github/ISSUE_TEMPLATE/bug.yml").read_text())
    labels = {part["id"]: part["attributes"]["label"] for part in form["body"]}
    assert labels["doctor"] == "Output of `payfeed doctor --json`"
