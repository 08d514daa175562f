"""What Django's own Portuguese has wrong, and our catalogue mends."""

from datetime import date

import pytest
from django.utils.formats import date_format


@pytest.mark.parametrize("mes", range(1, 13))
@pytest.mark.parametrize("formato", ["DATE_FORMAT", "YEAR_MONTH_FORMAT", "MONTH_DAY_FORMAT", "E"])
def test_months_are_written_small(mes, formato):
    escrita = date_format(date(2026, mes, 24), formato)
    assert escrita == escrita.lower()


def test_saturday_has_its_accent():
    assert date_format(date(2026, 11, 28), "D, d/m") == "Sáb, 28/11"
