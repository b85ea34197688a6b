#!/usr/bin/env bash
# build.sh [BIN] [kfake|kafka|rdkafka_performance ...]: fetches and builds the peers and the load generator of the load
# harness into BIN (default: bin). Needs Go, Java with Maven, npm, gcc and make.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
bin=${1:-bin}
[ $# -gt 0 ] && shift
mkdir -p "$bin"
bin=$(cd "$bin" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# In the versions that the stored figures were measured with.
kfake() {
  cp -r "$here/kfake" "$work/kfake"
  cd "$work/kfake"
  go mod init kfake
  go get github.com/twmb/franz-go@v1.22.2 \
    github.com/twmb/franz-go/pkg/kfake@"${KFAKE_VERSION:-v0.0.0-20260918054303-01f206a7e32c}"
  go build -o "$bin/kfake" .
}

kafka() {
  mkdir -p "$bin/kafka-jars"
  cp "$here/kafka/pom.xml" "$here/kafka/log4j2.xml" "$bin/kafka-jars/"
  cd "$bin/kafka-jars"
  mvn -q -B -Dkafka.version="${KAFKA_VERSION:-4.3.1}" dependency:copy-dependencies -DoutputDirectory=lib
  cp "$here/kafka/kafka-start" "$bin/kafka-start"
}

# librdkafka's sources travel in an npm package.
rdkafka_performance() {
  cd "$work"
  npm pack --silent "node-rdkafka@3.6.1" >/dev/null
  tar xzf ./*.tgz --strip-components=2 package/deps/librdkafka
  cd librdkafka
  ./configure --disable-gssapi --disable-curl --disable-lz4-ext --enable-static
  make -j"$(nproc)" libs
  make -C examples rdkafka_performance
  cp examples/rdkafka_performance "$bin/"
}

[ $# -gt 0 ] || set -- kfake kafka rdkafka_performance
for peer in "$@"; do
  case $peer in
    kfake | kafka | rdkafka_performance) ;;
    *)
      echo "no peer is called $peer" >&2
      exit 2
      ;;
  esac
  # In a shell of its own, where `set -e` holds: it does not on the left of `||`.
  (set -e; "$peer") >"$work/$peer.log" 2>&1 &
  wait $! || {
    tail -n 15 "$work/$peer.log" >&2
    echo "$peer: not built" >&2
    exit 1
  }
  echo "$peer: built"
done
