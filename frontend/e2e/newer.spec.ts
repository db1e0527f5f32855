// A portal that is newer than the program: what the program does not know is kept, shown by the portal's own words, and
// never taken for an error.
import { join } from 'node:path'
import { begin, language, signDraft, signInWithKey, skipIntroduction } from './acts.ts'
import { accessible } from './axe.ts'
import { expect, test } from './fixtures.ts'
import { example, fill } from './form.ts'
import { NewerPortal } from './newer.ts'
import { Program } from './program.ts'

const anna = 'Ковалева Анна Сергеевна'
const words = 'Орган предложил обсудить заявление по видео. Приглашение придёт письмом.'

const records = [
  {
    kind: 'appointment',
    id: '01a207a2-0000-7000-8000-000000000001',
    version: 1,
    body: {
      title: { ru: 'Приглашение на приём', be: 'Запрашэнне на прыём', en: 'Invitation to an appointment' },
      place: { room: 7 },
    },
  },
  { kind: 'receipt_v2', id: '01a207a2-0000-7000-8000-000000000002', version: 3, body: { pages: [1, 2] } },
]

test('a portal that is newer than the program', async ({ page, dir, portal, shots }) => {
  const newer = new NewerPortal(
    () => portal.ready.portal,
    records,
    (a) => ({
      ...a,
      status: 'in_mediation',
      mediation: { by: 'video' },
      history: [
        ...(a['history'] as unknown[]),
        { at: a['createdAt'], event: 'mediate', status: 'in_mediation', actor: 'officer', text: words },
      ],
    }),
  )
  await newer.start()
  const program = new Program(join(dir, 'profile'), {
    AKNO_PORTAL_URL: newer.url,
    AKNO_TRUST_DIR: portal.ready.trust,
    AKNO_KEYS_DIR: portal.ready.keys,
  })
  try {
    await program.start(page)
    await skipIntroduction(page)
    await signInWithKey(page, anna)
    await expect(page.getByRole('heading', { name: 'Здравствуйте, Анна Сергеевна' })).toBeVisible()
    await begin(page, '200.2.18')
    await fill(page, example('F_2_18', 'surname', 'name', 'patronymic', 'birth_date', 'personal_number', 'sex'))
    await page.getByRole('button', { name: 'Подписать', exact: true }).click()
    await signDraft(page, anna)

    // The state is unknown; what the portal says of it is shown, and what to do.
    const what = page.getByText('Портал перевёл заявление в состояние', { exact: false })
    await expect(what).toBeVisible({ timeout: 30_000 })
    await page.evaluate(() => void (location.hash = '#/applications'))
    const row = page.getByRole('row').filter({ hasText: 'Новое состояние' })
    await expect(row).toHaveCount(1)
    await shots.both(page, 'list')
    await row.getByRole('link').first().click()
    await expect(what).toBeVisible()
    await expect(page.getByText(words).first()).toBeVisible()
    await accessible(page)
    await shots.both(page, 'state')
    await language(page, 'Бел')
    await expect(page.getByText('Партал перавёў заяву ў стан', { exact: false })).toBeVisible()
    await shots.both(page, 'state')

    // Records of unknown kinds are kept, named as they name themselves.
    await page.evaluate(() => void (location.hash = '#/exchange'))
    await expect(page.getByText('Запрашэнне на прыём')).toBeVisible()
    await expect(page.getByText('Запіс новага віду')).toBeVisible()
    await shots.both(page, 'records')
    await language(page, 'Рус')
    const lately = page.getByRole('region', { name: 'Пришло недавно' })
    await expect(lately.getByText('Приглашение на приём')).toBeVisible()
    await expect(lately.getByRole('listitem')).toHaveCount(3)
    await accessible(page)
    await shots.both(page, 'records')
    await page.evaluate(() => (document.documentElement.dataset['theme'] = 'dark'))
    await shots.both(page, 'dark')
    await page.evaluate(() => (document.documentElement.dataset['theme'] = 'light'))

    // They are among the copies that agree with the portal's: nothing is read from the beginning again.
    const [beginnings, ends] = [newer.beginnings, newer.ends]
    await page.getByRole('button', { name: 'Обменяться сейчас' }).click()
    await expect.poll(() => newer.ends).toBeGreaterThan(ends)
    expect(newer.beginnings).toBe(beginnings)

    // And they outlive a restart without the portal.
    await program.stop()
    await newer.stop()
    await program.start(page)
    await page.evaluate(() => void (location.hash = '#/exchange'))
    await expect(page.getByText('Приглашение на приём')).toBeVisible()
    await page.evaluate(() => void (location.hash = '#/applications'))
    await expect(page.getByText('Новое состояние')).toBeVisible()
  } finally {
    await program.stop()
    await newer.stop()
  }
})
