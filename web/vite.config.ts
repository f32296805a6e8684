import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

export default defineConfig({
  root: import.meta.dirname,
  base: '/admin/',
  plugins: [react()],
  // The server replaces it by a value of its own in each response: see src/portal/portal.ts.
  html: { cspNonce: 'CSP_NONCE' },
  build: {
    // A chunk that is loaded on demand is named in the chunk that needs it; a list of all of them only delays the first page.
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    reportCompressedSize: false,
  },
})
