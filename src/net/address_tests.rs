//! The forms of an address: those that are written out, those that are completed, and those that are none.

use std::net::SocketAddrV6;

use proptest::prelude::*;

use super::*;

#[test]
fn an_address_is_displayed_as_it_was_written() {
    for text in [
        "127.0.0.1:8080",
        "[::1]:0",
        "localhost:80",
        "a-b.example:65535",
        "[fe80::1%eth0]:8080",
        "[fe80::1%2]:0",
        "[febf::1%wlan-0.5@x]:1",
        "[::1%lo]:80",
    ] {
        let address: Address = text.parse().unwrap();
        assert_eq!(address.to_string(), text);
    }
    let zoned = Address::Zoned {
        ip: "fe80::1".parse().unwrap(),
        zone: "eth0".to_owned(),
        port: 80,
    };
    assert_eq!(" [FE80::0:1%eth0]:80 ".parse(), Ok(zoned));
}

/// A user can copy the address of a bound socket.
#[test]
fn parses_what_the_standard_library_displays() {
    let ip = "fe80::1".parse().unwrap();
    let written = SocketAddr::from(SocketAddrV6::new(ip, 8080, 0, 2)).to_string();
    let address = written.parse::<Address>().unwrap();
    assert_eq!(address.to_string(), written);
    assert_eq!(written, "[fe80::1%2]:8080");
}

#[track_caller]
fn expect_error(texts: &[&str], error: AddressError) {
    for text in texts {
        assert_eq!(text.parse::<Address>(), Err(error), "{text:?}");
    }
}

#[test]
fn malformed_addresses() {
    let texts = [
        "",
        ":80",
        "80",
        "localhost",
        "127.0.0.1",
        "127.0.0.1:+80",
        "127.0.0:80",
        "a b:80",
        "http://a:80",
        "[fe80::1%]:80",
        "[fe80::1%eth0]",
        "[fe80::1%eth0]:",
        "[fe80::1]%eth0:80",
        "[fe80::1%25eth0%]:80",
        "[fe80::1%a b]:80",
        "[%eth0]:80",
        "%eth0:80",
    ];
    expect_error(&texts, AddressError::Form);
    let texts = ["::80", "::1:80", "1:2:3:4:5:6:7:8:80", "fe80::1%eth0:80"];
    expect_error(&texts, AddressError::NeedsBrackets);
    let texts = ["127.0.0.1:65536", "[fe80::1%eth0]:65536", "a:80800"];
    expect_error(&texts, AddressError::Port);
}

/// An address to listen on of which parts are left out.
fn completed(text: &str) -> Result<String, AddressError> {
    let omitted = Omitted {
        host: Ipv4Addr::UNSPECIFIED,
        port: 8080,
    };
    omitted.parse(text).map(|address| address.to_string())
}

#[test]
fn what_is_left_out_is_completed() {
    for (text, address) in [
        ("9000", "127.0.0.1:9000"),
        ("0", "127.0.0.1:0"),
        ("65535", "127.0.0.1:65535"),
        (":9000", "0.0.0.0:9000"),
        (":0", "0.0.0.0:0"),
        (" :9000 ", "0.0.0.0:9000"),
        ("127.0.0.2", "127.0.0.2:8080"),
        ("localhost", "localhost:8080"),
        ("a-b.example", "a-b.example:8080"),
        ("[::1]", "[::1]:8080"),
        ("::1", "[::1]:8080"),
        ("::", "[::]:8080"),
        ("2001:db8::7", "[2001:db8::7]:8080"),
        ("2001:db8:0:0:0:0:0:1", "[2001:db8::1]:8080"),
        ("::1:abc", "[::1:abc]:8080"),
        ("[fe80::1%eth0]", "[fe80::1%eth0]:8080"),
        ("fe80::1%eth0", "[fe80::1%eth0]:8080"),
        ("localhost:80", "localhost:80"),
        ("127.0.0.1:80", "127.0.0.1:80"),
        ("[::1]:80", "[::1]:80"),
        ("[fe80::1%2]:80", "[fe80::1%2]:80"),
        ("http://127.0.0.1:80", "127.0.0.1:80"),
        (" http://localhost:80/ ", "localhost:80"),
        ("http://[::1]:80/", "[::1]:80"),
        ("http://[fe80::1%2]:80", "[fe80::1%2]:80"),
    ] {
        assert_eq!(completed(text).as_deref(), Ok(address), "{text:?}");
    }
}

