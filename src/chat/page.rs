//! The page of a chat at a terminal: the messages so far, the user's lines that wait, and the text that the
//! peer has begun. Pure.
//!
//! `terminal` draws the page. It also holds the entered messages until the session takes them.
//!
//! # Invariants
//!
//! - Messages are printed in the order in which they are on the wire. A line of the user stays below the
//!   printed rows until it is sent. Text that the peer has begun is printed before a line of the user that
//!   is sent after it.
//! - The session takes entered messages in the order in which they were entered.

use std::collections::VecDeque;
use std::fmt::Display as Text;
use std::mem;

use super::codec::{Message, cut};
use crate::language::Language;
use crate::terminal::frame::append_row;

/// How many bytes of messages may be entered before the session takes them, more than a person pastes.
/// Further input waits in the terminal, and so do keys after it.
const MAX_ENTERED: usize = 64 * 1024 * 1024;

/// How many bytes a message counts besides its text.
const MESSAGE_OVERHEAD: usize = 200;

/// How many waiting lines are shown.
const MAX_SHOWN: usize = 3;

/// A line that was entered.
#[derive(Debug)]
struct Line {
    text: Vec<u8>,
    /// How many messages of it are not sent.
    messages: usize,
}

/// The page of one chat.
#[derive(Debug)]
pub(super) struct Page {
    language: Language,
    max_message: usize,
    /// Messages for the session.
    entered: VecDeque<Message>,
    /// How many bytes `entered` counts.
    entered_bytes: usize,
    /// Lines that are not sent.
    waiting: VecDeque<Line>,
    /// The line that was being typed when input ended.
    unfinished: Vec<u8>,
    /// What is not printed of the text that the peer has begun.
    partial: Vec<u8>,
    /// How many bytes of that text are printed.
    partial_printed: usize,
    /// Rows for the terminal.
    printed: Vec<u8>,
}

impl Page {
    /// For messages of at most `max_message` bytes.
    pub(super) fn new(max_message: usize, language: Language) -> Self {
        Self {
            language,
            max_message,
            entered: VecDeque::new(),
            entered_bytes: 0,
            waiting: VecDeque::new(),
            unfinished: Vec::new(),
            partial: Vec::new(),
            partial_printed: 0,
            printed: Vec::new(),
        }
    }

    /// Whether more may be entered: neither the session nor the terminal is too far behind.
    pub(super) fn has_room(&self) -> bool {
        self.entered_bytes + self.printed.len() < MAX_ENTERED
    }

    /// Takes a line that the user has entered. An empty line is no message.
    pub(super) fn enter(&mut self, text: Vec<u8>) {
        let (mut rest, mut messages) = (&text[..], 0);
        while !rest.is_empty() {
            let (part, unsplit) = rest.split_at(cut(rest, self.max_message));
            self.entered.push_back(Message {
                text: part.to_vec(),
                continues: !unsplit.is_empty(),
                is_continuation: messages > 0,
            });
            messages += 1;
            rest = unsplit;
        }
        if messages > 0 {
            self.entered_bytes += text.len() + messages * MESSAGE_OVERHEAD;
            self.waiting.push_back(Line { text, messages });
        }
    }

    /// Takes the next entered message.
    pub(super) fn next(&mut self) -> Option<Message> {
        let message = self.entered.pop_front()?;
        self.entered_bytes -= message.text.len() + MESSAGE_OVERHEAD;
        Some(message)
    }

    /// `count` more of the entered messages have begun to leave.
    pub(super) fn sent(&mut self, count: usize) {
        for _ in 0..count {
            self.print_partial();
            let Some(line) = self.waiting.front_mut() else {
                return;
            };
            // The first part prints the whole line.
            let text = mem::take(&mut line.text);
            line.messages -= 1;
            if line.messages == 0 {
                self.waiting.pop_front();
            }
            self.print_own(&text);
        }
    }

    /// Prints messages of the peer.
    pub(super) fn received(&mut self, messages: &[Message]) {
        for message in messages {
            let rest = message.text.get(self.partial_printed..);
            let rest = rest.unwrap_or_default();
            if self.partial_printed == 0 || !rest.is_empty() {
                let end = if message.continues { "…" } else { "" };
                let text = [rest, end.as_bytes()].concat();
                append_row(&self.peer_label(), &text, &mut self.printed);
            }
            self.partial_printed = 0;
            self.partial.clear();
        }
    }

    /// The peer's next message has this text so far.
    pub(super) fn received_partial(&mut self, text: &[u8]) {
        let rest = text.get(self.partial_printed..).unwrap_or_default();
        self.partial = rest.to_vec();
    }

    /// Prints a sentence about the chat itself.
    pub(super) fn notify(&mut self, notice: impl Text) {
        self.printed
            .extend_from_slice(format!("{notice}\r\n").as_bytes());
    }

    /// Keeps the line that was being typed when input ended.
    pub(super) fn keep_unfinished(&mut self, line: &[u8]) {
        self.unfinished = line.to_vec();
    }

