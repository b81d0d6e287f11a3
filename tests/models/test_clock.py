from datetime import UTC, datetime, timedelta, timezone

import pytest

from models.clock import moved, now

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)


def test_a_moved_clock_stands_and_goes_on_afterwards():
    with moved(NOON.astimezone(timezone(timedelta(hours=8)))):
        assert now() == NOON
        assert now().tzinfo is UTC
        with moved(NOON + timedelta(days=1)):
            assert now() == NOON + timedelta(days=1)
        assert now() == NOON
    assert abs(now() - datetime.now(UTC)) < timedelta(seconds=5)


def test_a_moved_clock_goes_on_after_an_error():
    with pytest.raises(KeyError), moved(NOON):
        raise KeyError
    assert now() != NOON


def test_a_moment_without_a_zone_is_refused():
    with pytest.raises(ValueError, match="zone"), moved(datetime(2026, 5, 1)):
        pass
