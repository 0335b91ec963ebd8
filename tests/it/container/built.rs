//! What the build of the image makes: its files, its size and its labels. And what it makes of older files.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::UNIX_EPOCH;

use serde_json::{Value, json};

use crate::engine::{ROOT, build, build_with, docker, fresh_name, image, save};
use crate::support::directory;

/// The most bytes an image may have.
pub(super) const LARGEST: u64 = 3_300_000;

/// What the engine knows of an image.
#[track_caller]
pub(super) fn inspect(image: &str) -> Value {
    let inspected = docker(&["image", "inspect", image]);
    let mut inspected: Value = serde_json::from_str(&inspected).unwrap();
    inspected[0].take()
}

#[test]
#[ignore = "needs a container engine"]
fn nothing_is_in_the_image_but_the_program_and_the_licences() {
    let directory = directory();
    let path = |name: &str| directory.path().join(name);
    save(image(), &path("image.tar"));
    let tar = |arguments: &[&str], file: &Path| {
        let output = Command::new("tar")
            .args(arguments)
            .arg(file)
            .output()
            .unwrap();
        assert!(output.status.success(), "{output:#?}");
        String::from_utf8(output.stdout).unwrap()
    };
    let into = format!("--directory={}", directory.path().display());
    tar(&[&into, "--extract", "--file"], &path("image.tar"));
    let manifest = fs::read(path("manifest.json")).unwrap();
    let manifest: Value = serde_json::from_slice(&manifest).unwrap();
    let layers = manifest[0]["Layers"].as_array().unwrap();
    let files: Vec<_> = layers
        .iter()
        .map(|layer| tar(&["--list", "--file"], &path(layer.as_str().unwrap())))
        .collect();
    assert_eq!(files, ["LICENSES.txt\nhellowire\n"]);
}

#[test]
#[ignore = "needs a container engine"]
fn the_image_is_small_and_runs_as_nobody() {
    let inspected = inspect(image());
    let size = inspected["Size"].as_u64().unwrap();
    println!("the image has {size} bytes");
    assert!(size <= LARGEST, "{size} bytes");
    let config = &inspected["Config"];
    assert_eq!(config["User"], "65532:65532");
    assert_eq!(config["Entrypoint"], serde_json::json!(["/hellowire"]));
    assert_eq!(config["ExposedPorts"], serde_json::json!({"8080/tcp": {}}));
}

/// The labels that are the same in each build.
fn labels() -> Value {
    json!({
        "org.opencontainers.image.title": "hellowire",
        "org.opencontainers.image.description": env!("CARGO_PKG_DESCRIPTION"),
        "org.opencontainers.image.version": env!("CARGO_PKG_VERSION"),
        "org.opencontainers.image.licenses": env!("CARGO_PKG_LICENSE"),
    })
}

#[test]
#[ignore = "needs a container engine"]
fn the_labels_say_what_the_build_was_told_and_nothing_else() {
    let told = "hellowire:check-labels";
    let arguments = [
        "--build-arg=SOURCE=https://example.com/hellowire",
        "--build-arg=REVISION=0123456789abcdef0123456789abcdef01234567",
        "--build-arg=CREATED=2026-11-26T10:56:11Z",
    ];
    build_with(&arguments, told, Path::new(ROOT));
    for (image, source, documentation, revision, created) in [
        (image(), "", "", "", ""),
        (
            told,
            "https://example.com/hellowire",
            "https://example.com/hellowire#readme",
            "0123456789abcdef0123456789abcdef01234567",
            "2026-11-26T10:56:11Z",
        ),
    ] {
        let mut labels = labels();
        labels["org.opencontainers.image.source"] = source.into();
        labels["org.opencontainers.image.documentation"] = documentation.into();
        labels["org.opencontainers.image.revision"] = revision.into();
        labels["org.opencontainers.image.created"] = created.into();
        assert_eq!(inspect(image)["Config"]["Labels"], labels, "{image}");
    }
    docker(&["image", "rm", told]);
}

/// The cache may hold a package built from younger files than these.
#[test]
#[ignore = "needs a container engine"]
fn older_files_are_built_anew() {
    image();
    let other = directory();
    let copied = Command::new("cp")
        .args([
            "--recursive",
            "--preserve=timestamps",
            "Cargo.toml",
            "Cargo.lock",
            "Dockerfile",
        ])
        .args([
            "--parents",
            ".dockerignore",
            "LICENSE-APACHE",
            "LICENSE-MIT",
        ])
        .args(["deploy/licenses.rs", "deploy/licenses", "src"])
        .arg(other.path())
        .current_dir(ROOT)
        .status();
    assert!(copied.unwrap().success());
    let help = other.path().join("src/cli/options.rs");
    let source = fs::read_to_string(&help).unwrap();
    // Not what an earlier run has left in the cache.
    let word = fresh_name();
    fs::write(&help, source.replace("Exit codes: ", &word)).unwrap();
    let file = fs::File::options().append(true).open(&help).unwrap();
    file.set_modified(UNIX_EPOCH).unwrap();
    build("hellowire:check-other", other.path());
    let shown = docker(&["run", "--rm", "hellowire:check-other", "--help"]);
    docker(&["image", "rm", "hellowire:check-other"]);
    assert!(shown.contains(&word), "{shown}");
}
