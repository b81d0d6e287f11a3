"""An S3 server of one's own (moto's), a process on this machine."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError

from queues.parts import dies_with
from stage.house import free_port
from stage.waiting import wait_for

CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": "whistle", "AWS_SECRET_ACCESS_KEY": "whistle", "AWS_EC2_METADATA_DISABLED": "true",
}  # fmt: skip
BUCKET = "sip"


class S3Server:
    """Started when it is made, with a bucket in it; `stop` ends it and all that it holds."""

    def __init__(self) -> None:
        self.port = free_port()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(self.port)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            preexec_fn=dies_with(os.getpid()),
        )
        wait_for(self._made, "started: the S3 server", 60, pause=0.2)

    def url(self, port: int) -> str:
        """The storage as it is reached through a port of this machine."""
        return f"s3://{BUCKET}/photos?endpoint_url=http://127.0.0.1:{port}&region=us-east-1"

    def stop(self) -> None:
        self._process.kill()
        self._process.wait()

    def _made(self) -> bool:
        os.environ.update(CREDENTIALS)
        client: Any = boto3.session.Session().client(
            "s3", endpoint_url=f"http://127.0.0.1:{self.port}", region_name="us-east-1"
        )
        try:
            client.create_bucket(Bucket=BUCKET)
        except BotoCoreError:
            return False
        return True
