//! `cargo xtask <command>`: one file a command, one row in `COMMANDS`.
#![expect(clippy::disallowed_methods, clippy::disallowed_macros, reason = "a tool, not a part of the library")]

mod api_support;
mod check;
mod chroot;
mod codec;
mod dist;
mod fuzz;
mod header;
mod library;
mod licences;
mod paths;
mod sim;
mod soak;
mod tidy;

use std::process::ExitCode;

/// The result of a command. The message of an error is printed and the exit code is 1.
type Outcome = Result<(), Box<dyn std::error::Error>>;

struct Command {
    name: &'static str,
    usage: &'static str,
    doc: &'static str,
    run: fn(pico_args::Arguments) -> Outcome,
}

const COMMANDS: &[Command] = &[
    Command {
        name: "api-support",
        usage: "api-support [--check]",
        doc: "Writes docs/internals/api-support.md from the tables of served APIs; --check only compares.",
        run: api_support::run,
    },
    Command {
        name: "check",
        usage: "check [--only STEP]... [--skip STEP]...",
        doc: "Runs format, header, rules, licences, clippy and cargo test: all that needs no installed package.",
        run: check::run,
    },
    Command {
        name: "chroot",
        usage: "chroot SUITE [--fresh] [--bind DIR]... [-- COMMAND...]",
        doc: "Creates a Debian bookworm, trixie or sid in the cache, once, and runs a command in it.",
        run: chroot::run,
    },
    Command {
        name: "dist",
        usage: "dist [--only NAME] [--lib] [--target T] [--glibc V]",
        doc: "Builds and checks sdists and manylinux wheels in dist/; --lib adds archives for other languages.",
        run: dist::run,
    },
    Command {
        name: "codec",
        usage: "codec [--check] [--schemas DIR]",
        doc: "Writes wire/src/message from Kafka's schemas; --check only compares.",
        run: codec::run,
    },
    Command {
        name: "fuzz",
        usage: "fuzz [--seconds N] [--target NAME]...",
        doc: "Runs the fuzz targets, 60 s each, two at once.",
        run: fuzz::run,
    },
    Command {
        name: "header",
        usage: "header [--check]",
        doc: "Writes include/tansu.h from the sources of the ffi crate; --check only compares.",
        run: header::run,
    },
    Command {
        name: "lib",
        usage: "lib [--test-hooks | --storages] [--quiet]",
        doc: "Builds libtansu.so.0 or, with --storages, libtansu_storages.so.0 into <target>/tansu; with the test \
              hooks into <target>/tansu-hooks.",
        run: library::run,
    },
    Command {
        name: "licences",
        usage: "licences",
        doc: "Compares the licences of all dependencies with deny.toml.",
        run: licences::run,
    },
    Command {
        name: "sim",
        usage: "sim [--seed N | --seeds COUNT [--from N]] [--trace] [--bug NAME]",
        doc: "Runs the engine with fake clients, a virtual network and faulty files, from a seed.",
        run: sim::run,
    },
    Command {
        name: "soak",
        usage: "soak [--seed N] [--select EXPRESSION]",
        doc: "Runs counted tests, the simulation and sid's interpreters with full counts; writes docs/measurements.md.",
        run: soak::run,
    },
    Command { name: "tidy", usage: "tidy", doc: "Checks lengths, sleeps, words, versions and tables.", run: tidy::run },
];

fn main() -> ExitCode {
    let mut args = pico_args::Arguments::from_env();
    let name = match args.subcommand() {
        Ok(Some(name)) => name,
        _ => return usage(),
    };
    let Some(command) = COMMANDS.iter().find(|c| c.name == name) else {
        eprintln!("xtask: no command '{name}'");
        return usage();
    };
    match (command.run)(args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask {name}: {error}");
            ExitCode::FAILURE
        }
    }
}

fn usage() -> ExitCode {
    eprintln!("usage: cargo xtask <command>\n");
    for command in COMMANDS {
        eprintln!("  {:<44} {}", command.usage, command.doc);
    }
    ExitCode::from(2)
}

/// Refuses unknown arguments.
fn no_more(args: pico_args::Arguments) -> Outcome {
    let rest = args.finish();
    if rest.is_empty() { Ok(()) } else { Err(format!("unknown arguments: {rest:?}").into()) }
}
