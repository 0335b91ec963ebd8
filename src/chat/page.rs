//! What a person in a chat has before them: what was said, what waits to be said, what is coming.
//!
//! Pure. What always holds: messages are printed in the order in which they are on the wire. So
//! what our user has entered stays below until it is sent, and what the other side has begun is
//! there as far as it has come, above all that our user says behind it. What is entered here waits
//! for the session in the same order.

use std::collections::VecDeque;
use std::fmt::Display as Text;

use super::codec::{Message, cut};
use crate::language::Language;
use crate::terminal::frame::print;

/// How much may have been entered before the session has taken it, in bytes: more than anybody
/// pastes. What is over that waits in the terminal, and keys behind it are not heard.
const ENTERED: usize = 64 * 1024 * 1024;

/// What a message takes besides its text.
const EACH: usize = 200;

/// How many lines that wait are shown.
const SHOWN: usize = 3;

/// A line that was entered.
#[derive(Debug)]
struct Line {
    text: Vec<u8>,
    /// How many messages of it are not said yet.
    messages: usize,
}

/// The page of one chat.
#[derive(Debug)]
pub(super) struct Page {
    language: Language,
    /// The longest message.
    most: usize,
    /// For the session, and how many bytes that is.
    entered: VecDeque<Message>,
    length: usize,
    /// Not said yet.
    waiting: VecDeque<Line>,
    /// What was being typed at the end.
    half: Vec<u8>,
    /// What has come of the other side's next message, but for what of it is printed.
    coming: Vec<u8>,
    /// How many bytes of that are printed.
    come: usize,
    /// To be printed.
    printed: Vec<u8>,
}

impl Page {
    /// For messages of at most `most` bytes.
    pub(super) fn new(most: usize, language: Language) -> Self {
        Self {
            language,
            most,
            entered: VecDeque::new(),
            length: 0,
            waiting: VecDeque::new(),
            half: Vec::new(),
            coming: Vec::new(),
            come: 0,
            printed: Vec::new(),
        }
    }

    /// Whether more may be entered: neither the session nor the terminal is too far behind.
    pub(super) fn has_room(&self) -> bool {
        self.length + self.printed.len() < ENTERED
    }

    /// Our user has entered a line. An empty one says nothing.
    pub(super) fn enter(&mut self, line: Vec<u8>) {
        let (mut rest, mut messages) = (&line[..], 0);
        while !rest.is_empty() {
            let (part, behind) = rest.split_at(cut(rest, self.most));
            self.entered.push_back(Message {
                text: part.to_vec(),
                goes_on: !behind.is_empty(),
                is_rest: messages > 0,
            });
            messages += 1;
            rest = behind;
        }
        if messages > 0 {
            self.length += line.len() + messages * EACH;
            let text = line;
            self.waiting.push_back(Line { text, messages });
        }
    }

    /// The next message that was entered.
    pub(super) fn next(&mut self) -> Option<Message> {
        let message = self.entered.pop_front()?;
        self.length -= message.text.len() + EACH;
        Some(message)
    }

    /// So many more of the messages that were entered are with the other side.
    pub(super) fn said(&mut self, count: usize) {
        for _ in 0..count {
            self.print_coming();
            let Some(line) = self.waiting.front_mut() else {
                return;
            };
            // All of it, once its first part is said.
            let text = std::mem::take(&mut line.text);
            line.messages -= 1;
            if line.messages == 0 {
                self.waiting.pop_front();
            }
            if !text.is_empty() {
                print(self.language.message_prompt(), &text, &mut self.printed);
            }
        }
    }

    /// The other side has said these.
    pub(super) fn heard(&mut self, messages: &[Message]) {
        for message in messages {
            let rest = message.text.get(self.come..).unwrap_or_default();
            if self.come == 0 || !rest.is_empty() {
                let end = if message.goes_on { "…" } else { "" };
                let mut text = rest.to_vec();
                text.extend_from_slice(end.as_bytes());
                print(&self.label(), &text, &mut self.printed);
            }
            self.come = 0;
            self.coming.clear();
        }
    }

    /// So much has come of what the other side says next.
    pub(super) fn begun(&mut self, text: &[u8]) {
        self.coming = text.get(self.come..).unwrap_or_default().to_vec();
    }

    /// A word about the chat itself.
    pub(super) fn tell(&mut self, notice: impl Text) {
        self.printed
            .extend_from_slice(format!("{notice}\r\n").as_bytes());
    }

    /// What was being typed when nothing more could be entered.
    pub(super) fn end(&mut self, line: &[u8]) {
        self.half = line.to_vec();
    }

    /// Prints all that is there: it is the end.
    pub(super) fn finish(&mut self) {
        self.print_coming();
        let half = Line {
            text: std::mem::take(&mut self.half),
            messages: 0,
        };
        for line in self.waiting.drain(..).chain([half]) {
            if !line.text.is_empty() {
                print(
                    self.language.message_prompt(),
                    &line.text,
                    &mut self.printed,
                );
            }
        }
    }

    /// Whether there is something to be printed.
    pub(super) fn has_printed(&self) -> bool {
        !self.printed.is_empty()
    }

