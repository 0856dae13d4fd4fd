//! A map of which only some entries may be here.
//!
//! Whoever folds a log whole has whole maps, and this is a plain one. A log that was loaded for one act has the entries
//! that the act touches. It notes what else it is asked for: 'not here' is never taken for 'there is none'. Whatever
//! reads the map as a whole, by [`Deref`], asks for all of it.

use std::{
    borrow::Borrow,
    collections::{BTreeMap, btree_map},
    fmt,
    ops::Deref,
    sync::Arc,
};
#[cfg(feature = "parts")]
use std::{
    collections::BTreeSet,
    sync::{Mutex, MutexGuard, PoisonError},
};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A map that knows whether it is whole.
pub struct Shelf<K, V> {
    map: BTreeMap<K, V>,
    /// Absent where nobody asks: then it is whole.
    #[cfg(feature = "parts")]
    tracked: Option<Box<Tracked<K>>>,
}

/// What is known about the entries that are not here, and which ones changed.
#[cfg(feature = "parts")]
struct Tracked<K> {
    whole: bool,
    /// Looked up, and there are none.
    absent: BTreeSet<K>,
    changed: BTreeSet<K>,
    /// Shared by all copies: what a copy was asked for, the map it was made of cannot tell either.
    asked: Arc<Mutex<Asked<K>>>,
}

#[cfg(feature = "parts")]
impl<K> Tracked<K> {
    fn asked(&self) -> MutexGuard<'_, Asked<K>> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What a map was asked for and could not tell.
#[cfg(feature = "parts")]
#[derive(Debug, Clone)]
pub struct Asked<K> {
    pub all: bool,
    pub keys: BTreeSet<K>,
}

/// What a key is looked up by.
pub trait Name<K>: Ord {
    fn key(&self) -> K;
}

impl<K: Ord + Clone> Name<K> for K {
    fn key(&self) -> K {
        self.clone()
    }
}

impl Name<Arc<str>> for str {
    fn key(&self) -> Arc<str> {
        Arc::from(self)
    }
}

impl<K: Ord + Clone, V> Shelf<K, V> {
    pub fn get<Q: Name<K> + ?Sized>(&self, key: &Q) -> Option<&V>
    where
        K: Borrow<Q>,
    {
        self.ask(key);
        self.map.get(key)
    }

    pub fn get_mut<Q: Name<K> + ?Sized>(&mut self, key: &Q) -> Option<&mut V>
    where
        K: Borrow<Q>,
    {
        self.ask(key);
        self.note(key);
        self.map.get_mut(key)
    }

    pub fn contains_key<Q: Name<K> + ?Sized>(&self, key: &Q) -> bool
    where
        K: Borrow<Q>,
    {
        self.ask(key);
        self.map.contains_key(key)
    }

    pub fn entry(&mut self, key: K) -> btree_map::Entry<'_, K, V> {
        self.ask(&key);
        self.note(&key);
        self.map.entry(key)
    }

    /// Puts a value there, whatever stood there before.
    pub fn insert(&mut self, key: K, value: V) -> Option<V> {
        self.note(&key);
        self.map.insert(key, value)
    }

    pub fn remove(&mut self, key: &K) -> Option<V> {
        self.note(key);
        self.map.remove(key)
    }

    /// Every entry, to be changed.
    pub fn iter_mut(&mut self) -> btree_map::IterMut<'_, K, V> {
        self.ask_all();
        #[cfg(feature = "parts")]
        if let Some(tracked) = &mut self.tracked {
            tracked.changed.extend(self.map.keys().cloned());
        }
        self.map.iter_mut()
    }

    /// The entries that are here, all of them or not.
    pub fn here(&self) -> &BTreeMap<K, V> {
        &self.map
    }
}

#[cfg(not(feature = "parts"))]
#[expect(clippy::unused_self, reason = "the server's build asks")]
impl<K, V> Shelf<K, V> {
    pub fn ask<Q: ?Sized>(&self, _: &Q) {}

    pub fn ask_all(&self) {}

    fn note<Q: ?Sized>(&mut self, _: &Q) {}
}

#[cfg(feature = "parts")]
impl<K, V> Shelf<K, V> {
    /// Notes that the whole map is needed.
    pub fn ask_all(&self) {
        if let Some(tracked) = self.tracked.as_ref().filter(|tracked| !tracked.whole) {
            tracked.asked().all = true;
        }
    }

    pub(crate) fn is_tracked(&self) -> bool {
        self.tracked.is_some()
    }

    /// Whether some entries may not be here.
    pub fn is_partial(&self) -> bool {
        self.tracked.as_ref().is_some_and(|tracked| !tracked.whole)
    }
}

