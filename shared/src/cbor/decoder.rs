//! Reading: the part of RFC 8949 that [`super::encode`] writes and nothing else. Lengths are definite, integers fit
//! 64 bits, there are no tags and no floats.
//!
//! Written here and not taken from a library, since a library's decoder is built anew for each of the wire's types
//! and was the largest part of the phone's download after Automerge. What does the reading here is built once.

use serde::{
    Deserializer,
    de::{DeserializeSeed, EnumAccess, Error as _, IntoDeserializer as _, MapAccess, SeqAccess, VariantAccess, Visitor, value::StrDeserializer},
    forward_to_deserialize_any,
};

use super::Unreadable;

/// Deeper nesting than any type of this crate has.
const MAX_DEPTH: u32 = 24;

const UNSIGNED: u8 = 0;
const NEGATIVE: u8 = 1;
const BYTES: u8 = 2;
const TEXT: u8 = 3;
const ARRAY: u8 = 4;
const MAP: u8 = 5;
const SIMPLE: u8 = 7;
const FALSE: u64 = 20;
const TRUE: u64 = 21;
const NULL: u64 = 22;
/// Null, as it lies in the bytes.
const NULL_BYTE: u8 = 0xf6;

pub(super) struct Decoder<'de> {
    rest: &'de [u8],
    depth: u32,
}

/// The start of an item: its major type and the number that comes with it.
struct Head {
    major: u8,
    number: u64,
}

impl<'de> Decoder<'de> {
    pub fn new(bytes: &'de [u8]) -> Self {
        Self { rest: bytes, depth: 0 }
    }

    pub fn is_done(&self) -> bool {
        self.rest.is_empty()
    }

    #[inline(never)]
    fn head(&mut self) -> Result<Head, Unreadable> {
        let (first, rest) = self.rest.split_first().ok_or_else(cut_short)?;
        self.rest = rest;
        let (major, detail) = (first >> 5, first & 0x1f);
        let number = match detail {
            0..=23 => u64::from(detail),
            24..=27 => {
                // 1, 2, 4 or 8 bytes, big-endian.
                let bytes = self.take(1 << (detail - 24))?;
                let number = bytes.iter().fold(0, |number, byte| number << 8 | u64::from(*byte));
                if major == SIMPLE {
                    return Err(Unreadable::of("a float"));
                }
                number
            }
            _ => return Err(Unreadable::of("a length that is not told")),
        };
        Ok(Head { major, number })
    }

    fn expect(&mut self, major: u8) -> Result<u64, Unreadable> {
        let head = self.head()?;
        if head.major == major { Ok(head.number) } else { Err(unexpected(&head)) }
    }

    #[inline(never)]
    fn take(&mut self, length: u64) -> Result<&'de [u8], Unreadable> {
        let length = usize::try_from(length).map_err(|_| cut_short())?;
        let (taken, rest) = self.rest.split_at_checked(length).ok_or_else(cut_short)?;
        self.rest = rest;
        Ok(taken)
    }

    #[inline(never)]
    fn text_of(&mut self, length: u64) -> Result<&'de str, Unreadable> {
        std::str::from_utf8(self.take(length)?).map_err(|_| Unreadable::of("a text that is not UTF-8"))
    }

    fn text(&mut self) -> Result<&'de str, Unreadable> {
        let length = self.expect(TEXT)?;
        self.text_of(length)
    }

    fn bytes(&mut self) -> Result<&'de [u8], Unreadable> {
        let length = self.expect(BYTES)?;
        self.take(length)
    }

    /// An integer, as far as 64 bits with a sign hold it; larger ones without a sign come as they are.
    #[inline(never)]
    fn integer(&mut self) -> Result<Integer, Unreadable> {
        let head = self.head()?;
        integer_of(&head)
    }

    fn enter(&mut self) -> Result<(), Unreadable> {
        self.depth += 1;
        if self.depth > MAX_DEPTH { Err(Unreadable::of("too many levels")) } else { Ok(()) }
    }

    fn begin(&mut self, major: u8) -> Result<u64, Unreadable> {
        self.enter()?;
        self.expect(major)
    }

    fn leave(&mut self) {
        self.depth -= 1;
    }

    /// Reads over one item.
    #[inline(never)]
    fn skip(&mut self) -> Result<(), Unreadable> {
        let head = self.head()?;
        let items = match head.major {
            UNSIGNED | NEGATIVE | SIMPLE => 0,
            BYTES | TEXT => {
                self.take(head.number)?;
                0
            }
            ARRAY => head.number,
            MAP => head.number.checked_mul(2).ok_or_else(cut_short)?,
            _ => return Err(unexpected(&head)),
        };
        self.enter()?;
        for _ in 0..items {
            self.skip()?;
        }
        self.leave();
        Ok(())
    }

    fn left(&mut self, items: u64) -> Items<'_, 'de> {
        Items { left: items, decoder: self }
    }
}

