"""`payfeed export` against a real LNbits."""

import csv
import io
import json
from pathlib import Path
from typing import Any

from command import run

MEMO = 'Müller "Käse", 🙂'


async def test_the_command_exports_to_a_file_and_to_standard_output(
    shop: Any, tmp_path: Path
) -> None:
    for amount in (1, 2):
        await shop.sell(amount, MEMO)
    url, key = shop.server.base, shop.wallet["inkey"]
    file = tmp_path / "payments.csv"
    found = await run(
        *("export", "--format", "csv", "--output", str(file)), key=key, url=url
    )
    assert found == (0, "", "")
    text = file.read_text(encoding="utf-8")
    rows = csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline=""))
    assert [row["memo"] for row in rows] == [MEMO] * 2
    code, out, _ = await run("export", "--min-amount", "2", key=key, url=url)
    assert code == 0
    (line,) = out.splitlines()
    assert json.loads(line)["payment"]["memo"] == MEMO


async def test_the_command_keeps_no_part_of_an_export_that_is_refused(
    shop: Any, tmp_path: Path
) -> None:
    file = tmp_path / "events.jsonl"
    code, _, err = await run(
        *("export", "--output", str(file)),
        key="pfk_unknown",
        url=shop.server.base,
    )
    assert code == 3
    assert "not known" in err
    assert list(tmp_path.iterdir()) == []
