"""The setting of a benchmark: its tools, its builds, and the machine.

The benchmark never runs with a part left out. Root on Debian installs a missing tool; for other users
the benchmark fails and names it.
"""

import os
import pathlib
import resource
import shutil
import socket
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
TARGET = ROOT / "target"
# Debian's packages, by command.
PACKAGES = {"wrk": "wrk", "nginx": "nginx-light"}
CONTENDERS_PACKAGES = {"go": "golang-go", "node": "nodejs", "python3": "python3"}
# The services that a user would otherwise pick.
CONTENDERS = ROOT / "bench" / "contenders"


def fail(message):
    sys.exit(f"bench/{pathlib.Path(sys.argv[0]).name}: {message}")


def find_tools(packages):
    """The paths of the commands, by name. `packages` are Debian's packages, by command."""
    # Debian's programs, rather than others that the user has built. nginx is in sbin, which is not in the
    # PATH of a Debian user.
    path = os.pathsep.join(["/usr/bin", "/usr/sbin", os.environ.get("PATH", os.defpath), "/usr/local/sbin"])
    found = {command: shutil.which(command, path=path) for command in packages}
    missing = [packages[command] for command in packages if not found[command]]
    if not missing:
        return found
    install = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *missing]
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        fail(f"something is missing; on Debian: {' '.join(install)}")
    for command in (["apt-get", "update", "-qq"], install):
        subprocess.run(command, stdout=subprocess.DEVNULL, check=False)
    found = {command: shutil.which(command, path=path) for command in packages}
    if None in found.values():
        fail(f"cannot be installed: {' '.join(missing)}")
    return found


def build(manifest, target, settings=()):
    """Builds a crate in the release profile, with these settings of cargo. Returns the directory of its programs."""
    # The user may have configured another target directory.
    command = ["cargo", "build", "--release", "--locked", "--target-dir", target]
    command += [option for setting in settings for option in ("--config", setting)]
    if subprocess.run([*command, "--manifest-path", manifest], cwd=ROOT).returncode != 0:
        fail(f"cannot build {manifest}")
    return target / "release"


def programs(hellowire=None):
    """The paths of all programs, by name. Builds hellowire unless a path is given."""
    found = programs_beside(PACKAGES)
    found["hellowire"] = (hellowire or build("Cargo.toml", TARGET) / "hellowire").resolve()
    if not found["hellowire"].exists():
        fail(f"no such file: {found['hellowire']}")
    return found


def programs_beside(packages):
    """The paths of all programs except hellowire, by name."""
    found = {name: pathlib.Path(path) for name, path in find_tools(packages).items()}
    tools = build("bench/tools/Cargo.toml", TARGET / "bench")
    found.update({name: tools / name for name in ("limit", "hyper", "load")})
    for path in found.values():
        if not path.exists():
            fail(f"no such file: {path}")
    return {name: path.resolve() for name, path in found.items()}


def contenders(with_axum):
    """The paths of the programs that only the part `speed` needs, by name. Builds two of them."""
    found = {name: pathlib.Path(path) for name, path in find_tools(CONTENDERS_PACKAGES).items()}
    found["go-service"] = TARGET / "bench" / "go-service"
    command = [found["go"], "build", "-o", found["go-service"], CONTENDERS / "server.go"]
    if subprocess.run(command, cwd=ROOT).returncode != 0:
        fail("cannot build server.go")
    if with_axum:
        found["axum"] = build(CONTENDERS / "axum" / "Cargo.toml", TARGET / "axum") / "axum-service"
    return found


def allow_descriptors():
    """Raises the limit of descriptors, of this process and its children, for many connections."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def machine(programs):
    """The date, the machine and the versions, one line each."""
    yield time.strftime("%Y-%m-%d %H:%M %z")
    yield system()
    if tracks_connections():
        yield "connections are tracked (nf_conntrack, as a container engine wants it)"
    yield version(["rustc", "--version"])
    for name, option in {"hellowire": "--version", "nginx": "-v", "wrk": "-v"}.items():
        yield version([programs[name], option])


def system():
    names = os.uname()
    return f"{names.sysname} {names.release} {names.machine}, {os.cpu_count()} x {processor()}"


def tracks_connections():
    """Whether the kernel keeps a table of all connections, which makes each more expensive."""
    table = pathlib.Path("/proc/sys/net/netfilter/nf_conntrack_count")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        # The table may still have old entries.
        before = int(table.read_text()) if table.exists() else 0
        with socket.create_connection(listener.getsockname()):
            return table.exists() and int(table.read_text()) > before


def processor():
    with open("/proc/cpuinfo") as lines:
        names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else "processor not told"


def version(command):
    # Some programs print the version to stderr, and wrk exits with 1.
    told = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    return told.stdout.partition("\n")[0].partition(" Copyright")[0]
