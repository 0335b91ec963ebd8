//! A relay between clients and the service: it records what the clients really send.

use std::collections::HashMap;
use std::io::{Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// For each connection, by the address that the service sees, what the client sent.
pub(crate) type Sent = Arc<Mutex<HashMap<String, Vec<u8>>>>;

/// Relays connections to `to`, and keeps what comes from the clients. Ends with the test.
pub(crate) fn relay(to: SocketAddr) -> (SocketAddr, Sent) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let sent = Sent::default();
    let all = Arc::clone(&sent);
    thread::spawn(move || {
        for client in listener.incoming() {
            let (client, service) = (client.unwrap(), TcpStream::connect(to).unwrap());
            let peer = service.local_addr().unwrap().to_string();
            let (back_from, back_to) = (service.try_clone().unwrap(), client.try_clone().unwrap());
            let all = Arc::clone(&all);
            thread::spawn(move || {
                copy(client, service, |bytes| {
                    let mut all = all.lock().unwrap();
                    all.entry(peer.clone())
                        .or_default()
                        .extend_from_slice(bytes);
                });
            });
            thread::spawn(move || copy(back_from, back_to, |_| {}));
        }
    });
    (address, sent)
}

fn copy(mut from: TcpStream, mut to: TcpStream, mut see: impl FnMut(&[u8])) {
    let mut some = [0; 4096];
    while let Ok(length @ 1..) = from.read(&mut some) {
        see(&some[..length]);
        if to.write_all(&some[..length]).is_err() {
            break;
        }
    }
    let _ = to.shutdown(Shutdown::Write);
}

/// Expects that the records, joined for each connection, are what the clients sent.
#[track_caller]
pub(crate) fn expect_exact(records: &[String], sent: &Sent) {
    let mut recorded: HashMap<String, Vec<u8>> = HashMap::new();
    for record in records {
        let record: serde_json::Value = serde_json::from_str(record).unwrap();
        let peer = record["peer"].as_str().unwrap().to_owned();
        recorded.entry(peer).or_default().extend(raw(&record));
    }
    assert_eq!(recorded, *sent.lock().unwrap());
}

/// The bytes in a record.
fn raw(record: &serde_json::Value) -> Vec<u8> {
    match record["raw"].as_str() {
        Some(raw) => raw.as_bytes().to_vec(),
        None => STANDARD
            .decode(record["raw_base64"].as_str().unwrap())
            .unwrap(),
    }
}
