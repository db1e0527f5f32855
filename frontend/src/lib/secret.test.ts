import { describe, expect, test } from 'vitest'
import { layoutOf, take } from './secret.ts'

describe('take', () => {
  test('gives composed bytes and empties the field', () => {
    const field = document.createElement('input')
    field.value = 'и\u0306x' // й typed as two characters
    expect([...take(field)]).toEqual([0xd0, 0xb9, 0x78])
    expect(field.value).toBe('')
  })
})

describe('layoutOf', () => {
  test.each([
    ['ў', 'BY'],
    ['І', 'BY'],
    ['ы', 'RU'],
    ['q', 'EN'],
    ['7', ''],
    ['Shift', ''],
  ] as const)('%s means %s', (letter, want) => expect(layoutOf(letter)).toBe(want))
})
