use super::*;
use std::io::Write;

fn gzip(data: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(data).unwrap();
    encoder.finish().unwrap()
}

fn lz4(data: &[u8]) -> Vec<u8> {
    let mut encoder = lz4_flex::frame::FrameEncoder::new(Vec::new());
    encoder.write_all(data).unwrap();
    encoder.finish().unwrap()
}

fn zstd(data: &[u8]) -> Vec<u8> {
    ruzstd::encoding::compress_to_vec(data, ruzstd::encoding::CompressionLevel::Fastest)
}

fn snappy(data: &[u8]) -> Vec<u8> {
    snap::raw::Encoder::new().compress_vec(data).unwrap()
}

fn xerial(data: &[u8]) -> Vec<u8> {
    let mut framed = [&XERIAL[..], &[0, 0, 0, 1, 0, 0, 0, 1]].concat();
    for chunk in data.chunks(32 << 10) {
        let block = snappy(chunk);
        framed.extend((block.len() as i32).to_be_bytes());
        framed.extend(block);
    }
    framed
}

const XERIAL: &[u8; 8] = b"\x82SNAPPY\0";

type Encode = fn(&[u8]) -> Vec<u8>;

const CODECS: &[(Compression, Encode)] = &[
    (Compression::None, <[u8]>::to_vec),
    (Compression::Gzip, gzip),
    (Compression::Snappy, snappy),
    (Compression::Snappy, xerial),
    (Compression::Lz4, lz4),
    (Compression::Zstd, zstd),
];

#[test]
fn everything_comes_out_as_it_went_in() {
    let data: Vec<u8> = (0..100_000u32).flat_map(|n| (n / 7).to_le_bytes()).collect();
    for (compression, encode) in CODECS {
        let out = to_vec(*compression, &encode(&data), data.len());
        assert!(out.as_deref() == Ok(&data), "{compression:?}");
        assert_eq!(to_vec(*compression, &encode(&[]), 0), Ok(Vec::new()), "{compression:?}");
    }
}

#[test]
fn one_byte_beyond_the_limit_is_refused() {
    let data = vec![7; 300_000];
    for (compression, encode) in CODECS {
        let out = to_vec(*compression, &encode(&data), data.len() - 1);
        assert_eq!(out, Err(InflateError::TooLarge { max: data.len() - 1 }), "{compression:?}");
    }
}

#[test]
fn a_snappy_block_that_claims_gigabytes_is_refused_before_it_costs_any() {
    let four_gigabytes = [0xff, 0xff, 0xff, 0xff, 0x0f, 1, 2, 3];
    assert_eq!(to_vec(Compression::Snappy, &four_gigabytes, usize::MAX), Err(InflateError::Malformed));
}

#[test]
fn streams_of_the_java_library_may_stand_one_behind_the_other() {
    let both = [xerial(b"first "), xerial(b"second")].concat();
    assert_eq!(to_vec(Compression::Snappy, &both, 100), Ok(b"first second".to_vec()));
}

#[test]
fn cut_and_bent_data_is_an_error_or_other_data_and_never_a_panic() {
    let data: Vec<u8> = (0..2_000u32).flat_map(|n| (n % 97).to_le_bytes()).collect();
    for (compression, encode) in CODECS {
        let whole = encode(&data);
        for cut in 0..whole.len() {
            let out = to_vec(*compression, &whole[..cut], 1 << 20);
            assert!(out.as_deref() != Ok(&data[..]) || cut + 8 >= whole.len(), "{compression:?} cut at {cut}");
        }
        for at in 0..whole.len() {
            for bit in 0..8 {
                let mut bent = whole.clone();
                bent[at] ^= 1 << bit;
                assert!(to_vec(*compression, &bent, 1 << 20).map_or(0, |out| out.len()) <= 1 << 20);
            }
        }
    }
}
