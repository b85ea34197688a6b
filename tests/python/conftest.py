"""The real servers, for the folders whose tests need one."""

from servers.fixtures import keeping_storage, postgres_server, s3_server, storage

__all__ = ["keeping_storage", "postgres_server", "s3_server", "storage"]
