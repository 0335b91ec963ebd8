//! The Debian package, installed and purged in a container of Debian. `.ci/packages` builds it.

use std::env;

use crate::engine::{ROOT, docker};

/// What a user of the package does, each step behind a line that names it. The container has no systemd,
/// so dpkg finds none to tell of the units.
const STEPS: &str = r"
set -e
all() { find / -xdev \( -path /proc -o -path /sys -o -path /package \) -prune -o -print | sort >/tmp/$1; }
# An image may leave out the documentation of packages.
rm -f /etc/dpkg/dpkg.cfg.d/*
: >/tmp/before; : >/tmp/after; all before
echo '# install'
dpkg -i /package/hellowire_*.deb >/dev/null
echo '# serve'
hellowire --version
hellowire --count 1 >/tmp/said 2>&1 &
until grep -q listening /tmp/said; do :; done
hellowire send --quiet 5s 'GET /a HTTP/1.0

'
echo
wait
echo '# purge'
dpkg --purge hellowire >/dev/null
rm /tmp/said
all after
diff /tmp/before /tmp/after | grep -v /var/lib/dpkg || true
echo '# end'
";

#[test]
#[ignore = "needs a container engine and the Debian package"]
fn the_debian_package_is_installed_and_serves_and_purging_it_leaves_nothing() {
    let image = env::var("RUST_IMAGE").unwrap_or_else(|_| "debian:bookworm-slim".to_owned());
    let folder = format!("{ROOT}/target/debian:/package:ro");
    let said = docker(&[
        "run", "--rm", "--volume", &folder, &image, "sh", "-c", STEPS,
    ]);
    let version = format!(
        "# install\n# serve\nhellowire {}\n",
        env!("CARGO_PKG_VERSION")
    );
    assert!(said.starts_with(&version), "{said}");
    assert!(said.contains("Hello World"), "{said}");
    assert!(said.ends_with("\n# purge\n# end"), "{said}");
}