    /// Takes what is to be printed.
    pub(super) fn take_printed(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.printed)
    }

    /// What is below all that is printed, and above the line: labels and texts.
    pub(super) fn live(&self) -> Vec<(String, &[u8])> {
        let mut live = Vec::new();
        if !self.coming.is_empty() {
            live.push((self.label(), &self.coming[..]));
        }
        let waiting = self.waiting.iter().filter(|line| !line.text.is_empty());
        for line in waiting.take(SHOWN) {
            live.push((self.language.message_prompt().to_owned(), &line.text[..]));
        }
        let more = self.waiting.len().saturating_sub(SHOWN);
        if more > 0 {
            live.push((self.language.more_wait(more).to_string(), &[]));
        }
        if !self.half.is_empty() {
            live.push((self.language.message_prompt().to_owned(), &self.half[..]));
        }
        live
    }

    /// Prints what has come, because something else comes behind it.
    fn print_coming(&mut self) {
        if !self.coming.is_empty() {
            let text = std::mem::take(&mut self.coming);
            print(&self.label(), &text, &mut self.printed);
            self.come += text.len();
        }
    }

    /// Before the other side's next message, or the rest of one.
    fn label(&self) -> String {
        let rest = if self.come > 0 { "…" } else { "" };
        format!("{}{rest}", self.language.received_message())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page() -> Page {
        Page::new(8, Language::English)
    }

    fn whole(text: &str) -> Message {
        Message {
            text: text.into(),
            goes_on: false,
            is_rest: false,
        }
    }

    #[track_caller]
    fn expect(page: &mut Page, printed: &str, live: &[&str]) {
        let shown = page.live().into_iter().map(|(label, text)| {
            let text = String::from_utf8_lossy(text);
            format!("{label}{text}")
        });
        assert_eq!(shown.collect::<Vec<_>>(), live);
        assert_eq!(String::from_utf8_lossy(&page.take_printed()), printed);
    }

    #[test]
    fn what_is_entered_is_printed_when_it_is_said() {
        let mut page = page();
        page.enter(b"one".to_vec());
        page.enter(Vec::new());
        page.enter(b"two".to_vec());
        assert_eq!(page.next(), Some(whole("one")));
        page.said(1);
        expect(&mut page, "you: one\r\n", &["you: two"]);
        page.heard(&[whole("yo")]);
        page.said(1);
        expect(&mut page, "peer: yo\r\nyou: two\r\n", &[]);
    }

    #[test]
    fn what_is_coming_is_above_what_is_said_behind_it() {
        let mut page = page();
        page.begun(b"hel");
        expect(&mut page, "", &["peer: hel"]);
        page.begun(b"hello");
        expect(&mut page, "", &["peer: hello"]);
        page.enter(b"yo".to_vec());
        page.said(1);
        expect(&mut page, "peer: hello\r\nyou: yo\r\n", &[]);
        // That was all, or there is more.
        page.heard(&[whole("hello")]);
        expect(&mut page, "", &[]);
        page.begun(b"a");
        page.enter(b"b".to_vec());
        page.said(1);
        page.begun(b"a c");
        expect(&mut page, "peer: a\r\nyou: b\r\n", &["peer: … c"]);
        page.heard(&[whole("a cd"), whole("e")]);
        expect(&mut page, "peer: … cd\r\npeer: e\r\n", &[]);
    }

    #[test]
    fn a_line_over_the_limit_is_several_messages() {
        let mut page = page();
        page.enter("菜鸡菜鸡".into());
        let messages: Vec<_> = std::iter::from_fn(|| page.next()).collect();
        let texts: Vec<_> = messages.iter().map(|message| &message.text[..]).collect();
        assert_eq!(texts, ["菜鸡".as_bytes(), "菜鸡".as_bytes()]);
        assert!(messages[0].goes_on && messages[1].is_rest);
        page.said(1);
        expect(&mut page, "you: 菜鸡菜鸡\r\n", &[]);
        page.said(1);
        expect(&mut page, "", &[]);
    }

    #[test]
    fn of_many_that_wait_the_first_are_shown() {
        let mut page = page();
        for number in 0..5 {
            page.enter(format!("{number}").into());
        }
        page.end(b"half");
        let live = ["you: 0", "you: 1", "you: 2", "(2 more wait)", "you: half"];
        expect(&mut page, "", &live);
        page.finish();
        let all = "you: 0\r\nyou: 1\r\nyou: 2\r\nyou: 3\r\nyou: 4\r\nyou: half\r\n";
        expect(&mut page, all, &[]);
    }

    #[test]
    fn what_may_be_entered_is_bounded() {
        let mut page = Page::new(ENTERED, Language::English);
        page.enter(vec![b'a'; ENTERED - EACH - 1]);
        assert!(page.has_room());
        page.enter(b"b".to_vec());
        assert!(!page.has_room());
        page.next();
        assert!(page.has_room());
        page.said(1);
        assert!(!page.has_room());
        page.take_printed();
        assert!(page.has_room());
    }
}
