// What a person is told when something fails: heading, why, what to do, a code.
import { asFailure, type Failure } from './bridge.ts'
import { has, t } from './i18n.svelte.ts'

/** A failure in the words of the person. */
export interface Told {
  title: string
  why: string
  steps: string[]
  /** What to give to support: the code of the failure and the mark of the record in the log. */
  code: string
}

/** A file of the profile is told otherwise than one that is attached. */
function ofProfile(failure: Failure): string | undefined {
  if (failure.code !== 'bad_file' || !failure.fields.profile) return undefined
  return isOlderProfile(failure) ? 'old_profile' : 'bad_profile'
}

/** Whether the profile stays shut for a page that is older than it was, until a person decides. */
export const isOlderProfile = (failure: Failure): boolean =>
  failure.code === 'bad_file' && failure.fields.profile === 'older'

/** The words for a failure; an unknown code is told as an internal one, its code is kept. */
export function tell(failure: Failure): Told {
  const code = ofProfile(failure) ?? failure.code
  const known = has(`errors.${code}.title`) ? code : 'internal'
  const part = (name: string) => {
    const key = `errors.${known}.${name}`
    return has(key) ? t(key) : ''
  }
  return {
    title: part('title'),
    why: part('why'),
    steps: part('do').split('\n'),
    code: [failure.code, failure.ref].filter(Boolean).join('-').toUpperCase(),
  }
}

/** Whether what was thrown says that the code of a letter is none: nobody has it, or it is not written as one. */
export function wrongCode(e: unknown): boolean {
  const { code, fields } = asFailure(e)
  return code === 'not_found' || (code === 'invalid' && 'code' in fields)
}
