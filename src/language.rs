//! The texts that people read at the client, at the chat and at a service's start, in English and in
//! Chinese. The Chinese ones are the tutorial's own (docs/chat.md) if it has them.
//!
//! The texts of a chat's end are elsewhere: `End::text` in `chat/session/state.rs` has them. Errors,
//! diagnostics and records are always English: users search for them.

use std::fmt::{self, Display};
use std::time::Duration;

/// The language of the texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// English.
    English,
    /// Chinese, simplified.
    Chinese,
}

impl Language {
    /// The language of the locale's variables: the first of `LC_ALL`, `LC_MESSAGES` and `LANG` that is set
    /// and not empty decides (POSIX.1-2024, XBD 8.2).
    #[must_use]
    pub(crate) fn of_locale(variable: impl Fn(&str) -> Option<String>) -> Self {
        let locale = ["LC_ALL", "LC_MESSAGES", "LANG"]
            .into_iter()
            .filter_map(variable)
            .find(|value| !value.is_empty());
        // `zh`, `zh_CN.UTF-8`, `zh-Hans`.
        let language = locale.as_deref().and_then(|locale| {
            let is_letter = |letter: char| letter.is_ascii_alphabetic();
            locale.split(|letter| !is_letter(letter)).next()
        });
        match language {
            Some("zh") => Self::Chinese,
            _ => Self::English,
        }
    }

    /// `english` in this language. The English text itself, where there is no other.
    #[must_use]
    pub fn text(self, english: &'static str) -> &'static str {
        english
    }

    /// A server listens on `address`.
    pub(crate) fn listening(self, address: impl Display) -> impl Display {
        fmt::from_fn(move |f| match self {
            Self::English => write!(f, "listening on {address}"),
            Self::Chinese => write!(f, "服务器等待客户端连接…… {address}"),
        })
    }

    /// A server waits for a reader of the FIFO at `path`, which is its log.
    pub(crate) fn waiting_for_a_reader(self, path: impl Display) -> impl Display {
        fmt::from_fn(move |f| match self {
            Self::English => write!(f, "waiting for somebody to read the log's FIFO, {path}"),
            Self::Chinese => write!(f, "等待有人读取日志管道 {path}"),
        })
    }

    /// The client's prompt, at a terminal.
    #[must_use]
    pub(crate) fn data_to_send(self) -> &'static str {
        match self {
            Self::English => "Data to send: ",
            Self::Chinese => "请输入要发送的数据:",
        }
    }

    /// The client's text before a reply, at a terminal.
    #[must_use]
    pub(crate) fn received_data(self) -> &'static str {
        match self {
            Self::English => "Received: ",
            Self::Chinese => "接收到的数据为: ",
        }
    }

    /// A server has been silent for a while, and may be for this long.
    #[must_use]
    pub(crate) fn no_answer_yet(self, timeout: Duration) -> impl Display {
        fmt::from_fn(move |f| match self {
            Self::English => write!(f, "(no answer yet; waiting for up to {timeout:?})"),
            Self::Chinese => write!(f, "(尚无回复,最多等待 {timeout:?})"),
        })
    }

    /// `peer` has connected to a chat's listener.
    pub(crate) fn called_by(self, peer: impl Display) -> impl Display {
        fmt::from_fn(move |f| match self {
            Self::English => write!(f, "connected: {peer}"),
            Self::Chinese => write!(f, "连接已建立 {peer}"),
        })
    }

    /// A chat's caller has connected to `peer`.
    pub(crate) fn connected_to(self, peer: impl Display) -> impl Display {
        fmt::from_fn(move |f| match self {
            Self::English => write!(f, "connected to {peer}"),
            Self::Chinese => write!(f, "已连接 {peer}"),
        })
    }

    /// The prompt of a chat's line editor.
    #[must_use]
    pub(crate) fn message_prompt(self) -> &'static str {
        match self {
            Self::English => "you: ",
            Self::Chinese => "输入发送内容:",
        }
    }

    /// The text before a message from the other side, at a terminal.
    #[must_use]
    pub(crate) fn received_message(self) -> &'static str {
        match self {
            Self::English => "peer: ",
            Self::Chinese => "接收到的内容:",
        }
    }

    /// A message waits for the other side's answer.
    #[must_use]
    pub(crate) fn held(self) -> &'static str {
        match self {
            Self::English => "(waits until the other side has answered; Ctrl-C leaves)",
            Self::Chinese => "(等待对方回复后发送;按 Ctrl-C 离开)",
        }
    }

    /// A chat waits for the other side's end. The session waits for three seconds at most.
    #[must_use]
    pub(crate) fn parting(self) -> &'static str {
        match self {
            Self::English => {
                "(leaving as soon as the other side has ended too, or after 3 s of silence; Ctrl-C leaves now)"
            }
            Self::Chinese => "(等待对方也结束,最多静默 3 秒;按 Ctrl-C 立即离开)",
        }
    }

    /// So many entered lines wait to be sent, and are not shown.
    #[must_use]
    pub(crate) fn more_wait(self, count: usize) -> impl Display {
        fmt::from_fn(move |f| match self {
            Self::English => write!(f, "({count} more wait)"),
            Self::Chinese => write!(f, "(还有 {count} 条等待发送)"),
        })
    }

    /// A line is longer than the `most` bytes of a message.
    #[must_use]
    pub(crate) fn too_long(self, most: usize) -> impl Display {
        fmt::from_fn(move |f| match self {
            Self::English => write!(f, "(longer than {most} bytes: sent in parts)"),
            Self::Chinese => write!(f, "(超过 {most} 字节,分段发送)"),
        })
    }

    /// So many messages never reached the other side.
    #[must_use]
    pub(crate) fn unsent(self, count: usize) -> impl Display {
        fmt::from_fn(move |f| match self {
            Self::English => write!(
                f,
                "not sent, for want of an answer: {count} of your messages"
            ),
            Self::Chinese => write!(f, "对方未回复,有 {count} 条消息未发送"),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn expect(variables: &[(&str, &str)], language: Language) {
        let found = Language::of_locale(|name| {
            let (_, value) = variables.iter().find(|(set, _)| *set == name)?;
            Some((*value).to_owned())
        });
        assert_eq!(found, language, "{variables:?}");
    }

    #[test]
    fn the_locale_decides() {
        for value in ["zh", "zh_CN", "zh_CN.UTF-8", "zh_TW.Big5", "zh-Hans"] {
            expect(&[("LANG", value)], Language::Chinese);
        }
        for value in ["", "C", "C.UTF-8", "POSIX", "en_US.UTF-8", "zha_CN", "de"] {
            expect(&[("LANG", value)], Language::English);
        }
        expect(&[], Language::English);
    }

    #[test]
    fn the_first_variable_that_is_not_empty_decides() {
        let (zh, en) = ("zh_CN.UTF-8", "en_US.UTF-8");
        expect(&[("LC_ALL", zh), ("LANG", en)], Language::Chinese);
        expect(&[("LC_ALL", en), ("LC_MESSAGES", zh)], Language::English);
        expect(&[("LC_MESSAGES", zh), ("LANG", en)], Language::Chinese);
        expect(&[("LC_ALL", ""), ("LANG", zh)], Language::Chinese);
    }
}
