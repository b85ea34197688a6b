//! Link arguments of the shared library.
#![expect(clippy::disallowed_methods, clippy::disallowed_macros, reason = "so a build script talks with cargo")]

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    match std::env::var("CARGO_CFG_TARGET_OS").as_deref() {
        Ok("macos") => println!("cargo::rustc-cdylib-link-arg=-Wl,-install_name,@rpath/libtansu_storages.0.dylib"),
        Ok("windows") => {}
        _ => {
            println!("cargo::rustc-cdylib-link-arg=-Wl,-soname,libtansu_storages.so.0");
            // Threads and thread-local storage outlive a dlclose; so the code must, too.
            println!("cargo::rustc-cdylib-link-arg=-Wl,-z,nodelete");
            // Some of the crates below export C functions of their own; those are not our interface.
            println!("cargo::rustc-cdylib-link-arg=-Wl,--exclude-libs,ALL");
        }
    }
}
