// @vitest-environment node
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'

const walk = (dir: string): string[] =>
  readdirSync(dir).flatMap((name) => {
    const path = join(dir, name)
    return statSync(path).isDirectory() ? walk(path) : [path]
  })

const sources = walk('src')
const shown = sources.filter((path) => /\.(svelte|css)$/.test(path) && !path.endsWith('tokens.css'))
const code = sources.filter((path) => /\.(svelte|ts)$/.test(path) && !path.endsWith('.test.ts'))
const bare = (path: string) =>
  readFileSync(path, 'utf8').replace(/\/\*[\s\S]*?\*\/|<!--[\s\S]*?-->|\/\/.*$/gm, '')

/** What is quoted in code is said to a person, so it belongs into the messages. */
const mayHoldCyrillic =
  /src\/(messages|testing|ui\/[a-z-]+\/examples|lib\/(format|secret|theme\.svelte)\.ts|ui\/field\/(combobox|text-field)\.svelte)/

describe('the sources', () => {
  test('have no colour outside of the tokens', () => {
    for (const path of shown)
      expect(bare(path), path).not.toMatch(/#[0-9a-f]{3,8}\b(?![^<]*['"`)])|\brgba?\(|\bhsla?\(/i)
  })
  test('have no words of an interface outside of the messages', () => {
    const guilty = code.filter(
      (path) => !mayHoldCyrillic.test(path) && /['"`>][^'"`<>{}]*[а-яёўі]{3,}/i.test(bare(path)),
    )
    expect(guilty).toEqual([])
  })
  test('touch the bridge in one place', () => {
    const guilty = code.filter(
      (path) => !/src\/(testing|lib\/bridge\.ts)/.test(path) && /window\.(go|runtime)\b/.test(bare(path)),
    )
    expect(guilty).toEqual([])
  })
  test('are short enough to be read', () => {
    const long = code
      .filter(
        (path) =>
          !/src\/(messages|testing|ui\/[a-z-]+\/examples|lib\/(dto|api)\.ts|ui\/icon\/paths\.ts)/.test(path),
      )
      .map((path): [string, number] => [path, readFileSync(path, 'utf8').split('\n').length])
      .filter(([, lines]) => lines > 600)
    expect(long).toEqual([])
  })
})
