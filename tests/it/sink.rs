//! Log files, and sinks that break: one warning, and the service goes on.

use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::process::{Command, Stdio};

use rustix::process::Signal;

use crate::support::{HELLO, Service, directory, expect_answer, program};
use crate::unread::lost;

const GET: &str = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

#[test]
fn records_are_appended_to_a_file_of_our_own() {
    let directory = directory();
    let path = directory.path().join("requests.log");
    let name = path.to_str().unwrap();
    for run in 1..=2 {
        let service = Service::start(&["--log-file", name]);
        service.exchange(GET);
        assert_eq!(service.stop().stdout, Vec::<String>::new());
        assert_eq!(fs::read_to_string(&path).unwrap().lines().count(), run);
    }
    assert_eq!(
        fs::metadata(&path).unwrap().permissions().mode() & 0o777,
        0o600
    );
}

/// An earlier run was cut in the middle of a record: the next one begins a line of its own.
#[test]
fn half_a_line_is_ended_before_the_first_record() {
    let directory = directory();
    let path = directory.path().join("log");
    fs::write(&path, "half a rec").unwrap();
    let service = Service::start(&["--log-file", path.to_str().unwrap()]);
    service.exchange(GET);
    // Without a rename it is the same file, and goes on.
    service.signal(Signal::HUP);
    service.exchange(GET);
    service.stop();
    let log = fs::read_to_string(&path).unwrap();
    let lines: Vec<_> = log.lines().collect();
    assert_eq!((lines.len(), lines[0]), (3, "half a rec"), "{log}");
}

#[test]
fn a_renamed_file_is_left_on_sighup() {
    let directory = directory();
    let (path, old) = (directory.path().join("log"), directory.path().join("log.1"));
    let service = Service::start(&["--log-file", path.to_str().unwrap()]);
    service.exchange(GET);
    until_lines(&path, 1);
    fs::rename(&path, &old).unwrap();
    service.exchange(GET);
    until_lines(&old, 2);
    service.signal(Signal::HUP);
    until_lines(&path, 0);
    service.exchange(GET);
    service.stop();
    let count = |path| fs::read_to_string(path).unwrap().lines().count();
    assert_eq!((count(&old), count(&path)), (2, 1));
}

/// Waits until the file has that many lines.
#[track_caller]
pub(crate) fn until_lines(path: &std::path::Path, lines: usize) {
    let deadline = std::time::Instant::now() + crate::support::BOUND;
    loop {
        let seen = fs::read_to_string(path);
        match &seen {
            Ok(text) if text.lines().count() >= lines => return,
            _ if std::time::Instant::now() > deadline => panic!("{}: {seen:?}", path.display()),
            _ => std::thread::yield_now(),
        }
    }
}

