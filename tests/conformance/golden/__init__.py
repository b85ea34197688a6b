"""Scripted requests whose answers are compared, field by field, with those that Apache Kafka gave."""
