// The only way from the page to Go. Nothing else touches window.go and
// window.runtime.
//
// It adds what Wails lacks: typed failures, an end to calls that never answer,
// safe bodies for requests, and guards against links and drops that would
// replace the page. Call install() before mounting.

/** A failure that Go sent, or a call without an answer. */
export class Failure extends Error {
  constructor(
    /** One of the codes of backend/akno, or "timeout". */
    readonly code: string,
    /** Form field to the code of what is wrong with it. */
    readonly fields: Readonly<Record<string, string>> = {},
    /** What a person reads to support: it finds the record in the log. */
    readonly ref = '',
    readonly op = '',
  ) {
    super(op + ': ' + code)
    this.name = 'Failure'
  }
}

/** Whatever was thrown, as a Failure: an exception of the page itself is "internal". */
export const asFailure = (e: unknown): Failure =>
  e instanceof Failure ? e : new Failure('internal', {}, '', e instanceof Error ? e.name : 'page')

type Method = (...args: unknown[]) => Promise<unknown>
interface Wails {
  go?: Record<string, Record<string, Record<string, Method>>>
  runtime?: {
    EventsOn(name: string, fn: (...data: never[]) => void): () => void
    OnFileDrop(fn: (x: number, y: number, paths: string[]) => void, useDropTarget: boolean): void
  }
}
const wails = () => window as unknown as Wails

/** Longest wait for an answer. Native dialogs wait for the person: give 0. */
const patience = 30_000

/**
 * Calls a bound method. A method that panicked outside its guard, or that an
 * old page calls by a lost name, would leave the promise pending for ever.
 */
export async function call<T>(
  type: string,
  method: string,
  args: unknown[] = [],
  wait = patience,
): Promise<T> {
  const op = `${type}.${method}`
  const fn = wails().go?.app?.[type]?.[method]
  if (!fn) throw new Failure('internal', {}, '', op)
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<never>((_, reject) => {
    if (wait > 0) timer = setTimeout(() => reject(new Failure('timeout', {}, '', op)), wait)
  })
  try {
    return (await Promise.race([fn(...args), late])) as T
  } catch (e) {
    throw e instanceof Failure ? e : failure(e, op)
  } finally {
    clearTimeout(timer)
  }
}

/** For reads only: repeats a call that got no answer, since a web view may lose one under load. */
export async function read<T>(type: string, method: string, args: unknown[] = []): Promise<T> {
  try {
    return await call<T>(type, method, args, 5_000)
  } catch (e) {
    if (e instanceof Failure && e.code === 'timeout') return call<T>(type, method, args)
    throw e
  }
}

interface Wire {
  code?: string
  fields?: Record<string, string>
  ref?: string
}

/** Go sends {"code":…,"fields":{…},"ref":…} as the text of the error. */
function failure(e: unknown, op: string): Failure {
  return parse(e instanceof Error ? e.message : String(e), op)
}

function parse(text: string, op: string): Failure {
  try {
    const f = JSON.parse(text) as Wire
    return new Failure(f.code ?? 'internal', f.fields ?? {}, f.ref ?? '', op)
  } catch {
    return new Failure('internal', {}, '', op)
  }
}

/** Listens to Go; returns a function that stops listening. */
export const listen = <T>(event: string, fn: (data: T) => void): (() => void) =>
  wails().runtime?.EventsOn(event, fn as (...data: never[]) => void) ?? (() => undefined)

const drops: ((paths: string[]) => void)[] = []

/** Gives the paths of dropped files to the last one who asked; returns a function that stops asking. */
export function onDrop(fn: (paths: string[]) => void): () => void {
  if (drops.push(fn) === 1) {
    wails().runtime?.OnFileDrop((_x, _y, paths) => drops.at(-1)?.(paths), false)
  }
  return () => void drops.splice(drops.indexOf(fn), 1)
}

/** What a bound call gave for posting one secret. */
interface Ticket {
  purpose: string
  ticket: string
}

/**
 * Sends secrets as raw bytes: they are in no bound call and in no log. The
 * parts are wiped here whatever happens; a refusal is a Failure. Deriving a key
 * from a password and the portal's answer take their time, hence no limit.
 */