#[test]
fn a_closed_pipe_gets_one_warning_and_the_service_goes_on() {
    let mut child = program()
        .args(["--listen", "127.0.0.1:0"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stderr = BufReader::new(child.stderr.take().unwrap())
        .lines()
        .map(Result::unwrap);
    let listening = stderr.next().unwrap();
    let address = listening.rsplit('/').next().unwrap().parse().unwrap();
    let request = || {
        let mut client = crate::support::Client::connect(address);
        client.send(GET);
        expect_answer(&client.read_answer(), 200, HELLO);
    };
    // As `| head -1` does it.
    let mut first = String::new();
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    request();
    stdout.read_line(&mut first).unwrap();
    drop(stdout);
    request();
    let warning = stderr.next().unwrap();
    assert!(
        warning.contains("cannot write the log to standard output"),
        "{warning}"
    );
    for _ in 0..10 {
        request();
    }
    rustix::process::kill_process(rustix::process::Pid::from_child(&child), Signal::TERM).unwrap();
    let rest: Vec<_> = stderr.collect();
    assert_eq!(child.wait().unwrap().code(), Some(0), "{rest:?}");
    assert!(
        rest.len() == 1 && rest[0].contains("11 records were lost"),
        "{rest:?}"
    );
}

/// `/dev/full` is a disk that is full. After a rotation to a good file nothing is missing, because
/// the queue held it.
#[test]
fn a_full_disk_gets_one_warning_and_is_made_good_by_another_file() {
    let directory = directory();
    let path = directory.path().join("log");
    symlink("/dev/full", &path).unwrap();
    let service = Service::start(&["--log-file", path.to_str().unwrap()]);
    for _ in 0..10 {
        expect_answer(&service.exchange(GET), 200, HELLO);
    }
    let warning = service.stderr.next();
    assert!(
        warning.contains("cannot write the log") && warning.contains("No space left"),
        "{warning}"
    );
    fs::remove_file(&path).unwrap();
    service.signal(Signal::HUP);
    let again = service.stderr.next();
    assert!(
        again.contains("again") && again.contains(" 0 records were lost"),
        "{again}"
    );
    service.exchange(GET);
    let stopped = service.stop();
    assert_eq!(stopped.stderr, Vec::<String>::new());
    assert_eq!(fs::read_to_string(&path).unwrap().lines().count(), 11);
}

/// `ulimit -f`: the kernel refuses the write, and sends a signal that would end the service.
#[test]
fn a_file_that_may_not_grow_is_a_broken_sink_and_no_end() {
    let directory = directory();
    let path = directory.path().join("log");
    let program = program();
    let mut limited = Command::new("sh");
    limited
        .args(["-c", "ulimit -f 1; exec \"$@\"", "sh"])
        .arg(program.get_program())
        .args(["--listen", "127.0.0.1:0", "--log-file"])
        .arg(&path);
    let service = Service::launch(&mut limited);
    // The file may have 512 or 1024 bytes, by the shell, and a record is some 85.
    for _ in 0..20 {
        expect_answer(&service.exchange(GET), 200, HELLO);
    }
    let warning = service.stderr.next();
    assert!(
        warning.contains("cannot write the log") && warning.contains("File too large"),
        "{warning}"
    );
    let said = service.stop().stderr;
    let log = fs::read_to_string(&path).unwrap();
    assert_eq!(log.matches('\n').count() + lost(&said), 20, "{said:?}");
}

#[test]
fn a_disk_that_stays_full_is_said_with_the_number_of_records_lost() {
    let service = Service::start(&["--log-file", "/dev/full", "--log-queue", "100"]);
    for _ in 0..10 {
        expect_answer(&service.exchange(GET), 200, HELLO);
    }
    service.signal(Signal::TERM);
    let stopped = service.wait();
    let said = stopped.stderr.join("\n");
    assert_eq!(said.matches("cannot write the log").count(), 1, "{said}");
    assert!(said.contains("10 records were lost"), "{said}");
}

/// The same file works again: it goes on at the byte where it stopped.
#[test]
#[ignore = "needs to mount a tmpfs"]
fn a_disk_with_room_again_is_used_again() {
    let disk = Tmpfs::mount("64k");
    let filler = disk.0.path().join("filler");
    fs::write(&filler, vec![0; 48 * 1024]).unwrap();
    let path = disk.0.path().join("log");
    let service = Service::start(&["--log-file", path.to_str().unwrap()]);
    // A record is some 85 bytes: the 16 KiB that are left hold about 190 of these.
    for _ in 0..500 {
        expect_answer(&service.exchange(GET), 200, HELLO);
    }
    let warning = service.stderr.next();
    assert!(warning.contains("No space left"), "{warning}");
    fs::remove_file(&filler).unwrap();
    let again = service.stderr.next();
    assert!(
        again.contains("again") && again.contains(" 0 records were lost"),
        "{again}"
    );
    assert_eq!(service.stop().stderr, Vec::<String>::new());
    let log = fs::read_to_string(&path).unwrap();
    assert_eq!(log.lines().count(), 500);
    let torn = log
        .lines()
        .find(|line| !line.ends_with(r#" 27 "GET / HTTP/1.1\r\nHost: a\r\n\r\n""#));
    assert_eq!(torn, None);
}

/// A small disk of our own.
pub(crate) struct Tmpfs(pub(crate) tempfile::TempDir);

impl Tmpfs {
    pub(crate) fn mount(size: &str) -> Self {
        let directory = directory();
        let options = format!("size={size}");
        let path = directory.path().to_str().unwrap();
        run(Command::new("mount").args(["-t", "tmpfs", "-o", &options, "tmpfs", path]));
        Self(directory)
    }
}

impl Drop for Tmpfs {
    fn drop(&mut self) {
        // Lazily: the service may still have its file open when a test fails.
        run(Command::new("umount").arg("-l").arg(self.0.path()));
    }
}

fn run(command: &mut Command) {
    let status = command.status().unwrap();
    assert!(status.success(), "{command:?}: {status}");
}
