import { defineConfig } from 'vite';

export default defineConfig({
  // Addresses relative to the page: the files work at `/`, at `/graphql` and below a proxy's path.
  base: './',
  build: {
    assetsDir: 'console',
    // No data: addresses of our own making: they would widen the content security policy.
    assetsInlineLimit: 0,
    // Monaco, the editor, is one piece of about 3 MB.
    chunkSizeWarningLimit: 4000,
    rolldownOptions: {
      onLog(level, log, handler) {
        // React's "use client" means nothing in a page without server components.
        if (log.code !== 'MODULE_LEVEL_DIRECTIVE') handler(level, log);
      },
    },
  },
  worker: { format: 'es' },
});