#[cfg(feature = "parts")]
impl<K: Ord + Clone, V> Shelf<K, V> {
    /// Notes that this entry is needed, unless it is here or known to be nowhere.
    pub fn ask<Q: Name<K> + ?Sized>(&self, key: &Q)
    where
        K: Borrow<Q>,
    {
        let Some(tracked) = self.tracked.as_ref().filter(|tracked| !tracked.whole) else { return };
        if !self.map.contains_key(key) && !tracked.absent.contains(key) {
            tracked.asked().keys.insert(key.key());
        }
    }

    fn note<Q: Name<K> + ?Sized>(&mut self, key: &Q)
    where
        K: Borrow<Q>,
    {
        if let Some(tracked) = &mut self.tracked
            && !tracked.changed.contains(key)
        {
            tracked.changed.insert(key.key());
        }
    }

    /// From here on it is known which entries change. `whole`: all entries are here.
    pub(crate) fn track(&mut self, whole: bool) {
        self.tracked = Some(Box::new(Tracked { whole, absent: BTreeSet::new(), changed: BTreeSet::new(), asked: Arc::default() }));
    }

    /// An empty map of which every entry is elsewhere.
    pub(crate) fn elsewhere() -> Self {
        let mut shelf = Self::default();
        shelf.track(false);
        shelf
    }

    /// What is needed and not here; whoever is told fetches it.
    pub(crate) fn asked(&mut self) -> Asked<K> {
        self.tracked.as_ref().map(|tracked| std::mem::take(&mut *tracked.asked())).unwrap_or_default()
    }

    pub(crate) fn wants(&self) -> bool {
        self.tracked.as_ref().is_some_and(|tracked| {
            let asked = tracked.asked();
            asked.all || !asked.keys.is_empty()
        })
    }

    /// Puts here what was fetched, or notes that there is none. What is here is newer and stays.
    pub(crate) fn fetched(&mut self, key: K, value: Option<V>) {
        let Some(tracked) = &mut self.tracked else { return };
        match value {
            Some(value) => drop(self.map.entry(key).or_insert(value)),
            None => drop(tracked.absent.insert(key)),
        }
    }

    /// What changed since it was tracked or settled: the entries that are there.
    pub(crate) fn changed(&self) -> impl Iterator<Item = (&K, &V)> {
        self.tracked.iter().flat_map(|tracked| &tracked.changed).filter_map(|key| self.map.get_key_value(key))
    }

    /// What changed was written down.
    pub(crate) fn settle(&mut self) {
        if let Some(tracked) = &mut self.tracked {
            tracked.changed.clear();
        }
    }

    /// How many entries are remembered, also those that there are none of.
    pub(crate) fn weight(&self) -> usize {
        self.map.len() + self.tracked.as_ref().map_or(0, |tracked| tracked.absent.len())
    }
}

#[cfg(feature = "parts")]
impl<K> Default for Asked<K> {
    fn default() -> Self {
        Self { all: false, keys: BTreeSet::new() }
    }
}

impl<K, V> Deref for Shelf<K, V> {
    type Target = BTreeMap<K, V>;

    fn deref(&self) -> &BTreeMap<K, V> {
        self.ask_all();
        &self.map
    }
}

impl<'a, K, V> IntoIterator for &'a Shelf<K, V> {
    type Item = (&'a K, &'a V);
    type IntoIter = btree_map::Iter<'a, K, V>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<K, V> Default for Shelf<K, V> {
    fn default() -> Self {
        Self::from(BTreeMap::new())
    }
}

impl<K, V> From<BTreeMap<K, V>> for Shelf<K, V> {
    fn from(map: BTreeMap<K, V>) -> Self {
        Self {
            map,
            #[cfg(feature = "parts")]
            tracked: None,
        }
    }
}

impl<K: Clone, V: Clone> Clone for Shelf<K, V> {
    fn clone(&self) -> Self {
        Self {
            map: self.map.clone(),
            #[cfg(feature = "parts")]
            tracked: self.tracked.clone(),
        }
    }
}

#[cfg(feature = "parts")]
impl<K: Clone> Clone for Tracked<K> {
    fn clone(&self) -> Self {
        Self { whole: self.whole, absent: self.absent.clone(), changed: self.changed.clone(), asked: Arc::clone(&self.asked) }
    }
}

/// Alike are maps with the same entries here.
impl<K: PartialEq, V: PartialEq> PartialEq for Shelf<K, V> {
    fn eq(&self, other: &Self) -> bool {
        self.map == other.map
    }
}

impl<K: Eq, V: Eq> Eq for Shelf<K, V> {}

impl<K: fmt::Debug, V: fmt::Debug> fmt::Debug for Shelf<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.map.fmt(f)
    }
}

impl<K: Serialize, V: Serialize> Serialize for Shelf<K, V> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.map.serialize(serializer)
    }
}

impl<'de, K: Ord + Deserialize<'de>, V: Deserialize<'de>> Deserialize<'de> for Shelf<K, V> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        BTreeMap::deserialize(deserializer).map(Self::from)
    }
}
