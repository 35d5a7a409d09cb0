// WebAssembly with XNNPACK's products: what every machine has.
import { backendTests } from '#test/support/backend-suite/index.ts';

await backendTests('wasm');
