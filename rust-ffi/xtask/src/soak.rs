//! `cargo xtask soak`: runs the repeated tests (cycles, connections, exits) and the simulation with full counts and a
//! new seed, and adds a line for each to docs/measurements.md. Run by hand before a release; CI runs the same with
//! smaller counts. `--select interpreters` runs the tests of lifecycle and exit on interpreters that only sid has.

mod interpreters;

use crate::{Outcome, no_more, paths, sim};
use std::process::{Command, Stdio};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

const MARK: &str = "<!-- soak ends -->";
/// The name of the simulation for `--select`.
const SIM: &str = "sim";
/// The name of the interpreters of the chroot `sid` for `--select`.
const INTERPRETERS: &str = "interpreters";

pub fn run(mut args: pico_args::Arguments) -> Outcome {
    let seed: Option<u64> = args.opt_value_from_str("--seed")?;
    let select: Option<String> = args.opt_value_from_str("--select")?;
    no_more(args)?;
    let now = SystemTime::now().duration_since(UNIX_EPOCH)?;
    let seed = seed.unwrap_or(now.as_nanos() as u64 % 1_000_000_000);
    println!("seed {seed}");
    if select.as_deref().is_none_or(|select| select == SIM) {
        let command = sim::command(sim::seeds("full")?, seed);
        report(command, &format!("| {} | {seed} | {SIM} |", date(now.as_secs())))?;
    }
    if select.as_deref() == Some(SIM) {
        return Ok(());
    }
    if select.as_deref() == Some(INTERPRETERS) {
        let mut failed = 0;
        for run in interpreters::runs(seed)? {
            let row = format!("| {} | {seed} | {INTERPRETERS}: {} |", date(now.as_secs()), run.what);
            failed += usize::from(report(run.command, &row).is_err());
        }
        return if failed == 0 { Ok(()) } else { Err(format!("{failed} runs failed").into()) };
    }
    let mut pytest = Command::new("python3");
    pytest.current_dir(paths::repository()).args(["-m", "pytest", "-q", "-ra"]);
    pytest.args(select.as_ref().map(|s| format!("-k={s}")));
    pytest.env("TANSU_TEST_COUNTS", "full").env("TANSU_TEST_SEED", seed.to_string());
    let tests = select.as_deref().unwrap_or("all");
    report(pytest, &format!("| {} | {seed} | {tests} |", date(now.as_secs())))
        .map_err(|_| format!("rerun: cargo xtask soak --seed {seed}").into())
}

/// Runs a command and appends its last line to the table.
fn report(mut command: Command, row: &str) -> Outcome {
    let begun = Instant::now();
    let output = command.stderr(Stdio::inherit()).output()?;
    let text = String::from_utf8_lossy(&output.stdout);
    print!("{text}");
    let last = text.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or("nothing").trim_matches(['=', ' ']);
    let passed = if output.status.success() { "passed" } else { "FAILED" };
    append(&format!("{row} {passed} | {last} | {:.0} s |", begun.elapsed().as_secs_f64()))?;
    if output.status.success() { Ok(()) } else { Err("failed".into()) }
}

fn append(row: &str) -> Outcome {
    let path = paths::repository().join("docs").join("measurements.md");
    let text = std::fs::read_to_string(&path)?;
    let at = text.find(MARK).ok_or_else(|| format!("{}: no line {MARK}", path.display()))?;
    std::fs::write(&path, format!("{}{row}\n{}", &text[..at], &text[at..]))?;
    Ok(())
}

/// Returns year, month and day (Howard Hinnant's civil_from_days).
fn date(seconds: u64) -> String {
    let days = seconds / 86_400 + 719_468;
    let era = days / 146_097;
    let day_of_era = days % 146_097;
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = year_of_era + era * 400 + u64::from(month <= 2);
    format!("{year:04}-{month:02}-{:02}", day_of_year - (153 * shifted + 2) / 5 + 1)
}

#[cfg(test)]
mod tests {
    #[test]
    fn days_are_counted_over_leap_years() {
        assert_eq!(super::date(0), "1970-01-01");
        assert_eq!(super::date(951_782_400), "2000-02-29");
        assert_eq!(super::date(1_795_478_400), "2026-11-24");
    }
}
