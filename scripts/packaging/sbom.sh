#!/bin/sh
# Lists what a binary is made of, in CycloneDX: scripts/packaging/sbom.sh VERSION DATE BINARY DOCUMENT
# The time in it is DATE, so that the same binary gives the same list.
set -eu

if [ $# -ne 4 ]; then
	echo 'Usage: scripts/packaging/sbom.sh VERSION DATE BINARY DOCUMENT' >&2
	exit 2
fi
cyclonedx-gomod bin -json -noserial -std -version "$1" -output "$4.part" "$3"
sed "s/\"timestamp\": \"[^\"]*\"/\"timestamp\": \"$2\"/" "$4.part" >"$4"
rm "$4.part"
