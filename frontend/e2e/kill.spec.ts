// kill -9 of the program and of the portal at ten random moments between the
// first answer and the answered question. The person tries again, as people
// do. No key that was struck more than a second before is lost, nothing is
// handed over twice, and the decision comes.
import type { Locator, Page } from '@playwright/test'
import { keyPassword, signInWithKey, skipIntroduction } from './acts.ts'
import { decide, openCase, propose } from './desk.ts'
import { expect, test } from './fixtures.ts'
import { attach, example, put, step, stepTitle, type Answers } from './form.ts'
import { Papers } from './papers.ts'
import { orderCode, pay } from './pay.ts'
import type { Portal } from './portal.ts'
import type { Program } from './program.ts'

const kills = 10

/** Who dies when is decided by the seed; AKNO_SEED=1,2,3 tries others. */
const seeds = (process.env.AKNO_SEED ?? '20261121').split(',').map(Number)

const anna = 'Ковалева Анна Сергеевна'
const title = /^Обмен паспорта гражданину/

/** Numbers in [0, 1) that a seed decides. */
function random(seed: number): () => number {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}

/** What was typed into which field, and when the page had taken it. */
class Ledger {
  private struck: { field: string; text: string; at: number }[] = []
  private dead = false
  /** What must be there: each field as it was a second before the last death. */
  owed = new Map<string, string>()

  /**
   * A page in a browser outlives its program and goes on taking keys, as no
   * window does: what is typed into it is nobody's promise.
   */
  note(field: string, text: string): void {
    if (!this.dead) this.struck.push({ field, text, at: Date.now() })
  }

  /** The program is struck now. */
  dies(): void {
    this.dead = true
    const then = Date.now() - 1000
    for (const s of this.struck) if (s.at <= then) this.owed.set(s.field, s.text)
    this.struck = []
  }

  /** The program runs again, with a page of its own. */
  lives(): void {
    this.dead = false
  }
}

/** Kills and starts again, at moments that the seed decides. */
class Death {
  count = 0
  private mending: Promise<void> = Promise.resolve()
  private stopped = false
  readonly over: Promise<void>

  constructor(
    seed: number,
    private readonly strike: { desktop: () => Promise<void>; portal: () => Promise<void> },
  ) {
    this.over = this.run(random(seed))
  }

  /** Resolves when nothing is dead. */
  alive(): Promise<void> {
    return this.mending
  }

  /** Ends it early, for a story that has failed. */
  stop(): void {
    this.stopped = true
  }

  private async run(next: () => number): Promise<void> {
    const victims = Array.from({ length: kills }, (_, i) => (i % 2 ? ('portal' as const) : ('desktop' as const)))
    for (let i = victims.length - 1; i > 0; i--) {
      const j = Math.floor(next() * (i + 1))
      ;[victims[i], victims[j]] = [victims[j]!, victims[i]!]
    }
    for (const victim of victims) {
      await new Promise((done) => setTimeout(done, 400 + next() * 4600)) // the moment is the point
      if (this.stopped) return
      this.mending = this.strike[victim]()
      await this.mending
      this.count++
    }
  }
}

/** Does something until it is done, whatever dies meanwhile. */
async function persist(what: string, death: Death, attempt: () => Promise<void>): Promise<void> {
  let last: unknown
  for (const end = Date.now() + 100_000; Date.now() < end; ) {
    await death.alive()
    const before = death.count
    try {
      return await attempt()
    } catch (e) {
      last = e
      if (e instanceof Lost) throw e
      if (death.count === before) await death.alive()
    }
  }
  throw new Error(`${what} could not be done: ${String(last)}`)
}

/** Something that was acknowledged is not there. */
class Lost extends Error {}

/** What stands in a field. */
async function standing(field: Locator): Promise<string> {
  const chosen = field.locator('input[type=radio]:checked, input[type=checkbox]:checked')
  if (await field.locator('input[type=radio], input[type=checkbox]').count())
    return (await chosen.count()) ? await chosen.first().inputValue() : ''
  return field.locator('input,textarea,select').first().inputValue()
}

