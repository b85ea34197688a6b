//! Tests over all messages at once.
