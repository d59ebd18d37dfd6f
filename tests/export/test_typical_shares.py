"""The shares of typical bases are counted, not remembered: the sample shop's are counted again here."""

from __future__ import annotations

import pytest

from benchmarks.typical_shares import CUSTOMERS, PUBLIC, SEED, shares
from quintile.config.read import read_settings
from quintile.export.plan_segments import typical_shares
from quintile.jobs.demo import make_sample_shop, sample_wish
from quintile.jobs.workplace.wish import Wish


def test_the_sample_shop_has_the_shares_that_are_quoted(tmp_path):
    shop = make_sample_shop(tmp_path, customers=CUSTOMERS, seed=SEED)
    assert shares(sample_wish(shop)) == typical_shares("sample")


@pytest.mark.parametrize("base", ["cdnow", "superstore", "uci"])
def test_public_bases_have_the_shares_that_are_quoted(shared, base):
    _, file, as_of, settings = PUBLIC[base]
    wish = Wish(sources=[shared(f"data/{file}")], settings=read_settings(None, settings), as_of=as_of)
    assert shares(wish) == typical_shares(base)
