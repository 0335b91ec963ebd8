//! Bound sockets: one a worker, with the buffers that were asked for, at a port of their own.

use super::*;

const SHARING: Options = Options {
    share_port: true,
    ..Options::ALONE
};

fn of_workers(workers: usize) -> Options {
    Options {
        workers,
        ..Options::ALONE
    }
}

fn any_port() -> Vec<Address> {
    vec!["127.0.0.1:0".parse().unwrap()]
}

#[test]
fn each_worker_has_a_listener_on_the_same_port() {
    let bound = bind(&any_port(), of_workers(3)).unwrap();
    let ports = bound
        .listeners
        .iter()
        .map(|worker| worker.tcp[0].local_addr().unwrap());
    let address = bound.addresses[0].ip().unwrap();
    assert_eq!(ports.collect::<Vec<_>>(), [address; 3]);
}

fn with_buffers(socket_buffer: usize) -> Options {
    Options {
        socket_buffer: Some(socket_buffer),
        ..Options::ALONE
    }
}

#[test]
#[cfg(target_os = "linux")]
fn a_connection_has_the_buffers_of_its_listener() {
    use std::net::TcpStream;

    use socket2::SockRef;

    let mut bound = bind(&any_port(), with_buffers(8192)).unwrap();
    let _client = TcpStream::connect(bound.addresses[0].ip().unwrap()).unwrap();
    let listener = bound.listeners[0].tcp.remove(0);
    listener.set_nonblocking(false).unwrap();
    let (accepted, _) = listener.accept().unwrap();
    let socket = SockRef::from(&accepted);
    let buffers = (
        socket.recv_buffer_size().unwrap(),
        socket.send_buffer_size().unwrap(),
    );
    assert_eq!(buffers, (2 * 8192, 2 * 8192));
}

#[test]
#[cfg(target_os = "linux")]
fn more_than_the_kernel_allows_is_an_error() {
    let most = std::fs::read_to_string("/proc/sys/net/core/rmem_max").unwrap();
    let most: usize = most.trim().parse().unwrap();
    let error = bind(&any_port(), with_buffers(most + 1)).unwrap_err();
    let BindError::Listen { source, .. } = error else {
        panic!("{error:?}");
    };
    let expected =
        format!("socket buffers of {most} bytes at most (net.core.rmem_max and wmem_max), not");
    assert!(source.to_string().contains(&expected), "{source}");
}

#[test]
fn a_second_bind_fails_unless_both_share_the_port() {
    let first = bind(&any_port(), of_workers(2)).unwrap();
    let taken = [Address::Ip(first.addresses[0].ip().unwrap())];
    let error = bind(&taken, of_workers(2)).unwrap_err();
    assert_eq!(
        error.to_string(),
        format!("cannot listen on {}", first.addresses[0])
    );
    let shared = bind(&taken, SHARING);
    assert!(shared.is_ok(), "{shared:?}");
}

#[test]
fn all_workers_share_a_unix_socket_whose_file_goes_with_them() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("s");
    let addresses = [Address::Unix(path.clone()), Address::Unix(path.clone())];
    let bound = bind(&addresses, of_workers(3)).unwrap();
    assert_eq!(bound.addresses, [BoundAddress::Unix(path.clone())]);
    for worker in &bound.listeners {
        assert_eq!((worker.tcp.len(), worker.shared.len()), (0, 1));
    }
    let error = bind(&addresses, of_workers(1)).unwrap_err();
    let error = error.with_hint("-p sets another port");
    let expected = format!("cannot listen on unix:{}", path.display());
    assert_eq!(error.to_string(), expected);
    let BindError::Listen { source, .. } = error else {
        panic!("{error:?}");
    };
    let expected = "another program listens there: --reuse-port takes its place";
    assert_eq!(source.to_string(), expected);
    drop(bound);
    assert!(!path.exists());
}