enum Integer {
    Unsigned(u64),
    Negative(i64),
}

fn integer_of(head: &Head) -> Result<Integer, Unreadable> {
    match head.major {
        UNSIGNED => Ok(Integer::Unsigned(head.number)),
        NEGATIVE => i64::try_from(head.number).map(|number| Integer::Negative(-1 - number)).map_err(|_| Unreadable::of("a number that is too large")),
        _ => Err(unexpected(head)),
    }
}

#[cold]
fn cut_short() -> Unreadable {
    Unreadable::of("cut short")
}

#[cold]
fn unexpected(head: &Head) -> Unreadable {
    const SORTS: [&str; 8] = ["a number", "a negative number", "bytes", "a text", "a list", "a map", "a tag", "a flag or nothing"];
    Unreadable::of(["not expected here: ", SORTS[usize::from(head.major)]].concat())
}

macro_rules! integers {
    ($($method:ident)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
            match self.integer()? {
                Integer::Unsigned(number) => visitor.visit_u64(number),
                Integer::Negative(number) => visitor.visit_i64(number),
            }
        }
    )*};
}

macro_rules! texts {
    ($($method:ident)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
            visitor.visit_borrowed_str(self.text()?)
        }
    )*};
}

macro_rules! byte_strings {
    ($($method:ident)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
            visitor.visit_borrowed_bytes(self.bytes()?)
        }
    )*};
}

impl<'de> Deserializer<'de> for &mut Decoder<'de> {
    type Error = Unreadable;

    fn is_human_readable(&self) -> bool {
        false
    }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        let head = self.head()?;
        match (head.major, head.number) {
            (UNSIGNED, number) => visitor.visit_u64(number),
            (NEGATIVE, _) => match integer_of(&head)? {
                Integer::Unsigned(number) => visitor.visit_u64(number),
                Integer::Negative(number) => visitor.visit_i64(number),
            },
            (BYTES, length) => visitor.visit_borrowed_bytes(self.take(length)?),
            (TEXT, length) => visitor.visit_borrowed_str(self.text_of(length)?),
            (ARRAY, items) => {
                self.enter()?;
                self.left(items).all(|items| visitor.visit_seq(items))
            }
            (MAP, items) => {
                self.enter()?;
                self.left(items).all(|items| visitor.visit_map(items))
            }
            (SIMPLE, FALSE) => visitor.visit_bool(false),
            (SIMPLE, TRUE) => visitor.visit_bool(true),
            (SIMPLE, NULL) => visitor.visit_none(),
            _ => Err(unexpected(&head)),
        }
    }

    integers! { deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64 deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64 }
    texts! { deserialize_str deserialize_string deserialize_identifier deserialize_char }
    byte_strings! { deserialize_bytes deserialize_byte_buf }
    forward_to_deserialize_any! { i128 u128 f32 f64 }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        match self.expect(SIMPLE)? {
            FALSE => visitor.visit_bool(false),
            TRUE => visitor.visit_bool(true),
            _ => Err(Unreadable::of("neither true nor false")),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        match self.rest.split_first() {
            Some((&NULL_BYTE, rest)) => {
                self.rest = rest;
                visitor.visit_none()
            }
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        if self.expect(SIMPLE)? == NULL { visitor.visit_unit() } else { Err(Unreadable::of("not nothing")) }
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(self, _name: &'static str, visitor: V) -> Result<V::Value, Unreadable> {
        self.deserialize_unit(visitor)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _name: &'static str, visitor: V) -> Result<V::Value, Unreadable> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        let items = self.begin(ARRAY)?;
        self.left(items).all(|items| visitor.visit_seq(items))
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _length: usize, visitor: V) -> Result<V::Value, Unreadable> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(self, _name: &'static str, _length: usize, visitor: V) -> Result<V::Value, Unreadable> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        let items = self.begin(MAP)?;
        self.left(items).all(|items| visitor.visit_map(items))
    }

    fn deserialize_struct<V: Visitor<'de>>(self, _name: &'static str, _fields: &'static [&'static str], visitor: V) -> Result<V::Value, Unreadable> {
        self.deserialize_map(visitor)
    }

    /// A variant without content is a text; one with content is a map of one entry.
    fn deserialize_enum<V: Visitor<'de>>(self, _name: &'static str, _variants: &'static [&'static str], visitor: V) -> Result<V::Value, Unreadable> {
        let head = self.head()?;
        match head.major {
            TEXT => visitor.visit_enum(self.text_of(head.number)?.into_deserializer() as StrDeserializer<'_, Unreadable>),
            MAP if head.number == 1 => {
                self.enter()?;
                let value = visitor.visit_enum(Variant { decoder: self })?;
                self.leave();
                Ok(value)
            }
            _ => Err(unexpected(&head)),
        }
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        self.skip()?;
        visitor.visit_unit()
    }
}

