//! The text of `/metrics`: the counts of the service in `OpenMetrics` 1.0.
//!
//! [`super::routes`] asks for it. [`crate::metrics`] counts, and the crate `prometheus-client` writes, all but the
//! histogram: the crate's has floating point for each of its formats, which is 28 kB of program. `docs/metrics.md`
//! explains each metric to users.
//!
//! # Invariants
//!
//! - Each name, label and bound is the same in each answer, whatever has been counted.
//! - All counts of requests in one answer are of one reading, so the histogram has as many as were answered.

use std::fmt;
use std::sync::Arc;
use std::time::UNIX_EPOCH;

use prometheus_client::collector::Collector;
use prometheus_client::encoding::text::{encode_eof, encode_registry};
use prometheus_client::encoding::{DescriptorEncoder, MetricEncoder, NoLabelSet};
use prometheus_client::metrics::MetricType;
use prometheus_client::registry::{Registry, Unit};

use crate::metrics::{BOUNDS, Metrics, Records, STATUSES, Totals};

/// The media type of the text (`OpenMetrics` 1.0, section "Overall Structure").
pub(super) const OPENMETRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

const BYTES: Option<&Unit> = Some(&Unit::Bytes);
const SECONDS: Option<&Unit> = Some(&Unit::Seconds);

/// In nanoseconds.
const SECOND: u64 = 1_000_000_000;

/// What stands before the samples of the histogram.
const DURATIONS: &str = "\
# HELP hellowire_answer_duration_seconds The time from the first byte of an answered request until its answer had left.
# TYPE hellowire_answer_duration_seconds histogram
# UNIT hellowire_answer_duration_seconds seconds
";

/// What is counted, for one text.
struct Counted {
    metrics: Arc<Metrics>,
    totals: Arc<Totals>,
}

/// Short: what derives it for the totals is 5 kB of program.
impl fmt::Debug for Counted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Counted")
    }
}

/// The text of this moment.
pub(super) fn text(metrics: &Arc<Metrics>) -> String {
    let totals = Arc::new(metrics.totals());
    let mut registry = Registry::default();
    registry.register_collector(Box::new(Counted {
        metrics: Arc::clone(metrics),
        totals: Arc::clone(&totals),
    }));
    let mut text = String::new();
    // Memory takes all that is written.
    let _ = encode_registry(&mut text, &registry);
    write_durations(&totals, &mut text);
    let _ = encode_eof(&mut text);
    text
}

impl Collector for Counted {
    fn encode(&self, encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let mut families = Families(encoder);
        families.process(&self.metrics)?;
        families.connections(&self.totals)?;
        families.requests(&self.totals)?;
        families.log(self.metrics.records())
    }
}

/// Writes metric families.
struct Families<'a>(DescriptorEncoder<'a>);

impl Families<'_> {
    fn process(&mut self, metrics: &Metrics) -> fmt::Result {
        let version: &[(&str, &str)] = &[("version", env!("CARGO_PKG_VERSION"))];
        let help = "The version of the program.";
        let mut family = self.begin("hellowire_build", help, None, MetricType::Info)?;
        family.encode_info(&version)?;
        let started = metrics.started().duration_since(UNIX_EPOCH);
        let help = "When the service started, in seconds since 1970.";
        let seconds = started.unwrap_or_default().as_secs();
        self.gauge("process_start_time", help, SECONDS, seconds)
    }

    fn connections(&mut self, totals: &Totals) -> fmt::Result {
        let help = "Connections that are open.";
        self.gauge("hellowire_connections_open", help, None, totals.open())?;
        let help = "Connections that were accepted.";
        self.counter(
            "hellowire_connections_accepted",
            help,
            None,
            totals.accepted,
        )?;
        let help = "Bytes that were read from connections.";
        self.counter("hellowire_read", help, BYTES, totals.read_bytes)
    }

    fn requests(&mut self, totals: &Totals) -> fmt::Result {
        let help = "Requests, by what became of them.";
        let mut family = self.begin("hellowire_requests", help, None, MetricType::Counter)?;
        for (outcome, count) in [
            ("answered", totals.answered()),
            ("unanswered", totals.unanswered),
            ("incomplete", totals.incomplete),
        ] {
            labelled(&mut family, &[("outcome", outcome)], count)?;
        }
        for (status, count) in STATUSES.into_iter().zip(totals.refused) {
            let status = status.to_string();
            let labels = [("outcome", "refused"), ("status", &status)];
            labelled(&mut family, &labels, count)?;
        }
        Ok(())
    }

    fn log(&mut self, records: Records) -> fmt::Result {
        let help = "Records that were written to the log.";
        self.counter("hellowire_log_records_written", help, None, records.written)?;
        let help = "Records that were lost.";
        self.counter("hellowire_log_records_dropped", help, None, records.dropped)?;
        let help = "Records that wait in memory for the log.";
        self.gauge("hellowire_log_records_waiting", help, None, records.waiting)?;
        let help = "The memory of the records that wait.";
        self.gauge("hellowire_log_waiting", help, BYTES, records.waiting_bytes)
    }

    #[inline(never)]
    fn counter(&mut self, name: &str, help: &str, unit: Option<&Unit>, count: u64) -> fmt::Result {
        labelled(
            &mut self.begin(name, help, unit, MetricType::Counter)?,
            &[],
            count,
        )
    }

    #[inline(never)]
    fn gauge(&mut self, name: &str, help: &str, unit: Option<&Unit>, value: u64) -> fmt::Result {
        let mut family = self.begin(name, help, unit, MetricType::Gauge)?;
        family.encode_gauge(&value)
    }

    #[inline(never)]
    fn begin<'a>(
        &'a mut self,
        name: &'a str,
        help: &str,
        unit: Option<&'a Unit>,
        kind: MetricType,
    ) -> Result<MetricEncoder<'a>, fmt::Error> {
        self.0.encode_descriptor(name, help, unit, kind)
    }
}

