// @vitest-environment node
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { api, dto } from '../../scripts/bindings.mjs'

test('the types of the page are those of the program', () => {
  expect(readFileSync('src/lib/dto.ts', 'utf8')).toBe(dto())
})
test('the calls of the page are the bound methods of the program', () => {
  expect(readFileSync('src/lib/api.ts', 'utf8')).toBe(api())
})
