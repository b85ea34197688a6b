"""Real servers for the tests: PostgreSQL and an S3 server, each started once a run and on loopback only."""
