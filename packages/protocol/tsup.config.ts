/** Of zod what is used, in the same file: to load a hundred small ones took a program longer than all of its own. */
import { defineConfig } from 'tsup';

export default defineConfig({
  entry: ['src/index.ts'],
  format: 'esm',
  target: 'node20',
  sourcemap: true,
  silent: true,
  noExternal: ['zod'],
});
