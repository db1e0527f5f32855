import js from '@eslint/js'
import svelte from 'eslint-plugin-svelte'
import ts from 'typescript-eslint'
import svelteConfig from './svelte.config.js'

/** Imports that a layer must not make: dumb parts know no backend, only the bridge touches the window's Go. */
const layer = (files, patterns, ignores = []) => ({
  files,
  ignores: ['**/*.test.ts', ...ignores],
  rules: { 'no-restricted-imports': ['error', { patterns }] },
})
const backend = {
  group: ['**/lib/api.ts', '**/lib/app.svelte.ts'],
  message: 'A component takes data and emits events.',
}
const pages = {
  group: ['**/pages/**', '**/forms/**'],
  message: 'Pages know components, not the other way round.',
}
const testing = { group: ['**/testing/**'], message: 'Only tests and the review page pretend.' }

export default ts.config(
  { ignores: ['dist', '.review', 'wailsjs', 'e2e', 'node_modules', 'src/ui/icon/paths.ts'] },
  js.configs.recommended,
  ...ts.configs.recommended,
  ...svelte.configs.recommended,
  {
    languageOptions: {
      globals: { window: true, document: true, location: true, history: true, navigator: true },
    },
    rules: {
      'no-undef': 'off', // types know better
      'svelte/no-navigation-without-resolve': 'off', // addresses after "#" are our own
      'svelte/prefer-svelte-reactivity': 'off', // a plain Set or Map is one that no template follows
      '@typescript-eslint/no-unused-expressions': 'off',
    },
  },
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    languageOptions: { parserOptions: { parser: ts.parser, svelteConfig } },
  },
  layer(['src/ui/**'], [backend, pages, testing], ['src/ui/paper-dialog/**']), // printing is an act of the window itself
  layer(['src/forms/**'], [{ ...pages, group: ['**/pages/**'] }, testing]),
  layer(['src/pages/**', 'src/frame/**', 'src/lib/**', 'src/*.ts', 'src/*.svelte'], [testing]),
)
