//! Bytes that cross the boundary without a copy: a pointer, a length, and the owner with the function that drops it.

use std::ffi::c_void;
use std::ptr;

use bytes::Bytes;

/// Bytes of one library in the hands of the other. They are valid and do not change until `drop` is called with
/// `owner`, once, on any thread.
#[repr(C)]
#[derive(Debug)]
pub struct Buffer {
    data: *const u8,
    len: usize,
    owner: *mut c_void,
    /// None if nothing has to be dropped.
    drop: Option<unsafe extern "C" fn(owner: *mut c_void)>,
}

// SAFETY: the bytes are read only, and the contract allows the drop on any thread.
unsafe impl Send for Buffer {}
// SAFETY: as above; shared access only reads.
unsafe impl Sync for Buffer {}

impl Buffer {
    pub const fn empty() -> Buffer {
        Buffer { data: ptr::null(), len: 0, owner: ptr::null_mut(), drop: None }
    }

    pub fn as_slice(&self) -> &[u8] {
        if self.len == 0 {
            return &[];
        }
        // SAFETY: the contract of the type: valid and unchanged until `drop`.
        unsafe { std::slice::from_raw_parts(self.data, self.len) }
    }

    /// Returns the bytes as `Bytes`, which drop their owner with the last reference.
    pub fn into_bytes(self) -> Bytes {
        if self.len == 0 {
            return Bytes::new();
        }
        Bytes::from_owner(self)
    }
}

impl From<Bytes> for Buffer {
    fn from(bytes: Bytes) -> Buffer {
        if bytes.is_empty() {
            return Buffer::empty();
        }
        // The bytes of a `Bytes` do not move with it, so the pointer holds while the box does.
        let (data, len) = (bytes.as_ptr(), bytes.len());
        Buffer { data, len, owner: Box::into_raw(Box::new(bytes)).cast(), drop: Some(drop_bytes) }
    }
}

impl From<String> for Buffer {
    fn from(text: String) -> Buffer {
        Bytes::from(text).into()
    }
}

impl AsRef<[u8]> for Buffer {
    fn as_ref(&self) -> &[u8] {
        self.as_slice()
    }
}

impl Drop for Buffer {
    fn drop(&mut self) {
        if let Some(drop) = self.drop.take() {
            // SAFETY: the contract of the type, and `take` makes it once.
            unsafe { drop(self.owner) }
        }
    }
}

/// # Safety
/// `owner` comes from `From<Bytes>` and is given once.
unsafe extern "C" fn drop_bytes(owner: *mut c_void) {
    // SAFETY: the caller's promise. Dropping a `Bytes` runs no code of a user and does not panic.
    drop(unsafe { Box::from_raw(owner.cast::<Bytes>()) });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_cross_without_a_copy_and_are_dropped_once() {
        let bytes = Bytes::from(vec![7; 1_000]);
        let data = bytes.as_ptr();
        let crossed = Buffer::from(bytes.clone()).into_bytes();
        assert_eq!(crossed.as_ptr(), data);
        assert_eq!(crossed, bytes);
        assert!(!bytes.is_unique(), "the crossed bytes hold a reference");
        drop(crossed);
        assert!(bytes.is_unique(), "and give it back");
    }

    #[test]
    fn no_bytes_have_no_owner() {
        assert!(Buffer::from(Bytes::new()).drop.is_none());
        assert_eq!(Buffer::empty().as_slice(), b"");
        assert_eq!(Buffer::empty().into_bytes(), Bytes::new());
    }
}
