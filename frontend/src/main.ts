import { mount } from 'svelte'
import App from './app.svelte'
import { startApp } from './lib/app.svelte.ts'
import { system } from './lib/api.ts'
import { install, listen, painted } from './lib/bridge.ts'
import { guardUnload, leave } from './lib/held.svelte.ts'
import { watchPresence } from './lib/presence.ts'
import { followLinks } from './lib/links.ts'
import { flush, start } from './lib/router.svelte.ts'
import { followSystem } from './lib/theme.svelte.ts'
import './styles/tokens.css'
import './styles/fonts.css'
import './styles/base.css'
import './styles/controls.css'
import './styles/print.css'

install()

// Lists measure their viewport when they are mounted: the styles must be there.
const sheets = [...document.querySelectorAll<HTMLLinkElement>('link[rel=stylesheet]')]
await Promise.all(
  sheets.map(
    (link) =>
      link.sheet ??
      new Promise((done) => {
        link.onload = link.onerror = done
      }),
  ),
)

start()
followSystem()
await startApp()
mount(App, { target: document.getElementById('app')! })
painted()
watchPresence()
await followLinks()

// Before the window closes, what was typed last is handed over; what cannot be keeps it open.
listen('leaving', () => void flush().finally(() => leave(system).catch(() => undefined)))
guardUnload()
