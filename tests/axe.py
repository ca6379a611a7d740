"""axe-core in a page: what it reports in the parts that are Payfeed's."""

from functools import cache
from pathlib import Path

from needs import need
from npm import packages
from playwright.async_api import Page

AXE = Path(__file__).resolve().parent / "axe"
OURS = ".payfeed, .payfeed-public-display, .q-dialog"


@cache
def program() -> Path:
    need("npm")
    return packages(AXE) / "node_modules" / "axe-core" / "axe.min.js"


async def violations(page: Page, *rules: str) -> list[str]:
    """The broken rule, the element and what axe-core says about it; a line for each.

    Without `rules`, axe-core checks all that it has enabled.
    """
    if not await page.evaluate("Boolean(window.axe)"):
        await page.add_script_tag(path=program())
    found: list[str] = await page.evaluate(
        """async ([ours, rules]) => {
            const {violations} = await axe.run(
                {include: [...document.querySelectorAll(ours)]},
                {resultTypes: ['violations'], ...(rules.length && {runOnly: rules})}
            )
            return violations.flatMap(({id, nodes}) =>
                nodes.map(({html, failureSummary}) =>
                    `${id}: ${html.slice(0, 300)} ${failureSummary}`
                        .replace(/\\s+/g, ' ')
                )
            )
        }""",
        [OURS, rules],
    )
    return found
