//! The help and usage errors in Chinese: real runs.

use std::process::{Command, Output, Stdio};

use rustix::termios::{Winsize, tcsetwinsize};

use crate::screen::pseudo_terminal;
use crate::support::program;

/// Exit code, stdout and stderr of a run that ends by itself.
fn run(command: &mut Command) -> (Option<i32>, String, String) {
    let Output {
        status,
        stdout,
        stderr,
    } = command.output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (status.code(), text(stdout), text(stderr))
}

/// The help of a command, which has to be on stdout alone.
#[track_caller]
fn help(command: &mut Command) -> String {
    let (code, stdout, stderr) = run(command);
    assert_eq!((code, stderr.as_str()), (Some(0), ""));
    stdout
}

#[test]
fn the_help_is_in_the_language_of_the_locale() {
    let help = help(program().env("LC_ALL", "zh_CN.UTF-8").arg("--help"));
    for expected in [
        "用 Hello World 回复每个 HTTP 请求",
        "用法:  hellowire [选项]",
        "命令:\n  raw ",
        "\n选项:\n",
        "\n请求日志:\n",
        "[环境变量: HELLOWIRE_MAX_BODY=]",
        "[默认: 16MiB]",
        "- warn:  另有不影响运行的问题",
    ] {
        assert!(help.contains(expected), "{expected}: {help}");
    }
    // What clap says in English. `[env:` and the like are its form, not a user's.
    for english in [
        "Usage:",
        "Options:",
        "Print ",
        "[env:",
        "[default:",
        "Possible",
    ] {
        assert!(!help.contains(english), "{english}: {help}");
    }
}

/// As in `hellowire --help | less`.
#[test]
fn the_help_in_a_pipe_has_the_width_of_the_terminal() {
    let rows_at = |columns| {
        let (window, terminal) = pseudo_terminal();
        let size = Winsize {
            ws_row: 24,
            ws_col: columns,
            ws_xpixel: 0,
            ws_ypixel: 0,
        };
        tcsetwinsize(&window, size).unwrap();
        let mut command = program();
        command.args(["--lang", "zh", "--help"]);
        let output = command.stdin(Stdio::null()).stderr(terminal).output();
        let help = String::from_utf8(output.unwrap().stdout).unwrap();
        help.lines().count()
    };
    let (narrow, wide) = (rows_at(60), rows_at(120));
    assert!(narrow > wide, "{narrow} rows, and {wide}");
}

#[test]
fn a_value_of_the_users_is_not_translated() {
    let text = "Usage: Options: Print help [env: HELLOWIRE_STATUS=1]";
    let mut command = program();
    command.env("LC_ALL", "zh").env("HELLOWIRE_TEXT", text);
    let help = help(command.arg("--help"));
    let shown = format!("[环境变量: HELLOWIRE_TEXT={text}]");
    assert!(
        without_breaks(&help).contains(&without_breaks(&shown)),
        "{help}"
    );
}

fn without_breaks(text: &str) -> String {
    text.replace([' ', '\n'], "")
}

#[test]
fn the_help_of_each_command_is_translated() {
    for (arguments, expected) in [
        (&["--lang", "zh", "-h"][..], "[可选值: en, zh]"),
        (&["raw", "--lang", "zh", "--help"], "教程里的那段回复"),
        (&["raw", "-h", "--lang", "zh"], "教程里的那段回复"),
        (&["send", "--lang=zh", "--help"], "服务器的地址"),
        (&["chat", "connect", "--lang=ZH", "-h"], "要连接的地址"),
    ] {
        let help = help(program().args(arguments));
        assert!(help.contains(expected), "{arguments:?}: {help}");
    }
    let raw = help(program().env("LC_ALL", "zh").args(["help", "raw"]));
    assert!(raw.contains("教程里的那段回复"), "{raw}");
    let health = help(program().env("HELLOWIRE_LANG", "zh").args(["health", "-h"]));
    assert!(health.contains("要检查的地址"), "{health}");
}

#[test]
fn the_summary_is_less_than_half_of_the_help() {
    for language in ["en", "zh"] {
        let [summary, whole] =
            ["-h", "--help"].map(|flag| help(program().args(["--lang", language, flag])));
        let rows = (summary.lines().count(), whole.lines().count());
        assert!(2 * rows.0 < rows.1, "{rows:?}: {summary}");
        assert!(!summary.contains("HELLOWIRE_"), "{summary}");
        for kept in ["--max-body <SIZE>", "127.0.0.1:8080]", "json-full"] {
            assert!(summary.contains(kept), "{kept}: {summary}");
        }
    }
}

/// `chat` alone is a mistake, and its help says what is missing.
#[test]
fn a_missing_command_gets_the_help_on_stderr() {
    let (code, stdout, stderr) = run(program().env("LC_ALL", "zh_CN").arg("chat"));
    assert_eq!((code, stdout.as_str()), (Some(2), ""));
    assert!(stderr.contains("等待一个连接"), "{stderr}");
}

