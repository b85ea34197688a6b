"""The load harness: Kafka-compatible brokers side by side on one small machine. See ../README.md."""
