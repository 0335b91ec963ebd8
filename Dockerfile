# hellowire: one static binary in an empty image, and the licences of what is linked into it.
#
#   docker build -t hellowire .
#
# The labels' values, from a clean checkout:
#
#   docker build -t hellowire --build-arg SOURCE=https://example.com/hellowire \
#     --build-arg REVISION=$(git rev-parse HEAD) --build-arg CREATED=$(date -u +%Y-%m-%dT%H:%M:%SZ) .
#
# The image is for amd64 or arm64: `--platform linux/arm64`. The build stage runs on the builder's own
# platform and cross-compiles for another one, so no build needs an emulator.

# The digest is that of the index, which has all platforms. Another base, for example a local one:
# --build-arg RUST=rust:1.95-slim-bookworm
ARG RUST=rust:1.95-slim-bookworm@sha256:d7482085ff5b415f84dba5647ae71606650bdef00db7aeb69f4b3d170c3e4082

FROM --platform=${BUILDPLATFORM} ${RUST} AS build
WORKDIR /build
# `/target` has the target as Rust and Debian name it: `aarch64`. For another platform than the builder's
# own, this step adds a C compiler with glibc, and Rust's standard library.
ARG BUILDARCH TARGETARCH
RUN case $TARGETARCH in amd64) arch=x86_64 ;; arm64) arch=aarch64 ;; *) exit 1 ;; esac && \
    echo "$arch" > /target && \
    triple=$arch-unknown-linux-gnu && \
    if [ "$BUILDARCH" != "$TARGETARCH" ]; then \
      apt-get update -qq && \
      apt-get install -y -qq --no-install-recommends \
        "gcc-$(echo $arch | tr _ -)-linux-gnu" "libc6-dev-$TARGETARCH-cross" && \
      { [ -d "$(rustc --print sysroot)/lib/rustlib/$triple" ] || rustup target add "$triple"; } \
    fi
COPY Cargo.toml Cargo.lock ./
COPY src src
COPY LICENSE-APACHE LICENSE-MIT deploy/licenses.rs ./
COPY deploy/licenses licenses
# With an explicit --target the flags do not apply to build scripts and procedural macros, which can't be
# static. Packed relocations make the program smaller. The second cache keeps the built dependencies. It
# may also keep this package, built from newer files than these, so touch forces a new build of it.
RUN --mount=type=cache,target=/usr/local/cargo/registry,sharing=locked \
    --mount=type=cache,id=hellowire-${TARGETARCH},target=/build/target,sharing=locked \
    arch=$(cat /target) && triple=$arch-unknown-linux-gnu && \
    touch src/lib.rs src/main.rs && \
    RUSTFLAGS="-C linker=$arch-linux-gnu-gcc -C target-feature=+crt-static -C link-arg=-Wl,-z,pack-relative-relocs" \
      cargo build --profile image --locked --bin hellowire --target "$triple" && \
    install "target/$triple/image/hellowire" /hellowire && \
    rustc --edition 2024 -o /licenses licenses.rs && \
    /licenses "$triple" > /LICENSES.txt

FROM scratch
COPY --from=build /hellowire /LICENSES.txt /
# Only the caller of the build knows these. A label without a value is empty, as OCI allows.
ARG SOURCE REVISION CREATED
LABEL org.opencontainers.image.title="hellowire" \
      org.opencontainers.image.description="HTTP Hello World service that shows exactly what came over the wire" \
      org.opencontainers.image.version="0.1.0" \
      org.opencontainers.image.licenses="MIT OR Apache-2.0" \
      org.opencontainers.image.source="${SOURCE}" \
      org.opencontainers.image.documentation="${SOURCE:+${SOURCE}#readme}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.created="${CREATED}"
# By number: the image has no /etc/passwd.
USER 65532:65532
EXPOSE 8080
# The log leaves out the probe's requests, and nothing else. Engines split a line over 16 KiB: the record of
# a kept body of 11 KiB fits, unless the format is `line` and the bytes are not UTF-8.
ENV HELLOWIRE_LISTEN=0.0.0.0:8080 \
    HELLOWIRE_LOG_BODY=11KiB \
    HELLOWIRE_LOG_EXCLUDE=/hellowire-health
ENTRYPOINT ["/hellowire"]
HEALTHCHECK --interval=5s --timeout=3s --start-period=5s CMD ["/hellowire", "health"]
