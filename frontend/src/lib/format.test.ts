import { describe, expect, test } from 'vitest'
import * as f from './format.ts'

const plain = (s: string) => s.replaceAll('\u00a0', ' ')
const now = new Date('2026-11-21T12:00:00Z')

describe('dates', () => {
  test('an instant is shown as the day and hour of Minsk', () => {
    expect(f.date('2026-11-20T22:30:00Z')).toBe('21.11.2026')
    expect(f.time('2026-11-20T22:30:00Z')).toBe('01:30')
    expect(f.time('2026-11-20T22:30:05Z', true)).toBe('01:30:05')
    expect(f.date('2026-08-02')).toBe('02.08.2026')
  })
  test.each([
    ['2026-11-21', 'ru', '21 ноября'],
    ['2026-11-21', 'be', '21 лістапада'],
    ['2026-11-21', 'en', '21 November'],
    ['2027-01-05', 'ru', '5 января 2027 г.'],
    ['2027-01-05', 'en', '5 January 2027'],
  ] as const)('%s in %s', (value, lang, want) => {
    expect(plain(f.longDate(value, lang, now))).toBe(want)
  })
  test.each([
    ['21.11.2026', '2026-11-21'],
    ['1.2.1990', '1990-02-01'],
    ['21112026', '2026-11-21'],
    ['2026-11-21', '2026-11-21'],
    ['31.11.2026', '2026-11-31'],
    ['вчера', 'вчера'],
  ])('%s typed means %s', (typed, want) => expect(f.isoDate(typed)).toBe(want))
})

describe('numbers', () => {
  test.each([
    ['1234.50', '1 234,50 BYN'],
    ['0.05', '0,05 BYN'],
    ['45', '45,00 BYN'],
    ['-22.5', '−22,50 BYN'],
  ])('%s of money', (amount, want) => expect(plain(f.money(amount))).toBe(want))
  test.each([
    [512, 'ru', '512 Б'],
    [1_258_291, 'ru', '1,2 МБ'],
    [10_485_760, 'be', '10 МБ'],
    [1_258_291, 'en', '1.2 MB'],
  ] as const)('%d bytes in %s', (bytes, lang, want) => expect(plain(f.size(bytes, lang))).toBe(want))
  test('an order code stands in five groups of six', () => {
    expect(f.orderCode('900000002611180051348207193580')).toBe('900000 002611 180051 348207 193580')
  })
  test('a Belarusian phone is grouped, another is left alone', () => {
    expect(plain(f.phone('+375291234567'))).toBe('+375 29 123-45-67')
    expect(f.phone('+48221234567')).toBe('+48221234567')
  })
})

describe('people', () => {
  test('Cyrillic look-alikes become Latin letters', () =>
    expect(f.latin('3110575а001рв7')).toBe('3110575A001PB7'))
  test('a masked number keeps its first digit and its end', () =>
    expect(f.maskedNumber('4120785A021PB6')).toBe('4•••••••021PB6'))
  test('a name is shortened and gives initials', () => {
    expect(plain(f.shortName('Ковалёва Анна Петровна'))).toBe('Ковалёва А. П.')
    expect(f.initials('Ковалёва Анна Петровна')).toBe('АК')
  })
  test('a hash shows its ends', () =>
    expect(f.shortHash('9c1a44f07b02' + '0'.repeat(44) + '5d11e27b')).toBe('9C1A44F0 7B02 … 5D11E27B'))
})
