#!/bin/sh
# Writes into .release what packages hold beside the files of the repository: compressed
# manual pages, and a changelog with the version. The same input gives the same bytes.
set -eu

if [ $# -ne 2 ]; then
	echo 'Usage: scripts/packaging/prepare.sh VERSION DATE   (DATE as 2026-11-24T12:00:00Z)' >&2
	exit 2
fi
cd -- "$(dirname -- "$0")/../.."
rm -rf .release
mkdir -p .release/man
for page in cmd/culex/doc/man/*.1; do
	gzip -9nc "$page" >".release/man/${page##*/}.gz"
done
cat >.release/changelog.yml <<TEXT
- semver: "$1"
  date: $2
  packager: The culex maintainers <culex@users.noreply.github.com>
  deb:
    urgency: medium
    distributions: [stable]
  changes:
    - note: Release $1; what changed is in the notes of the release.
TEXT

# The licences of what is linked in ask for their texts to come along.
go list -deps -f '{{with .Module}}{{if not .Main}}{{.Path}} {{.Version}} {{.Dir}}{{end}}{{end}}' ./cmd/culex | sort -u |
	while read -r path version dir; do
		for licence in "$dir"/LICENSE* "$dir"/edl-v10 "$dir"/NOTICE*; do
			[ -f "$licence" ] || continue
			printf '== %s %s, %s\n\n' "$path" "$version" "${licence##*/}"
			cat "$licence"
			echo
		done
	done >.release/third-party-licences.txt
printf '== Go, LICENSE\n\n' >>.release/third-party-licences.txt
cat "$(go env GOROOT)/LICENSE" >>.release/third-party-licences.txt
