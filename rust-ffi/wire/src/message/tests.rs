//! All messages against Kafka's own: a corpus of random ones, written by the generated classes of the Java client
//! (`tests/corpus/Corpus.java`), must be read, and written again byte for byte.
#![expect(clippy::disallowed_methods, reason = "Kafka's messages are in a file")]

use super::*;
use crate::api::TABLE;
use std::collections::BTreeSet;
use std::io::Read;

struct Frame {
    response: bool,
    key: i16,
    version: i16,
    body: Vec<u8>,
}

/// TANSU_CORPUS may name a larger one, not packed.
fn corpus() -> Vec<Frame> {
    let bytes = match std::env::var_os("TANSU_CORPUS") {
        Some(path) => std::fs::read(path).unwrap(),
        None => {
            let mut bytes = Vec::new();
            let packed = include_bytes!("../../tests/corpus/messages.bin.gz");
            flate2::read::GzDecoder::new(&packed[..]).read_to_end(&mut bytes).unwrap();
            bytes
        }
    };
    let mut reader = Reader::new(&bytes);
    let mut frames = Vec::new();
    while !reader.rest().is_empty() {
        let (response, key, version) = (reader.bool().unwrap(), reader.i16().unwrap(), reader.i16().unwrap());
        let body = reader.bytes(false).unwrap().to_vec();
        frames.push(Frame { response, key, version, body });
    }
    frames
}

/// Reads a frame and writes it again.
fn through(frame: &Frame) -> Result<Vec<u8>, DecodeError> {
    let mut reader = Reader::new(&frame.body);
    let mut writer = Writer::new();
    if frame.response {
        Response::decode(&mut reader, frame.key, frame.version)?.encode(&mut writer, frame.version)
    } else {
        Request::decode(&mut reader, frame.key, frame.version)?.encode(&mut writer, frame.version)
    }
    .expect("what was read can be written");
    assert!(reader.rest().is_empty(), "key {} v{}: {} bytes left", frame.key, frame.version, reader.rest().len());
    Ok(writer.into_parts().concat())
}

#[test]
fn what_kafka_writes_is_read_and_written_again_byte_for_byte() {
    for frame in corpus() {
        let Frame { response, key, version, body } = &frame;
        let written = through(&frame);
        assert!(written.as_ref() == Ok(body), "key {key} v{version} response {response}:\n{body:x?}\n{written:x?}");
    }
}

#[test]
fn the_corpus_has_every_version_that_the_table_advertises() {
    let seen: BTreeSet<(bool, i16, i16)> = corpus().iter().map(|f| (f.response, f.key, f.version)).collect();
    for api in TABLE {
        // Produce 0 to 2 are advertised for show; Kafka does not read them, and neither do we.
        let min = if api.key == crate::api::PRODUCE { 3 } else { api.min };
        for version in min..=api.max {
            for response in [false, true] {
                assert!(seen.contains(&(response, api.key, version)), "{} v{version}", api.name);
            }
        }
    }
}

#[test]
fn a_cut_message_is_refused_wherever_it_is_cut() {
    for frame in corpus() {
        for cut in 0..frame.body.len() {
            let cut = Frame { body: frame.body[..cut].to_vec(), ..frame };
            let mut reader = Reader::new(&cut.body);
            let read = match cut.response {
                true => Response::decode(&mut reader, cut.key, cut.version).map(drop),
                false => Request::decode(&mut reader, cut.key, cut.version).map(drop),
            };
            assert!(read.is_err(), "key {} v{} cut at {}", cut.key, cut.version, cut.body.len());
        }
    }
}

#[test]
fn bytes_after_the_last_field_are_ignored() {
    for frame in corpus().iter().filter(|f| !f.response) {
        let longer = [&frame.body[..], &[1, 2, 3]].concat();
        assert_eq!(check_request(frame.key, frame.version, &longer), Ok(()));
    }
}

#[test]
fn versions_and_keys_that_do_not_exist_are_refused() {
    assert_eq!(check_request(crate::api::PRODUCE, 2, &[0; 100]), Err(DecodeError::Version));
    assert_eq!(check_request(crate::api::FETCH, 19, &[0; 100]), Err(DecodeError::Version));
    assert_eq!(check_request(4, 0, &[0; 100]), Err(DecodeError::Version));
    assert_eq!(check_request(-1, 0, &[0; 100]), Err(DecodeError::Version));
}

#[test]
fn a_request_borrows_its_frame() {
    // The whole point of `Request<'a>`: this does not compile if a name is copied.
    let body = b"\x00\x00\x00\x01\x00\x05topic\x01".to_vec();
    let Ok(Request::Metadata(metadata)) = Request::decode(&mut Reader::new(&body), 3, 4) else {
        panic!("metadata v4");
    };
    let topics = metadata.topics.unwrap();
    assert_eq!((topics[0].name, topics[0].topic_id), (Some("topic"), Uuid::ZERO));
    assert!(body.as_ptr_range().contains(&topics[0].name.unwrap().as_ptr()));
}

#[test]
fn a_fetch_response_hands_its_slices_on() {
    use fetch_response::{FetchResponse, FetchableTopicResponse, PartitionData};
    let log = [bytes::Bytes::from(vec![1; 5000]), bytes::Bytes::from(vec![2; 6000])];
    let partition = |slices| PartitionData { records: Some(Records::Slices(slices)), ..PartitionData::default() };
    let topic = FetchableTopicResponse {
        topic: "t",
        partitions: vec![partition(&log[..]), partition(&log[1..])],
        ..FetchableTopicResponse::default()
    };
    let response = FetchResponse { responses: vec![topic], ..FetchResponse::default() };
    let mut writer = Writer::response(7, 1);
    response.encode(&mut writer, 12).unwrap();
    let pieces = writer.into_frame().unwrap();
    // Head, two slices, the next partition's head, its slice, tail.
    let slices: Vec<_> = pieces.iter().filter(|p| log.iter().any(|slice| slice.as_ptr() == p.as_ptr())).collect();
    assert_eq!((pieces.len(), slices.len()), (6, 3));
    let frame = pieces.concat();
    assert_eq!(frame[..4], (frame.len() as i32 - 4).to_be_bytes());
    // Length, correlation id, tags of the header; then the body as a client reads it.
    let mut reader = Reader::new(&frame[9..]);
    assert_eq!(FetchResponse::decode(&mut reader, 12).as_ref(), Ok(&response));
    assert!(reader.rest().is_empty());
}
