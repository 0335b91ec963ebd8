//! The program: parses, does what was asked, and says with its exit code how that went.

use std::error::Error;
use std::process::ExitCode;

use hellowire::cli::{self, Invocation, Service};
use hellowire::diagnostics;
use hellowire::exit::Exit;
use hellowire::http::Http;
use hellowire::raw::Raw;
use hellowire::request_log::Handle;
use hellowire::rlimit;
use hellowire::server::acceptor::Protocol;
use hellowire::{chat, health, lost, send, server};

mod allocator;

fn main() -> ExitCode {
    allocator::give_back_at_once();
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
        Invocation::Http(config, service) => serve(service, |log| Http::new(config, log)),
        Invocation::Raw(config, service) => serve(service, |log| Raw::new(config, log)),
        Invocation::Send(config) => {
            rlimit::provide_talk()?;
            tell_of_a_loss();
            Ok(send::run(config)?)
        }
        Invocation::Chat(config) => {
            rlimit::provide_talk()?;
            tell_of_a_loss();
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

/// Nothing else would tell that what the other side says goes nowhere.
fn tell_of_a_loss() {
    if lost::is_stdout_lost() {
        diagnostics::say(format_args!("nothing is shown: {}", lost::WHY));
    }
}

fn serve<P: Protocol>(
    service: Service,
    protocol: impl FnOnce(Handle) -> P,
) -> Result<Exit, Box<dyn Error>> {
    diagnostics::init(service.diagnostics, service.color_stderr);
    Ok(server::run(&service.server, service.log, protocol)?)
}
