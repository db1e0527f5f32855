// A person without a mouse: Tab, the arrows, Enter, Space and letters. Whatever
// gets the focus has to show it and to stand in the window.
import { expect, type Page } from '@playwright/test'
import type { Answers } from './form.ts'

/** What has the focus, as a person with these keys knows it. */
export interface Focus {
  /** button, link, radio, checkbox, select, combobox, text or other */
  kind: string
  name: string
  /** The field of the form that it belongs to, "" outside of one. */
  field: string
  /** Its id, for a cell of a table "list[0].column". */
  id: string
  value: string
  checked: boolean
  /** Its name in the group of radios. */
  group: string
  /** Empty, or what is wrong with how it shows that it has the focus. */
  fault: string
}

/** How long a person goes round a page for what is still on its way, in milliseconds. */
export const onItsWay = 10_000

/** The keyboard of a person, and what they know of the page. */
export class Hands {
  constructor(readonly page: Page) {}

  press = (key: string): Promise<void> => this.page.keyboard.press(key)
  type = (text: string): Promise<void> => this.page.keyboard.type(text)

  /** What has the focus now. */
  async here(): Promise<Focus> {
    const focus = await this.page.evaluate(look)
    expect(focus.fault, `${focus.kind} «${focus.name}»`).toBe('')
    return focus
  }

  /** Goes on with Tab until the wanted thing has the focus. */
  async to(kind: string, name: string | RegExp, by = 'Tab'): Promise<Focus> {
    const met: string[] = []
    const end = Date.now() + onItsWay
    for (let n = 0; n < 80 || Date.now() < end; n++) {
      const focus = await this.here()
      const fits = typeof name === 'string' ? focus.name === name : name.test(focus.name)
      if (focus.kind === kind && fits) return focus
      if (n < 80) met.push(`${focus.kind} «${focus.name}»`)
      await this.press(by)
    }
    throw new Error(`${kind} ${String(name)} is not met by ${by}, only\n  ${met.join('\n  ')}`)
  }

  /** Goes to a button or a link and presses it. */
  async use(kind: 'button' | 'link', name: string | RegExp): Promise<void> {
    await this.to(kind, name)
    await this.press('Enter')
  }

  /** Moves in the group of radios that has the focus until the wanted one is chosen. */
  async choose(wanted: (focus: Focus) => boolean): Promise<void> {
    for (let n = 0; n < 12; n++) {
      const focus = await this.here()
      expect(focus.kind).toBe('radio')
      if (wanted(focus)) {
        if (!focus.checked) await this.press('Space')
        return expect.poll(async () => (await this.here()).checked).toBe(true)
      }
      await this.press('ArrowDown')
    }
    throw new Error('no such choice')
  }

  /** Answers a step from where the focus is and presses the button under it. */
  async answer(answers: Answers, next: string): Promise<void> {
    const done = new Set<string>()
    for (let n = 0; n < 120; n++) {
      const focus = await this.here()
      if (focus.kind === 'button' && focus.name === next) return this.press('Enter')
      const key = focus.field
      const explains = focus.kind === 'button' && focus.name.startsWith('Что значит')
      if (key && !explains && key in answers && !done.has(key)) {
        const open = await this.opens(focus, answers[key])
        await this.put(focus, answers[key])
        await open()
        done.add(key)
      }
      await this.press('Tab')
    }
    throw new Error(`«${next}» is not met`)
  }

