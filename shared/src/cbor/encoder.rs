//! Writing: definite lengths, the shortest form of every number, fields by name.

use serde::{
    Serialize, Serializer,
    ser::{Error as _, SerializeMap, SerializeSeq, SerializeStruct, SerializeStructVariant, SerializeTuple, SerializeTupleStruct, SerializeTupleVariant},
};

use super::Unreadable;

/// Why a value has no form: never the case for a type of this crate.
type Formless = Unreadable;
type Done = Result<(), Formless>;

#[derive(Default)]
pub(super) struct Encoder {
    pub bytes: Vec<u8>,
}

impl Encoder {
    #[inline(never)]
    fn head(&mut self, major: u8, number: u64) {
        let major = major << 5;
        match number {
            0..=23 => self.bytes.push(major | u8::try_from(number).expect("at most 23")),
            24..=0xff => self.bytes.extend([major | 24, u8::try_from(number).expect("one byte")]),
            0x100..=0xffff => {
                self.bytes.push(major | 25);
                self.bytes.extend(u16::try_from(number).expect("two bytes").to_be_bytes());
            }
            0x1_0000..=0xffff_ffff => {
                self.bytes.push(major | 26);
                self.bytes.extend(u32::try_from(number).expect("four bytes").to_be_bytes());
            }
            _ => {
                self.bytes.push(major | 27);
                self.bytes.extend(number.to_be_bytes());
            }
        }
    }

    #[inline(never)]
    fn text(&mut self, text: &str) {
        self.head(3, length(text.len()));
        self.bytes.extend_from_slice(text.as_bytes());
    }

    fn begin(&mut self, major: u8, items: Option<usize>) -> Result<&mut Self, Formless> {
        let items = items.ok_or_else(|| Formless::of("a length that is not told"))?;
        self.head(major, length(items));
        Ok(self)
    }

    fn variant(&mut self, variant: &str) {
        self.head(5, 1);
        self.text(variant);
    }
}

fn length(items: usize) -> u64 {
    u64::try_from(items).expect("memory is smaller than 2^64")
}

macro_rules! numbers {
    ($($method:ident: $number:ty, $wide:ident;)*) => {$(
        fn $method(self, number: $number) -> Done {
            self.$wide(number.into())
        }
    )*};
}

impl<'a> Serializer for &'a mut Encoder {
    type Ok = ();
    type Error = Formless;
    type SerializeSeq = &'a mut Encoder;
    type SerializeTuple = &'a mut Encoder;
    type SerializeTupleStruct = &'a mut Encoder;
    type SerializeTupleVariant = &'a mut Encoder;
    type SerializeMap = &'a mut Encoder;
    type SerializeStruct = &'a mut Encoder;
    type SerializeStructVariant = &'a mut Encoder;

    fn is_human_readable(&self) -> bool {
        false
    }

    numbers! {
        serialize_u8: u8, serialize_u64;
        serialize_u16: u16, serialize_u64;
        serialize_u32: u32, serialize_u64;
        serialize_i8: i8, serialize_i64;
        serialize_i16: i16, serialize_i64;
        serialize_i32: i32, serialize_i64;
    }

    fn serialize_u64(self, number: u64) -> Done {
        self.head(0, number);
        Ok(())
    }

    fn serialize_i64(self, number: i64) -> Done {
        match u64::try_from(number) {
            Ok(number) => self.head(0, number),
            // -1 is written as 0, -2 as 1.
            Err(_) => self.head(1, !number.cast_unsigned()),
        }
        Ok(())
    }

    fn serialize_bool(self, flag: bool) -> Done {
        self.bytes.push(if flag { 0xf5 } else { 0xf4 });
        Ok(())
    }

    fn serialize_f32(self, _: f32) -> Done {
        Err(Formless::custom("a float"))
    }

    fn serialize_f64(self, _: f64) -> Done {
        Err(Formless::custom("a float"))
    }

