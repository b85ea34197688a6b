"""An S3 server: moto's, which knows the conditional puts that the storage needs.

It runs in a process of its own. kafka-python 3.0.12 turns in a loop without pause while five of its requests are under
way, and hardly lets another thread have the interpreter's lock: a server in the same interpreter was seen to take a
second for what takes two milliseconds, and the requests under way wait for just that.
"""

from __future__ import annotations

import subprocess
import sys
import uuid
from pathlib import Path
from typing import Optional
from urllib.parse import quote

ACCESS_KEY_ID = "AKIATESTACCESSKEY"
SECRET_ACCESS_KEY = "wJalr+secret/KEY"
REGION = "eu-west-1"


class S3Server:
    """Buckets on loopback; each test gets a bucket of its own."""

    def __init__(self) -> None:
        self._process: Optional[subprocess.Popen[str]] = None
        self.port = 0

    def start(self) -> S3Server:
        command = [sys.executable, str(Path(__file__).with_name("s3_process.py"))]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            self.stop()
            raise RuntimeError("The S3 server did not start; what it said is on stderr.")
        self.port = int(line)
        return self

    def stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.communicate()

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def new_bucket(self) -> str:
        """An empty bucket; gives its name."""
        import boto3

        name = f"t{uuid.uuid4().hex[:12]}"
        client = boto3.client(
            "s3",
            endpoint_url=self.endpoint,
            region_name=REGION,
            aws_access_key_id=ACCESS_KEY_ID,
            aws_secret_access_key=SECRET_ACCESS_KEY,
        )
        try:
            client.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})
        finally:
            client.close()
        return name

    def new_url(self) -> str:
        """The storage URL of an empty bucket."""
        return self.url(self.new_bucket())

    def url(self, bucket: str) -> str:
        return (
            f"s3://{bucket}?endpoint={self.endpoint}&allow_http=true&region={REGION}"
            f"&access_key_id={ACCESS_KEY_ID}&secret_access_key={quote(SECRET_ACCESS_KEY, safe='')}"
        )
