// The disk under the program, which may fill up and may be locked.
import { execFileSync } from 'node:child_process'

/**
 * Lets no file of the process grow any more, or lets them grow again. To the
 * program it is a disk without room, on any system and without any rights.
 */
export function room(pid: number, octets: number | 'unlimited'): void {
  execFileSync('prlimit', ['--pid', String(pid), `--fsize=${octets}:unlimited`])
}
