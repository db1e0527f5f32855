// The whole page over a pretended program, to look at it without Go. The
// address prepares the world: ?lang=be&theme=dark&offline=1&guest=1#/home. With
// ?gallery=1 it shows every example of every component instead.
import { mount } from 'svelte'
import App from '../src/app.svelte'
import Gallery from './gallery.svelte'
import { startApp } from '../src/lib/app.svelte.ts'
import { start } from '../src/lib/router.svelte.ts'
import '../src/styles/tokens.css'
import '../src/styles/fonts.css'
import '../src/styles/base.css'
import '../src/styles/controls.css'
import '../src/styles/print.css'
import { installFake } from '../src/testing/fakeApi.ts'
import { guest, sessionState, syncState } from '../src/testing/samples.ts'

const ask = new URLSearchParams(location.search)
const fake = installFake((w) => {
  w.preferences = {
    ...w.preferences,
    language: ask.get('lang') ?? 'ru',
    theme: ask.get('theme') ?? 'light',
    textSize: Number(ask.get('text') ?? 100),
    firstRunDone: !ask.has('first'),
  }
  if (ask.has('offline')) w.sync = syncState({ online: false, lastFailure: 'unavailable' })
  if (ask.has('guest')) w.session = guest()
  if (ask.has('once')) w.session = sessionState({ mustChangePassword: true, level: 'non_strict' })
  if (ask.has('empty')) Object.assign(w, { drafts: [], applications: [], home: { tasks: [] } })
  if (ask.has('low')) w.preview = { ...w.preview, needLevel: 'strict' }
  if (ask.has('proof'))
    w.drafts.forEach((d) => (d.order = { ...d.order, status: 'paid', paidAt: w.now, proofReady: true }))
})
Object.assign(window, { fake })

start()
await startApp()
mount(ask.has('gallery') ? Gallery : App, { target: document.getElementById('app')! })
document.documentElement.dataset.ready = ''
