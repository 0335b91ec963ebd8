# Print an optspec for argparse to handle cmd's options that are independent of any subcommand.
function __fish_hellowire_global_optspecs
    string join \n t/text= s/status= H/header= echo delay= ready-path= strict max-head= max-target= max-body= idle-timeout= l/listen= p/port= workers= socket-mode= reuse-port diagnostics= color= lang= f/log= o/log-file= log-overflow= log-queue= log-body= log-exclude= log-only= c/count= inspect= inspect-keep= inspect-token= max-connections= socket-buffer= header-timeout= linger-timeout= linger-bytes= drain-timeout= shutdown-delay= h/help V/version
end

function __fish_hellowire_needs_command
    # Figure out if the current invocation already has a command.
    set -l cmd (commandline -opc)
    set -e cmd[1]
    argparse -s (__fish_hellowire_global_optspecs) -- $cmd 2>/dev/null
    or argparse -s (__fish_hellowire_global_optspecs) -- $cmd value 2>/dev/null
    or return
    if set -q argv[1]
        # Also print the command, so this can be used to figure out what it is.
        echo $argv[1]
        return 1
    end
    return 0
end

function __fish_hellowire_using_subcommand
    set -l cmd (__fish_hellowire_needs_command)
    test -z "$cmd"
    and return 1
    contains -- $cmd[1] $argv
end

