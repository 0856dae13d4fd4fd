//! How often somebody may try a password: by account and by address, in tables of a fixed size.
//!
//! Each key has a bucket of tries that refills with time. A try takes one from both of its buckets before any work is
//! done, and a right password puts them back.

use std::{
    collections::HashMap,
    net::{IpAddr, Ipv6Addr},
    sync::{Mutex, MutexGuard, PoisonError},
};

use shared::time::{At, MINUTE_MS, SECOND_MS};

/// Wrong tries at one account before it must wait, and the time after which one more is allowed.
const ACCOUNT: Limit = Limit { tries: 10, refill_ms: MINUTE_MS };
/// The same for one address. A whole clinic may share one.
const ADDRESS: Limit = Limit { tries: 60, refill_ms: 10 * SECOND_MS };
/// Keys in a table. Where it is full, the bucket that is fullest makes room: it says the least.
const MOST_KEYS: usize = 4_096;

#[derive(Debug, Clone, Copy)]
struct Limit {
    tries: i64,
    refill_ms: i64,
}

impl Limit {
    fn full_ms(self) -> i64 {
        self.tries * self.refill_ms
    }
}

/// Both tables.
pub(super) struct Tries {
    accounts: Table<String>,
    addresses: Table<IpAddr>,
}

/// What a try took.
pub(super) struct Charge {
    account: Option<String>,
    address: Option<IpAddr>,
}

impl Tries {
    pub(super) fn new() -> Self {
        Self { accounts: Table::new(ACCOUNT), addresses: Table::new(ADDRESS) }
    }

    /// Takes a try at an account from an address; else the seconds to wait.
    pub(super) fn charge(&self, email: &str, from: Option<IpAddr>, now: At) -> Result<Charge, u64> {
        let mut charge = self.charge_address(from, now)?;
        let account: String = email.chars().take(254).collect();
        if let Err(wait) = self.accounts.take(&account, now) {
            self.give_back(&charge);
            return Err(wait);
        }
        charge.account = Some(account);
        Ok(charge)
    }

    /// Takes a try from an address alone.
    pub(super) fn charge_address(&self, from: Option<IpAddr>, now: At) -> Result<Charge, u64> {
        let address = from.map(network);
        if let Some(address) = &address {
            self.addresses.take(address, now)?;
        }
        Ok(Charge { account: None, address })
    }

    pub(super) fn give_back(&self, charge: &Charge) {
        if let Some(account) = &charge.account {
            self.accounts.put(account);
        }
        if let Some(address) = &charge.address {
            self.addresses.put(address);
        }
    }
}

/// An IPv6 customer has a whole /64 to try from.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() & !u128::from(u64::MAX))),
        v4 => v4,
    }
}

/// For each key the moment from which its bucket is full again; a full bucket is not kept.
struct Table<K> {
    limit: Limit,
    full_from: Mutex<HashMap<K, At>>,
}

impl<K: Clone + Eq + std::hash::Hash> Table<K> {
    fn new(limit: Limit) -> Self {
        Self { limit, full_from: Mutex::new(HashMap::new()) }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<K, At>> {
        self.full_from.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take(&self, key: &K, now: At) -> Result<(), u64> {
        let mut table = self.lock();
        let full_from = table.get(key).copied().unwrap_or(now).max(now);
        let next = full_from.plus(self.limit.refill_ms);
        let over_ms = next.since(now) - self.limit.full_ms();
        if over_ms > 0 {
            return Err(u64::try_from(over_ms).unwrap_or(0).div_ceil(1_000));
        }
        if !table.contains_key(key) && table.len() >= MOST_KEYS {
            make_room(&mut table, now);
        }
        table.insert(key.clone(), next);
        Ok(())
    }

    fn put(&self, key: &K) {
        if let Some(full_from) = self.lock().get_mut(key) {
            *full_from = full_from.plus(-self.limit.refill_ms);
        }
    }
}

fn make_room<K: Clone + Eq + std::hash::Hash>(table: &mut HashMap<K, At>, now: At) {
    table.retain(|_, full_from| *full_from > now);
    if table.len() >= MOST_KEYS
        && let Some(fullest) = table.iter().min_by_key(|(_, full_from)| **full_from).map(|(key, _)| key.clone())
    {
        table.remove(&fullest);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: At = At(1_000_000);

    #[test]
    fn an_account_is_tried_ten_times_and_then_once_a_minute() {
        let tries = Tries::new();
        for _ in 0..ACCOUNT.tries {
            assert!(tries.charge("ruth@example.org", None, START).is_ok());
        }
        assert_eq!(tries.charge("ruth@example.org", None, START).err(), Some(60));
        assert_eq!(tries.charge("ruth@example.org", None, START.plus(59_000)).err(), Some(1));
        assert!(tries.charge("ruth@example.org", None, START.plus(60_000)).is_ok());
        assert!(tries.charge("amara@example.org", None, START).is_ok(), "another account is not touched");
    }

    #[test]
    fn a_right_password_costs_no_try() {
        let tries = Tries::new();
        for _ in 0..100 {
            let charge = tries.charge("ruth@example.org", Some(IpAddr::from([10, 0, 0, 1])), START).expect("it was given back");
            tries.give_back(&charge);
        }
    }

    #[test]
    fn an_address_is_limited_over_all_accounts_and_a_whole_ipv6_network_is_one() {
        let tries = Tries::new();
        for number in 0..ADDRESS.tries {
            let from: IpAddr = format!("2001:db8::{number:x}").parse().expect("an address");
            assert!(tries.charge(&format!("{number}@example.org"), Some(from), START).is_ok());
        }
        let same: IpAddr = "2001:db8::ffff".parse().expect("an address");
        let other: IpAddr = "2001:db8:0:1::1".parse().expect("an address");
        assert_eq!(tries.charge("new@example.org", Some(same), START).err(), Some(10));
        assert!(tries.charge("new@example.org", Some(other), START).is_ok());
    }

    #[test]
    fn a_table_stays_bounded_and_keeps_who_tried_most() {
        let tries = Tries::new();
        for _ in 0..ACCOUNT.tries {
            assert!(tries.charge("ruth@example.org", None, START).is_ok());
        }
        for number in 0..2 * MOST_KEYS {
            assert!(tries.charge(&format!("{number}@example.org"), None, START).is_ok());
        }
        assert!(tries.accounts.lock().len() <= MOST_KEYS);
        assert!(tries.charge("ruth@example.org", None, START).is_err(), "the flood did not wash the limit away");
    }
}
