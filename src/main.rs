//! The program: parses the command line, runs the command, and returns its exit code.

use std::error::Error;
use std::process::ExitCode;

use hellowire::cli::{self, Invocation, Service};
use hellowire::diagnostics;
use hellowire::exit::Exit;
use hellowire::server::{Start, StartError};
use hellowire::{chat, health, http, inspect, raw, rlimit, send, stdout};

mod allocator;

fn main() -> ExitCode {
    allocator::purge_at_once();
    match run(cli::parse()) {
        Ok(exit) => exit,
        Err(error) => {
            diagnostics::fail(&*error);
            Exit::Failed
        }
    }
    .into()
}

fn run(invocation: Invocation) -> Result<Exit, Box<dyn Error>> {
    match invocation {
        Invocation::Http(config, service) => serve(service, |start| http::run(config, start)),
        Invocation::Raw(config, service) => serve(service, |start| raw::run(config, start)),
        Invocation::Send(config) => {
            rlimit::provide_talk()?;
            warn_if_stdout_is_lost();
            Ok(send::run(config)?)
        }
        Invocation::Chat(config) => {
            rlimit::provide_talk()?;
            warn_if_stdout_is_lost();
            Ok(chat::run(&config)?)
        }
        Invocation::Health(config) => {
            rlimit::provide_talk()?;
            health::check(&config)?;
            Ok(Exit::Done)
        }
        Invocation::NoCheck(why) => {
            diagnostics::say(format_args!("nothing to check: {why}"));
            Ok(Exit::Done)
        }
    }
}

/// Warns the user of a client or a chat whose output goes nowhere: nothing else would show it.
fn warn_if_stdout_is_lost() {
    if stdout::is_lost() {
        diagnostics::say(format_args!("nothing is shown: {}", stdout::WHY_LOST));
    }
}

fn serve(
    service: Service,
    run: impl FnOnce(Start) -> Result<Exit, StartError>,
) -> Result<Exit, Box<dyn Error>> {
    diagnostics::init(service.diagnostics, service.color_stderr);
    Ok(run(Start {
        config: service.server,
        log: service.log,
        second: service.inspect.map(inspect::second_service),
    })?)
}
