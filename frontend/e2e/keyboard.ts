// A person who never touches the mouse: keys only, and what has the focus is looked at, never set.
import { expect, type Page } from '@playwright/test'
import type { Answers } from './form.ts'
import { onItsWay } from './hands.ts'

/** What has the focus, as the story needs to know it. */
export interface Focus {
  field: string
  id: string
  tag: string
  type: string
  role: string
  name: string
  value: string
  checked: boolean
  /** Values of the list or of the group, and the labels beside them. */
  choices: string[]
  labels: string[]
}

export class Keyboard {
  private waiting = 0
  /** How many keys were pressed, letters of text not counted. */
  pressed = 0

  constructor(readonly page: Page) {
    const counts = (by: number) => (r: { url(): string }) => void (r.url().endsWith('/_web/call') && (this.waiting += by))
    page.on('request', counts(1))
    page.on('requestfinished', counts(-1))
    page.on('requestfailed', counts(-1))
  }

  async press(key: string): Promise<void> {
    this.pressed++
    await this.page.keyboard.press(key)
  }

  /** Presses Tab until what has the focus is called so. */
  async tabTo(name: RegExp, most = 60): Promise<void> {
    const end = Date.now() + onItsWay
    for (let i = 0; i < most || Date.now() < end; i++) {
      if (name.test((await this.focus()).name)) return
      await this.press('Tab')
    }
    throw new Error(`no ${String(name)} within ${String(most)} stops; the focus is at ${(await this.focus()).name}`)
  }

  /** Waits until the program has answered everything that was sent. */
  async quiet(): Promise<void> {
    await expect.poll(() => this.waiting).toBe(0)
    await this.page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))))
  }

  focus(): Promise<Focus> {
    return this.page.evaluate(() => {
      const e = document.activeElement as HTMLInputElement
      const field = e.closest<HTMLElement>('[data-field]')?.dataset.field ?? ''
      const group =
        e.type === 'radio' ? [...document.querySelectorAll<HTMLInputElement>(`input[name="${CSS.escape(e.name)}"]`)] : []
      const options = e instanceof HTMLSelectElement ? [...e.options] : []
      return {
        field,
        id: e.id,
        tag: e.tagName,
        type: e.type ?? '',
        role: e.getAttribute('role') ?? '',
        name: (e.getAttribute('aria-label') ?? e.labels?.[0]?.textContent ?? (e.matches('a, button') ? e.textContent : '')).trim(),
        value: e.value ?? '',
        checked: e.checked ?? false,
        choices: [...group, ...options].map((o) => o.value),
        labels: options.map((o) => o.label),
      }
    })
  }

  /** Answers the question that has the focus. */
  async answer(at: Focus, value: unknown): Promise<void> {
    const text = String(value)
    if (at.type === 'checkbox') {
      if (at.checked !== (value === true)) await this.press('Space')
    } else if (at.type === 'radio') {
      if (!at.checked) await this.press('Space')
      for (let i = 0; i < at.choices.length && (await this.focus()).value !== text; i++) await this.press('ArrowDown')
    } else if (at.tag === 'SELECT') {
      for (let i = 0; i < at.choices.length && (await this.focus()).value !== text; i++) await this.press('ArrowDown')
    } else {
      await this.page.keyboard.type(/^\d{4}-\d\d-\d\d$/.test(text) ? text.split('-').reverse().join('.') : text)
    }
  }

  /** Goes through the form by Enter and answers what is known, until Enter leaves the form. */
  async fill(answers: Answers): Promise<void> {
    const table = /^(\w+)\[(\d+)\]\.(\w+)$/
    const added = new Map<string, number>()
    for (let last = ''; ; ) {
      const at = await this.focus()
      expect(at.name, 'Tab goes past what is explained').not.toMatch(/^Что значит/)
      if (!at.field) return
      expect(at.id || at.name, 'Enter goes on').not.toBe(last)
      last = at.id || at.name
      const rows = answers[at.field]
      const cell = table.exec(at.id)
      if (cell && Array.isArray(rows)) {
        const value = (rows as Answers[])[Number(cell[2])]?.[cell[3] ?? '']
        if (value !== undefined) await this.answer(at, value)
      } else if (at.tag === 'BUTTON' && Array.isArray(rows)) {
        const n = added.get(at.field) ?? 0
        added.set(at.field, n + 1)
        await this.press(n < rows.length ? 'Enter' : 'Tab')
        await this.quiet()
        continue
      } else if (answers[at.field] !== undefined) await this.answer(at, answers[at.field])
      await this.quiet()
      await this.press('Enter')
      await this.quiet()
      // in an open list the first Enter chooses
      if (at.role === 'combobox' && (await this.focus()).id === at.id) await this.press('Enter')
      await this.quiet()
    }
  }
}