#[test]
fn the_language_of_the_option_comes_first() {
    let help = help(
        program()
            .env("LC_ALL", "zh_CN")
            .args(["--lang", "en", "--help"]),
    );
    assert!(help.contains("Usage: hellowire"), "{help}");
}

#[test]
fn usage_errors_are_translated() {
    for (arguments, expected) in [
        (&["--unknown", "1"][..], "错误: 意外的参数 '--unknown'\n"),
        (
            &["--strict1"],
            "错误: 意外的参数 '--strict1'\n\n  提示: 是否想用 '--strict'?\n",
        ),
        (
            &["send1"],
            "错误: 未知命令 'send1'\n\n  提示: 是否想用 'send'?\n",
        ),
        (&["--max-body"], "错误: '--max-body <SIZE>' 缺少值\n"),
        (
            &["--max-body", "x"],
            "错误: '--max-body <SIZE>' 的值 'x' 无效: 应为大小,如 4096、64KiB 或 16MiB\n",
        ),
        (
            &["--max-head", "1"],
            "错误: '--max-head <SIZE>' 的值 '1' 无效: 不在 256 B 到 16 MiB 之间\n",
        ),
        (
            &["--log", "json1"],
            "错误: '--log <FORMAT>' 的值 'json1' 无效\n  [可选值: ",
        ),
        (
            &["--header", "Connection: x"],
            "错误: '--header <FIELD>' 的值 'Connection: x' 无效: 头字段 connection 不能设置",
        ),
        (&["--strict=x"], "错误: '--strict' 不接受值 'x'"),
        (
            &["--status", "200", "--status", "201"],
            "错误: '--status <CODE>' 只能使用一次\n",
        ),
        (
            &["--text", "x", "raw"],
            "错误: 命令 'raw' 不能与 '--text <TEXT>' 同时使用\n\n  提示: 选项写在命令后面: hellowire raw [选项]\n",
        ),
        (
            &["-p", "1", "-s", "200", "raw"],
            "错误: 命令 'raw' 不能与 '--port <N>'、'--status <CODE>' 同时使用\n",
        ),
        (
            &["hat"],
            "错误: 未知命令 'hat'\n\n  提示: 是否想用 'health' 或 'chat'?\n",
        ),
        (
            &["9000"],
            "错误: 未知命令 '9000'\n\n  提示: 要监听这个端口,请用 '-p 9000'\n",
        ),
    ] {
        let (code, stdout, stderr) = run(program().env("LC_ALL", "zh_CN.UTF-8").args(arguments));
        assert_eq!((code, stdout.as_str()), (Some(2), ""), "{stderr}");
        assert!(stderr.starts_with(expected), "{arguments:?}: {stderr}");
        assert!(
            stderr.ends_with("\n\n详情请用 '--help' 查看。\n"),
            "{arguments:?}: {stderr}"
        );
        assert!(!stderr.contains("Usage"), "{arguments:?}: {stderr}");
    }
}

/// `--lang` counts, whatever else is wrong.
#[test]
fn the_language_is_known_before_a_mistake() {
    for (arguments, expected) in [
        (
            &["--lang", "zh", "--unknown", "1"][..],
            "错误: 意外的参数 '--unknown'\n",
        ),
        (
            &["--unknown", "1", "--lang=zh"],
            "错误: 意外的参数 '--unknown'\n",
        ),
        (
            &["--lang", "zh", "--max-body", "x"],
            "错误: '--max-body <SIZE>' 的值 'x' 无效: ",
        ),
        (
            &["--lang", "zh", "raw"],
            "错误: 命令 'raw' 不能与 '--lang <LANGUAGE>' 同时使用\n",
        ),
        (
            &["--lang", "fr"],
            "error: invalid value 'fr' for '--lang <LANGUAGE>'\n",
        ),
    ] {
        let (code, _, stderr) = run(program().args(arguments));
        assert_eq!(code, Some(2), "{stderr}");
        assert!(stderr.starts_with(expected), "{arguments:?}: {stderr}");
    }
}

/// A word that is no language is a mistake, and the next source says in which language.
#[test]
fn a_language_that_is_none_does_not_count() {
    let (code, _, stderr) = run(program().env("HELLOWIRE_LANG", "zh").args(["--lang", "fr"]));
    assert_eq!(code, Some(2));
    let expected = "错误: '--lang <LANGUAGE>' 的值 'fr' 无效\n  [可选值: en, zh]\n";
    assert!(stderr.starts_with(expected), "{stderr}");
}

#[test]
fn a_mistake_in_a_variable_names_it() {
    let (code, _, stderr) = run(program()
        .env("LC_ALL", "zh_CN.UTF-8")
        .env("HELLOWIRE_MAX_BODY", "x"));
    assert_eq!(code, Some(2));
    let expected = "错误: 'HELLOWIRE_MAX_BODY' 的值 'x' 无效: 应为大小,如 4096、64KiB 或 16MiB\n";
    assert!(stderr.starts_with(expected), "{stderr}");
}
