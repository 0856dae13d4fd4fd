//! Reading bytes from the front, never past the end and never without a bound.

use super::refused::Refused;

/// What is left to read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reader<'a> {
    left: &'a [u8],
}

impl<'a> Reader<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { left: bytes }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.left.is_empty()
    }

    pub(super) fn rest(&self) -> &'a [u8] {
        self.left
    }

    /// The next `count` bytes; [`Refused::NotAChange`] where there are fewer.
    pub(super) fn take(&mut self, count: usize) -> Result<&'a [u8], Refused> {
        let (taken, left) = self.left.split_at_checked(count).ok_or(Refused::NotAChange)?;
        self.left = left;
        Ok(taken)
    }

    pub(super) fn array<const N: usize>(&mut self) -> Result<[u8; N], Refused> {
        let (taken, left) = self.left.split_first_chunk().ok_or(Refused::NotAChange)?;
        self.left = left;
        Ok(*taken)
    }

    fn byte(&mut self) -> Result<u8, Refused> {
        self.array().map(|[byte]| byte)
    }

    /// An unsigned LEB128 in its shortest spelling.
    pub(super) fn unsigned(&mut self) -> Result<u64, Refused> {
        let mut value = 0_u64;
        for place in 0..10_u32 {
            let byte = self.byte()?;
            let part = u64::from(byte & 0x7f);
            if place == 9 && part > 1 {
                return Err(Refused::NotAChange);
            }
            value |= part << (7 * place);
            if byte & 0x80 == 0 {
                return if place > 0 && byte == 0 { Err(Refused::NotAChange) } else { Ok(value) };
            }
        }
        Err(Refused::NotAChange)
    }

    /// A signed LEB128 in its shortest spelling.
    pub(super) fn signed(&mut self) -> Result<i64, Refused> {
        let mut value = 0_i64;
        let mut before = 0_u8;
        for place in 0..10_u32 {
            let byte = self.byte()?;
            if place == 9 && byte != 0 && byte != 0x7f {
                return Err(Refused::NotAChange);
            }
            value |= i64::from(byte & 0x7f) << (7 * place);
            if byte & 0x80 == 0 {
                let longer = place > 0 && ((byte == 0 && before & 0x40 == 0) || (byte == 0x7f && before & 0x40 != 0));
                if longer {
                    return Err(Refused::NotAChange);
                }
                let negative = byte & 0x40 != 0;
                return Ok(if negative && place < 9 { value | (-1 << (7 * (place + 1))) } else { value });
            }
            before = byte;
        }
        Err(Refused::NotAChange)
    }

    /// A number of things, at most `limit`; `above` where there are more.
    pub(super) fn count(&mut self, limit: usize, above: Refused) -> Result<usize, Refused> {
        match usize::try_from(self.unsigned()?) {
            Ok(count) if count <= limit => Ok(count),
            _ => Err(above),
        }
    }

    /// Bytes after their own length.
    pub(super) fn prefixed(&mut self, limit: usize, above: Refused) -> Result<&'a [u8], Refused> {
        let length = self.count(limit, above)?;
        self.take(length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn signed(bytes: &[u8]) -> Result<i64, Refused> {
        Reader::new(bytes).signed()
    }

    fn unsigned(bytes: &[u8]) -> Result<u64, Refused> {
        Reader::new(bytes).unsigned()
    }

    #[test]
    fn numbers_have_one_spelling_and_no_overflow() {
        assert_eq!(unsigned(&[0]), Ok(0));
        assert_eq!(unsigned(&[0x80, 1]), Ok(128));
        assert_eq!(unsigned(&[0xff; 9].iter().copied().chain([1]).collect::<Vec<_>>()), Ok(u64::MAX));
        assert!(unsigned(&[0xff; 9].iter().copied().chain([2]).collect::<Vec<_>>()).is_err());
        assert!(unsigned(&[0x80, 0]).is_err(), "128 zeros would be one zero");
        assert!(unsigned(&[0xff; 40]).is_err());
        assert!(unsigned(&[]).is_err());
        assert_eq!(signed(&[0x7f]), Ok(-1));
        assert_eq!(signed(&[0x3f]), Ok(63));
        assert_eq!(signed(&[0xc0, 0]), Ok(64));
        assert_eq!(signed(&[0x40]), Ok(-64));
        assert_eq!(signed(&[0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x7f]), Ok(i64::MIN));
        assert_eq!(signed(&[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0]), Ok(i64::MAX));
        assert!(signed(&[0xff, 0x7f]).is_err());
        assert!(signed(&[0x80, 0]).is_err());
        assert!(signed(&[0x80; 40]).is_err());
    }
}
