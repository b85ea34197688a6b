#![doc = "See Cargo.toml."]
