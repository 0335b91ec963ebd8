//! The file of a Unix socket: what it replaces, its mode, and when it is removed. The mode under a umask is tested
//! with the program, which has a umask of its own.

use std::os::unix::net::{UnixDatagram, UnixListener, UnixStream};

use super::*;

const BACKLOG: i32 = 8;

fn mode(path: &Path) -> u32 {
    fs::symlink_metadata(path).unwrap().mode() & 0o7777
}

/// A directory, and a path in it.
fn place() -> (tempfile::TempDir, PathBuf) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("s");
    (directory, path)
}

#[track_caller]
fn expect_error(path: &Path, takes_over: bool, expected: &str) {
    let error = listen(path, 0o660, takes_over, BACKLOG).unwrap_err();
    assert!(error.to_string().contains(expected), "{error}");
}

#[test]
fn a_socket_has_its_mode_and_is_gone_with_its_file() {
    let (directory, path) = place();
    for wanted in [0o660, 0o600, 0o777] {
        let (_socket, file) = listen(&path, wanted, false, BACKLOG).unwrap();
        assert_eq!(mode(&path), wanted);
        UnixStream::connect(&path).unwrap();
        drop(file);
        assert!(!path.exists());
    }
    assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 0);
}

#[test]
fn a_socket_on_which_no_program_answers_is_replaced() {
    let (_directory, path) = place();
    drop(UnixListener::bind(&path).unwrap());
    let _listening = listen(&path, 0o600, false, BACKLOG).unwrap();
    UnixStream::connect(&path).unwrap();
}

#[test]
fn a_socket_on_which_a_program_answers_is_left_alone() {
    let (_directory, path) = place();
    let other = UnixListener::bind(&path).unwrap();
    let before = identity(&fs::symlink_metadata(&path).unwrap());
    expect_error(&path, false, "another program listens there");
    assert_eq!(identity(&fs::symlink_metadata(&path).unwrap()), before);
    drop(other);
}

/// Linux refuses a client whose queue is full, if it does not wait.
#[test]
#[cfg(target_os = "linux")]
fn a_program_whose_queue_is_full_is_there() {
    let (_directory, path) = place();
    let other = Socket::new(Domain::UNIX, Type::STREAM, None).unwrap();
    other.bind(&SockAddr::unix(&path).unwrap()).unwrap();
    other.listen(0).unwrap();
    let _queued = UnixStream::connect(&path).unwrap();
    expect_error(&path, false, "another program listens there");
}

#[test]
fn what_is_no_stream_socket_is_left_alone() {
    for takes_over in [false, true] {
        let (directory, path) = place();
        fs::write(&path, "kept").unwrap();
        expect_error(&path, takes_over, "no socket, and is left alone");
        assert_eq!(fs::read(&path).unwrap(), b"kept");
        let target = directory.path().join("target");
        let _target = UnixListener::bind(&target).unwrap();
        let link = directory.path().join("link");
        std::os::unix::fs::symlink(&target, &link).unwrap();
        expect_error(&link, takes_over, "no socket, and is left alone");
        let datagrams = directory.path().join("datagrams");
        let _datagrams = UnixDatagram::bind(&datagrams).unwrap();
        expect_error(&datagrams, takes_over, "");
        assert!(datagrams.exists());
    }
    let missing = place().1.join("missing");
    expect_error(&missing, false, "No such file or directory");
}

#[test]
fn a_take_over_leaves_no_moment_without_a_socket_and_the_old_file_removes_nothing() {
    let (directory, path) = place();
    let (old, old_file) = listen(&path, 0o660, false, BACKLOG).unwrap();
    let _queued = UnixStream::connect(&path).unwrap();
    let (_new, mut new_file) = listen(&path, 0o600, true, BACKLOG).unwrap();
    assert_eq!(mode(&path), 0o660);
    new_file.publish().unwrap();
    assert_eq!(mode(&path), 0o600);
    assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1);
    // The old one still has its clients.
    UnixListener::from(old).accept().unwrap();
    drop(old_file);
    UnixStream::connect(&path).unwrap();
    drop(new_file);
    assert!(!path.exists());
}

#[test]
fn a_take_over_that_is_not_published_changes_nothing() {
    let (directory, path) = place();
    let (old, _old_file) = listen(&path, 0o660, false, BACKLOG).unwrap();
    let other = directory.path().join("other");
    let several = [&path, &other].map(|path| listen(path, 0o660, true, BACKLOG).unwrap());
    assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 3);
    drop(several);
    assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1);
    let _client = UnixStream::connect(&path).unwrap();
    UnixListener::from(old).accept().unwrap();
}

/// The first service says it, not only the one that would take its place.
#[test]
fn a_directory_without_room_for_the_temporary_name_is_an_error_at_once() {
    let (directory, _) = place();
    let length = directory.path().as_os_str().len();
    let directory = directory.path().join("d".repeat(MAX_PATH - length - 3));
    fs::create_dir(&directory).unwrap();
    let path = directory.join("s");
    assert_eq!(path.as_os_str().len(), MAX_PATH);
    expect_error(&path, true, "too long for --reuse-port");
    let _listening = listen(&path, 0o660, false, BACKLOG).unwrap();
}

/// Another program holds the lock, as each user who may read the directory can.
#[test]
fn a_locked_directory_delays_the_start_and_not_the_end() {
    let (directory, path) = place();
    let other = File::open(directory.path()).unwrap();
    flock(&other, FlockOperation::LockExclusive).unwrap();
    let (_socket, file) = listen(&path, 0o660, false, BACKLOG).unwrap();
    let began = std::time::Instant::now();
    assert!(lock(&path, 1).is_none());
    assert!(began.elapsed() < PAUSE * 10, "{:?}", began.elapsed());
    drop(file);
    assert!(!path.exists());
}

/// Another user has put a link there between the bind and the mode.
#[test]
#[cfg(target_os = "linux")]
fn the_mode_of_what_a_link_names_is_left_alone() {
    let (directory, path) = place();
    let target = directory.path().join("target");
    let _target = UnixListener::bind(&target).unwrap();
    let before = mode(&target);
    std::os::unix::fs::symlink(&target, &path).unwrap();
    assert!(set_mode(&path, 0o777 & !before).is_err());
    assert_eq!(mode(&target), before);
}

#[test]
fn what_another_program_has_put_there_is_not_removed() {
    let (_directory, path) = place();
    let (_socket, file) = listen(&path, 0o660, false, BACKLOG).unwrap();
    fs::remove_file(&path).unwrap();
    let _other = UnixListener::bind(&path).unwrap();
    drop(file);
    UnixStream::connect(&path).unwrap();
}

/// Each of many that start at once either listens, or finds that another does.
#[test]
fn of_programs_that_start_at_once_one_listens() {
    for _ in 0..20 {
        let (_directory, path) = place();
        drop(UnixListener::bind(&path).unwrap());
        let started: Vec<_> = std::thread::scope(|scope| {
            let start = || listen(&path, 0o660, false, BACKLOG);
            let threads: Vec<_> = (0..4).map(|_| scope.spawn(start)).collect();
            let joined = threads.into_iter().map(|thread| thread.join().unwrap());
            joined.collect()
        });
        assert_eq!(started.iter().filter(|started| started.is_ok()).count(), 1);
        UnixStream::connect(&path).unwrap();
    }
}