/// What is left of a list or a map.
struct Items<'a, 'de> {
    decoder: &'a mut Decoder<'de>,
    left: u64,
}

impl<'a, 'de> Items<'a, 'de> {
    /// Lets a visitor read them, and sees that it read all of them.
    fn all<T>(mut self, read: impl FnOnce(&mut Self) -> Result<T, Unreadable>) -> Result<T, Unreadable> {
        let value = read(&mut self)?;
        self.close()?;
        Ok(value)
    }

    fn close(&mut self) -> Result<(), Unreadable> {
        self.decoder.leave();
        if self.left == 0 { Ok(()) } else { Err(Unreadable::of("more items than expected")) }
    }

    fn next(&mut self) -> bool {
        let more = self.left > 0;
        self.left = self.left.saturating_sub(1);
        more
    }

    /// Each item takes a byte at least, so that a told length of billions reserves nothing.
    fn at_most(&self) -> usize {
        usize::try_from(self.left).unwrap_or(usize::MAX).min(self.decoder.rest.len())
    }
}

impl<'de> SeqAccess<'de> for &mut Items<'_, 'de> {
    type Error = Unreadable;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Unreadable> {
        if self.next() { seed.deserialize(&mut *self.decoder).map(Some) } else { Ok(None) }
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.at_most())
    }
}

impl<'de> MapAccess<'de> for &mut Items<'_, 'de> {
    type Error = Unreadable;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Unreadable> {
        if self.next() { seed.deserialize(&mut *self.decoder).map(Some) } else { Ok(None) }
    }

    fn next_value_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<T::Value, Unreadable> {
        seed.deserialize(&mut *self.decoder)
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.at_most())
    }
}

struct Variant<'a, 'de> {
    decoder: &'a mut Decoder<'de>,
}

impl<'de> EnumAccess<'de> for Variant<'_, 'de> {
    type Error = Unreadable;
    type Variant = Self;

    fn variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<(T::Value, Self), Unreadable> {
        let value = seed.deserialize(&mut *self.decoder)?;
        Ok((value, self))
    }
}

impl<'de> VariantAccess<'de> for Variant<'_, 'de> {
    type Error = Unreadable;

    fn unit_variant(self) -> Result<(), Unreadable> {
        Err(Unreadable::custom("content where there is none"))
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Unreadable> {
        seed.deserialize(self.decoder)
    }

    fn tuple_variant<V: Visitor<'de>>(self, _length: usize, visitor: V) -> Result<V::Value, Unreadable> {
        self.decoder.deserialize_seq(visitor)
    }

    fn struct_variant<V: Visitor<'de>>(self, _fields: &'static [&'static str], visitor: V) -> Result<V::Value, Unreadable> {
        self.decoder.deserialize_map(visitor)
    }
}
