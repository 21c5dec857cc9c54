/** The library, and the program of its threads, which is whole in itself: each thread loads it anew. */
import { defineConfig } from 'tsup';

const common = { format: 'esm', target: 'node20', sourcemap: true, silent: true } as const;

export default defineConfig([
  // Of zod what is used: it has very many small files to load.
  { ...common, entry: ['src/index.ts'], noExternal: ['zod'] },
  {
    ...common,
    entry: { 'hashing/hashing-worker': 'src/hashing/hashing-worker.ts' },
    noExternal: [/^@p2p\//],
    // From the sources no more is taken than is used.
    esbuildOptions: (options) => {
      options.conditions = ['@p2p/source'];
    },
  },
]);
