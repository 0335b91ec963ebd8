# hellowire: one static binary in an empty image, and the licences of what is linked into it.
#
#   docker build -t hellowire .
#
# The file is the same for amd64 and arm64: the build stage runs on the platform that the image is for.

# The digest is that of the index, which has all platforms. Another base, for example a local one:
# --build-arg RUST=rust:1.95-slim-bookworm
ARG RUST=rust:1.95-slim-bookworm@sha256:d7482085ff5b415f84dba5647ae71606650bdef00db7aeb69f4b3d170c3e4082

FROM ${RUST} AS build
WORKDIR /build
COPY Cargo.toml Cargo.lock ./
COPY src src
COPY LICENSE-APACHE LICENSE-MIT deploy/licenses.rs ./
COPY deploy/licenses licenses
# With an explicit --target the flags do not apply to build scripts and procedural macros, which can't be
# static. Packed relocations make the program smaller. The second cache keeps the built dependencies. It
# may also keep this package, built from newer files than these, so touch forces a new build of it.
ARG TARGETARCH
RUN --mount=type=cache,target=/usr/local/cargo/registry,sharing=locked \
    --mount=type=cache,id=hellowire-${TARGETARCH},target=/build/target,sharing=locked \
    triple=$(rustc -vV | sed -n 's/^host: //p') && \
    touch src/lib.rs src/main.rs && \
    RUSTFLAGS='-C target-feature=+crt-static -C link-arg=-Wl,-z,pack-relative-relocs' \
      cargo build --profile image --locked --bin hellowire --target "$triple" && \
    install "target/$triple/image/hellowire" /hellowire && \
    rustc --edition 2024 -o /licenses licenses.rs && \
    /licenses "$triple" > /LICENSES.txt

FROM scratch
COPY --from=build /hellowire /LICENSES.txt /
LABEL org.opencontainers.image.title="hellowire" \
      org.opencontainers.image.description="An HTTP Hello World service that shows exactly what came over the wire" \
      org.opencontainers.image.version="0.1.0" \
      org.opencontainers.image.licenses="MIT OR Apache-2.0"
# By number: the image has no /etc/passwd.
USER 65532:65532
EXPOSE 8080
# The log leaves out the probe's requests, and nothing else.
ENV HELLOWIRE_LISTEN=0.0.0.0:8080 \
    HELLOWIRE_LOG_EXCLUDE=/hellowire-health
ENTRYPOINT ["/hellowire"]
HEALTHCHECK --interval=5s --timeout=3s --start-period=5s CMD ["/hellowire", "health"]
