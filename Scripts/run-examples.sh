#!/usr/bin/env bash
# Builds all programs of Examples/ and runs each in its short form.
set -euo pipefail
cd "$(dirname "$0")/../Examples"
swift build -c release
programs=.build/release
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
for folder in Sources/*/; do
    name=$(basename "$folder")
    [ -f "$folder/main.swift" ] || continue
    lines=$(wc -l < "$folder/main.swift")
    if [ "$lines" -ge 100 ]; then echo "$name: $lines lines, expected fewer than 100"; exit 1; fi
    if ! "$programs/$name" --quick --folder "$scratch/$name" > "$scratch/output" 2>&1; then
        cat "$scratch/output"
        echo "$name --quick failed"
        exit 1
    fi
    echo "$name: $(tail -n 1 "$scratch/output")"
done
