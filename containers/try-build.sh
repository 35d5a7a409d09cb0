#!/usr/bin/env bash
# The steps of containers/Dockerfile's build on a machine without CUDA and Docker: production packages from the lock
# file, bill of materials, libtensorflow from the wheel (the CPU's, as a product is computed at the end), binding from
# source; then the job's main is started from what was built, and must refuse by its own code that it was not told which
# job. Needs npm, Python with pip, g++ and the network.
# Usage: containers/try-build.sh [FOLDER]   (default: a temporary one, removed at the end)
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
target=${1:-$(mktemp -d)}
[ $# -eq 1 ] || trap 'rm -rf "$target"' EXIT
node=$root/node_modules/.bin/node
cd "$target"

cp "$root"/{package.json,package-lock.json,.npmrc} .
npm ci --omit=dev --omit=optional --ignore-scripts --no-audit --no-fund
npm pkg delete devDependencies optionalDependencies
npm sbom --sbom-format=cyclonedx > sbom.cdx.json
cp -r "$root"/{core,engine,datasets,unlearning,evaluation,containers,state-machine,adapters,entry,policies} .
"$node" engine/native/build.ts
rm -rf .native/tensorflow/include

if said=$(QUITTANCE_TFJS="$target/.native/node_modules/@tensorflow/tfjs-node" "$node" --disable-warning=ExperimentalWarning entry/batch.ts 2>&1); then
  echo "entry/batch.ts ended well without a job" >&2
  exit 1
fi
grep -q '"code":"INVALID_INPUT".*QUITTANCE_JOB' <<< "$said" || { echo "$said" >&2; exit 1; }
echo "entry/batch.ts starts, and refuses without a job: $(tail -n 1 <<< "$said")"
du -sh node_modules .native
echo "the image's build steps hold"
