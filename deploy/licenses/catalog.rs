//! The text that is written: parts with their copyright lines, and each licence's text once.
//!
//! Two texts are the same if their words are, apart from title and copyright lines.

use crate::files::Result;

/// The end of the Apache licence. After it the licence says how to apply it, with a copyright line.
const END_OF_APACHE: &str = "END OF TERMS AND CONDITIONS";

/// Titles of the MIT licence, which not every copy has.
const TITLES: &[&str] = &["mit license", "the mit license", "the mit license (mit)"];

/// The parts and the licences' texts.
pub(crate) struct Catalog {
    /// The Apache licence's text, for parts that come without a file.
    apache: String,
    parts: Vec<String>,
    texts: Vec<Text>,
}

/// A licence's text.
struct Text {
    /// Its words, for comparison.
    words: String,
    /// Its lines, for print.
    lines: String,
}

impl Catalog {
    pub(crate) fn new(apache: String) -> Self {
        Self {
            apache,
            parts: Vec::new(),
            texts: Vec::new(),
        }
    }

    /// Adds a part: its name and version, the licences that it is offered under, and its licence files by
    /// name.
    pub(crate) fn add(
        &mut self,
        name: &str,
        offered: &str,
        mut files: Vec<(String, String)>,
    ) -> Result<()> {
        if files.is_empty() && offered.contains("Apache-2.0") {
            files.push(("LICENSE-APACHE".to_owned(), self.apache.clone()));
        }
        if files.is_empty() {
            return Err(format!("{name} ({offered}) has no licence's text").into());
        }
        let (mut numbers, mut copyrights) = (Vec::new(), Vec::new());
        for (_, text) in files {
            let (own, common) = split(&text);
            copyrights.extend(own);
            numbers.push(self.number(common).to_string());
        }
        numbers.dedup();
        copyrights.dedup();
        let part = format!(
            "{name} ({offered}): text {}\n  {}",
            numbers.join(", "),
            copyrights.join("\n  ")
        );
        self.parts.push(part.trim_end().to_owned());
        Ok(())
    }

    /// Adds a sentence instead of a part.
    pub(crate) fn note(&mut self, sentence: &str) {
        self.parts.push(sentence.to_owned());
    }

    /// The version of a part that was added, by its name.
    pub(crate) fn version_of(&self, name: &str) -> Option<&str> {
        let parts = self.parts.iter();
        parts
            .filter_map(|part| part.strip_prefix(name)?.strip_prefix(' '))
            .find_map(|rest| rest.split(' ').next())
    }

    /// Everything, for print.
    pub(crate) fn text(&self) -> String {
        let mut text = "What is linked into hellowire: each part, its version, what it is offered \
            under, its licences' texts by their numbers, and its copyright lines. The texts follow.\n\n"
            .to_owned();
        text.push_str(&self.parts.join("\n"));
        text.push('\n');
        for (number, Text { lines, .. }) in self.texts.iter().enumerate() {
            text.extend(["\n==== text ", &(number + 1).to_string(), "\n\n", lines]);
        }
        text
    }

    /// The number of a licence's text, which is added if it is new.
    fn number(&mut self, lines: String) -> usize {
        let words = lines.split_whitespace().collect::<Vec<_>>().join(" ");
        let known = self.texts.iter().position(|text| text.words == words);
        let at = known.unwrap_or(self.texts.len());
        if known.is_none() {
            self.texts.push(Text { words, lines });
        }
        at + 1
    }
}

/// Splits a licence file into the part's own copyright lines, and the text that other parts share. The
/// copyright lines are among the first lines, or, in the Apache licence, after its end.
fn split(text: &str) -> (Vec<String>, String) {
    let (body, appendix) = text.split_once(END_OF_APACHE).unwrap_or((text, ""));
    let is_own = |line: &&str| line.starts_with("Copyright ") && !line.contains("yyyy");
    let appendix = appendix.lines().map(str::trim).filter(is_own);
    let mut own: Vec<_> = appendix.map(str::to_owned).collect();
    let mut common = String::new();
    for (at, line) in body.lines().map(str::trim).enumerate() {
        let lower = line.to_lowercase();
        let is_notice = lower.starts_with("copyright") && !lower.ends_with(" notice");
        let is_title = common.is_empty() && TITLES.contains(&&*lower);
        let keeps_blank = !(common.is_empty() || common.ends_with("\n\n"));
        if (at < 6 || common.is_empty()) && is_notice {
            if !line.contains("<year>") {
                own.push(line.to_owned());
            }
        } else if !is_title && (!line.is_empty() || keeps_blank) {
            common.push_str(line);
            common.push('\n');
        }
    }
    (own, common)
}
