//! Programs with other protocols: the record has exactly their bytes, and some programs show the answer.

use std::process::{Command, Stdio};

use super::{HTTP_2, PROXY, SOCKS, SSH, TLS, curl, said, subject};

#[test]
#[ignore = "needs curl"]
fn curl_with_tls_is_recorded_as_that() {
    let subject = subject();
    let output = curl(&["--insecure"], &format!("https://{}/", subject.address));
    assert!(!output.status.success(), "{output:?}");
    subject.expect_all(TLS);
}

#[test]
#[ignore = "needs curl"]
fn curl_with_http_2_is_recorded_as_that() {
    let subject = subject();
    let url = format!("http://{}/", subject.address);
    let output = curl(&["--http2-prior-knowledge"], &url);
    assert!(!output.status.success(), "{output:?}");
    subject.expect_all(HTTP_2);
}

#[test]
#[ignore = "needs curl"]
fn curl_with_the_proxy_protocol_hears_so() {
    let subject = subject();
    let url = format!("http://{}/", subject.address);
    let output = curl(&["--haproxy-protocol"], &url);
    assert!(said(&output).contains(PROXY), "{output:?}");
    subject.expect_all(PROXY);
}

#[test]
#[ignore = "needs curl"]
fn curl_with_socks_is_recorded_as_that() {
    let subject = subject();
    let proxy = subject.address.to_string();
    let output = curl(&["--socks5", &proxy], "http://127.0.0.1:1/");
    assert!(!output.status.success(), "{output:?}");
    subject.expect_all(SOCKS);
}

#[test]
#[ignore = "needs ssh"]
fn ssh_hears_so() {
    let subject = subject();
    let port = subject.address.port().to_string();
    let output = Command::new("ssh")
        .args(["-v", "-F", "none", "-p", &port])
        .args(["-o", "BatchMode=yes", "-o", "StrictHostKeyChecking=no"])
        .args(["-o", "UserKnownHostsFile=/dev/null", "127.0.0.1", "true"])
        .output()
        .unwrap();
    // It shows the lines that come where it expects a banner.
    let said = said(&output);
    let banner = said
        .lines()
        .find(|line| line.contains("banner line") && line.contains(SSH));
    assert!(banner.is_some(), "{said}");
    subject.expect_all(SSH);
}

#[test]
#[ignore = "needs openssl"]
fn openssl_is_recorded_as_tls() {
    let subject = subject();
    for options in [
        &["-tls1_2"][..],
        &["-tls1_3"],
        &["-servername", "example.test"],
    ] {
        let output = Command::new("openssl")
            .args(["s_client", "-connect", &subject.address.to_string()])
            .args(options)
            .stdin(Stdio::null())
            .output()
            .unwrap();
        assert!(!output.status.success(), "{output:?}");
    }
    subject.expect_all(TLS);
}
