import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { Failure } from './bridge.ts'
import { tell } from './failure.ts'
import { languages, messages, setLang } from './i18n.svelte.ts'

/** The codes as Go declares them: a new one without a message fails here. */
const source = readFileSync('../backend/akno/error.go', 'utf8')
const codes = [...source.matchAll(/^\t\w+\s+Code = "([a-z_]+)"/gm)].map((m) => m[1]!)

describe('every failure code of Go', () => {
  test('is found in its source', () => expect(codes.length).toBeGreaterThan(30))
  test.each(codes)('%s has a heading, a reason and steps in every language', (code) => {
    for (const lang of languages) {
      const area = messages[lang]!.errors as Record<string, unknown>
      for (const part of ['title', 'why', 'do'])
        expect(area[`${code}.${part}`], `${lang} ${part}`).toBeTypeOf('string')
    }
  })
})

describe('tell', () => {
  test('gives one step a line and a code with the mark of the record', () => {
    setLang('ru')
    const told = tell(new Failure('bad_password', {}, 'k3f9'))
    expect(told.title).toBe('Ключ не открылся')
    expect(told.steps).toHaveLength(3)
    expect(told.code).toBe('BAD_PASSWORD-K3F9')
  })
  test('tells a damaged profile as what it is, in every language', () => {
    for (const lang of languages) {
      setLang(lang)
      const file = tell(new Failure('bad_file'))
      const damaged = tell(new Failure('bad_file', { profile: 'damaged' }, 'k3f9'))
      const older = tell(new Failure('bad_file', { profile: 'older' }, 'k3f9'))
      expect(new Set([file.title, damaged.title, older.title]).size).toBe(3)
      expect(new Set([file.why, damaged.why, older.why]).size).toBe(3)
      expect([damaged.steps.length, older.steps.length]).toEqual([3, 2])
      expect([damaged.code, older.code]).toEqual(['BAD_FILE-K3F9', 'BAD_FILE-K3F9'])
    }
    setLang('ru')
  })
  test('tells an unknown code as an internal failure and keeps the code', () => {
    const told = tell(new Failure('quantum_leak'))
    expect(told.title).toBe('Программа не справилась')
    expect(told.code).toBe('QUANTUM_LEAK')
  })
})
