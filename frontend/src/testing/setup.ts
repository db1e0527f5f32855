import '@testing-library/jest-dom/vitest'
import { configure } from '@testing-library/svelte'
import { loadLanguage } from '../lib/i18n.svelte.ts'

// What has to come may take its time on a busy machine.
configure({ asyncUtilTimeout: 20_000 })

// Tests change the language at any moment.
await Promise.all([loadLanguage('be'), loadLanguage('en')])

// jsdom has no modal dialogs, no scrolling and no clipboard; the pages need them to exist.
if (typeof HTMLDialogElement !== 'undefined') {
  HTMLDialogElement.prototype.showModal ??= function (this: HTMLDialogElement) {
    this.open = true
  }
  HTMLDialogElement.prototype.close ??= function (this: HTMLDialogElement) {
    this.open = false
    this.dispatchEvent(new Event('close'))
  }
  Element.prototype.scrollIntoView ??= () => undefined
  Element.prototype.scrollTo ??= () => undefined
  globalThis.ResizeObserver ??= class {
    observe = () => undefined
    unobserve = () => undefined
    disconnect = () => undefined
  }
}
