import os
import stat
import threading
import time
from pathlib import Path

import boto3
import pytest
from moto.server import ThreadedMotoServer

from models.storage import FileStorage, NotStored, S3Storage, StorageUnavailable, new_key, open_storage


@pytest.fixture(scope="module")
def bucket():
    """The URL of an empty bucket on a real S3 server on loopback, with the credentials that it asks for."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    host, port = server.get_host_and_port()
    names = {"AWS_ACCESS_KEY_ID": "whistle", "AWS_SECRET_ACCESS_KEY": "whistle", "AWS_EC2_METADATA_DISABLED": "true"}
    with pytest.MonkeyPatch.context() as environment:
        for name, value in names.items():
            environment.setenv(name, value)
        endpoint = f"http://{host}:{port}"
        boto3.session.Session().client("s3", endpoint_url=endpoint, region_name="us-east-1").create_bucket(Bucket="sip")
        yield f"s3://sip/whistle/photos?endpoint_url={endpoint}&region=us-east-1"
    server.stop()


@pytest.fixture(params=["file", "s3"])
def storage(request, tmp_path):
    if request.param == "file":
        return open_storage((tmp_path / "文件 库").as_uri())
    return open_storage(request.getfixturevalue("bucket"))


def test_it_gives_back_what_was_put(storage):
    key = new_key()
    assert not storage.exists(key)
    storage.put(key, b"\x00picture\xff" * 1000)
    assert storage.exists(key)
    assert storage.get(key) == b"\x00picture\xff" * 1000
    assert key in list(storage.keys())


def test_it_carries_the_mark_of_its_house_under_no_key(storage):
    assert storage.owner() is None
    for house in ("a" * 40, "b" * 40):
        storage.claim(house)
        assert storage.owner() == house
    assert not [name for name, _ in storage.dated() if "house" in name]


def test_it_knows_when_something_was_stored(storage):
    key = new_key()
    began = time.time()
    storage.put(key, b"picture")
    assert began - 2 < dict(storage.dated())[key].timestamp() < time.time() + 2


def test_it_replaces_and_deletes_and_deletes_again(storage):
    key = new_key() + "-thumb.jpg"
    storage.put(key, b"first")
    storage.put(key, b"")
    assert storage.get(key) == b""
    storage.delete(key)
    storage.delete(key)
    assert not storage.exists(key)
    assert key not in list(storage.keys())
    with pytest.raises(NotStored):
        storage.get(key)


def test_what_is_copied_lies_under_both_keys_and_goes_from_one(storage):
    key, other, third = new_key(), new_key(), new_key()
    storage.put(key, b"picture")
    storage.put(third, b"older")
    storage.copy([(key, other), (key, third)])
    storage.delete(key)
    assert storage.get(other) == storage.get(third) == b"picture"
    storage.put(other, b"another")
    assert storage.get(third) == b"picture"
    storage.copy([])
    with pytest.raises(NotStored):
        storage.copy([(key, other)])


BROKEN_KEYS = ["", ".", "..", "../x", "/etc/passwd", "a/b", "a\\b", ".hidden", "a\0b", "a b", "照片", "a\n", "k" * 201]


@pytest.mark.parametrize("key", BROKEN_KEYS)
@pytest.mark.parametrize("store", [FileStorage("/nonexistent"), S3Storage("s3://sip")])
def test_it_refuses_a_key_that_could_lead_elsewhere(store, key):
    for verb in (store.get, store.exists, store.delete, lambda key: store.put(key, b"x")):
        with pytest.raises(ValueError, match="storage key"):
            verb(key)


def test_keys_are_random_and_safe():
    keys = {new_key() for _ in range(1000)}
    assert len(keys) == 1000
    assert all(len(key) == 40 and key.isalnum() for key in keys)


def test_an_empty_storage_has_no_keys(tmp_path, bucket):
    assert list(FileStorage(tmp_path / "nothing").keys()) == []
    assert list(open_storage(bucket.replace("photos", "nothing")).keys()) == []


def test_prefixes_keep_storages_apart(bucket):
    other = open_storage(bucket.replace("/whistle/photos", ""))
    other.put("digest-2026-11-22.json", b"{}")
    assert "digest-2026-11-22.json" in list(other.keys())
    assert "digest-2026-11-22.json" not in list(open_storage(bucket).keys())


def test_more_keys_than_one_answer_of_s3_holds(bucket):
    storage = open_storage(bucket.replace("photos", "many"))
    storage.page_size = 2
    for number in range(5):
        storage.put(f"key-{number}", b"")
    assert sorted(storage.keys()) == [f"key-{number}" for number in range(5)]


def test_files_are_open_to_their_owner_only(tmp_path):
    storage = FileStorage(tmp_path / "files")
    storage.put("abcdef", b"x")
    path = tmp_path / "files" / "ab" / "abcdef"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_a_failed_write_leaves_what_was_there(tmp_path, monkeypatch):
    storage = FileStorage(tmp_path)
    storage.put("abcdef", b"old")

    def disk_full(handle):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", disk_full)
    with pytest.raises(StorageUnavailable, match="No space"):
        storage.put("abcdef", b"new")
    assert storage.get("abcdef") == b"old"
    assert list((tmp_path / ".incoming").iterdir()) == []


def test_readers_see_the_old_or_the_new_and_nothing_between(tmp_path):
    storage = FileStorage(tmp_path)
    versions = [bytes([number]) * 200_000 for number in range(20)]
    storage.put("key", versions[0])
    writer = threading.Thread(target=lambda: [storage.put("key", version) for version in versions])
    writer.start()
    while writer.is_alive():
        seen = storage.get("key")
        assert len(seen) == 200_000
        assert len(set(seen)) == 1
    writer.join()


def test_what_a_killed_process_left_is_swept_though_nobody_stores_more(tmp_path):
    storage = FileStorage(tmp_path)
    storage.sweep()
    storage.put("first", b"x")
    left, fresh = tmp_path / ".incoming" / "left", tmp_path / ".incoming" / "fresh"
    left.write_bytes(b"half")
    fresh.write_bytes(b"half")
    os.utime(left, (time.time() - 7200, time.time() - 7200))
    storage.sweep()
    assert not left.exists()
    assert fresh.exists()
    assert list(storage.keys()) == ["first"]


def test_a_folder_that_cannot_be_is_unavailable(tmp_path):
    (tmp_path / "file").write_text("not a folder")
    storage = FileStorage(tmp_path / "file")
    for verb in (storage.get, storage.delete, lambda key: storage.put(key, b"x"), lambda _: list(storage.keys())):
        with pytest.raises(StorageUnavailable):
            verb("key")


def test_an_s3_that_is_away_or_has_no_bucket_is_unavailable(bucket):
    away = open_storage("s3://sip?endpoint_url=http://127.0.0.1:9&region=us-east-1")
    with pytest.raises(StorageUnavailable, match="EndpointConnectionError"):
        away.exists("key")
    no_bucket = open_storage(bucket.replace("s3://sip", "s3://nowhere"))
    for verb in (no_bucket.get, lambda key: no_bucket.put(key, b"x"), lambda _: list(no_bucket.keys())):
        with pytest.raises(StorageUnavailable, match="NoSuchBucket"):
            verb("key")


def test_an_s3_without_credentials_is_unavailable(bucket, monkeypatch, tmp_path):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    for name in ("AWS_SHARED_CREDENTIALS_FILE", "AWS_CONFIG_FILE"):
        monkeypatch.setenv(name, str(tmp_path / "none"))
    with pytest.raises(StorageUnavailable, match="NoCredentialsError"):
        open_storage(bucket).put("key", b"x")


@pytest.mark.parametrize(
    "url",
    [
        "",
        "files",
        "ftp://host/folder",
        "file://",
        "file:///",
        "file://elsewhere/folder",
        "s3://",
        "s3://bucket?colour=red",
        "s3://bucket?region",
        "s3://bucket?endpoint_url=nowhere",
        "s3://key:secret@bucket",
    ],
)
def test_it_refuses_an_address_that_is_none(url):
    with pytest.raises(ValueError, match=r".+"):
        open_storage(url)


def test_opening_touches_nothing(tmp_path):
    storage = open_storage((tmp_path / "later").as_uri())
    assert isinstance(storage, FileStorage)
    assert storage.folder == Path(tmp_path / "later")
    assert not (tmp_path / "later").exists()
    assert "client" not in vars(open_storage("s3://bucket/prefix"))
