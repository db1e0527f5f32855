import { describe, expect, test } from 'vitest'
import be from '../../messages/keys.be.ts'
import en from '../../messages/keys.en.ts'
import ru from '../../messages/keys.ru.ts'
import { passphrase, rulesOf } from './strength.ts'

const own = ['Ковалёва', 'Анна', '4120785A021PB6']
const broken = (password: string) =>
  rulesOf(password, own)
    .filter((rule) => !rule.kept)
    .map((rule) => rule.code)

describe('the rules of a password', () => {
  test.each<[string, string[]]>([
    ['', ['too_short', 'own_data', 'repeats']],
    ['короткий', ['too_short']],
    ['одиннадцать', ['too_short']],
    ['двенадцать з', []],
    ['абвабвабвабв', ['repeats']],
    ['a b a b a b a b', ['repeats']],
    ['ковалёва и сыновья', ['own_data']],
    ['мой 4120785a021pb6', ['own_data']],
    ['жёлтый тополь у реки', []],
  ])('of %j break %j', (password, want) => expect(broken(password)).toEqual(want))

  test('count letters, not the halves of which a letter may be made', () => {
    expect(broken('е\u0308ж е\u0308ж е\u0308ж е')).toContain('too_short')
    expect(rulesOf('и\u0306абвгдежзиклм', [])[0]?.kept).toBe(true)
  })
  test('leave out a name that is too short to be a hint', () => {
    expect(rulesOf('юридический словарь', ['Ю', '', ''])[1]?.kept).toBe(true)
  })
})

describe('a passphrase', () => {
  test('is as many words of the list as were asked for', () => {
    const words = passphrase(['a', 'b', 'c'], 5).split(' ')
    expect(words).toHaveLength(5)
    expect(words.every((word) => ['a', 'b', 'c'].includes(word))).toBe(true)
  })
  test.each(Object.entries({ ru, be, en }))('keeps the rules and is hard to guess in %s', (_, messages) => {
    const list = messages.words.split(' ')
    expect(new Set(list).size).toBe(list.length)
    expect(6 * Math.log2(list.length)).toBeGreaterThan(45)
    for (let i = 0; i < 50; i++) {
      const codes = rulesOf(passphrase(list), []).filter((rule) => !rule.kept)
      expect(codes).toEqual([])
    }
  })
})
