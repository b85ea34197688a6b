//! A whole frame as it comes from a socket: length, header, body.
#![no_main]

use libfuzzer_sys::fuzz_target;
use wire::{frame, header, message};

fuzz_target!(|data: &[u8]| {
    let Some(Ok(len)) = frame::checked_len(data, 1 << 20) else { return };
    let Some(frame) = data.get(frame::PREFIX..frame::PREFIX + len) else { return };
    if let Ok(head) = header::parse(frame) {
        let _ = message::check_request(head.key, head.version, &frame[head.body_at..]);
    }
});
