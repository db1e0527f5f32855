// The code under which backups are sealed. It is drawn here, shown once, and goes
// to the program past the bridge; nowhere is it kept.

const groups = 8
const factor = 11

/**
 * A new code: groups of six digits with spaces between. Each group is 16 random
 * bits times 11, so that the program finds a digit that was written wrong.
 */
export function newCode(): string {
  const draws = crypto.getRandomValues(new Uint16Array(groups))
  return [...draws].map((bits) => String(bits * factor).padStart(6, '0')).join(' ')
}

/** The last group of a code, which the person types to show that it is written down. */
export const lastGroup = (code: string): string => code.slice(-6)

/** The first group, from 1, that cannot be as it was written down; 0 for none. */
export function wrongGroup(code: string): number {
  const all = code.replaceAll(/\D/g, '').match(/\d{6}/g) ?? []
  return all.findIndex((group) => Number(group) % factor !== 0 || Number(group) / factor > 0xffff) + 1
}
