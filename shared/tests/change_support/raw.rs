//! A change taken apart into bytes, so that tests can build what Automerge would never write.

use automerge::{Change, ExpandedChange};
use sha2::{Digest as _, Sha256};

/// An honest change with something else in it, as Automerge would write that.
pub fn retold(bytes: &[u8], change: impl FnOnce(&mut ExpandedChange)) -> Vec<u8> {
    let mut expanded = Change::try_from(bytes).expect("an honest change").decode();
    change(&mut expanded);
    Change::from(expanded).raw_bytes().to_vec()
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Raw {
    pub deps: Vec<[u8; 32]>,
    pub actor: Vec<u8>,
    pub seq: u64,
    pub start_op: u64,
    pub time: i64,
    pub message: Vec<u8>,
    pub others: Vec<Vec<u8>>,
    pub columns: Vec<(u64, Vec<u8>)>,
    pub extra: Vec<u8>,
}

pub fn unsigned(mut value: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    loop {
        let byte = (value & 0x7f) as u8;
        value >>= 7;
        if value == 0 {
            bytes.push(byte);
            return bytes;
        }
        bytes.push(byte | 0x80);
    }
}

pub fn signed(mut value: i64) -> Vec<u8> {
    let mut bytes = Vec::new();
    loop {
        let byte = (value & 0x7f) as u8;
        value >>= 7;
        if (value == 0 && byte & 0x40 == 0) || (value == -1 && byte & 0x40 != 0) {
            bytes.push(byte);
            return bytes;
        }
        bytes.push(byte | 0x80);
    }
}

/// A run of one value.
pub fn run(length: i64, value: &[u8]) -> Vec<u8> {
    [signed(length), value.to_vec()].concat()
}

fn read(bytes: &mut &[u8]) -> u64 {
    let mut value = 0;
    for place in 0.. {
        let (byte, rest) = bytes.split_first().expect("an honest number");
        *bytes = rest;
        value |= u64::from(byte & 0x7f) << (7 * place);
        if byte & 0x80 == 0 {
            return value;
        }
    }
    value
}

fn take(bytes: &mut &[u8], count: usize) -> Vec<u8> {
    let (taken, rest) = bytes.split_at(count);
    *bytes = rest;
    taken.to_vec()
}

fn prefixed(bytes: &mut &[u8]) -> Vec<u8> {
    let count = read(bytes) as usize;
    take(bytes, count)
}

/// The bytes after the header.
pub fn body(bytes: &[u8]) -> Vec<u8> {
    let mut rest = &bytes[9..];
    prefixed(&mut rest)
}

/// A chunk with a right checksum around a body.
pub fn chunk(kind: u8, body: &[u8]) -> Vec<u8> {
    let hashed = [vec![kind], unsigned(body.len() as u64), body.to_vec()].concat();
    let hash = Sha256::digest(&hashed);
    [&[0x85, 0x6f, 0x4a, 0x83], &hash[..4], &hashed].concat()
}

impl Raw {
    /// For honest bytes.
    pub fn parse(bytes: &[u8]) -> Self {
        let body = body(bytes);
        let rest = &mut body.as_slice();
        let deps = (0..read(rest)).map(|_| take(rest, 32).try_into().expect("32 bytes")).collect();
        let actor = prefixed(rest);
        let (seq, start_op) = (read(rest), read(rest));
        let time = read(rest) as i64;
        let message = prefixed(rest);
        let others = (0..read(rest)).map(|_| prefixed(rest)).collect();
        let layout: Vec<(u64, usize)> = (0..read(rest)).map(|_| (read(rest), read(rest) as usize)).collect();
        let columns = layout.into_iter().map(|(id, length)| (id, take(rest, length))).collect();
        Self { deps, actor, seq, start_op, time, message, others, columns, extra: rest.to_vec() }
    }

    pub fn body(&self) -> Vec<u8> {
        let mut out = unsigned(self.deps.len() as u64);
        self.deps.iter().for_each(|dep| out.extend(dep));
        let prefixed = |bytes: &[u8], out: &mut Vec<u8>| {
            out.extend(unsigned(bytes.len() as u64));
            out.extend(bytes);
        };
        prefixed(&self.actor, &mut out);
        out.extend(unsigned(self.seq));
        out.extend(unsigned(self.start_op));
        out.extend(signed(self.time));
        prefixed(&self.message, &mut out);
        out.extend(unsigned(self.others.len() as u64));
        self.others.iter().for_each(|other| prefixed(other, &mut out));
        out.extend(unsigned(self.columns.len() as u64));
        for (id, data) in &self.columns {
            out.extend(unsigned(*id));
            out.extend(unsigned(data.len() as u64));
        }
        self.columns.iter().for_each(|(_, data)| out.extend(data));
        out.extend(&self.extra);
        out
    }

    pub fn bytes(&self) -> Vec<u8> {
        chunk(1, &self.body())
    }

    pub fn column(&mut self, id: u64) -> &mut Vec<u8> {
        if !self.columns.iter().any(|(other, _)| *other == id) {
            self.columns.push((id, Vec::new()));
            self.columns.sort();
        }
        &mut self.columns.iter_mut().find(|(other, _)| *other == id).expect("put there if missing").1
    }
}
