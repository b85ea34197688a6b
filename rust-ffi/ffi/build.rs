//! Link arguments of the shared library, and the name of the compiler for `tansu_build_info`.
#![expect(clippy::disallowed_methods, clippy::disallowed_macros, reason = "so a build script talks with cargo")]

use std::process::Command;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    match std::env::var("CARGO_CFG_TARGET_OS").as_deref() {
        Ok("macos") => println!("cargo::rustc-cdylib-link-arg=-Wl,-install_name,@rpath/libtansu.0.dylib"),
        Ok("windows") => {}
        _ => {
            // Without a SONAME a program linked by path records the absolute build path.
            println!("cargo::rustc-cdylib-link-arg=-Wl,-soname,libtansu.so.0");
            // Threads and thread-local storage outlive a dlclose; so the code must, too.
            println!("cargo::rustc-cdylib-link-arg=-Wl,-z,nodelete");
            // Some of the crates below export C functions of their own; those are not our interface.
            println!("cargo::rustc-cdylib-link-arg=-Wl,--exclude-libs,ALL");
        }
    }
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let version =
        Command::new(rustc).arg("--version").output().map(|out| String::from_utf8_lossy(&out.stdout).into_owned());
    println!("cargo::rustc-env=TANSU_RUSTC={}", version.as_deref().unwrap_or("unknown").trim());
}
