//! From a request to its answer: the page, the records, one record, the metrics.
//!
//! The checks come in this order: the method, `Host` and origin ([`super::guard`]), the path, the token, the
//! parameters, room among the viewers.
//!
//! # Invariants
//!
//! - Only an answer to a request with the token, where there is one, is made of a record or a count.

use std::net::SocketAddr;
use std::sync::Arc;

use hyper::StatusCode;
use hyper::body::Bytes;
use hyper::header::{AUTHORIZATION, CONTENT_DISPOSITION, HeaderMap};
use hyper::http::request::Parts;
use tokio::select;

use super::headers::{self, BYTES, CSS, HTML, JAVASCRIPT, JSON, Refused, reply};
use super::metrics::{self, OPENMETRICS};
use super::query::{BadParameter, Query};
use super::rows::Found;
use super::token::Token;
use super::viewers::{Place, Viewers};
use super::{guard, page, poll, view};
use crate::http::{Reply, Respond, Responding};
use crate::language::Language;
use crate::metrics::Metrics;
use crate::net::bound::BoundAddress;
use crate::request_log::{Id, Kept, Recent, json_text};

/// Answers the requests of viewers.
#[derive(Debug)]
pub(super) struct Inspector {
    recent: Arc<Recent>,
    metrics: Arc<Metrics>,
    token: Option<Token>,
    /// The language of the page. None: the browser's.
    language: Option<Language>,
    /// Where the service listens that is shown.
    service: Option<BoundAddress>,
    viewers: Arc<Viewers>,
}

/// What a target names.
enum Route {
    Html,
    Script,
    Style,
    Records,
    Metrics,
    /// The bytes of a record.
    Bytes(Id),
    /// A record as the page shows it.
    View(Id),
}

const NOT_FOUND: Refused = Refused {
    status: StatusCode::NOT_FOUND,
    text: "there is nothing here",
};
const GONE: Refused = Refused {
    status: StatusCode::NOT_FOUND,
    text: "this record is not kept any more",
};
const NO_TOKEN: Refused = Refused {
    status: StatusCode::UNAUTHORIZED,
    text: "this needs the token that hellowire prints at its start: Authorization: Bearer TOKEN",
};
const FULL: Refused = Refused {
    status: StatusCode::SERVICE_UNAVAILABLE,
    text: "eight viewers are served already",
};
const NO_ROOM: Refused = Refused {
    status: StatusCode::SERVICE_UNAVAILABLE,
    text: "other records are being sent",
};

impl Respond for Inspector {
    fn respond(&self, head: &Parts) -> Responding {
        let responding = self.checked(head);
        responding.unwrap_or_else(|refused| ready(refused.reply()))
    }

    fn refusal_fields(&self) -> HeaderMap {
        headers::of_refusals()
    }
}

impl Inspector {
    pub(super) fn new(
        recent: Arc<Recent>,
        metrics: Arc<Metrics>,
        token: Option<Token>,
        language: Option<Language>,
        service: &[BoundAddress],
    ) -> Self {
        Self {
            recent,
            metrics,
            token,
            language,
            service: service.first().cloned(),
            viewers: Arc::new(Viewers::new()),
        }
    }

    fn checked(&self, head: &Parts) -> Result<Responding, Refused> {
        let host = guard::check(head, self.token.is_some())?;
        let route = route(head.uri.path()).ok_or(NOT_FOUND)?;
        match route {
            Route::Html => return Ok(file(HTML, self.html())),
            Route::Script => return Ok(file(JAVASCRIPT, Bytes::from_static(page::JS.as_bytes()))),
            Route::Style => return Ok(file(CSS, Bytes::from_static(page::CSS.as_bytes()))),
            Route::Records | Route::Metrics | Route::Bytes(_) | Route::View(_) => {}
        }
        if !self.has_token(head) {
            return Err(NO_TOKEN);
        }
        let query = match head.uri.query().unwrap_or_default().parse() {
            Ok(query) => query,
            Err(bad) => return Ok(ready(bad_parameter(&bad))),
        };
        match route {
            Route::Metrics => Ok(file(OPENMETRICS, metrics::text(&self.metrics).into())),
            Route::Bytes(id) => self.record(id, &query, None),
            Route::View(id) => self.record(id, &query, Some(&self.reached(host))),
            _ => Ok(self.records(query, self.reached(host))),
        }
    }

