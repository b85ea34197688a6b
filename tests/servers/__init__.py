"""Real servers for the tests: PostgreSQL and an S3 server, each started once in a run, on loopback only."""
