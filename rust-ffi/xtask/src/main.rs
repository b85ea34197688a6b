//! `cargo xtask <command>`: one file a command, one row in `COMMANDS`.

mod header;
mod library;
mod paths;

use std::process::ExitCode;

/// What a command gives back; the message is printed and the exit code is 1.
type Outcome = Result<(), Box<dyn std::error::Error>>;

struct Command {
    name: &'static str,
    usage: &'static str,
    doc: &'static str,
    run: fn(pico_args::Arguments) -> Outcome,
}

const COMMANDS: &[Command] = &[
    Command {
        name: "header",
        usage: "header [--check]",
        doc: "Writes include/tansu.h from the sources of the ffi crate; --check only compares.",
        run: header::run,
    },
    Command {
        name: "lib",
        usage: "lib [--test-hooks] [--no-tansu] [--quiet]",
        doc: "Builds libtansu.so.0 into <target>/tansu, or with the test hooks into <target>/tansu-hooks.",
        run: library::run,
    },
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

/// Refuses what a command has not asked for: a mistyped flag must not pass in silence.
fn no_more(args: pico_args::Arguments) -> Outcome {
    let rest = args.finish();
    if rest.is_empty() { Ok(()) } else { Err(format!("unknown arguments: {rest:?}").into()) }
}
