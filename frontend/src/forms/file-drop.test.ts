import { beforeEach, expect, test } from 'vitest'
import { meant, placeAt } from './file-drop.svelte.ts'

beforeEach(() => {
  document.body.innerHTML = `
    <div data-field="paper"><button id="paper">x</button></div>
    <div data-field="members">
      <div data-cell="scan" data-row="r1"><button id="one">x</button></div>
      <div data-cell="scan" data-row="r2"><button id="two">x</button></div>
      <div data-cell="name" data-row="r2"><input id="name" /></div>
    </div>
    <p id="beside">x</p>`
})

const at = (id: string) => document.getElementById(id)
const paper = { field: 'paper', row: '', column: '' }
const scan = (row: string) => ({ field: 'members', row, column: 'scan' })
const places = [paper, scan('r1'), scan('r2')]

test('a file goes to the place where the pointer or the cursor stands, a cell of a table too', () => {
  expect(meant(places, at('paper'))).toEqual(paper)
  expect(meant(places, at('two'))).toEqual(scan('r2'))
  expect(placeAt(at('name'))).toEqual({ field: 'members', row: 'r2', column: 'name' })
})

test('beside the places it goes to the only one, or nowhere', () => {
  expect(meant(places, at('beside'))).toBeUndefined()
  expect(meant(places, at('name'))).toBeUndefined()
  expect(meant([scan('r1')], at('beside'))).toEqual(scan('r1'))
  expect(meant([], at('paper'))).toBeUndefined()
  expect(meant(places, null)).toBeUndefined()
})