/// Writes a counter with these labels.
#[inline(never)]
fn labelled(family: &mut MetricEncoder<'_>, labels: &[(&str, &str)], count: u64) -> fmt::Result {
    let mut metric = family.encode_family(&labels)?;
    metric.encode_counter::<NoLabelSet, _, u64>(&count, None)
}

/// Writes the histogram. A bucket has the durations of those before it too.
fn write_durations(totals: &Totals, text: &mut String) {
    text.push_str(DURATIONS);
    let mut so_far = 0;
    let bounds = BOUNDS.iter().map(|(_, bound)| *bound).chain(["+Inf"]);
    for (bound, count) in bounds.zip(totals.answered) {
        so_far += count;
        let labels = ["_bucket{le=\"", bound, "\"}"].concat();
        write_duration(&labels, &so_far.to_string(), text);
    }
    write_duration("_count", &so_far.to_string(), text);
    let nanoseconds = totals.answered_nanoseconds;
    let (seconds, rest) = (nanoseconds / SECOND, nanoseconds % SECOND);
    write_duration("_sum", &format!("{seconds}.{rest:09}"), text);
}

fn write_duration(end: &str, value: &str, text: &mut String) {
    for part in ["hellowire_answer_duration_seconds", end, " ", value, "\n"] {
        text.push_str(part);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::thread;

    use super::*;
    use crate::capture::State;
    use crate::metrics::CountRecords;

    struct Log;

    impl CountRecords for Log {
        fn records(&self) -> Records {
            Records {
                written: 1,
                dropped: 2,
                waiting: 3,
                waiting_bytes: 4,
            }
        }
    }

    #[test]
    fn each_count_stands_behind_its_name() {
        let metrics = Arc::new(Metrics::new(1));
        metrics.follow(Arc::new(Log));
        let mut tally = metrics.worker().unwrap().connection();
        tally.read(77, true);
        tally.add(State::Complete, false);
        tally.add(State::Complete, false);
        tally.answered();
        tally.sent();
        for _ in 0..3 {
            tally.add(State::Incomplete, false);
        }
        tally.finish();
        let text = text(&metrics);
        for line in [
            "hellowire_connections_open 1",
            "hellowire_connections_accepted_total 1",
            "hellowire_read_bytes_total 77",
            "hellowire_requests_total{outcome=\"answered\"} 1",
            "hellowire_requests_total{outcome=\"unanswered\"} 1",
            "hellowire_requests_total{outcome=\"incomplete\"} 3",
            "hellowire_requests_total{outcome=\"refused\",status=\"400\"} 0",
            "hellowire_answer_duration_seconds_count 1",
            "hellowire_answer_duration_seconds_bucket{le=\"0.000025\"} ",
            "hellowire_answer_duration_seconds_bucket{le=\"+Inf\"} 1",
            "hellowire_log_records_written_total 1",
            "hellowire_log_records_dropped_total 2",
            "hellowire_log_records_waiting 3",
            "hellowire_log_waiting_bytes 4",
        ] {
            assert!(text.contains(&format!("\n{line}")), "{line} in\n{text}");
        }
    }

    /// The value of the first sample that begins like this.
    fn value(text: &str, name: &str) -> u64 {
        let value = text.lines().find_map(|line| line.strip_prefix(name));
        value.unwrap().parse().unwrap()
    }

    #[test]
    fn the_histogram_has_the_answered_requests_also_while_they_are_counted() {
        let metrics = Arc::new(Metrics::new(1));
        let mut tally = metrics.worker().unwrap().connection();
        let is_done = AtomicBool::new(false);
        thread::scope(|scope| {
            scope.spawn(|| {
                while !is_done.load(Ordering::Relaxed) {
                    tally.read(1, true);
                    tally.add(State::Complete, false);
                    tally.answered();
                    tally.sent();
                }
            });
            let texts: Vec<_> = (0..1000).map(|_| text(&metrics)).collect();
            is_done.store(true, Ordering::Relaxed);
            for text in texts {
                let answered = value(&text, "hellowire_requests_total{outcome=\"answered\"} ");
                let durations = value(&text, "hellowire_answer_duration_seconds_count ");
                assert_eq!(answered, durations, "{text}");
            }
        });
    }
}
