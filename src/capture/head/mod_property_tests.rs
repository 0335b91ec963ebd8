//! Properties of any head: hyper accepts what passes, and each fault has a name.

use httparse::Request;
use proptest::prelude::*;

use super::super::limits::{Limits, MAX_FIELDS};
use super::super::rules;
use super::tests::{LIMITS, STRICT, seen};
use super::{hide_target, parse};

/// The checks of hyper itself (in `proto::h1::role`, and what that calls).
fn hyper_accepts(head: &[u8]) -> Result<(), String> {
    let mut fields = [httparse::EMPTY_HEADER; MAX_FIELDS];
    let mut request = Request::new(&mut fields);
    let status = request.parse(head).map_err(|error| error.to_string())?;
    if status.is_partial() {
        return Err("partial".to_owned());
    }
    let target = request.path.unwrap();
    hyper::Uri::try_from(target).map_err(|error| format!("{target:?}: {error}"))?;
    hyper::Method::from_bytes(request.method.unwrap().as_bytes()).map_err(|e| e.to_string())?;
    for field in request.headers {
        hyper::header::HeaderName::from_bytes(field.name.as_bytes()).map_err(|e| e.to_string())?;
        hyper::header::HeaderValue::from_bytes(field.value).map_err(|e| e.to_string())?;
    }
    Ok(())
}

/// A head that is nearly well-formed.
fn any_head() -> impl Strategy<Value = String> {
    let method = "(GET|POST|OPTIONS|CONNECT|PROPFIND|get|[!-~]{0,3})";
    let target = prop_oneof![
        3 => "/[ -~]{0,12}",
        2 => "/[a-z0-9/?=&%.]{0,12}",
        1 => "[a-z*+.:-]{0,4}(:|://|:/)?[a-z0-9.:@\\[\\]%-]{0,12}(/[a-z?]{0,5})?",
        1 => "http://(\\[[0-9a-f:.]{0,20}\\]|[a-z0-9.!$&'()*+;=_~-]{0,9})(:[0-9]{0,6})?[/?]?[!-~]{0,5}",
        1 => "\\PC{0,6}",
    ];
    let version = "(HTTP/1\\.[01]|HTTP/1\\.1|[!-~]{0,9})";
    let field = "(Host|Expect|Content-Length|Transfer-Encoding|[!-~]{0,9})(: ?|[ :\t]{0,3})([!-~]{0,9}|a|7|chunked|100-continue)";
    let fields = prop::collection::vec((field, "(\r\n|\r\n|\r\n|\n|\r)"), 0..4);
    ("(\r\n){0,2}", method, target, version, fields).prop_map(
        |(before, method, target, version, fields)| {
            let lines = fields.iter().flat_map(|(field, end)| [field.as_str(), end]);
            let fields: String = lines.collect();
            format!("{before}{method} {target} {version}\r\nHost: a\r\n{fields}\r\n")
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 5000, failure_persistence: None, ..ProptestConfig::default() })]

    /// hyper accepts each head that passes, so that it never refuses one itself.
    #[test]
    fn hyper_accepts_each_head_that_passes(head in any_head(), is_strict: bool) {
        let limits = Limits { is_strict, ..LIMITS };
        if let Ok(Some(parsed)) = parse(head.as_bytes(), &limits) {
            let mut passed = head.as_bytes()[..parsed.length].to_vec();
            if !parsed.odd.is_empty() {
                hide_target(&mut passed[parsed.target]);
            }
            let accepted = hyper_accepts(&passed);
            prop_assert_eq!(accepted, Ok(()), "{:?}", head);
        }
    }

    /// The strict mode refuses odd heads, and no others.
    #[test]
    fn the_strict_mode_refuses_odd_heads(head in any_head()) {
        let strict = parse(head.as_bytes(), &STRICT);
        match seen(&head) {
            Ok(Some(parsed)) if !parsed.odd.is_empty() => {
                prop_assert!(strict.is_err_and(|refusal| parsed.odd.contains(&refusal)));
            }
            Ok(same) => prop_assert_eq!(strict, Ok(same)),
            Err(_) => prop_assert!(strict.is_err()),
        }
    }

    /// Each head that httparse refuses has a named fault, and the same one in any longer piece.
    #[test]
    fn each_fault_is_named(head in any_head(), more in "\\PC{0,9}") {
        if let Err(refusal) = seen(&head) {
            prop_assert_ne!(refusal, rules::HEAD, "{:?}", head);
            let end = (0..=head.len()).find(|&end| parse(&head.as_bytes()[..end], &LIMITS).is_err());
            let early = parse(&head.as_bytes()[..end.unwrap()], &LIMITS);
            prop_assert_eq!(&early, &Err(refusal));
            prop_assert_eq!(seen(&(head + &more)), early);
        }
    }
}