export async function secret<T>(ticket: Ticket, parts: Uint8Array[]): Promise<T> {
  const body = frame(parts)
  const op = `secret.${ticket.purpose}`
  try {
    const url = `/_secret/${encodeURIComponent(ticket.purpose)}?ticket=${encodeURIComponent(ticket.ticket)}`
    const answer = await fetch(url, { method: 'POST', body })
    const text = await answer.text()
    if (!answer.ok) throw parse(text, op)
    return (text ? JSON.parse(text) : undefined) as T
  } catch (e) {
    throw e instanceof Failure ? e : new Failure('internal', {}, '', op)
  } finally {
    body.fill(0)
    for (const part of parts) part.fill(0)
  }
}

/** Sends the octets of a file that has no path; the ticket says what it is for. */
export async function upload<T>(ticket: Ticket, octets: ArrayBuffer): Promise<T> {
  const op = `upload.${ticket.purpose}`
  try {
    const answer = await fetch(`/_file?ticket=${encodeURIComponent(ticket.ticket)}`, {
      method: 'POST',
      body: octets,
    })
    const text = await answer.text()
    if (!answer.ok) throw parse(text, op)
    return JSON.parse(text) as T
  } catch (e) {
    throw e instanceof Failure ? e : new Failure('internal', {}, '', op)
  }
}

/** Each part is preceded by its length in two octets, the high one first. */
function frame(parts: Uint8Array[]): Uint8Array<ArrayBuffer> {
  const body = new Uint8Array(parts.reduce((sum, part) => sum + 2 + part.length, 0))
  let at = 0
  for (const part of parts) {
    body[at++] = part.length >> 8
    body[at++] = part.length & 255
    body.set(part, at)
    at += part.length
  }
  return body
}

/** Installs the guards. Call once, before anything else runs. */
export function install(): void {
  guardBodies()
  guardLinks()
  guardDrops()
}

/**
 * WebKitGTK ends the whole process with SIGSEGV when the body of a request to
 * the program's own scheme is a Blob or File. Refuse them before they leave.
 */
function guardBodies(): void {
  const tag = (x: unknown) => Object.prototype.toString.call(x) // unlike instanceof, right for objects of other frames
  const unsafe = (b: unknown) =>
    !(b == null || typeof b === 'string' || ArrayBuffer.isView(b) || tag(b) === '[object ArrayBuffer]')
  const refuse = () => new TypeError('request body must be a string, ArrayBuffer or typed array')
  const plain = window.fetch.bind(window)
  window.fetch = (input, init) => {
    const hidden = tag(input) === '[object Request]' && !['GET', 'HEAD'].includes((input as Request).method)
    return hidden || unsafe(init?.body) ? Promise.reject(refuse()) : plain(input, init)
  }
  const send = XMLHttpRequest.prototype.send
  XMLHttpRequest.prototype.send = function (body) {
    if (unsafe(body)) throw refuse()
    send.call(this, body)
  }
  navigator.sendBeacon = () => false
}

/** Outside links go to the person's browser: otherwise they would replace the program's page. */
function guardLinks(): void {
  const click = (e: MouseEvent) => {
    const a = (e.target as Element | null)?.closest?.('a[href]')
    if (!(a instanceof HTMLAnchorElement) || (a.protocol === location.protocol && a.host === location.host))
      return
    e.preventDefault()
    void call('System', 'OpenURL', [a.href]).catch(() => undefined)
  }
  window.addEventListener('click', click, true)
  window.addEventListener('auxclick', click, true)
}

/** A dropped address or file would open in place of the page. */
function guardDrops(): void {
  for (const type of ['dragover', 'drop'] as const) window.addEventListener(type, (e) => e.preventDefault())
}

/** Tells Go that the first frame is on the screen: the second animation frame starts after it. */
export const painted = (): void =>
  void requestAnimationFrame(() =>
    requestAnimationFrame(() => {
      document.documentElement.dataset.ready = '' // tests wait for it
      void call('System', 'Painted').catch(() => undefined)
    }),
  )
