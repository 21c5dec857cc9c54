import { defineConfig } from 'vitest/config';
export default defineConfig({
  ssr: { resolve: { conditions: ['@p2p/source', 'module', 'node', 'development|production'] } },
  test: { include: ['packages/*/test/**/*.test.ts'] },
});
