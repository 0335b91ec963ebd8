//! The completions in interactive shells, each in a terminal: the Tab key completes commands, options and
//! words.
//!
//! # Invariants
//!
//! The shells read no settings of the user who runs the tests.

use std::path::Path;
use std::process::Command;

use crate::screen::Screen;
use crate::support::directory;

/// The folder of the program: fish completes only what it could run.
const PROGRAM: &str = env!("CARGO_BIN_EXE_hellowire");
const COMPLETIONS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/deploy/completions");

/// What is typed before Tab, and what the command line is then.
const COMPLETED: [(&str, &str); 7] = [
    ("hellowire --reu", "hellowire --reuse-port"),
    ("hellowire ch", "hellowire chat"),
    ("hellowire chat li", "hellowire chat listen"),
    ("hellowire raw --log-ov", "hellowire raw --log-overflow"),
    ("hellowire --log pr", "hellowire --log pretty"),
    ("hellowire send --lang z", "hellowire send --lang zh"),
    ("hellowire chat listen --la", "hellowire chat listen --lang"),
];

/// The words that Tab lists behind what is typed.
const LISTED: [(&str, &[&str]); 2] = [
    (
        "hellowire --log ",
        &[
            "document",
            "hex",
            "json-full",
            "line",
            "off",
            "pretty",
            "short",
        ],
    ),
    (
        "hellowire --log-",
        &[
            "--log-body",
            "--log-exclude",
            "--log-file",
            "--log-only",
            "--log-queue",
        ],
    ),
];

/// Types and presses Tab in new shells, which show the prompt `$`.
#[track_caller]
fn expect_completions(shell: impl Fn(&Path) -> Command) {
    let press = |typed: &str| {
        let home = directory();
        // A terminal of its own, as a window has.
        let inner = shell(home.path());
        let mut command = Command::new("setsid");
        command.arg("--ctty").arg(inner.get_program());
        command.args(inner.get_args()).env("HOME", home.path());
        let folder = Path::new(PROGRAM).parent().unwrap().to_str().unwrap();
        command.env("PATH", [folder, &std::env::var("PATH").unwrap()].join(":"));
        for (name, value) in inner.get_envs() {
            command.env(name, value.unwrap());
        }
        let mut screen = Screen::start(&mut command);
        screen.until_last("$");
        screen.press(typed);
        screen.until_last(format!("$ {typed}").trim_end());
        screen.press("\t");
        (screen, home)
    };
    for (typed, completed) in COMPLETED {
        let (screen, _home) = press(typed);
        screen.until_row(&format!("$ {completed}"));
    }
    for (typed, words) in LISTED {
        let (screen, _home) = press(typed);
        screen.until(|rows| {
            let has = |word: &&str| {
                rows.iter()
                    .any(|row| row.split(' ').any(|part| part == *word))
            };
            words.iter().all(has)
        });
    }
}

#[test]
#[ignore = "needs bash and setsid"]
fn bash_completes_commands_options_and_words() {
    expect_completions(|home| {
        let settings = format!(
            "PS1='$ '\nbind 'set show-all-if-ambiguous on'\nsource {COMPLETIONS}/hellowire.bash\n"
        );
        let file = home.join("bashrc");
        std::fs::write(&file, settings).unwrap();
        let mut command = Command::new("bash");
        command
            .args(["--noprofile", "--rcfile"])
            .arg(file)
            .arg("-i");
        command
    });
}

#[test]
#[ignore = "needs zsh and setsid"]
fn zsh_completes_commands_options_and_words() {
    expect_completions(|home| {
        let settings = format!(
            "PS1='$ '\nfpath=({COMPLETIONS} $fpath)\nautoload -Uz compinit\ncompinit -u -D\n"
        );
        std::fs::write(home.join(".zshrc"), settings).unwrap();
        let mut command = Command::new("zsh");
        command.args(["-d", "-i"]).env("ZDOTDIR", home);
        command
    });
}

#[test]
#[ignore = "needs fish and setsid"]
fn fish_completes_commands_options_and_words() {
    expect_completions(|home| {
        let settings = format!(
            "function fish_prompt; echo -n '$ '; end; set -g fish_greeting; \
             set -g fish_autosuggestion_enabled 0; set -p fish_complete_path {COMPLETIONS}"
        );
        let mut command = Command::new("fish");
        command.args(["--no-config", "-i", "-C", &settings]);
        command
            .env("XDG_CONFIG_HOME", home)
            .env("XDG_DATA_HOME", home);
        command
    });
}