/** One person at one computer. */
class Person {
  constructor(
    readonly page: Page,
    readonly program: Program,
    readonly holder: string,
  ) {}

  /** Brings the cabinet in front, signed in. */
  async signedIn(): Promise<void> {
    const { page } = this
    await page.goto(new URL('/', page.url()).href)
    const guest = page.getByText('Вход не выполнен')
    const cabinet = guest.or(page.getByText(/^Вход с ЭЦП$|Связь есть|Связи нет/))
    const skip = page.getByRole('button', { name: 'Пропустить' })
    await expect(skip.or(cabinet).first()).toBeVisible()
    if (await skip.isVisible()) await skipIntroduction(page)
    await expect(cabinet.first()).toBeVisible()
    if (await guest.isVisible()) await signInWithKey(page, this.holder)
    await expect(page.getByText(/^Вход с ЭЦП$|Связь есть/).first()).toBeVisible()
  }

  async place(address: string): Promise<void> {
    await this.page.evaluate((to) => void (location.hash = to), address)
  }
}

test.describe('death at any moment', () => {
  for (const seed of seeds)
    test(`ten deaths, seed ${seed}`, async ({ page, demo, portal, dir, staff, browser, shots }) => {
      const papers = new Papers(dir + '/papers')
      const photo = await papers.picture(page, 'face.jpg', 480, 600)
      const answers: Answers = {
        ...example('F_11_2_1', 'photo'),
        surname: 'Ковалева',
        name: 'Анна',
        patronymic: 'Сергеевна',
        birth_date: '1985-03-12',
        personal_number: '4120385A014PB6',
        sex: 'f',
        birth_place: 'город Минск, столица Республики Беларусь, роддом номер пять',
      }
      await demo.start(page)
      await skipIntroduction(page)
      const ledger = new Ledger()
      const death = new Death(seed, {
        desktop: async () => {
          ledger.dies()
          await demo.kill()
          await demo.start(page)
          ledger.lives()
        },
        portal: async () => {
          await portal.kill()
          await portal.start()
        },
      })
      page.setDefaultTimeout(4000)
      try {
        await story(new Person(page, demo, anna), { portal, death, ledger, answers, photo }, async () => {
          const at = await browser.newPage({ locale: 'ru-RU', timezoneId: 'Europe/Minsk' })
          at.setDefaultTimeout(4000)
          return at
        }, staff)
        expect(death.count).toBe(kills)
        await shots.both(page, 'decision')
      } finally {
        death.stop()
        await death.over.catch(() => undefined)
      }
    })
})

interface World {
  portal: Portal
  death: Death
  ledger: Ledger
  answers: Answers
  photo: string
}

