import { describe, expect, it } from 'vitest'
import { lastGroup, newCode, wrongGroup } from './code.ts'

describe('a code of backups', () => {
  it('is eight groups of six digits, each a multiple of eleven that fits into sixteen bits', () => {
    for (let i = 0; i < 200; i++) {
      const code = newCode()
      expect(code).toMatch(/^\d{6}( \d{6}){7}$/)
      for (const group of code.split(' ')) {
        expect(Number(group) % 11).toBe(0)
        expect(Number(group) / 11).toBeLessThanOrEqual(0xffff)
      }
    }
  })

  it('is another one each time', () => {
    expect(new Set(Array.from({ length: 50 }, newCode)).size).toBe(50)
  })

  it('tells in which group a digit is wrong', () => {
    const code = '000000 000011 720885 051260 000110 483791 360448 360437'
    expect(wrongGroup(code)).toBe(0)
    expect(wrongGroup(code.replaceAll(' ', ''))).toBe(0)
    expect(wrongGroup(code.replace('051260', '051261'))).toBe(4)
    expect(wrongGroup(code.replace('720885', '720896'))).toBe(3)
  })

  it('has a last group to be typed', () => {
    expect(lastGroup('000000 000011 720885 051260 000110 483791 360448 360437')).toBe('360437')
  })
})
