import { afterEach, expect, test } from 'vitest'
import { holderOf } from './holder.ts'
import { loadLanguage, setLang } from './i18n.svelte.ts'

const anna = { holder: 'Ковалева Анна Сергеевна', holderBe: 'Кавалёва Ганна Сяргееўна' }

afterEach(() => setLang('ru'))

test.each([
  ['ru', anna, anna.holder],
  ['en', anna, anna.holder],
  ['be', anna, anna.holderBe],
  ['be', { ...anna, holderBe: '' }, anna.holder],
] as const)('in %s the holder of a key is named as the certificate has it', async (language, key, name) => {
  await loadLanguage(language)
  setLang(language)
  expect(holderOf(key)).toBe(name)
})
