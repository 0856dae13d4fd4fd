//! Everything a person sees.
//!
//! With the feature `csr` this is the phone app under `/app/*`; with `ssr` it is the pages that
//! the server renders. The two are never built together.

#[cfg(feature = "ssr")]
pub mod pages;
#[cfg(feature = "csr")]
pub mod phone_app;
pub mod reading;
pub mod words;
