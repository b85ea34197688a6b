//! The length prefix of requests and responses. A length is compared with the limit before it is used.

/// The bytes of a length prefix.
pub const PREFIX: usize = 4;

/// Reason why a length is refused. Only the connection that sent it is closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FrameError {
    Negative {
        len: i32,
    },
    TooLarge {
        len: i32,
        max: usize,
    },
    /// Shorter than the smallest request header (key, version, correlation id).
    TooShort {
        len: i32,
    },
}

impl core::fmt::Display for FrameError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            FrameError::Negative { len } => write!(f, "frame length {len} is negative"),
            FrameError::TooLarge { len, max } => {
                write!(f, "frame length {len} exceeds socket.request.max.bytes = {max}")
            }
            FrameError::TooShort { len } => write!(f, "frame length {len} is shorter than a request header"),
        }
    }
}

impl std::error::Error for FrameError {}

/// Reads the length prefix at the start of `buf`; `None` while it holds fewer than four bytes.
pub fn checked_len(buf: &[u8], max: usize) -> Option<Result<usize, FrameError>> {
    let prefix: [u8; PREFIX] = buf.get(..PREFIX)?.try_into().ok()?;
    let len = i32::from_be_bytes(prefix);
    Some(match usize::try_from(len) {
        Err(_) => Err(FrameError::Negative { len }),
        Ok(n) if n > max => Err(FrameError::TooLarge { len, max }),
        Ok(n) if n < 8 => Err(FrameError::TooShort { len }),
        Ok(n) => Ok(n),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_length_is_checked_before_it_is_believed() {
        assert_eq!(checked_len(&[0, 0, 0], 100), None);
        assert_eq!(checked_len(&[0, 0, 0, 8], 100), Some(Ok(8)));
        assert_eq!(checked_len(&[0, 0, 0, 7], 100), Some(Err(FrameError::TooShort { len: 7 })));
        assert_eq!(checked_len(&[0, 0, 0, 101], 100), Some(Err(FrameError::TooLarge { len: 101, max: 100 })));
        assert_eq!(checked_len(&[0xff; 4], 100), Some(Err(FrameError::Negative { len: -1 })));
        assert_eq!(checked_len(&i32::MIN.to_be_bytes(), 100), Some(Err(FrameError::Negative { len: i32::MIN })));
    }
}
