//! What is measured, for Prometheus. Labels have few values, all of them ours: no person, no record, no log is named.

use std::{fmt, sync::Arc, time::Duration};

use prometheus_client::{
    collector::Collector,
    encoding::{DescriptorEncoder, EncodeLabelSet, EncodeMetric as _, text::encode},
    metrics::{
        counter::Counter,
        family::Family,
        gauge::ConstGauge,
        histogram::{Histogram, exponential_buckets},
    },
    registry::{Registry, Unit},
};
use shared::wire::Verdict;

use crate::{
    gate::{Gate, GateError},
    live::Live,
    store::Measures,
};

/// From a millisecond to sixteen seconds.
const SECONDS: (f64, f64, u16) = (0.001, 2.0, 15);

/// All measures of one server.
pub struct Metrics {
    registry: Registry,
    pushes: Family<Pushed, Counter>,
    gate_seconds: Histogram,
    requests: Family<Requested, Counter>,
    request_seconds: Family<Route, Histogram>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Pushed {
    verdict: &'static str,
    /// A refusal's; else empty.
    code: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Requested {
    method: &'static str,
    route: String,
    status: u16,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Route {
    route: String,
}

impl Metrics {
    pub fn new(store: &Measures, live: Arc<Live>, gate: Arc<Gate>) -> Self {
        let (pushes, gate_seconds) = (Family::default(), seconds());
        let (requests, request_seconds) = (Family::default(), Family::new_with_constructor(seconds as fn() -> Histogram));
        let mut registry = Registry::default();
        let ours = registry.sub_registry_with_prefix("countersign");
        ours.register("pushes", "Bundles pushed, by verdict and by the code of a refusal", Family::clone(&pushes));
        ours.register_with_unit("gate", "From a bundle's arrival at the gate to its verdict", Unit::Seconds, gate_seconds.clone());
        ours.register_with_unit("commit", "From a transaction's first statement that writes until it is durable", Unit::Seconds, store.commit_seconds.clone());
        ours.register("commit_lines", "Lines in one transaction", store.commit_lines.clone());
        ours.register_collector(Box::new(Standing { live, gate }));
        registry.register("http_requests", "Requests answered", Family::clone(&requests));
        registry.register_with_unit("http_request_duration", "From a request to the head of its answer", Unit::Seconds, Family::clone(&request_seconds));
        registry.register_collector(Box::new(Process));
        Self { registry, pushes, gate_seconds, requests, request_seconds }
    }

    /// A bundle has its verdict, or the gate could not give one.
    pub fn pushed(&self, verdict: Result<&Verdict, &GateError>, took: Duration) {
        let (verdict, code) = match verdict {
            Ok(Verdict::Accepted { .. }) => ("accepted", ""),
            Ok(Verdict::Duplicate { .. }) => ("duplicate", ""),
            Ok(Verdict::Exists { .. }) => ("exists", ""),
            Ok(Verdict::Refused(refusal)) => ("refused", refusal.code.as_str()),
            Ok(Verdict::BlockedBy { .. }) => ("blocked_by", ""),
            Ok(Verdict::Held(refusal)) => ("held", refusal.code.as_str()),
            Ok(Verdict::RetryAfter { .. }) => ("retry_after", ""),
            Err(_) => ("failed", ""),
        };
        self.pushes.get_or_create(&Pushed { verdict, code: code.to_owned() }).inc();
        self.gate_seconds.observe(took.as_secs_f64());
    }

    /// `route` is the pattern of the route, never the address that was asked for.
    pub fn requested(&self, method: &'static str, route: &str, status: u16, took: Duration) {
        self.requests.get_or_create(&Requested { method, route: route.to_owned(), status }).inc();
        self.request_seconds.get_or_create(&Route { route: route.to_owned() }).observe(took.as_secs_f64());
    }

    /// All of it in the OpenMetrics text format, which Prometheus reads.
    pub fn text(&self) -> Result<String, fmt::Error> {
        let mut text = String::new();
        encode(&mut text, &self.registry)?;
        Ok(text)
    }
}

fn seconds() -> Histogram {
    let (start, factor, length) = SECONDS;
    Histogram::new(exponential_buckets(start, factor, length))
}

impl fmt::Debug for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Metrics")
    }
}

/// What is counted when somebody asks.
#[derive(Debug)]
struct Standing {
    live: Arc<Live>,
    gate: Arc<Gate>,
}

impl Collector for Standing {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result<(), fmt::Error> {
        gauge(&mut encoder, "live_streams", "Live streams that are open", None, self.live.listening())?;
        gauge(&mut encoder, "logs_in_memory", "Logs that are in memory", None, self.gate.logs_in_memory())
    }
}

/// What the operating system says of this process; nothing where it has no `/proc`.
#[derive(Debug)]
struct Process;

impl Collector for Process {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result<(), fmt::Error> {
        match resident_bytes() {
            Some(bytes) => gauge(&mut encoder, "process_resident_memory", "Memory of this process that is in RAM", Some(&Unit::Bytes), bytes),
            None => Ok(()),
        }
    }
}

fn gauge(encoder: &mut DescriptorEncoder<'_>, name: &str, help: &str, unit: Option<&Unit>, value: usize) -> Result<(), fmt::Error> {
    let gauge = ConstGauge::new(i64::try_from(value).unwrap_or(i64::MAX));
    gauge.encode(encoder.encode_descriptor(name, help, unit, gauge.metric_type())?)
}

fn resident_bytes() -> Option<usize> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kib: usize = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    kib.checked_mul(1_024)
}
