import { render, screen } from '@testing-library/svelte'
import { expect, test } from 'vitest'
import ClockStrip from './clock-strip.svelte'

test.each([
  [3 * 3600 + 720, 'Часы этого компьютера отстают от часов портала на 3 часа 12 минут.'],
  [-600, 'Часы этого компьютера спешат против часов портала на 10 минут.'],
])('a clock that is off by %i s is told with what it means', (seconds, want) => {
  render(ClockStrip, { seconds })
  expect(screen.getByRole('status')).toHaveTextContent(want)
  expect(screen.getByRole('status')).toHaveTextContent('В подпись пойдёт время портала')
})

test('a difference that does not matter is not told', () => {
  render(ClockStrip, { seconds: 290 })
  expect(screen.queryByRole('status')).toBeNull()
})
