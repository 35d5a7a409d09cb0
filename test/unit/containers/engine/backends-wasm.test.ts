import { backendTests } from '#test/support/backend-suite/index.ts';

await backendTests('wasm');