    fn serialize_char(self, character: char) -> Done {
        self.text(character.encode_utf8(&mut [0; 4]));
        Ok(())
    }

    fn serialize_str(self, text: &str) -> Done {
        self.text(text);
        Ok(())
    }

    fn serialize_bytes(self, bytes: &[u8]) -> Done {
        self.head(2, length(bytes.len()));
        self.bytes.extend_from_slice(bytes);
        Ok(())
    }

    fn serialize_none(self) -> Done {
        self.serialize_unit()
    }

    fn serialize_some<T: ?Sized + Serialize>(self, value: &T) -> Done {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Done {
        self.bytes.push(0xf6);
        Ok(())
    }

    fn serialize_unit_struct(self, _name: &'static str) -> Done {
        self.serialize_unit()
    }

    fn serialize_unit_variant(self, _name: &'static str, _index: u32, variant: &'static str) -> Done {
        self.serialize_str(variant)
    }

    fn serialize_newtype_struct<T: ?Sized + Serialize>(self, _name: &'static str, value: &T) -> Done {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: ?Sized + Serialize>(self, _name: &'static str, _index: u32, variant: &'static str, value: &T) -> Done {
        self.variant(variant);
        value.serialize(self)
    }

    fn serialize_seq(self, items: Option<usize>) -> Result<&'a mut Encoder, Formless> {
        self.begin(4, items)
    }

    fn serialize_tuple(self, items: usize) -> Result<&'a mut Encoder, Formless> {
        self.begin(4, Some(items))
    }

    fn serialize_tuple_struct(self, _name: &'static str, items: usize) -> Result<&'a mut Encoder, Formless> {
        self.begin(4, Some(items))
    }

    fn serialize_tuple_variant(self, _name: &'static str, _index: u32, variant: &'static str, items: usize) -> Result<&'a mut Encoder, Formless> {
        self.variant(variant);
        self.begin(4, Some(items))
    }

    fn serialize_map(self, items: Option<usize>) -> Result<&'a mut Encoder, Formless> {
        self.begin(5, items)
    }

    fn serialize_struct(self, _name: &'static str, items: usize) -> Result<&'a mut Encoder, Formless> {
        self.begin(5, Some(items))
    }

    fn serialize_struct_variant(self, _name: &'static str, _index: u32, variant: &'static str, items: usize) -> Result<&'a mut Encoder, Formless> {
        self.variant(variant);
        self.begin(5, Some(items))
    }
}

macro_rules! lists {
    ($($sort:ident::$method:ident)*) => {$(
        impl $sort for &mut Encoder {
            type Ok = ();
            type Error = Formless;

            fn $method<T: ?Sized + Serialize>(&mut self, value: &T) -> Done {
                value.serialize(&mut **self)
            }

            fn end(self) -> Done {
                Ok(())
            }
        }
    )*};
}

macro_rules! structs {
    ($($sort:ident)*) => {$(
        impl $sort for &mut Encoder {
            type Ok = ();
            type Error = Formless;

            fn serialize_field<T: ?Sized + Serialize>(&mut self, field: &'static str, value: &T) -> Done {
                self.text(field);
                value.serialize(&mut **self)
            }

            fn end(self) -> Done {
                Ok(())
            }
        }
    )*};
}

lists! { SerializeSeq::serialize_element SerializeTuple::serialize_element SerializeTupleStruct::serialize_field SerializeTupleVariant::serialize_field }
structs! { SerializeStruct SerializeStructVariant }

impl SerializeMap for &mut Encoder {
    type Ok = ();
    type Error = Formless;

    fn serialize_key<T: ?Sized + Serialize>(&mut self, key: &T) -> Done {
        key.serialize(&mut **self)
    }

    fn serialize_value<T: ?Sized + Serialize>(&mut self, value: &T) -> Done {
        value.serialize(&mut **self)
    }

    fn end(self) -> Done {
        Ok(())
    }
}
