// Stands in for Wails' runtime where the program is shown in a browser:
// window.go calls POST /_web/call, window.runtime has what the page uses. The
// names of the bound methods are put in by Go. What a window asks the desktop
// for, this asks the browser for: files, downloads, printing, new tabs.
(() => {
  const json = { 'content-type': 'application/json' }
  const post = (url, body) => fetch(url, { method: 'POST', headers: json, body: JSON.stringify(body) })

  async function call(name, args) {
    const answer = await post('/_web/call', { name, args })
    if (!answer.ok) throw new Error('bridge: ' + answer.status)
    const reply = await answer.json()
    if (reply.fatal) throw new Error('bridge: ' + reply.fatal)
    if (reply.error != null) throw new Error(String(reply.error))
    return reply.result
  }

  window.go = __BINDINGS__
  for (const [pkg, types] of Object.entries(window.go))
    for (const type of Object.keys(types)) {
      const names = types[type]
      types[type] = {}
      for (const m of names) types[type][m] = (...args) => call(`${pkg}.${type}.${m}`, args)
    }

  // Events.
  const listeners = new Map()
  const off = (name, entry) => listeners.set(name, (listeners.get(name) ?? []).filter((e) => e !== entry))
  const on = (name, fn, times) => {
    const entry = { fn, times }
    listeners.set(name, [...(listeners.get(name) ?? []), entry])
    return () => off(name, entry)
  }
  const fire = (name, data) => {
    for (const entry of listeners.get(name) ?? []) {
      entry.fn(...data)
      if (entry.times > 0 && --entry.times === 0) off(name, entry)
    }
  }
  const source = new EventSource('/_web/events')
  let opened = false
  source.onopen = () => {
    if (opened) fire('reconnected', []) // what was sent meanwhile is lost: the page reads everything again
    opened = true
  }
  source.onmessage = (e) => {
    const { name, data } = JSON.parse(e.data)
    const own = browser[name]
    if (own) own(...(data ?? []))
    else fire(name, data ?? [])
  }

  // Files. Bodies are ArrayBuffers, as in the window.
  async function send(file) {
    const answer = await fetch('/_web/file?name=' + encodeURIComponent(file.name), { method: 'POST', body: await file.arrayBuffer() })
    return answer.ok ? (await answer.json()).path : null
  }
  const sendAll = async (files) => {
    const paths = []
    for (const f of files) paths.push(await send(f)) // one after another: memory
    return paths.filter((p) => p !== null)
  }

  function choose({ id, title, accept, many }) {
    const input = document.createElement('input')
    Object.assign(input, { type: 'file', accept, multiple: many, hidden: true })
    const frame = document.createElement('dialog')
    let done = false
    const answer = async (files) => {
      if (done) return
      done = true
      frame.remove()
      input.remove()
      await post('/_web/answer/' + id, { paths: await sendAll(files) })
    }
    input.addEventListener('change', () => void answer([...input.files]))
    input.addEventListener('cancel', () => void answer([]))
    if (navigator.userActivation && !navigator.userActivation.isActive) {
      // The browser opens its dialog only soon after an act of the person.
      const heading = document.createElement('p')
      const close = document.createElement('button')
      heading.textContent = title
      close.textContent = '✕'
      close.addEventListener('click', () => void answer([]))
      frame.addEventListener('cancel', () => void answer([]))
      input.hidden = false
      frame.append(heading, input, close)
      document.body.append(frame)
      frame.showModal()
      return
    }
    document.body.append(input)
    input.click()
  }

  function download(url, name) {
    const a = document.createElement('a')
    Object.assign(a, { href: url, download: name, hidden: true })
    document.body.append(a)
    a.click()
    a.remove()
  }

  const browser = {
    'web:choose': choose,
    'web:download': download,
    'web:print': () => window.print(),
    // Shown where the person has let this browser show notifications; nobody is asked.
    'web:notify': ({ title, body }) => {
      if (window.Notification?.permission === 'granted') new Notification(title, { body })
    },
    'web:open': (url) => window.open(url, '_blank', 'noopener,noreferrer'),
  }

  let dropped = null
  window.addEventListener('dragover', (e) => e.preventDefault())
  window.addEventListener('drop', (e) => {
    e.preventDefault()
    const files = [...(e.dataTransfer?.files ?? [])]
    if (!files.length || !dropped) return
    const fn = dropped
    void sendAll(files).then((paths) => paths.length && fn(e.clientX, e.clientY, paths))
  })

  window.runtime = {
    EventsOn: (name, fn) => on(name, fn, -1),
    EventsOnce: (name, fn) => on(name, fn, 1),
    EventsOnMultiple: on,
    EventsOff: (...names) => names.forEach((n) => listeners.delete(n)),
    EventsOffAll: () => listeners.clear(),
    OnFileDrop: (fn) => { dropped = fn },
    OnFileDropOff: () => { dropped = null },
    Environment: async () => ({ buildType: 'web', platform: 'web', arch: '' }),
  }
})()