    /// Prints everything, at the end of the chat.
    pub(super) fn finish(&mut self) {
        self.print_partial();
        let waiting = mem::take(&mut self.waiting);
        for line in waiting {
            self.print_own(&line.text);
        }
        let unfinished = mem::take(&mut self.unfinished);
        self.print_own(&unfinished);
    }

    /// Whether there are rows for the terminal.
    pub(super) fn has_printed(&self) -> bool {
        !self.printed.is_empty()
    }

    /// Takes the rows for the terminal.
    pub(super) fn take_printed(&mut self) -> Vec<u8> {
        mem::take(&mut self.printed)
    }

    /// What is shown between the printed rows and the line being typed: labels and texts.
    pub(super) fn live(&self) -> Vec<(String, &[u8])> {
        let own_label = || self.language.message_prompt().to_owned();
        let mut live = Vec::new();
        if !self.partial.is_empty() {
            live.push((self.peer_label(), &self.partial[..]));
        }
        let waiting = self.waiting.iter().filter(|line| !line.text.is_empty());
        for line in waiting.take(MAX_SHOWN) {
            live.push((own_label(), &line.text[..]));
        }
        let more = self.waiting.len().saturating_sub(MAX_SHOWN);
        if more > 0 {
            live.push((self.language.more_wait(more).to_string(), &[]));
        }
        if !self.unfinished.is_empty() {
            live.push((own_label(), &self.unfinished[..]));
        }
        live
    }

    fn print_own(&mut self, text: &[u8]) {
        if !text.is_empty() {
            append_row(self.language.message_prompt(), text, &mut self.printed);
        }
    }

    /// Prints what the peer has begun, because something else is printed after it.
    fn print_partial(&mut self) {
        if !self.partial.is_empty() {
            let text = mem::take(&mut self.partial);
            append_row(&self.peer_label(), &text, &mut self.printed);
            self.partial_printed += text.len();
        }
    }

    /// The label of the peer's next message, or of the rest of it.
    fn peer_label(&self) -> String {
        let rest = if self.partial_printed > 0 { "…" } else { "" };
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
            continues: false,
            is_continuation: false,
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
    fn an_entered_line_is_printed_when_it_is_sent() {
        let mut page = page();
        page.enter(b"one".to_vec());
        page.enter(Vec::new());
        page.enter(b"two".to_vec());
        assert_eq!(page.next(), Some(whole("one")));
        page.sent(1);
        expect(&mut page, "you: one\r\n", &["you: two"]);
        page.received(&[whole("yo")]);
        page.sent(1);
        expect(&mut page, "peer: yo\r\nyou: two\r\n", &[]);
    }

    #[test]
    fn partial_text_is_printed_before_a_later_line() {
        let mut page = page();
        page.received_partial(b"hel");
        expect(&mut page, "", &["peer: hel"]);
        page.received_partial(b"hello");
        expect(&mut page, "", &["peer: hello"]);
        page.enter(b"yo".to_vec());
        page.sent(1);
        expect(&mut page, "peer: hello\r\nyou: yo\r\n", &[]);
        // The message ends there, or it goes on.
        page.received(&[whole("hello")]);
        expect(&mut page, "", &[]);
        page.received_partial(b"a");
        page.enter(b"b".to_vec());
        page.sent(1);
        page.received_partial(b"a c");
        expect(&mut page, "peer: a\r\nyou: b\r\n", &["peer: … c"]);
        page.received(&[whole("a cd"), whole("e")]);
        expect(&mut page, "peer: … cd\r\npeer: e\r\n", &[]);
    }

    #[test]
    fn a_line_over_the_limit_is_several_messages() {
        let mut page = page();
        page.enter("菜鸡菜鸡".into());
        let messages: Vec<_> = std::iter::from_fn(|| page.next()).collect();
        let texts: Vec<_> = messages.iter().map(|message| &message.text[..]).collect();
        assert_eq!(texts, ["菜鸡".as_bytes(), "菜鸡".as_bytes()]);
        assert!(messages[0].continues && messages[1].is_continuation);
        page.sent(1);
        expect(&mut page, "you: 菜鸡菜鸡\r\n", &[]);
        page.sent(1);
        expect(&mut page, "", &[]);
    }

    #[test]
    fn the_first_of_many_waiting_lines_are_shown() {
        let mut page = page();
        for number in 0..5 {
            page.enter(format!("{number}").into());
        }
        page.keep_unfinished(b"half");
        let live = ["you: 0", "you: 1", "you: 2", "(2 more wait)", "you: half"];
        expect(&mut page, "", &live);
        page.finish();
        let all = "you: 0\r\nyou: 1\r\nyou: 2\r\nyou: 3\r\nyou: 4\r\nyou: half\r\n";
        expect(&mut page, all, &[]);
    }

    #[test]
    fn entered_text_is_bounded() {
        let mut page = Page::new(MAX_ENTERED, Language::English);
        page.enter(vec![b'a'; MAX_ENTERED - MESSAGE_OVERHEAD - 1]);
        assert!(page.has_room());
        page.enter(b"b".to_vec());
        assert!(!page.has_room());
        page.next();
        assert!(page.has_room());
        page.sent(1);
        assert!(!page.has_room());
        page.take_printed();
        assert!(page.has_room());
    }
}