async function story(
  citizen: Person,
  { portal, death, ledger, answers, photo }: World,
  fresh: () => Promise<Page>,
  staff: (name: string) => Program,
): Promise<void> {
  const { page } = citizen
  let draft = ''

  await persist('the form', death, async () => {
    if (!draft) {
      await citizen.place('#/applications')
      const known = page.getByRole('link', { name: title }).first()
      const none = page.getByText(/Здесь появятся ваши заявления|Черновиков нет/)
      await expect(known.or(none).first()).toBeVisible({ timeout: 4000 })
      if (await known.isVisible()) await known.click()
      else {
        await citizen.place('#/catalogue/200.11.2.1')
        await page.getByRole('button', { name: 'Начать заявление' }).click()
      }
      await expect(step(page)).toBeVisible({ timeout: 4000 })
      draft = /drafts\/([^/]+)/.exec(page.url())?.[1] ?? ''
    }
    await citizen.place(`#/drafts/${draft}/applicant`)
    for (;;) {
      await expect(stepTitle(page)).toBeVisible({ timeout: 4000 })
      await complete(page, answers, photo, ledger)
      const name = await stepTitle(page).innerText()
      await page.getByRole('button', { name: 'Далее' }).click()
      const check = page.getByText('Так увидит заявление орган')
      await expect(check.or(stepTitle(page).filter({ hasNotText: name })).first()).toBeVisible({ timeout: 4000 })
      if (await check.isVisible()) return
    }
  })

  let code = ''
  await persist('the order', death, async () => {
    await citizen.signedIn()
    await citizen.place(`#/drafts/${draft}/check`)
    const ask = page.getByRole('button', { name: /^(Получить код заказа|К оплате)$/ })
    const shown = page.getByText('Код заказа, 30 цифр')
    await expect(ask.or(shown).first()).toBeVisible({ timeout: 4000 })
    if (await ask.isVisible()) await ask.click()
    await expect(shown).toBeVisible({ timeout: 4000 })
    code = await orderCode(page)
  })

  const bank = await fresh()
  await persist('the payment', death, async () => {
    await bank.goto(`${portal.ready.erip}?code=${code}`)
    const paid = bank.locator('[data-status="paid"]')
    await expect(paid.or(bank.locator('[data-status="awaiting"]')).first()).toBeVisible({ timeout: 4000 })
    if (!(await paid.isVisible())) await pay(bank, portal.ready.erip, code)
  })
  await bank.close()

  const sent = page.getByRole('main').getByText(/^(Подано|Зарегистрировано)$/)
  await persist('the submission', death, async () => {
    await citizen.signedIn()
    await citizen.place('#/applications?box=sent')
    const signed = page.getByRole('row').filter({ has: page.getByRole('link', { name: title }) })
    const unsent = page.getByText(/^(Отправленных пока нет|Здесь появятся ваши заявления)/)
    await expect(signed.or(unsent).first()).toBeVisible({ timeout: 4000 })
    if (await signed.isVisible()) return expect(signed.getByText(/Подано|Зарегистрировано/)).toBeVisible()
    await citizen.place('#/applications?box=waiting')
    const waiting = page.getByRole('row').filter({ has: page.getByRole('link', { name: title }) })
    await expect(waiting.or(page.getByText('Ничего не ждёт отправки')).first()).toBeVisible({ timeout: 4000 })
    if (await waiting.isVisible()) {
      await citizen.place('#/exchange')
      await page.getByRole('button', { name: 'Обменяться сейчас' }).click()
      await expect(page.getByText('Всё отправлено')).toBeVisible({ timeout: 4000 })
      return
    }
    await citizen.place(`#/drafts/${draft}/order`)
    const sign = page.getByRole('button', { name: 'Подписать', exact: true })
    const look = page.getByRole('button', { name: 'Проверить оплату' })
    await expect(sign.or(look).first()).toBeVisible({ timeout: 4000 })
    if (await look.isVisible()) await look.click()
    await sign.click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('Пароль к ключу').fill(keyPassword)
    await dialog.getByRole('button', { name: /^Подписать как/ }).click()
    await expect(dialog).toBeHidden({ timeout: 6000 })
    await expect(sent).toBeVisible({ timeout: 4000 })
  })

  const officer = new Person(await fresh(), staff('officer'), 'Петров')
  await officer.program.start(officer.page)
  const desk = officer.page
  const acts: [button: RegExp, done: RegExp][] = [
    [/Принять и зарегистрировать/, /Зарегистрировано|На рассмотрении/],
    [/Взять в работу/, /На рассмотрении/],
    [/Отправить вопрос/, /Запрошено уточнение/],
  ]
  for (const [button, done] of acts)
    await persist(String(button), death, async () => {
      await officer.signedIn()
      const counts = desk.getByRole('navigation', { name: 'Очереди' })
      // There is one application, so one queue has a number.
      await counts
        .getByRole('link', { name: /^(Принять|Рассмотреть|Ждут ответа)\s*1$/ })
        .click({ timeout: 4000 })
      await desk.getByRole('link', { name: /Ковалева А/ }).click()
      await expect(desk.getByText('Подпись заявителя верна')).toBeVisible({ timeout: 4000 })
      if (await desk.getByText(done).first().isVisible()) return
      if (String(button).includes('вопрос')) {
        await desk.getByRole('button', { name: /Вопрос заявителю/ }).click()
        await desk.getByLabel('Что уточнить').fill('Город или деревня?')
      }
      await desk.getByRole('button', { name: button }).click()
      await expect(desk.getByText(done).first()).toBeVisible({ timeout: 4000 })
    })

  await persist('the answer', death, async () => {
    await citizen.signedIn()
    await citizen.place('#/applications?box=sent')
    await page.getByRole('link', { name: title }).click()
    const box = page.getByLabel('Ваш ответ')
    const given = page.getByRole('heading', { name: 'Прежние вопросы' })
    await expect(box.or(given).first()).toBeVisible({ timeout: 4000 })
    if (await box.isVisible()) {
      await box.fill('Город.')
      await page.getByRole('button', { name: 'Отправить ответ' }).click()
    }
    await expect(given).toBeVisible({ timeout: 4000 })
  })
  await death.over

  // One application, whatever happened to the submission.
  await officer.signedIn()
  const queues = desk.getByRole('navigation', { name: 'Очереди' })
  await expect(queues.getByRole('link', { name: /^Рассмотреть\s*1$/ })).toBeVisible({ timeout: 10_000 })
  const counted = (await queues.innerText()).match(/\d+/g)?.map(Number) ?? []
  expect(counted.reduce((a, b) => a + b, 0)).toBe(1)
  await openCase(desk, 'Рассмотреть', /Ковалева А/)
  await expect(desk.getByText(String(answers.birth_place))).toBeVisible()
  await propose(desk, 'Осуществить', 'Паспорт обменять.')
  const head = new Person(await fresh(), staff('head'), 'Сидоров')
  await head.program.start(head.page)
  await head.signedIn()
  await openCase(head.page, 'На подпись', /Ковалева А/)
  await decide(head.page)

  await citizen.signedIn()
  // The decision comes by itself with the next look at the portal.
  await page.getByRole('link', { name: 'Решения' }).first().click()
  await page.getByRole('link', { name: /^Открыть/ }).first().click({ timeout: 30_000 })
  await expect(page.getByText('Подпись верна', { exact: true })).toBeVisible({ timeout: 15_000 })
}

