// An address that is written anew: what depended on its region goes with it, is told, and comes back in one step.
import { expect } from '@playwright/test'
import { language, saved, skipIntroduction } from './acts.ts'
import { accessible } from './axe.ts'
import { test } from './fixtures.ts'
import { example } from './form.ts'
import { theme } from './gates.ts'
import { Papers } from './papers.ts'
import { layOut, make } from './sweep.ts'

test('another region empties the district and says why', async ({ page, alone, dir, shots, complaints }) => {
  await alone.start(page)
  await skipIntroduction(page)
  const answers = {
    ...example('F_2_18'),
    ...{ reg_region: '4', reg_district: '409', reg_settlement_type: 'g', reg_settlement: 'Лида', reg_street: 'Мира' },
  }
  const draft = await make(page, '200.2.18', answers, new Papers(dir).pdf('paper.pdf'))
  await layOut(page, 'page', draft)
  const field = (id: string) => page.locator(`[data-field="${id}"]`)
  const control = (id: string) => field(id).locator('input, select')
  const region = control('reg_region')
  await expect(control('reg_district')).toHaveValue('Лидский район')

  // who begins to write and turns back loses nothing
  await region.fill('Гом')
  await region.press('Escape')
  await expect(control('reg_district')).toHaveValue('Лидский район')

  await region.fill('Гом')
  await region.press('Enter')
  await expect(region).toHaveValue('Гомельская область')
  for (const id of ['reg_district', 'reg_settlement', 'reg_settlement_type']) await expect(control(id)).toHaveValue('')
  await expect(field('reg_district')).toContainText('Здесь было: Лидский район')
  await expect(field('reg_settlement')).toContainText('Здесь было: Лида')
  await expect(control('reg_street')).not.toHaveValue('')
  const told = page.getByRole('status').filter({ hasText: 'очищены' })
  await expect(told).toContainText('«Район», «Населенный пункт»')
  await expect(told).toContainText('Проверьте и остальной адрес')

  // one step back, which is offered for ten seconds, brings all of it back
  await told.getByRole('button', { name: 'Отменить' }).first().click()
  await expect(region).toHaveValue('Гродненская область')
  await expect(control('reg_district')).toHaveValue('Лидский район')
  await expect(control('reg_settlement')).toHaveValue('Лида')
  await expect(control('reg_settlement_type')).toHaveValue('g')
  await expect(page.getByText('Здесь было:')).toHaveCount(0)

  // the other region once more: what was there stays said at its place
  await region.fill('Гомельская область')
  await region.press('Enter')
  await expect(control('reg_settlement')).toHaveValue('')
  await expect(control('reg_district')).toHaveAccessibleDescription(/Здесь было: Лидский район/)
  await saved(page)
  await control('reg_district').scrollIntoViewIfNeeded()
  await shots.both(page, 'emptied')
  await accessible(page)
  await language(page, 'Бел')
  await theme(page, 'dark')
  await shots.both(page, 'emptied-dark')
  await accessible(page)
  await language(page, 'Рус')
  await theme(page, 'light')

  // a town of the new region takes its place and brings its district
  await control('reg_settlement').fill('Мозырь')
  await control('reg_settlement').press('ArrowDown')
  await control('reg_settlement').press('Enter')
  await expect(control('reg_district')).toHaveValue('Мозырский район')
  await expect(control('reg_settlement_type')).toHaveValue('g')
  await expect(page.getByText('Здесь было:')).toHaveCount(0)

  // the same in the presentation by steps
  await layOut(page, 'steps', draft)
  await accessible(page)
  expect(complaints).toEqual([])
})
