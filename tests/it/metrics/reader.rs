//! A strict reader of the OpenMetrics text format, for the kinds of metrics that hellowire has.
//!
//! It reads each family as the specification orders it (OpenMetrics 1.0): HELP, TYPE, UNIT, then the samples.

use std::collections::{BTreeMap, HashSet};

/// The samples of a text, by name and labels.
#[derive(Debug, Default)]
pub(super) struct Exposition {
    samples: BTreeMap<String, f64>,
    /// The kind of each family.
    families: BTreeMap<String, String>,
}

/// A family whose samples are being read.
#[derive(Debug, Default)]
struct Family {
    name: String,
    kind: String,
    samples: Vec<(String, f64)>,
}

impl Exposition {
    /// Reads a whole text.
    ///
    /// # Errors
    ///
    /// The first line that is not right.
    pub(super) fn read(text: &str) -> Result<Self, String> {
        let body = text.strip_suffix("# EOF\n").ok_or("the end is not EOF")?;
        let mut all = Self::default();
        let mut lines = body.split_inclusive('\n').peekable();
        while let Some(line) = lines.next() {
            let mut family = begin(line)?;
            let kind = lines.next().unwrap_or_default();
            family.kind = of(kind, "TYPE", &family.name)?;
            if let Some(line) = lines.next_if(|line| line.starts_with("# UNIT ")) {
                let unit = of(line, "UNIT", &family.name)?;
                check(family.name.ends_with(&format!("_{unit}")), line)?;
            }
            while let Some(line) = lines.next_if(|line| !line.starts_with('#')) {
                family.samples.push(sample(line)?);
            }
            all.add(family)?;
        }
        Ok(all)
    }

    fn add(&mut self, family: Family) -> Result<(), String> {
        let Family {
            name,
            kind,
            samples,
        } = family;
        check(!samples.is_empty(), &name)?;
        for (sample, value) in &samples {
            let suffix = base(sample).strip_prefix(&name).ok_or(sample.as_str())?;
            let is_right = match (kind.as_str(), suffix) {
                ("counter", "_total") | ("histogram", "_bucket" | "_count") => {
                    value.fract() == 0.0 && *value >= 0.0
                }
                ("histogram", "_sum") => *value >= 0.0,
                ("gauge", "") => true,
                ("info", "_info") => (*value - 1.0).abs() < f64::EPSILON,
                _ => false,
            };
            check(is_right, sample)?;
            check(
                self.samples.insert(sample.clone(), *value).is_none(),
                sample,
            )?;
        }
        if kind == "histogram" {
            self.check_histogram(&name, &samples)?;
        }
        check(self.families.insert(name, kind).is_none(), "a family twice")
    }

    /// The buckets are cumulative, and the last has all.
    fn check_histogram(&self, name: &str, samples: &[(String, f64)]) -> Result<(), String> {
        let buckets = samples.iter().filter(|(name, _)| name.contains("_bucket"));
        let buckets = buckets.map(|(name, count)| {
            let bound = name.split('"').nth(1).ok_or(name.as_str())?;
            let bound = bound.replace("+Inf", "inf").parse::<f64>();
            Ok((bound.map_err(|error| error.to_string())?, *count))
        });
        let buckets = buckets.collect::<Result<Vec<_>, String>>()?;
        let increase = buckets.is_sorted_by(|a, b| a.0 < b.0 && a.1 <= b.1);
        check(increase, "the buckets")?;
        let count = self.samples.get(&format!("{name}_count")).copied();
        let last = buckets.last().copied();
        check(last == count.map(|count| (f64::INFINITY, count)), "+Inf")
    }

    /// The value of a count.
    #[track_caller]
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "it is checked"
    )]
    pub(super) fn value(&self, sample: &str) -> u64 {
        let value = self.samples.get(sample);
        let value = *value.unwrap_or_else(|| panic!("no {sample} in {self:#?}"));
        assert!(value >= 0.0 && value.fract() == 0.0, "{sample}: {value}");
        value as u64
    }

    /// The sum of the samples whose names begin so.
    pub(super) fn sum(&self, start: &str) -> u64 {
        let names = self.samples.keys().filter(|name| name.starts_with(start));
        names.map(|name| self.value(name)).sum()
    }

    /// The families, by name.
    pub(super) fn families(&self) -> impl Iterator<Item = (&str, &str)> {
        let families = self.families.iter();
        families.map(|(name, kind)| (name.as_str(), kind.as_str()))
    }

    /// The names of all samples, with their labels.
    pub(super) fn names(&self) -> HashSet<&str> {
        self.samples.keys().map(String::as_str).collect()
    }
}

/// The family that a HELP line begins.
fn begin(line: &str) -> Result<Family, String> {
    let help = line.strip_prefix("# HELP ").ok_or(line)?;
    let (name, text) = help.split_once(' ').ok_or(line)?;
    check(is_name(name) && text.trim_end().len() > 1, line)?;
    Ok(Family {
        name: name.to_owned(),
        ..Family::default()
    })
}

/// What a line of the family says.
fn of(line: &str, word: &str, family: &str) -> Result<String, String> {
    let rest = line.strip_prefix(&format!("# {word} {family} "));
    let rest = rest.and_then(|rest| rest.strip_suffix('\n')).ok_or(line)?;
    check(is_name(rest), line)?;
    Ok(rest.to_owned())
}

/// The name with the labels, and the value.
fn sample(line: &str) -> Result<(String, f64), String> {
    let whole = line.strip_suffix('\n').ok_or(line)?;
    let (name, value) = whole.rsplit_once(' ').ok_or(line)?;
    let value = value.parse().map_err(|error| format!("{error}: {line}"))?;
    let labels = &name[base(name).len()..];
    if !labels.is_empty() {
        let labels = labels
            .strip_prefix('{')
            .and_then(|rest| rest.strip_suffix('}'));
        for label in labels.ok_or(line)?.split(',') {
            let (name, value) = label.split_once("=\"").ok_or(line)?;
            let value = value.strip_suffix('"').ok_or(line)?;
            check(is_name(name) && !value.contains(['"', '\\']), line)?;
        }
    }
    check(is_name(base(name)), line)?;
    Ok((name.to_owned(), value))
}

/// The name without its labels.
fn base(name: &str) -> &str {
    name.split('{').next().unwrap_or(name)
}

fn is_name(text: &str) -> bool {
    let is_letter = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    !text.is_empty() && text.bytes().all(is_letter) && !text.as_bytes()[0].is_ascii_digit()
}

fn check(is_right: bool, what: &str) -> Result<(), String> {
    if is_right {
        Ok(())
    } else {
        Err(format!("wrong: {what}"))
    }
}
