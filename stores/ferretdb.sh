#!/usr/bin/env bash
# Builds FerretDB into this folder, where Go is installed: it speaks the protocol of MongoDB, on a SQLite of its own. A plain `go install` builds a
# program that stops at once, because the file with its version is not in the Go module.
set -euo pipefail
version=v1.24.2
target=$(cd "$(dirname "$0")" && pwd)/.ferretdb/ferretdb
[ -x "$target" ] && exit 0
from=$(go mod download -json "github.com/FerretDB/FerretDB@$version" | sed -n 's/.*"Dir": "\(.*\)".*/\1/p')
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cp -R "$from/." "$folder"
chmod -R u+w "$folder"
echo "$version" >"$folder/build/version/version.txt"
mkdir -p "$(dirname "$target")"
cd "$folder"
go build -o "$target" ./cmd/ferretdb
