// Programs of the product as child processes.
import { spawn, type ChildProcess } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createServer } from 'node:net'
import { join, resolve } from 'node:path'

export const root = process.env.AKNO_ROOT ?? resolve(import.meta.dirname, '../..')

/** A built program; says how to build it if it is not there. */
export function binary(name: string, target: string): string {
  const path = join(root, 'build/bin', name)
  if (!existsSync(path)) throw new Error(`${path} is not built: build/build.sh ${target}`)
  return path
}

/**
 * A port of this computer that nothing listens on. It is none of those that the system gives to whoever asks for any:
 * a connection would take it before the program listens, or while it is started again.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 10_000)
    if (await free(port)) return port
  }
}

const free = (port: number): Promise<boolean> =>
  new Promise((done, failed) => {
    const server = createServer()
    server.on('error', (e: NodeJS.ErrnoException) => (e.code === 'EADDRINUSE' ? done(false) : failed(e)))
    server.listen(port, '127.0.0.1', () => server.close(() => done(true)))
  })

/** One run of a program. */
export class Child {
  readonly process: ChildProcess
  readonly ended: Promise<number | string>
  private text = ''
  private heard: (() => void)[] = []

  constructor(
    readonly name: string,
    path: string,
    args: string[],
    env: Record<string, string>,
  ) {
    const clean = Object.fromEntries(Object.entries(process.env).filter(([k]) => !k.startsWith('AKNO_')))
    this.process = spawn(path, args, {
      env: { ...clean, ...env } as NodeJS.ProcessEnv,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const hear = (chunk: Buffer) => {
      this.text += chunk.toString()
      for (const fn of this.heard) fn()
    }
    this.process.stdout?.on('data', hear)
    this.process.stderr?.on('data', hear)
    this.ended = new Promise((done) => {
      this.process.on('error', (e) => done(String(e)))
      this.process.on('exit', (code, signal) => {
        done(code ?? signal ?? 'ended')
        for (const fn of this.heard) fn()
      })
    })
  }

  /** What it printed so far. */
  get said(): string {
    return this.text
  }

  get alive(): boolean {
    return this.process.exitCode === null && this.process.signalCode === null
  }

  /** Waits until it has printed the pattern `count` times; gives the last match. */
  async says(pattern: RegExp, count = 1, limit = 30_000): Promise<RegExpMatchArray> {
    const all = new RegExp(pattern.source, 'g' + pattern.flags.replace('g', ''))
    return this.until(`${this.name} to say ${pattern}`, limit, () => {
      const found = [...this.text.matchAll(all)]
      return found.length >= count ? found[count - 1] : undefined
    })
  }

  /** Waits for something that may change whenever the program prints, and looks every 50 ms besides. */
  async until<T>(what: string, limit: number, look: () => T | undefined): Promise<T> {
    return new Promise((done, failed) => {
      const finish = (end: () => void) => {
        clearInterval(poll)
        clearTimeout(late)
        this.heard = this.heard.filter((fn) => fn !== check)
        end()
      }
      const check = () => {
        const found = look()
        if (found !== undefined) finish(() => done(found))
        else if (!this.alive)
          finish(() => failed(new Error(`${this.name} ended while we waited for ${what}:\n${this.text}`)))
      }
      const poll = setInterval(check, 50)
      const late = setTimeout(
        () => finish(() => failed(new Error(`waited too long for ${what}:\n${this.text}`))),
        limit,
      )
      this.heard.push(check)
      check()
    })
  }

  /** Ends it as a person would, and by force if it does not obey in ten seconds. */
  async stop(): Promise<number | string> {
    if (!this.alive) return this.ended
    this.process.kill('SIGTERM')
    const late = setTimeout(() => this.process.kill('SIGKILL'), 10_000)
    const code = await this.ended
    clearTimeout(late)
    return code
  }

  /** kill -9. */
  async kill(): Promise<void> {
    this.process.kill('SIGKILL')
    await this.ended
  }
}
