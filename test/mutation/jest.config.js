// Jest as it is (../../jest.config.js), through the transform that sows mutants; a file ends where one is found.
import { fileURLToPath } from 'node:url';
import base from '../../jest.config.js';

const rootDir = fileURLToPath(new URL('../..', import.meta.url));
const sowing = ({ transform, ...project }) => ({
  ...project,
  rootDir,
  testEnvironment: './test/mutation/environment.js',
  transform: Object.fromEntries(
    Object.entries(transform).map(([files, [, options]]) => [files, ['<rootDir>/test/mutation/transform.ts', options]]),
  ),
});

export default { ...base, rootDir, projects: base.projects.map(sowing) };
