//! The program: parses, opens the log, runs a service, and says with its exit code how that went.

use std::process::ExitCode;

use hellowire::cli::{self, Command};
use hellowire::diagnostics;
use hellowire::exit::Exit;
use hellowire::http::Http;
use hellowire::raw::Raw;
use hellowire::server::{self, StartError};

fn main() -> ExitCode {
    match run(cli::parse()) {
        Ok(exit) => exit,
        Err(error) => {
            diagnostics::fail(&*error);
            Exit::Failed
        }
    }
    .into()
}

fn run(invocation: cli::Invocation) -> Result<Exit, Box<dyn std::error::Error>> {
    diagnostics::init(invocation.diagnostics, invocation.color_stderr);
    let log = invocation.log.open()?;
    let handle = log.handle();
    let exit: Result<Exit, StartError> = match invocation.command {
        Command::Http(config) => server::run(&invocation.server, Http::new(config, handle), log),
        Command::Raw(config) => server::run(&invocation.server, Raw::new(config, handle), log),
    };
    Ok(exit?)
}