/** Looks that nothing owed is missing on the present step, and answers the rest. */
async function complete(page: Page, answers: Answers, photo: string, ledger: Ledger): Promise<void> {
  const fieldOf = (id: string) => step(page).locator(`[data-field="${id}"]`)
  const ids = await step(page)
    .locator('[data-field]')
    .evaluateAll((all) => all.map((e) => e.getAttribute('data-field') ?? ''))
  for (const id of ids) {
    const owed = ledger.owed.get(id)
    if (owed === undefined) continue
    const found = await standing(fieldOf(id))
    if (!found.startsWith(owed)) throw new Lost(`${id}: “${owed}” was typed, “${found}” is there`)
    ledger.owed.delete(id)
  }
  for (const id of ids) {
    const field = fieldOf(id)
    if (id === 'photo') {
      if (!(await field.getByText('face.jpg', { exact: true }).count())) await attach(page, field, photo)
    } else if (id === 'birth_place') {
      await type(field.locator('input,textarea').first(), id, String(answers[id]), ledger)
    } else if (id in answers && (await standing(field)) === '') {
      await put(page, field, answers[id])
      ledger.note(id, await standing(field))
    }
  }
}

/** Types letter by letter what is not there yet. */
async function type(box: Locator, id: string, text: string, ledger: Ledger): Promise<void> {
  let have = await box.inputValue()
  if (!text.startsWith(have)) throw new Lost(`${id}: “${have}” was never typed`)
  await box.focus()
  await box.press('End')
  for (const letter of text.slice(have.length)) {
    await box.pressSequentially(letter)
    have += letter
    ledger.note(id, have)
  }
  await box.blur()
}
