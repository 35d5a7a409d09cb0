// WebAssembly with onnxruntime's products: what runs by default.
import { backendTests } from '#test/support/backend-suite/index.ts';

await backendTests('wasm-ort');