  /**
   * A choice may open further questions, which a person sees before going on: gives what waits for the program's
   * answer to it.
   */
  private async opens(focus: Focus, answer: unknown): Promise<() => Promise<void>> {
    const chosen =
      focus.kind === 'radio'
        ? this.page.locator(`[data-field="${focus.field}"] input[value="${String(answer)}"]:checked`)
        : undefined
    const stands = chosen ? (await chosen.count()) > 0 : focus.value === String(answer) || focus.checked === answer
    if (!['radio', 'checkbox', 'select'].includes(focus.kind) || stands) return async () => undefined
    const said = `"${typeof answer === 'boolean' ? 'bool' : 'text'}":${JSON.stringify(answer)}`
    const told = this.page.waitForResponse((r) => {
      const asked = r.request().postData() ?? ''
      return asked.includes('Drafts.Apply') && asked.includes(`"field":"${focus.field}"`) && asked.includes(said)
    })
    return async () => {
      await (await told).finished()
      await this.page.evaluate(
        () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))),
      )
    }
  }

  private async put(focus: Focus, answer: unknown): Promise<void> {
    const text = String(answer)
    const written = /^\d{4}-\d\d-\d\d$/.test(text) ? text.split('-').reverse().join('.') : text
    switch (focus.kind) {
      case 'radio':
        return this.choose((f) => f.value === text)
      case 'checkbox':
        if (focus.checked !== answer) await this.press('Space')
        return
      case 'select':
        await this.press('Home')
        for (let n = 0; n < 12 && (await this.here()).value !== text; n++) await this.press('ArrowDown')
        return expect(this.page.locator(':focus')).toHaveValue(text)
      case 'combobox': {
        const meant = this.page.locator(`[data-field="${focus.field}"] [role="option"][data-value="${text}"]`)
        await this.type((await meant.count()) ? ((await meant.textContent()) ?? '').trim() : text)
        return this.press('Enter')
      }
      case 'button':
        return this.attach(text)
      default:
        await this.press('Control+A')
        return this.type(written)
    }
  }

  /** Presses the button that has the focus; the dialog of the system is stood in for. */
  async attach(path: string): Promise<void> {
    const dialog = this.page.waitForEvent('filechooser')
    await this.press('Enter')
    await (await dialog).setFiles(path)
    await expect(this.page.getByText(path.split('/').pop() ?? '', { exact: true })).toBeVisible()
  }
}

function look(): Focus {
  const e = document.activeElement as HTMLElement
  const tag = e.tagName
  const type = tag === 'INPUT' ? (e as HTMLInputElement).type : ''
  const box = e as HTMLInputElement
  const label = box.labels?.[0]
  const named = (e.getAttribute('aria-labelledby') ?? '')
    .split(' ')
    .map((id) => document.getElementById(id)?.textContent ?? '')
    .join(' ')
  const words = e.getAttribute('aria-label') || named.trim() || label?.textContent || e.textContent || ''
  const kind =
    tag === 'A'
      ? 'link'
      : tag === 'BUTTON'
        ? 'button'
        : tag === 'SELECT'
          ? 'select'
          : type === 'radio' || type === 'checkbox'
            ? type
            : e.getAttribute('role') === 'combobox'
              ? 'combobox'
              : tag === 'INPUT' || tag === 'TEXTAREA'
                ? 'text'
                : 'other'

  // The ring has the colour of the focus and is on the element itself or on what is drawn in its place.
  const probe = document.createElement('canvas').getContext('2d')
  if (probe) probe.fillStyle = getComputedStyle(document.documentElement).getPropertyValue('--focus').trim()
  const channels = String(probe?.fillStyle).match(/[0-9a-f]{2}/g) ?? []
  const colour = `rgb(${channels.map((c) => parseInt(c, 16)).join(', ')})`
  const drawn = [e, label, e.parentElement, e.closest('fieldset, li')].filter((x) => x instanceof Element)
  const ring = drawn.some((x) => {
    return getComputedStyle(x).boxShadow.includes(colour)
  })
  const face = (label?.contains(e) ? label : e).getBoundingClientRect()
  const inside = face.bottom > 0 && face.top < innerHeight && face.right > 0 && face.left < innerWidth
  const quiet = kind === 'other' // the heading of a new page, a part that scrolls, the page itself
  return {
    kind,
    name: words.trim().replace(/\s+/g, ' '),
    field: e.closest<HTMLElement>('[data-field]')?.dataset.field ?? '',
    id: e.id,
    value: box.value ?? '',
    checked: box.checked ?? false,
    group: box.name ?? '',
    fault: quiet ? '' : !inside ? 'is outside of the window' : !ring ? 'does not show that it has the focus' : '',
  }
}
