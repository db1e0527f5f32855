import { svelte } from '@sveltejs/vite-plugin-svelte'
import { defineConfig, type Plugin } from 'vite'
import { stylesFirst, target } from './vite.shared.ts'

/** Leaves only some folders of pages in, so that one can be looked at while another is being rewritten: PAGES=citizen,entry */
function somePages(): Plugin {
  const pages = process.env.PAGES
  return {
    name: 'some-pages',
    enforce: 'pre',
    transform: (code, id) =>
      pages && id.endsWith('/src/routes.ts')
        ? code.replace('./pages/*/', `./pages/{${pages},-}/`)
        : undefined,
  }
}

/** Builds the review page: every page over a pretended program. It is no part of the program. */
export default defineConfig({
  root: 'review',
  base: './',
  plugins: [somePages(), svelte({ configFile: '../svelte.config.js' }), stylesFirst()],
  build: { target, outDir: '../.review', emptyOutDir: true, assetsInlineLimit: 0 },
})
