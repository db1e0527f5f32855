import { describe, expect, test } from 'vitest'
import { languages, messages, setLang, t, type Forms } from './i18n.svelte.ts'

type Entry = [key: string, message: string | Forms]
const areas = Object.keys(messages.ru) as (keyof typeof messages.ru)[]
const entries = (lang: keyof typeof messages): Entry[] =>
  areas.flatMap((area) =>
    Object.entries(messages[lang]![area] as Record<string, string | Forms>).map(([key, message]): Entry => [
      `${area}.${key}`,
      message,
    ]),
  )
const forms = (message: string | Forms) => (typeof message === 'string' ? [message] : Object.values(message))
const names = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map((m) => m[1]).sort()

describe.each(languages)('messages in %s', (lang) => {
  const own = new Map(entries(lang))

  test('have every key of the Russian ones and no other', () => {
    expect([...own.keys()].sort()).toEqual(
      entries('ru')
        .map(([key]) => key)
        .sort(),
    )
  })
  test('are not empty', () => {
    for (const [key, message] of own) for (const text of forms(message)) expect(text.trim(), key).not.toBe('')
  })
  test('have the placeholders of the Russian ones in every form', () => {
    for (const [key, message] of entries('ru')) {
      const want = new Set(forms(message).flatMap(names))
      const got = new Set(forms(own.get(key) ?? '').flatMap(names))
      expect([...got].sort(), key).toEqual([...want].sort())
    }
  })
  test('have all the plural forms of the language', () => {
    const needed = lang === 'en' ? ['one', 'other'] : ['one', 'few', 'many', 'other']
    for (const [key, message] of own) {
      if (typeof message !== 'string') expect(Object.keys(message).sort(), key).toEqual([...needed].sort())
    }
  })
  test('have no exclamation marks and no three dots', () => {
    for (const [key, message] of own)
      for (const text of forms(message)) expect(text, key).not.toMatch(/!|\.\.\./)
  })
})

describe('Belarusian', () => {
  test('has no letters that the alphabet lacks', () => {
    for (const [key, message] of entries('be'))
      for (const text of forms(message)) expect(text, key).not.toMatch(/[ищъ]/i)
  })
  test('differs from Russian where there are words', () => {
    const ru = new Map(entries('ru'))
    const same = entries('be').filter(
      ([key, message]) => typeof message === 'string' && message.length > 25 && message === ru.get(key),
    )
    expect(same.map(([key]) => key)).toEqual([])
  })
})

describe('English', () => {
  test('has no Cyrillic outside of names of languages', () => {
    for (const [key, message] of entries('en')) {
      if (key.startsWith('common.language.')) continue
      for (const text of forms(message)) expect(text, key).not.toMatch(/[а-яёіў]/i)
    }
  })
})

describe('t', () => {
  test.each([
    ['ru', 1, '1 файл'],
    ['ru', 2, '2 файла'],
    ['ru', 5, '5 файлов'],
    ['ru', 21, '21 файл'],
    ['be', 1, '1 файл'],
    ['be', 3, '3 файлы'],
    ['be', 11, '11 файлаў'],
    ['en', 1, '1 file'],
    ['en', 2, '2 files'],
  ] as const)('in %s counts %d as %s', (lang, n, want) => {
    setLang(lang)
    expect(t('common.files', { n })).toBe(want)
    setLang('ru')
  })
})
