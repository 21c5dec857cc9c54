/**
 * The library that makes certificates, and the polyfill that it needs, go into one file instead of two hundred small
 * ones: to load those took a new tracker or client longer than everything else at its first start.
 */
import { defineConfig } from 'tsup';

export default defineConfig({
  entry: ['src/index.ts'],
  format: 'esm',
  target: 'node20',
  sourcemap: true,
  silent: true,
  noExternal: ['@peculiar/x509', 'reflect-metadata'],
  // Without what is in them in their names: nothing of an earlier build is left beside them.
  esbuildOptions: (options) => {
    options.chunkNames = '[name]';
  },
});
