import { readFileSync } from 'node:fs'
import { beforeEach, describe, expect, test } from 'vitest'
import { fieldError, learnErrors, problemLine } from './field-errors.ts'
import { has, setLang } from './i18n.svelte.ts'

/** The codes as Go declares them: a new one without a message fails here. */
const source = readFileSync('../backend/akno/form/code.go', 'utf8')
const codes = [...source.matchAll(/^\t\w+\s+Code = "([a-z_]+)"/gm)].map((m) => m[1]!)

/** Everything that can be wrong with a field, in forms and elsewhere. */
const list = readFileSync('../backend/akno/fieldcode.go', 'utf8')
const faults = [...list.matchAll(/"([a-z_]+)"/g)].map((m) => m[1]!)

beforeEach(() => setLang('ru'))

describe('every code of a form', () => {
  test('is found in its source', () => expect(codes.length).toBeGreaterThan(35))
  test.each(codes)('%s has a sentence of its own', (code) => expect(has(`forms.error.${code}`)).toBe(true))
})

describe('every fault of a field', () => {
  test('is found in its source', () => expect(faults.length).toBeGreaterThan(85))
  test.each(['ru', 'be', 'en'] as const)('has a sentence of its own in %s', (language) => {
    setLang(language)
    const mute = faults.filter((code) => fieldError(code) === fieldError('never_heard_of'))
    expect(mute).toEqual([])
  })
  test('has another sentence in each language', () => {
    const said = (['ru', 'be', 'en'] as const).map((language) => {
      setLang(language)
      return faults.map((code) => fieldError(code))
    })
    for (const [i, code] of faults.entries()) expect(new Set(said.map((s) => s[i])).size, code).toBe(3)
  })
})

describe('fieldError', () => {
  test.each([
    ['required', 'text', 'Заполните это поле'],
    ['required', 'radio', 'Выберите один из вариантов'],
    ['required', 'file', 'Приложите документ'],
    ['required', 'checkbox', 'Без этого подтверждения подать заявление нельзя'],
    ['format', 'personal_number', 'Номер составлен иначе. Пример: 3110575A001PB7'],
    ['format', 'unp', 'Номер составлен иначе, сверьте с документом'],
    ['never_heard_of', 'text', 'Проверьте написанное'],
  ])('%s at a %s', (code, type, want) => expect(fieldError(code, type)).toBe(want))
})

describe('problemLine', () => {
  test('goes on in the same sentence', () =>
    expect(problemLine('Дата', 'Такого дня не бывает')).toBe('Дата: такого дня не бывает'))
  test('goes on with a word of one letter too', () =>
    expect(problemLine('Папка', 'В неё нельзя записать')).toBe('Папка: в неё нельзя записать'))
  test('leaves an abbreviation alone', () =>
    expect(problemLine('Файл', 'PDF не читается')).toBe('Файл: PDF не читается'))
})

describe('an error that a form declares itself', () => {
  test('is said in its own words, in each language', () => {
    expect(fieldError('share_sum')).toBe(fieldError('never_heard_of'))
    learnErrors([
      {
        code: 'share_sum',
        text: { ru: 'Доли больше целого', be: 'Долі больш за цэлае', en: 'More than the whole' },
      },
    ])
    expect(fieldError('share_sum')).toBe('Доли больше целого')
    setLang('be')
    expect(fieldError('share_sum')).toBe('Долі больш за цэлае')
  })
  test('never takes the place of one that every form knows', () => {
    learnErrors([{ code: 'required', text: { ru: 'x', be: 'x', en: 'x' } }])
    expect(fieldError('required')).not.toBe('x')
  })
})