    fn html(&self) -> Bytes {
        page::html(self.language).into_owned().into()
    }

    fn has_token(&self, head: &Parts) -> bool {
        let given = head.headers.get(AUTHORIZATION);
        let is_right = |token: &Token| given.is_some_and(|given| token.is_in(given.as_bytes()));
        self.token.as_ref().is_none_or(is_right)
    }

    fn language_of(&self, query: &Query) -> Language {
        query
            .language
            .or(self.language)
            .unwrap_or(Language::English)
    }

    /// Where the viewer reaches the service: at a wildcard address by the host that the viewer used here, if that
    /// is of the same family.
    fn reached(&self, host: &str) -> String {
        match &self.service {
            Some(BoundAddress::Ip(address)) if address.ip().is_unspecified() => {
                let is_name = host.eq_ignore_ascii_case("localhost");
                let is_v6 = host.starts_with('[');
                let host = match address {
                    _ if is_name || is_v6 == address.is_ipv6() => host,
                    SocketAddr::V4(_) => "127.0.0.1",
                    SocketAddr::V6(_) => "[::1]",
                };
                format!("{host}:{}", address.port())
            }
            Some(address) => address.to_string(),
            None => host.to_owned(),
        }
    }

    /// The answer with one record: its bytes, or its view for a service that is reached at `view_to`.
    fn record(&self, id: Id, query: &Query, view_to: Option<&str>) -> Result<Responding, Refused> {
        let is_meant = |kept: &Kept| query.time.is_none_or(|time| time == kept.microseconds());
        let known = self.recent.get(id, 0).filter(is_meant).ok_or(GONE)?;
        // Before the bytes are read: there may be a GiB of them.
        let room = self.viewers.room(known.length).ok_or(NO_ROOM)?;
        let kept = self.recent.get(id, usize::MAX).ok_or(GONE)?;
        let Some(to) = view_to else {
            return Ok(ready(bytes(kept, room)));
        };
        let json = view::view(&kept, to, self.language_of(query));
        drop((kept, room));
        let room = self.viewers.room(json.len()).ok_or(NO_ROOM)?;
        Ok(ready(reply(JSON, room.hold(json))))
    }

    /// The answer with the records that are wanted, as soon as there are some.
    fn records(&self, query: Query, to: String) -> Responding {
        let (recent, viewers) = (Arc::clone(&self.recent), Arc::clone(&self.viewers));
        let language = self.language_of(&query);
        Box::pin(async move {
            let Some(mut waiting) = viewers.wait(query.viewer) else {
                return FULL.reply();
            };
            let found = select! {
                found = poll::poll(&recent, &query, language) => Some(found),
                () = waiting.taken() => None,
            };
            if let (Some(found), Some(place)) = (found, waiting.end()) {
                return reply(JSON, place.hold(json(&found, &to)));
            }
            // A new poll of the viewer has the place. What was found for this one is behind its `next`.
            let asked = query.after.or(query.since);
            let found = Found::nothing(asked.unwrap_or_else(|| recent.start()));
            reply(JSON, json(&found, &to).into())
        })
    }
}

/// What the path of a target names.
fn route(path: &str) -> Option<Route> {
    Some(match path {
        "/" => Route::Html,
        "/page.js" => Route::Script,
        "/page.css" => Route::Style,
        "/records" => Route::Records,
        "/metrics" => Route::Metrics,
        _ => {
            let id = path.strip_prefix("/records/")?;
            match id.strip_suffix("/view") {
                Some(id) => Route::View(id.parse().ok()?),
                None => Route::Bytes(id.parse().ok()?),
            }
        }
    })
}

fn ready(reply: Reply) -> Responding {
    Box::pin(async { reply })
}

fn file(content_type: &'static str, bytes: Bytes) -> Responding {
    ready(reply(content_type, bytes))
}

