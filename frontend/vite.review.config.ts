import { svelte } from '@sveltejs/vite-plugin-svelte'
import { defineConfig } from 'vite'
import { stylesFirst, target } from './vite.shared.ts'

/** Builds the review page: every example of every component and every page over a pretended backend. It is no part of the program. */
export default defineConfig({
  root: 'review',
  base: './',
  plugins: [svelte({ configFile: '../svelte.config.js' }), stylesFirst()],
  build: { target, outDir: '../.review', emptyOutDir: true, assetsInlineLimit: 0 },
})
