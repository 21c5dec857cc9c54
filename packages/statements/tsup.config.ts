/** Of zod and jose what is used, in the same file: both have very many small ones to load. */
import { defineConfig } from 'tsup';

export default defineConfig({
  entry: ['src/index.ts'],
  format: 'esm',
  target: 'node20',
  sourcemap: true,
  silent: true,
  noExternal: ['zod', 'jose'],
});
