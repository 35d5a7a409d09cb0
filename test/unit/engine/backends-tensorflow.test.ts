// libtensorflow: where a tfjs-node is installed or was built by npm run engine:native.
import { backendTests } from '#test/support/backend-suite/index.ts';

await backendTests('tensorflow');
