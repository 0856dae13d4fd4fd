//! Everything a person sees.
//!
//! With the feature `csr` this is the phone app under `/app/*`; with `ssr` it is the pages that
//! the server renders. The two are never built together.

#[cfg(feature = "csr")]
pub mod phone_app;
#[cfg(feature = "ssr")]
pub mod pages;
pub mod reading;
pub mod words;