#[test]
fn what_could_mean_several_things_is_not_completed() {
    for text in [
        "",
        " ",
        ":",
        "a:b:c",
        "a:",
        ":a",
        "1.2.3.4.5",
        "127.0.0",
        "+80",
        "-1",
        "80 81",
        "[::1",
        "::1]",
        "[127.0.0.1]",
        "[localhost]",
        "[]",
        "http://unix:/a",
        "http:// unix:/a",
        "http://a",
        "http://a/",
        "http://80",
        "http://:80",
        "http://a:80//",
        "http://a:80/b",
        "http://http://a:80",
        "https://a:80",
        "a/b",
        "a:80/",
    ] {
        assert_eq!(completed(text), Err(AddressError::Form), "{text:?}");
    }
    for text in ["::1:80", "fe80::1:80", "fe80::1%eth0:80"] {
        assert_eq!(
            completed(text),
            Err(AddressError::NeedsBrackets),
            "{text:?}"
        );
    }
    for text in ["80800", ":65536", "99999999999999999999", "[::1]:65536"] {
        assert_eq!(completed(text), Err(AddressError::Port), "{text:?}");
    }
    assert_eq!(completed("fe80::1"), Err(AddressError::NeedsZone));
    for text in ["/run/a.sock", "./a.sock", "../a.sock"] {
        assert_eq!(completed(text), Err(AddressError::Path), "{text:?}");
    }
    assert_eq!(completed("::1%eth0").as_deref(), Ok("[::1%eth0]:8080"));
    assert_eq!(completed("127.0.0.1%lo"), Err(AddressError::HasNoZone));
}

#[test]
fn a_port_can_be_replaced() {
    for (text, replaced) in [
        ("127.0.0.1:80", "127.0.0.1:0"),
        ("[fe80::1%2]:80", "[fe80::1%2]:0"),
        ("localhost:80", "localhost:0"),
    ] {
        let address: Address = text.parse().unwrap();
        assert_eq!(address.with_port(0).to_string(), replaced);
    }
}

#[test]
fn only_link_local_addresses_have_a_zone_and_they_need_one() {
    let needed = ["[fe80::1]:80", "[febf::1]:80"];
    expect_error(&needed, AddressError::NeedsZone);
    let senseless = [
        "[2001:db8::1%eth0]:80",
        "[::%eth0]:80",
        "[::ffff:127.0.0.1%lo]:80",
        "127.0.0.1%lo:80",
        "localhost%lo:80",
    ];
    expect_error(&senseless, AddressError::HasNoZone);
}

proptest! {
    /// An address that parses is displayed as a text that parses to the same address.
    #[test]
    fn display_and_parse_are_inverse(text in r"\[?[0-9a-f.:]{0,8}(%[a-z0-9%]{0,4})?\]?:[0-9]{1,5}") {
        if let Ok(address) = text.parse::<Address>() {
            prop_assert_eq!(address.to_string().parse(), Ok(address));
        }
    }
}

#[test]
fn a_unix_socket_has_a_path_and_no_port() {
    let longest = "x".repeat(107);
    for path in [
        "/run/a.sock",
        "a",
        "/a b/it's",
        "/[::1]",
        "80",
        "@a",
        &longest,
    ] {
        let text = format!("unix:{path}");
        let address: Address = text.parse().unwrap();
        assert_eq!(address, Address::Unix(path.into()));
        assert_eq!(OMITTED_UNIX.parse(&format!(" {text} ")).unwrap(), address);
        assert_eq!(address.to_string(), text);
        assert_eq!(address.port(), None);
        assert_eq!(address.clone().with_port(80), address);
    }
    let longer = "x".repeat(108);
    for path in ["", " ", "/a\nb", "/\u{1b}[m", "/\u{202e}", &longer] {
        let text = format!("unix:{path}");
        assert_eq!(text.parse::<Address>(), Err(AddressError::Path), "{text:?}");
    }
}

const OMITTED_UNIX: Omitted = Omitted {
    host: Ipv4Addr::LOCALHOST,
    port: 8080,
};
