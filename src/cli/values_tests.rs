//! What each parser takes, on both sides of each bound.

use super::*;

#[test]
fn times() {
    assert_eq!(duration("0s"), Ok(Duration::ZERO));
    assert_eq!(duration("1m 500ms"), Ok(Duration::from_millis(60_500)));
    assert_eq!(duration("365days"), Ok(MAX_TIME));
    for text in ["", "10", "-1s", "s", "1 parsec", "366days"] {
        assert!(duration(text).is_err(), "{text:?}");
    }
    assert_eq!(delay("5m"), Ok(MAX_DELAY));
    assert!(delay("5m 1ms").is_err());
    assert!(timeout("0s").is_err());
    assert_eq!(timeout("1ms"), Ok(Duration::from_millis(1)));
}

#[test]
fn sizes() {
    assert_eq!(size("0"), Ok(0));
    assert_eq!(size("16MiB"), Ok(16 << 20));
    assert_eq!(memory_size("1GiB"), Ok(1 << 30));
    assert_eq!(head_size("256"), Ok(256));
    assert_eq!(head_size("16MiB"), Ok(16 << 20));
    for text in ["", "x", "-1", "1 parsec"] {
        assert!(size(text).is_err(), "{text:?}");
    }
    assert!(memory_size("1025MiB").is_err());
    assert_eq!(target_size("1"), Ok(1));
    assert_eq!(target_size("65534"), Ok(65_534));
    for text in ["0", "65535"] {
        assert!(target_size(text).is_err(), "{text:?}");
    }
    for text in ["255", "16777217"] {
        assert!(head_size(text).is_err(), "{text:?}");
    }
    assert_eq!(message_size("1024"), Ok(1024));
    assert_eq!(message_size("16MiB"), Ok(16 << 20));
    for text in ["1023", "16777217"] {
        assert!(message_size(text).is_err(), "{text:?}");
    }
}

#[test]
fn ports() {
    assert_eq!(port("0"), Ok(0));
    assert_eq!(port("65535"), Ok(65_535));
    for text in ["", "65536", "-1", "+1", "x", "80 "] {
        assert!(port(text).is_err(), "{text:?}");
    }
    assert!(peer_port("0").is_err());
    assert_eq!(peer_port("1"), Ok(1));
}

#[test]
fn modes() {
    for (text, mode) in [("0660", 0o660), ("600", 0o600), ("0", 0), ("0777", 0o777)] {
        assert_eq!(socket_mode(text), Ok(mode));
    }
    for text in ["", "8", "0o660", "+660", "1000", "rw-rw----"] {
        assert!(socket_mode(text).is_err(), "{text:?}");
    }
}

#[test]
fn a_unix_socket_is_for_those_that_take_one() {
    let shown = |address: Result<Address, String>| address.unwrap().to_string();
    assert_eq!(shown(address::<SERVICE_PORT>("unix:a")), "unix:a");
    assert_eq!(shown(peer_address::<SERVICE_PORT>("unix:a")), "unix:a");
    assert_eq!(shown(first_peer_address("unix:/a b, c:1")), "unix:/a b");
    let refused = Err("a Unix socket is of no use here: TCP is needed".to_owned());
    assert_eq!(tcp_address::<CHAT_PORT>("unix:a"), refused);
    assert_eq!(tcp_peer_address::<CHAT_PORT>("unix:a"), refused);
    assert_eq!(shown(tcp_address::<CHAT_PORT>("a")), "a:12345");
    assert_eq!(shown(tcp_peer_address::<CHAT_PORT>("a")), "a:12345");
}

#[test]
fn a_port_alone_is_for_others_only_where_one_listens() {
    let shown = |address: Result<Address, String>| address.unwrap().to_string();
    assert_eq!(shown(address::<SERVICE_PORT>(":9000")), "0.0.0.0:9000");
    assert_eq!(shown(peer_address::<CHAT_PORT>(":9000")), "127.0.0.1:9000");
    assert_eq!(shown(address::<CHAT_PORT>("a")), "a:12345");
    assert_eq!(shown(first_peer_address("a, b:1")), "a:8080");
    assert!(peer_address::<CHAT_PORT>("0").is_err());
}

#[test]
fn paths() {
    for text in ["/", "/health", "/a/b.c~d", "/%20", "//"] {
        assert_eq!(path(text).as_deref(), Ok(text));
    }
    for text in [
        "", "health", "/a b", "/a?b", "/a#b", "/\u{e9}", "/a\r\n", "*",
    ] {
        assert!(path(text).is_err(), "{text:?}");
    }
    assert_eq!(excluded_path(" /a ").as_deref(), Ok("/a"));
    assert_eq!(excluded_path("").as_deref(), Ok(""));
    assert!(excluded_path("a").is_err());
    assert_eq!(only(" POST "), Ok(Some(Only::Method("POST".to_owned()))));
    assert_eq!(only(""), Ok(None));
    assert!(only("post").is_err());
}
