"""Objects in a bucket that speaks S3."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, unquote, urlsplit

from models.storage.contract import KEY, MARK, NotStored, StorageUnavailable, checked

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import CopySourceTypeDef

S3_AT_ONCE = 16


class S3Storage:
    """Objects in a bucket of any S3-compatible store, under a prefix."""

    page_size = 1000

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        options = {name: values[-1] for name, values in parse_qs(parts.query, strict_parsing=bool(parts.query)).items()}
        self.endpoint_url, self.region = options.pop("endpoint_url", None), options.pop("region", None)
        endpoint = urlsplit(self.endpoint_url or "https://amazonaws.com")
        if parts.scheme != "s3" or not parts.netloc or "@" in parts.netloc or options:
            raise ValueError("an S3 storage is s3://bucket/prefix?endpoint_url=…&region=…")
        if endpoint.scheme not in ("http", "https") or not endpoint.netloc:
            raise ValueError("the endpoint_url of an S3 storage is an http or https address")
        self.bucket = parts.netloc
        prefix = unquote(parts.path).strip("/")
        self.prefix = f"{prefix}/" if prefix else ""

    @cached_property
    def client(self) -> S3Client:
        """Made at first use, so that no process inherits another's connections by fork."""
        import boto3
        from botocore.config import Config

        return boto3.session.Session().client(
            "s3",
            endpoint_url=self.endpoint_url,
            region_name=self.region,
            config=Config(
                connect_timeout=3,
                read_timeout=15,
                retries={"mode": "standard", "total_max_attempts": 3},
                max_pool_connections=32,
                s3={"addressing_style": "path" if self.endpoint_url else "auto"},
                # Stores other than Amazon's know fewer checksums.
                request_checksum_calculation="when_required",
                response_checksum_validation="when_required",
            ),
        )

    def put(self, key: str, data: bytes) -> None:
        with self._bucket(key):
            self.client.put_object(Bucket=self.bucket, Key=self._name(key), Body=data)

    def get(self, key: str) -> bytes:
        with self._bucket(key):
            return self.client.get_object(Bucket=self.bucket, Key=self._name(key))["Body"].read()

    def copy(self, pairs: Sequence[tuple[str, str]]) -> None:
        with ThreadPoolExecutor(S3_AT_ONCE) as pool:
            for _ in pool.map(self._copy, *zip(*pairs, strict=True)) if pairs else ():
                continue

    def _copy(self, source: str, target: str) -> None:
        where: CopySourceTypeDef = {"Bucket": self.bucket, "Key": self._name(source)}
        with self._bucket(source):
            self.client.copy_object(Bucket=self.bucket, Key=self._name(target), CopySource=where)

    def delete(self, key: str) -> None:
        with self._bucket(key):
            self.client.delete_object(Bucket=self.bucket, Key=self._name(key))

    def exists(self, key: str) -> bool:
        try:
            with self._bucket(key):
                self.client.head_object(Bucket=self.bucket, Key=self._name(key))
        except NotStored:
            return False
        return True

    def check(self) -> None:
        try:
            with self._bucket("check"):
                self.client.head_bucket(Bucket=self.bucket)
        except NotStored as error:
            raise StorageUnavailable(f"s3://{self.bucket}: no such bucket") from error

    def keys(self) -> Iterator[str]:
        return (key for key, _ in self.dated())

    def dated(self) -> Iterator[tuple[str, datetime]]:
        with self._bucket("keys"):
            pages = self.client.get_paginator("list_objects_v2")
            for page in pages.paginate(
                Bucket=self.bucket, Prefix=self.prefix, PaginationConfig={"PageSize": self.page_size}
            ):
                for found in page.get("Contents", []):
                    if KEY.fullmatch(name := found["Key"].removeprefix(self.prefix)):
                        yield name, found["LastModified"].astimezone(UTC)

    def sweep(self) -> None:
        """Nothing: an object is there whole or not at all."""

    def owner(self) -> str | None:
        try:
            with self._bucket(MARK):
                mark = self.client.get_object(Bucket=self.bucket, Key=self.prefix + MARK)["Body"].read()
                return mark.decode(errors="replace")
        except NotStored:
            return None

    def claim(self, owner: str) -> None:
        with self._bucket(MARK):
            self.client.put_object(Bucket=self.bucket, Key=self.prefix + MARK, Body=owner.encode())

    def __repr__(self) -> str:
        return f"S3Storage('s3://{self.bucket}/{self.prefix}')"

    def _name(self, key: str) -> str:
        return self.prefix + checked(key)

    @contextmanager
    def _bucket(self, key: str) -> Iterator[None]:
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            yield
        except ClientError as error:
            code = error.response.get("Error", {}).get("Code", "")
            # A missing bucket is a fault of the setting, not of the key.
            if code in ("NoSuchKey", "404"):
                raise NotStored(key) from error
            raise StorageUnavailable(f"s3://{self.bucket}: {code}") from error
        except (BotoCoreError, OSError) as error:
            raise StorageUnavailable(f"s3://{self.bucket}: {type(error).__name__}") from error
