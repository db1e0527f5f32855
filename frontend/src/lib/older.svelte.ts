// The question whether a profile is opened that stays shut for a page that is older than it was. It is asked from
// wherever the failure is told.
import { profiles } from './api.ts'

let asked = $state(false)

/** True while the question stands. */
export const askedForOlder = (): boolean => asked

export function askForOlder(): void {
  asked = true
}

export function leaveShut(): void {
  asked = false
}

/** Opens the profile as it is; the page is loaded anew by what Go says then. */
export async function openOlder(): Promise<void> {
  await profiles.acceptOlder()
  asked = false
}
