// The demo portal of a story, and the wire between it and the program.
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { createServer, connect, type Server, type Socket } from 'node:net'
import { join } from 'node:path'
import { binary, Child, freePort } from './child.ts'
import { Mail } from './mail.ts'

/** What portald demo writes once it listens. */
export interface Ready {
  portal: string
  trust: string
  keys: string
  mail: string
  erip: string
  ra: string
}

/** portald demo on a folder of its own. It can be killed and started again on the same data and port. */
export class Portal {
  readonly mail: Mail
  private child?: Child
  private port = 0
  ready!: Ready

  constructor(readonly data: string) {
    this.mail = new Mail(join(data, 'mail'))
  }

  async start(): Promise<void> {
    this.port ||= await freePort()
    const file = join(this.data, 'ready.json')
    rmSync(file, { force: true })
    const args = ['demo', '--data', this.data, '--addr', `127.0.0.1:${this.port}`, '--ready-file', file]
    const child = new Child('portald', binary('portald', 'portald'), args, {})
    this.child = child
    this.ready = await child.until('the demo portal', 60_000, () => {
      try {
        return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Ready) : undefined
      } catch {
        return undefined // half written
      }
    })
  }

  get said(): string {
    return this.child?.said ?? ''
  }

  /** kill -9. */
  async kill(): Promise<void> {
    await this.child?.kill()
  }

  async stop(): Promise<void> {
    await this.child?.stop()
  }
}

/** What the network of a hotel answers, whatever was asked. */
const html = '<!doctype html><title>Wi-Fi</title><p>Room number?'
const signInPage = [
  'HTTP/1.1 200 OK',
  'Content-Type: text/html; charset=utf-8',
  `Content-Length: ${html.length}`,
  'Connection: close',
  '',
  html,
].join('\r\n')

/**
 * The network between the program and the portal: a relay that can be cut.
 * Cutting breaks the connections that are open and refuses new ones.
 */
export class Wire {
  private server?: Server
  private sockets = new Set<Socket>()
  private broken = false
  private hotel = false
  private budget = Infinity
  url = ''

  constructor(private readonly target: () => string) {}

  async start(): Promise<void> {
    this.server = createServer((near) => {
      if (this.broken) return void near.destroy()
      if (this.hotel) return void near.once('data', () => near.end(signInPage)).on('error', () => near.destroy())
      const to = new URL(this.target())
      const far = connect(Number(to.port), to.hostname)
      for (const s of [near, far]) {
        this.sockets.add(s)
        s.on('error', () => s.destroy())
        s.on('close', () => {
          this.sockets.delete(s)
          near.destroy()
          far.destroy()
        })
      }
      near.on('data', (chunk: Buffer) => {
        this.budget -= chunk.length
        if (this.budget < 0) this.cut()
        else far.write(chunk)
      })
      far.on('data', (chunk: Buffer) => near.write(chunk))
    })
    await new Promise<void>((done) => this.server?.listen(0, '127.0.0.1', done))
    const address = this.server.address()
    if (!address || typeof address === 'string') throw new Error('the wire has no port')
    this.url = `http://127.0.0.1:${address.port}`
  }

  /** The network goes away. */
  cut(): void {
    this.broken = true
    for (const s of this.sockets) s.destroy()
  }

  /** The network goes away in the middle: after so many octets that the program sends. */
  cutAfter(octets: number): void {
    this.budget = octets
  }

  /** The network lets nobody out: it answers everything with a page of its own, as a success. */
  captive(): void {
    this.cut()
    this.broken = false
    this.hotel = true
  }

  /** The network is back. */
  mend(): void {
    this.broken = false
    this.hotel = false
    this.budget = Infinity
  }

  async stop(): Promise<void> {
    this.cut()
    await new Promise<void>((done) => (this.server ? this.server.close(() => done()) : done()))
  }
}
