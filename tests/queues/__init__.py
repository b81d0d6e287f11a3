import pytest

# Or what fails in it would not show its values.
pytest.register_assert_rewrite("tests.queues.house")
