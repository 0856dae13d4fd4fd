//! The organisation and how it is made from a file.
