"""An S3 server in this process: moto's, which knows the conditional puts that the storage needs."""

from __future__ import annotations

import logging
import uuid
from typing import Any
from urllib.parse import quote

ACCESS_KEY_ID = "AKIATESTACCESSKEY"
SECRET_ACCESS_KEY = "wJalr+secret/KEY"
REGION = "eu-west-1"


class S3Server:
    """Buckets on loopback; each test gets a bucket of its own."""

    def __init__(self) -> None:
        self._server: Any = None
        self.port = 0

    def start(self) -> S3Server:
        from moto.server import ThreadedMotoServer

        logging.getLogger("werkzeug").setLevel(logging.ERROR)  # a line for each request otherwise
        # Port 0: the server binds first and is asked afterwards.
        self._server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
        self._server.start()
        self.port = int(self._server.get_host_and_port()[1])
        return self

    def stop(self) -> None:
        self._server.stop()

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
