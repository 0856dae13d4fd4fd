//! What a running server has: handed to every route.

use std::sync::Arc;

use tokio::sync::watch;

use crate::{
    accounts::{AccountSettings, Accounts},
    gate::Gate,
    http::{ClientFiles, Quotas},
    live::Live,
    metrics::Metrics,
    outside::{Clock, Entropy},
    store::Store,
};

/// Everything that a route needs; cheap to clone. Routes take it as `State<Server>`.
#[derive(Clone)]
pub struct Server {
    pub store: Arc<dyn Store>,
    pub accounts: Arc<Accounts>,
    pub gate: Arc<Gate>,
    pub live: Arc<Live>,
    pub clock: Arc<dyn Clock>,
    pub entropy: Arc<dyn Entropy>,
    /// The built phone app; empty where none was built.
    pub client: Arc<ClientFiles>,
    pub quotas: Arc<Quotas>,
    pub metrics: Arc<Metrics>,
    /// Turns true when the server is to stop: streams end, so that it can.
    pub stopping: watch::Sender<bool>,
}

impl Server {
    pub fn new(store: Arc<dyn Store>, clock: Arc<dyn Clock>, entropy: Arc<dyn Entropy>, accounts: AccountSettings, client: ClientFiles) -> Self {
        let live = Arc::new(Live::default());
        let gate = Arc::new(Gate::new(Arc::clone(&store), Arc::clone(&live), Arc::clone(&entropy)));
        let accounts = Arc::new(Accounts::new(Arc::clone(&store), Arc::clone(&clock), Arc::clone(&entropy), accounts));
        let metrics = Arc::new(Metrics::new(store.measures(), Arc::clone(&live), Arc::clone(&gate)));
        Self { store, accounts, gate, live, clock, entropy, client: Arc::new(client), quotas: Arc::default(), metrics, stopping: watch::Sender::new(false) }
    }
}

impl std::fmt::Debug for Server {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Server")
    }
}
