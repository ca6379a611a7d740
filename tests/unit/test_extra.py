"""What payments take over of LNbits' own members."""

import math
from types import SimpleNamespace

import pytest
from payfeed.host import extra


@pytest.mark.parametrize(
    "value", [math.nan, -math.inf, 2**63, -(2**64), [1], {"a": 1}, (1,)]
)
def test_values_that_clients_cannot_read_are_left_out(value: object) -> None:
    assert extra.picked({"a": value, "b": 1}, ["a", "b"]) == {"b": 1}


@pytest.mark.parametrize("value", ["\ud800", "", None, True, 0, -1.5, 2**63 - 1])
def test_scalars_are_taken_as_they_are(value: object) -> None:
    assert extra.picked({"a": value}, ["a", "b"]) == {"a": value}


def test_an_lnbits_without_labels_and_external_ids_has_none() -> None:
    assert extra.labels_of(SimpleNamespace()) == []
    assert extra.external_id_of(SimpleNamespace()) is None


@pytest.mark.parametrize("labels", [["bar", "till"], '["bar", "till"]'])
def test_labels_are_read_as_lnbits_has_them(labels: object) -> None:
    assert extra.labels_of(SimpleNamespace(labels=labels)) == ["bar", "till"]