/// The exact bytes of a record, which a browser saves as a file.
fn bytes(kept: Kept, place: Place) -> Reply {
    let name = format!("attachment; filename=\"{}\"", kept.file_name());
    let mut reply = reply(BYTES, place.hold(kept.raw));
    if let Ok(name) = name.parse() {
        reply.headers_mut().insert(CONTENT_DISPOSITION, name);
    }
    reply
}

/// The answer to a parameter that is unknown or has a bad value.
fn bad_parameter(BadParameter(name): &BadParameter) -> Reply {
    let text = format!("bad parameter: {}\n", name.escape_default());
    let mut reply = reply(headers::TEXT, text.into());
    *reply.status_mut() = StatusCode::BAD_REQUEST;
    reply
}

/// What was found, for a service that is reached at `to`.
fn json(found: &Found, to: &str) -> Vec<u8> {
    let mut json = format!(
        "{{\"next\":\"{}\",\"missed\":{},\"to\":\"",
        found.next, found.missed
    )
    .into_bytes();
    json.reserve(found.rows.len() + 256);
    json_text(to, &mut json);
    json.extend_from_slice(b"\",\"curl\":\"");
    json_text(&view::plain_curl(to), &mut json);
    json.extend_from_slice(b"\",\"records\":[");
    json.extend_from_slice(&found.rows);
    json.extend_from_slice(b"]}");
    json
}

#[cfg(test)]
mod tests {
    use http_body_util::BodyExt as _;
    use hyper::Request;
    use tokio::task::yield_now;

    use super::super::testing::Records;
    use super::*;

    fn inspector(recent: &Arc<Recent>, service: &[BoundAddress]) -> Inspector {
        let metrics = Arc::new(Metrics::new(1));
        Inspector::new(Arc::clone(recent), metrics, None, None, service)
    }

    /// The next place of an answer that has no records.
    async fn next(reply: Reply) -> String {
        let body = reply.into_body().collect().await.unwrap().to_bytes();
        let json: serde_json::Value = serde_json::from_slice(&body).unwrap();
        assert_eq!(json["records"], serde_json::json!([]));
        json["next"].as_str().unwrap().to_owned()
    }

    #[tokio::test]
    async fn a_wildcard_is_reached_by_the_viewers_host_if_that_is_of_its_family() {
        for (service, host, shown) in [
            ("0.0.0.0:80", "127.0.0.2", "127.0.0.2:80"),
            ("0.0.0.0:80", "localhost", "localhost:80"),
            ("0.0.0.0:80", "[::1]", "127.0.0.1:80"),
            ("[::]:80", "[fd00::1]", "[fd00::1]:80"),
            ("[::]:80", "LocalHost", "LocalHost:80"),
            ("[::]:80", "192.0.2.1", "[::1]:80"),
            ("192.0.2.1:80", "localhost", "192.0.2.1:80"),
        ] {
            let recent = Records::new().await.recent;
            let address = BoundAddress::Ip(service.parse().unwrap());
            let inspector = inspector(&recent, &[address]);
            assert_eq!(inspector.reached(host), shown, "{service} {host}");
        }
    }

    #[tokio::test]
    async fn a_search_that_another_one_ends_loses_no_record() {
        let records = Records::new().await;
        let start = records.recent.start().to_string();
        let body = "x".repeat(60_000) + "y";
        for _ in 0..8 {
            let head = format!("POST / HTTP/1.0\r\nContent-Length: {}\r\n\r\n", body.len());
            records.add((head + &body).as_bytes());
        }
        for query in [
            format!("after={start}&"),
            format!("since={start}&"),
            String::new(),
        ] {
            let inspector = inspector(&records.recent, &[]);
            let request = Request::get(format!("/records?{query}find=y&viewer=1"));
            let request = request.header("Host", "localhost").body(()).unwrap();
            let search = inspector.respond(&request.into_parts().0);
            // It lets others be served before it has searched all.
            let takes = async {
                yield_now().await;
                drop(inspector.viewers.wait(Some(1)));
            };
            let (reply, ()) = tokio::join!(search, takes);
            assert_eq!(next(reply).await, start, "{query}");
        }
    }
}
