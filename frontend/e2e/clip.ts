// The gate of small windows and large zoom: nothing that is to be read is cut
// off, nothing that is to be pressed is out of reach.
import { expect, type Page } from '@playwright/test'

/** The windows that the interface is held to: the smallest, and 1280×800 at 200 %. */
export const tight = { small: { width: 1024, height: 640 }, zoomed: { width: 640, height: 400 } } as const

/** Fails with what is cut off, covered or out of reach on the page as it is; the story goes on. */
export async function unclipped(page: Page, where: string): Promise<void> {
  expect.soft(await clipped(page), where).toEqual([])
}

/** What is cut off, covered or out of reach on the page as it is, a line each. */
export const clipped = (page: Page): Promise<string[]> =>
  page.evaluate(async () => {
    const said: string[] = []
    const slack = 1.5 // px: fractions of a pixel, and descenders of a tight line
    const styles = new Map<Element, CSSStyleDeclaration>()
    const style = (e: Element) => styles.get(e) ?? (styles.set(e, getComputedStyle(e)), getComputedStyle(e))
    const name = (e: Element): string => {
      const own = e.tagName.toLowerCase() + (e.id ? '#' + e.id : '')
      const kind = [...e.classList].filter((c) => !c.startsWith('svelte-'))[0]
      return own + (kind ? '.' + kind : '')
    }
    const words = (text: string) => `«${text.trim().replace(/\s+/g, ' ').slice(0, 50)}»`
    /** Is meant for assistive technology only, or for nobody. */
    const unseen = (e: Element): boolean => {
      for (let at: Element | null = e; at; at = at.parentElement) {
        const s = style(at)
        if (s.clipPath === 'inset(50%)' || s.visibility !== 'visible' || s.opacity === '0') return true
        if (at.getAttribute('aria-hidden') === 'true' && at.matches('button, input')) return true
      }
      return false
    }
    const layer = document.querySelector('dialog[open]') ?? document.body
    const room = { left: 0, top: 0, right: innerWidth, bottom: innerHeight }

    /** The box that cuts an element off for good: the nearest that does not scroll to it. */
    function bounds(e: Element): { left: number; right: number; top: number; bottom: number; by: Element }[] {
      const out = []
      let position = style(e).position
      for (let at = e.parentElement, x = true, y = true; at && (x || y); at = at.parentElement) {
        const s = style(at)
        if (position === 'absolute' && s.position === 'static') continue
        if (position === 'fixed') break
        position = s.position
        const box = at.getBoundingClientRect()
        const scrolls = (o: string) => o === 'auto' || o === 'scroll'
        if (scrolls(s.overflowX)) x = false
        if (scrolls(s.overflowY)) y = false
        const cutX = x && s.overflowX !== 'visible'
        const cutY = y && s.overflowY !== 'visible'
        if (cutX || cutY)
          out.push({
            left: cutX ? box.left : -Infinity,
            right: cutX ? box.right : Infinity,
            top: cutY ? box.top : -Infinity,
            bottom: cutY ? box.bottom : Infinity,
            by: at,
          })
      }
      return out
    }

    /** What is seen of the place where an element stands. */
    function windowOf(e: Element) {
      const seen = { ...room }
      for (let at = e.parentElement, position = style(e).position; at; at = at.parentElement) {
        const s = style(at)
        if (position === 'fixed') break
        if (position === 'absolute' && s.position === 'static') continue
        position = s.position
        const box = at.getBoundingClientRect()
        if (s.overflowX !== 'visible') seen.left = Math.max(seen.left, box.left)
        if (s.overflowX !== 'visible') seen.right = Math.min(seen.right, box.right)
        if (s.overflowY !== 'visible') seen.top = Math.max(seen.top, box.top)
        if (s.overflowY !== 'visible') seen.bottom = Math.min(seen.bottom, box.bottom)
        if (at === layer) break
      }
      return seen
    }

    // 1. Text.
    const texts = document.createTreeWalker(layer, NodeFilter.SHOW_TEXT)
    const range = document.createRange()
    for (let node = texts.nextNode(); node; node = texts.nextNode()) {
      const parent = node.parentElement
      const text = node.nodeValue ?? ''
      if (!parent || !text.trim() || parent.closest('script, style, select, svg, iframe')) continue
      range.selectNodeContents(node)
      const boxes = [...range.getClientRects()].filter((r) => r.width > 0 && r.height > 0)
      if (boxes.length === 0 || unseen(parent)) continue
      const left = Math.min(...boxes.map((r) => r.left))
      const right = Math.max(...boxes.map((r) => r.right))
      const top = Math.min(...boxes.map((r) => r.top))
      const bottom = Math.max(...boxes.map((r) => r.bottom))
      const own = parent.getBoundingClientRect()
      const cuts = style(parent)
      const fences = bounds(parent)
      const scrolled = ['auto', 'scroll'].includes(cuts.overflowY)
      if (cuts.overflowX !== 'visible' && cuts.display !== 'inline')
        fences.push({
          left: own.left,
          right: own.right,
          top: scrolled ? -Infinity : own.top,
          bottom: scrolled ? Infinity : own.bottom,
          by: parent,
        })
      const fence = fences.find(
        (f) =>
          left < f.left - slack || right > f.right + slack || top < f.top - slack || bottom > f.bottom + slack,
      )
      if (fence) said.push(`cut off: ${words(text)} in ${name(parent)} by ${name(fence.by)}`)
      else if (right > room.right + slack || left < room.left - slack) {
        let scroller = parent.parentElement
        while (scroller && !['auto', 'scroll'].includes(style(scroller).overflowX)) scroller = scroller.parentElement
        if (!scroller || scroller.scrollWidth <= scroller.clientWidth)
          said.push(`beside the window: ${words(text)} in ${name(parent)}`)
      }
      if (fence === undefined && cuts.fontSize === '0px') said.push(`without size: ${words(text)} in ${name(parent)}`)
    }

    // 2. What scrolls sideways, though nothing should.
    for (const e of [document.documentElement, ...layer.querySelectorAll('*')]) {
      const s = style(e)
      if (!['auto', 'scroll'].includes(s.overflowX) && e !== document.documentElement) continue
      if (e.scrollWidth > e.clientWidth + 1 && e.clientWidth > 0 && !e.matches('[data-sideways]'))
        said.push(`scrolls sideways by ${e.scrollWidth - e.clientWidth} px: ${name(e)}`)
    }

    // 3. What a control of one line says: what was chosen, and what it says while it is empty.
    const pen = document.createElement('canvas').getContext('2d')
    for (const e of layer.querySelectorAll<HTMLInputElement | HTMLSelectElement>(
      'select, input[placeholder], input[role="combobox"]',
    )) {
      if (!pen || unseen(e) || e.getClientRects().length === 0) continue
      const list = e instanceof HTMLSelectElement
      const text = list ? (e.selectedOptions[0]?.text ?? '') : e.role === 'combobox' && e.value ? e.value : ''
      const line = text || (!list && !e.value ? e.placeholder : '')
      const s = style(e)
      pen.font = `${s.fontWeight} ${s.fontSize} ${s.fontFamily}`
      const inside = e.clientWidth - parseFloat(s.paddingLeft) - parseFloat(s.paddingRight)
      const whole = e.closest('.field, .dense-field')?.querySelector('.whole')?.textContent ?? ''
      if (pen.measureText(line).width > inside + slack && whole.trim() !== line.trim())
        said.push(`cut off: ${words(line)} in ${name(e)}`)
    }

    // 4. Controls: each is brought into view by the focus, stands there whole and is what a click would meet.
    const scrolled = [...document.querySelectorAll('*')].filter((e) => e.scrollTop || e.scrollLeft)
    const were = scrolled.map((e) => [e, e.scrollTop, e.scrollLeft] as const)
    const before = document.activeElement
    const controls =
      'a[href], button, input, select, textarea, summary, [tabindex]:not([tabindex="-1"]), [role="button"]'
    for (const e of layer.querySelectorAll<HTMLElement>(controls)) {
      if (e.tabIndex < 0 || e.getClientRects().length === 0 || (e as HTMLButtonElement).disabled) continue
      if (e.closest('[inert]') || style(e).visibility !== 'visible') continue
      e.focus()
      await Promise.resolve() // the messages at the edge make way for what has the focus
      if (document.activeElement !== e) continue
      const label = e.closest('label') ?? (e as HTMLInputElement).labels?.[0]
      const face = label && style(e).opacity === '0' ? label : label?.contains(e) ? label : e
      if (unseen(face)) continue
      const what = `${name(e)} ${words(e.getAttribute('aria-label') ?? (face.innerText || e.title))}`
      // A link that runs over two lines is met on the first of them.
      const own = e.getClientRects()[0] ?? e.getBoundingClientRect()
      const r = face === e ? own : face.getBoundingClientRect()
      const seen = windowOf(e)
      const least = e instanceof HTMLTextAreaElement ? 24 : 44 // px: the line that is written, or the whole control
      const top = Math.max(r.top, seen.top)
      const bottom = Math.min(r.bottom, seen.bottom)
      if (r.left < seen.left - slack || r.right > seen.right + slack) said.push(`control beside the window: ${what}`)
      else if (bottom - top < Math.min(r.height, least) - slack) said.push(`out of view when it has the focus: ${what}`)
      else {
        const x = face === e ? (r.left + r.right) / 2 : Math.min(r.left + 12, r.right)
        const hit = document.elementFromPoint(x, (top + bottom) / 2)
        if (!hit || !(face.contains(hit) || e.contains(hit))) said.push(`covered by ${hit ? name(hit) : '?'}: ${what}`)
      }
    }
    for (const e of document.querySelectorAll('*')) if (e.scrollTop || e.scrollLeft) e.scrollTo(0, 0)
    for (const [e, top, left] of were) e.scrollTo(left, top)
    if (before instanceof HTMLElement) before.focus({ preventScroll: true })

    // 5. What is left for the page between the bars.
    const main = document.querySelector<HTMLElement>('#main')
    if (layer === document.body && main && main.clientHeight < 140)
      said.push(`only ${main.clientHeight} px are left for ${name(main)}`)
    const body = layer.querySelector<HTMLElement>('.dialog__body')
    if (body && body.clientHeight < 100 && body.scrollHeight > body.clientHeight)
      said.push(`only ${body.clientHeight} px are left for ${name(body)}`)
    return [...new Set(said)]
  })
