// WebGPU: where the packages webgpu and @tensorflow/tfjs-backend-webgpu and a Vulkan driver are.
import { backendTests } from '#test/support/backend-suite/index.ts';

await backendTests('webgpu');
