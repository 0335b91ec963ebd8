//! The committed files are those that the generator makes. The generator's own code makes them here again.

use std::path::Path;

#[path = "../../../examples/generate/files.rs"]
mod files;
#[path = "../../../examples/generate/man.rs"]
mod man;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

#[test]
fn the_committed_files_are_what_the_generator_makes() {
    let faults = files::faults(Path::new(ROOT)).unwrap();
    assert!(
        faults.is_empty(),
        "{faults:#?}\nrun: cargo run --example generate"
    );
}

#[test]
fn a_changed_a_missing_and_a_stale_file_are_reported() {
    let root = crate::support::directory();
    for (path, contents) in files::all().unwrap() {
        let path = root.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, contents).unwrap();
    }
    assert_eq!(files::faults(root.path()).unwrap(), [""; 0]);
    let man = root.path().join("deploy/man");
    std::fs::write(man.join("hellowire.1"), "changed").unwrap();
    std::fs::remove_file(man.join("hellowire-raw.1")).unwrap();
    std::fs::write(man.join("hellowire-gone.1"), "").unwrap();
    let faults = files::faults(root.path()).unwrap();
    let begins = [
        "deploy/man/hellowire-raw.1: ",
        "deploy/man/hellowire.1 differs",
        "deploy/man/hellowire-gone.1 is of no command",
    ];
    assert_eq!(faults.len(), begins.len(), "{faults:#?}");
    for (fault, begin) in faults.iter().zip(begins) {
        assert!(fault.starts_with(begin), "{fault}");
    }
}

#[test]
fn each_command_has_a_page_with_its_variables_and_exit_codes() {
    let files = files::all().unwrap();
    let page = |name: &str| {
        let page = &files[&format!("deploy/man/{name}.1")];
        str::from_utf8(page).unwrap().replace("\\-", "-")
    };
    for name in [
        "hellowire",
        "hellowire-raw",
        "hellowire-send",
        "hellowire-chat",
        "hellowire-chat-listen",
        "hellowire-chat-connect",
        "hellowire-health",
    ] {
        let page = page(name);
        let title = format!(".TH {} 1 \"\" \"hellowire ", name.to_uppercase());
        assert!(page.contains(&title), "{page}");
        assert!(page.contains("\n.SH \"EXIT STATUS\"\n0 "), "{page}");
        assert!(page.contains("\n.SH \"SEE ALSO\"\n"), "{page}");
    }
    assert!(page("hellowire").contains("\\fBHELLOWIRE_LISTEN\\fR environment variable.\n"));
    assert!(page("hellowire").contains("[default: 127.0.0.1:8080]\n"));
    assert!(page("hellowire-chat-listen").contains("\\fBHELLOWIRE_CHAT_LISTEN\\fR"));
}
