//! Measures what the boundary between the two libraries costs a request:
//!
//!     cargo run --release -p tansu-storages-abi --example measure
//!
//! A request is echoed by `echo_storages`, one at a time and 64 at a time, and the same work is done by a task of the
//! same runtime, as it would be without a boundary. Figures are microseconds a request: of the wall clock, and of the
//! processor for all threads.
#![expect(clippy::disallowed_macros, clippy::disallowed_methods, reason = "a tool that measures time and prints it")]

use std::future::Future;
use std::time::Instant;

use bytes::Bytes;
use storages_abi::client::{Library, Storage};
use storages_abi::{Frame, Options, Reply};

const REQUESTS: usize = 100_000;

fn main() {
    let program = std::env::current_exe().expect("this program has a path");
    let name = format!("{}echo_storages{}", std::env::consts::DLL_PREFIX, std::env::consts::DLL_SUFFIX);
    let library = Library::load(program.with_file_name(name).as_os_str()).expect("cargo builds it beside this");
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).build().expect("a runtime");
    let options = Options { threads: 1, ..Options::default() };
    let storage = runtime.block_on(Storage::open(library, &options)).expect("it opens");
    let storage = std::sync::Arc::new(storage);
    println!("{:<34}{:>10}{:>10}", "microseconds a request", "wall", "processor");
    for (at_once, label) in [(1, "one at a time"), (64, "64 at a time")] {
        let through = storage.clone();
        report(&format!("boundary, {label}"), measure(&runtime, at_once, move || through.call(frame())));
        report(&format!("task of one runtime, {label}"), measure(&runtime, at_once, in_a_task));
    }
}

fn frame() -> Frame {
    Frame { bytes: Bytes::from_static(&[0; 100]), key: 3, version: 12, correlation_id: 1, body_at: 0 }
}

async fn in_a_task() -> Reply {
    tokio::spawn(async { Reply::Frame(frame().bytes) }).await.expect("it does not panic")
}

/// Wall clock and processor time a request, in microseconds.
fn measure<F>(
    runtime: &tokio::runtime::Runtime,
    at_once: usize,
    call: impl Fn() -> F + Clone + Send + 'static,
) -> (f64, f64)
where
    F: Future<Output = Reply> + Send + 'static,
{
    let (begun, used) = (Instant::now(), processor_us());
    let tasks: Vec<_> = (0..at_once)
        .map(|_| {
            let call = call.clone();
            runtime.spawn(async move {
                for _ in 0..REQUESTS / at_once {
                    assert!(matches!(call().await, Reply::Frame(_)));
                }
            })
        })
        .collect();
    runtime.block_on(async {
        for task in tasks {
            task.await.expect("it does not panic");
        }
    });
    let requests = (REQUESTS / at_once * at_once) as f64;
    (begun.elapsed().as_secs_f64() * 1e6 / requests, (processor_us() - used) / requests)
}

fn report(label: &str, (wall, processor): (f64, f64)) {
    println!("{label:<34}{wall:>10.2}{processor:>10.2}");
}

/// User and system time of this process so far; 0 where the kernel does not say.
fn processor_us() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // Behind the name, which may hold anything: user and system time are the 12th and 13th field, in 1/100 s.
    let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace();
    fields.skip(11).take(2).filter_map(|field| field.parse::<f64>().ok()).sum::<f64>() * 10_000.0
}
