import { expect, test, vi } from 'vitest'

const active = vi.hoisted(() => vi.fn(async () => undefined))
vi.mock('./api.ts', () => ({ system: { active } }))
import { present } from './presence.ts'

test('a person is told once a minute, however much is typed', () => {
  for (let now = 0; now < 150_000; now += 1_000) present(now)
  expect(active).toHaveBeenCalledTimes(3)
})
