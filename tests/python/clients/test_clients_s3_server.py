"""The tests' S3 server answers whatever the interpreter of the tests does: a client may keep it to itself."""

from __future__ import annotations

import ctypes
import os
import subprocess
import sys

from servers.s3 import S3Server

ASK = """\
import http.client, sys
server = http.client.HTTPConnection("127.0.0.1", int(sys.argv[1]), timeout=10)
server.request("GET", "/")
server.getresponse().read()
"""


def test_no_other_thread_of_this_interpreter_has_to_run(s3_server: S3Server) -> None:
    libc = ctypes.PyDLL(None)  # its calls keep the interpreter's lock
    info = ctypes.create_string_buffer(256)
    with subprocess.Popen([sys.executable, "-c", ASK, str(s3_server.port)]) as asking:
        # Waits until it has ended, and leaves it to be reaped.
        libc.waitid(os.P_PID, asking.pid, info, os.WEXITED | os.WNOWAIT)
    assert asking.returncode == 0
