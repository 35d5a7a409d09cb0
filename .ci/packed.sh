#!/usr/bin/env bash
# The package as a stranger gets it: packed, installed into an empty folder, and run there by each Node that is here.
# Nothing of the clone is in reach.
# Usage: npm run build && .ci/packed.sh DATA
# DATA is a data folder in which the demo was run; its newest bundle is verified.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
data=$(cd "$1" && pwd)
bundle=$(ls -td "$data"/bundles/*/ | head -n 1)
target=$(mktemp -d)
trap 'rm -rf "$target"' EXIT

cd "$root"
tarball=$(npm pack --silent --ignore-scripts --pack-destination "$target" | tail -n 1)
if tar tzf "$target/$tarball" | grep -E '\.test\.|/test/|/infra/|[^d]\.ts$'; then
  echo "the package holds what is not the product" >&2
  exit 1
fi
mkdir "$target/app"
cd "$target/app"
# its install script would download CUDA libraries; skip is what the clone's .npmrc says too
ONNXRUNTIME_NODE_INSTALL=skip npm install --no-audit --no-fund --loglevel=error "../$tarball"
echo "installed: $(du -sm node_modules | cut -f 1) MB, of which $(du -sm node_modules/node | cut -f 1) MB Node 24"

run() { # run NODE: the installed programs, started by this Node
  local node=$1 bin=node_modules/quittance/cli/bin.mjs alone=node_modules/quittance/dist/quittance-verify.mjs
  echo "== $("$node" --version)"
  "$node" "$bin" --version
  "$node" "$bin" doctor
  "$node" "$bin" ticket list --dir "$data"
  "$node" "$bin" verify "$bundle" --json > by-command.json
  (cd "$target" && cp "app/$alone" . && "$node" quittance-verify.mjs "$bundle" --json) > alone.json
  cmp by-command.json alone.json
}
run "$(command -v node)"
run "$PWD/node_modules/node/bin/node"

# A type of the package, as a user's compiler sees it
cat > use.mts <<'TS'
import { verifyBundle } from 'quittance';
const { ok, checks } = verifyBundle(new Map(), { now: new Date() });
const first: string | undefined = checks[0]?.id;
console.log(ok, first);
TS
"$root/node_modules/.bin/tsc" --noEmit --strict --target es2024 --module nodenext --typeRoots "$root/node_modules/@types" --types node --skipLibCheck use.mts
node_modules/node/bin/node use.mts

# Without what is optional: an old Node is refused by name, a new one goes on
mkdir "$target/bare"
cd "$target/bare"
npm install --no-audit --no-fund --loglevel=error --omit=optional "../$tarball"
bare=node_modules/quittance/cli/bin.mjs
if [ "$(node -p 'process.versions.node.split(".")[0]')" -lt 24 ]; then
  if node $bare doctor 2> refusal.txt; then echo "started without Node 24" >&2; exit 1; fi
  grep -q 'node@24' refusal.txt
  cat refusal.txt
fi
"$target/app/node_modules/node/bin/node" $bare doctor | tee doctor.txt
grep -q 'onnxruntime-node is not installed' doctor.txt
echo "installed without optional packages: $(du -sm node_modules | cut -f 1) MB"
