"""Which photos are refused, and whose photo it was."""


import pytest

from stage.photos import encoded
from tests.workflow.drawn import corners, refusal, rendered
from workflow.photos import MAX_BYTES
from workflow.say import LOCALES, say


def test_it_refuses_more_than_fifteen_megabytes():
    data = encoded(corners(), "JPEG")
    assert rendered(data + bytes(MAX_BYTES - len(data))).width == 96
    refused = refusal(data + bytes(MAX_BYTES - len(data) + 1), "D:\\照片\\大.jpg")
    assert (refused.key, refused.params) == ("photo.too_large", {"name": "大.jpg", "size": "15.1", "limit": "15"})


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("IMG_1.jpg", "IMG_1.jpg"),
        ("/etc/../a.jpg", "a.jpg"),
        ("a\r\nSet-Cookie: x.jpg", "aSet-Cookie: x.jpg"),
        ("", "photo"),
        ("\0", "photo"),
        ("x" * 300 + ".jpg", "x" * 60 + "…" + "x" * 15 + ".jpg"),
    ],
)
def test_it_says_whose_photo_it_was(name, shown):
    refused = refusal(b"", name)
    assert (refused.key, refused.params) == ("photo.empty", {"name": shown})


@pytest.mark.parametrize("key", ["empty", "too_large", "too_many_pixels", "animated", "broken", "not_a_photo"])
def test_every_refusal_names_the_photo_in_both_languages(key):
    names = {"name": "大.jpg", "size": "15.1", "limit": 50, "megapixels": 51}
    assert all("大.jpg" in say(f"photo.{key}", locale, **names) for locale in LOCALES)