complete -c hellowire -n "__fish_hellowire_needs_command" -s t -l text -d 'The body of every answer' -r -f
complete -c hellowire -n "__fish_hellowire_needs_command" -s s -l status -d 'The status of every answer, 200 to 599' -r -f
complete -c hellowire -n "__fish_hellowire_needs_command" -s H -l header -d 'A header field of every answer, \'Name: value\'' -r -f
complete -c hellowire -n "__fish_hellowire_needs_command" -l delay -d 'How late every answer is, at most 5m, from the end of its request on' -r -f
complete -c hellowire -n "__fish_hellowire_needs_command" -l ready-path -d 'Answer this path with 200 while the service serves, and with 503 from its first signal on, for a balancer that polls' -r -f
complete -c hellowire -n "__fish_hellowire_needs_command" -l max-head -d 'The longest request head, and the longest trailer section, 256 B to 16 MiB' -r -f
complete -c hellowire -n "__fish_hellowire_needs_command" -l max-target -d 'The longest request target, 1 to 65534 B' -r -f
complete -c hellowire -n "__fish_hellowire_needs_command" -l max-body -d 'The longest request body' -r -f
complete -c hellowire -n "__fish_hellowire_needs_command" -l idle-timeout -d 'How long a connection may be idle, a body may pause, and a client may leave an answer unread' -r -f
complete -c hellowire -n "__fish_hellowire_needs_command" -s l -l listen -d 'An address to listen on' -r -f
complete -c hellowire -n "__fish_hellowire_needs_command" -s p -l port -d 'The port of every IP address to listen on, instead of its own' -r -f
complete -c hellowire -n "__fish_hellowire_needs_command" -l workers -d 'The number of workers, 1 to 1024' -r -f
complete -c hellowire -n "__fish_hellowire_needs_command" -l socket-mode -d 'The permissions of a Unix socket\'s file, in octal' -r -f
complete -c hellowire -n "__fish_hellowire_needs_command" -l diagnostics -d 'The level of the diagnostics on stderr' -r -f -a "error\t'Failures'
warn\t'Also problems that end nothing'
info\t'Also the steps of a shutdown'
debug\t'Also everything that may help to find a fault'
off\t'Nothing'"
complete -c hellowire -n "__fish_hellowire_needs_command" -l color -d 'When the log on stdout and the diagnostics on stderr have colours' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always, also in a pipe'
never\t'Never'"
complete -c hellowire -n "__fish_hellowire_needs_command" -l lang -d 'The language of what people read' -r -f -a "en\t'English'
zh\t'Chinese'"
complete -c hellowire -n "__fish_hellowire_needs_command" -s f -l log -d 'The format of the request log [default: pretty on a terminal, else line]' -r -f -a "pretty\t'For people: a header line, then the request as readable lines'
short\t'For people: one line a request, with the status and the duration of its answer'
line\t'One line a record, the bytes escaped within double quotes'
json\t'One JSON object a line'
json-full\t'As `json`, with the parts of the head, the body, and the answer'
hex\t'Offset, hex and ASCII columns'
document\t'A Python bytes literal a line, as the document\'s server prints it'
off\t'Nothing'"
complete -c hellowire -n "__fish_hellowire_needs_command" -s o -l log-file -d 'Append records to this file instead of stdout' -r -F
complete -c hellowire -n "__fish_hellowire_needs_command" -l log-overflow -d 'What happens if records arrive faster than they can be written: the service waits, or records are dropped and counted' -r -f -a "wait\t'The service waits: nothing is lost'
drop\t'Records are dropped and counted: the service keeps its speed'"
complete -c hellowire -n "__fish_hellowire_needs_command" -l log-queue -d 'How many bytes of records may wait in memory to be written' -r -f
complete -c hellowire -n "__fish_hellowire_needs_command" -l log-body -d 'How many bytes of a request\'s body its record keeps' -r -f
complete -c hellowire -n "__fish_hellowire_needs_command" -l log-exclude -d 'Do not record requests for this path, for example a probe\'s' -r -f
complete -c hellowire -n "__fish_hellowire_needs_command" -l log-only -d 'Record only requests with this method, as in POST, or whose target begins with this path, as in /hook, or that are `refused`, or `odd`' -r -f
complete -c hellowire -n "__fish_hellowire_needs_command" -s c -l count -d 'Stop after this many records, as after a signal' -r -f
complete -c hellowire -n "__fish_hellowire_needs_command" -l inspect -d 'Show each request in a browser, at this address' -r -f
complete -c hellowire -n "__fish_hellowire_needs_command" -l inspect-keep -d 'How many bytes of records the page keeps in memory, 64 KiB to 1 GiB' -r -f
complete -c hellowire -n "__fish_hellowire_needs_command" -l inspect-token -d 'The token that the page asks for, at least 16 letters, digits or characters of `-._~` [default: none on loopback, else a random one]' -r -f
complete -c hellowire -n "__fish_hellowire_needs_command" -l max-connections -d 'How many connections are served at once' -r -f
complete -c hellowire -n "__fish_hellowire_needs_command" -l socket-buffer -d 'How much of a connection\'s bytes the kernel may hold each way, 4 KiB to 64 MiB' -r -f
complete -c hellowire -n "__fish_hellowire_needs_command" -l header-timeout -d 'How long a request\'s head may take from its first byte on, and how long a new connection may be silent' -r -f
complete -c hellowire -n "__fish_hellowire_needs_command" -l linger-timeout -d 'How long the service reads on after its last answer, if the client goes on sending' -r -f
complete -c hellowire -n "__fish_hellowire_needs_command" -l linger-bytes -d 'How many bytes the service reads then' -r -f
complete -c hellowire -n "__fish_hellowire_needs_command" -l drain-timeout -d 'How long requests in flight, and the log, may take after SIGTERM, SIGINT, SIGQUIT or SIGHUP' -r -f
complete -c hellowire -n "__fish_hellowire_needs_command" -l shutdown-delay -d 'How long the service goes on accepting connections after the signal, before the drain begins' -r -f
complete -c hellowire -n "__fish_hellowire_needs_command" -l echo -d 'Answer each request with itself, byte for byte, with up to `--log-body` of its body'
complete -c hellowire -n "__fish_hellowire_needs_command" -l strict -d 'Refuse odd requests, too'
complete -c hellowire -n "__fish_hellowire_needs_command" -l reuse-port -d 'Share the port with other programs that use this option, for a restart without a gap'
complete -c hellowire -n "__fish_hellowire_needs_command" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c hellowire -n "__fish_hellowire_needs_command" -s V -l version -d 'Print version'
complete -c hellowire -n "__fish_hellowire_needs_command" -f -a "raw" -d 'Answers any bytes with the document\'s hand-written answer, without HTTP'
complete -c hellowire -n "__fish_hellowire_needs_command" -f -a "send" -d 'Sends a text, a line or all of stdin, and prints the reply'
complete -c hellowire -n "__fish_hellowire_needs_command" -f -a "chat" -d 'Lets two people talk over one TCP connection: one listens, the other connects'
complete -c hellowire -n "__fish_hellowire_needs_command" -f -a "health" -d 'Checks a running service: asks for one answer, and expects a status from 200 to 399'
complete -c hellowire -n "__fish_hellowire_needs_command" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c hellowire -n "__fish_hellowire_using_subcommand raw" -s l -l listen -d 'An address to listen on' -r -f
complete -c hellowire -n "__fish_hellowire_using_subcommand raw" -s p -l port -d 'The port of every IP address to listen on, instead of its own' -r -f
complete -c hellowire -n "__fish_hellowire_using_subcommand raw" -l workers -d 'The number of workers, 1 to 1024' -r -f
complete -c hellowire -n "__fish_hellowire_using_subcommand raw" -l socket-mode -d 'The permissions of a Unix socket\'s file, in octal' -r -f
complete -c hellowire -n "__fish_hellowire_using_subcommand raw" -l diagnostics -d 'The level of the diagnostics on stderr' -r -f -a "error\t'Failures'
warn\t'Also problems that end nothing'
info\t'Also the steps of a shutdown'
debug\t'Also everything that may help to find a fault'
off\t'Nothing'"
complete -c hellowire -n "__fish_hellowire_using_subcommand raw" -l color -d 'When the log on stdout and the diagnostics on stderr have colours' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always, also in a pipe'
never\t'Never'"
complete -c hellowire -n "__fish_hellowire_using_subcommand raw" -l lang -d 'The language of what people read' -r -f -a "en\t'English'
zh\t'Chinese'"
complete -c hellowire -n "__fish_hellowire_using_subcommand raw" -s f -l log -d 'The format of the request log [default: pretty on a terminal, else line]' -r -f -a "pretty\t'For people: a header line, then the request as readable lines'
short\t'For people: one line a request, with the status and the duration of its answer'
line\t'One line a record, the bytes escaped within double quotes'
json\t'One JSON object a line'
json-full\t'As `json`, with the parts of the head, the body, and the answer'
hex\t'Offset, hex and ASCII columns'
document\t'A Python bytes literal a line, as the document\'s server prints it'
off\t'Nothing'"
complete -c hellowire -n "__fish_hellowire_using_subcommand raw" -s o -l log-file -d 'Append records to this file instead of stdout' -r -F
complete -c hellowire -n "__fish_hellowire_using_subcommand raw" -l log-overflow -d 'What happens if records arrive faster than they can be written: the service waits, or records are dropped and counted' -r -f -a "wait\t'The service waits: nothing is lost'
drop\t'Records are dropped and counted: the service keeps its speed'"
complete -c hellowire -n "__fish_hellowire_using_subcommand raw" -l log-queue -d 'How many bytes of records may wait in memory to be written' -r -f
complete -c hellowire -n "__fish_hellowire_using_subcommand raw" -l log-body -d 'How many bytes of a request\'s body its record keeps' -r -f
complete -c hellowire -n "__fish_hellowire_using_subcommand raw" -l log-exclude -d 'Do not record requests for this path, for example a probe\'s' -r -f
complete -c hellowire -n "__fish_hellowire_using_subcommand raw" -l log-only -d 'Record only requests with this method, as in POST, or whose target begins with this path, as in /hook, or that are `refused`, or `odd`' -r -f
complete -c hellowire -n "__fish_hellowire_using_subcommand raw" -s c -l count -d 'Stop after this many records, as after a signal' -r -f
complete -c hellowire -n "__fish_hellowire_using_subcommand raw" -l inspect -d 'Show each request in a browser, at this address' -r -f
complete -c hellowire -n "__fish_hellowire_using_subcommand raw" -l inspect-keep -d 'How many bytes of records the page keeps in memory, 64 KiB to 1 GiB' -r -f
complete -c hellowire -n "__fish_hellowire_using_subcommand raw" -l inspect-token -d 'The token that the page asks for, at least 16 letters, digits or characters of `-._~` [default: none on loopback, else a random one]' -r -f
complete -c hellowire -n "__fish_hellowire_using_subcommand raw" -l max-connections -d 'How many connections are served at once' -r -f
complete -c hellowire -n "__fish_hellowire_using_subcommand raw" -l socket-buffer -d 'How much of a connection\'s bytes the kernel may hold each way, 4 KiB to 64 MiB' -r -f
complete -c hellowire -n "__fish_hellowire_using_subcommand raw" -l header-timeout -d 'How long a request\'s head may take from its first byte on, and how long a new connection may be silent' -r -f
complete -c hellowire -n "__fish_hellowire_using_subcommand raw" -l linger-timeout -d 'How long the service reads on after its last answer, if the client goes on sending' -r -f
complete -c hellowire -n "__fish_hellowire_using_subcommand raw" -l linger-bytes -d 'How many bytes the service reads then' -r -f
complete -c hellowire -n "__fish_hellowire_using_subcommand raw" -l drain-timeout -d 'How long requests in flight, and the log, may take after SIGTERM, SIGINT, SIGQUIT or SIGHUP' -r -f
complete -c hellowire -n "__fish_hellowire_using_subcommand raw" -l shutdown-delay -d 'How long the service goes on accepting connections after the signal, before the drain begins' -r -f
complete -c hellowire -n "__fish_hellowire_using_subcommand raw" -l reuse-port -d 'Share the port with other programs that use this option, for a restart without a gap'
complete -c hellowire -n "__fish_hellowire_using_subcommand raw" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c hellowire -n "__fish_hellowire_using_subcommand send" -s t -l to -d 'The server\'s address' -r -f
complete -c hellowire -n "__fish_hellowire_using_subcommand send" -l connect-timeout -d 'How long connecting may take' -r -f
complete -c hellowire -n "__fish_hellowire_using_subcommand send" -s w -l timeout -d 'How long the server may read nothing, and then answer nothing' -r -f
complete -c hellowire -n "__fish_hellowire_using_subcommand send" -s q -l quiet -d 'How long a silence ends the reply, if the server does not close the connection' -r -f
complete -c hellowire -n "__fish_hellowire_using_subcommand send" -l lang -d 'The language of what people read' -r -f -a "en\t'English'
zh\t'Chinese'"
complete -c hellowire -n "__fish_hellowire_using_subcommand send" -l keep-open -d 'Keep the writing side open after the end of stdin, until the reply has ended'
complete -c hellowire -n "__fish_hellowire_using_subcommand send" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c hellowire -n "__fish_hellowire_using_subcommand chat; and not __fish_seen_subcommand_from listen connect help" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c hellowire -n "__fish_hellowire_using_subcommand chat; and not __fish_seen_subcommand_from listen connect help" -f -a "listen" -d 'Waits for one connection'
complete -c hellowire -n "__fish_hellowire_using_subcommand chat; and not __fish_seen_subcommand_from listen connect help" -f -a "connect" -d 'Connects to a listening chat'
complete -c hellowire -n "__fish_hellowire_using_subcommand chat; and not __fish_seen_subcommand_from listen connect help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c hellowire -n "__fish_hellowire_using_subcommand chat; and __fish_seen_subcommand_from listen" -l max-message -d 'The longest message, 1 KiB to 16 MiB' -r -f
complete -c hellowire -n "__fish_hellowire_using_subcommand chat; and __fish_seen_subcommand_from listen" -l lang -d 'The language of what people read' -r -f -a "en\t'English'
zh\t'Chinese'"
complete -c hellowire -n "__fish_hellowire_using_subcommand chat; and __fish_seen_subcommand_from listen" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c hellowire -n "__fish_hellowire_using_subcommand chat; and __fish_seen_subcommand_from connect" -l connect-timeout -d 'How long connecting may take' -r -f
complete -c hellowire -n "__fish_hellowire_using_subcommand chat; and __fish_seen_subcommand_from connect" -l max-message -d 'The longest message, 1 KiB to 16 MiB' -r -f
complete -c hellowire -n "__fish_hellowire_using_subcommand chat; and __fish_seen_subcommand_from connect" -l lang -d 'The language of what people read' -r -f -a "en\t'English'
zh\t'Chinese'"
complete -c hellowire -n "__fish_hellowire_using_subcommand chat; and __fish_seen_subcommand_from connect" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c hellowire -n "__fish_hellowire_using_subcommand chat; and __fish_seen_subcommand_from help" -f -a "listen" -d 'Waits for one connection'
complete -c hellowire -n "__fish_hellowire_using_subcommand chat; and __fish_seen_subcommand_from help" -f -a "connect" -d 'Connects to a listening chat'
complete -c hellowire -n "__fish_hellowire_using_subcommand chat; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c hellowire -n "__fish_hellowire_using_subcommand health" -s p -l port -d 'The port to ask, instead of the address\'s own' -r -f
complete -c hellowire -n "__fish_hellowire_using_subcommand health" -l path -d 'The path to ask for' -r -f
complete -c hellowire -n "__fish_hellowire_using_subcommand health" -s w -l timeout -d 'How long the whole check may take' -r -f
complete -c hellowire -n "__fish_hellowire_using_subcommand health" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c hellowire -n "__fish_hellowire_using_subcommand help; and not __fish_seen_subcommand_from raw send chat health help" -f -a "raw" -d 'Answers any bytes with the document\'s hand-written answer, without HTTP'
complete -c hellowire -n "__fish_hellowire_using_subcommand help; and not __fish_seen_subcommand_from raw send chat health help" -f -a "send" -d 'Sends a text, a line or all of stdin, and prints the reply'
complete -c hellowire -n "__fish_hellowire_using_subcommand help; and not __fish_seen_subcommand_from raw send chat health help" -f -a "chat" -d 'Lets two people talk over one TCP connection: one listens, the other connects'
complete -c hellowire -n "__fish_hellowire_using_subcommand help; and not __fish_seen_subcommand_from raw send chat health help" -f -a "health" -d 'Checks a running service: asks for one answer, and expects a status from 200 to 399'
complete -c hellowire -n "__fish_hellowire_using_subcommand help; and not __fish_seen_subcommand_from raw send chat health help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c hellowire -n "__fish_hellowire_using_subcommand help; and __fish_seen_subcommand_from chat" -f -a "listen" -d 'Waits for one connection'
complete -c hellowire -n "__fish_hellowire_using_subcommand help; and __fish_seen_subcommand_from chat" -f -a "connect" -d 'Connects to a listening chat'
