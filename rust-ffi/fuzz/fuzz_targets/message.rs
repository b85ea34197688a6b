//! Two bytes choose request and version, the rest is the body. What can be read must be written, and what was written
//! must be read as the same.
#![no_main]

use libfuzzer_sys::fuzz_target;
use wire::api::TABLE;
use wire::message::{Reader, Request, Writer};

fuzz_target!(|data: &[u8]| {
    let [key, version, body @ ..] = data else { return };
    let api = &TABLE[*key as usize % TABLE.len()];
    let version = api.min + i16::from(*version) % (api.max - api.min + 1);
    let Ok(request) = Request::decode(&mut Reader::new(body), api.key, version) else { return };
    let mut writer = Writer::new();
    request.encode(&mut writer, version).expect("what was read can be written");
    let written = writer.into_parts().concat();
    let again = Request::decode(&mut Reader::new(&written), api.key, version).expect("what was written can be read");
    // Not `==` alone: a float may be NaN.
    assert!(again == request || format!("{again:?}") == format!("{request:?}"));
});
