import { rmSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { svelte } from '@sveltejs/vite-plugin-svelte'
import { svelteTesting } from '@testing-library/svelte/vite'
import type { Plugin } from 'vite'
import { defineConfig } from 'vitest/config'
import { stylesFirst, target } from './vite.shared.ts'

/** Empties dist/ before a build, but keeps .gitkeep: Go embeds the folder even before the first build. */
function emptyKeepingGitkeep(): Plugin {
  return {
    name: 'empty-keeping-gitkeep',
    apply: 'build',
    buildStart() {
      for (const name of readdirSync('dist')) {
        if (name !== '.gitkeep') rmSync(join('dist', name), { recursive: true })
      }
    },
  }
}

export default defineConfig({
  base: './',
  plugins: [svelte(), svelteTesting(), stylesFirst(), emptyKeepingGitkeep()],
  build: {
    target,
    emptyOutDir: false,
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 400,
  },
  test: {
    environment: 'jsdom',
    include: ['src/**/*.test.ts'],
    setupFiles: ['src/testing/setup.ts'],
    css: false,
    testTimeout: 60_000, // a busy machine is no failure
  },
})
