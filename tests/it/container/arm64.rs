//! The image for arm64, which the build stage cross-compiles. qemu's user mode starts its program.

use std::path::Path;
use std::process::Command;

use super::built::{LARGEST, inspect};
use crate::engine::{Container, ROOT, build_with};
use crate::support::{HELLO, Service, directory, expect_answer, run};

#[test]
#[ignore = "needs a container engine, qemu-aarch64-static, and minutes"]
fn the_image_for_arm64_is_small_and_its_program_answers() {
    let image = "hellowire:check-arm64";
    build_with(&["--platform=linux/arm64"], image, Path::new(ROOT));
    let inspected = inspect(image);
    assert_eq!(inspected["Architecture"], "arm64");
    let size = inspected["Size"].as_u64().unwrap();
    println!("the image for arm64 has {size} bytes");
    assert!(size <= LARGEST, "{size} bytes");

    let directory = directory();
    let container = Container::create(image);
    let program = container.copy("hellowire", directory.path());
    let emulated = || {
        let mut command = Command::new("qemu-aarch64-static");
        command.arg(&program);
        command
    };
    assert_eq!(
        run(emulated().arg("--version")),
        concat!("hellowire ", env!("CARGO_PKG_VERSION"), "\n")
    );
    let service = Service::launch(emulated().args(["--listen", "127.0.0.1:0"]));
    let answer = service.exchange("GET /arm64 HTTP/1.1\r\nHost: a\r\n\r\n");
    expect_answer(&answer, 200, HELLO);
    let stopped = service.stop();
    assert!(stopped.stdout[0].contains("GET /arm64 "), "{stopped:#?}");

    // The libraries are those of the cross compiler.
    let licences = container.copy("LICENSES.txt", directory.path());
    let licences = std::fs::read_to_string(licences).unwrap();
    for part in ["glibc 2.", "libgcc 1", "Rust's standard library 1."] {
        let line = licences.lines().find(|line| line.starts_with(part));
        assert!(line.is_some(), "{part} is not in {licences}");
    }
}
